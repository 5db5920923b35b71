"""Divides a row into two, so that every sum stays. Used by `filling_patch` when a writer splits rows.

The first quantity that the writer gives says how much the new row takes. Quantities that he gives are taken off the old
row, unless he sets the old row himself; every other stored quantity gives up what the new row takes, or all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definitions.models import Field
from engine.errors import Fault, text
from engine.records.filling_faults import pointer

Wrote = AbstractSet[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Split:
    """A row that was made from another: of which table, from which row, and how much it took."""

    table: str
    origin: str
    row: str
    quantity: Decimal


@dataclass(slots=True)
class SplitRow:
    """A split that was asked for: the row, the one made from it, and where in the request."""

    table: Field
    origin: dict[str, Any]
    made: dict[str, Any]
    path: str


def divided(splits: Iterable[SplitRow], wrote: Wrote) -> tuple[list[Split], list[Fault]]:
    """Divide each row in turn; `wrote` says what the writer set himself."""
    done: list[Split] = []
    faults: list[Fault] = []
    for each in splits:
        take, wrong = _divide(each, wrote)
        faults += wrong
        if take is not None:
            done.append(Split(each.table.name, each.origin["row"], each.made["row"], take))
    return done, faults


def _divide(split: SplitRow, wrote: Wrote) -> tuple[Decimal | None, list[Fault]]:
    origin, made = split.origin, split.made
    stored = [each for each in split.table.fields.values() if each.type == "quantity" and _stored(each)]
    stated = [each.name for each in stored if (each.path, made["row"]) in wrote and made[each.name] is not None]
    take: Decimal | None = made[stated[0]] if stated else None
    if take is None or take <= 0:
        return None, [Fault(split.path, "split", text("Say how much the new row takes.", "请填写新行的数量。"))]
    faults = []
    for each in stored:
        name, by_hand = each.name, (each.path, origin["row"]) in wrote
        if name not in stated:
            made[name] = None if origin[name] is None or by_hand else max(min(take, origin[name]), Decimal(0))
        if by_hand or origin[name] is None or made[name] is None:
            continue
        if made[name] > origin[name]:
            says = text("The row does not hold that much.", "原行没有这么多。")
            faults.append(Fault(split.path + pointer("", name), "split", says))
        else:
            origin[name] -= made[name]
    return take, faults


def _stored(of: Field) -> bool:
    return of.compute is None and (of.live is None or of.fixed_at is not None)

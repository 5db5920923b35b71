"""Finds quantities that stay while their item changes and no longer fit its scale. Used by `filling_patch`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from engine.definitions.models import Field
from engine.errors import Fault, text
from engine.fields import Known, fits, scale_for
from engine.fields.numbers import item_of
from engine.records.filling_faults import pointer
from engine.records.filling_plan import FormPlan

Names = AbstractSet[tuple[str, str | None]]


def misfits(
    plan: FormPlan, values: Mapping[str, Any], moved: Names, wrote: Names, order: Mapping[str, int], known: Known
) -> Iterator[Fault]:
    """A fault for each. `moved` names references that changed, `wrote` what the writer set, read at its scale."""
    if not moved:
        return
    for of in plan.header:
        item = (of.options.get("of"), None)
        if _kept(of) and item in moved and (of.path, None) not in wrote:
            yield from _misfit(of, values[of.name], values, None, (of.name,), known)
    for table in plan.tables:
        for of in table.fields.values():
            if _kept(of):
                yield from _rows(table, of, values, moved, wrote, order, known)


def _rows(
    table: Field,
    of: Field,
    values: Mapping[str, Any],
    moved: Names,
    wrote: Names,
    order: Mapping[str, int],
    known: Known,
) -> Iterator[Fault]:
    item = of.options.get("of", "")
    for index, row in enumerate(values[table.name]):
        key = row["row"]
        by_hand = row[of.name] is None or (of.path, key) in wrote
        if not by_hand and (item, key if item in table.fields else None) in moved:
            beside = ChainMap(row, dict(values))
            yield from _misfit(of, row[of.name], beside, key, (table.name, order.get(key, index), of.name), known)


def _kept(of: Field) -> bool:
    return of.type == "quantity" and of.compute is None and of.live is None


def _misfit(
    of: Field, value: Any, beside: Mapping[str, Any], row: str | None, where: tuple[str | int, ...], known: Known
) -> Iterator[Fault]:
    scale = scale_for(of, item_of(of, beside), known)
    if value is not None and not fits(value, scale):
        says = text(f"At most {scale} digits after the point.", f"小数最多 {scale} 位。")
        yield Fault(pointer("", *where), "scale", says, row)

"""What is wrong with filled values, where, and which refusal that is. Used by all of filling and by operations.

A fault's kind is `invalid` unless its `params` say otherwise. Faults of several kinds are answered in the contract's
order: unknown or hidden fields, then fields that may not be written, then the form of the data, then rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from engine.errors import Fault, Kind, Refusal, Text, forbidden, invalid, rule, text

NOT_WRITABLE = "not_writable"
UNKNOWN_FIELD = "unknown_field"
LONGEST_SEGMENT = 100

_RIGHT: Mapping[str, Any] = MappingProxyType({"kind": Kind.RIGHT.value})
_RULE: Mapping[str, Any] = MappingProxyType({"kind": Kind.RULE.value})
_LIMIT: Mapping[str, Any] = MappingProxyType({"kind": Kind.LIMIT.value})
_UNKNOWN: Mapping[str, Any] = MappingProxyType({"kind": Kind.INVALID.value, "unknown": True})


def pointer(base: str, *segments: str | int) -> str:
    """A JSON pointer below `base`; what a client invented is made safe to answer and not longer than needed."""
    return base + "".join("/" + _segment(each) for each in segments)


@lru_cache(maxsize=4096)
def _segment(each: str | int) -> str:
    if isinstance(each, int):
        return str(each)
    safe = each[:LONGEST_SEGMENT].encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in safe).replace("~", "~0").replace("/", "~1")


def unknown_field(path: str, row: str | None = None) -> Fault:
    """There is no such field, or it is not the writer's to see: the same to the byte."""
    return Fault(path, UNKNOWN_FIELD, text("There is no such field.", "没有这个字段。"), row, _UNKNOWN)


def not_writable(path: str, row: str | None = None) -> Fault:
    """The writer sees it and may not write it now."""
    return Fault(path, NOT_WRITABLE, text("You may not change this now.", "您现在不能修改此项。"), row, _RIGHT)


def too_many(path: str, most: int, *, limit: bool = False) -> Fault:
    """More rows than there may be; `limit` when it is the platform's."""
    return Fault(path, "too_many", text(f"At most {most} rows.", f"最多 {most} 行。"), None, _LIMIT if limit else {})


def against_rule(path: str, code: str, says: Text, row: str | None = None) -> Fault:
    """A rule says no, as it stands in the definition."""
    return Fault(path, code, says, row, _RULE)


def kind_of(fault: Fault) -> Kind:
    """The kind of refusal that a fault leads to."""
    return Kind(fault.params.get("kind", Kind.INVALID.value))


def refusal(faults: Iterable[Fault]) -> Refusal | None:
    """The one refusal that these faults are: those of the first kind in the contract's order, all of them at once."""
    once = list({(each.path, each.code, each.row): each for each in faults}.values())
    unknown = [each for each in once if each.params.get("unknown")]
    if unknown:
        return invalid(unknown)
    by_kind: dict[Kind, list[Fault]] = {}
    for each in once:
        by_kind.setdefault(kind_of(each), []).append(each)
    if Kind.RIGHT in by_kind:
        return forbidden(NOT_WRITABLE, by_kind[Kind.RIGHT][0].says, by_kind[Kind.RIGHT])
    if Kind.LIMIT in by_kind:
        first = by_kind[Kind.LIMIT][0]
        return Refusal(Kind.LIMIT, first.code, first.says, faults=by_kind[Kind.LIMIT])
    if Kind.INVALID in by_kind:
        return invalid(by_kind[Kind.INVALID])
    if Kind.RULE in by_kind:
        first = by_kind[Kind.RULE][0]
        return rule(first.code, first.says, faults=by_kind[Kind.RULE])
    return None


def located(
    faults: Iterable[Fault], order: Mapping[str, int], hidden: frozenset[str] = frozenset(), base: str = ""
) -> tuple[Fault, ...]:
    """The faults as the sender of a request should read them.

    Rows are counted as in the request (`order` gives the index by row id; rows that were not sent keep their own), and
    a fault at a field that the reader may not see is told without the field (unless he named it himself: then it is
    unknown to him, whether it is there or not).
    """
    return tuple(_located(each, order, hidden, base) for each in faults)


def field_of(path: str) -> str:
    """The field that a fault means: `lines.lot` of `/lines/3/lot`."""
    return ".".join(each for each in path.split("/") if each and not each.isdigit())


def _located(fault: Fault, order: Mapping[str, int], hidden: frozenset[str], base: str) -> Fault:
    parts = fault.path.split("/")[1:]
    if parts and (field_of(fault.path) in hidden or parts[0] in hidden) and not fault.params.get("unknown"):
        says = text("Something that you cannot see here is not in order.", "有您看不到的内容不符合要求。")
        return Fault(base, "not_in_order", says, None, {"kind": kind_of(fault).value})
    if fault.row is not None and fault.row in order and len(parts) > 1:
        parts[1] = str(order[fault.row])
    return replace(fault, path=base + "".join("/" + each for each in parts))

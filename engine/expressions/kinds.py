"""How types go together: which may be compared, joined, stored where, with how many places. Used by the checkers."""

from __future__ import annotations

from dataclasses import replace

from engine.expressions.values import Type

BOOLEAN = Type("boolean")
TEXT = Type("text")
INTEGER = Type("integer")
DATE = Type("date")
MOMENT = Type("moment")
EMPTY_TYPE = Type("empty")
MONEY_PLACES = 2
PLACES = 6
MOST_PLACES = 12
"""Of an intermediate result; a division has as many."""

NUMBERS = frozenset({"integer", "decimal", "money", "quantity"})
TEXTS = frozenset({"text", "choice"})
RECORDS = frozenset({"reference", "place"})
ORDERED = NUMBERS | TEXTS | {"date", "moment"}


def places(of: Type) -> int:
    """Digits after the point of a number's exact form; it is also the scale of its integers in SQLite."""
    if of.kind == "integer":
        return 0
    if of.scale is not None:
        return of.scale
    return MONEY_PLACES if of.kind == "money" else PLACES


def is_number(of: Type) -> bool:
    """Integer, decimal, money or quantity."""
    return of.kind in NUMBERS


def decimal(scale: int) -> Type:
    """A decimal with so many places."""
    return Type("decimal", scale=scale)


def list_of(of: Type) -> Type:
    """A list whose elements have this type."""
    return Type("list", of=of)


def numbers_kind(left: Type, right: Type) -> str | None:
    """The kind of a sum or a comparison; None when money meets a quantity."""
    kinds = {left.kind, right.kind} - {"integer", "decimal"}
    if len(kinds) > 1:
        return None
    if kinds:
        return kinds.pop()
    return "integer" if left.kind == right.kind == "integer" else "decimal"


def join(left: Type, right: Type) -> Type | None:
    """The type that holds values of both (branches, lists, `otherwise`); None if there is none."""
    if left.kind == "empty":
        return right
    if right.kind == "empty" or left == right:
        return left
    if is_number(left) and is_number(right):
        kind = numbers_kind(left, right)
        if kind is None:
            return None
        return INTEGER if kind == "integer" else Type(kind, scale=max(places(left), places(right)))
    if left.kind in TEXTS and right.kind in TEXTS:
        return _join_texts(left, right)
    return _join_records(left, right)


def _join_texts(left: Type, right: Type) -> Type:
    if left.kind == right.kind == "choice" and left.options and right.options:
        return replace(left, options=tuple(dict.fromkeys((*left.options, *right.options))))
    return TEXT


def _join_records(left: Type, right: Type) -> Type | None:
    if left.kind == right.kind == "reference":
        return Type("reference") if left.form is None or right.form is None else None
    if left.kind in RECORDS and right.kind in RECORDS:
        return Type("place")
    if left.kind == right.kind == "list" and left.of and right.of:
        element = join(left.of, right.of)
        return list_of(element) if element else None
    return left if left.kind == right.kind and left.kind not in ("table", "row", "list") else None


def comparable(left: Type, right: Type, ordered: bool) -> bool:
    """Whether `left == right` (or `left < right` when `ordered`) can ever mean something."""
    if is_number(left) and is_number(right):
        return numbers_kind(left, right) is not None
    if left.kind in TEXTS and right.kind in TEXTS:
        return True
    if ordered:
        return left.kind == right.kind and left.kind in ORDERED
    if left.kind in RECORDS and right.kind in RECORDS:
        return left.form is None or right.form is None or left.form == right.form
    if left.kind == right.kind == "row":
        return (left.form, left.table) == (right.form, right.table)
    return left.kind == right.kind and left.kind not in ("list", "table", "empty")


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of `given` may stand where `wanted` is expected, apart from its number of places."""
    if given.kind == "empty":
        return wanted.kind != "boolean"
    if is_number(wanted):
        if wanted.kind == "integer":
            return is_number(given)
        return is_number(given) and (wanted.kind == "decimal" or given.kind in (wanted.kind, "integer", "decimal"))
    if wanted.kind == "text":
        return given.kind in TEXTS
    if wanted.kind == "choice":
        return given.kind == "choice" and (
            not wanted.options or not given.options or set(given.options) <= set(wanted.options)
        )
    return _fits_whole(given, wanted)


def _fits_whole(given: Type, wanted: Type) -> bool:
    if wanted.kind == "place":
        return given.kind in RECORDS
    if wanted.kind == "list" and given.kind == "list":
        return wanted.of is None or given.of is None or fits(given.of, wanted.of)
    if given.kind != wanted.kind:
        return False
    return wanted.form is None or given.form is None or (given.form, given.table) == (wanted.form, wanted.table)


def named(of: Type) -> str:
    """The type as a person reads it: `reference(store)`, `decimal(3)`."""
    if of.kind in ("reference", "table", "row") and of.form:
        return f"{of.kind}({of.form}{'.' + of.table if of.table else ''})"
    if of.kind == "list" and of.of:
        return f"list({named(of.of)})"
    if of.kind in ("decimal", "money", "quantity") and of.scale is not None:
        return f"{of.kind}({of.scale})"
    return of.kind

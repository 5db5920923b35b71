"""Pages by what the last line holds: sort keys, and what comes beyond them, in both databases alike.

Used by `listing` and by the reports. Empty values sort before all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, false, or_, tuple_


@dataclass(frozen=True)
class Key:
    """Something that a list is sorted by."""

    element: ColumnElement[Any]
    descending: bool
    may_be_empty: bool


def ordered(statement: Select[Any], keys: Sequence[Key]) -> Select[Any]:
    """The statement in the order of its keys."""
    for key in keys:
        way = key.element.desc() if key.descending else key.element.asc()
        if key.may_be_empty:
            way = way.nulls_last() if key.descending else way.nulls_first()
        statement = statement.order_by(way)
    return statement


def beyond(keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after the line with these sort values."""
    if len({key.descending for key in keys}) == 1 and not any(key.may_be_empty for key in keys):
        row = tuple_(*(key.element for key in keys))
        bound = tuple_(*(_bound(key, value) for key, value in zip(keys, values, strict=True)))
        return and_(row < bound) if keys[0].descending else and_(row > bound)
    first, value = keys[0], values[0]
    later = _past(first, value)
    if len(keys) == 1:
        return later
    same = first.element.is_(None) if value is None else first.element == _bound(first, value)
    after = or_(later, and_(same, beyond(keys[1:], values[1:])))
    if value is None or (first.descending and first.may_be_empty):
        return after
    bound_value = _bound(first, value)
    return and_(first.element <= bound_value if first.descending else first.element >= bound_value, after)


def _past(key: Key, value: Any) -> ColumnElement[bool]:
    if value is None:
        return false() if key.descending else key.element.is_not(None)
    if not key.descending:
        return and_(key.element > _bound(key, value))
    lower: ColumnElement[bool] = key.element < _bound(key, value)
    return or_(lower, key.element.is_(None)) if key.may_be_empty else lower


def _bound(key: Key, value: Any) -> BindParameter[Any]:
    """A value of a cursor, as the type of what it is compared with."""
    return bindparam(None, value, type_=key.element.type)

"""Exact arithmetic: no result is ever rounded unless a word says so, none leaves 64 bits. Used by `running`.

A number's size is bounded by 2^63-1 counts of its last place, of 10^-6 at the finest: what the ledger can keep.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from operator import add, mul, sub
from typing import Any

from engine.expressions.faults import failed
from engine.expressions.kinds import MOST_PLACES, PLACES, places
from engine.expressions.values import Type
from engine.quantities import LARGEST

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
ROUNDINGS = {"round": ROUND_HALF_UP, "floor": ROUND_FLOOR, "ceil": ROUND_CEILING}


def _operation(whole: Callable[[int, int], int], exact: Callable[[Any, Any], Decimal]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if left.__class__ is int and right.__class__ is int:
            return whole(left, right)
        return exact(left, right)

    return run


ADD = _operation(add, _EXACT.add)
SUBTRACT = _operation(sub, _EXACT.subtract)
MULTIPLY = _operation(mul, _EXACT.multiply)


def quotient(left: Any, right: Any) -> Decimal:
    """So many digits that a single rounding after it is the right one."""
    if right == 0:
        raise failed("division", "This divides by zero.", "除数为零。")
    return _WIDE.divide(left, right)


def rounded(value: Decimal | int, word: str, digits: int) -> Decimal | int:
    """`round`, `floor` or `ceil` at a number of places."""
    if isinstance(value, int):
        return value
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUNDINGS[word], context=_WIDE)


def divide(left: Any, right: Any) -> Decimal | int:
    """Rounded half away from zero at 12 places."""
    return rounded(quotient(left, right), "round", MOST_PLACES)


def limit(of: Type) -> Decimal | int:
    """The greatest value of a number of this type."""
    scale = min(places(of), PLACES)
    return Decimal(LARGEST).scaleb(-scale) if scale else LARGEST


def checked(of: Type) -> Callable[[Any], Any]:
    """Refuses what has grown out of its type."""
    high = limit(of)
    low = -high

    def fit(value: Any) -> Any:
        if low <= value <= high:
            return value
        raise failed("number", "This number becomes too large.", "数值过大。")

    return fit

"""Exact decimals: reading, writing, rounding, and the scaled 64-bit integers that the ledger stores.

Used by fields, expressions, ledger and records. There is no float anywhere on the path of a quantity or of money.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

SCALE = 6
"""Digits after the point that the ledger keeps; no quantity and no amount has more."""

UNIT = 10**SCALE
LARGEST = 2**63 - 1

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?\Z", re.ASCII)
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


class Inexact(ValueError):
    """The text is no decimal, or it has more digits than the scale allows. Never rounded away."""


def read(text: str, scale: int = SCALE) -> Decimal:
    """Read plain decimal digits (`-12.50`) with at most `scale` digits after the point.

    Raises `Inexact` for anything else: exponents, signs like `+`, spaces, other digits, NaN, too many places.
    """
    if not _DECIMAL.match(text):
        raise Inexact(text[:40])
    number = Decimal(text)
    if number == 0 and text.startswith("-"):
        raise Inexact(text)
    places = -int(number.as_tuple().exponent)
    if places > scale and number != number.quantize(Decimal(1).scaleb(-scale), context=_CONTEXT):
        raise Inexact(text[:40])
    to_scaled(number)
    return number


def write(number: Decimal, scale: int | None = None) -> str:
    """Plain digits, never an exponent; with exactly `scale` places when given (the number must fit)."""
    if scale is None:
        plain = format(number, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    fitted = number.quantize(Decimal(1).scaleb(-scale), context=_CONTEXT)
    if fitted != number:
        raise Inexact(format(number, "f")[:40])
    return format(fitted, "f")


def rounded(number: Decimal, scale: int) -> Decimal:
    """Half away from zero, at `scale` digits after the point."""
    try:
        return number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_CONTEXT)
    except InvalidOperation as error:
        raise Inexact(str(number)[:40]) from error


def to_scaled(number: Decimal, scale: int = SCALE) -> int:
    """The number as a whole count of 10^-scale; raises `Inexact` when it does not fit 64 bits or the scale."""
    scaled = number.scaleb(scale, context=_CONTEXT)
    whole = int(scaled)
    if whole != scaled or abs(whole) > LARGEST:
        raise Inexact(str(number)[:40])
    return whole


def from_scaled(whole: int, scale: int = SCALE) -> Decimal:
    """The decimal that a scaled integer stands for, without needless zeros."""
    number = Decimal(whole).scaleb(-scale, context=_CONTEXT)
    whole_number = number == number.to_integral_value()
    return number.quantize(Decimal(1), context=_CONTEXT) if whole_number else number.normalize(_CONTEXT)


def shares(total: Decimal, weights: list[Decimal], scale: int) -> list[Decimal]:
    """Divide `total` by `weights` at `scale`; the remainder goes to the largest weight, so that the sum stays."""
    whole = sum(weights, Decimal(0))
    if not weights or whole == 0:
        raise Inexact("nothing to share by")
    parts = [rounded(_CONTEXT.divide(total * weight, whole), scale) for weight in weights]
    largest = max(range(len(weights)), key=lambda index: weights[index])
    parts[largest] += total - sum(parts, Decimal(0))
    return parts

"""Numbers: whole ones, decimals, quantities of an item, money. Exact: strings of digits in JSON, never rounded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any

from engine import quantities
from engine.errors import text
from engine.expressions import Reference, Subject, Type, Value
from engine.fields.kinds import ALONE, WORD, Declared, FieldType, Known, Unfit, unfit_type

DIGITS = 40
MONEY = 2
WHOLE_CURRENCIES = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THIRDS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})

_WIDE = Context(prec=200)
_YES: dict[str, Any] = {"type": "boolean"}
_SCALE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": quantities.SCALE}
_BOUND: dict[str, Any] = {
    "oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)([.][0-9]{1,6})?$"}]
}


def plain(raw: Any, scale: int, *, signed: bool) -> Decimal:
    """A decimal from a string of digits with at most `scale` places; raises `Unfit`, never rounds."""
    if not isinstance(raw, str):
        raise unfit_type('A number is written as a string of digits, like "12.5".', '数字须写成字符串，例如 "12.5"。')
    try:
        number = quantities.read(raw) if len(raw) <= DIGITS else None
    except quantities.Inexact:
        number = None
    if number is None:
        raise Unfit(
            "decimal",
            text('Plain digits only, like "12.5", and not too many.', '只能是普通数字，例如 "12.5"，且位数不能过多。'),
        )
    return fitted(number, scale, signed=signed)


def fitted(number: Decimal, scale: int, *, signed: bool) -> Decimal:
    """The number, if it has at most `scale` places and a sign that is allowed."""
    if not fits(number, scale):
        says = text(f"At most {scale} digits after the point.", f"小数最多 {scale} 位。")
        raise Unfit("scale", says if scale else text("Whole numbers only.", "只能是整数。"))
    if number < 0 and not signed:
        raise Unfit("negative", text("This cannot be below zero.", "不能小于零。"))
    return number


def fits(number: Decimal, scale: int) -> bool:
    """Whether the number has at most `scale` places, trailing zeros aside."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return exponent >= -scale or number == number.quantize(Decimal(1).scaleb(-scale), context=_WIDE)


def written(number: Decimal, scale: int | None) -> str:
    """Plain digits with the full scale; what was written when the field still had more places keeps them."""
    return quantities.write(number, scale if scale is not None and fits(number, scale) else None)


def bounded(number: Any, field: Declared) -> Any:
    """The number, if it is above the field's `above`."""
    above = field.options.get("above")
    if above is not None and number <= Decimal(str(above)):
        raise Unfit("above", text(f"This must be above {above}.", f"必须大于 {above}。"))
    return number


class IntegerField(FieldType):
    """A whole number of at most 64 bits."""

    name = "integer"
    widget = "whole"
    options_schema = MappingProxyType({"above": _BOUND})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Integer."""
        return Type("integer")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A JSON integer; `true`, `1.0` and strings are not."""
        if type(raw) is not int:
            raise unfit_type("This must be a whole number.", "此处必须是整数。")
        if abs(raw) > quantities.LARGEST:
            raise Unfit("too_large", text("This number is too large.", "数字过大。"))
        number: int = bounded(raw, field)
        return number


class DecimalField(FieldType):
    """An exact decimal with `scale` digits after the point (6 when none is given)."""

    name = "decimal"
    widget = "number"
    options_schema = MappingProxyType({"scale": _SCALE, "above": _BOUND})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Decimal of the scale."""
        return Type("decimal", scale=options.get("scale", quantities.SCALE))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A string of digits."""
        number: Decimal = bounded(plain(raw, field.options.get("scale", quantities.SCALE), signed=True), field)
        return number

    def dump(self, value: Any, field: Declared) -> Any:
        """Plain digits, with the field's full scale if it has one."""
        return written(value, field.options.get("scale"))

    def load(self, stored: Any, field: Declared) -> Value:
        """The same decimal."""
        return Decimal(stored)


class QuantityField(FieldType):
    """How much of an item, in its base unit and at its scale. `of` names the field that holds the item."""

    name = "quantity"
    widget = "quantity"
    options_schema = MappingProxyType({"of": WORD, "scale": _SCALE, "above": _BOUND})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Quantity; the item's own scale is asked where it is written."""
        return Type("quantity", scale=options.get("scale", quantities.SCALE))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """Digits in the base unit, or `{"quantity", "unit"}` converted exactly."""
        item = item_of(field, beside)
        scale = scale_for(field, item, known)
        if isinstance(raw, Mapping):
            number = fitted(_converted(raw, item, known), scale, signed=field.signed)
        else:
            number = plain(raw, scale, signed=field.signed)
        found: Decimal = bounded(quantities.from_scaled(quantities.to_scaled(number)), field)
        return found

    def dump(self, value: Any, field: Declared) -> Any:
        """Plain digits without needless zeros, or with the field's own scale if it has one."""
        return written(value, field.options.get("scale"))

    def load(self, stored: Any, field: Declared) -> Value:
        """The same decimal."""
        return Decimal(stored)


class MoneyField(FieldType):
    """An amount, with two digits after the point unless the currency or `scale` says otherwise."""

    name = "money"
    widget = "money"
    options_schema = MappingProxyType(
        {"currency": {"type": "string", "pattern": "^[A-Z]{3}$"}, "scale": _SCALE, "above": _BOUND, "each": _YES}
    )

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Money of the currency's scale."""
        return Type("money", scale=money_scale(options))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A string of digits."""
        number: Decimal = bounded(plain(raw, money_scale(field.options), signed=field.signed), field)
        return number

    def dump(self, value: Any, field: Declared) -> Any:
        """Plain digits with the full scale."""
        return written(value, money_scale(field.options))

    def load(self, stored: Any, field: Declared) -> Value:
        """The same decimal."""
        return Decimal(stored)


def money_scale(options: Mapping[str, Any]) -> int:
    """Digits after the point of an amount."""
    currency = options.get("currency")
    usual = 0 if currency in WHOLE_CURRENCIES else 3 if currency in THIRDS else MONEY
    scale: int = options.get("scale", usual)
    return scale


def item_of(field: Declared, beside: Mapping[str, Value]) -> str | None:
    """The id of the item that a quantity is of, if it is known yet."""
    item = beside.get(field.options.get("of", ""))
    return item.id if isinstance(item, (Reference, Subject)) else None


def scale_for(field: Declared, item: str | None, known: Known) -> int:
    """Digits after the point for a quantity: the item's, and never more than the field's own."""
    own: int = field.options.get("scale", quantities.SCALE)
    of_item = known.scale_of(item) if item is not None else None
    return own if of_item is None else min(own, of_item)


def _converted(raw: Mapping[str, Any], item: str | None, known: Known) -> Decimal:
    if set(raw) != {"quantity", "unit"} or not isinstance(raw["unit"], str):
        raise unfit_type('Write {"quantity": "2", "unit": "case"}.', '请写成 {"quantity": "2", "unit": "case"}。')
    number = plain(raw["quantity"], quantities.SCALE, signed=True)
    factor = known.unit_of(item, raw["unit"]) if item is not None else None
    if factor is None:
        raise Unfit("unit", text("This item has no such unit.", "该商品没有这个单位。"))
    try:
        return quantities.from_scaled(quantities.to_scaled(number * factor))
    except quantities.Inexact as error:
        raise Unfit(
            "unit_inexact", text("This does not come out even in the base unit.", "无法精确换算为基本单位。")
        ) from error

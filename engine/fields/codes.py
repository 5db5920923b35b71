"""What is scanned: bar codes and serial numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.errors import text
from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, Declared, FieldType, Known, Unfit, unfit_type

MOST = 1000

_BARCODE = re.compile(r"[!-~]{1,64}", re.ASCII)
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
_SERIAL = re.compile(r"[A-Za-z0-9._/-]{1,64}", re.ASCII)
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


class BarcodeField(FieldType):
    """What a scanner reads: printable characters without spaces. With `checked: true` a GTIN with its check digit."""

    name = "barcode"
    widget = "scan"
    options_schema = MappingProxyType({"checked": {"type": "boolean"}})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """The code, exactly as scanned."""
        if not isinstance(raw, str):
            raise unfit_type("This must be a bar code, as text.", "必须是条码文本。")
        if not raw:
            return None
        if not _BARCODE.fullmatch(raw) or (field.options.get("checked") and not _checked(raw)):
            raise Unfit("barcode", text("This is not a bar code.", "不是有效的条码。"))
        return raw


class SerialsField(FieldType):
    """Serial numbers, each once: a list, or a range such as `1001-1100`."""

    name = "serials"
    widget = "serials"
    options_schema = MappingProxyType({"most": {"type": "integer", "minimum": 1, "maximum": MOST}})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """List of texts."""
        return Type("list", of=Type("text"))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """The numbers one by one; a range keeps its leading zeros. An empty list is empty."""
        most = field.options.get("most", MOST)
        if isinstance(raw, str):
            return _range(raw, most)
        if not isinstance(raw, list):
            raise unfit_type(
                'This must be a list, or a range like "1001-1100".', '必须是列表或区间，例如 "1001-1100"。'
            )
        _bounded(len(raw), most)
        if any(not isinstance(each, str) or not _SERIAL.fullmatch(each) for each in raw):
            raise Unfit("serial", text("One of these is not a serial number.", "其中有无效的序列号。"))
        if len(set(raw)) != len(raw):
            raise Unfit("twice", text("A serial number is there twice.", "有重复的序列号。"))
        return tuple(raw) or None

    def dump(self, value: Any, field: Declared) -> Any:
        """A list."""
        return list(value)

    def load(self, stored: Any, field: Declared) -> Value:
        """The same numbers."""
        return tuple(stored)


def _range(raw: str, most: int) -> tuple[str, ...]:
    ends = _RANGE.fullmatch(raw)
    if ends is None or len(ends[1]) > len(ends[2]) or int(ends[1]) > int(ends[2]):
        raise Unfit("serial", text('A range is like "1001-1100".', '区间应写成 "1001-1100"。'))
    first, last = int(ends[1]), int(ends[2])
    _bounded(last - first + 1, most)
    return tuple(str(each).zfill(len(ends[1])) for each in range(first, last + 1))


def _bounded(count: int, most: int) -> None:
    if count > most:
        raise Unfit("too_many", text(f"At most {most}.", f"最多 {most} 个。"))


def _checked(code: str) -> bool:
    if not _GTIN.fullmatch(code):
        return False
    digits = [int(each) for each in reversed(code)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0

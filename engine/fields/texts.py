"""Words that people write: text, long text, addresses on the web. Also the rule for what characters a text may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from engine.errors import text
from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, Declared, FieldType, Known, Unfit, unfit_type

SHORT = 400
LONG = 20_000
URL = 2_000

_CODE = re.compile(r"[A-Z0-9._/-]+", re.ASCII)
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
"""Characters that show nothing but count as letters or marks."""
_ADDRESS = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\.?|[0-9a-fA-F:.]+", re.ASCII)
_SPACES = "\u00a0\u2002\u2003\u3000"
_LINES = "\n\t"


def clean(raw: Any, longest: int, allowed: str = _SPACES) -> str:
    """The text in Unicode's composed form; refused when it is too long or holds what cannot be seen."""
    if not isinstance(raw, str):
        raise unfit_type("This must be text.", "此处必须是文本。")
    if len(raw) > longest:
        raise Unfit("too_long", text(f"At most {longest} characters.", f"最多 {longest} 个字符。"))
    if raw.isascii() and raw.isprintable():
        return raw
    if any(not each.isprintable() and each not in allowed for each in raw) or _UNSEEN.search(raw):
        raise Unfit("characters", text("There are characters in it that cannot be seen.", "含有不可见的字符。"))
    composed = unicodedata.normalize("NFC", raw)
    if len(composed) > longest:
        raise Unfit("too_long", text(f"At most {longest} characters.", f"最多 {longest} 个字符。"))
    return composed


class TextField(FieldType):
    """One line of text. With `code: true` only capital letters, digits and `. _ / -`. Blank text is empty."""

    name = "text"
    widget = "text"
    options_schema = MappingProxyType(
        {
            "shortest": {"type": "integer", "minimum": 1, "maximum": SHORT},
            "longest": {"type": "integer", "minimum": 1, "maximum": SHORT},
            "code": {"type": "boolean"},
        }
    )

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A line without control characters."""
        read = clean(raw, field.options.get("longest", SHORT))
        if field.options.get("code") and read and not _CODE.fullmatch(read):
            raise Unfit(
                "code", text("Only A-Z, 0-9 and . _ / - are allowed here.", "此处只允许 A-Z、0-9 和 . _ / - 。")
            )
        return _enough(read, field)


class LongTextField(FieldType):
    """Text of several lines."""

    name = "long_text"
    widget = "area"
    options_schema = MappingProxyType(
        {
            "shortest": {"type": "integer", "minimum": 1, "maximum": LONG},
            "longest": {"type": "integer", "minimum": 1, "maximum": LONG},
        }
    )

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """Lines end in a line feed, however the sender ends them."""
        lines = raw.replace("\r\n", "\n") if isinstance(raw, str) else raw
        read = clean(lines, field.options.get("longest", LONG), _SPACES + _LINES)
        return _enough(read, field)


class UrlField(FieldType):
    """An address on the web: http or https, a host, and nothing that a browser would read otherwise."""

    name = "url"
    widget = "url"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """Refuses other schemes, sign-ins in the address, and characters that must be encoded."""
        read = clean(raw, URL)
        if not read:
            return None
        if not _ADDRESS.fullmatch(read) or not read.lower().startswith(("http://", "https://")):
            raise _no_address()
        try:
            parts = urlsplit(read)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _no_address() from error
        if not host or not _HOST.fullmatch(host) or "@" in parts.netloc or port == 0:
            raise _no_address()
        return read


def _enough(read: str, field: Declared) -> str | None:
    """The text if it is long enough without the blanks around it; blank text is empty, whatever its length."""
    plain, shortest = read.strip(), field.options.get("shortest", 0)
    if plain and len(plain) < shortest:
        raise Unfit("too_short", text(f"At least {shortest} characters.", f"至少 {shortest} 个字符。"))
    return read if plain else None


def _no_address() -> Unfit:
    return Unfit(
        "url",
        text(
            "This must be an address that starts with https:// or http://.", "必须是以 https:// 或 http:// 开头的网址。"
        ),
    )

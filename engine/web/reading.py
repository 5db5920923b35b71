"""Reading requests strictly: JSON without surprises, query parameters given once, languages. Used by `api` and `pages`.

Whatever two readers could understand in two ways is refused: duplicate keys, NaN, numbers with a point (quantities and
money are strings), integers beyond 64 bits, characters that a database cannot keep, nesting without end.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from engine.errors import Fault, Kind, Refusal, Text, invalid, text
from engine.operations.calls import Unread

DEEPEST = 32
_LONGEST_INTEGER = 20
_LARGEST = 2**63
_MOST_PARAMETERS = 40
_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?\Z", re.IGNORECASE)
_UNKEPT = re.compile("[\ud800-\udfff\0]")


class _Bad(ValueError):
    """Found while parsing; becomes a fault where it stands."""

    def __init__(self, code: str, says: Text) -> None:
        super().__init__(code)
        self.code = code
        self.says = says


def read_json(raw: bytes, content_type: str | None, *, apart: bool = False) -> Any:
    """The JSON value of a body; None for no body. Refused with 415 or as invalid.

    `apart`: of a list, what is wrong in one of its things is told of that one (`Unread`), and the others are read.
    """
    if not raw:
        return None
    if content_type is None or not _JSON_TYPE.match(content_type):
        says = text("The body must be application/json.", "请求体必须为 application/json。")
        raise Refusal(Kind.INVALID, "media_type", says, status=415)
    return parse_json(raw, apart=apart)


def parse_json(raw: bytes, *, apart: bool = False) -> Any:
    """Strict JSON; every refusal is `invalid`, with the path of what is wrong."""
    try:
        words = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused("encoding", text("The body is not UTF-8.", "请求体不是 UTF-8。")) from error
    if words.startswith("\ufeff"):
        raise _refused("json", text("The body begins with a byte order mark.", "请求体以字节顺序标记开头。"))
    try:
        value = _decoded(words, apart=apart)
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        says = text(
            f"This is not JSON: line {error.lineno}, column {error.colno}.",
            f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列。",
        )
        raise _refused("json", says) from error
    if words.count("{") + words.count("[") > DEEPEST or "\\u" in words or "\0" in words:
        if apart and isinstance(value, list):
            return [_walked(each) for each in value]
        _walk(value)
    return value


def _decoded(words: str, *, apart: bool) -> Any:
    """The value; when something in it is wrong, read once more to find where that stands."""
    try:
        return _DECODER.decode(words)
    except _Bad:
        value = _MARKING.decode(words)
    if apart and isinstance(value, list):
        return [_unread(each, wrong) if (wrong := _first_bad(each)) else each for each in value]
    found = _first_bad(value)
    if found is None:
        raise _refused("json", text("This is not JSON.", "不是有效的 JSON。"))
    path, bad = found
    raise invalid([Fault(path, bad.code, bad.says)])


def _first_bad(value: Any) -> tuple[str, _Bad] | None:
    """What is wrong in a value that was read with marks, and where."""
    waiting = [(value, "")]
    while waiting:
        each, path = waiting.pop()
        if isinstance(each, _Bad):
            return path, each
        inner = each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
        waiting += [(below, f"{path}/{_shown(name)}") for name, below in reversed(list(inner))]
    return None


def _shown(name: str | int) -> str:
    """A part of a path; what a client invented is made safe to answer."""
    return _UNKEPT.sub("?", str(name))[:80].replace("~", "~0").replace("/", "~1")


def _unread(each: Any, found: tuple[str, _Bad]) -> Unread:
    key = each.get("key") if isinstance(each, dict) else None
    path, bad = found
    return Unread(key if isinstance(key, str) else None, path, bad.code, bad.says)


def _walked(each: Any) -> Any:
    """One thing of a list, looked through by itself; too deep is too deep for all."""
    if isinstance(each, Unread):
        return each
    try:
        _walk(each, 1)
    except Refusal as refusal:
        fault = refusal.faults[0]
        if fault.code == "depth":
            raise
        return _unread(each, (fault.path, _Bad(fault.code, fault.says)))
    return each


def _walk(value: Any, begin: int = 0) -> None:
    """Refuse what is too deep, and text with characters that cannot be kept."""
    level: list[tuple[Any, str]] = [(value, "")]
    for depth in range(begin, DEEPEST + 1):
        below: list[tuple[Any, str]] = []
        for each, path in level:
            if depth == DEEPEST and isinstance(each, (dict, list)):
                raise _too_deep()
            if isinstance(each, str):
                _check_words(each, path)
            elif isinstance(each, dict):
                for name, inner in each.items():
                    _check_words(name, path)
                    below.append((inner, f"{path}/{name}"))
            elif isinstance(each, list):
                below += [(inner, f"{path}/{index}") for index, inner in enumerate(each)]
        level = below


def _check_words(words: str, path: str) -> None:
    if _UNKEPT.search(words):
        says = text("There is a character that cannot be stored.", "含有无法存储的字符。")
        raise invalid([Fault(_UNKEPT.sub("?", path), "characters", says)])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        shown = _UNKEPT.sub("?", twice)[:80]
        raise _Bad("duplicate_key", text(f"“{shown}” is given twice.", f"“{shown}” 重复出现。"))
    return found


def _integer(digits: str) -> int:
    number = int(digits) if len(digits) <= _LONGEST_INTEGER else _LARGEST
    if not -_LARGEST <= number < _LARGEST or digits == "-0":
        raise _Bad("integer", text("A whole number is beyond 64 bits, or is -0.", "整数超出 64 位范围或为 -0。"))
    return number


def _no_float(digits: str) -> Any:
    shown = digits[:40]
    says = text(
        f'{shown}: numbers with a point are strings, such as "1.50".',
        f'{shown}：带小数点的数字必须写成字符串，例如 "1.50"。',
    )
    raise _Bad("float", says)


def _no_constant(word: str) -> Any:
    raise _Bad("number", text(f"{word} is no number.", f"{word} 不是数字。"))


def _marking(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same reading, which gives what is wrong as a value instead of ending there."""

    def marked(raw: Any) -> Any:
        try:
            return read(raw)
        except _Bad as bad:
            return bad

    return marked


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_no_float, parse_constant=_no_constant
)
_MARKING = json.JSONDecoder(
    object_pairs_hook=_marking(_pairs),
    parse_int=_marking(_integer),
    parse_float=_marking(_no_float),
    parse_constant=_marking(_no_constant),
)


def read_query(raw: bytes) -> Mapping[str, str]:
    """Query parameters by name; refused as invalid when one is given twice or is not UTF-8."""
    found: dict[str, str] = {}
    if not raw:
        return found
    pieces = [each for each in raw.split(b"&") if each]
    if len(pieces) > _MOST_PARAMETERS:
        raise _refused("parameters", text("There are too many parameters.", "参数过多。"))
    for piece in pieces:
        name, _, value = piece.partition(b"=")
        key = _unquoted(name)
        if key in found:
            says = text(f"The parameter “{key[:80]}” is given twice.", f"参数“{key[:80]}”重复出现。")
            raise invalid([Fault("", "duplicate_parameter", says)])
        found[key] = _unquoted(value)
    return found


def _unquoted(raw: bytes) -> str:
    try:
        words = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused("encoding", text("A parameter is not UTF-8.", "参数不是 UTF-8。")) from error
    if _UNKEPT.search(words):
        raise _refused(
            "characters", text("A parameter has a character that cannot be stored.", "参数含有无法存储的字符。")
        )
    return words


def read_language(accept: str | None) -> str:
    """`zh` or `en`, as `Accept-Language` prefers; English when it names neither."""
    if not accept:
        return "en"
    best, best_weight = "en", -1
    for piece in accept[:400].split(","):
        tag, _, rest = piece.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(rest)
        if language in ("zh", "en") and weight > max(best_weight, 0):
            best, best_weight = language, weight
    return best


def _weight(words: str) -> int:
    """`q=0.8` in thousandths; 1 when not given, 0 when it is no weight."""
    if not words.strip():
        return 1000
    found = re.fullmatch(r"q=(0|1)(?:\.([0-9]{1,3}))?", words.strip())
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 0


def _refused(code: str, says: Text) -> Refusal:
    return invalid([Fault("", code, says)])


def _too_deep() -> Refusal:
    return _refused("depth", text(f"It is nested deeper than {DEEPEST} levels.", f"嵌套超过 {DEEPEST} 层。"))

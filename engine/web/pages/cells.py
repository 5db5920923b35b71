"""A value as people read it: a reference with its code, an amount in threes, a moment with the day. Used by pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import say, text
from engine.web.pages.moments import written_day

EMPTY = "–"
_YES, _NO, _FILE = text("Yes", "是"), text("No", "否"), text("File", "附件")
_APART = text(", ", "、")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a template shows: `kind` is `text`, `number`, `moment`, `pill`, `file`, `image` or `nothing`."""

    kind: str
    shown: str
    hint: str = ""
    link: str = ""
    tone: str = ""
    unit: str = ""


def cell(field: Mapping[str, Any], value: Any, language: str) -> Cell:
    """One value of a field as `GET /api/forms/{form}` describes it."""
    if value is None or value in ("", []):
        return Cell("nothing", EMPTY)
    if isinstance(value, bool):
        return Cell("text", say(_YES if value else _NO, language))
    if isinstance(value, str) and value in field.get("names", ()):
        return Cell("text", str(field["names"][value]))
    if field.get("digits"):
        return Cell("number", grouped(str(value)))
    known = _BY_WIDGET.get(str(field.get("widget")))
    return known(field, value, language) if known else _plain(field, value, language)


def _plain(field: Mapping[str, Any], value: Any, language: str) -> Cell:
    if isinstance(value, Mapping):
        return _named(field, value)
    if isinstance(value, list):
        return Cell("text", say(_APART, language).join(cell(field, each, language).shown for each in value))
    return Cell("text", str(value))


def _moment(_field: Mapping[str, Any], value: Any, _language: str) -> Cell:
    """Told by the page, which knows the zone."""
    return Cell("moment", str(value)[:16].replace("T", " "), str(value))


def _day(_field: Mapping[str, Any], value: Any, language: str) -> Cell:
    return Cell("text", written_day(str(value), language))


def _chosen(field: Mapping[str, Any], value: Any, language: str) -> Cell:
    titles = {each["value"]: each["title"] for each in field.get("options", ())}
    listed = value if isinstance(value, list) else [value]
    return Cell("text", say(_APART, language).join(str(titles.get(each, each)) for each in listed))


def _named(field: Mapping[str, Any], value: Mapping[str, Any]) -> Cell:
    code, title = value.get("code"), value.get("title")
    if code and title and "/" in str(value.get("id")):  # a part of a place is called by its title
        code = str(code).partition("/")[0]
    shown = f"{code} {title}" if code and title and code != title else str(code or title or value.get("id", ""))
    link = f"/records/{field['to']}/{value['id']}" if field.get("to") and value.get("id") else ""
    return Cell("text", shown, "", link)


def _file(_field: Mapping[str, Any], value: Any, language: str) -> Cell:
    if isinstance(value, Mapping):
        if value.get("typed"):
            return Cell("text", str(value["typed"]))
        value = value.get("id") or value.get("attachment")
    return Cell("file", say(_FILE, language), "", f"/api/attachments/{value}")


_BY_WIDGET: Mapping[str, Callable[[Mapping[str, Any], Any, str], Cell]] = {
    "choice": _chosen,
    "choices": _chosen,
    "moment": _moment,
    "date": _day,
    "image": _file,
    "file": _file,
    "signature": _file,
}


def grouped(digits: str) -> str:
    """Digits in threes, exact: what is behind the point stays as it is."""
    sign, plain = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, rest = plain.partition(".")
    if not whole.isdigit():
        return digits
    return f"{sign}{int(whole):,}{point}{rest}"


def sized(count: int) -> str:
    """The size of a file as people say it."""
    for unit, size in (("MB", 1024 * 1024), ("KB", 1024)):
        if count >= size:
            return f"{count * 10 // size / 10:g} {unit}"
    return f"{count} B"


def tone(state: Mapping[str, Any] | None) -> str:
    """What a state means, as the form's definition tells it; quiet where it means none of the four."""
    return str((state or {}).get("means") or "quiet")

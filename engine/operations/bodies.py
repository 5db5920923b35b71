"""Reading what a command's body says: only known words, of the right kind. Used by every verb that takes a body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import Fault, invalid, invalid_at, text

LONGEST_COMMENT = 4000

_SAID = {"comment": {"type": "string"}, "revision": {"type": "integer"}}
_PERSON = {"to": {"type": "string", "description": "the id of a person"}}
DECISION: Mapping[str, Any] = {
    **_SAID,
    "values": {"type": "object"},
    "asks": {"type": "object"},
    "rows": {"type": "array", "items": {"type": "string"}},
}
SENT: Mapping[str, Mapping[str, Any]] = {
    "return": {**DECISION, "to": {"type": "string"}, "step": {"type": "string"}},
    "comment": {"comment": {"type": "string"}},
    "hand_over": {**_SAID, **_PERSON},
    "add_signer": {**_SAID, **_PERSON, "where": {"enum": ["before", "after", "beside"]}},
    "remove_signer": {**_SAID, **_PERSON},
    "take_back": _SAID,
    "nudge": _SAID,
}
"""What may be sent with a move of a task: `only` refuses the rest, `describing` tells it; a verdict is a `DECISION`."""


def only(body: Any, known: Iterable[str]) -> None:
    """Refuse a body that is no object, or that has a word nobody knows."""
    if not isinstance(body, Mapping):
        raise invalid_at("", "not_an_object", text("An object is expected.", "应为对象。"))
    unknown = sorted(set(body).difference(known))
    if unknown:
        words = text("There is no such field.", "没有此字段。")
        raise invalid([Fault(f"/{each}", "unknown_field", words) for each in unknown])


def mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object below `name`; empty when it is not there."""
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise invalid_at(f"/{name}", "not_an_object", text("An object is expected.", "应为对象。"))
    return found


def words(body: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts below `name`."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise invalid_at(f"/{name}", "not_a_list", text("A list of texts is expected.", "应为文本列表。"))
    return found


def word(body: Mapping[str, Any], name: str) -> str:
    """A text below `name`."""
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise invalid_at(f"/{name}", "not_text", text("A text is expected.", "应为文本。"))
    return found


def comment(body: Mapping[str, Any]) -> str | None:
    """The comment that goes into history."""
    found = body.get("comment")
    if found is None:
        return None
    if not isinstance(found, str) or len(found) > LONGEST_COMMENT or not _clean(found):
        raise invalid_at("/comment", "bad_text", text("This comment cannot be kept.", "备注内容无效。"))
    return found


def revision(body: Mapping[str, Any]) -> int | None:
    """The revision that the sender saw."""
    found = body.get("revision")
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise invalid_at("/revision", "not_a_number", text("A whole number is expected.", "应为整数。"))
    return found


def _clean(found: str) -> bool:
    return all(each.isprintable() or each in "\n\t" for each in found)

"""What a scanned or typed code means: the records that have exactly it. Used by `commands`, for every page and script.

A record has a code when its number is it, or a field by which its form is searched. A barcode is also meant by the
other lengths of a GTIN: the shorter ones are the longer ones without their leading zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import invalid_at, text
from engine.fields import BY_NAME, widget_of
from engine.operations import listing, rights
from engine.operations.calls import Answer
from engine.operations.paging import known_only

if TYPE_CHECKING:
    from engine.operations.operation import Operation

KNOWN = frozenset({"text", "form"})
LONGEST = 100
ASKED = "50"
FOUND = 20
_GTIN = re.compile(r"0*([0-9]{7,14})\Z", re.ASCII)
_LENGTHS = (8, 12, 13, 14)


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`?text=[&form=]`: what has this code, master data before documents, the code's own record first."""
    known_only(query, KNOWN)
    code = query.get("text", "").strip()
    if not code:
        raise invalid_at("/text", "required", text("This is needed.", "此项必填。"))
    if len(code) > LONGEST:
        raise invalid_at("/text", "too_long", text(f"At most {LONGEST} characters.", f"最多 {LONGEST} 个字符。"))
    forms = _forms(operation, query.get("form"))
    for each in spelled(code):
        found = [item for form in forms for item in _of_form(operation, form, each, code)]
        if found:
            own = code.casefold()
            found.sort(key=lambda item: str(item["named"]["code"]).casefold() != own)
            return Answer(200, {"items": found[:FOUND], "next": None})
        forms = [form for form in forms if any(_is_scanned(of) for _, of in _searched(form))]
    return Answer(200, {"items": [], "next": None})


def _forms(operation: Operation, asked: str | None) -> list[Form]:
    """The forms that are asked for, as far as the reader sees them: master data is what a code usually names."""
    seen = [each for each in operation.library.forms.values() if rights.sees_form(operation, each.name)]
    if asked is not None:
        wanted = asked.split(",")
        if not set(wanted) <= {each.name for each in seen}:
            raise invalid_at("/form", "unknown_form", text("There is no such form.", "没有此表单。"))
        seen = [each for each in seen if each.name in wanted]
    return sorted(seen, key=lambda each: each.kind == "document")


def spelled(code: str) -> list[str]:
    """The code, and how the other lengths of a GTIN write the same number."""
    bare = _GTIN.match(code)
    others = [bare[1].zfill(length) for length in _LENGTHS if length >= len(bare[1])] if bare else []
    return list(dict.fromkeys([code, *others]))


def _of_form(operation: Operation, form: Form, spelling: str, code: str) -> Iterator[dict[str, Any]]:
    for stored in listing.rows(operation, form, {"q": spelling, "limit": ASKED}).items:
        item = listing.item(operation, operation.unfold(stored), None)
        if _has(form, item, code):
            yield item


def _has(form: Form, item: Mapping[str, Any], code: str) -> bool:
    """Whether what the reader sees of a record has the code; what it borrows of others is theirs."""
    meant, spellings = code.casefold(), {each.casefold() for each in spelled(code)}
    if str(item["number"] or "").casefold() == meant:
        return True
    return any(
        each.casefold() in spellings if _is_scanned(field) else each.casefold() == meant
        for path, field in _searched(form)
        for each in _texts(item["values"], path)
    )


def _searched(form: Form) -> Iterator[tuple[list[str], Field]]:
    for path in form.search:
        field = form.field(path)
        if field is not None:
            yield path.split("."), field


def _is_scanned(field: Field) -> bool:
    return widget_of(BY_NAME[field.type]).scanned


def _texts(value: Any, path: list[str]) -> Iterable[str]:
    """Every text at a path, in every row on the way."""
    if isinstance(value, list):
        return [found for each in value for found in _texts(each, path)]
    if path and isinstance(value, Mapping):
        return _texts(value.get(path[0]), path[1:])
    return [value] if isinstance(value, str) and not path else []

"""The rights to see that are in force now, for records that are pinned to an older definition. Used by `operation`.

Who may see a field is never pinned: what is closed today is closed in old records too, and what is opened is open.
Fields are told apart by their numbers, which stay for life; one that is gone from the newest form keeps what it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.definitions.models import Field, Form, Library, Sees

_KEPT = 500
_MADE: dict[tuple[int, int], tuple[Form, Form, Form]] = {}
"""By the identities of both: the pinned form, the newest, and the pinned one with the rights of the newest."""


def newest_of(library: Library, form: str, overlays: tuple[str, ...]) -> Form | None:
    """The form as the newest library has it under the same overlays, as far as there still are such."""
    known = tuple(each for each in library.overlays if each in overlays)
    return library.variants.get(known, library).forms.get(form)


def with_rights(pinned: Form, newest: Form | None) -> Form:
    """The pinned form, each field seen by whom the newest says; made once for each pair."""
    if newest is None or newest is pinned:
        return pinned
    key = (id(pinned), id(newest))
    found = _MADE.get(key)
    if found is None or found[0] is not pinned or found[1] is not newest:
        if len(_MADE) >= _KEPT:
            _MADE.clear()
        found = _MADE[key] = (pinned, newest, _made(pinned, newest))
    return found[2]


def _made(pinned: Form, newest: Form) -> Form:
    now = {one.number: one.sees for each in newest.fields.values() for one in (each, *each.fields.values())}
    fields = {name: _field(each, now) for name, each in pinned.fields.items()}
    return (
        pinned if all(fields[name] is each for name, each in pinned.fields.items()) else replace(pinned, fields=fields)
    )


def _field(pinned: Field, now: Mapping[int, Sees | None]) -> Field:
    columns = {name: _field(each, now) for name, each in pinned.fields.items()}
    sees = now.get(pinned.number, pinned.sees)
    if sees == pinned.sees and all(columns[name] is each for name, each in pinned.fields.items()):
        return pinned
    return replace(pinned, sees=sees, fields=columns)

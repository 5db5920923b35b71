"""Numbers of fields, which stay for life whatever a field is called. Used by the assembly and the shelf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.definitions.models import Form, Library
from engine.definitions.order import all_fields


def numbered(paths: Iterable[tuple[str, str | None]], known: Mapping[str, int]) -> dict[str, int]:
    """Numbers for these fields, `(path, old path or None)`: the known ones, the old name's, or the next free one."""
    found = dict(known)
    for path, was in paths:
        if path not in found:
            found[path] = found[was] if was in found else max(found.values(), default=0) + 1
    return found


def paths_in(fields: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The paths of a form's text, with what each was called before."""
    for name, data in fields.items():
        yield name, data.get("was")
        table_was = data.get("was")
        for column, each in (data.get("fields") or {}).items():
            was = each.get("was")
            old = f"{table_was or name}.{was or column}" if was or table_was else None
            yield f"{name}.{column}", old


def paths_of(form: Form) -> Iterator[tuple[str, str | None]]:
    """The same of a finished form."""
    for each in all_fields(form.fields):
        table = form.fields[each.table].was or each.table if each.table else None
        renamed = each.was or (each.table and form.fields[each.table].was)
        old = each.was or each.name
        yield each.path, (f"{table}.{old}" if table else old) if renamed else None


def all_paths(library: Library) -> dict[str, list[tuple[str, str | None]]]:
    """The fields of every form, also those that only an overlay adds."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for each in (library, *library.variants.values()):
        for form in each.forms.values():
            found.setdefault(form.name, []).extend(paths_of(form))
    return found

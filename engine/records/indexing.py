"""What is kept beside a record so that it is found: references in rows, org units, unique values, words.

Used by `archive`, which writes it with the record, and by `audit`, which works it out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.models import Field, Form
from engine.records.stored import Stored, dumps
from engine.records.words import kept_words

LONGEST_VALUE = 500


@dataclass(frozen=True)
class Index:
    """Everything that is found by; two equal ones need nothing written."""

    refs: frozenset[tuple[int, str]]
    unique: Mapping[tuple[int, str], str]
    """`(field number, value)` -> where it stands (`/code`, `/barcodes/2/code`)."""
    twice: tuple[str, ...]
    """Where a unique value stands a second time in this very record."""
    words: frozenset[str]
    borrows: frozenset[str]
    """Records whose words are taken over: those that a search path refers to."""


def index_of(form: Form, stored: Stored) -> Index:
    """Work out what a record is found by."""
    unique: dict[tuple[int, str], str] = {}
    twice: list[str] = []
    for number, value, path in _unique(form, stored):
        if (number, value) in unique:
            twice.append(path)
        unique.setdefault((number, value), path)
    texts, borrows = _searched(form, stored)
    return Index(frozenset(_refs(form, stored)), unique, tuple(twice), frozenset(kept_words(texts)), frozenset(borrows))


def unique_text(value: Any) -> str:
    """A unique value as the text that is compared; a long one by its hash, for an index has no room for it."""
    text = value if isinstance(value, str) else dumps(value)
    written = text.encode()
    return text if len(written) <= LONGEST_VALUE else "sha256:" + hashlib.sha256(written).hexdigest()


def _refs(form: Form, stored: Stored) -> Iterator[tuple[int, str]]:
    for table in form.fields.values():
        for column in table.fields.values():
            if column.index:
                for row in stored.rows.get(table.name, ()):
                    value = row.get(column.name)
                    if isinstance(value, str):
                        yield column.number, value


def _unique(form: Form, stored: Stored) -> Iterator[tuple[int, str, str]]:
    for field in form.fields.values():
        if field.unique and stored.values.get(field.name) is not None:
            yield field.number, unique_text(stored.values[field.name]), f"/{field.name}"
        for column in field.fields.values():
            if column.unique:
                for index, row in enumerate(stored.rows.get(field.name, ())):
                    if row.get(column.name) is not None:
                        yield column.number, unique_text(row[column.name]), f"/{field.name}/{index}/{column.name}"


def _searched(form: Form, stored: Stored) -> tuple[list[str], set[str]]:
    texts: list[str] = []
    borrows: set[str] = set()
    for path in form.search:
        if path == "number":
            texts.append(stored.number or "")
            continue
        field = form.field(path)
        if field is None or is_kept_from_some(form, field):
            continue
        for value in _values(field, stored):
            if field.value_type.kind == "reference":
                borrows.add(str(value))
            else:
                texts.append(str(value))
    return texts, borrows


def is_kept_from_some(form: Form, field: Field) -> bool:
    """Whether not everybody sees this field: then nobody finds by it, for who finds knows what it says."""
    return field.sees is not None or (field.table is not None and form.fields[field.table].sees is not None)


def _values(field: Field, stored: Stored) -> Iterator[Any]:
    held = [stored.values] if field.table is None else stored.rows.get(field.table, ())
    for values in held:
        value = values.get(field.name)
        if value is not None and value != "":
            yield value

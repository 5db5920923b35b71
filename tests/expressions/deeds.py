"""The small world of the vectors: its types, values and answers, read from `vectors.json`. Used by the tests here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.expressions import (
    Environment,
    Expression,
    Place,
    Reference,
    Scope,
    Signature,
    Subject,
    Type,
    Value,
    compile_expression,
)

BOOK: Mapping[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
VECTORS: Sequence[Mapping[str, Any]] = BOOK["vectors"]
NOW = datetime.fromisoformat(BOOK["now"])
TODAY = date.fromisoformat(BOOK["today"])
ZONE = timezone(timedelta(hours=8))
_WRITTEN = re.compile(r"(\w+)(?:\((.*)\))?\Z")


def type_of(text: str) -> Type:
    """`money(2)`, `reference(store)`, `choice(a,b)`, `table(deed.lines)`, `list(choice(a,b))`."""
    found = _WRITTEN.match(text)
    assert found, text
    kind, inner = found.groups()
    if kind in ("reference",):
        return Type(kind, form=inner)
    if kind in ("row", "table"):
        form, _, table = inner.partition(".")
        return Type(kind, form=form, table=table)
    if kind == "choice":
        return Type(kind, options=tuple(inner.split(",")))
    if kind == "list":
        return Type(kind, of=type_of(inner))
    return Type(kind, scale=int(inner) if inner else None)


class DeedScope:
    """The names of the vectors; `hidden` takes some away."""

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        self.hidden = frozenset(hidden)

    def name(self, name: str) -> Type | None:
        """A bare name."""
        text = BOOK["names"].get(name)
        return None if text is None or name in self.hidden else type_of(text)

    def attribute(self, of: Type, name: str) -> Type | None:
        """A field."""
        form = f"{of.form}.{of.table}" if of.table else of.form or of.kind
        text = BOOK["forms"].get(form, {}).get(name)
        return None if text is None else type_of(text)

    def function(self, name: str) -> Signature | None:
        """A fact."""
        told = BOOK["functions"].get(name)
        if told is None:
            return None
        takes = tuple(type_of(each) for each in told["takes"])
        return Signature(name, takes, told["needs"], type_of(told["gives"]))

    def known(self, of: Type | None) -> Iterable[str]:
        """For hints."""
        if of is None:
            return tuple(BOOK["names"])
        form = f"{of.form}.{of.table}" if of.table else of.form or of.kind
        return tuple(BOOK["forms"].get(form, {}))


SCOPE: Scope = DeedScope()


def value_of(raw: Any, of: Type) -> Any:
    """A value of the file as the engine holds it."""
    if raw is None:
        return None
    if of.kind in ("decimal", "money", "quantity"):
        return Decimal(raw)
    if of.kind == "date":
        return date.fromisoformat(raw)
    if of.kind == "moment":
        return datetime.fromisoformat(raw)
    if of.kind == "reference":
        return Reference(of.form or "", raw)
    if of.kind == "place":
        return Place(raw, "store")
    if of.kind == "list" and of.of:
        return [value_of(each, of.of) for each in raw]
    if of.kind == "table":
        return [row_of(each, f"{of.form}.{of.table}") for each in raw]
    return raw


def row_of(raw: Mapping[str, Any], form: str) -> dict[str, Any]:
    """A row of the file."""
    return {name: value_of(each, type_of(BOOK["forms"][form].get(name, "text"))) for name, each in raw.items()}


class DeedWorld:
    """Answers as the file says; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Value, ...], dict[str, Value]]] = []

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A field of a record of the file."""
        key = of.key if isinstance(of, Place) else of.id
        form = "chain" if key == "chain" else of.form if not isinstance(of, Place) else "store"
        found: Value = value_of(BOOK["records"][key].get(name), type_of(BOOK["forms"][form][name]))
        return found

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """The one answer of the file to this word."""
        self.asked.append((function, tuple(args), dict(named)))
        raw = BOOK["answers"][function]
        if function in ("changed", "did", "wrote"):
            return bool(raw)
        if function == "outcome":
            return str(raw)
        if function == "lookup":
            return Reference("price", raw)
        if function == "nearest":
            return Reference("store", raw)
        if function == "traced":
            return [row_of(each, "receipt.lines") for each in raw]
        return Decimal(raw)


def deed(**changes: Any) -> Subject:
    """The record of the vectors."""
    values = row_of({name: raw for name, raw in BOOK["values"].items() if name not in ("id", "transit")}, "deed")
    return Subject("deed", "d1", {**values, **changes})


def names(**changes: Any) -> dict[str, Any]:
    """Every name of the vectors, except what stands for columns in a query."""
    record = deed(**changes)
    return {
        "record": record,
        "row": record.values["lines"][0],
        "actor": Reference("person", "p1"),
        "system": Reference("person", "system"),
        "chain": Reference("chain", "chain"),
        "decided": False,
    }


def environment(world: DeedWorld | None = None, fuel: int | None = None, **more: Any) -> Environment:
    """An environment that knows everything, the candidate `it` too."""
    known = names()
    return Environment({**known, "it": known["record"], **more}, world or DeedWorld(), NOW, TODAY, fuel, ZONE)


def parameters() -> Environment:
    """An environment of a query: the candidate stands in columns."""
    return Environment(names(), DeedWorld(), NOW, TODAY, None, ZONE)


def compiled(text: str, expected: Type | None = None) -> Expression:
    """The expression in the scope of the vectors."""
    return compile_expression(text, SCOPE, expected)


def plain(value: Any) -> Any:
    """A value as the file writes it, numbers as decimals so that 1 and 1.0 are one."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Place):
        return value.key
    if isinstance(value, Reference | Subject):
        return value.id
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


NUMBERS = frozenset({"integer", "decimal", "money", "quantity"})


def wanted(raw: Any, of: Type) -> Any:
    """What the file says, to be compared with `plain`."""
    if isinstance(raw, list):
        return [wanted(each, of.of or of) for each in raw]
    if isinstance(raw, bool) or raw is None:
        return raw
    return Decimal(raw) if of.kind in NUMBERS else raw

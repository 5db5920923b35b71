"""Fields, forms and a known world for the tests of fields and of filling. The forms are compiled as a library's are."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.definitions.models import Field, Form, Option, Rule
from engine.expressions import (
    Environment,
    Expression,
    Place,
    Reference,
    Signature,
    Subject,
    Type,
    Value,
    compile_expression,
)
from engine.fields import BY_NAME, AttachmentFacts

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TITLE = {"en": "Title", "zh": "标题"}
CONDITIONS = ("visible", "only")


def made(name: str, type_: str, **given: Any) -> Field:
    """A field of this type; what is no member of `Field` is an option of the type."""
    members = {key: given.pop(key) for key in list(given) if key in Field.__dataclass_fields__ and key != "options"}
    options = dict(given)
    if isinstance(options.get("options"), (list, tuple)):
        options["options"] = tuple(Option(each, TITLE) for each in options["options"])
    value_type = BY_NAME[type_].value_type(options)
    return Field(name=name, type=type_, title=TITLE, value_type=value_type, options=options, **members)


@dataclass
class KnownWorld:
    """Items with scales and units, records by code, uploads; what the writer may not see is left out."""

    scales: dict[str, int] = field(default_factory=lambda: {"pen": 0, "rice": 3, "rod": 6})
    units: dict[tuple[str, str], Decimal] = field(
        default_factory=lambda: {
            ("pen", "case"): Decimal(12),
            ("pen", "piece"): Decimal(1),
            ("rice", "sack"): Decimal("2.5"),
        }
    )
    codes: dict[tuple[str, str], str] = field(
        default_factory=lambda: {("shop", "S01"): "shop-1", ("item", "P1"): "pen"}
    )
    uploads: dict[str, AttachmentFacts] = field(
        default_factory=lambda: {
            "photo": AttachmentFacts("image/png", 1000),
            "paper": AttachmentFacts("application/pdf", 5000),
        }
    )
    hidden: frozenset[str] = frozenset()

    def scale_of(self, item: str) -> int | None:
        return self.scales.get(item)

    def unit_of(self, item: str, unit: str) -> Decimal | None:
        return self.units.get((item, unit))

    def find(self, form: str, code: str) -> str | None:
        found = self.codes.get((form, code))
        return None if found in self.hidden else found

    def seen(self, form: str, record: str) -> bool:
        known = {"item": {"pen", "rice", "rod", "old"}, "shop": {"shop-1", "shop-2"}, "person": {"li"}}
        return record in known.get(form, ()) and record not in self.hidden

    def attachment(self, attachment: str) -> AttachmentFacts | None:
        return self.uploads.get(attachment)

    def own_name(self) -> str:
        return "Li Wei"


KNOWN = KnownWorld()


class Masters:
    """The world behind expressions: items with a cost, whether they are in use, and how they are tracked."""

    costs: Mapping[str, Any] = {"pen": Decimal("1.25"), "rice": Decimal("3.10"), "rod": Decimal(7)}

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        answers: Mapping[str, Value] = {
            "cost": self.costs.get(of.id) if not isinstance(of, Place) else None,
            "active": not isinstance(of, Place) and of.id != "old",
            "tracking": "lot" if not isinstance(of, Place) and of.id == "rice" else "none",
        }
        return answers.get(name)

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return Decimal(100)


ITEM: Mapping[str, Type] = {
    "cost": Type("money", scale=2),
    "active": Type("boolean"),
    "tracking": Type("choice", options=("none", "lot")),
}


@dataclass(frozen=True)
class FormScope:
    """What expressions of one form may name."""

    fields: Mapping[str, Field]
    names: Mapping[str, Type]

    def name(self, name: str) -> Type | None:
        return self.names.get(name)

    def attribute(self, of: Type, name: str) -> Type | None:
        if of.kind in ("row", "table"):
            column = self.fields[of.table or ""].fields.get(name)
            return column.value_type if column else None
        if of.form == "item":
            return ITEM.get(name)
        if of.form == "sample":
            found = self.fields.get(name)
            if found is not None and found.type == "table":
                return Type("table", form="sample", table=name)
            return found.value_type if found else None
        return None

    def function(self, name: str) -> Signature | None:
        return None

    def known(self, of: Type | None) -> Sequence[str]:
        return ()


def form(*fields: Field, rules: Sequence[tuple[str, str, str | None]] = (), derived: Sequence[str] = ()) -> Form:
    """A form named `sample`; conditions and formulas are given as text and compiled against the form."""
    names = {"record": Type("reference", form="sample"), "today": Type("date")}
    placed = {each.name: _with_table(each) for each in fields}
    scope = FormScope(placed, names)
    compiled = {name: _compiled(each, scope, None) for name, each in placed.items()}
    for name, each in compiled.items():
        if each.type == "table":
            row = replace(scope, names={**names, "row": Type("row", form="sample", table=name)})
            columns = {key: _compiled(column, row, None) for key, column in each.fields.items()}
            compiled[name] = replace(each, fields=columns)
    built = {
        name: Rule(name, compile_expression(check, _rule_scope(scope, at)), {"en": name, "zh": name}, at)
        for name, check, at in rules
    }
    return Form("sample", TITLE, "document", compiled, rules=built, derived=tuple(derived))


def _rule_scope(scope: FormScope, at: str | None) -> FormScope:
    if at is None or "." not in at:
        return scope
    return replace(scope, names={**scope.names, "row": Type("row", form="sample", table=at.split(".")[0])})


def _with_table(of: Field) -> Field:
    return replace(of, fields={name: replace(each, table=of.name) for name, each in of.fields.items()})


def _compiled(of: Field, scope: FormScope, _: None) -> Field:
    changes: dict[str, Expression] = {}
    for key in ("required", "visible", "only", "at_most", "default", "compute", "live"):
        given = getattr(of, key)
        if isinstance(given, str):
            at = replace(scope, names={**scope.names, "it": of.value_type})
            expected = of.value_type if key in ("default", "compute", "live") else None
            changes[key] = compile_expression(given, at, expected)
    return replace(of, **changes)  # type: ignore[arg-type]


def table(name: str, *columns: Field, **given: Any) -> Field:
    """A table with these columns."""
    return replace(made(name, "table", **given), fields={each.name: each for each in columns})


def env_of(values: Mapping[str, Any]) -> Environment:
    """The environment in which a form's expressions are asked; the record is a copy, as operations make it."""
    record = Subject("sample", "r-1", {**values, "id": "r-1"})
    return Environment({"record": record}, Masters(), NOW, date(2026, 11, 22))


def ids() -> Callable[[], str]:
    """Ids that are told apart easily: the first ends in 1."""
    count = iter(range(1, 100_000))
    return lambda: str(uuid.UUID(int=next(count)))


def read(type_: str, raw: Any, known: Any = KNOWN, beside: Mapping[str, Any] | None = None, **given: Any) -> Any:
    """Read raw JSON with a field of this type."""
    return BY_NAME[type_].read(raw, made("it", type_, **given), known, beside or {})


def again(type_: str, value: Any, **given: Any) -> Any:
    """The value after it was dumped and loaded."""
    of = made("it", type_, **given)
    return BY_NAME[type_].load(BY_NAME[type_].dump(value, of), of)

"""The options of every type are checked by its schema, and what a definition may say there is what the type reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.definitions.vocabulary import FieldKind, object_schema, vocabulary
from engine.expressions import Type
from engine.fields import BY_NAME, FIELD_TYPES

EXPECTED = (
    *("text", "long_text", "integer", "decimal", "quantity", "money", "date", "moment", "boolean", "choice", "choices"),
    *("reference", "person", "org_unit", "table", "attachment", "image", "signature", "barcode", "serials", "url"),
)

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("text", {}),
    ("text", {"code": True, "longest": 20}),
    ("long_text", {"longest": 20_000}),
    ("integer", {"above": 0}),
    ("decimal", {"scale": 3, "above": "0.5"}),
    ("decimal", {"above": -1}),
    ("quantity", {"of": "item", "above": 0, "scale": 0}),
    ("money", {"currency": "CNY", "scale": 4, "above": "0"}),
    ("choice", {"options": "transfer_reason"}),
    ("choice", {"options": {"a": {"en": "A", "zh": "甲"}, "24h": {"en": "Day"}}}),
    ("choices", {"options": {"a": {"en": "A"}}}),
    ("reference", {"to": "item"}),
    ("person", {}),
    ("org_unit", {"to": "region"}),
    ("attachment", {"types": ["application/pdf"], "largest": 1_000_000}),
    ("image", {"largest": 1}),
    ("signature", {"own": True}),
    ("barcode", {"checked": True}),
    ("serials", {"most": 1000}),
]
BAD: list[tuple[str, dict[str, Any]]] = [
    ("signature", {"own": "yes"}),
    ("text", {"code": "yes"}),
    ("text", {"longest": 0}),
    ("text", {"longest": 401}),
    ("text", {"pattern": "^(a+)+$"}),
    ("integer", {"scale": 2}),
    ("decimal", {"scale": 7}),
    ("decimal", {"above": 0.5}),
    ("decimal", {"above": "1e3"}),
    ("quantity", {"of": "row.item"}),
    ("money", {"currency": "yuan"}),
    ("choice", {"options": {}}),
    ("choice", {"options": ["a", "b"]}),
    ("choice", {"options": {"a b": {"en": "A"}}}),
    ("reference", {"to": "Item"}),
    ("reference", {"to": "item", "form": "item"}),
    ("attachment", {"types": ["*"]}),
    ("attachment", {"types": []}),
    ("image", {"types": ["image/svg+xml"]}),
    ("serials", {"most": 1001}),
    ("date", {"format": "d/m/y"}),
]


def check(type_: str, options: dict[str, Any]) -> bool:
    schema = object_schema(BY_NAME[type_].options_schema)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(options)


def test_the_types_are_those_of_the_contract() -> None:
    assert tuple(each.name for each in FIELD_TYPES) == EXPECTED


@pytest.mark.parametrize(("type_", "options"), GOOD)
def test_what_a_type_knows_may_be_said(type_: str, options: dict[str, Any]) -> None:
    assert check(type_, options)


@pytest.mark.parametrize(("type_", "options"), BAD)
def test_what_a_type_does_not_know_is_refused(type_: str, options: dict[str, Any]) -> None:
    assert not check(type_, options)


@pytest.mark.parametrize("type_", EXPECTED)
def test_definitions_can_use_a_type_as_a_kind_of_field(type_: str) -> None:
    kind: FieldKind = vocabulary(FIELD_TYPES, ()).fields[type_]
    assert kind.name == type_
    assert isinstance(kind.value_type({}), Type)
    assert check(type_, {})


@pytest.mark.parametrize("type_", EXPECTED)
def test_a_type_has_few_members_and_says_what_it_is(type_: str) -> None:
    of = type(BY_NAME[type_])
    assert of.__doc__
    assert {name for name in vars(of) if not name.startswith("_")} <= {
        *("name", "widget", "options_schema", "value_type", "read", "dump", "load"),
        "usual",
    }
    assert re.fullmatch("[a-z_]+", of.widget)


@pytest.mark.parametrize(
    ("type_", "options", "expected"),
    [
        ("quantity", {}, Type("quantity", scale=6)),
        ("quantity", {"scale": 0}, Type("quantity", scale=0)),
        ("money", {}, Type("money", scale=2)),
        ("money", {"currency": "JPY"}, Type("money", scale=0)),
        ("money", {"currency": "KWD"}, Type("money", scale=3)),
        ("money", {"currency": "JPY", "scale": 4}, Type("money", scale=4)),
        ("decimal", {"scale": 1}, Type("decimal", scale=1)),
        ("reference", {"to": "item"}, Type("reference", form="item")),
        ("person", {}, Type("reference", form="person")),
        ("org_unit", {"to": "region"}, Type("reference", form="region")),
        ("serials", {}, Type("list", of=Type("text"))),
        ("signature", {}, Type("text")),
    ],
)
def test_the_type_that_expressions_see_follows_the_options(type_: str, options: dict[str, Any], expected: Type) -> None:
    assert BY_NAME[type_].value_type(options) == expected

"""The reference page is what the engine's tables say, and every example on it is a good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.expressions import Type, compile_expression
from engine.expressions.reference import OPERATORS, reference
from engine.expressions.words import WORDS, Word

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "expressions.md"

RECORD = {
    "total": "money", "carrier": "text", "due": "date", "created": "moment", "state": "state", "unit": "store",
    "lines": "lines",
}  # fmt: skip
ROW = {
    "approved": "quantity", "shipped": "quantity", "received": "quantity", "missing": "quantity", "damaged": "quantity",
    "requested": "quantity", "a": "quantity", "b": "money", "unit_cost": "money", "pack": "integer", "full": "boolean",
    "item": "item", "lot": "lot",
}  # fmt: skip
TYPES = {
    "money": Type("money", scale=2),
    "state": Type("choice", options=("draft", "done")),
    "lines": Type("table", form="deed", table="lines"),
    "store": Type("reference", form="store"),
    "item": Type("reference", form="item"),
    "lot": Type("reference", form="lot"),
}


class Anywhere:
    """A scope in which the examples make sense."""

    def name(self, name: str) -> Type | None:
        """The two names of the examples."""
        return {"record": Type("reference", form="deed"), "row": Type("row", form="deed", table="lines")}.get(name)

    def attribute(self, of: Type, name: str) -> Type | None:
        """Their fields."""
        if of.form == "item" and name == "tracking":
            return Type("choice", options=("none", "lot", "serial"))
        if of.form == "price" and name == "amount":
            return Type("money")
        kind = (ROW if of.kind == "row" else RECORD if of.form == "deed" else {}).get(name)
        return None if kind is None else TYPES.get(kind, Type(kind))

    def function(self, name: str) -> None:
        """No facts."""


def test_the_page_says_what_the_tables_say() -> None:
    """Run `python -m engine.expressions.reference` when this fails."""
    assert PAGE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_every_word_stands_on_the_page_with_an_example_that_compiles(word: Word) -> None:
    """And the example uses the word."""
    name, example = word.name, word.example
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")
    assert f"{name}(" in example
    assert compile_expression(example, Anywhere()).text == example


@pytest.mark.parametrize("example", [example for _, _, example in OPERATORS])
def test_every_example_of_an_operator_compiles(example: str) -> None:
    """In the same scope."""
    assert compile_expression(example, Anywhere()).names


def test_a_word_marked_for_sql_is_one_that_sql_knows() -> None:
    """Nothing on the page promises what `sql_words` cannot do."""
    outside = [word.name for word in WORDS if word.kind in ("outside", "past") and word.sql]
    assert outside == []

"""A new type of field, handed in by a third party, is typed, shown and narrowed like any other: its widget says how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.expressions import Type, Value
from engine.fields import FIELD_TYPES, WIDGETS, shape, widget_of
from engine.fields.kinds import ALONE, Declared, FieldType, Known, Unfit, unfit_type
from engine.web.pages.cells import Cell, cell

SOURCES = Path(__file__).parents[2]
ISLANDS = SOURCES / "templates" / "assets" / "src"
STRUCTURE = {"table"}
"""What is no value but holds fields: pages lay it out."""


class WeightField(FieldType):
    """Kilogrammes, as a third party might add them."""

    name = "weight"
    widget = "number"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Decimal."""
        return Type("decimal", scale=3)

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A string of digits."""
        if not isinstance(raw, str):
            raise unfit_type("This must be a weight.", "此处必须是重量。")
        return Decimal(raw)


class MoodField(WeightField):
    """A type whose widget nobody knows."""

    name = "mood"
    widget = "rainbow"


@pytest.mark.parametrize("type_", FIELD_TYPES, ids=lambda each: str(each.name))
def test_every_type_names_a_widget_that_there_is(type_: FieldType) -> None:
    assert type_.widget in WIDGETS
    assert widget_of(type_).name == type_.widget


def test_a_new_type_is_shown_and_narrowed_as_its_widget_says() -> None:
    told = shape(WeightField(), {})
    assert told == {"widget": "number", "digits": True}
    assert widget_of(WeightField()).asked == "number"
    assert cell({"type": "weight", "title": "Weight", **told}, "1234.5", "en") == Cell("number", "1,234.5")


def test_a_type_whose_widget_nobody_knows_is_typed_and_shown_as_text() -> None:
    told = shape(MoodField(), {})
    assert told == {"widget": "text"}
    assert cell({"type": "mood", "title": "Mood", **told}, "sunny", "en") == Cell("text", "sunny")


def test_what_is_said_of_each_piece_has_no_sum() -> None:
    money = next(each for each in FIELD_TYPES if each.name == "money")
    assert shape(money, {})["summed"] is True
    assert "summed" not in shape(money, {"each": True})


def test_pages_and_scripts_ask_the_widget_and_never_the_type() -> None:
    """Else a new type would have to be written into them."""
    asked = re.compile(r"""\.type\s*[!=]==?\s*"(\w+)"|(?:\.type|\["type"\])\s*(?:in|[!=]=)\s*[("]+(\w+)""")
    files = [*ISLANDS.rglob("*.ts*"), *SOURCES.glob("templates/pages/*.html"), *SOURCES.glob("engine/web/pages/*.py")]
    names = {each.name for each in FIELD_TYPES} - STRUCTURE
    found = {
        (file.name, name)
        for file in files
        for match in asked.finditer(file.read_text(encoding="utf-8"))
        for name in match.groups()
        if name in names
    }
    assert len(files) > 60
    assert found == set()


def test_every_widget_is_known_to_the_scripts_or_typed_as_text() -> None:
    """What a widget has of its own there is written with its name; the others are texts and digits."""
    known = (ISLANDS / "islands" / "inputs.tsx").read_text(encoding="utf-8")
    plain = {"text", "serials", *(each.name for each in WIDGETS.values() if each.digits)} | STRUCTURE
    assert {each for each in WIDGETS if f'"{each}"' not in known and f"{each}:" not in known} <= plain


def test_a_weight_is_read_strictly() -> None:
    """The type of these tests is one like ours."""
    with pytest.raises(Unfit):
        WeightField().read(5, None, None)  # type: ignore[arg-type]

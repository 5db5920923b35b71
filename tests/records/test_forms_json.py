"""What is stored is JSON of a record's values, and gives the same values back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import Reference
from engine.fields import Typed
from engine.records import forms_json
from tests.fields.samples import form, made, table

EVERYTHING = form(
    made("text", "text"),
    made("notes", "long_text"),
    made("count", "integer"),
    made("rate", "decimal", scale=3),
    made("price", "money"),
    made("day", "date"),
    made("moment", "moment"),
    made("yes", "boolean"),
    made("kind", "choice", options=["a", "b"]),
    made("kinds", "choices", options=["a", "b"]),
    made("item", "reference", to="item"),
    made("who", "person"),
    made("unit", "org_unit"),
    made("paper", "attachment"),
    made("photo", "image"),
    made("signed", "signature"),
    made("code", "barcode"),
    made("serials", "serials"),
    made("site", "url"),
    table("lines", made("item", "reference", to="item"), made("quantity", "quantity", of="item"), made("note", "text")),
    table("boxes", made("price", "money")),
)
FULL: dict[str, Any] = {
    "text": "中文",
    "notes": "a\nb",
    "count": 5,
    "rate": Decimal("2.5"),
    "price": Decimal(16),
    "day": date(2026, 11, 22),
    "moment": datetime(2026, 11, 22, 9, 30, 0, 5, tzinfo=UTC),
    "yes": False,
    "kind": "a",
    "kinds": ("b", "a"),
    "item": Reference("item", "pen"),
    "who": Reference("person", "li"),
    "unit": Reference("org_unit", "west"),
    "paper": "paper",
    "photo": "photo",
    "signed": Typed("Li Wei"),
    "code": "690",
    "serials": ("1", "2"),
    "site": "https://example.com/",
    "lines": [{"row": "a", "item": Reference("item", "pen"), "quantity": Decimal("2.5"), "note": None}],
    "boxes": [],
}


@dataclass
class Kept:
    """A stored record, as far as its values go."""

    values: dict[str, Any]
    rows: dict[str, Any] = field(default_factory=dict)


def stored(values: dict[str, Any], of: Any = EVERYTHING, **given: Any) -> Kept:
    header, rows = forms_json.encode(of, values, **given)
    return Kept(json.loads(json.dumps(header)), json.loads(json.dumps(rows)))


def test_every_type_comes_back_as_it_was() -> None:
    back = forms_json.decode(EVERYTHING, stored(FULL))
    assert back == FULL
    assert {name: type(value) for name, value in back.items()} == {name: type(value) for name, value in FULL.items()}


def test_what_is_empty_is_not_stored_and_comes_back_as_empty() -> None:
    kept = stored(forms_json.blank(EVERYTHING))
    assert kept.values == {}
    assert kept.rows == {"lines": [], "boxes": []}
    assert forms_json.decode(EVERYTHING, kept) == forms_json.blank(EVERYTHING)
    assert forms_json.decode(EVERYTHING, Kept({})) == forms_json.blank(EVERYTHING)


def test_rows_keep_their_ids_and_every_column_is_there() -> None:
    kept = stored({"lines": [{"row": "a", "item": Reference("item", "pen")}]})
    assert kept.rows["lines"] == [{"row": "a", "item": "pen"}]
    assert forms_json.decode(EVERYTHING, kept)["lines"] == [
        {"row": "a", "item": Reference("item", "pen"), "quantity": None, "note": None}
    ]


def test_decimals_are_strings_with_their_full_scale_and_never_floats() -> None:
    kept = stored(FULL)
    assert (kept.values["price"], kept.values["rate"], kept.rows["lines"][0]["quantity"]) == ("16.00", "2.500", "2.5")


def test_fields_that_the_definition_no_longer_has_are_kept_as_they_were() -> None:
    old = Kept(
        {"text": "x", "gone": {"any": ["thing"]}}, {"lines": [{"row": "a", "lost": "1.50"}], "dropped": [{"row": "b"}]}
    )
    values = forms_json.decode(EVERYTHING, old)
    again = stored(values)
    assert again.values["gone"] == {"any": ["thing"]}
    assert again.rows["lines"][0]["lost"] == "1.50"
    assert forms_json.decode(EVERYTHING, again)["dropped"] == [{"row": "b"}]


LIVE = form(
    table(
        "lines",
        made("item", "reference", to="item"),
        made("stock", "quantity", of="item", live="on_hand(row.item, row.item)"),
        made("cost", "money", live="row.item.cost", fixed_at="submit"),
        made("double", "money", compute="row.cost + row.cost"),
        made("plain", "integer", compute="1 + 1"),
    ),
    made("total", "money", compute="sum(lines.double)"),
    derived=("lines.stock", "lines.cost", "lines.double", "lines.plain", "total"),
)
LIVE_VALUES: dict[str, Any] = {
    "lines": [{"row": "a", "stock": Decimal(5), "cost": Decimal(1), "double": Decimal(2), "plain": 2}],
    "total": Decimal(2),
}


def test_what_is_live_is_not_stored_until_it_is_fixed_nor_what_is_computed_from_it() -> None:
    before = stored(LIVE_VALUES, LIVE, fixed=frozenset())
    assert before.rows["lines"] == [{"row": "a", "plain": 2}]
    assert before.values == {}
    after = stored(LIVE_VALUES, LIVE, fixed=frozenset({"lines.cost"}))
    assert after.rows["lines"] == [{"row": "a", "cost": "1.00", "double": "2.00", "plain": 2}]
    assert after.values == {"total": "2.00"}


def test_without_saying_what_is_fixed_only_what_is_never_fixed_is_left_out() -> None:
    assert stored(LIVE_VALUES, LIVE).rows["lines"] == [{"row": "a", "cost": "1.00", "double": "2.00", "plain": 2}]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"item": st.sampled_from(["pen", None]), "quantity": st.none() | st.decimals(-(10**9), 10**9, places=6)}
        ),
        max_size=5,
    ),
    st.none() | st.decimals(-(10**9), 10**9, places=2),
)
def test_any_values_come_back_exactly(rows: list[dict[str, Any]], price: Decimal | None) -> None:
    lines = [
        {
            "row": str(index),
            "item": each["item"] and Reference("item", each["item"]),
            "quantity": each["quantity"],
            "note": None,
        }
        for index, each in enumerate(rows)
    ]
    back = forms_json.decode(EVERYTHING, stored({"price": price, "lines": lines}))
    assert back["lines"] == lines
    assert back["price"] == price

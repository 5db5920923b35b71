"""Values as people read them on pages: exact, in the reader's language, and never more than a text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.web.pages.cells import EMPTY, Cell, cell, grouped, tone
from engine.web.pages.inbox import lined
from engine.web.pages.lines import pill
from engine.web.pages.visit import own_path
from tests.web.told import of

COLOURS = of("choice", options=[{"value": "r", "title": "Red"}, {"value": "b", "title": "Blue"}])
STORE = of("reference", to="shop")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (of("quantity"), "1234567.50", Cell("number", "1,234,567.50")),
        (of("money"), "-1000.00", Cell("number", "-1,000.00")),
        (of("integer"), 999, Cell("number", "999")),
        (of("integer"), 0, Cell("number", "0")),
        (of("boolean"), False, Cell("text", "No")),
        (COLOURS, "b", Cell("text", "Blue")),
        (COLOURS, "gone", Cell("text", "gone")),
        ({**COLOURS, **of("choices")}, ["b", "r"], Cell("text", "Blue, Red")),
        (STORE, {"id": "1", "code": "S01", "title": "River"}, Cell("text", "S01 River", "", "/records/shop/1")),
        (STORE, {"id": "1", "code": "S01", "title": "S01"}, Cell("text", "S01", "", "/records/shop/1")),
        (
            STORE,
            {"id": "1/bad", "code": "S01/bad", "title": "River · 坏"},
            Cell("text", "S01 River · 坏", "", "/records/shop/1/bad"),
        ),
        (STORE, {"id": "1", "code": None, "title": None}, Cell("text", "1", "", "/records/shop/1")),
        (of("person"), {"id": "1", "code": "a", "title": "Ann"}, Cell("text", "a Ann")),
        (of("signature"), {"typed": "Ann"}, Cell("text", "Ann")),
        (of("image"), "x1", Cell("file", "File", "", "/api/attachments/x1")),
        (of("moment"), "2026-01-02T03:04:05Z", Cell("moment", "2026-01-02 03:04", "2026-01-02T03:04:05Z")),
        (of("serials"), ["1", "2"], Cell("text", "1, 2")),
        (of("text"), "<b>", Cell("text", "<b>")),
        *((of(kind), nothing, Cell("nothing", EMPTY)) for kind in ("text", "money") for nothing in (None, "", [])),
    ],
)
def test_a_value_is_shown_as_its_type_says(field: dict[str, Any], value: Any, shown: Cell) -> None:
    assert cell(field, value, "en") == shown


def test_words_between_are_the_readers() -> None:
    assert cell({**COLOURS, **of("choices")}, ["b", "r"], "zh").shown == "Blue、Red"
    assert cell(of("boolean"), True, "zh").shown == "是"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_no_digit_is_lost_between_commas(number: Decimal) -> None:
    shown = grouped(format(number, "f"))
    assert Decimal(shown.replace(",", "")) == number
    assert all(len(each) == 3 for each in shown.lstrip("-").partition(".")[0].split(",")[1:])


@pytest.mark.parametrize("meaning", ["attention", "progress", "good", "wrong"])
def test_a_state_is_shown_as_its_definition_means_it(meaning: str) -> None:
    form = {"states": [{"name": "a", "title": "A", "end": True, "means": meaning}]}
    assert pill(form, "a") == Cell("pill", "A", tone=meaning)
    assert pill(form, "gone").tone == tone({"means": None}) == tone(None) == "quiet"


def test_a_word_that_has_a_title_is_shown_by_it() -> None:
    field = {"type": "text", "names": {"transfer": "Stock transfer"}}
    assert [cell(field, each, "en").shown for each in ("transfer", "loss")] == ["Stock transfer", "loss"]


@given(st.text(max_size=30))
@example("//evil.example")
@example("/\\evil.example")
@example("/a\r\nb")
def test_wherever_one_is_sent_on_to_is_on_this_server(sent: str) -> None:
    path = own_path(sent)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()


def test_a_task_says_no_amount_twice_and_no_bare_yes() -> None:
    """The line has no titles: two columns of one figure are one figure in it, and a ticked box says nothing."""
    amount = {"title": "Amount", **of("money"), "value": "410.00", "unit": "CNY"}
    shows = [{**amount, "title": "Total"}, amount, {"title": "Urgent", **of("boolean"), "value": True}]
    record = {"form": "order", "id": "1", "title": "Order", "number": "PO-1", "shows": shows}
    told = lined({"record": record, "actions": ["approve"], "kind": "decide"}, "en")
    assert told["shown"] == [Cell("number", "410.00", unit="CNY")]

"""Whatever is accepted comes back exactly, and nothing that is accepted was changed (I19)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import Reference
from engine.fields import Unfit
from tests.fields.samples import again, read

DIGITS = st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?", fullmatch=True)


@given(DIGITS, st.integers(0, 6))
def test_an_accepted_decimal_is_returned_exactly(raw: str, scale: int) -> None:
    try:
        value = read("decimal", raw, scale=scale)
    except Unfit:
        return
    assert value == Decimal(raw) == again("decimal", value, scale=scale)


@given(DIGITS, st.sampled_from(["pen", "rice", "rod"]))
def test_an_accepted_quantity_is_returned_exactly(raw: str, item: str) -> None:
    try:
        value = read("quantity", raw, beside={"item": Reference("item", item)}, of="item", signed=True)
    except Unfit:
        return
    assert value == Decimal(raw) == again("quantity", value, of="item", signed=True)


@given(st.integers(0, 10**9), st.sampled_from([("pen", "case", Decimal(12)), ("rice", "sack", Decimal("2.5"))]))
def test_a_unit_that_comes_out_even_is_converted_exactly(count: int, unit: tuple[str, str, Decimal]) -> None:
    item, name, factor = unit
    raw = {"quantity": str(count), "unit": name}
    assert read("quantity", raw, beside={"item": Reference("item", item)}, of="item") == count * factor


@given(st.text(max_size=50))
def test_text_that_is_accepted_can_be_sent_stored_and_read_again_unchanged(raw: str) -> None:
    try:
        value = read("text", raw)
    except Unfit:
        return
    assert value is None or (read("text", value) == value and json.loads(json.dumps(value)) == value)
    assert value is None or (value.encode() and "\0" not in value)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC)))
def test_a_moment_is_returned_exactly(moment: datetime) -> None:
    assert again("moment", read("moment", moment.isoformat())) == moment


@pytest.mark.parametrize(
    "type_", ["decimal", "quantity", "money", "integer", "date", "moment", "text", "url", "serials"]
)
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
)
def test_no_json_breaks_a_type(type_: str, raw: Any) -> None:
    try:
        value = read(type_, raw) if raw is not None else None
    except Unfit:
        return
    assert value is None or again(type_, value) == value

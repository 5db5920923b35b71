"""Ids sort as they were drawn, also those of one moment, and are of version 7."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.operations.ids import new_id
from tests.operations.house import House

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 20_000))
def test_ids_of_one_moment_sort_as_they_were_drawn(moment: datetime, place: int) -> None:
    first, second = new_id(moment, place=place), new_id(moment, place=place + 1)
    assert first < second
    assert {uuid.UUID(each).version for each in (first, second)} == {7}
    assert {uuid.UUID(each).variant for each in (first, second)} == {uuid.RFC_4122}
    assert second < new_id(moment + timedelta(seconds=10))


def test_rows_of_a_form_are_offered_in_the_order_in_which_they_stand(house: House) -> None:
    clerk = house.be("clerk1")
    rows = [{"item": {"code": "A100"}, "quantity": str(n)} for n in range(1, 31)]
    record = clerk.makes("need", {"lines": rows}, "agree")
    assert [each["quantity"] for each in clerk.reads("need", record)["lines"]] == [each["quantity"] for each in rows]
    made = [each["row"] for each in clerk.reads("need", record)["lines"]]
    assert made == sorted(made)

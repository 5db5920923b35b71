"""Words of a request that nothing would act on are refused, not passed over."""

from __future__ import annotations

import pytest

from tests.operations.house import House


@pytest.mark.parametrize("word", ["rows", "where", "force"])
def test_an_action_takes_no_word_that_means_nothing(house: House, word: str) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"store": {"code": "S01"}})
    reply = clerk.send("POST", f"records/memo/{record}/actions/hand_in", {word: []})
    assert (reply.status, reply.errors) == (422, [(f"/{word}", "unknown_field")])

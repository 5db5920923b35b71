"""What a task says to who has it: what is wanted in words, by whom, and of what record."""

from __future__ import annotations

import pytest

from tests.operations.house import House


@pytest.fixture
def asked(house: House) -> str:
    """A transfer that its store's manager is asked about."""
    line = {"item": {"code": house.item(S01=5)}, "requested": "1"}
    return house.be("clerk1").makes(
        "transfer", {"to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}, "submit"
    )


def test_a_task_says_what_is_wanted_by_whom_and_of_what(house: House, asked: str) -> None:
    task = next(each for each in house.be("mgr1").get("tasks", limit="500")["items"] if each["record"]["id"] == asked)
    assert task["title"] == "Store approval"
    assert task["record"]["by"]["code"] == "clerk1"
    shown = {each["name"]: each["value"] for each in task["record"]["shows"]}
    assert shown["from_store"]["code"] == "S01"
    assert "total" in shown


def test_an_awaited_action_is_titled_by_itself_and_nothing_hidden_is_told(house: House, asked: str) -> None:
    house.be("mgr1").decides("transfer", asked)
    clerk = next(
        each for each in house.be("clerk1").get("tasks", limit="500")["items"] if each["record"]["id"] == asked
    )
    assert clerk["title"] == "Ship"
    assert "total" not in {each["name"] for each in clerk["record"]["shows"]}, "a clerk may not see what goods cost"

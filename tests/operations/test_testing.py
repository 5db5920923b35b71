"""Process tests at publishing: they run before it, on a chain of their own; one that fails refuses it, located."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.definitions import Loaded
from engine.definitions.findings import Finding
from engine.definitions.shelf import published
from engine.operations import testing
from engine.operations.services import Services
from engine.web.joined import Doors
from tests.operations.house import House, Reply

TESTS = """\
format: 1
tests: opening
chain:
  east: {make: region, values: {code: EAST, name: East}}
  shop: {make: store, values: {code: T01, name: Shop, region: {of: east}}}
  food: {make: category, values: {code: FOOD, name: Food}}
  rice: {make: item, values: {code: RICE, name: Rice, category: {of: food}, cost: 2}}
  stock: {make: opening, values: {store: {of: shop}, lines: [{item: {of: rice}, quantity: 10}]}, action: post}
people:
  ann: {clerk: [T01]}
cases:
  counted:
    steps:
      begun: {by: ann, make: count, values: {store: {of: shop}, lines: [{item: {of: rice}, counted: 9}]}}
      finished:
        by: ann
        of: begun
        act: finish
        expect:
          state: posted
          movements: {lost: {item: RICE, quantity: 1, from: T01, to: difference}}
"""
AT = "workflow_definitions/opening.tests.yaml"


def sent(words: str) -> list[dict[str, str]]:
    """The tests as they are published."""
    return [{"kind": "tests", "name": "opening", "text": words}]


def publish(house: House, words: str, **more: Any) -> Reply:
    """Have the administrator publish these tests."""
    return house.be("adm").send("POST", "definitions/publish", {"texts": sent(words)}, **more)


def version(house: House) -> int:
    """What is in force."""
    with house.services.database.reading() as connection:
        return published(connection)


WRONG = [
    ("quantity: 1,", "quantity: 2,", 21, "cases.counted.steps.finished.expect.movements.lost",
     "counted, finished: Not posted: 2 RICE T01 → difference. Posted and not named: 1 RICE T01 → difference."),
    ("state: posted", "state: open", 20, "cases.counted.steps.finished.expect.state",
     "counted, finished: Expected 'open', found 'posted'."),
    ("act: finish", "act: drop", 20, "cases.counted.steps.finished.expect.state",
     "counted, finished: Expected 'posted', found 'dropped'."),
    ("act: finish", "act: finish\n        refused: {kind: rule}", 19, "cases.counted.steps.finished.refused",
     "counted, finished: Expected a refusal (kind rule), but it was done."),
    ("counted: 9", "counted: nine", 14, "cases.counted.steps.begun",
     "counted, begun: Refused: Plain digits only"),
    ("code: T01, name: Shop,", "code: T01,", 5, "chain.shop", "shop: Refused: "),
    ("ann: {clerk: [T01]}", "ann: {clerk: [T09]}", 10, "people.ann.clerk", "ann: There is no org unit or"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "path", "says"), WRONG, ids=[each[3].split(".")[-1] for each in WRONG])
def test_what_a_test_finds_names_the_step_and_what_came(
    house: House, old: str, new: str, line: int, path: str, says: str
) -> None:
    assert TESTS.count(old) == 1
    found = house.be("adm").does("POST", "definitions/check", {"texts": sent(TESTS.replace(old, new)), "tests": True})
    wrong = [each for each in found if each["file"] == AT]
    assert (wrong[0]["line"], wrong[0]["path"], wrong[0]["severity"]) == (line, path, "error")
    assert wrong[0]["message"].startswith(says)


def test_a_failing_test_refuses_the_publish_and_one_that_passes_lets_it_go(own_house: House) -> None:
    before = version(own_house)
    refused = publish(own_house, TESTS.replace("quantity: 1,", "quantity: 2,"), key="one")
    assert (refused.status, refused.errors) == (
        422, [(f"{AT}:21:cases.counted.steps.finished.expect.movements.lost", "test_failed")]
    )  # fmt: skip
    assert version(own_house) == before
    again = publish(own_house, TESTS.replace("quantity: 1,", "quantity: 2,"), key="one")
    assert again.body == refused.body
    assert publish(own_house, TESTS).body["version"] == before + 1
    assert own_house.be("adm").send("GET", "definitions/tests/opening").body["text"] == TESTS
    assert "T01" not in {each["values"]["code"] for each in own_house.be("adm").get("records/store")["items"]}
    assert own_house.verified()


def test_a_change_of_something_else_is_refused_by_what_was_published_with_it(own_house: House) -> None:
    """Through a batch as well: there is no door beside."""
    assert publish(own_house, TESTS).status == 200
    words = own_house.be("adm").get("definitions/workflow/count")["text"]
    assert words.count("quantity: row.difference, from: chain.difference") == 1
    wrong = words.replace("row.difference, from: chain.difference", "row.difference, from: chain.loss")
    body = {"texts": [{"kind": "workflow", "name": "count", "text": wrong}]}
    refused = own_house.be("adm").send("POST", "definitions/publish", body)
    assert [code for _, code in refused.errors] == ["test_failed"]
    command = {"key": "k", "method": "POST", "path": "/api/definitions/publish", "body": body}
    [answer] = own_house.be("adm").does("POST", "batch", [command])
    assert (answer["status"], answer["body"]["errors"][0]["code"]) == (422, "test_failed")
    back = own_house.be("adm").send("POST", "definitions/rollback", {"version": version(own_house) - 1})
    assert back.status == 200


def test_tests_run_outside_of_the_transaction_that_publishes(own_house: House) -> None:
    """While they run somebody else writes: he would wait for the publish, and the publish for him."""
    wrote: list[str] = []

    def rehearse(services: Services, loaded: Loaded) -> tuple[Finding, ...]:
        wrote.append(own_house.be("clerk1").makes("count", {"store": {"code": "S01"}}))
        return testing.failures(services, loaded)

    own_house.doors = Doors(replace(own_house.services, rehearse=rehearse))
    assert publish(own_house, TESTS).status == 200
    assert len(wrote) == 1


def test_who_may_not_publish_has_nothing_run(own_house: House) -> None:
    refused = own_house.be("clerk1").send("POST", "definitions/publish", {"texts": sent(TESTS)})
    assert (refused.status, refused.body["kind"]) == (403, "right")
    assert own_house.services.caches.tested == {}


def test_what_a_test_is_refused_concerns_nobody(own_house: House, capfd: pytest.CaptureFixture[str]) -> None:
    refused = "      shut: {by: ann, of: begun, act: destroy, refused: {kind: not_found}}\n"
    assert publish(own_house, TESTS + refused).status == 200
    assert "refused" not in capfd.readouterr().err


def test_who_only_reads_definitions_runs_no_tests(house: House) -> None:
    asked = {"texts": sent(TESTS), "tests": True}
    assert house.be("aud").send("POST", "definitions/check", asked).status == 403
    assert house.be("aud").send("POST", "definitions/check", {"texts": sent(TESTS)}).status == 200


def test_tests_that_take_too_long_are_ended_where_they_are(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "LONGEST", 0)
    found = house.be("des").does("POST", "definitions/check", {"texts": sent(TESTS), "tests": True})
    assert [(each["code"], each["line"]) for each in found if each["severity"] == "error"] == [("too_long", 14)]

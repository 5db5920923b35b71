"""The description of the contract speaks to its reader, and names every door that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.operations.calls import Call
from engine.operations.routes import ROUTES
from tests.operations.house import House

CHINESE = re.compile("[\u4e00-\u9fff]")
METHODS = ("get", "post", "put", "patch", "delete")


def summaries(house: House, language: str, account: str | None = "adm") -> Iterator[tuple[str, str]]:
    """Method and path of every door, and what it says it is for."""
    call = Call(house.be(account).actor if account else None, language)
    for path, doors in house.doors.openapi(call)["paths"].items():
        for method in METHODS:
            if method in doors:
                yield f"{method} {path}", doors[method]["summary"]


@pytest.mark.parametrize("account", ["adm", "clerk1", None])
def test_a_chinese_reader_is_told_in_chinese(house: House, account: str | None) -> None:
    said = dict(summaries(house, "zh", account))
    lab = re.compile("/records/(duel|crate|wish|hand|parcel|memo|ask|deal|need|order|plea|basket)/")
    assert said
    assert {door: says for door, says in said.items() if not CHINESE.search(says) and not lab.search(door)} == {}


def test_an_english_reader_is_told_in_english(house: House) -> None:
    assert {door: says for door, says in summaries(house, "en") if CHINESE.search(says)} == {}


def test_the_doors_of_one_record_are_told_apart(house: House) -> None:
    said = dict(summaries(house, "en", "clerk1"))
    of_one = [says for door, says in said.items() if re.search("/api/records/transfer(/|$)", door)]
    assert len(of_one) > 8
    assert len(set(of_one)) == len(of_one)


@pytest.mark.parametrize(
    "door", ["get /api/keys", "delete /api/keys/{id}", "post /api/batch", "post /api/tasks/{id}/return"]
)
def test_a_door_that_is_there_is_named(house: House, door: str) -> None:
    assert door in dict(summaries(house, "en", "clerk1"))


def test_every_command_is_named(house: House) -> None:
    """Whatever the contract answers is told of, whether a path is the same for every form or written for one."""
    document = house.doors.openapi(Call(house.be("adm").actor, "en"))["paths"]
    told = {
        f"{method.upper()} {re.sub(r'{[a-z]+}', '*', path).removeprefix('/api/')}"
        for path, doors in document.items()
        for method in METHODS
        if method in doors
    }
    for_one_form = {re.sub(r"records/[a-z_]+(?=/|$)", "records/*", each) for each in told}
    commands = {f"{each.method} {'/'.join(each.path)}" for each in ROUTES}
    elsewhere = {"POST tasks/*/*", "POST records/*/*/actions/*", "GET clock"}
    """Told verb by verb, and what is there in tests only."""
    assert sorted(commands - told - for_one_form - elsewhere) == []


@pytest.mark.parametrize(
    ("move", "fields"),
    [
        ("approve", {"comment", "values", "asks", "revision", "rows"}),
        ("reject", {"comment", "values", "asks", "revision", "rows"}),
        ("return", {"comment", "values", "asks", "to", "step", "revision", "rows"}),
        ("hand_over", {"to", "comment", "revision"}),
        ("add_signer", {"to", "where", "comment", "revision"}),
        ("remove_signer", {"to", "comment", "revision"}),
        ("take_back", {"comment", "revision"}),
        ("nudge", {"comment", "revision"}),
        ("comment", {"comment"}),
    ],
)
def test_what_a_move_takes_is_told(house: House, move: str, fields: set[str]) -> None:
    """As the move itself takes it: a word that it does not know is refused."""
    paths = house.doors.openapi(Call(house.be("clerk1").actor, "en"))["paths"]
    body = paths[f"/api/tasks/{{id}}/{move}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == fields

"""The description of the contract speaks to its reader, and names every door that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.operations.calls import Call
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

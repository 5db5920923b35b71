"""Faults are located safely, and many faults are one refusal of the right kind."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Fault, Kind
from engine.records.filling_faults import (
    against_rule,
    kind_of,
    located,
    not_writable,
    pointer,
    refusal,
    too_many,
    unknown_field,
)

WORDS = {"en": "Not so.", "zh": "不对。"}
UNKNOWN = unknown_field("/nope")
CLOSED = not_writable("/state")
LARGE = too_many("/lines", 1000, limit=True)
WRONG = Fault("/count", "type", WORDS)
RULE = against_rule("/lines/0/sent", "at_most", WORDS, "a")


def test_every_fault_has_a_kind() -> None:
    kinds = [kind_of(each) for each in (UNKNOWN, CLOSED, LARGE, WRONG, RULE)]
    assert kinds == [Kind.INVALID, Kind.RIGHT, Kind.LIMIT, Kind.INVALID, Kind.RULE]


@pytest.mark.parametrize("order", list(permutations([UNKNOWN, CLOSED, WRONG, RULE])))
def test_the_first_kind_of_the_contract_wins_whatever_the_order(order: tuple[Fault, ...]) -> None:
    for expected, kind in ((UNKNOWN, Kind.INVALID), (CLOSED, Kind.RIGHT), (WRONG, Kind.INVALID), (RULE, Kind.RULE)):
        refused = refusal(order)
        assert refused is not None
        assert (refused.faults, refused.kind) == ((expected,), kind)
        order = tuple(each for each in order if each is not expected)
    assert refusal(order) is None


def test_too_much_is_answered_before_what_is_wrong_in_it() -> None:
    refused = refusal([WRONG, LARGE])
    assert refused is not None
    assert (refused.kind, refused.status, refused.code) == (Kind.LIMIT, 413, "too_many")


def test_all_faults_of_one_kind_are_told_and_each_once() -> None:
    other = Fault("/note", "too_long", WORDS)
    refused = refusal([WRONG, other, WRONG])
    assert refused is not None
    assert refused.faults == (WRONG, other)


def test_a_rule_speaks_in_its_own_words() -> None:
    refused = refusal([RULE])
    assert refused is not None
    assert (refused.says, refused.status, refused.rule) == (WORDS, 409, "at_most")


def test_a_path_keeps_its_base_and_escapes_what_json_pointers_need_escaped() -> None:
    assert pointer("/values", "lines", 2, "a/b~") == "/values/lines/2/a~1b~0"
    assert pointer("") == ""


@given(st.text(max_size=300))
def test_any_name_that_a_client_invents_makes_a_path_that_can_be_answered(name: str) -> None:
    path = pointer("", name)
    assert path.encode("utf-8")
    assert path.isprintable()
    assert path.count("/") == 1
    assert len(path) <= 201


def test_rows_that_were_not_sent_keep_their_place_and_those_sent_get_that_of_the_request() -> None:
    faults = [against_rule("/lines/4/sent", "at_most", WORDS, "e"), against_rule("/lines/1", "twice", WORDS, "b")]
    assert [each.path for each in located(faults, {"e": 0}, base="/values")] == [
        "/values/lines/0/sent",
        "/values/lines/1",
    ]


def test_what_is_hidden_in_a_row_is_told_without_row_field_and_reason() -> None:
    faults = (Fault("/lines/0/cost", "negative", {"en": "-5 is below zero"}, "a", {"rule": "cheap_enough"}),)
    (told,) = located(faults, {"a": 0}, frozenset({"lines.cost"}), "/values")
    assert (told.path, told.row, told.code) == ("/values", None, "not_in_order")
    assert "5" not in told.says["en"]
    assert "rule" not in told.params
    assert kind_of(told) == kind_of(faults[0])
    (open_,) = located(faults, {"a": 0}, frozenset({"cost"}))
    assert open_ == faults[0]


def test_a_hidden_table_hides_the_faults_of_its_columns() -> None:
    (told,) = located([Fault("/lines/0/item", "required", WORDS, "a")], {}, frozenset({"lines"}))
    assert told.path == ""

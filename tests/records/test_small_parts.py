"""The small parts that finding rests on: words, page marks, numbers, unique values; tables and properties."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.database import Database
from engine.errors import Refusal
from engine.records.cursors import open_cursor, seal_cursor, signing_secret
from engine.records.indexing import LONGEST_VALUE, unique_text
from engine.records.numbering import next_number
from engine.records.words import (
    LONGEST_QUERY,
    LONGEST_WORD,
    MOST_ASKED,
    MOST_KEPT,
    asked_words,
    following,
    kept_words,
)

SECRET = b"sixteen bytes ok"
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
)


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ("  \t\n", set()),
        ("Blue Whale", {"blue", "whale"}),
        ("A-100/b_2", {"a", "100", "b", "2"}),
        ("ＡＢＣ１２３", {"abc123"}),
        ("Straße STRASSE", {"strasse"}),
        ("ﬁne", {"fine"}),
        ("可乐", {"可", "乐", "可乐"}),
        ("冰可乐x2瓶", {"冰", "可", "乐", "冰可", "可乐", "x2", "瓶"}),
        ("カタ한글", {"カ", "タ", "한", "글", "カタ", "タ한", "한글"}),
        ("%_*?'\"()", set()),
        ("a" * 100, {"a" * LONGEST_WORD}),
        ("x\u200by", {"x", "y"}),
    ],
)
def test_text_is_kept_as_words_and_chinese_as_signs_and_pairs(text: str, words: set[str]) -> None:
    kept = kept_words([text])
    assert words <= kept
    typed = kept - words
    assert all(each.isascii() and each.isalpha() for each in typed)
    assert not typed or not text.isascii()


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", ()),
        ("%", ()),
        ("Blu", (("blu", True),)),
        ("blue blue BLUE", (("blue", True),)),
        ("乐", (("乐", False),)),
        ("冰可乐", (("冰可", False), ("可乐", False))),
        ("可乐 A1", (("可乐", False), ("a1", True))),
        ("x" * 300, (("x" * LONGEST_WORD, True),)),
        (" ".join(f"w{number}" for number in range(40)), tuple((f"w{number}", True) for number in range(MOST_ASKED))),
    ],
)
def test_a_question_becomes_words_that_must_all_be_there(query: str, asked: tuple[tuple[str, bool], ...]) -> None:
    assert asked_words(query) == asked


@settings(max_examples=50)
@given(st.text(max_size=60), st.data())
def test_whatever_is_written_is_found_by_each_of_its_words(text: str, data: st.DataObject) -> None:
    kept = kept_words([text])
    for word, beginning in asked_words(text):
        assert any(each.startswith(word) for each in kept) if beginning else word in kept
        cut = word[: data.draw(st.integers(1, len(word)))]
        if beginning:
            assert any(word <= following(cut) and each.startswith(cut) for each in kept)


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_plain_text_is_plain_and_sorts_before_what_follows_it(text: str) -> None:
    assert text <= text + "z" < following(text)


def test_no_more_words_are_kept_than_have_room() -> None:
    many = kept_words([" ".join(f"w{number}" for number in range(3 * MOST_KEPT))])
    assert len(many) == MOST_KEPT
    assert len(asked_words("天" * LONGEST_QUERY * 2)) <= MOST_ASKED


# -- page marks ------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.lists(VALUES, max_size=4))
def test_a_page_mark_comes_back_as_it_was_sealed_for_who_asked(values: list[Any]) -> None:
    sealed = seal_cursor(values, SECRET, ["me", "memo"])
    opened = open_cursor(sealed, SECRET, ["me", "memo"])
    assert opened == values
    assert [type(each) for each in opened] == [type(each) for each in values]
    assert sealed.isascii()
    assert "=" not in sealed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mark: "",
        lambda mark: mark[:-2],
        lambda mark: mark + "AA",
        lambda mark: "A" * len(mark),
        lambda mark: mark.replace(mark[0], "!", 1),
        lambda mark: mark + "é",
        lambda mark: base64.urlsafe_b64encode(b'["x"]').decode(),
        lambda mark: seal_cursor(["x"], b"another sixteen b", ["me"]),
        lambda mark: seal_cursor(["x"], SECRET, ["you"]),
        lambda mark: seal_cursor(["x"], SECRET, ["me", None]),
    ],
)
def test_a_page_mark_that_we_did_not_give_to_this_asker_opens_nothing(spoil: Any) -> None:
    good = seal_cursor(["x"], SECRET, ["me"])
    assert open_cursor(good, SECRET, ["me"]) == ["x"]
    with pytest.raises(Refusal) as refused:
        open_cursor(spoil(good), SECRET, ["me"])
    assert (refused.value.status, refused.value.faults[0].path, refused.value.faults[0].code) == (
        422,
        "/cursor",
        "bad_cursor",
    )


@pytest.mark.parametrize("secret", [b"", b"short", b"fifteen bytes.."])
def test_no_page_mark_is_sealed_or_opened_with_a_poor_secret(secret: bytes) -> None:
    with pytest.raises(ValueError, match="secret"):
        seal_cursor([1], secret, [])
    with pytest.raises(ValueError, match="secret"):
        open_cursor(seal_cursor([1], SECRET, []), secret, [])


def test_each_database_has_a_secret_of_its_own_and_keeps_it(database: Database) -> None:
    first = database.transaction(signing_secret)
    assert len(first) == 32
    assert database.transaction(signing_secret) == first


# -- numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_count_for_everything_else_in_their_text(database: Database) -> None:
    asked: list[tuple[tuple[str | int, ...], str]] = [
        (("TR-", "S01", "-", 3), "TR-S01-001"),
        (("TR-", "S01", "-", 3), "TR-S01-002"),
        (("TR-", "S02", "-", 3), "TR-S02-001"),
        (("TR-", "S01", "-", "2026", "-", 3), "TR-S01-2026-001"),
        (("TR-", "S01", "-", 4), "TR-S01-0001"),
        ((3, "-TR-S01"), "001-TR-S01"),
        (("TR-S01-", 3), "TR-S01-003"),
        ((1,), "1"),
        (("{", 2), "{01"),
        (("{2}", 2), "{2}01"),
    ]
    for parts, number in asked:
        assert database.transaction(lambda connection, parts=parts: next_number(connection, "memo", parts)) == number
    assert database.transaction(lambda connection: next_number(connection, "other", ("TR-S01-", 3))) == "TR-S01-001"


def test_a_number_that_was_refused_is_given_to_the_next(database: Database) -> None:
    def refused(connection: Any) -> None:
        assert next_number(connection, "memo", ("A", 2)) == "A01"
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            database.transaction(refused)
    given_ = [database.transaction(lambda connection: next_number(connection, "memo", ("A", 2))) for _ in range(101)]
    assert given_ == [f"A{number:02d}" for number in range(1, 102)]


# -- unique values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("a", "a ", False),
        (1, "1", True),
        (True, "true", True),
        (1, 2, False),
        ("x" * LONGEST_VALUE, "x" * LONGEST_VALUE, True),
        ("x" * (LONGEST_VALUE + 1), "x" * (LONGEST_VALUE + 1), True),
        ("x" * (LONGEST_VALUE + 1), "x" * (LONGEST_VALUE + 2), False),
        ("文" * 300, "文" * 300, True),
        ("文" * 300, "文" * 301, False),
    ],
)
def test_a_unique_value_is_compared_as_text_of_bounded_length(one: Any, other: Any, alike: bool) -> None:
    assert (unique_text(one) == unique_text(other)) is alike
    assert max(len(unique_text(each).encode()) for each in (one, other)) <= LONGEST_VALUE + 10


def test_a_decimal_in_a_page_mark_keeps_every_digit() -> None:
    exact = Decimal("123456789012345678.000001")
    assert str(open_cursor(seal_cursor([exact], SECRET, []), SECRET, [])[0]) == str(exact)

"""Chinese is found by the first letters of its syllables, from any of its signs on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import spelling
from engine.records.spelling import LONGEST, MOST_BEGINNINGS, initials
from engine.records.words import LONGEST_WORD, MOST_KEPT, asked_words, kept_words

SIGNS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)


def finds(query: str, *texts: str) -> bool:
    """Whether the words of a query find these texts, as a list is searched."""
    kept = kept_words(texts)
    asked = asked_words(query)
    return bool(asked) and all(
        any(each.startswith(word) if beginning else each == word for each in kept) for word, beginning in asked
    )


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("咖啡豆", "kfd KFD Kf k f fd"),
        ("云南小粒咖啡豆 250g", "ynxl ynxlkfd kfd xlkf 250 250g ynxl+250g"),
        ("重庆小面", "cq cqxm xm"),
        ("中国银行长沙分行", "zgyh yh csfh zgyhcsfh"),
        ("音乐盒", "yyh yh"),
        ("单先生", "sxs dxs"),
        ("曾小姐", "zxj xj"),
        ("吕布", "lb"),
        ("ＡＤ钙奶", "ad gn"),
        ("咖啡豆（深烘）", "kfd sh kfd+sh"),
        ("行李箱", "xlx"),
        ("咖啡機", "kfj"),
        ("鑫源婷婷", "xytt tt"),
    ],
)
def test_a_text_is_found_by_the_first_letters_of_its_syllables(text: str, queries: str) -> None:
    assert [each for each in queries.split(" ") if not finds(each.replace("+", " "), text)] == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("咖啡豆", "kdf"),
        ("咖啡豆", "kfdx"),
        ("重庆小面", "zq"),
        ("咖啡豆", "d"),
        ("豆", "d"),
        ("blue whale", "bw"),
        ("かな", "k"),
        ("咖啡豆", "%"),
        ("咖啡豆", "' OR 1=1 --"),
        ("咖啡豆", "k*x"),
        ("咖啡豆", "\x00"),
        ("咖啡豆", "_" * 64),
    ],
)
def test_nothing_else_finds_it(text: str, query: str) -> None:
    assert not finds(query, text)


def test_a_phrase_decides_over_its_signs() -> None:
    assert initials("重庆") == ("cq",)
    assert initials("重量")[0] == "zl"
    assert initials("银行")[0] == "yh"


def test_the_tables_are_those_of_the_package() -> None:
    """Another version of the package may say something else: then every record is to be cut anew (`words.CUT`)."""
    tables = spelling._tables()
    assert (len(tables.letters), len(tables.phrases)) == (41_923, 2_075)
    assert all(len(each) == 1 and each.isascii() for each in tables.letters.values())


def test_a_sign_that_nobody_can_read_parts_a_text() -> None:
    assert finds("kf", "かな咖啡")
    assert finds("kf", "咖啡𠮷豆子")
    assert finds("dz", "咖啡𠮷豆子")
    assert not finds("kfd", "咖啡𠮷豆子")


@given(SIGNS)
def test_every_end_of_a_text_is_found_by_its_letters(text: str) -> None:
    whole = initials(text)
    if len(text) > 1 and len(whole[0]) == len(text):
        assert all(finds(whole[0][at:], text) for at in range(len(text) - 1))


@given(SIGNS)
def test_nothing_that_is_kept_is_longer_than_a_question(text: str) -> None:
    assert all(0 < len(each) <= LONGEST_WORD for each in kept_words([text]))


def test_a_long_text_is_bounded() -> None:
    assert len(initials("长重行单" * 100)) <= MOST_BEGINNINGS + 3
    assert max(map(len, initials("豆" * 100))) == LONGEST
    kept = kept_words([" ".join(chr(0x4E00 + number) + "豆" for number in range(4_000))])
    assert len(kept) < MOST_KEPT + 10

"""Every text that this house says itself is there in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.web.pages.words import WORDS
from tests.house.words import HAN, LETTER, Bare, Said, python, python_chinese, templates, typescript, typescript_bare

TEMPLATES = Path(__file__).parents[2] / "templates" / "pages"
SAME = {"{0}", "{}: {} -> {}", "round(..., {})"}
"""Patterns that are all value or sign: the same in both."""
SIGNS = {("of", "/")}
"""What one language says with a sign."""
CROSSED = ("中文", "English")
"""The other language, by its own name."""
NAMES = {*CROSSED, "OpenAPI"}


def _in_one_language(texts: Iterable[Said]) -> list[Said]:
    return [each for each in texts if not _has_both(each)]


def _has_both(said: Said) -> bool:
    if said.en in SAME or (said.en, said.zh) in SIGNS or (said.en, said.zh) == CROSSED:
        return True
    if not LETTER.search(said.en + said.zh):
        return bool(said.en and said.zh)
    return bool(LETTER.search(said.en) or "{}" in said.en) and not HAN.search(said.en) and bool(HAN.search(said.zh))


def test_what_the_engine_says_has_two_languages() -> None:
    found = list(python())
    assert len(found) > 700
    assert _in_one_language(found) == []


def test_no_chinese_of_the_engine_stands_without_its_english() -> None:
    assert list(python_chinese()) == []


def test_what_scripts_say_has_two_languages() -> None:
    found = list(typescript())
    assert len(found) > 80
    assert _in_one_language(found) == []


def test_sentences_in_chinese_have_the_signs_of_chinese() -> None:
    """A colon between two words of a page is a word itself, since each language has its own."""
    western = re.compile(r"[\u3400-\u9fff]\s?[:;!?](?!\S*[=])")
    assert [each for each in (*python(), *typescript()) if western.search(each.zh)] == []
    between = re.compile(r"\}\}(?:</\w+>)?[:;] ?(?:\{\{|<)")
    assert [each.name for each in TEMPLATES.glob("*.html") if between.search(each.read_text())] == []


def test_every_word_that_a_page_asks_for_is_there() -> None:
    """One that is not breaks the page: nothing undefined is shown."""
    asked = {
        (each.name, word)
        for each in TEMPLATES.glob("*.html")
        for word in re.findall(r"\bwords\.([a-z_]+)", each.read_text())
    }
    assert len(asked) > 200
    assert sorted(each for each in asked if each[1] not in WORDS) == []


@pytest.mark.parametrize("found", [templates, typescript_bare])
def test_no_words_stand_in_templates_or_scripts_themselves(found: object) -> None:
    assert callable(found)
    bare: list[Bare] = [each for each in found() if each.words not in NAMES]
    assert bare == []


@pytest.mark.parametrize(
    ("en", "zh", "both"),
    [
        ("Ship", "发货", True),
        ("Ship", "Ship", False),
        ("发货", "发货", False),
        ("", "发货", False),
        ("Ship", "", False),
        (", ", "、", True),
        ("", "", False),
        ("of", "/", True),
    ],
)
def test_two_languages_are_told_from_one(en: str, zh: str, both: bool) -> None:
    assert _has_both(Said("", en, zh)) is both

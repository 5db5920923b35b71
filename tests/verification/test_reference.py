"""The reference of the language is what schemas and meanings say, and every example on it does what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.definitions.people import ALONE, KINDS_OF, RELATIONS
from engine.definitions.schemas.meanings import Example, Meaning, Page, pages, words_of
from engine.verification.reference import called, every_schema, reference
from tests.verification.looking import tell
from tests.verification.playing import begun, laid

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES = tuple(pages())
MEANINGS = [(section, each) for page in PAGES for section in page.sections for each in section.meanings]
EXAMPLES = [
    pytest.param(each, id=f"{meaning.at[0]}-{number}")
    for _, meaning in MEANINGS
    for number, each in enumerate(meaning.examples, 1)
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_says_what_schemas_and_meanings_say(page: Page) -> None:
    """Run `make reference` when this fails."""
    assert (FOLDER / f"{page.name}.md").read_text(encoding="utf-8") == reference(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_two_words_of_a_page_have_one_heading(page: Page) -> None:
    """Its contents lead to headings."""
    headings = [called(each.at[0], section.schema) for section in page.sections for each in section.meanings]
    assert sorted(each for each in set(headings) if headings.count(each) > 1) == []


def wanted() -> Iterator[tuple[str, str]]:
    """Every word that a section of the reference promises to tell of."""
    every = every_schema()
    for page in PAGES:
        for section in page.sections:
            for path in words_of(every[section.schema]) if section.schema in every else ():
                if any(path == root or path.startswith(f"{root}.") for root in section.under):
                    yield section.schema, path


def test_every_word_of_the_schema_has_a_meaning_and_no_other() -> None:
    told = [(section.schema, path) for section, meaning in MEANINGS for path in meaning.at]
    schemas = every_schema()
    known = {(kind, path) for kind, schema in schemas.items() for path in words_of(schema)}
    assert len(told) > 70
    assert len(told) == len(set(told))
    assert sorted(set(wanted()) - set(told)) == []
    assert sorted(each for each in told if each[0] in schemas and each not in known) == []


def test_every_way_to_name_people_has_a_meaning() -> None:
    told = {meaning.at[0] for section, meaning in MEANINGS if section.schema == "people"}
    relations = {f"role {each.replace('[1-9]', '1')} unit" for each in RELATIONS}
    of = {each for each in told if " of " in each}
    assert told - of == {*relations, *ALONE, "a field"}
    assert {each.partition(" of ")[0] for each in of} == set(KINDS_OF)


@pytest.mark.parametrize(("section", "meaning"), MEANINGS, ids=lambda each: getattr(each, "at", ("",))[0])
def test_every_word_and_value_has_a_meaning_and_stands_in_an_example(section: object, meaning: Meaning) -> None:
    schema = every_schema().get(getattr(section, "schema", ""))
    word = words_of(schema).get(meaning.at[0], {}) if schema else {}
    options = word.get("enum") or word.get("items", {}).get("enum") or ()
    name = meaning.at[0].rpartition(".")[2]
    assert len(meaning.means) > 10
    assert meaning.examples
    assert list(meaning.values) == [*options] or set(meaning.values) == {*options}
    for value in options:
        assert any(re.search(rf"\b{name}: \[?[a-z, ]*\b{value}\b", each.written) for each in meaning.examples), value
    if schema is not None:
        assert any(re.search(rf"\b{name}\b", each.written) for each in meaning.examples)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_does_what_stands_below_it(example: Example) -> None:
    loaded = laid(example)
    assert [(each.path, each.message["en"]) for each in loaded.findings] == []
    assert loaded.library is not None
    play = begun(loaded.library, example.given)
    for line in example.then:
        tell(play, line)


USUAL = [
    pytest.param(meaning.at[0].rpartition(".")[2], meaning.default, each, id=meaning.at[0])
    for section, meaning in MEANINGS
    for each in meaning.examples
    if meaning.default is not None and f"{meaning.at[0].rpartition('.')[2]}: {meaning.default}" in each.written
]


@pytest.mark.parametrize(("word", "default", "example"), USUAL)
def test_what_goes_without_a_word_is_what_it_says(word: str, default: str, example: Example) -> None:
    """The example that writes out a default comes to the same without it."""
    loaded = laid(example, without=(word, default))
    assert len(USUAL) > 10
    assert loaded.library is not None
    play = begun(loaded.library, example.given)
    for line in example.then:
        tell(play, line)

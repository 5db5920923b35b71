"""The guard in front of YAML: what is refused, and that what is read is what stands there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from engine.definitions import read_library
from engine.definitions.reader import DEEPEST, Unreadable, normalise, read_yaml
from tests.definitions.sample import FILES, REQUEST_FILE, VOCABULARY, lay

REFUSED = [
    ('label: !!python/object/apply:os.system ["id"]', "tag"),
    ("a: !!binary aGk=", "tag"),
    ("a: !!set {b}", "tag"),
    ("a: !!timestamp 2001-01-01", "tag"),
    ("a: !foo b", "tag"),
    ("a: ! b", "tag"),
    ("a: &x 1\nb: 2", "alias"),
    ("a: [1]\nb: *a", "alias"),
    ("a: {<<: {b: 1}}", "merge_key"),
    ("role: clerk\nrole: admin", "duplicate_key"),
    ("a: {b: 1, b: 2}", "duplicate_key"),
    ("a: 1\n---\nb: 2", "documents"),
    ("%YAML 1.1\n---\na: 1", "directive"),
    ("? [a]\n: 1", "key"),
    ("? {a: 1}\n: 1", "key"),
    (": 1", "key"),
    ("a: [", "yaml"),
    ("a: b: c", "yaml"),
    ("\ta: 1", "yaml"),
    ("a: \u202egnp.exe", "hidden_characters"),
    ('a: "\\u202egnp.exe"', "hidden_characters"),
    ('a: "\\0"', "hidden_characters"),
    ("a: \x00", "hidden_characters"),
    ("a: zero\u200bwidth", "hidden_characters"),
    (b"a: \xff", "encoding"),
    ("a: " + "x" * (1024 * 1024), "too_large"),
    ("a: " + "x" * 30_000, "too_large"),
    ("- 1\n" * 30_000, "too_large"),
]


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_is_not_plain_is_refused(words: str | bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_yaml(words, "f.yaml")
    assert refused.value.finding.code == code
    assert refused.value.finding.file == "f.yaml"
    assert refused.value.finding.line >= 1


def test_a_refusal_names_line_and_column() -> None:
    with pytest.raises(Unreadable) as refused:
        read_yaml("a: 1\nlines:\n  b: !!str 2\n", "f.yaml")
    found = refused.value.finding
    assert (found.line, found.path) == (3, "lines")
    assert "column 6" in found.message["en"]


@pytest.mark.parametrize("brackets", ["[" * 200_000, "[\n" * 200_000, "{a: " * 4_000, "- " * 9_000])
def test_depth_is_bounded_and_the_process_lives(brackets: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        read_yaml(brackets, "f.yaml")
    assert refused.value.finding.code in ("too_deep", "too_large")
    assert time.monotonic() - began < 2


def test_as_deep_as_allowed_is_read() -> None:
    data = read_yaml("[" * DEEPEST + "]" * DEEPEST, "f.yaml").data
    depth = 0
    while data:
        data, depth = data[0], depth + 1
    assert depth == DEEPEST - 1


def test_doubling_by_merge_keys_is_refused_at_once() -> None:
    words = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 26))
    began = time.monotonic()
    with pytest.raises(Unreadable):
        read_yaml(words, "f.yaml")
    assert time.monotonic() - began < 0.05


LITERAL = [
    "0123456", "12:30", "NO", "yes", "on", "1_000", "1.50", "1e3", "0x1f", "0o17", "2020-01-01", ".inf", ".nan", "~",
    "-0", "+5", "True", "Null", "007", "1234567890123456789012", "=",
]  # fmt: skip


@pytest.mark.parametrize("words", LITERAL)
def test_odd_scalars_stay_the_text_that_stands_there(words: str) -> None:
    assert read_yaml(f"a: {words}", "f.yaml").data == {"a": words}


@pytest.mark.parametrize(
    ("words", "value"), [("true", True), ("false", False), ("null", None), ("", None), ("5", 5), ("-5", -5), ("0", 0)]
)
def test_only_json_words_and_whole_numbers_are_typed(words: str, value: Any) -> None:
    found = read_yaml(f"a: {words}", "f.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_quoted_words_are_text_and_keys_are_always_text() -> None:
    assert read_yaml("1: \"true\"\ntrue: '5'", "f.yaml").data == {"1": "true", "true": "5"}


def test_every_node_knows_its_line() -> None:
    source = read_yaml("a: 1\nb:\n  c:\n    - x\n    - y\n", "f.yaml")
    assert source.place(("b", "c", 1)).line == 5
    assert source.place(("b", "c")).path == "b.c"
    assert source.place(("b", "missing")).line == 2


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".yaml")])
def test_the_normal_form_says_the_same_and_is_its_own_normal_form(file: str) -> None:
    normal = normalise(FILES[file])
    assert read_yaml(normal, "").data == read_yaml(FILES[file], "").data
    assert normalise(normal) == normal


def test_the_normal_form_keeps_comments_and_quotes_what_could_be_misread() -> None:
    words = "# first\na: 12:30   # why\nb: 'plain words'\nc:\n- 007\n- 5\n\n# last\nd: \"true\"\n"
    assert normalise(words) == (
        '# first\na: "12:30" # why\nb: plain words\nc:\n  - "007"\n  - 5\n\n# last\nd: "true"\n'
    )


def test_the_normal_form_of_what_is_refused_is_refused() -> None:
    with pytest.raises(Unreadable):
        normalise("a: &x 1")


def test_a_text_that_was_read_before_is_read_as_the_first_time(tmp_path: Path) -> None:
    folder = lay(tmp_path / "chain")
    first = read_library([folder], VOCABULARY)
    again = read_library([folder], VOCABULARY)
    assert first.library is not None
    assert again.library is not None
    assert again.library.forms == first.library.forms
    broken = folder / REQUEST_FILE
    broken.write_text(broken.read_text("utf-8").replace("kind: document", "kind: documents"), "utf-8")
    faults = [read_library([folder], VOCABULARY).findings for _ in range(2)]
    assert faults[0]
    assert faults[0] == faults[1]

"""Broken definitions never break the reader, and harmless changes never alarm it: random ones, also of the pack."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.definitions import Loaded, read_library
from engine.definitions.documents import Document
from engine.definitions.loading import load_documents
from engine.definitions.reader import Unreadable, normalise, read_yaml
from engine.settings import pack_folder
from tests.definitions.sample import FILES, FLOW_FILE, REQUEST_FILE, VOCABULARY, lay

Chance = random.Random
MODEL = "permissions/model.conf"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, ...]:
    """The documents of the sample."""
    return read_library([lay(tmp_path_factory.mktemp("sample"))], VOCABULARY).documents


@pytest.fixture(scope="module")
def pack() -> Loaded:
    """The pack as it is shipped."""
    loaded = read_library([pack_folder()], VOCABULARY)
    assert loaded.library is not None
    return loaded


def with_text(documents: tuple[Document, ...], chosen: Document, words: str) -> list[Document]:
    """The documents, one of them with another text."""
    return [replace(each, text=words) if each is chosen else each for each in documents]


def assert_told(loaded: Loaded, files: set[str]) -> None:
    """Either there is a library, or findings say where it is wrong, in both languages."""
    errors = [each for each in loaded.findings if each.severity == "error"]
    assert (loaded.library is None) == bool(errors)
    for each in loaded.findings:
        assert each.file in files | {""}
        assert each.line >= 0
        assert set(each.message) == {"en", "zh"}
        assert each.code


def cut(chance: Chance, words: str) -> str:
    """Some of it is gone."""
    start = chance.randrange(len(words))
    return words[:start] + words[start + chance.randrange(1, 30) :]


def noise(chance: Chance, words: str) -> str:
    """Characters that mean something to YAML or to expressions stand where they do not belong."""
    start = chance.randrange(len(words))
    return (
        words[:start] + "".join(chance.choices("{}[]:,-#&*!|>'\"%@`?\n\t ()=<.\x00\u202e\ud7ff", k=3)) + words[start:]
    )


def doubled(chance: Chance, words: str) -> str:
    """A line stands there twice."""
    lines = words.split("\n")
    index = chance.randrange(len(lines))
    return "\n".join([*lines[: index + 1], *lines[index:]])


def swapped(chance: Chance, words: str) -> str:
    """Two lines change places."""
    lines = words.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def indented(chance: Chance, words: str) -> str:
    """A line belongs to another map."""
    lines = words.split("\n")
    index = chance.randrange(len(lines))
    lines[index] = "  " + lines[index] if chance.random() < 0.5 else lines[index].removeprefix("  ")
    return "\n".join(lines)


def word_swapped(chance: Chance, words: str) -> str:
    """One word stands for another of the same file."""
    found = sorted({each.strip("{}[],:\"'") for each in words.split()} - {""})
    return words.replace(chance.choice(found), chance.choice(found), 1)


BREAKS: tuple[Callable[[Chance, str], str], ...] = (cut, noise, doubled, swapped, indented, word_swapped)


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda each: each.__name__)
def test_a_broken_text_becomes_findings_and_never_an_error(
    sample: tuple[Document, ...], breaks: Callable[[Chance, str], str]
) -> None:
    chance = Chance(breaks.__name__)
    refused = 0
    for _ in range(20):
        chosen = chance.choice(sample)
        loaded = load_documents(with_text(sample, chosen, breaks(chance, chosen.text)), VOCABULARY)
        assert_told(loaded, {each.path for each in sample})
        refused += loaded.library is None
    assert refused > 5


def _places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    keys: list[str | int] = list(data) if isinstance(data, dict) else list(range(len(data)))
    found: list[tuple[str | int, ...]] = []
    for key in keys:
        found.append((*path, key))
        if isinstance(data[key], (dict, list)):
            found.extend(_places(data[key], (*path, key)))
    return found


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**17, "", "x", "0.1", "1/0", "row", "record.", "now.now", [], {}, ["x"], {"en": "x"}, "remove",
    [["x"]], {"x": {"x": "x"}}, "clerk at", "clerk at nowhere", "sum(lines.given)", "record.shop.region.shop", "(" * 50,
    "record.total > " + "1 + " * 400 + "1", "é" * 70, "${x}", "{counter:99}", "__class__", "it.__class__.mro()",
)  # fmt: skip


def _written(value: Any) -> str:
    """As YAML that says the same: JSON is."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(str(key))}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def test_what_is_written_for_these_tests_is_what_is_read(sample: tuple[Document, ...]) -> None:
    for each in sample:
        if each.path.endswith(".yaml"):
            data = read_yaml(each.text, "").data
            assert read_yaml(_written(data), "").data == data


@pytest.mark.parametrize("seed", range(4))
def test_an_odd_value_anywhere_becomes_findings_and_never_an_error(sample: tuple[Document, ...], seed: int) -> None:
    chance = Chance(seed)
    yaml = [each for each in sample if each.path.endswith(".yaml")]
    refused = 0
    for _ in range(25):
        chosen = chance.choice(yaml)
        data = read_yaml(chosen.text, "").data
        path = chance.choice(_places(data))
        inside = data
        for word in path[:-1]:
            inside = inside[word]
        if chance.random() < 0.2 and isinstance(inside, dict):
            inside[chance.choice(["x", "today", "Odd", "row", "fields", "when"])] = inside.pop(path[-1])
        elif chance.random() < 0.2:
            del inside[path[-1]]
        else:
            inside[path[-1]] = chance.choice(ODD)
        loaded = load_documents(with_text(sample, chosen, _written(data)), VOCABULARY)
        assert_told(loaded, {each.path for each in sample})
        refused += loaded.library is None
    assert refused > 5


def test_any_document_may_be_missing(sample: tuple[Document, ...]) -> None:
    for gone in sample:
        loaded = load_documents([each for each in sample if each is not gone], VOCABULARY)
        assert_told(loaded, {each.path for each in sample})
        assert loaded.library is None or gone.path in ("permissions/model.conf", "templates/notices/told.yaml")


def test_the_order_in_which_documents_come_changes_nothing(sample: tuple[Document, ...]) -> None:
    chance = Chance(5)
    first = load_documents(sample, VOCABULARY).library
    assert first is not None
    for _ in range(2):
        again = load_documents(chance.sample(sample, len(sample)), VOCABULARY).library
        assert again is not None
        assert again.hash == first.hash
        assert list(again.forms) == list(first.forms)
        assert again.forms["request"].fields == first.forms["request"].fields


def _spaced(chance: Chance, words: str) -> str:
    lines = words.split("\n")
    index = chance.randrange(len(lines))
    return "\n".join([*lines[:index], "", "# a remark: with {odd} [signs]", *lines[index:]])


def _normal(_chance: Chance, words: str) -> str:
    return normalise(words)


def _returns(_chance: Chance, words: str) -> str:
    return words.replace("\n", "\r\n")


def _remarked(chance: Chance, words: str) -> str:
    lines = words.split("\n")
    index = chance.randrange(len(lines) - 1)
    return "\n".join([*lines[:index], lines[index] + "   # why", *lines[index + 1 :]])


HARMLESS: tuple[Callable[[Chance, str], str], ...] = (_spaced, _normal, _returns, _remarked)


def _same(one: Loaded, other: Loaded) -> bool:
    """Whether two libraries say the same, wherever it stands."""
    assert one.library is not None, one.findings
    assert other.library is not None, other.findings
    forms = {name: list(form.fields) for name, form in one.library.forms.items()}
    flows = {name: (list(flow.states), list(flow.transitions)) for name, flow in one.library.workflows.items()}
    return (
        forms == {name: list(form.fields) for name, form in other.library.forms.items()}
        and flows
        == {name: (list(flow.states), list(flow.transitions)) for name, flow in other.library.workflows.items()}
        and one.library.rights.lines == other.library.rights.lines
        and [(each.code, each.path) for each in one.findings] == [(each.code, each.path) for each in other.findings]
    )


def _block(words: str, index: int) -> bool:
    """Whether a line is within a text of several lines, where a remark would be text."""
    return "|" in words or ">\n" in words


def test_three_hundred_harmless_changes_of_the_pack_are_harmless(pack: Loaded) -> None:
    """Remarks, empty lines, normal form: 300 changed texts, in three libraries."""
    chance = Chance(300)
    yaml = [each for each in pack.documents if each.path.endswith(".yaml") and not _block(each.text, 0)]
    changed = 0
    for _ in range(3):
        documents = list(pack.documents)
        for chosen in chance.choices(yaml, k=100):
            index = next(at for at, each in enumerate(documents) if each.key == chosen.key and each.path == chosen.path)
            words = chance.choice(HARMLESS)(chance, documents[index].text.replace("\r\n", "\n"))
            before = read_yaml(chosen.text, "").data
            assert read_yaml(words, "").data == before, chosen.path
            documents[index] = replace(documents[index], text=words)
            changed += 1
        assert _same(pack, load_documents(documents, VOCABULARY))
    assert changed == 300


RENAMED: Mapping[str, tuple[str, str, str]] = {
    "a title": (REQUEST_FILE, "title: {en: Request, zh: 申请}", "title: {en: Demand, zh: 要求}"),
    "a field more": (REQUEST_FILE, "rules:\n", "  note: {type: text}\nrules:\n"),
    "a column more": (REQUEST_FILE, "      value: {type", "      note: {type: text}\n      value: {type"),
    "a rule more": (REQUEST_FILE, "rules:\n", "rules:\n  more: {check: record.shop.open, says: {en: No.}}\n"),
    "a state more": (FLOW_FILE, "  refused: {title", "  gone: {title: {en: Gone}, end: true}\n  refused: {title"),
    "another wait": (FLOW_FILE, "after: 3d", "after: 30m"),
    "another vote": (FLOW_FILE, 'need: "60%"', "need: all"),
    "a step fewer": (FLOW_FILE, ", when: record.total > 100", ""),
    "a question more": (FLOW_FILE, "asks: {why: {type: text}}", "asks: {why: {type: text}, how: {type: integer}}"),
}


@pytest.mark.parametrize("name", RENAMED)
def test_a_sound_change_alarms_nobody_but_where_it_must(sample: tuple[Document, ...], name: str) -> None:
    file, old, new = RENAMED[name]
    assert FILES[file].count(old) == 1
    chosen = next(each for each in sample if each.path == file)
    loaded = load_documents(with_text(sample, chosen, chosen.text.replace(old, new)), VOCABULARY)
    expected = ["unreachable"] if name == "a state more" else []
    assert [each.code for each in loaded.findings] == expected


def test_random_bytes_are_no_definition(tmp_path: Path) -> None:
    chance = Chance(9)
    for number in range(20):
        folder = lay(tmp_path / str(number))
        target = folder / chance.choice(list(FILES))
        target.write_bytes(chance.randbytes(chance.randrange(1, 400)))
        loaded = read_library([folder], VOCABULARY)
        assert loaded.library is None or target.name in ("model.conf",)
        assert_told(loaded, set(FILES))


@pytest.mark.parametrize("seed", range(4))
def test_the_yaml_reader_reads_or_refuses_and_nothing_else(seed: int) -> None:
    chance = Chance(seed)
    alphabet = "ab: -[]{}\n'\"#&*!|>%@`?,~0123\t\\\x85\u2028é"
    for _ in range(200):
        words = "".join(chance.choices(alphabet, k=chance.randrange(40)))
        read = _read(words)
        if isinstance(read, Unreadable):
            assert read.finding.line >= 1
            with pytest.raises(Unreadable):
                normalise(words)
        else:
            assert read_yaml(normalise(words), "").data == read


def _read(words: str) -> Any:
    """What is read, or why not."""
    try:
        return read_yaml(words, "f.yaml").data
    except Unreadable as refused:
        return refused

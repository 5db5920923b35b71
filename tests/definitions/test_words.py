"""Every word of the language is taken where it belongs, and refused, at its line, with anything else behind it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from engine.definitions.findings import Finding, Findings
from engine.definitions.marked import Marked, marked
from engine.definitions.reader import Path, dotted, read_yaml
from engine.definitions.validation import Validator
from tests.definitions.everything import WORDS
from tests.definitions.sample import VOCABULARY

VALIDATOR = Validator(VOCABULARY)
READ = {name: marked(kind, name, read_yaml(words, f"{kind}.yaml")) for name, (kind, words) in WORDS.items()}


def found(name: str, data: Any) -> list[Finding]:
    """What is wrong when the definition says this instead."""
    findings = Findings()
    known = READ[name]
    VALIDATOR.check(known.kind, Marked(known.kind, name, known.file, data, known.marks), findings)
    return findings.all


def nodes(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything that stands in a definition, by its path."""
    if path:
        yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from nodes(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from nodes(value, (*path, index))


def at(data: Any, path: Path) -> Any:
    """What stands at a path."""
    for word in path:
        data = data[word]
    return data


def replaced(name: str, path: Path, value: Any) -> Any:
    """The definition with something else at a path."""
    data = deepcopy(READ[name].data)
    at(data, path[:-1])[path[-1]] = value
    return data


def sent_in_a_test(name: str, path: Path) -> bool:
    """Whether it stands in what a process test sends, or expects, as values of a form."""
    return name == "process tests" and bool({"values", "asks", "edit"} & {str(each) for each in path[:-1]})


NODES = [(name, path) for name, each in READ.items() for path, _ in nodes(each.data)]
CHECKED = [each for each in NODES if (each[1][0] != "change" or len(each[1]) < 3) and not sent_in_a_test(*each)]
"""What an overlay changes is checked after the merge, as a part of what it changes; what a process test sends to a
form is checked by the form when it is played."""


@pytest.mark.parametrize("name", WORDS)
def test_every_word_is_taken_where_it_belongs(name: str) -> None:
    assert found(name, READ[name].data) == []


def _words(schema: Any, root: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every word that a schema knows, by where it stands; what names things freely is `*`."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if name not in path:
            yield from _words(root["$defs"][name], root, (*path, name) if name.startswith("type_") else path)
    for key, value in schema.get("properties", {}).items():
        yield (*path, key)
        yield from _words(value, root, (*path, key))
    for key in ("items", "additionalProperties", "then", "else"):
        yield from _words(schema.get(key), root, (*path, "*") if key == "additionalProperties" else path)
    for each in schema.get("allOf", ()):
        yield from _words(each, root, path)


def test_the_definitions_of_everything_use_every_word_that_there_is() -> None:
    used = {str(word) for name, path in NODES for word in path}
    for kind, schema in VALIDATOR.schemas.items():
        known = {path[-1] for path in _words(schema, schema, ())} - {"*"}
        assert len(known) > 2
        assert known <= used, (kind, sorted(known - used))


@pytest.mark.parametrize("kind", ["header_field", "row_field", "asked_field"])
def test_every_field_type_is_among_them(kind: str) -> None:
    types = {each["type"] for _, each in nodes(READ["form"].data) if isinstance(each, dict) and "type" in each}
    allowed = set(VALIDATOR.schemas["form"]["$defs"][kind]["properties"]["type"]["enum"])
    assert allowed <= types
    assert ("table" in allowed) == (kind == "header_field")
    assert types == set(VOCABULARY.fields)


def test_every_effect_is_among_them() -> None:
    used = {word for use in READ["workflow"].data["transitions"]["submit"]["do"].values() for word in use}
    assert used - {"when"} == set(VOCABULARY.effects)


def _other_kind(value: Any) -> Any:
    """Something of another kind: a map for what is plain, a number for a map or a list."""
    return 7 if isinstance(value, (dict, list)) else {"Odd Word": {"odd": [1]}}


@pytest.mark.parametrize(("name", "path"), CHECKED, ids=lambda each: dotted(each) if isinstance(each, tuple) else each)
def test_something_of_another_kind_is_refused_where_it_stands(name: str, path: Path) -> None:
    """Wherever one stands: the finding is there (or names the word above that must then be another)."""
    wrong = found(name, replaced(name, path, _other_kind(at(READ[name].data, path))))
    assert wrong, path
    assert {each.severity for each in wrong} == {"error"}
    assert any(each.path == dotted(path) or each.path.startswith(dotted(path) + ".") for each in wrong), wrong
    lines = {READ[name].place(path).line, READ[name].place(path[:-1]).line}
    assert {each.line for each in wrong} & lines
    assert all(set(each.message) == {"en", "zh"} for each in wrong)


MAPS = [
    (name, path) for name, path in NODES if isinstance(at(READ[name].data, path), dict) and at(READ[name].data, path)
]


@pytest.mark.parametrize(("name", "path"), MAPS, ids=lambda each: dotted(each) if isinstance(each, tuple) else each)
def test_a_word_that_is_no_name_stands_nowhere(name: str, path: Path) -> None:
    """In a map of words it is unknown, in a map of names it is no name; both at the word itself."""
    data = deepcopy(READ[name].data)
    at(data, path)["Odd word!"] = deepcopy(next(iter(at(data, path).values())))
    wrong = found(name, data)
    loose = _free(path) or sent_in_a_test(name, (*path, "*"))
    if not loose:
        assert {(each.code, each.path) for each in wrong} & {
            (code, f"{dotted(path)}.Odd word!") for code in ("unknown_word", "name")
        }, wrong


def _free(path: Path) -> bool:
    """Where any word may be a key: values of effects (checked against the form later) and what a change says."""
    inside = str(path[-1])
    return (
        inside in ("values", "group_by", "merge_by", "sums") or path[0] == "change" or inside == "rows" or _titled(path)
    )


def _titled(path: Path) -> bool:
    """Titles inside effects and lists of options, whose languages the types check themselves."""
    return (path[-1] == "title" and "task" in path) or "options" in path


NEEDED = [
    ("form", (), ("format", "form", "title", "kind", "fields")),
    ("form", ("number",), ("text", "given_at")),
    ("form", ("places", "transit"), ("title", "kind")),
    ("form", ("rules", "sound"), ("check", "says")),
    ("form", ("ledger", "item"), ("unit",)),
    ("form of a place", ("ledger", "place"), ("kind",)),
    ("form of a lot", ("ledger", "lot"), ("item",)),
    ("form", ("account",), ("account", "name")),
    ("form", ("assignment",), ("person", "role", "at")),
    ("form", ("limit",), ("form", "level", "amount")),
    ("form", ("valid",), ("from",)),
    ("form", ("calendar",), ("hours", "weekday", "from", "until")),
    ("form", ("fields", "words"), ("type",)),
    ("form", ("fields", "words", "sees"), ("by",)),
    ("form", ("fields", "lines"), ("type", "fields")),
    ("form", ("fields", "lines", "fields", "good"), ("type",)),
    ("workflow", (), ("format", "workflow", "form", "start", "states")),
    ("workflow", ("states", "draft"), ("title",)),
    ("workflow", ("states", "draft", "edit", "asker"), ("by", "fields")),
    ("workflow", ("transitions", "submit"), ("from", "to", "by")),
    ("workflow", ("transitions", "submit", "to", "one"), ("state",)),
    ("workflow", ("transitions", "submit", "guard", "sound"), ("check", "says")),
    ("workflow", ("transitions", "submit", "edit", "more"), ("fields",)),
    ("workflow", ("approvals", "review"), ("approved", "refused", "steps")),
    ("workflow", ("approvals", "review", "steps", "second", "parts", "left"), ("ask",)),
    ("workflow", ("duties", "apart"), ("not_both",)),
    ("workflow", ("timers", "late"), ("do",)),
    ("library", (), ("format", "library", "title")),
    ("library", ("founder",), ("account", "role")),
    ("library", ("schedules", "nightly"), ("every", "for", "do")),
    ("library", ("schedules", "nightly", "for"), ("over",)),
    ("library", ("alerts", "low"), ("watch", "when", "do")),
    ("library", ("alerts", "low", "watch", "available"), ("item", "place")),
    ("library", ("facts", "open_requests"), ("for", "over")),
    ("overlay", (), ("format", "overlay", "over", "change")),
    ("roles", (), ("format", "roles")),
    ("roles", ("roles", "clerk"), ("title", "purpose")),
    ("notice", (), ("format", "notice", "text")),
]


@pytest.mark.parametrize(("name", "path", "needed"), NEEDED)
def test_what_is_needed_is_missed_and_nothing_else_is(name: str, path: Path, needed: tuple[str, ...]) -> None:
    there = list(at(READ[name].data, path))
    assert set(needed) <= set(there)
    for word in there:
        data = deepcopy(READ[name].data)
        del at(data, path)[word]
        missed = {each.message["en"] for each in found(name, data) if each.code == "missing"}
        assert (f"'{word}' is missing." in missed) == (word in needed), word


LIMITS: list[tuple[str, Path, tuple[Any, ...], tuple[Any, ...]]] = [
    ("form", ("format",), (1,), (0, 2, "1", True)),
    ("form", ("kind",), ("master", "document"), ("report", "Master", "")),
    ("form", ("number", "period"), ("none", "day", "month", "year", "fiscal_year"), ("week", "hour")),
    ("form", ("number", "text"), ("x", "x" * 200), ("", "x" * 201)),
    ("form", ("places", "transit", "negative"), ("forbidden", "allowed"), ("yes", "never")),
    ("form", ("fields", "words", "longest"), (1, 400), (0, 401, -1)),
    ("form", ("fields", "story", "longest"), (1, 20000), (0, 20001)),
    ("form", ("fields", "part", "scale"), (0, 6), (-1, 7)),
    ("form", ("fields", "much", "scale"), (0, 6), (-1, 7)),
    ("form", ("fields", "price", "scale"), (0, 6), (-1, 7)),
    ("form", ("fields", "price", "currency"), ("CNY", "EUR"), ("cny", "CNYY", "C1Y", "")),
    ("form", ("fields", "whole", "above"), (0, -5, "3"), ("x", "1.1234567", "1e3")),
    ("form", ("fields", "part", "above"), ("0.000001", "-0.5"), (".5", "1.", "+1")),
    ("form", ("fields", "paper", "largest"), (1,), (0, -1)),
    ("form", ("fields", "paper", "types"), (["image/png"],), ([], ["pdf"], ["*/*"])),
    ("form", ("fields", "pieces", "most"), (1, 1000), (0, 1001)),
    ("form", ("fields", "lines", "minimum"), (0, 1000), (-1, 1001)),
    ("form", ("fields", "lines", "maximum"), (1, 1000), (0, 1001)),
    ("form", ("fields", "lines", "unique"), ([], ["good"]), (["good", "good"], ["Good"])),
    ("form", ("fields", "words", "was"), ("a", "a" * 63), ("", "A", "1a", "a" * 64, "a.b")),
    ("form", ("fields", "words", "sees", "by"), (["x"],), ([], [""], ["x" * 201])),
    ("form", ("fields", "words", "default"), ("1", 1, True), ("", "x" * 4001)),
    ("form", ("fields", "words", "required"), (True, False, "record.open"), (1, "")),
    ("form", ("fields", "words", "title"), ({"en": "A"}, {"zh": "甲"}), ({}, {"fr": "A"}, {"en": ""})),
    ("form", ("valid", "overlap"), ("refuse", "newest"), ("oldest",)),
    ("form", ("list",), (["a", "a.b"],), (["a.b.c"], ["a", "a"])),
    ("form", ("fields",), (), ({},)),
    ("workflow", ("states", "draft", "edit", "asker", "rows"), ("free", "split", "fixed"), ("some",)),
    ("workflow", ("transitions", "submit", "rows"), ("chosen",), ("all", "free")),
    ("workflow", ("transitions", "submit", "from"), ("draft", ["draft"]), ([], ["Draft"], "Draft")),
    ("workflow", ("transitions", "submit", "to"), ("done",), ({}, "Done")),
    ("workflow", ("transitions", "submit", "by"), (["x"],), ([],)),
    ("workflow", ("timers", "late", "after"), ("1m", "2h", "99999d"), ("0d", "d", "1w", "1.5d", "-1d", "100000d", 3)),
    ("workflow", ("timers", "asked", "every"), ("5m", "1d"), ("0d", "1w", 3)),
    ("workflow", ("timers", "asked", "times"), (2, 1000), (1, 1001)),
    ("workflow", ("duties", "apart", "not_both"), (["a", "b"],), (["a"], ["a", "b", "c"], ["a", "a"])),
    ("library", ("currency",), ("CNY",), ("cny", "YUAN")),
    ("library", ("zone",), ("Asia/Shanghai", "UTC", "Etc/GMT+8"), ("Asia Shanghai", "/etc", "../x", "a" * 65)),
    ("library", ("fiscal_year_starts",), (1, 12), (0, 13)),
    ("library", ("facts", "open_requests", "except"), ("this_record",), ("other",)),
    ("library", ("facts", "open_requests", "over"),
        ("request", "request.lines", {"a": {"of": "request", "where": "true"}}),
        ("a.b.c", "A", {}, {"a": {"of": "request"}}, {"a": {"of": "A", "where": "true"}})),
    ("library", ("options", "reason"), ({"A-1.x": {"en": "A"}},), ({}, {"a b": {"en": "A"}}, {"-a": {"en": "A"}})),
    ("overlay", ("change",), ({"form x": {"a": 1}}, {"workflow x": {"a": 1}}), ({}, {"roles x": {"a": 1}})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "good", "bad"), LIMITS)
def test_a_value_is_taken_within_its_bounds_and_refused_beyond(
    name: str, path: Path, good: tuple[Any, ...], bad: tuple[Any, ...]
) -> None:
    for value in good:
        assert found(name, replaced(name, path, value)) == [], value
    for value in bad:
        wrong = found(name, replaced(name, path, value))
        assert any(each.path.startswith(dotted(path)) for each in wrong), (value, wrong)


CHOICES: dict[Path, tuple[str, ...]] = {
    ("route",): ("fixed_at_submission", "evaluated_at_each_step"),
    ("same_person",): ("acts_once", "required_again", "refused"),
    ("nobody_found", "otherwise"): ("refuse", "approve", "skip"),
    ("after_return", "resume"): ("returner", "all_again"),
    ("steps", "first", "decide", "refusal"): ("ends", "counts"),
    ("steps", "first", "decide", "wait"): ("result", "all"),
    ("steps", "first", "decide", "order"): ("together", "listed"),
    ("steps", "first", "decide", "base"): ("stays", "shrinks"),
    ("steps", "first", "decide", "tie"): ("refused", "approved"),
}


@pytest.mark.parametrize("path", CHOICES)
def test_an_approval_is_told_by_these_words_only(path: Path) -> None:
    whole = ("approvals", "review", *path)
    for word in CHOICES[path]:
        assert found("workflow", replaced("workflow", whole, word)) == []
    (wrong,) = found("workflow", replaced("workflow", whole, CHOICES[path][0][:-1] + "x"))
    assert (wrong.code, wrong.path) == ("not_an_option", dotted(whole))
    assert all(word in wrong.message["en"] and word in wrong.message["zh"] for word in CHOICES[path])


@pytest.mark.parametrize("need", [1, 1000, "all", "1%", "60%", "99%", "100%"])
def test_what_a_vote_needs(need: Any) -> None:
    path = ("approvals", "review", "steps", "first", "decide", "need")
    assert found("workflow", replaced("workflow", path, need)) == []


@pytest.mark.parametrize("need", [0, -1, 1001, "0%", "101%", "60", "60 %", "most", True, 1.5])
def test_what_no_vote_can_need(need: Any) -> None:
    path = ("approvals", "review", "steps", "first", "decide", "need")
    assert [each.path for each in found("workflow", replaced("workflow", path, need))] == [dotted(path)]

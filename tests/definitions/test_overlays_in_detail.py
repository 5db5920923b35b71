"""Overlays value by value: what merges, goes, and stands where; who changes the same thing; every combination."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions import Loaded, read_library
from engine.definitions.findings import Findings
from engine.definitions.layers import selections
from engine.definitions.marked import Marked, marked
from engine.definitions.merging import REMOVE, leaves, merged
from engine.definitions.reader import read_yaml
from tests.definitions.sample import FLOW_FILE, FORMS, REQUEST_FILE, VOCABULARY, lay

BASE = """\
format: 1
title: {en: Old, zh: 旧}
kind: document
list: [a, b]
fields:
  a: {type: text, required: true}
  b: {type: money, title: {en: B, zh: 乙}}
  c: {type: date}
timers:
  late: {after: 3d}
"""


def merge(change: str, base: str = BASE) -> tuple[Marked, Findings]:
    """The base under one overlay that changes it so."""
    findings = Findings()
    under = marked("form", "x", read_yaml(base, "base.yaml"))
    indented = "".join(f"    {line}\n" for line in change.splitlines())
    over = marked("overlay", "west", read_yaml(f"overlay: west\nchange:\n  form x:\n{indented}", "west.yaml"))
    return merged(under, over, ("change", "form x"), findings), findings


def data(words: str) -> Any:
    return read_yaml(words, "").data


MERGED = [
    ("title: {en: New}", {"title": {"en": "New", "zh": "旧"}}),
    ("title: {fr: Neuf}", {"title": {"en": "Old", "zh": "旧", "fr": "Neuf"}}),
    ("title: New", {"title": "New"}),
    ("kind: master", {"kind": "master"}),
    ("list: [b]", {"list": ["b"]}),
    ("list: []", {"list": []}),
    ("list: remove", {"list": None}),
    ("title: remove", {"title": None}),
    ("fields: {b: {title: {en: remove}}}", {"fields": {"b": {"type": "money", "title": {"en": "remove", "zh": "乙"}}}}),
    ("fields: {a: {required: remove}}", {"fields": {"a": {"type": "text"}}}),
    ("fields: {a: {required: false}}", {"fields": {"a": {"type": "text", "required": False}}}),
    ("fields: {b: remove}", {"fields": {"b": None}}),
    ("fields: {a: {type: text}}", {}),
    ("timers: {late: {after: 5d}}", {"timers": {"late": {"after": "5d"}}}),
    ("rules: {r: {check: x}}", {"rules": {"r": {"check": "x"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "differs"), MERGED)
def test_maps_merge_by_name_and_everything_else_is_replaced(change: str, differs: Mapping[str, Any]) -> None:
    found, findings = merge(change)
    assert findings.all == []
    expected = _over(data(BASE), differs)
    assert found.data == expected
    assert found.overlays == ("west",)


def _over(base: dict[str, Any], differs: Mapping[str, Any]) -> dict[str, Any]:
    """The base with these things instead; None takes away; whole entries of `fields` are given as they become."""
    for word, value in differs.items():
        if word == "fields":
            for name, field in value.items():
                base["fields"][name] = field
            base["fields"] = {name: each for name, each in base["fields"].items() if each is not None}
        elif value is None:
            del base[word]
        else:
            base[word] = value
    return base


PLACED = [
    ("d: {type: text}", "abcd"),
    ("d: {type: text, after: a}", "adbc"),
    ("d: {type: text, before: a}", "dabc"),
    ("d: {type: text, after: c}", "abcd"),
    ("d: {type: text, before: c}", "abdc"),
    ("a: {after: c}", "bca"),
    ("c: {before: a}", "cab"),
    ("b: {before: b}", None),
    ("d: {type: text, after: zz}", "abcd"),
    ("d: {type: text, after: a}, e: {type: text, after: a}", "aedbc"),
    ("d: {type: text, after: a}, e: {type: text, after: d}", "adebc"),
    ("d: {type: text, after: b}, b: remove", "adc"),
]


@pytest.mark.parametrize(("change", "order"), PLACED)
def test_an_entry_stands_where_it_is_placed(change: str, order: str | None) -> None:
    found, findings = merge(f"fields: {{{change}}}")
    if order is None:
        (told,) = findings.all
        assert (told.file, told.line, told.path) == ("west.yaml", 4, "change.form x.fields.b")
        assert told.message == {"en": "'b' is not a neighbour here.", "zh": "“b”不是此处的相邻项。"}
        return
    assert "".join(found.data["fields"]) == order
    assert "after" not in found.data["fields"].get("d", {}) or "zz" in change
    assert findings.all == []


@pytest.mark.parametrize(
    ("change", "path", "hint"),
    [
        ("fields: {bb: remove}", "change.form x.fields.bb", "Did you mean 'b'?"),
        ("fields: {a: {requird: remove}}", "change.form x.fields.a.requird", "Did you mean 'required'?"),
        ("lists: remove", "change.form x.lists", "Did you mean 'list'?"),
    ],
)
def test_what_is_not_there_cannot_be_removed(change: str, path: str, hint: str | None) -> None:
    found, findings = merge(change)
    (told,) = findings.all
    word = path.rsplit(".", 1)[1]
    assert (told.file, told.line, told.path, told.code) == ("west.yaml", 4, path, "nothing_to_remove")
    assert told.message["en"] == f"'{word}' is not there, so it cannot be removed."
    assert told.message["zh"] == f"“{word}”不存在，无法移除。"
    assert (told.hint["en"] if told.hint else None) == hint
    assert found.data == data(BASE)


def test_every_value_stands_in_the_file_that_said_it_last() -> None:
    change = (
        "title: {en: New}\nfields:\n  b:\n    title: {en: Bee}\n  d: {type: text, after: a}\n  c: remove\nlist: [a]\n"
    )
    found, _ = merge(change)
    stands = {
        ("title", "en"): ("west.yaml", 4),
        ("title", "zh"): ("base.yaml", 2),
        ("kind",): ("base.yaml", 3),
        ("fields",): ("base.yaml", 5),
        ("fields", "a", "required"): ("base.yaml", 6),
        ("fields", "b", "type"): ("base.yaml", 7),
        ("fields", "b", "title", "en"): ("west.yaml", 7),
        ("fields", "b", "title", "zh"): ("base.yaml", 7),
        ("fields", "d"): ("west.yaml", 8),
        ("fields", "d", "type"): ("west.yaml", 8),
        ("list", 0): ("west.yaml", 10),
        ("list", 1): ("west.yaml", 10),
    }
    for path, place in stands.items():
        seen = found.place(path)
        assert (seen.file, seen.line) == place, path


# A model of merging: maps by name, everything else replaced

NAMES = st.sampled_from("abcd")
VALUES = st.recursive(
    st.one_of(st.integers(0, 9), st.sampled_from(["x", "y"]), st.lists(st.integers(0, 3), max_size=2)),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def _model(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _model(old[key], value) if key in old else value for key, value in new.items()}}


def _plainly(base: dict[str, Any], change: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    under = Marked("form", "x", "base.yaml", deepcopy(base), {})
    for each in (change, *more):
        findings = Findings()
        over = Marked("overlay", "west", "west.yaml", {"change": {"form x": each}}, {})
        under = merged(under, over, ("change", "form x"), findings)
        assert findings.all == []
    found: dict[str, Any] = under.data
    return found


@settings(max_examples=50)
@given(MAPS, MAPS, MAPS)
def test_merging_is_that_of_maps_changes_neither_side_and_goes_on_from_where_it_was(
    base: dict[str, Any], change: dict[str, Any], other: dict[str, Any]
) -> None:
    kept = deepcopy((base, change))
    assert _plainly(base, change) == _model(base, change)
    assert (base, change) == kept
    assert _plainly(base, change, change) == _plainly(base, change)
    assert _plainly(base, change, other) == _model(_model(base, change), other)
    assert list(_plainly(base, change))[: len(base)] == list(base)


@settings(max_examples=50)
@given(MAPS)
def test_removing_everything_by_name_leaves_nothing_and_the_leaves_of_a_change_are_all_it_says(
    base: dict[str, Any],
) -> None:
    assert _plainly(base, dict.fromkeys(base, REMOVE)) == {}
    said = leaves(base)
    assert len(said) == len(set(said))
    for path in said:
        value: Any = base
        for word in path:
            value = value[word]
        assert not isinstance(value, dict) or not value


# Orders and combinations


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), []),
        (("a",), [("a",)]),
        (("a", "b"), [("a",), ("b",), ("a", "b")]),
        (("b", "a", "c"), [("b",), ("a",), ("c",), ("b", "a"), ("b", "c"), ("a", "c"), ("b", "a", "c")]),
    ],
)
def test_every_combination_is_met_once_in_the_order_of_the_layers(
    names: tuple[str, ...], expected: list[tuple[str, ...]]
) -> None:
    assert selections(names) == expected


CHAIN = "format: 1\nlibrary: acme\ntitle: {en: Acme}\nlayers: [base, acme%s]\n"


def overlay(name: str, over: str, change: str, condition: str = "") -> str:
    applies = f"applies_to: {condition}\n" if condition else ""
    return f"format: 1\noverlay: {name}\nover: {over}\n{applies}change:\n{change}"


TITLE = "  form request:\n    title: {en: %s}\n"
REASON = "  form request:\n    fields: {reason: {required: false}}\n"
SLOW = "  workflow request:\n    timers: {late: {after: %s}}\n"


def chain(folder: Path, *overlays: str, layers: str = "") -> Loaded:
    files = {f"{FORMS}/library.yaml": CHAIN % layers}
    for words in overlays:
        files[f"{FORMS}/{words.split('overlay: ')[1].split(chr(10))[0]}.yaml"] = words
    return read_library([lay(folder / "base"), lay(folder / "acme", files)], VOCABULARY)


def test_two_overlays_that_change_different_things_need_no_order(tmp_path: Path) -> None:
    loaded = chain(tmp_path, overlay("one", "base", TITLE % "One"), overlay("two", "base", REASON))
    assert loaded.library is not None, loaded.findings
    form = loaded.library.forms["request"]
    assert (form.title["en"], form.fields["reason"].required) == ("One", False)


@pytest.mark.parametrize(
    ("one", "two", "lines"),
    [
        (TITLE % "One", TITLE % "Two", [6]),
        (TITLE % "One", "  form request:\n    title: remove\n", [6]),
        (REASON, "  form request:\n    fields: {reason: remove}\n", [6]),
        (SLOW % "5d", SLOW % "6d", [6]),
        ("  form request:\n    list: [shop]\n    search: [shop]\n",
         "  form request:\n    search: [total]\n    list: [total]\n", [6, 7]),
    ],
)  # fmt: skip
def test_two_overlays_without_an_order_that_change_the_same_are_told_with_both_lines(
    tmp_path: Path, one: str, two: str, lines: list[int]
) -> None:
    found = chain(tmp_path, overlay("one", "base", one), overlay("two", "base", two)).findings
    assert [(each.code, each.file, each.line) for each in found] == [
        ("unordered_layers", f"{FORMS}/two.yaml", line) for line in lines
    ]
    for each in found:
        assert f"'one' ({FORMS}/one.yaml:" in each.message["en"]
        assert each.message["en"].endswith("and 'two' change the same; order them in 'layers:'.")
        assert f"“one”（{FORMS}/one.yaml:" in each.message["zh"]


@pytest.mark.parametrize(("layers", "title"), [(", one, two", "Two"), (", two, one", "One")])
def test_the_order_of_the_layers_decides(tmp_path: Path, layers: str, title: str) -> None:
    loaded = chain(
        tmp_path, overlay("one", "base", TITLE % "One"), overlay("two", "base", TITLE % "Two"), layers=layers
    )
    assert loaded.library is not None, loaded.findings
    assert loaded.library.forms["request"].title["en"] == title


def test_what_lies_over_another_comes_after_it_without_being_listed(tmp_path: Path) -> None:
    loaded = chain(tmp_path, overlay("a_last", "b_first", TITLE % "Last"), overlay("b_first", "base", TITLE % "First"))
    assert loaded.library is not None, loaded.findings
    assert loaded.library.forms["request"].title["en"] == "Last"


def test_overlays_that_lie_over_each_other_are_told(tmp_path: Path) -> None:
    found = chain(tmp_path, overlay("one", "two", TITLE % "One"), overlay("two", "one", REASON)).findings
    assert {(each.code, each.file, each.line, each.message["en"]) for each in found} == {
        ("cycle", f"{FORMS}/one.yaml", 3, "Overlay 'one' lies over itself."),
        ("cycle", f"{FORMS}/two.yaml", 3, "Overlay 'two' lies over itself."),
    }
    assert {each.message["zh"] for each in found} == {"覆盖层“one”覆盖了自身。", "覆盖层“two”覆盖了自身。"}


def test_a_fault_of_a_variant_alone_is_told_in_the_overlay(tmp_path: Path) -> None:
    wrong = overlay("west", "base", "  workflow request:\n    start: drft\n", "it.region.code == 'WEST'")
    loaded = chain(tmp_path, wrong)
    assert loaded.library is None
    start = next(each for each in loaded.findings if each.code == "unknown_name")
    assert (start.message["en"], start.hint) == ("'drft' is not a state.", {"en": "Did you mean 'draft'?",
                                                                         "zh": "是否想写“draft”？"})  # fmt: skip
    assert {each.file for each in loaded.findings} <= {FLOW_FILE, f"{FORMS}/west.yaml"}


def test_the_library_without_the_overlay_is_the_one_without_the_chain(tmp_path: Path) -> None:
    plain = read_library([lay(tmp_path / "plain")], VOCABULARY).library
    loaded = chain(tmp_path, overlay("west", "base", TITLE % "West", "it.region.code == 'WEST'"))
    assert plain is not None
    assert loaded.library is not None, loaded.findings
    for name, form in plain.forms.items():
        assert loaded.library.forms[name].title == form.title
        assert loaded.library.forms[name].derived == form.derived
    assert loaded.library.variant(()) is loaded.library
    assert loaded.library.variant(("west",)).forms["request"].title["en"] == "West"
    assert loaded.library.variant(("west",)).rights is loaded.library.rights
    assert REQUEST_FILE in {each.path for each in loaded.documents}


def test_a_variant_that_nobody_may_meet_is_not_there(tmp_path: Path) -> None:
    loaded = chain(tmp_path, overlay("west", "base", TITLE % "West", "it.region.code == 'WEST'"))
    assert loaded.library is not None
    with pytest.raises(KeyError):
        loaded.library.variant(("east",))

"""What can be wrong with process tests before they are run: found with file and line, at the word that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions import Loaded, read_library
from tests.definitions.sample import FILES, VOCABULARY, lay

FILE = "workflow_definitions/request.tests.yaml"
GOOD = """\
format: 1
tests: request
chain:
  north: {make: shop, values: {code: N, name: North}}
people:
  ann: {clerk: [N]}
  bob: {boss: [chain]}
cases:
  sent:
    steps:
      asked: {by: ann, make: request, values: {shop: {of: north}}, action: submit, expect: {made: {other: request}}}
      seen: {by: bob, of: other, decide: approve}
      later: {wait: 3d}
      looked: {of: asked, expect: {state: sent, tasks: {bob: []}}}
"""
WRONG = [
    ("{wait: 3d}", "{wait: 3d, make: request}", 13, "two_verbs", "cases.sent.steps.later.wait"),
    ("{wait: 3d}", "{wait: 3y}", 13, "name", "cases.sent.steps.later.wait"),
    ("{wait: 3d}", "{}", 13, "nothing", "cases.sent.steps.later"),
    ("{wait: 3d}", "{wait: 3d, refused: {kind: rule}}", 13, "not_here", "cases.sent.steps.later.refused"),
    ("{by: bob, of: other, decide", "{of: other, decide", 12, "missing", "cases.sent.steps.seen"),
    ("{by: bob, of: other, decide", "{by: bot, of: other, decide", 12, "unknown_name", "cases.sent.steps.seen.by"),
    ("of: other", "of: others", 12, "unknown_name", "cases.sent.steps.seen.of"),
    ("tasks: {bob", "tasks: {bobby", 14, "unknown_name", "cases.sent.steps.looked.expect.tasks.bobby"),
    ("      later:", "      asked_again:\n        expcet: {}\n      later:", 14, "unknown_word",
     "cases.sent.steps.asked_again.expcet"),
    ("      looked:", "      north:", 14, "twice", "cases.sent.steps.north"),
    ("tests: request", "tests: order", 2, "file_name", "tests"),
    ("chain:\n", "after: base\nchain:\n", 3, "unknown_name", "after"),
    ("chain:\n", "after: request\nchain:\n", 3, "circle", "after"),
    ("{make: shop,", "{by: ann, make: shop, kind: x,", 4, "unknown_word", "chain.north.kind"),
    ("{make: shop,", "{by: cas, make: shop,", 4, "unknown_name", "chain.north.by"),
]  # fmt: skip


def read(folder: Path, *layers: dict[str, str], untested: tuple[int, ...] = ()) -> Loaded:
    """The sample with these files; further layers over it."""
    folders = [lay(folder / "0", {**FILES, **layers[0]})]
    folders += [lay(folder / str(index), each) for index, each in enumerate(layers[1:], 1)]
    return read_library(folders, VOCABULARY, untested)


def test_tests_are_read_beside_their_workflow(tmp_path: Path) -> None:
    loaded = read(tmp_path, {FILE: GOOD})
    assert [each.code for each in loaded.findings if each.file == FILE] == []
    [found] = loaded.tests
    assert (found.name, [each.name for each in found.records("chain")]) == ("request", ["north"])
    assert found.people == {"ann": {"clerk": ["N"]}, "bob": {"boss": ["chain"]}}
    [case] = found.cases
    assert [(step.name, step.verb) for step in case.steps] == [
        ("asked", "make"), ("seen", "decide"), ("later", "wait"), ("looked", "")
    ]  # fmt: skip
    assert found.place(case.steps[1].path).line == 12


@pytest.mark.parametrize(("old", "new", "line", "code", "path"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_meant_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, code: str, path: str
) -> None:
    assert GOOD.count(old) == 1
    loaded = read(tmp_path, {FILE: GOOD.replace(old, new)})
    found = [(each.line, each.code, each.path) for each in loaded.findings if each.file == FILE]
    assert (line, code, path) in found
    assert loaded.library is None
    assert all(each.message["zh"] for each in loaded.findings)


def test_the_tests_of_a_higher_layer_stand_for_those_below_of_the_same_name(tmp_path: Path) -> None:
    """Both texts are kept, each with a key of its own."""
    over = {
        "form_definitions/library.yaml": "format: 1\nlibrary: acme\ntitle: {en: Acme, zh: 某}\nlayers: [base, acme]\n",
        FILE: "format: 1\ntests: request\n",
    }
    loaded = read(tmp_path, {FILE: GOOD}, over)
    assert [each.cases for each in loaded.tests] == [()]
    assert [each.key for each in loaded.documents if each.kind == "tests"] == [
        ("tests", "request"), ("tests", "request.1")
    ]  # fmt: skip
    without = read(tmp_path, {FILE: GOOD}, over, untested=(0,))
    assert [each.key for each in without.documents if each.kind == "tests"] == [("tests", "request.1")]


def test_more_steps_than_are_run_at_every_publish_are_refused(tmp_path: Path) -> None:
    steps = "".join(f"      s{number}: {{wait: 1m}}\n" for number in range(700))
    cases = "".join(f"  long_{number}:\n    steps:\n{steps}" for number in range(3))
    found = read(tmp_path, {FILE: f"format: 1\ntests: request\ncases:\n{cases}"}).findings
    assert [(each.file, each.code) for each in found] == [(FILE, "too_many")]

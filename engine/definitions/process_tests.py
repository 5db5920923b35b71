"""Process tests as they lie beside workflows: what of them can be wrong before they are run. Called by the loader.

`Loaded.tests` are those of a library, the highest layer's where several have one of a name: who changes a process that
lies below tests it anew. `operations.testing` runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.marked import Marked
from engine.definitions.models import NOTHING, Place
from engine.definitions.reader import Path
from engine.errors import Text, text

VERBS = ("make", "act", "decide", "edit", "wait")
"""What a step does; one without any of them only looks."""
MOST_STEPS = 2_000
"""Of all tests of a library: they are run whenever it is published."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "make": ("by",),
    "act": ("by", "of"),
    "decide": ("by", "of"),
    "edit": ("by", "of"),
    "wait": (),
    "": (),
}
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "make": ("by", "values", "action", "asks", "comment", "refused"),
    "act": ("by", "of", "values", "asks", "comment", "refused"),
    "decide": ("by", "of", "values", "asks", "comment", "to", "refused"),
    "edit": ("by", "of", "refused"),
    "wait": ("by", "of"),
    "": ("by", "of"),
}


@dataclass(frozen=True)
class Step:
    """One step of a test, or one record that is there first (`make`)."""

    name: str
    verb: str
    data: Mapping[str, Any]
    path: Path

    @property
    def expected(self) -> Mapping[str, Any]:
        """What it should come to."""
        found: Mapping[str, Any] = self.data.get("expect", NOTHING)
        return found


@dataclass(frozen=True)
class Case:
    """One test."""

    name: str
    steps: tuple[Step, ...]
    path: Path


@dataclass(frozen=True)
class ProcessTests:
    """One file of tests."""

    name: str
    marked: Marked

    @property
    def after(self) -> str | None:
        """The file whose people and records are there before those of this one."""
        found: str | None = self.marked.data.get("after")
        return found

    @property
    def at(self) -> str | None:
        """The moment at which every test begins, by the clock of the chain."""
        found: str | None = self.marked.data.get("at")
        return found

    @property
    def people(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Who takes part: by account, the roles and where each is held."""
        found: Mapping[str, Mapping[str, Sequence[str]]] = self.marked.data.get("people", NOTHING)
        return found

    def records(self, word: str) -> Iterator[Step]:
        """The records that are there first: of the `chain`, or `given`."""
        for name, data in self.marked.data.get(word, NOTHING).items():
            yield Step(name, "make", data, (word, name))

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every test, in its order."""
        found = []
        for name, case in self.marked.data.get("cases", NOTHING).items():
            path: Path = ("cases", name)
            steps = [_step(each, data, (*path, "steps", each)) for each, data in case["steps"].items()]
            found.append(Case(name, tuple(steps), path))
        return tuple(found)

    def place(self, path: Path) -> Place:
        """Where something stands."""
        return self.marked.place(path)


def _step(name: str, data: Mapping[str, Any], path: Path) -> Step:
    return Step(name, next((each for each in VERBS if each in data), ""), data, path)


def uppermost(found: Sequence[Marked]) -> tuple[ProcessTests, ...]:
    """The tests of a library: where layers have a file of one name, the one of the highest."""
    return tuple(ProcessTests(name, each) for name, each in {each.name: each for each in found}.items())


def before(each: ProcessTests, known: Mapping[str, ProcessTests]) -> tuple[ProcessTests, ...]:
    """This file and those that it comes after, the first of them first; `KeyError` or `ValueError` (a circle)."""
    chain = [each]
    while chain[0].after is not None:
        earlier = known[chain[0].after]
        if earlier in chain:
            raise ValueError(each.name)
        chain.insert(0, earlier)
    return tuple(chain)


def check_tests(found: Sequence[ProcessTests], findings: Findings) -> None:
    """Whatever of tests cannot be meant: names that nothing has, steps that do two things or nothing."""
    known = {each.name: each for each in found}
    for each in found:
        at = each.place(("after",))
        try:
            files = before(each, known)
        except KeyError:
            findings.unknown(at, text("a file of tests", "测试文件"), str(each.after), known)
        except ValueError:
            findings.add(at, "circle", text("These tests come after themselves.", "这些测试互相在前，形成循环。"))
        else:
            _check_one(each, files, findings)
    if sum(map(_length, found)) > MOST_STEPS:
        says = text(f"There are more than {MOST_STEPS} steps.", f"步骤超过 {MOST_STEPS} 个。")
        findings.add(found[-1].place(()), "too_many", says)


def _length(each: ProcessTests) -> int:
    """How many steps it has, with the records that are made before."""
    return sum(len(case.steps) for case in each.cases) + sum(
        1 for word in ("chain", "given") for _ in each.records(word)
    )


def _check_one(each: ProcessTests, files: Sequence[ProcessTests], findings: Findings) -> None:
    people = {account for file in files for account in file.people}
    there = [one.name for file in files for word in ("chain", "given") for one in file.records(word)]
    for word in ("chain", "given"):
        for one in each.records(word):
            _check_by(each, one, people, findings)
    for case in each.cases:
        names = [*there]
        for step in case.steps:
            _check_step(each, step, people, names, findings)
            names += [step.name, *step.expected.get("made", NOTHING)]


def _check_step(each: ProcessTests, step: Step, people: set[str], names: Sequence[str], findings: Findings) -> None:
    verbs = [verb for verb in VERBS if verb in step.data]
    if len(verbs) > 1:
        _add(each, step, verbs[1], "two_verbs", _TWO, findings)
        return
    for word in NEEDED[step.verb]:
        if word not in step.data:
            _add(each, step, "", "missing", text(f"'{word}' is missing.", f"缺少“{word}”。"), findings)
    allowed = (*ALLOWED[step.verb], step.verb, "expect")
    for word in step.data:
        if word not in allowed:
            says = text(f"'{word}' does not belong to this step.", f"“{word}”不属于此步骤。")
            _add(each, step, word, "not_here", says, findings)
    if not verbs and "expect" not in step.data:
        _add(each, step, "", "nothing", text("This step does nothing.", "此步骤没有内容。"), findings)
    _check_by(each, step, people, findings)
    if "of" in step.data and step.data["of"] not in names:
        at = each.place((*step.path, "of"))
        findings.unknown(at, text("an earlier step or record", "之前的步骤或单据"), step.data["of"], names)
    if step.name in names:
        _add(each, step, "", "twice", text("This name is taken.", "该名称已被使用。"), findings)


_TWO = text("A step does one thing.", "一个步骤只做一件事。")


def _check_by(each: ProcessTests, step: Step, people: set[str], findings: Findings) -> None:
    named: list[tuple[Path, str]] = [(("by",), step.data["by"])] if "by" in step.data else []
    named += [(("expect", "tasks", who), who) for who in step.expected.get("tasks", NOTHING)]
    for path, who in named:
        if who not in people:
            at = each.place((*step.path, *path))
            findings.unknown(at, text("one of the people of these tests", "这些测试中的人员"), who, people)


def _add(each: ProcessTests, step: Step, word: str, code: str, says: Text, findings: Findings) -> None:
    findings.add(each.place((*step.path, word) if word else step.path), code, says)

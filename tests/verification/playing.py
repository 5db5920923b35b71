"""Plays an example of the reference: the sample with a few lines of YAML, and a record on which deeds are done.

`ann submits`, `max approves look`, `answer comes` ...: each is done by the real interpreter; `looking` sees what came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from engine.access.directory import Assignment, Directory, Person, Unit
from engine.definitions import Loaded
from engine.definitions.documents import Document, read_folder
from engine.definitions.findings import Findings
from engine.definitions.loading import load_documents
from engine.definitions.merging import REMOVE
from engine.definitions.models import Approval, Library, Step, Timer
from engine.definitions.reader import read_yaml
from engine.definitions.schemas.meanings import SAMPLE, Example
from engine.errors import Refusal, forbidden
from engine.expressions import Reference
from engine.verification.played import Played
from engine.verification.stage import Stage
from engine.workflow import asking, decide, edited, moves, timers_for, waiting, writable
from engine.workflow import memory as memories
from engine.workflow.plan import SYSTEM, Away, Situation, Wait
from engine.workflow.ruling import ask_others, rule_on
from tests.definitions.sample import VOCABULARY

UNITS = (Unit("north", "region", "north"), Unit("s1", "shop", "s1", "north"), Unit("s2", "shop", "s2", "north"))
STAFF: Mapping[str, tuple[str, str | None]] = {
    "ann": ("clerk", "s1"), "ben": ("clerk", "s1"), "wim": ("clerk", "s2"),
    "max": ("manager", "s1"), "mia": ("manager", "s2"), "hal": ("head", "north"),
    "kim": ("buyer", None), "lou": ("buyer", None),
    "fay": ("finance", None), "fin": ("finance", None), "flo": ("finance", None), "dan": ("director", None),
}  # fmt: skip
MANAGERS = {"ann": "max", "ben": "max", "max": "hal"}
FORMS = {"shop": "shop", "supplier": "supplier", "witness": "human", "earlier": "request"}
KEEPERS = {"tea": "kim", "milk": "lou"}
LIMIT = Decimal(1000)
PERSON, NAME = r"(?P<who>[a-z]+)", r"[a-z_]+"
STEP = rf"(?P<step>{NAME})(/(?P<part>{NAME}))?"


@cache
def _documents() -> tuple[Document, ...]:
    return tuple(read_folder(SAMPLE, 0, Findings()))


@cache
def _read(document: Document) -> Any:
    return read_yaml(document.text, document.path).data


def laid(example: Example, without: tuple[str, str] | None = None) -> Loaded:
    """The sample with the example in it; `without` one word of it, wherever it has this value."""
    if example.into.startswith("new "):
        return load_documents(_with_new(example), VOCABULARY)
    kind, _, name = example.into.partition(" ")
    change = spared(read_yaml(example.written, "example").data, without)
    documents = [
        replace(each, text=json.dumps(merged(_read(each), change)))
        if (each.kind, each.name) == (kind, name or each.name)
        else each
        for each in _documents()
    ]
    return load_documents(documents, VOCABULARY)


GRANTED = "p, director, {0}, see, chain\np, director, {0}, retire, chain\np, buyer, {0}, gather, chain\n"


def _with_new(example: Example) -> list[Document]:
    """The sample with one more definition, its rights, and a plain workflow if it is a form."""
    kind, name = example.into.split()[1:]
    rights = "".join(
        line
        for line in GRANTED.format(name).splitlines(True)
        if ("retire" in line) <= (kind == "form") and ("gather" in line) <= ("gather" in example.written)
    )
    documents = [
        replace(each, text=each.text + rights) if each.key == ("permissions", "policy") else each
        for each in _documents()
    ]
    documents.append(Document(kind, name, 0, f"form_definitions/{name}.yaml", example.written))
    if kind == "form":
        plain = next(each for each in _documents() if each.key == ("workflow", "supplier"))
        flow = plain.text.replace("supplier", name).replace("[code]", "[channel, address, eyes, spoken, on]")
        documents.append(replace(plain, name=name, path=f"workflow_definitions/{name}.yaml", text=flow))
    return documents


def merged(old: Any, new: Any) -> Any:
    """Maps by name and `name: remove`, as an overlay merges them; everything else is replaced."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    both = {**old, **{name: merged(old.get(name), each) for name, each in new.items()}}
    return {name: each for name, each in both.items() if each != REMOVE}


def spared(data: Any, word: tuple[str, str] | None) -> Any:
    """The same without a word where it has this value."""
    if not isinstance(data, dict):
        return data
    return {name: spared(each, word) for name, each in data.items() if (name, str(each).lower()) != word}


class Stand(Stage):
    """A stage with the sample's own people."""

    gone: frozenset[str] = frozenset()
    away: Mapping[str, Away] = MappingProxyType({})
    later = timedelta()

    def situation(self, played: Played, actor: str, asks: Mapping[str, Any] | None = None) -> Situation:
        seen = super().situation(played, actor, asks)
        return replace(seen, finder=self.people(), away=self.away, now=seen.now + self.later)

    def people(self) -> Directory:
        """Whoever has not left."""
        persons = [Person(one, one, one, active=one not in self.gone, manager=MANAGERS.get(one)) for one in STAFF]
        held = [Assignment(person, role, unit) for person, (role, unit) in STAFF.items()]
        return Directory(UNITS, persons, [*held, Assignment("kim", "buyer", record="acme")], date(2026, 1, 5))


@dataclass
class Play:
    """One request on its way; `tell` takes one line."""

    library: Library
    stand: Stand
    record: Played
    said: str = ""

    def refused(self, work: Callable[..., None], **words: str) -> str:
        """Do it: the code of the refusal; nothing when there is none."""
        try:
            work(self, **words)
        except Refusal as refusal:
            self.said = refusal.says["en"]
            return refusal.code
        return ""

    def situation(self, who: str) -> Situation:
        """As somebody meets it."""
        return self.stand.situation(self.record, who)

    def waits(self) -> tuple[Wait, ...]:
        """What waits for somebody to decide."""
        return tuple(wait for wait in waiting(self.situation(SYSTEM)) if wait.kind == "decide")

    def timers(self) -> tuple[Timer, ...]:
        """Those that run now."""
        approval = self.record.memory.approval
        return timers_for(self.record.workflow, self.record.state, approval.step if approval else None)

    def step(self, name: str, part: str | None = None) -> Step:
        """A step or part as it is defined."""
        step = self.approval().steps[name]
        return step.parts[part] if part else step

    def approval(self) -> Approval:
        """The one that the sample has."""
        return self.record.workflow.approvals["review"]

    def take(self, who: str, action: str = "submit") -> None:
        self.stand.act(self.record, action, who)

    def vote(
        self,
        who: str,
        verdict: str,
        step: str,
        part: str | None,
        rows: str | None = None,
        to: str | None = None,
        whom: str | None = None,
    ) -> None:
        verdict = {"approves": "approve", "rejects": "reject", "returns": "return"}[verdict]
        if verdict == "approve":
            self.stand.edit(self.record, {}, who, self.step(step, part).required)
        if verdict == "return":
            self.stand.agree(self.record)
        named, before, state = rows.split(", ") if rows else None, self.record.memory, self.record.state
        self.stand.follow(self.record, decide(self.situation(who), step, part, verdict, whom, to, named))
        if self.approval().may.take_back is not None:
            fired = self.record.state != state
            self.record.memory = moves.undoable(self.situation(who), before, state, step, fired=fired, followed=False)

    def write(self, who: str, path: str, value: str, step: str | None = None, part: str | None = None) -> None:
        if path not in writable(self.situation(who), who, step=step, part=part).fields:
            raise forbidden()
        table, _, column = path.rpartition(".")
        for row in self.record.values[table] if table else [self.record.values]:
            row[column] = _typed(column, value)
        self.record.memory = memories.wrote(self.record.memory, [path], who)
        self.record.touched |= {(path, None)}
        self.stand.edit(self.record, {}, who)
        approval = self.record.memory.approval
        if approval is not None and approval.step is not None:
            self.stand.follow(self.record, edited(self.situation(who), [path], step, part))

    def come(self, timer: str) -> None:
        running = {each.name: each for each in self.timers()}[timer]
        if running.when is not None and asking.said(running.when, self.situation(SYSTEM).environment) is not _YES:
            return
        for use in running.do.values():
            if use.options.get("verdict") == "return":
                self.stand.agree(self.record)
            seen, part = self.situation(SYSTEM), use.options.get("part")
            if use.effect == "decide":
                self.stand.follow(self.record, rule_on(seen, use.options["verdict"], part, use.options.get("to")))
            elif use.effect == "ask":
                self.record.memory = ask_others(seen, f"{timer}.{use.name}", part)[0].memory
            else:
                self.stand.perform(self.record, [use], timer)

    def hand(self, who: str, step: str, part: str | None, to: str) -> None:
        self.stand.follow(self.record, moves.hand_over(self.situation(who), step, part, to))

    def add(self, who: str, to: str, where: str, step: str, part: str | None) -> None:
        self.stand.follow(self.record, moves.add_signer(self.situation(who), step, part, to, where))

    def take_back(self, who: str, step: str, part: str | None) -> None:
        self.record.memory, self.record.state = moves.take_back(self.situation(who), self.approval(), step)

    def be_away(self, who: str, deputy: str, above: str | None) -> None:
        persons = () if deputy == "nobody" else (deputy,)
        self.stand.away = {**self.stand.away, who: Away(persons, above is not None)}

    def leave(self, who: str) -> None:
        self.stand.gone |= {who}

    def wait(self, minutes: str) -> None:
        self.stand.later += timedelta(minutes=int(minutes))


_YES = asking.Said.YES
DEEDS: Mapping[str, Callable[..., None]] = {
    rf"{PERSON} submits": Play.take,
    rf"{PERSON} takes (?P<action>{NAME})": Play.take,
    rf"{PERSON} (?P<verdict>approves|rejects) {STEP}( row[s]? (?P<rows>[\d, ]+))?( for (?P<whom>{NAME}))?": Play.vote,
    rf"{PERSON} (?P<verdict>returns) {STEP} to (?P<to>{NAME})": Play.vote,
    rf"{PERSON} writes (?P<path>[a-z_.]+) (?P<value>\w+)( in {STEP})?": Play.write,
    rf"(?P<timer>{NAME}) comes": Play.come,
    rf"{PERSON} leaves": Play.leave,
    rf"{PERSON} hands {STEP} to (?P<to>{NAME})": Play.hand,
    rf"{PERSON} adds (?P<to>{NAME}) (?P<where>before|after|beside) {STEP}": Play.add,
    rf"{PERSON} takes back {STEP}": Play.take_back,
    rf"{PERSON} is away and (?P<deputy>{NAME}) stands in(?P<above> above)?": Play.be_away,
    r"(?P<minutes>\d+) minutes pass": Play.wait,
}


def begun(library: Library, given: Mapping[str, Any]) -> Play:
    """A draft of ann's in shop s1 over 100, of 4 tea and 2 milk, unless something else is given."""
    stand = Stand(library, LIMIT)
    for good, keeper in KEEPERS.items():
        stand.enter("good", good, {"code": good, "unit": "kg", "keeper": Reference("human", keeper)})
    for shop in ("s1", "s2"):
        stand.enter("shop", shop, {"code": shop, "region": Reference("region", "north"), "open": True})
    earlier = {f"#did.{step}": tuple(Reference("human", who) for who in by) for step, by in _earlier(given)}
    stand.enter("request", "r0", {"lines": []}).values.update(earlier)
    lines = given.get("lines", [["tea", 4], ["milk", 2]])
    values = {"shop": "s1", "total": 100, **{name: each for name, each in given.items() if name != "earlier"}}
    filled = {name: _typed(name, each) for name, each in values.items() if name != "lines"}
    filled |= {"earlier": Reference("request", "r0"), "lines": [_row(at, each) for at, each in enumerate(lines, 1)]}
    return Play(library, stand, stand.enter("request", "r1", filled))


def _earlier(given: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    kept: dict[str, list[str]] = given.get("earlier", {})
    return kept.items()


def _row(at: int, given: list[Any]) -> dict[str, Any]:
    good, asked = given
    return {"row": str(at), "good": Reference("good", good), "asked": None if asked is None else Decimal(asked)}


def _typed(name: str, value: Any) -> Any:
    """A value as its field keeps it."""
    if name in FORMS:
        return Reference(FORMS[name], str(value))
    if name == "due":
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if name in ("total", "asked", "given") else value

"""Walks every path of a workflow and says which ones strand goods. Called by tests and by `check`.

Every transition and alternative, with none, a part and all of each quantity that may be written, every action at most
twice, approvals granted, refused and returned, timers, and the records that are created on the way, to every end. A
record that has ended must have left nothing in its own places, promised or held; and nobody may be stuck before an end.

A record that is created on the way, of a form that people begin as well (so walked by itself), is played
briefly: every action once, nothing returned, and what it creates in turn with all of each quantity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any, TypeAlias

from engine.definitions.models import Field, Library, Transition
from engine.errors import Refusal
from engine.verification import invented
from engine.verification.played import Played
from engine.verification.scratch import SHORT
from engine.verification.stage import Stage
from engine.workflow import timers_for, waiting, writable
from engine.workflow.plan import SYSTEM, Wait

BASE = Decimal(4)
"""All of the first quantity; a part is half of it, and half of that again."""
TWICE = 2
DEEP = 2
EACH, LEAST = 8, 1000
"""How many deeds are tried for each stage, taken together, and at least: a walk of wide forms ends for want of them."""
WIDEST = 256
"""How many combinations of quantities one action is tried with; of more, amounts are tried one by one."""
"""How many records stand above one that is played with all of each quantity only."""
MOST = 200_000
LOW, HIGH = Decimal(0), Decimal(10) ** 9
"""Limits: with the one every step that asks for a limit applies, with the other none."""

Written: TypeAlias = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Stranded:
    """A path that ends wrong.

    `what`: something is left `in_place`, `reserved` or `held` by a record that has ended; a record is `stuck` before an
    end; an action passes its guards and then moves goods that are not there (`short`); the walk is `too_many`.
    """

    path: tuple[str, ...]
    record: str
    what: str
    detail: str
    form: str = ""
    state: str = ""
    thing: str = ""
    """The place, the effect that promised or held, or the one that was short."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk saw: stages, ways that led to an end, alternatives taken (form, transition, alternative), faults."""

    stages: int
    ends: int
    taken: frozenset[tuple[str, str, str]]
    faults: tuple[Stranded, ...]
    done: frozenset[tuple[str, str, str]] = frozenset()
    """Form, action, effect: what came to something on some path."""


@dataclass(frozen=True, slots=True)
class _Play:
    """One way to go on."""

    words: str
    record: str
    written: Written
    actor: str
    action: str | None = None
    wait: Wait | None = None
    verdict: str = ""
    timer: str | None = None


def walk(
    library: Library, form: str, most: int = MOST, *, to_first: bool = False, limits: tuple[Decimal, ...] = (LOW, HIGH)
) -> Walked:
    """Walk all paths of a record of this form, begun by a person; with `to_first` only until something is wrong."""
    seen: set[str] = set()
    taken: set[tuple[str, str, str]] = set()
    done: set[tuple[str, str, str]] = set()
    faults: dict[tuple[str, str, str], Stranded] = {}
    ends = 0
    apart = frozenset(begun_by_people(library))
    budget = [max(most * EACH, LEAST)]
    for limit in limits:
        stage = Stage(library, limit, taken=taken, apart=apart, done=done)
        stage.enter(form, form)
        stack: list[tuple[Stage, tuple[str, ...]]] = [(stage, ())]
        while stack:
            stage, path = stack.pop()
            signature = f"{limit}{stage.signature()}"
            if signature in seen:
                continue
            seen.add(signature)
            step = _following(stage, path, budget)
            if len(seen) > most or budget[0] < 0:
                faults["", "too_many", ""] = Stranded(path, form, "too_many", f"more than {most} stages")
                return Walked(len(seen), ends, frozenset(taken), tuple(faults.values()), frozenset(done))
            ends += all(each.ended for each in stage.records.values())
            for fault in (*step.faults, *_faults(stage, path, stuck=not step.after and not step.tried)):
                faults.setdefault((fault.record, fault.what, fault.detail), fault)
            if faults and to_first:
                break
            stack += [(after, (*path, words)) for words, after in step.after]
    return Walked(len(seen), ends, frozenset(taken), tuple(faults.values()), frozenset(done))


def begun_by_people(library: Library) -> tuple[str, ...]:
    """The forms whose records people begin: those that somebody may create, or that no other workflow creates."""
    granted = {thing for _, thing, action, _ in library.rights.lines if action == "create"}
    created = {
        use.options.get("form")
        for workflow in library.workflows.values()
        for transition in workflow.transitions.values()
        for do in (transition.do, *(alternative.do for alternative in transition.to))
        for use in do.values()
        if use.effect == "create"
    }
    return tuple(form for form in library.workflows if form in granted or form not in created)


def _is_brief(stage: Stage, record: Played) -> bool:
    """Whether a record was created on the way, of a form that is walked by itself."""
    return record.id != next(iter(stage.records)) and record.form.name in stage.apart


@dataclass(frozen=True, slots=True)
class _Step:
    """What can follow a stage. `tried`: something was left out, done twice already or for want of goods."""

    after: list[tuple[str, Stage]]
    faults: list[Stranded]
    tried: bool


def _following(stage: Stage, path: tuple[str, ...], budget: list[int]) -> _Step:
    """Play everything that can be played now, as long as the budget lasts."""
    after: list[tuple[str, Stage]] = []
    faults: list[Stranded] = []
    tried = False
    for play in _plays(stage):
        budget[0] -= 1
        if budget[0] < 0:
            break
        record = stage.records[play.record]
        most = 1 if _is_brief(stage, record) else TWICE
        if play.action is not None and record.memory.occurrences.get(play.action, 0) >= most:
            tried = True
            continue
        copy = stage.copy()
        try:
            _perform(copy, play)
        except Refusal as refusal:
            if refusal.code == SHORT:
                tried = True
                faults.append(_short(record, (*path, play.words), refusal.rule or ""))
            continue
        after.append((play.words, copy))
    return _Step(after, faults, tried)


def _perform(stage: Stage, play: _Play) -> None:
    record = stage.records[play.record]
    state = record.workflow.states[record.state]
    if play.timer is not None:
        stage.perform(record, tuple(record.workflow.timers[play.timer].do.values()), play.timer)
        return
    if play.wait is not None:
        if play.written:
            stage.edit(record, play.written, play.actor)
        stage.vote(record, play.wait.step, play.wait.part, play.verdict, play.actor)
        return
    transition = record.workflow.transitions[play.action or ""]
    stage.edit(record, play.written, play.actor, (*state.required, *transition.required))
    stage.act(record, transition.name, play.actor)


def _plays(stage: Stage) -> Iterator[_Play]:
    for record in stage.records.values():
        for transition in record.workflow.leaving(record.state):
            yield from _actions(stage, record, transition)
        for wait in waiting(stage.situation(record, SYSTEM)):
            if wait.kind == "decide" and wait.people:
                yield from _verdicts(stage, record, wait)
        for timer in timers_for(record.workflow, record.state):
            if any(use.effect == "act" for use in timer.do.values()):
                yield _Play(f"{record.id}: {timer.name}", record.id, {}, SYSTEM, timer=timer.name)


def _actions(stage: Stage, record: Played, transition: Transition) -> Iterator[_Play]:
    """The action, by the first person whom no duty keeps from it, with every choice of quantities."""
    if all(each.kind == "system" for each in transition.by):
        return
    fields = writable(stage.situation(record, invented.STAFF[0]), invented.STAFF[0], transition.name).fields
    actor = _free(stage, record, transition.name)
    for written in _choices(record, fields):
        words = f"{record.id}: {transition.name}{_words(written)}"
        yield _Play(words, record.id, written, actor, action=transition.name)


def _verdicts(stage: Stage, record: Played, wait: Wait) -> Iterator[_Play]:
    actor = wait.people[0]
    name = wait.step if wait.part is None else f"{wait.step}/{wait.part}"
    fields = writable(stage.situation(record, actor), actor, step=wait.step, part=wait.part).fields
    for written in _choices(record, fields):
        words = f"{record.id}: approve {name}{_words(written)}"
        yield _Play(words, record.id, written, actor, wait=wait, verdict="approve")
    yield _Play(f"{record.id}: reject {name}", record.id, {}, actor, wait=wait, verdict="reject")
    approval = record.memory.approval
    again = approval is not None and approval.round < TWICE and not approval.resume_at
    if "return" in wait.actions and again and not _is_brief(stage, record):
        yield _Play(f"{record.id}: return {name}", record.id, {}, actor, wait=wait, verdict="return")


def _free(stage: Stage, record: Played, action: str) -> str:
    """Whoever may, out of the staff; the submitter where only he may."""
    did = record.memory.did
    bound = {
        other
        for duty in record.workflow.duties.values()
        if action in duty.not_both
        for other in duty.not_both
        if other != action
    }
    submitter = record.memory.submitter
    if submitter is not None and any(each.kind == "submitter" for each in record.workflow.transitions[action].by):
        return submitter
    busy = {person for name in bound for person in did.get(name, ())}
    return next((person for person in invented.STAFF if person not in busy), invented.STAFF[0])


def _choices(record: Played, paths: frozenset[str]) -> Iterator[Written]:
    """Every combination of none, part and all of the quantities among these fields."""
    chosen = [path for path in sorted(paths) if invented.is_quantity(record.form.field(path))]
    pools = [_pool(record, path, frozenset(chosen)) for path in chosen]
    if record.id.count(".") >= DEEP:
        pools = [[amounts[-1]] for amounts in pools]
    for amounts in product(*pools) if prod(map(len, pools)) <= WIDEST else _one_by_one(pools):
        yield dict(zip(chosen, amounts, strict=True))


def _one_by_one(pools: Sequence[Sequence[Decimal]]) -> Iterator[tuple[Decimal, ...]]:
    """Of too many combinations: all of each, none of any, and each amount of one beside all of the others."""
    whole = tuple(amounts[-1] for amounts in pools)
    yield whole
    yield tuple(amounts[0] for amounts in pools)
    for at, amounts in enumerate(pools):
        yield from ((*whole[:at], amount, *whole[at + 1 :]) for amount in amounts[:-1])


def _pool(record: Played, path: str, chosen: frozenset[str]) -> list[Decimal]:
    """None, a part and all: of the smallest quantity that stands already, and of everything that is computed."""
    table = path.rpartition(".")[0]
    fields: Mapping[str, Field] = record.form.fields[table].fields if table else record.form.fields
    rows: list[dict[str, Any]] = (record.values.get(table) or []) if table else [record.values]
    stored: list[Decimal] = []
    computed: list[Decimal] = []
    for name, field in fields.items():
        if field.value_type.kind != "quantity" or field.live is not None or field.path in chosen:
            continue
        found = [row[name] for row in rows if isinstance(row.get(name), Decimal) and row[name] > 0]
        (computed if field.compute is not None else stored).extend(found)
    whole = {min(stored, default=BASE), *computed}
    amounts = {Decimal(0), *whole, *(each / 2 for each in whole)}
    own = record.form.field(path)
    if own is not None and own.signed:
        amounts |= {-each for each in amounts if each}
    return sorted(amounts)


def _faults(stage: Stage, path: tuple[str, ...], *, stuck: bool) -> Iterator[Stranded]:
    for record in stage.records.values():
        if not record.ended:
            continue
        for place in record.form.places.values():
            left = stage.scratch.at(f"{record.id}/{place.name}")
            if place.empty_at_end and left:
                yield _left(record, path, "in_place", place.name)
        for what, detail in stage.scratch.left_by(record.id):
            yield _left(record, path, what, detail)
    if stuck:
        for record in stage.records.values():
            if not record.ended:
                yield Stranded(path, record.id, "stuck", record.state, record.form.name, record.state)


def _left(record: Played, path: tuple[str, ...], what: str, detail: str) -> Stranded:
    words = f"{detail} in {record.state}"
    return Stranded(path, record.id, what, words, record.form.name, record.state, detail.partition(" ")[0])


def _short(record: Played, path: tuple[str, ...], effect: str) -> Stranded:
    words = f"{effect} in {record.state}"
    return Stranded(path, record.id, SHORT, words, record.form.name, record.state, effect)


def _words(written: Written) -> str:
    return "".join(f" {path}={amount.normalize():f}" for path, amount in written.items())

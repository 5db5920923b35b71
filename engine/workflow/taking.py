"""`take` and `offers`: may this action be taken now, by this actor, and where does it lead. Used by operations.

The order of refusals is the contract's: unknown, never yours, not from this state, duties, guards, alternatives.
"""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.models import Alternative, Rule, Transition
from engine.definitions.sayings import sentence
from engine.errors import Fault, Refusal, Text, conflict, forbidden, not_found, rule, text
from engine.expressions import Environment, rows_against
from engine.workflow import asking, duties, machine, people
from engine.workflow import memory as memories
from engine.workflow.asking import Said
from engine.workflow.plan import SYSTEM, Leg, Memory, Offer, Situation


def take(situation: Situation, action: str) -> Leg:
    """The leg that `action` goes, with its effects in order and the memory after it. Raises `Refusal`."""
    transition = situation.workflow.transitions.get(action)
    if transition is None:
        raise not_found()
    if not people.matches(transition.by, situation.actor, situation):
        raise forbidden()
    if action not in machine.actions(situation.workflow, situation.state):
        raise not_in_state(situation)
    duty = duties.broken_duty(situation, situation.actor, [action])
    if duty is not None:
        raise duties.duty_refusal(duty)
    for guard in transition.guard.values():
        _hold(guard, situation)
    alternative = machine.choose(
        situation.workflow,
        situation.state,
        action,
        lambda each: asking.applies(each.when, situation, f"{action}.{each.name}"),
    )
    if alternative is None:
        says = text("This leads nowhere from here.", "此操作没有可去的状态。")
        raise rule("no_alternative", says, name=action)
    return _leg(situation, transition, alternative)


def not_in_state(situation: Situation) -> Refusal:
    """The action exists, but not here."""
    state = situation.workflow.states[situation.state]
    en, zh = _title(state.title, state.name, "en"), _title(state.title, state.name, "zh")
    return conflict("not_in_state", text(f"Not while it is “{en}”.", f"“{zh}”状态下不能执行。"))


def offers(situation: Situation, all: bool = False) -> tuple[Offer, ...]:
    """What the actor may do now; with `all` also what he may not, with the reason. Never what only *system* does."""
    found: list[Offer] = []
    for transition in situation.workflow.transitions.values():
        if transition.system_only and situation.actor != SYSTEM:
            continue
        because: Refusal | None = None
        try:
            take(situation, transition.name)
        except Refusal as refusal:
            because = refusal
        if because is None or all:
            found.append(Offer(transition.name, transition.title, transition.asks, because))
    return tuple(found)


def _hold(guard: Rule, situation: Situation) -> None:
    environment = asking.eyes(situation)
    if asking.said(guard.check, environment) is Said.YES:
        return
    says = sentence(guard, environment)
    raise rule("guard", says, name=guard.name, faults=_where(guard, says, environment))


def _where(guard: Rule, says: Text, environment: Environment) -> list[Fault]:
    """Where a guard says no: in the rows that break what it asks of every one, else at its field as a whole."""
    if guard.field is None:
        return []
    table, _, column = guard.field.partition(".")
    rows = rows_against(guard.check, table, environment) if column else ()
    found = [Fault(f"/{table}/{index}/{column}", "guard", says, row["row"]) for index, row in rows]
    return found or [Fault("/" + guard.field.replace(".", "/"), "guard", says)]


def _leg(situation: Situation, transition: Transition, alternative: Alternative) -> Leg:
    occurrence = situation.memory.occurrences.get(transition.name, 0) + 1
    return Leg(
        transition=transition,
        alternative=alternative,
        origin=situation.state,
        target=alternative.state,
        effects=(*transition.do.values(), *alternative.do.values()),
        memory=_after(situation, transition.name, alternative.state, occurrence),
        occurrence=occurrence,
    )


def _after(situation: Situation, action: str, target: str, occurrence: int) -> Memory:
    memory, state = situation.memory, situation.workflow.states[situation.state]
    memory = memories.did(memory, [action], [situation.actor])
    submitter = memory.submitter
    if situation.state == situation.workflow.start != target and situation.actor != SYSTEM:
        submitter = situation.actor
    approval = memory.approval
    if approval is not None and state.steps is not None:
        approval = replace(approval, step=None, resume_at=None)
    return replace(
        memory,
        came_from=situation.state,
        occurrences={**memory.occurrences, action: occurrence},
        submitter=submitter,
        approval=approval,
    )


def _title(words: Text, name: str, language: str) -> str:
    return words.get(language) or words.get("en") or name

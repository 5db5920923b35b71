"""What whoever is asked may do beside deciding: hand it over, have others agree, take it back. Used by operations.

Each is closed until the approval's `may:` opens it, and then looks as if it were not there. Whoever is brought in must
be there, be allowed to decide this, and not be asked or have decided already, so that one person keeps one vote.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from engine.definitions.models import Approval, People, Step
from engine.errors import Refusal, forbidden, invalid_at, not_found, rule, text
from engine.workflow import course, duties, panel, people, seats, signers
from engine.workflow import memory as memories
from engine.workflow.deciding import acts_for, done, may_return_to, opened, places
from engine.workflow.plan import SYSTEM, Added, Decision, Memory, Situation, Undo

HAND_OVER, ADD_SIGNER, REMOVE_SIGNER, TAKE_BACK, NUDGE = (
    "hand_over",
    "add_signer",
    "remove_signer",
    "take_back",
    "nudge",
)


def hand_over(situation: Situation, step: str, part: str | None, to: str) -> Decision:
    """Whoever is asked gives his task to somebody else, who is asked in his place from now on."""
    approval, asked, inner = opened(situation, step, part)
    if approval.may.hand_over is None:
        raise not_found()
    for here in _require_asked(situation, approval, asked, inner):
        _require_fit(here, approval, asked, inner, to, approval.may.hand_over.to)
    approving, actor = course.approving_of(situation), situation.actor
    key = signers.name(step, part)
    mine = [origin for origin, owner in signers.handed(approving, asked, inner) if owner == actor]
    own = any(actor in people.find(panel.asks(here, asked, inner), here) for here in places(situation, approval, asked))
    if (own or not mine) and f"{key}:{actor}" not in approving.handed:
        mine.append(actor)
    handed = {**approving.handed, **{f"{key}:{origin}": to for origin in mine}}
    if handed.get(f"{key}:{to}") == to:
        del handed[f"{key}:{to}"]
    return _on(course.with_approving(situation, replace(approving, handed=handed)), approval)


def add_signer(situation: Situation, step: str, part: str | None, to: str, where: str) -> Decision:
    """Whoever is asked has somebody else agree too: before him, after him, or beside him."""
    approval, asked, inner = opened(situation, step, part)
    if approval.may.add_signer is None or asked.each is not None:
        raise not_found()
    _require_asked(situation, approval, asked, inner)
    if where not in approval.may.add_signer.where:
        raise invalid_at("/where", "bad_place", text("Nobody can be added there.", "不能在此位置加签。"))
    _require_fit(situation, approval, asked, inner, to, approval.may.add_signer.to)
    approving = course.approving_of(situation)
    new = Added(step, part, to, situation.actor, where)
    return _on(course.with_approving(situation, replace(approving, added=(*approving.added, new))), approval)


def remove_signer(situation: Situation, step: str, part: str | None, person: str) -> Decision:
    """Whoever added a signer who has not answered does without him; so do stand-ins when he is not found any more."""
    approval, asked, inner = opened(situation, step, part)
    if approval.may.add_signer is None:
        raise not_found()
    mine = removable(situation, approval, asked, inner)
    if not mine:
        raise forbidden()
    found = next((each for each in mine if each.person == person), None)
    if found is None:
        raise invalid_at("/to", "no_signer", text("This person was not added by you.", "此人不是由您加签的。"))
    approving = course.approving_of(situation)
    left = tuple(each for each in approving.added if each != found)
    return _on(course.with_approving(situation, replace(approving, added=left)), approval)


def removable(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[Added, ...]:
    """The added signers without whom the actor may do."""
    approving = situation.memory.approval
    silent = [
        each
        for each in signers.added(approving, step, part)
        if signers.said(approving, step, part, each.person) is None
    ]
    lost = seats.lost(situation, approval, step, part)
    helps = bool(lost) and people.matches(approval.nobody_found.ask, situation.actor, situation)
    return tuple(each for each in silent if each.by == situation.actor or (helps and each in lost))


def offered(situation: Situation, step: str, part: str | None) -> tuple[str, ...]:
    """The verdicts and moves that the actor may make here now."""
    try:
        approval, asked, inner = opened(situation, step, part)
    except Refusal:
        return ()
    found: list[str] = []
    if acts_for(situation, step, part) is not None:
        found += course.VERDICTS
        if _returnable(situation, approval):
            found.append("return")
    here = places(situation, approval, asked)
    if any(situation.actor in panel.left(each, approval, asked, inner) for each in here):
        found += [HAND_OVER] if approval.may.hand_over else []
        found += [ADD_SIGNER] if approval.may.add_signer and asked.each is None else []
    if approval.may.add_signer and removable(situation, approval, asked, inner):
        found.append(REMOVE_SIGNER)
    if may_nudge(situation, approval):
        found.append(NUDGE)
    return tuple(found)


def involved(situation: Situation, step: str, part: str | None) -> bool:
    """Whether the actor is among those who are asked here, though perhaps not now."""
    try:
        approval, asked, inner = opened(situation, step, part)
    except Refusal:
        return False
    return any(
        situation.actor
        in (*panel.able(here, approval, asked, inner), *panel.voters(signers.voiced(here, asked, inner)))
        for here in places(situation, approval, asked)
    )


def nudged(memory: Memory, name: str, now: datetime) -> Memory:
    """Remember when those who are asked in a step were reminded."""
    return replace(memory, nudged={**memory.nudged, name: now.isoformat()})


def _returnable(situation: Situation, approval: Approval) -> bool:
    approving = course.approving_of(situation)
    decided = {"submitter", *approving.done, *(vote.part for vote in approving.votes)}
    return any(each in decided for each in may_return_to(approval))


def may_nudge(situation: Situation, approval: Approval) -> bool:
    """Whether the actor may remind those who are asked."""
    if approval.may.nudge is None or situation.actor == SYSTEM:
        return False
    by = approval.may.nudge.by or (People("submitter", text="submitter"),)
    return people.matches(by, situation.actor, situation)


# -- taking back -----------------------------------------------------------------------------------------------------


def undoable(situation: Situation, before: Memory, state: str, task: str, *, fired: bool, followed: bool) -> Memory:
    """The memory after the actor's decision on a task, which may be taken back as long as it stays as it is.

    `before` and `state` are those that come back; `fired`: the approval ended; `followed`: that cannot be undone.
    """
    memory = replace(situation.memory, undo=None)
    bare = replace(before, undo=None, readers=(), nudged={}, wrote={})
    bare = bare if fired else replace(bare, agreed=None, voided=None)
    kept = {} if followed else memories.to_json(bare)
    at, mark = situation.now.isoformat(), _mark(memory, situation.state)
    return replace(memory, undo=Undo(situation.actor, task, at, state, kept, fired, followed, mark))


def take_back(situation: Situation, approval: Approval, task: str) -> tuple[Memory, str]:
    """The memory and the state of before the actor's decision on a task. Raises `Refusal`."""
    if approval.may.take_back is None:
        raise not_found()
    undo, memory = situation.memory.undo, situation.memory
    if undo is None or undo.task != task or undo.person != situation.actor:
        raise followed()
    if undo.followed or undo.mark != _mark(memory, situation.state):
        raise followed()
    if situation.now - datetime.fromisoformat(undo.at) > timedelta(seconds=approval.may.take_back.within):
        raise rule("too_late", text("The time for taking it back is over.", "已超过可撤回的时限。"))
    before = memories.from_json(undo.before)
    kept = replace(
        before,
        wrote=memory.wrote,
        editor=memory.editor,
        occurrences=memory.occurrences,
        readers=memory.readers,
        nudged=memory.nudged,
        agreed=before.agreed if undo.fired else memory.agreed,
        voided=before.voided if undo.fired else memory.voided,
        undo=None,
    )
    return kept, undo.state


def followed() -> Refusal:
    """Something has come of the decision."""
    return rule("followed", text("Something has followed from it already.", "后续处理已发生，不能撤回。"))


def _mark(memory: Memory, state: str) -> str:
    """Tells whether anything has happened since: the process remembers everything that does."""
    plain = memories.to_json(replace(memory, undo=None, readers=(), nudged={}))
    return sha256(json.dumps([state, plain], sort_keys=True, default=str).encode()).hexdigest()


# -- who may be brought in -------------------------------------------------------------------------------------------


def _require_asked(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[Situation, ...]:
    """Only whoever is asked himself, and now: a substitute decides, or leaves it. Gives where he is asked."""
    here = places(situation, approval, step)
    mine = tuple(each for each in here if situation.actor in panel.left(each, approval, step, part))
    if mine:
        return mine
    if any(situation.actor in panel.voters(signers.voiced(each, step, part)) for each in here):
        raise done()
    if any(situation.actor in panel.able(each, approval, step, part) for each in here):
        raise rule("not_your_turn", text("Others are asked before you.", "还未轮到您审批。"))
    raise forbidden()


def _require_fit(
    situation: Situation, approval: Approval, step: Step, part: Step | None, to: str, among: tuple[People, ...]
) -> None:
    """Somebody who is there, may decide this, is one of `among`, and is neither asked nor has decided."""
    if to == situation.actor:
        raise invalid_at("/to", "oneself", text("That is you yourself.", "不能选择自己。"))
    if not situation.finder.active(to):
        raise invalid_at("/to", "unknown_person", text("There is no such person.", "没有此人。"))
    approving = situation.memory.approval
    involved = {
        *panel.asked(situation, step, part),
        *panel.able(situation, approval, step, part),
        *(each.person for each in signers.added(approving, step, part)),
        *panel.voters(signers.voiced(situation, step, part)),
    }
    if to in involved:
        says = text("This person is asked already, or has decided.", "此人已在审批人之列，或已审批。")
        raise rule("already_asked", says)
    if among and not people.matches(among, to, situation):
        raise invalid_at("/to", "not_among", text("It cannot be given to this person.", "不能交给此人。"))
    refusal = duties.why_not(situation, approval, step, part, to)
    if refusal is not None:
        raise refusal


def _on(situation: Situation, approval: Approval) -> Decision:
    stand = course.proceed(situation, approval)
    return Decision((), stand.situation.memory, stand.waits, stand.fire, stand.because)

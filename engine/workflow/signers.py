"""Who was given a task, who was asked beside its people, and what the latter have said. Used by `panel` and `seats`.

A task that was handed over is its new owner's in the place of the old. An added signer has a seat of his own: the step
is done when everybody who was added has agreed, and refused when one of them refuses.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.models import Step
from engine.workflow.plan import Added, Approving, Situation, Vote

Handed = tuple[tuple[str, str], ...]


def name(step: str, part: str | None, row: str | None = None) -> str:
    """The name under which a step, part or row is kept: `area`, `head_office/finance`, `buyers@7f..`."""
    found = step if part is None else f"{step}/{part}"
    return found if row is None else f"{found}@{row}"


def unit(step: Step, part: Step | None) -> str:
    """The same of definitions."""
    return name(step.name, part.name if part else None)


def owners(situation: Situation, step: Step, part: Step | None, found: Iterable[str]) -> tuple[str, ...]:
    """Those who are found, each followed to whom his task was handed over."""
    approving = situation.memory.approval
    if approving is None or not approving.handed:
        return tuple(dict.fromkeys(found))
    key = unit(step, part)
    return tuple(dict.fromkeys(approving.handed.get(f"{key}:{person}", person) for person in found))


def handed(approving: Approving, step: Step, part: Step | None) -> Handed:
    """Whose task is now whose: `(from, to)`."""
    key = f"{unit(step, part)}:"
    return tuple((origin[len(key) :], to) for origin, to in approving.handed.items() if origin.startswith(key))


def added(approving: Approving | None, step: Step, part: Step | None) -> tuple[Added, ...]:
    """The signers who were added to a step or part, in the order in which they were."""
    if approving is None:
        return ()
    where = (step.name, part.name if part else None)
    return tuple(each for each in approving.added if (each.step, each.part) == where)


def voiced(situation: Situation, step: Step, part: Step | None) -> tuple[Vote, ...]:
    """Every vote of this round on a step, a part or the row that is asked about, also those of added signers."""
    here, approving = (step.name, part.name if part else None, situation.row), situation.memory.approval
    return tuple(vote for vote in (approving.votes if approving else ()) if (vote.step, vote.part, vote.row) == here)


def said(approving: Approving | None, step: Step, part: Step | None, signer: str) -> str | None:
    """What an added signer, or somebody for him, has voted; None as long as he has not."""
    where = (step.name, part.name if part else None)
    for vote in approving.votes if approving else ():
        if (vote.step, vote.part) == where and signer in (vote.person, vote.on_behalf):
            return vote.verdict
    return None


def open_for(situation: Situation, step: Step, part: Step | None, agreed: bool) -> tuple[Added, ...]:
    """The signers who are asked now; `agreed`: whoever the definition asks has approved, so that the last are."""
    approving = situation.memory.approval
    return tuple(
        each
        for each in added(approving, step, part)
        if said(approving, step, part, each.person) is None
        and (each.where != "after" or agreed or said(approving, step, part, each.by) is not None)
    )


def holding_up(situation: Situation, step: Step, part: Step | None) -> frozenset[str]:
    """Whose turn waits for somebody whom he had asked before him."""
    approving = situation.memory.approval
    return frozenset(
        each.by
        for each in added(approving, step, part)
        if each.where == "before" and said(approving, step, part, each.person) is None
    )


def outcome(situation: Situation, step: Step, part: Step | None, own: str | None) -> str | None:
    """What a step comes to with the signers who were added: all of them must agree, one who refuses refuses it."""
    approving = situation.memory.approval
    answers = [said(approving, step, part, each.person) for each in added(approving, step, part)]
    if "reject" in answers and (own is not None or (part or step).decide.wait != "all"):
        return "refused"
    return own if own != "approved" or None not in answers else None

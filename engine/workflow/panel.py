"""Who decides a step or part now: who is asked, who of them may, who is left. Used by approvals and the route.

A task is computed: it belongs to whoever the definition finds at this moment. Only the number of people asked is fixed
when a step begins.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.models import Approval, People, Step
from engine.workflow import duties, people, signers, votes
from engine.workflow.plan import SYSTEM, Approving, Situation, Vote

key = signers.name


def names(step: str, part: str | None, row: str | None = None) -> tuple[str, ...]:
    """The names under which whoever decides this is remembered; duties and `decider of` may use any of them."""
    whole = (step,) if part is None else (step, part, key(step, part))
    return whole if row is None else (*whole, key(step, part, row))


def units(step: Step) -> tuple[Step | None, ...]:
    """What is voted on in a step: its parts, or (None) the step itself."""
    return tuple(step.parts.values()) or (None,)


def cast(approving: Approving, step: str, part: str | None, row: str | None = None) -> tuple[Vote, ...]:
    """The votes of this round on a step, a part, or one row of a step, without those of added signers."""
    here = (step, part, row)
    return tuple(vote for vote in approving.votes if (vote.step, vote.part, vote.row) == here and not vote.signer)


def voters(cast_votes: Iterable[Vote]) -> frozenset[str]:
    """Whose vote is in, in their own name or through a substitute."""
    return frozenset(person for vote in cast_votes for person in (vote.person, vote.on_behalf) if person)


def asks(situation: Situation, step: Step, part: Step | None) -> tuple[People, ...]:
    """Whom the definition asks, and whom a timer has asked since, beside or instead of them (`ask`)."""
    own, approving = (part or step).ask, situation.memory.approval
    if approving is None or not approving.others:
        return own
    for name in (key(step.name, part.name if part else None), step.name):
        timer, _, effect = approving.others.get(name, "").partition(".")
        use = situation.workflow.timers[timer].do.get(effect) if timer in situation.workflow.timers else None
        if use is not None:
            return use.options["people"] if use.options.get("instead") else (*own, *use.options["people"])
    return own


def asked(situation: Situation, step: Step, part: Step | None) -> tuple[str, ...]:
    """Whom the definition asks, after what was handed over; before anybody is left out."""
    return signers.owners(situation, step, part, people.find(asks(situation, step, part), situation))


def vacant(situation: Situation, step: Step, part: Step | None) -> bool:
    """Whether whoever the definition asks has gone, so that only those who stand in can be there."""
    return not asked(situation, step, part)


def able(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[str, ...]:
    """Those who are asked and may decide, and whoever stands in when there are none or too few."""
    found = _may(situation, approval, step, part, asked(situation, step, part))
    least = votes.needed((part or step).decide, len(found))
    if found and len(found) >= least:
        return found
    return tuple(dict.fromkeys((*found, *stand_in(situation, approval, step, part))))


def stand_in(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[str, ...]:
    """Those whom `nobody_found` asks."""
    found = signers.owners(situation, step, part, people.find(approval.nobody_found.ask, situation))
    return _may(situation, approval, step, part, found)


def enough(situation: Situation, approval: Approval, step: Step, part: Step | None) -> bool:
    """Whether there are people to decide this at all."""
    found = able(situation, approval, step, part)
    return bool(found) and len(found) >= votes.needed((part or step).decide, len(found))


def left(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[str, ...]:
    """Those who can vote now. In a listed order that is the next one; if all have gone, whoever stands in.

    Nobody when their votes have come to something; and not who waits for a signer whom he added before himself.
    """
    approving = situation.memory.approval
    name = key(step.name, part.name if part else None, situation.row)
    begun = approving is not None and name in approving.base
    if begun and own_standing(situation, approval, step, part) is not None:
        return ()
    done = voters(signers.voiced(situation, step, part))
    waiting = [person for person in able(situation, approval, step, part) if person not in done]
    if not waiting:
        waiting = [person for person in stand_in(situation, approval, step, part) if person not in done]
    waiting = waiting[:1] if (part or step).decide.order == "listed" else waiting
    held = signers.holding_up(situation, step, part)
    return tuple(person for person in waiting if person not in held)


def standing(situation: Situation, approval: Approval, step: Step, part: Step | None) -> str | None:
    """`approved`, `refused`, or None while a step or part is open, with the signers who were added."""
    own, approving = own_standing(situation, approval, step, part), situation.memory.approval
    ruled = approving is not None and any(
        vote.person == SYSTEM for vote in cast(approving, step.name, part.name if part else None)
    )
    return own if ruled else signers.outcome(situation, step, part, own)


def own_standing(situation: Situation, approval: Approval, step: Step, part: Step | None) -> str | None:
    """What the votes of those whom the definition asks have come to; None while they are open."""
    approving = situation.memory.approval
    if approving is None:
        return None
    name = part.name if part else None
    votes_in = cast(approving, step.name, name, situation.row)
    base = approving.base.get(key(step.name, name, situation.row), 0)
    decide = (part or step).decide
    if decide.base == "shrinks":
        still = [person for person in able(situation, approval, step, part) if person not in voters(votes_in)]
        base = min(base, len(votes_in) + len(still))
    ruling = next((vote.verdict for vote in votes_in if vote.person == SYSTEM), None)
    if ruling is not None:
        return votes.APPROVED if ruling == "approve" else votes.REFUSED
    approvals = sum(vote.verdict == "approve" for vote in votes_in)
    return votes.outcome(decide, base, approvals, len(votes_in) - approvals)


def _may(
    situation: Situation, approval: Approval, step: Step, part: Step | None, found: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(person for person in found if duties.why_not(situation, approval, step, part, person) is None)

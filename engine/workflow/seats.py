"""Who can act on a step or part now, and in whose name: the people asked, added signers, and substitutes of both.

Used by `course` (what waits, and for whom), `deciding`, `moves` and `writing`. A substitute acts for one who is away as
long as the approval has `may: {delegate: ...}`; whoever acts first has decided. Duties are asked of both.
"""

from __future__ import annotations

from engine.definitions.models import Approval, Step
from engine.workflow import duties, panel, people, signers
from engine.workflow.plan import Added, Situation


def principals(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[str, ...]:
    """Whose word is wanted now: of those who are asked, then of added signers."""
    own = panel.left(situation, approval, step, part)
    asked = (each.person for each in waited(situation, approval, step, part))
    return tuple(dict.fromkeys((*own, *asked)))


def waited(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[Added, ...]:
    """The added signers who are asked now and are there to answer."""
    agreed = panel.own_standing(situation, approval, step, part) == "approved"
    return tuple(
        each
        for each in signers.open_for(situation, step, part, agreed)
        if present(situation, approval, step, part, each.person)
    )


def lost(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[Added, ...]:
    """The added signers who should answer and are not found any more."""
    agreed = panel.own_standing(situation, approval, step, part) == "approved"
    return tuple(
        each
        for each in signers.open_for(situation, step, part, agreed)
        if not present(situation, approval, step, part, each.person)
    )


def present(situation: Situation, approval: Approval, step: Step, part: Step | None, person: str) -> bool:
    """Whether a person is there and may decide this."""
    return situation.finder.active(person) and duties.why_not(situation, approval, step, part, person) is None


def deputies(
    situation: Situation, approval: Approval, step: Step, part: Step | None, principal: str
) -> tuple[str, ...]:
    """Who may decide for somebody who is away. Never who may not decide it himself, or has."""
    away = situation.away.get(principal)
    if approval.may.delegate is None or away is None:
        return ()
    found = away.persons
    if away.above:
        found += people.find(approval.may.delegate.above or approval.nobody_found.ask, situation)
    voted = panel.voters(signers.voiced(situation, step, part))
    return tuple(
        person
        for person in dict.fromkeys(found)
        if person != principal and person not in voted and present(situation, approval, step, part, person)
    )


def acting(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[tuple[str, str], ...]:
    """Everybody who can act now, each once, with whose word it would be: his own first. `(person, principal)`."""
    wanted = principals(situation, approval, step, part)
    found = {person: person for person in wanted}
    for principal in wanted:
        for person in deputies(situation, approval, step, part, principal):
            found.setdefault(person, principal)
    return tuple(found.items())


def everybody(situation: Situation, approval: Approval, step: Step, part: Step | None) -> tuple[str, ...]:
    """Who can act now. When all who are wanted are gone: whoever asked them to sign, who may do without them."""
    found = tuple(person for person, _ in acting(situation, approval, step, part))
    missing = lost(situation, approval, step, part)
    askers = (each.by for each in missing if situation.finder.active(each.by))
    helpers = people.find(approval.nobody_found.ask, situation) if missing else ()
    return tuple(dict.fromkeys((*found, *askers))) or helpers


def principal_of(situation: Situation, approval: Approval, step: Step, part: Step | None, actor: str) -> str | None:
    """In whose name the actor would decide now; None when he cannot."""
    return dict(acting(situation, approval, step, part)).get(actor)


def is_signer(situation: Situation, approval: Approval, step: Step, part: Step | None, principal: str) -> bool:
    """Whether somebody's word is that of an added signer and not of who is asked by the definition."""
    return principal not in panel.left(situation, approval, step, part) and any(
        each.person == principal for each in waited(situation, approval, step, part)
    )

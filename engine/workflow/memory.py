"""What the process remembers: how it is kept as JSON, and how it grows. Used by this room and by operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from engine.workflow.plan import SYSTEM, Added, Approving, Memory, Undo, Vote


def to_json(memory: Memory) -> dict[str, Any]:
    """A plain document; what is empty is left out."""
    document: dict[str, Any] = {
        "came_from": memory.came_from,
        "occurrences": dict(memory.occurrences),
        "did": {name: list(persons) for name, persons in memory.did.items()},
        "wrote": {path: list(persons) for path, persons in memory.wrote.items()},
        "submitter": memory.submitter,
        "editor": memory.editor,
        "approval": None if memory.approval is None else _approving_to_json(memory.approval),
        "agreed": None if memory.agreed is None else dict(memory.agreed),
        "voided": None if memory.voided is None else dict(memory.voided),
        "undo": None if memory.undo is None else asdict(memory.undo),
        "readers": list(memory.readers),
        "nudged": dict(memory.nudged),
    }
    return {name: value for name, value in document.items() if value or (name == "agreed" and value is not None)}


def from_json(document: Mapping[str, Any]) -> Memory:
    """The memory out of its document; the inverse of `to_json`."""
    approval = document.get("approval")
    return Memory(
        came_from=document.get("came_from"),
        occurrences=dict(document.get("occurrences", {})),
        did={name: tuple(persons) for name, persons in document.get("did", {}).items()},
        wrote={path: tuple(persons) for path, persons in document.get("wrote", {}).items()},
        submitter=document.get("submitter"),
        editor=document.get("editor"),
        approval=None if approval is None else _approving_from_json(approval),
        agreed=document.get("agreed"),
        voided=document.get("voided"),
        undo=None if "undo" not in document else Undo(**document["undo"]),
        readers=tuple(document.get("readers", ())),
        nudged=dict(document.get("nudged", {})),
    )


def did(memory: Memory, names: Iterable[str], persons: Iterable[str | None]) -> Memory:
    """Remember that these persons did these things; *system* is nobody."""
    done = dict(memory.did)
    new = [person for person in persons if person and person != SYSTEM]
    for name in names:
        if new:
            done[name] = tuple(dict.fromkeys((*done.get(name, ()), *new)))
    return replace(memory, did=done)


def doers(memory: Memory, name: str, row: str | None) -> tuple[str, ...]:
    """Who did it; asked about one row, who did it to that row, if it was done row by row."""
    found: tuple[str, ...] = memory.did.get(name, ())
    return found if row is None else _of_row(memory.did, name, row, found)


def writers(memory: Memory, path: str, row: str | None) -> tuple[str, ...]:
    """Who wrote a field; asked about one row, who wrote it there, if that is kept."""
    found: tuple[str, ...] = memory.wrote.get(path, ())
    return found if row is None else _of_row(memory.wrote, path, row, found)


def _of_row(kept: Mapping[str, tuple[str, ...]], name: str, row: str, whole: tuple[str, ...]) -> tuple[str, ...]:
    by_row = any(each.startswith(f"{name}@") for each in kept)
    return kept.get(f"{name}@{row}", ()) if by_row else whole


def wrote(memory: Memory, paths: Iterable[str], person: str) -> Memory:
    """Remember that a person wrote these fields (`reason`, `lines.shipped`) and is the last who edited."""
    if person == SYSTEM:
        return memory
    written = dict(memory.wrote)
    for path in paths:
        written[path] = tuple(dict.fromkeys((*written.get(path, ()), person)))
    return (
        replace(memory, wrote=written, editor=person) if written != memory.wrote or memory.editor != person else memory
    )


def _approving_to_json(approving: Approving) -> dict[str, Any]:
    return {
        "name": approving.name,
        "entered_from": approving.entered_from,
        "round": approving.round,
        "step": approving.step,
        "done": list(approving.done),
        "route": None if approving.route is None else list(approving.route),
        "votes": [_vote_to_json(vote) for vote in approving.votes],
        "base": dict(approving.base),
        "resume_at": approving.resume_at,
        "handed": dict(approving.handed),
        **({"others": dict(approving.others)} if approving.others else {}),
        **({"passed": {row: list(steps) for row, steps in approving.passed.items()}} if approving.passed else {}),
        **({"ended": dict(approving.ended)} if approving.ended else {}),
        **({"added": [asdict(each) for each in approving.added]} if approving.added else {}),
    }


def _vote_to_json(vote: Vote) -> dict[str, Any]:
    document = {
        "step": vote.step,
        "part": vote.part,
        "person": vote.person,
        "verdict": vote.verdict,
        "on_behalf": vote.on_behalf,
        "row": vote.row,
        "signer": vote.signer or None,
    }
    return {name: value for name, value in document.items() if value is not None}


def _approving_from_json(document: Mapping[str, Any]) -> Approving:
    route = document.get("route")
    return Approving(
        name=document["name"],
        entered_from=document["entered_from"],
        round=document["round"],
        step=document.get("step"),
        done=tuple(document.get("done", ())),
        route=None if route is None else tuple(route),
        votes=tuple(_vote_from_json(vote) for vote in document.get("votes", ())),
        base=dict(document.get("base", {})),
        resume_at=document.get("resume_at"),
        handed=dict(document.get("handed", {})),
        others=dict(document.get("others", {})),
        passed={row: tuple(steps) for row, steps in document.get("passed", {}).items()},
        ended=dict(document.get("ended", {})),
        added=tuple(Added(**each) for each in document.get("added", ())),
    )


def _vote_from_json(vote: Mapping[str, Any]) -> Vote:
    return Vote(
        vote["step"],
        vote.get("part"),
        vote["person"],
        vote["verdict"],
        vote.get("on_behalf"),
        vote.get("row"),
        vote.get("signer", False),
    )

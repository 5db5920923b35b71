"""What expressions may ask of the memory: `decided`, `did`, `wrote`, `outcome`, `agreed`, `changed`. For operations.

`before` is what a person who is asked again sees beside what stands there now.

`agreed` and `changed` work on stored values (JSON); operations turn what comes back into values of the field's type.
Paths are the words of the expression: `("record", "total")`, `("row", "approved")`, `("record", "lines", "approved")`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.workflow import rowwise
from engine.workflow.plan import Memory, Vote


def decided(memory: Memory) -> bool:
    """Whether anybody has voted in this round."""
    return bool(memory.approval is not None and memory.approval.votes)


def did(memory: Memory, what: str, person: str) -> bool:
    """Whether this person took this action or decided this step."""
    return person in memory.did.get(what, ())


def wrote(memory: Memory, path: str, person: str) -> bool:
    """Whether this person wrote this field; naming a table asks for any of its columns."""
    return any(
        person in persons for name, persons in memory.wrote.items() if name == path or name.startswith(f"{path}.")
    )


def outcome(memory: Memory, row: str) -> str:
    """`approved`, `refused` or `open`: what the last approval has come to for a row that was decided alone."""
    return rowwise.outcome(memory.approval, row)


def agree(memory: Memory, stored: Mapping[str, Any]) -> Memory:
    """Remember what is agreed now: header values by name, tables as lists of rows with their ids."""
    return replace(memory, agreed=dict(stored), voided=None)


def voided(memory: Memory, votes: Iterable[Vote], stored: Mapping[str, Any]) -> Memory:
    """Remember what was voted on where some of these votes are void now; `agreed` is as it was."""
    still = memory.approval.votes if memory.approval is not None else ()
    return memory if set(votes) <= set(still) else replace(memory, voided=dict(stored))


def before(memory: Memory) -> Mapping[str, Any] | None:
    """What those who are asked again are to compare with: what was decided on last; None where nothing was."""
    return memory.agreed if memory.voided is None else memory.voided


def agreed(memory: Memory, path: tuple[str, ...], row: str | None = None) -> Any:
    """The stored value when the last approval ended or was returned; None when there was none."""
    return None if memory.agreed is None else _at(memory.agreed, path, row)


def changed(memory: Memory, stored: Mapping[str, Any], path: tuple[str, ...], row: str | None = None) -> bool:
    """Whether the value is another than the agreed one; before anything is agreed, whether there is a value."""
    return bool(_at(stored, path, row) != agreed(memory, path, row))


def _at(stored: Mapping[str, Any], path: tuple[str, ...], row: str | None) -> Any:
    words = path[1:] if path and path[0] in ("record", "row") else path
    if row is None:
        return stored.get(words[0]) if words else None
    for value in stored.values():
        for each in value if isinstance(value, list) else ():
            if isinstance(each, Mapping) and each.get("row") == row:
                return each.get(words[-1])
    return None

"""What people may do with a task beside deciding it, as frozen values. Everybody imports them from `models`.

Each is closed until an approval opens it: `may: {hand_over: {}, add_signer: {}, delegate: {}}` and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.entities import People

WHERE = ("before", "after", "beside")


@dataclass(frozen=True, slots=True)
class HandOver:
    """A task may be handed over; `to` these people, or (empty) to whoever may see the record and may decide."""

    to: tuple[People, ...] = ()


@dataclass(frozen=True, slots=True)
class AddSigner:
    """Whoever is asked may have somebody else agree too: before him, after him, beside him."""

    where: tuple[str, ...] = WHERE
    to: tuple[People, ...] = ()


@dataclass(frozen=True, slots=True)
class Delegate:
    """Substitutes decide for who is away; `above` their amount these people do (empty: those of `nobody_found`)."""

    above: tuple[People, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A decision may be taken back `within` seconds, as long as nothing has followed from it."""

    within: int


@dataclass(frozen=True, slots=True)
class Nudge:
    """`by` these people (empty: whoever submitted it), once in `every` seconds."""

    every: int
    by: tuple[People, ...] = ()


@dataclass(frozen=True, slots=True)
class May:
    """What an approval opens; None is closed."""

    hand_over: HandOver | None = None
    add_signer: AddSigner | None = None
    delegate: Delegate | None = None
    take_back: TakeBack | None = None
    nudge: Nudge | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """`cc`: people who are told when a step or approval is asked, approved, refused, returned, and may read it then."""

    name: str
    to: tuple[People, ...]
    at: tuple[str, ...]

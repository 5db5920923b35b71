"""Who asks, how he asks and what he is answered: the values between the doors and the operations.

Made by `web` (and by bootstrap for the command line and for timers), read by every operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Text


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is known: by a session, by a key, or the system itself.

    `person` is the id of his record, `grants` what a key was made for, as (object, action); None is all that he may.
    """

    person: str
    account: str
    name: str
    via: str
    """`session`, `key` or `system`."""
    grants: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `key` is its idempotency key, `at` the moment a device gave it, `route` the door it came through."""

    actor: Actor | None
    language: str
    key: str | None = None
    at: datetime | None = None
    route: str = "api"
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """One command of a batch that could not be read: its key if that could be, and what is wrong where."""

    key: str | None
    path: str
    code: str
    says: Text


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call comes to: a status, a JSON body (None is no body) and headers beyond the usual ones."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    once: tuple[str, ...] = ()
    """Words of the body that are shown this once: they are not remembered with the request's key."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that just began: its token, the CSRF token that belongs to it, whether the password must be changed."""

    token: str
    csrf: str
    must_change: bool


@dataclass(slots=True)
class Ear:
    """One who listens to what changes: his token (it may end), who he is, and what he was told of last."""

    token: str
    actor: Actor
    after: str | None = None
    """The mark that he says he has heard up to; None from now on. Cleared when it was looked at."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What was last told of his tasks and notices, so that he is told again only when it is different."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What there is to tell one listener: kinds with their JSON, and the mark up to which he then has heard all."""

    mark: str
    events: tuple[tuple[str, Any], ...] = ()
    ended: bool = False
    """He may not listen any more."""

"""What leaves the house, worded and ready to be sent: values only. Made by operations, sent by `delivery`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person; `key` makes its Message-ID, the same however often it is sent."""

    key: str
    address: str
    name: str
    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class Opens:
    """One secret of an endpoint: what signs, and what a robot's address wants to be told."""

    secret: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event for one endpoint. `secrets`: the newest first. `words` are for people, `data` for programs."""

    key: str
    url: str
    format: str
    secrets: tuple[Opens, ...]
    type: str
    at: int
    data: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing is sent: nobody may see it, or nobody is there any more. Unless that is `fine`, somebody should look."""

    said: str
    fine: bool


Outgoing: TypeAlias = Letter | Parcel | NotSent

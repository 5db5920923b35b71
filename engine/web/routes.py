"""Every path of the HTTP contract, with its methods. A path that is not here does not exist. Used by `api`.

A path is matched as it was sent: nothing is decoded, nothing is redirected, nothing is case-folded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

JSON = "json"
"""Answered by `Operations.run`; the other doors have a handler of their own."""

_NAME = "[a-z][a-z0-9_]{0,62}"
_ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_PARTS = {
    "form": _NAME,
    "kind": _NAME,
    "name": _NAME,
    "action": _NAME,
    "verb": _NAME,
    "id": _ID,
    "other": _ID,
}


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its methods. `large`: its body may be as large as an upload. `dear`: it is limited per caller.

    `told`: what is written there is told to others, and so is limited too.
    """

    template: str
    methods: tuple[str, ...]
    door: str = JSON
    large: bool = False
    dear: bool = False
    told: bool = False


ROUTES: tuple[Route, ...] = (
    Route("/api/session", ("POST", "DELETE"), "session"),
    Route("/api/openapi.json", ("GET",), "openapi"),
    Route("/api/events", ("GET",), "events"),
    Route("/api/attachments", ("POST",), "upload", large=True, dear=True),
    Route("/api/attachments/{id}", ("GET",), "attachment"),
    Route("/api/records/{form}/import", ("POST",), "import", large=True, dear=True),
    Route("/api/records/{form}/export", ("GET",), "export", dear=True),
    Route("/api/records/{form}/fill", ("GET", "POST")),
    Route("/api/records/{form}/{id}/fill", ("GET", "POST")),
    Route("/api/records/{form}/actions/{action}", ("POST",)),
    Route("/api/records/{form}/{id}/actions/{action}", ("POST",)),
    Route("/api/records/{form}/{id}/comments", ("POST",), told=True),
    Route("/api/records/{form}/{id}/people", ("GET",)),
    Route("/api/records/{form}/{id}/history", ("GET",)),
    Route("/api/records/{form}/{id}/trail", ("GET",)),
    Route("/api/records/{form}/{id}/route", ("GET",)),
    Route("/api/records/{form}/{id}", ("GET", "PATCH", "DELETE")),
    Route("/api/records/{form}", ("GET", "POST")),
    Route("/api/forms", ("GET",)),
    Route("/api/forms/{form}", ("GET",)),
    Route("/api/codes", ("GET",)),
    Route("/api/me", ("GET",)),
    Route("/api/me/waiting", ("GET",)),
    Route("/api/me/substitute", ("GET", "PUT", "DELETE")),
    Route("/api/me/substitute/{id}", ("DELETE",)),
    Route("/api/me/views", ("GET",)),
    Route("/api/me/views/{id}", ("PUT", "DELETE")),
    Route("/api/me/password", ("PUT",)),
    Route("/api/me/channels", ("GET", "PUT")),
    Route("/api/deliveries", ("GET",)),
    Route("/api/deliveries/resend", ("POST",)),
    Route("/api/deliveries/{id}/resend", ("POST",)),
    Route("/api/endpoints/{id}/secrets", ("GET", "POST")),
    Route("/api/keys", ("GET", "POST")),
    Route("/api/keys/{id}", ("DELETE",)),
    Route("/api/people/{id}/password", ("POST",)),
    Route("/api/people/{id}/substitute", ("GET", "PUT", "DELETE")),
    Route("/api/people/{id}/substitute/{other}", ("DELETE",)),
    Route("/api/tasks", ("GET",)),
    Route("/api/waiting", ("GET",)),
    Route("/api/tasks/actions/{verb}", ("POST",)),
    Route("/api/tasks/{id}", ("GET",)),
    Route("/api/tasks/{id}/people", ("GET",)),
    Route("/api/tasks/{id}/{verb}", ("POST",)),
    Route("/api/stock", ("GET",)),
    Route("/api/stock/movements", ("GET",)),
    Route("/api/stock/trail", ("GET",)),
    Route("/api/stock/moving", ("GET",)),
    Route("/api/verify", ("POST",), dear=True),
    Route("/api/periods", ("GET", "POST")),
    Route("/api/batch", ("POST",), large=True),
    Route("/api/definitions", ("GET",)),
    Route("/api/definitions/check", ("POST",), large=True, dear=True),
    Route("/api/definitions/preview", ("POST",), large=True, dear=True),
    Route("/api/definitions/publish", ("POST",), large=True),
    Route("/api/definitions/rollback", ("POST",)),
    Route("/api/definitions/drafts", ("GET",)),
    Route("/api/definitions/drafts/{kind}/{name}", ("GET", "PUT", "DELETE"), large=True),
    Route("/api/definitions/planned", ("GET",)),
    Route("/api/definitions/planned/{id}", ("DELETE",)),
    Route("/api/definitions/carry", ("POST",), large=True),
    Route("/api/definitions/carry/{id}", ("GET",)),
    Route("/api/definitions/finished/{id}", ("GET",)),
    Route("/api/definitions/carry/{id}/undo", ("POST",)),
    Route("/api/definitions/{kind}/{name}", ("GET", "DELETE")),
    Route("/api/definitions/{kind}/{name}/history", ("GET",)),
    Route("/api/definitions/{kind}/{name}/diff", ("GET",)),
    Route("/api/why", ("GET",)),
    Route("/api/security", ("GET",)),
    Route("/api/notices", ("GET", "PATCH")),
    Route("/api/notices/{id}", ("PATCH",)),
    Route("/api/clock", ("GET", "PUT")),
)


@dataclass(frozen=True, slots=True)
class Match:
    """A route that a path meets, and the words of the path."""

    route: Route
    words: Mapping[str, str]


def _pattern(template: str) -> re.Pattern[str]:
    spelled = re.sub(r"\{([a-z]+)\}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", template.replace(".", r"\."))
    return re.compile(spelled + r"\Z", re.ASCII)


_PATTERNS: tuple[tuple[Route, re.Pattern[str]], ...] = tuple((route, _pattern(route.template)) for route in ROUTES)


@lru_cache(maxsize=4096)
def find(path: str) -> Match | None:
    """The first route that a path meets; None for a path that does not exist."""
    for route, pattern in _PATTERNS:
        met = pattern.match(path)
        if met is not None:
            return Match(route, met.groupdict())
    return None

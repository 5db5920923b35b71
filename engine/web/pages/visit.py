"""One visit to a page: who looks, in which language, at what; and how a handler gets and shows things.

A handler has no way to the data but the doors of the API, as the person who looks: what is hidden there is hidden here.
Used by every handler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from engine.errors import Refusal, say
from engine.operations.calls import Actor
from engine.web.answers import Reply
from engine.web.asking import Asked, theme_of
from engine.web.doors import Look
from engine.web.pages.frame import frame_of
from engine.web.pages.moments import moments_in
from engine.web.pages.words import WORDS
from engine.web.rendering import Renderer

HOME = "/"
LONGEST = 100
"""So much of what is typed or scanned is looked for."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a handler of a page is given."""

    asked: Asked
    words: Mapping[str, str]
    """Of the path: `form`, `id`."""
    query: Mapping[str, str]
    actor: Actor
    csrf: str
    language: str
    look: Look
    renderer: Renderer
    assets: Mapping[str, str]
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)
    """What was asked already: a page and its frame ask the same once."""

    def get(self, path: str, **query: str) -> Any:
        """What `GET /api/<path>` answers this person. Raises `Refusal`."""
        key = (path, *(f"{name}={query[name]}" for name in sorted(query)))
        if key not in self.known:
            self.known[key] = self.look(path, query).body
        return self.known[key]

    def perhaps(self, path: str, **query: str) -> Any:
        """The same, or None when it is not there or not his to see."""
        try:
            return self.get(path, **query)
        except Refusal as refusal:
            if refusal.status not in (403, 404):
                raise
            return None

    def said(self) -> dict[str, str]:
        """Our own words in the language of the page."""
        return {name: say(each, self.language) for name, each in WORDS.items()}

    def shown(self, template: str, status: int = 200, **values: Any) -> Reply:
        """A page within its frame."""
        frame = frame_of(self)
        moments = moments_in(frame["me"]["zone"], self.language, datetime.fromisoformat(frame["now"]))
        place = {"path": self.asked.path, "where": self.asked.where}
        around = {"assets": self.assets, "csrf": self.csrf, "frame": frame, "moments": moments, **place}
        told = {"words": self.said(), "theme": theme_of(self.asked), **around, **values}
        return self.renderer.page(template, self.language, told, status)


Handler = Callable[[Visit], Reply]


def own_path(sent: str | None) -> str:
    """Where to go on to: a path of this server, else the first page. Never what a link from elsewhere says."""
    if sent is None or not sent.startswith("/") or sent.startswith("//") or "\\" in sent or not sent.isprintable():
        return HOME
    return quote(sent, safe="/?&=%:,.-_~+'()!*;@")

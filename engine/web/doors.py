"""What the web needs of the operations, and nothing more. Bootstrap hands in the real ones, tests small ones.

Everything here is synchronous, called from worker threads, several at once. A refusal is raised as
`engine.errors.Refusal`; anything else that is raised is answered 500 and logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.operations.calls import Actor, Answer, Call, SignedIn

Look = Callable[[str, Mapping[str, str]], Answer]
"""What `GET` answers at a path (below `/api/`) with a query."""

Download = tuple[str, str, Iterable[bytes]]
"""File name, media type, content in pieces (made by the time it is handed over, or read lazily from a file)."""


class Operations(Protocol):
    """The callables behind the doors."""

    @property
    def look(self) -> Callable[[Call], AbstractContextManager[Look]]:
        """Asks several `GET`s as `run` would answer them, all of one moment and one state; a page asks so."""
        ...

    def run(
        self, call: Call, method: str, path: str, body: Any, query: Mapping[str, str], if_match: str | None
    ) -> Answer:
        """Every JSON route that `web.routes` lists as `JSON`; `path` begins with `/api/`, `method` is one it knows."""
        ...

    def sign_in(self, account: str, password: str, language: str) -> SignedIn:
        """Begin a session; refused with 401 (whatever was wrong), 422 or 429."""
        ...

    def sign_out(self, token: str) -> None:
        """End a session; nothing happens when there is none."""
        ...

    def identify(self, token: str) -> Actor | None:
        """Whom a session's token or a key names now; None when nobody."""
        ...

    def csrf_of(self, token: str) -> str:
        """The CSRF token that belongs to a session's token."""
        ...

    def store_attachment(self, call: Call, name: str, content: bytes) -> Answer:
        """Keep an uploaded file."""
        ...

    def read_attachment(self, call: Call, attachment: str) -> Download:
        """A file, through a record that the caller may see."""
        ...

    def import_rows(self, call: Call, form: str, content: bytes, name: str, mode: str, *, dry: bool) -> Answer:
        """Records from a sheet; `mode` is `all` or `good`."""
        ...

    def export(self, call: Call, form: str, query: Mapping[str, str]) -> Download:
        """A list as a file."""
        ...

    def openapi(self, call: Call) -> Mapping[str, Any]:
        """The OpenAPI document as this caller (who may be nobody) is to see it, in his language."""
        ...

    def ready(self) -> tuple[bool, str]:
        """Whether requests can be served, and the reason if not."""
        ...

    def metrics(self, call: Call) -> bytes:
        """Figures for Prometheus; refused for who has no right to them."""
        ...

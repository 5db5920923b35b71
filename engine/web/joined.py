"""The operations as the web's doors want them, bound to one process's services. Made by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from engine.errors import forbidden
from engine.operations import batch, commands, deliveries, describing, exporting, filing, importing, loading, signing
from engine.operations.calls import Actor, Answer, Call, SignedIn
from engine.operations.services import Services
from engine.web.doors import Look


class Doors:
    """Implements `engine.web.doors.Operations`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def look(self) -> Callable[[Call], AbstractContextManager[Look]]:
        """Several questions of one moment."""
        return partial(commands.looking, self._services)

    def run(
        self, call: Call, method: str, path: str, body: Any, query: Mapping[str, str], if_match: str | None
    ) -> Answer:
        """Every JSON route; a batch is many of them."""
        below = path.removeprefix("/api/")
        if (method, below) == ("POST", "batch"):
            commands.require_known(query, set())
            return batch.run(self._services, call, body)
        return commands.run(self._services, call, method, below, body, query, commands.revision_of(if_match))

    def sign_in(self, account: str, password: str, language: str) -> SignedIn:
        """Begin a session."""
        return signing.sign_in(self._services, account, password)

    def sign_out(self, token: str) -> None:
        """End a session."""
        signing.sign_out(self._services, token)

    def identify(self, token: str) -> Actor | None:
        """Whom a token names now."""
        return signing.identify(self._services, token)

    def csrf_of(self, token: str) -> str:
        """The CSRF token of a session's token."""
        return signing.csrf_of(token)

    def store_attachment(self, call: Call, name: str, content: bytes) -> Answer:
        """Keep an uploaded file."""
        return filing.store(self._services, call, name, content)

    def read_attachment(self, call: Call, attachment: str) -> tuple[str, str, Iterable[bytes]]:
        """A file, through a record that the caller may see."""
        return filing.read(self._services, call, attachment)

    def import_rows(self, call: Call, form: str, content: bytes, name: str, mode: str, *, dry: bool) -> Answer:
        """Records from a sheet."""
        return importing.run(self._services, call, form, content, name, mode, dry=dry)

    def export(self, call: Call, form: str, query: Mapping[str, str]) -> tuple[str, str, Iterable[bytes]]:
        """A list as a file."""
        return exporting.run(self._services, call, form, query)

    def openapi(self, call: Call) -> Mapping[str, Any]:
        """The OpenAPI document as this caller is to see it."""
        return describing.openapi(self._services, call)

    def ready(self) -> tuple[bool, str]:
        """Whether the database answers and a library is published."""
        return loading.ready(self._services)

    def metrics(self, call: Call) -> bytes:
        """Figures of what is sent outside; refused for whom the policy does not let see figures."""
        if not describing.may_see_metrics(self._services, call):
            raise forbidden()
        return deliveries.figures(self._services)

"""The texts of a library in their normal form, worked out when somebody asks. Made by the assembly, read by the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.reader import Unreadable, normalise

Key = tuple[str, str]


class Texts(Mapping[Key, str]):
    """Normalised texts by kind and name. What is no YAML (policy lines, casbin's model) stays as it is."""

    def __init__(self, written: Mapping[Key, str]) -> None:
        self.written = written
        """As the author wrote them."""
        self._known: dict[Key, str] = {}

    def __getitem__(self, key: Key) -> str:
        if key not in self._known:
            self._known[key] = normal(key, self.written[key])
        return self._known[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.written)

    def __len__(self) -> int:
        return len(self.written)


def normal(key: Key, words: str) -> str:
    """The normal form of a text of a library."""
    kind, name = key
    if kind == "permissions" and not name.startswith("roles"):
        return words
    try:
        return normalise(words)
    except Unreadable:
        return words

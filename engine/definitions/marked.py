"""The plain values of a definition, and where each of them stands, also after overlays were merged in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.models import Layer, Place
from engine.definitions.reader import Path, Source, dotted


@dataclass(frozen=True)
class Marked:
    """`marks` gives file and line by path; `kind` and `name` say what it defines.

    `layers` are the texts that were merged into it, the lowest first.
    """

    kind: str
    name: str
    file: str
    data: Any
    marks: Mapping[Path, tuple[str, int]]
    overlays: tuple[str, ...] = field(default=())
    layers: tuple[Layer, ...] = field(default=())

    def place(self, path: Path) -> Place:
        """Where the value at `path` stands, or else its nearest parent."""
        known = path
        while known and known not in self.marks:
            known = known[:-1]
        file, line = self.marks.get(known, (self.file, 1))
        return Place(file, line, dotted(path))


def marked(kind: str, name: str, source: Source) -> Marked:
    """What was read from one file."""
    marks = {path: (source.file, line) for path, line in source.lines.items()}
    return Marked(kind, name, source.file, source.data, marks)

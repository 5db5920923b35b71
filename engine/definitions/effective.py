"""What a form or workflow comes to under some overlays, and where each of its values stands. Called by operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.assembly import Parts
from engine.definitions.documents import Document
from engine.definitions.findings import Findings
from engine.definitions.loading import parts_of
from engine.definitions.marked import Marked
from engine.definitions.merging import merged
from engine.definitions.reader import Path, dotted, write_yaml
from engine.definitions.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Origin:
    """One value with its path, and the layer (a library or an overlay), file and line that it comes from."""

    path: str
    value: Any
    layer: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Effective:
    """A definition with overlays merged in: which, its values, its text, and the origin of each value."""

    overlays: tuple[str, ...]
    data: Any
    text: str
    origins: tuple[Origin, ...]


def effective(
    documents: Sequence[Document], vocabulary: Vocabulary, kind: str, name: str, chosen: Sequence[str]
) -> Effective | None:
    """A form or workflow under the overlays without a condition and those `chosen`; None when there is none."""
    parts = parts_of([each for each in documents if each.kind != "tests"], vocabulary, Findings())
    base = (parts.forms if kind == "form" else parts.workflows).get(name) if parts is not None else None
    if parts is None or base is None:
        return None
    found = _merged(parts, base, kind, chosen)
    layers = _layers(documents) | {each.file: each.name for each in parts.overlays}
    return Effective(found.overlays, found.data, write_yaml(found.data), tuple(_origins(found, layers)))


def _merged(parts: Parts, base: Marked, kind: str, chosen: Sequence[str]) -> Marked:
    found = base
    for overlay in parts.overlays:
        words = f"{kind} {base.name}"
        if words in overlay.data["change"] and ("applies_to" not in overlay.data or overlay.name in chosen):
            found = merged(found, overlay, ("change", words), Findings())
    return found


def _layers(documents: Sequence[Document]) -> dict[str, str]:
    """The library in which each file lies."""
    names = {each.layer: each.named for each in documents if each.kind == "library"}
    return {each.path: names.get(each.layer) or str(each.layer) for each in documents}


def _origins(found: Marked, layers: dict[str, str]) -> Iterator[Origin]:
    for path, value in _values(found.data, ()):
        at = found.place(path)
        yield Origin(dotted(path), value, layers.get(at.file, ""), at.file, at.line)


def _values(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Everything that is no map, with its path; an empty map is a value too."""
    if isinstance(data, dict) and data:
        for name, each in data.items():
            yield from _values(each, (*path, name))
    else:
        yield path, data

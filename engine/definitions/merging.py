"""Merges the changes of an overlay into a definition, keeping where every value stands. Used by `layers`.

Maps merge by name; plain values and lists of words replace; `name: remove` takes away; `after:` and `before:` place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.findings import Findings, meant
from engine.definitions.marked import Marked
from engine.definitions.models import NOTHING, Layer, Place
from engine.definitions.reader import Path, dotted
from engine.errors import text

REMOVE = "remove"
WORDS_FOR_PEOPLE = frozenset({"title", "help", "says", "purpose", "text"})
"""Maps of languages: what stands in them is text, also when it is the word `remove`."""


def merged(base: Marked, change: Marked, at: Path, findings: Findings) -> Marked:
    """`base` with the part of `change` that stands at `at` merged in."""
    data: Any = change.data
    for word in at:
        data = data[word]
    merge = _Merge(change, at, dict(base.marks), findings)
    values = merge.maps(base.data, data, ())
    own = {known[len(at) :]: mark for known, mark in change.marks.items() if known[: len(at)] == at}
    layer = Layer(change.name, change.data.get("title") or NOTHING, overlay=True, marks=own)
    overlays, layers = (*base.overlays, change.name), (*base.layers, layer)
    return replace(base, data=values, marks=merge.marks, overlays=overlays, layers=layers)


def leaves(data: Any, path: Path = ()) -> list[Path]:
    """Paths of everything that a change replaces, removes or adds; placements are no part of it."""
    if not isinstance(data, dict) or not data:
        return [path]
    return [each for key, value in data.items() for each in leaves(value, (*path, key))]


@dataclass
class _Merge:
    change: Marked
    at: Path
    marks: dict[Path, tuple[str, int]]
    findings: Findings

    def maps(self, old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Two maps merged by name."""
        result = dict(old)
        for key, value in new.items():
            here = (*path, key)
            if value == REMOVE and not (path and path[-1] in WORDS_FOR_PEOPLE):
                self._remove(result, key, here)
                continue
            placement = self._placement(value, new, old)
            said = {word: each for word, each in value.items() if word not in placement} if placement else value
            if isinstance(result.get(key), dict) and isinstance(said, dict):
                self._mark(here)
                result[key] = self.maps(result[key], said, here)
            else:
                self._replace(here)
                result[key] = said
            if placement:
                result = self._placed(result, key, placement, here)
        return result

    def _placement(self, value: Any, new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, str]:
        """`after:` or `before:` of an entry: it names a sibling (a timer's `after: 3d` does not)."""
        if not isinstance(value, dict):
            return {}
        return {
            word: value[word]
            for word in ("after", "before")
            if isinstance(value.get(word), str) and (value[word] in old or value[word] in new)
        }

    def _placed(self, data: dict[str, Any], key: str, placement: Mapping[str, str], here: Path) -> dict[str, Any]:
        word, sibling = next(iter(placement.items()))
        if sibling == key or sibling not in data:
            self.findings.unknown(self._place(here), text("a neighbour here", "此处的相邻项"), sibling, data)
            return data
        order = [each for each in data if each != key]
        order.insert(order.index(sibling) + (word == "after"), key)
        return {each: data[each] for each in order}

    def _remove(self, data: dict[str, Any], key: str, here: Path) -> None:
        if key not in data:
            says = text(f"'{key}' is not there, so it cannot be removed.", f"“{key}”不存在，无法移除。")
            self.findings.add(self._place(here), "nothing_to_remove", says, meant(key, data))
            return
        del data[key]
        self._forget(here)

    def _replace(self, path: Path) -> None:
        """The value at a path now stands in the overlay."""
        self._forget(path)
        depth = len(self.at)
        for known, mark in self.change.marks.items():
            if known[:depth] == self.at and known[depth:][: len(path)] == path:
                self.marks[known[depth:]] = mark

    def _mark(self, path: Path) -> None:
        """A map that is merged keeps its own line."""
        self.marks.setdefault(path, self.change.marks.get((*self.at, *path), (self.change.file, 1)))

    def _forget(self, path: Path) -> None:
        for known in [each for each in self.marks if each[: len(path)] == path]:
            del self.marks[known]

    def _place(self, path: Path) -> Place:
        found = self.change.place((*self.at, *path))
        return Place(found.file, found.line, dotted((*self.at, *path)))

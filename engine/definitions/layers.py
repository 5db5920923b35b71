"""The order of overlays, their conflicts, and the combinations that somebody may meet. Used by the loader.

`layers:` of the topmost library.yaml lists libraries and overlays in order; an overlay that is not listed is ordered
only by what it is `over`. Two overlays without an order between them must not change the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from engine.definitions.findings import Findings
from engine.definitions.marked import Marked
from engine.definitions.merging import leaves
from engine.definitions.reader import Path
from engine.errors import text

MOST_CONDITIONAL = 6
"""64 combinations."""


def ordered(
    overlays: Sequence[Marked], libraries: Iterable[str], layers: Sequence[str], findings: Findings
) -> list[Marked]:
    """The overlays in the order in which they apply."""
    by_name = {each.name: each for each in overlays}
    known = {*by_name, *libraries}
    for each in overlays:
        if each.data["over"] not in known - {each.name}:
            what = text("a library or an overlay", "库或覆盖层")
            findings.unknown(each.place(("over",)), what, each.data["over"], known - {each.name})
    above = {name: _reached(name, by_name) for name in by_name}
    for name, reached in above.items():
        if name in reached:
            says = text(f"Overlay '{name}' lies over itself.", f"覆盖层“{name}”覆盖了自身。")
            findings.add(by_name[name].place(("over",)), "cycle", says)
    place = {name: index for index, name in enumerate(layers)}

    def before(first: str, second: str) -> bool:
        if first in place and second in place:
            return place[first] < place[second]
        return first in above[second]

    _conflicts(overlays, before, findings)
    order = sorted(by_name, key=lambda name: (len(above[name]), name))
    return [by_name[name] for name in sorted(order, key=lambda name: place.get(name, len(place) + order.index(name)))]


def _reached(name: str, by_name: Mapping[str, Marked]) -> set[str]:
    """Everything that an overlay lies over."""
    found: set[str] = set()
    current = by_name[name].data["over"]
    while current in by_name and current not in found:
        found.add(current)
        current = by_name[current].data["over"]
    return found


def _conflicts(overlays: Sequence[Marked], before: object, findings: Findings) -> None:
    """Two overlays without an order that change the same path: both lines are named."""
    assert callable(before)
    for first, second in combinations(sorted(overlays, key=lambda each: each.name), 2):
        if before(first.name, second.name) or before(second.name, first.name):
            continue
        for path in _common(first, second):
            one, other = first.place(("change", *path)), second.place(("change", *path))
            says = text(
                f"'{first.name}' ({one.file}:{one.line}) and '{second.name}' change the same; order them in 'layers:'.",
                f"“{first.name}”（{one.file}:{one.line}）与“{second.name}”修改了同一处；请在 layers 中排定顺序。",
            )
            findings.add(other, "unordered_layers", says)


def _common(first: Marked, second: Marked) -> list[Path]:
    ours, theirs = leaves(first.data["change"]), leaves(second.data["change"])
    return [other for other in theirs if any(_meet(one, other) for one in ours)]


def _meet(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def selections(conditional: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of overlays, in their order; the empty one is the library itself."""
    return [combination for size in range(1, len(conditional) + 1) for combination in combinations(conditional, size)]

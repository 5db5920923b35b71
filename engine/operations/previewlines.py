"""A preview as lines of text, for whoever runs it in a pipeline. Used by `cli`; what stands in the way is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

BAD = frozenset({"strands", "missing"})
"""What stands in the way, or wants a mapping."""


@dataclass
class Said:
    """What was said so far of a preview that comes piece by piece."""

    counts: Counter[str] = field(default_factory=Counter)
    routes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    bad: int = 0

    def lines(self, piece: Mapping[str, Any]) -> Iterator[str]:
        """What a piece tells: what is in use, and each record that stands in the way."""
        for each in piece.get("in_use", ()):
            self.bad += 1
            yield f"in use {each['path']}: {each['message']} [{each['code']}]"
        for each in piece.get("uncounted", ()):
            yield f"fact {each} is counted anew when it is published; it is told by what is counted now"
        for each in piece["items"]:
            if BAD & set(each["changes"]):
                self.bad += 1
                yield f"{each['form']} {each['number'] or each['id']}: {', '.join(_reasons(each))}"
        self.counts.update(piece["summary"]["records"])
        self.counts.update({f"differ by {name}": count for name, count in piece["summary"]["changes"].items()})
        for each in piece["summary"]["routes"]:
            self.routes[each["form"], _way(each["from"]), _way(each["to"])] += each["count"]

    def last(self) -> Iterator[str]:
        """The sums, when everything is told."""
        for (form, before, after), count in sorted(self.routes.items()):
            if before != after:
                yield f"{form}: {before} becomes {after} ({count})"
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        yield told or "no records"


def _reasons(item: Mapping[str, Any]) -> Iterator[str]:
    for each in item["errors"]:
        yield f"{each['message']} [{each['code']}]"
    refused = item["to"] and item["to"]["refused"]
    if refused:
        yield f"{refused['message']} [{refused['code']}]"
    if item["missing"]:
        yield f"missing {' '.join(item['missing'])}"
    for each in (item["to"] or {}).get("asked", ()):
        if not each["people"]:
            yield f"nobody for {each['step']}"


def _way(steps: list[str]) -> str:
    return " > ".join(steps) or "nobody"

"""Reads how numbers are made: `TR-{from_store.code}-{period}-{counter:5}`. Used by the form builder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.findings import Findings
from engine.definitions.models import Numbering, Place
from engine.errors import text

_PART = re.compile(r"\{([^{}]*)\}")
_COUNTER = re.compile(r"counter:([1-9][0-9]?)\Z", re.ASCII)
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9 ._/#-]*\Z", re.ASCII)
WIDEST = 12


def parse_numbering(data: Mapping[str, Any] | None, at: Place, findings: Findings) -> Numbering | None:
    """The numbering of a form; None when it has none or it cannot be read."""
    if data is None:
        return None
    parts = tuple(_parts(data["text"]))
    wrong = [part for part in parts if part[0] == "wrong"]
    for part in wrong:
        findings.add(at, "numbering", text(f"'{part[1]}' cannot stand in a number.", f"编号中不能使用“{part[1]}”。"))
    if sum(part[0] == "counter" for part in parts) != 1:
        says = text(
            "A number has exactly one counter, such as {counter:5}.", "编号必须且只能有一个计数器，如 {counter:5}。"
        )
        findings.add(at, "numbering", says)
        return None
    period = data.get("period", "none")
    if any(part[0] == "period" for part in parts) != (period != "none"):
        says = text("{period} and 'period:' go together.", "{period} 必须与 period 一起使用。")
        findings.add(at, "numbering", says)
    return None if wrong else Numbering(data["text"], parts, period, data["given_at"])


def _parts(template: str) -> Iterator[tuple[Any, ...]]:
    position = 0
    for found in _PART.finditer(template):
        yield from _words(template[position : found.start()])
        yield _placeholder(found.group(1))
        position = found.end()
    yield from _words(template[position:])


def _words(words: str) -> Iterator[tuple[Any, ...]]:
    if words:
        yield ("text", words) if _PLAIN.match(words) else ("wrong", words)


def _placeholder(inside: str) -> tuple[Any, ...]:
    if inside == "period":
        return ("period",)
    if found := _COUNTER.match(inside):
        width = int(found.group(1))
        return ("counter", width) if width <= WIDEST else ("wrong", inside)
    return ("path", tuple(inside.split("."))) if _PATH.match(inside) else ("wrong", inside)

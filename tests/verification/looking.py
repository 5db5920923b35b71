"""Reads the sentences below an example of the reference: does what is a deed, and sees that everything else is so.

`max approves look, refused: duty` is a deed with its refusal; `asked: look by max` is looked up and compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.definitions.models import Span
from engine.expressions import Reference
from engine.workflow import moves, people, waiting, writable
from engine.workflow.plan import SYSTEM, Wait, Writable
from tests.verification.playing import DEEDS, NAME, PERSON, STEP, Play


def tell(play: Play, line: str) -> None:
    """Do what a line says, or see that it is so."""
    deed, _, refusal = line.partition(", refused: ")
    for pattern, work in DEEDS.items():
        if found := re.fullmatch(pattern, deed):
            assert play.refused(work, **found.groupdict()) == refusal, line
            return
    what, _, expected = line.partition(": ")
    looks = [(look, found) for pattern, look in SIGHTS.items() if (found := re.fullmatch(pattern, what))]
    assert looks, f"nobody understands: {line}"
    look, found = looks[0]
    assert look(play, **found.groupdict()) == expected, line


def _asked(play: Play) -> str:
    return " and ".join(each for wait in play.waits() for each in _spoken(wait)) or "nobody"


def _spoken(wait: Wait) -> Iterable[str]:
    name = wait.step if wait.part is None else f"{wait.step}/{wait.part}"
    if wait.rows:
        return [f"{name} row {row} by {', '.join(who) or 'nobody'}" for row, who in sorted(wait.rows.items())]
    return [f"{name} by {', '.join(wait.people) or 'nobody'}"]


def _expected(play: Play) -> str:
    found = [wait for wait in waiting(play.situation(SYSTEM)) if wait.kind == "expects"]
    return " and ".join(each for wait in found for each in _spoken(wait)) or "nothing"


def _state(play: Play) -> str:
    return play.record.state


def _said(play: Play) -> str:
    return play.said


def _timers(play: Play) -> str:
    return ", ".join(each.name for each in play.timers()) or "none"


def _writes(play: Play, who: str, step: str, part: str | None) -> str:
    return ", ".join(sorted(_open_to(play, who, step, part).fields)) or "nothing"


def _rows(play: Play, who: str, step: str, part: str | None) -> str:
    return ", ".join(" ".join(each) for each in _open_to(play, who, step, part).rows.items())


def _scans(play: Play, who: str, step: str, part: str | None) -> str:
    return _open_to(play, who, step, part).scan or "nothing"


def _open_to(play: Play, who: str, step: str, part: str | None) -> Writable:
    return writable(play.situation(who), who, step=step, part=part)


def _may(play: Play, who: str, step: str, part: str | None) -> str:
    return ", ".join(moves.offered(play.situation(who), step, part)) or "nothing"


def _title(play: Play, name: str) -> str:
    timer = play.record.workflow.timers.get(name)
    return (timer.title if timer else play.step(name).title)["en"]


def _questions(play: Play, of: str) -> str:
    asks = play.approval().asks.get(of, {}) if of in ("reject", "return") else play.step(of).asks
    return ", ".join(asks) or "none"


def _told(play: Play, moment: str) -> str:
    units = (play.approval(), *play.approval().steps.values())
    told = [copy.to for unit in units for copy in unit.cc.values() if moment in copy.at]
    return ", ".join(who for to in told for who in people.find(to, play.situation(SYSTEM))) or "nobody"


def _set(play: Play, name: str) -> str:
    """When a timer comes, as it is understood."""
    timer = play.record.workflow.timers[name]
    said = [f"after {_span(timer.after)}{' working' * timer.working}"]
    said += [f"every {_span(timer.every)}"] if timer.every else []
    said += [f"{timer.times} times"] if timer.times else []
    return ", ".join([*said, *["a deadline"] * timer.deadline])


def _span(span: Span) -> str:
    return f"{span.days}d" if span.in_days else f"{span.seconds // 3600}h"


def _value(play: Play, path: str) -> str:
    table, _, column = path.rpartition(".")
    rows = play.record.values[table] if table else [play.record.values]
    return ", ".join(_plain(row[column]) for row in rows)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.id if isinstance(value, Reference) else "empty" if value is None else str(value)


SIGHTS: Mapping[str, Callable[..., str]] = {
    "asked": _asked,
    "expected": _expected,
    "state": _state,
    "said": _said,
    "timers": _timers,
    rf"{PERSON} may write in {STEP}": _writes,
    rf"{PERSON} finds rows in {STEP}": _rows,
    rf"{PERSON} scans in {STEP}": _scans,
    rf"{PERSON} may do in {STEP}": _may,
    rf"title of (?P<name>{NAME})": _title,
    rf"questions of (?P<of>{NAME})": _questions,
    r"told when (?P<moment>[a-z]+)": _told,
    rf"set (?P<name>{NAME})": _set,
    r"(?P<path>[a-z_.]+)": _value,
}

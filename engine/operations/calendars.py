"""Calendars of org units, kept as records of a form that says `calendar:`. Used by `due`, `eyes` and `settling`.

The calendar of a unit is its own, else that of the nearest unit above it, else that of the chain (a calendar without a
unit), by the unit's own clock. Calendars are asked for as they are now; they are never pinned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.errors import Fault, invalid, text
from engine.operations import zones
from engine.operations.folder import Folder
from engine.records import archive
from engine.workflow import working
from engine.workflow.working import Calendar

if TYPE_CHECKING:
    from engine.operations.operation import Operation

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NO_TIME = text("A time of day is expected, such as 09:00.", "应为时刻，例如 09:00。")
NO_SPAN = text("It must close after it opens.", "结束时间必须晚于开始时间。")
NO_DAY = text("A day of the week is expected: 1 (Monday) to 7.", "应为星期几：1（星期一）到 7。")


class Calendars:
    """Answers for one operation; records are read once, when the first one is asked for."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._read: dict[str | None, Calendar] | None = None

    def of(self, unit: str | None) -> Calendar | None:
        """The calendar of a unit, the nearest up the tree; None when nobody has set one."""
        if self._read is None:
            self._read = dict(self._all())
        path = self._operation.directory.path(unit) if unit is not None else ()
        found = next((self._read[each] for each in (*reversed(path), None) if each in self._read), None)
        return found and replace(found, zone=zones.of(self._operation.state, unit))

    def _all(self) -> Iterator[tuple[str | None, Calendar]]:
        operation = self._operation
        for form in operation.library.forms.values():
            told = form.told.get("calendar")
            if not told:
                continue
            operation.looked.add(form.name)
            workflow = operation.library.workflows.get(form.name)
            ends = {name for name, state in workflow.states.items() if state.end} if workflow else set()
            for stored in archive.walk(operation.connection, form.name):
                if stored.state in ends:
                    continue
                rows = {table: list(lines) for table, lines in stored.rows.items()}
                weekly, days = _weekly(told, rows), _days(told, rows)
                if weekly or any(days.values()):
                    yield stored.values.get(told.get("unit", "")), Calendar(operation.zone, weekly, days)


def require(folder: Folder) -> None:
    """Refuse a calendar that cannot be read, each fault at its row."""
    told = folder.form.told.get("calendar")
    if not told or folder.discarded:
        return
    content = folder.flat()
    faults = [*_faults(told, told["hours"], content, weekly=True)]
    if "days" in told:
        faults += _faults(told, told["days"], content, weekly=False)
    if faults:
        raise invalid(faults)


def _faults(told: Mapping[str, Any], table: str, content: Mapping[str, Any], *, weekly: bool) -> Iterator[Fault]:
    for index, row in enumerate(content.get(table) or ()):
        at = f"/{table}/{index}"
        if weekly and _weekday(row.get(told["weekday"])) is None:
            yield Fault(f"{at}/{told['weekday']}", "weekday", NO_DAY, row=row.get("row"))
        said = [row.get(told[each]) for each in ("from", "until")]
        if not weekly and not any(said):
            continue
        found = [working.minutes(each) for each in said]
        for word, each in zip(("from", "until"), found, strict=True):
            if each is None:
                yield Fault(f"{at}/{told[word]}", "time", NO_TIME, row=row.get("row"))
        since, until = found
        if since is not None and until is not None and until <= since:
            yield Fault(f"{at}/{told['until']}", "time", NO_SPAN, row=row.get("row"))


def _weekday(said: Any) -> int | None:
    """1 or `mon` is Monday: 0 here."""
    words = str(said if said is not None else "").strip().lower()
    if words.isascii() and words.isdigit():
        return int(words) - 1 if len(words) == 1 and 1 <= int(words) <= len(DAYS) else None
    return DAYS.index(words[:3]) if words[:3] in DAYS else None


def _weekly(told: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[int, working.Hours]:
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows.get(told["hours"]) or ():
        day, span = _weekday(row.get(told["weekday"])), _span(told, row)
        if day is not None and span is not None:
            found.setdefault(day, []).append(span)
    return {day: working.hours(spans) for day, spans in found.items()}


def _days(told: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[date, working.Hours]:
    """Single days; one without hours is closed."""
    found: dict[date, list[tuple[int, int]]] = {}
    for row in rows.get(told.get("days", "")) or ():
        said = row.get(told["date"])
        if said:
            spans = found.setdefault(date.fromisoformat(said), [])
            span = _span(told, row)
            spans += [span] if span is not None else []
    return {day: working.hours(spans) for day, spans in found.items()}


def _span(told: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[int, int] | None:
    since, until = (working.minutes(row.get(told[each])) for each in ("from", "until"))
    return None if since is None or until is None else (since, until)

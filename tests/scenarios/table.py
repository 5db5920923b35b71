"""A table of the scenarios: which, passed or not, lines of definition changed, seconds. `make scenarios`.

A plugin: everything in it is counted while the scenarios run. Lines are those of the test of a scenario that publishes
most; a line that is replaced by another counts once, empty ones and remarks do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import pytest

LINES = "lines of definition"
_NAMED = re.compile(r"test_([a-z]+)_?(\d+)\.py")


@dataclass
class Row:
    """What is known of one scenario."""

    passed: bool = True
    lines: int = 0
    seconds: float = 0.0


def changed(before: str, after: str) -> int:
    """How many lines of a text are others than before."""
    old, new = (_lines(each) for each in (before, after))
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for word, a, b, c, d in found if word != "equal")


def _lines(words: str) -> list[str]:
    return [line for line in words.splitlines() if line.strip() and not line.lstrip().startswith("#")]


class Table:
    """Rows by the name of a scenario."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(self, nodeid: str, *, failed: bool, seconds: float, lines: int) -> None:
        """One phase of one test has ended."""
        named = _NAMED.search(nodeid)
        if named is None:
            return
        row = self.rows.setdefault(f"{named[1].upper()}-{named[2]}" if len(named[1]) > 1 else f"T{named[2]}", Row())
        row.passed = row.passed and not failed
        row.seconds += seconds
        row.lines = max(row.lines, lines)

    def told(self) -> list[str]:
        """The table, line by line."""
        head = f"{'scenario':<10}{'passed':<8}{'lines':>6}{'seconds':>9}"
        rows = sorted(self.rows.items())
        return [head] + [
            f"{name:<10}{'yes' if row.passed else 'NO':<8}{row.lines:>6}{row.seconds:>9.1f}" for name, row in rows
        ]


_TABLE = Table()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the process that gathers what all workers say."""
    kept: dict[str, Any] = dict(report.user_properties)
    _TABLE.add(report.nodeid, failed=report.failed, seconds=report.duration, lines=int(kept.get(LINES, 0)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """At the end of the run."""
    terminalreporter.write_sep("=", "scenarios")
    for line in _TABLE.told():
        terminalreporter.write_line(line)

"""What a bench found, as one line of the table. Made by every bench, printed by `python -m bench`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, goal, figure, ratio to the floor of the same run, the median of how many."""

    name: str
    goal: str
    figure: str
    ratio: float | None
    count: int
    note: str = ""

    def line(self) -> str:
        """The row as text."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return f"{self.name:58} {self.goal:>22} {self.figure:>14} {ratio:>7} {self.count:>4}  {self.note}"

    def rest(self) -> tuple[str, str, float | None, int, str]:
        """Everything but the name."""
        return self.goal, self.figure, self.ratio, self.count, self.note


HEAD = f"{'work':58} {'goal':>22} {'figure':>14} {'ratio':>7} {'n':>4}"


def in_turns(works: Sequence[Callable[[], object]], count: int) -> list[float]:
    """Median seconds of each of these, done in turns."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(count):
        for work, each in zip(works, took, strict=True):
            begun = time.perf_counter()
            work()
            each.append(time.perf_counter() - begun)
    return [statistics.median(each) for each in took]

"""One side of a record: the way it goes and who decides; and which of two periods a record belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.operations.expecting import Asked, Line
from engine.operations.previewing import Wanted
from engine.operations.weighing import Side
from engine.records.stored import Stored

ROUTE = (
    Line("first", None, "done", ("a",)),
    Line("both", "left", "now", ("b",)),
    Line("both", "right", "skipped", ()),
    Line("last", None, "next", ("c", "d")),
)


def side(**more: Any) -> Side:
    """A record that stands at the first of two who decide beside each other."""
    return replace(Side(3, "approval", "both", ROUTE), **more)


def test_the_way_of_a_record_leaves_out_what_is_skipped() -> None:
    assert side().way == ("first", "both/left", "last")
    assert side().deciders == {"first": ("a",), "both/left": ("b",), "last": ("c", "d")}
    assert side(route=()).way == ()


def test_what_is_asked_is_told_apart_by_kind_step_and_part() -> None:
    asked = [Asked("decide", "both", part, ("b",)) for part in ("left", "right")]
    assert len({each.key for each in (*asked, Asked("look", "both", "left", ("b",)))}) == 3


@pytest.mark.parametrize(
    ("submitted", "past", "belongs"),
    [(10, (10, 20), True), (19, (10, 20), True), (20, (10, 20), False), (9, (10, 20), False), (None, (10, 20), False),
     (15, None, False)],
)  # fmt: skip
def test_a_period_has_its_first_moment_and_not_its_last(
    submitted: int | None, past: tuple[int, int] | None, belongs: bool
) -> None:
    stored = Stored("r", "duel", None, "accepted", 3, 1, (), {}, {}, {}, 5, "p", submitted)
    wanted = Wanted(False, False, None, None, past, None, False, 500)
    assert wanted.is_past(stored) is belongs

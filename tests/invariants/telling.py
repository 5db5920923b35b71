"""Tells random stories to a chain and has a check look at its tables after each."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.invariants.building import Books, Chain
from tests.invariants.story import Story

ALL = tuple(HealthCheck)


def tell(
    chain: Chain, check: Callable[[Books], None], *, stories: int = 6, steps: int = 28, seed: bool = True
) -> list[Story]:
    """Tell some stories one after another; `check` is told what the tables say after each.

    The chain remembers, so that stories are not shrunk; with `seed` they are the same in every run.
    """
    told: list[Story] = []

    @settings(
        max_examples=stories,
        deadline=None,
        derandomize=seed,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=ALL,
    )
    @given(st.integers(0, 2**32))
    def one(number: int) -> None:
        story = Story(chain, number)
        told.append(story)
        story.run(steps)
        check(chain.books())

    one()
    return told


def accepted(told: list[Story]) -> int:
    """How many commands of all stories were accepted."""
    return sum(len(story.accepted) for story in told)


def refused(told: list[Story]) -> int:
    """How many were refused."""
    return sum(len(story.refused) for story in told)

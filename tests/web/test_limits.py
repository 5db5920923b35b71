"""Limits: a burst goes through, then a steady rate, each caller for himself."""

from __future__ import annotations

import pytest

from engine.errors import Kind, Refusal
from engine.web import limits
from engine.web.limits import SECOND, Limit, Meter

FEW = Limit("few", per_second=2, burst=3)


class Hand:
    """A clock that is moved by hand."""

    now = 0

    def __call__(self) -> int:
        return self.now


def passes(meter: Meter, caller: str = "ann", limit: Limit = FEW, tries: int = 10) -> int:
    """How many of these tries go through at once."""
    passed = 0
    for _ in range(tries):
        try:
            meter.spend(limit, caller)
        except Refusal:
            continue
        passed += 1
    return passed


def test_a_burst_goes_through_and_then_the_rate() -> None:
    clock = Hand()
    meter = Meter(clock)
    assert passes(meter) == 3
    clock.now += SECOND
    assert passes(meter) == 2
    clock.now += SECOND // 2
    assert passes(meter) == 1
    clock.now += 1000 * SECOND
    assert passes(meter) == 3


def test_one_caller_or_limit_does_not_spend_anothers() -> None:
    meter = Meter(Hand())
    assert passes(meter, "ann") == 3
    assert passes(meter, "bob") == 3
    assert passes(meter, "ann", Limit("other", 1, 5)) == 5


def test_who_is_refused_is_told_how_long_to_wait_and_does_not_wait_longer_for_trying() -> None:
    clock = Hand()
    meter = Meter(clock)
    passes(meter, tries=100)
    with pytest.raises(Refusal) as raised:
        meter.spend(FEW, "ann")
    assert (raised.value.kind, raised.value.status) == (Kind.LIMIT, 429)
    clock.now += raised.value.faults[0].params["wait"] * SECOND
    meter.spend(FEW, "ann")


def test_callers_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_CALLERS", 50)
    clock = Hand()
    meter = Meter(clock)
    for number in range(1000):
        clock.now += SECOND
        meter.spend(FEW, str(number))
        assert len(vars(meter)["_busy_until"]) <= 50
    for number in range(1000):
        meter.spend(FEW, f"all at once {number}")
        assert len(vars(meter)["_busy_until"]) <= 50

"""What is due is looked for until told to end, whatever breaks in between."""

from __future__ import annotations

import threading

from engine.delivery.watching import watch
from engine.errors import Kind, Refusal, text


def test_neither_a_refusal_nor_a_fault_ends_it() -> None:
    ending = threading.Event()
    faults = [Refusal(Kind.UNAVAILABLE, "away", text("Away.", "不可用。")), ZeroDivisionError("a fault of ours")]
    met: list[str] = []

    def fire_due() -> int:
        if not faults:
            ending.set()
            return 0
        met.append(type(faults[0]).__name__)
        raise faults.pop(0)

    watch(fire_due, ending)
    assert met == ["Refusal", "ZeroDivisionError"]

"""Looks for due work again and again until told to end. Started by the web application, one thread a process."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.errors import Refusal

log = structlog.get_logger("chainstock.delivery")

SECONDS = 1.0


def watch(fire_due: Callable[[], int], ending: threading.Event) -> None:
    """Call `fire_due` every second; what fails is met again later, and nothing ends it but `ending`."""
    while not ending.wait(SECONDS):
        try:
            fire_due()
        except Refusal as refusal:
            log.warning("delivery waits", code=refusal.code)
        except Exception:
            log.exception("delivery failed")  # one piece of work that breaks must not stop all that comes after it

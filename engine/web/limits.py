"""How often somebody may ask for what is dear: sign-in, exports, searches. Used by `api`; one set per process.

Each limit lets a burst through and then a steady rate (the generic cell rate algorithm: one number per caller).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import Fault, Kind, Refusal, text

SECOND = 1_000_000_000
_MOST_CALLERS = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then `per_second`."""

    name: str
    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one process, generous for work and tight for guessing."""

    sign_in_account: Limit = Limit("sign_in_account", 2, 60)
    sign_in_address: Limit = Limit("sign_in_address", 20, 600)
    stranger: Limit = Limit("stranger", 50, 1000)
    """Tokens that name nobody, by address."""
    dear: Limit = Limit("dear", 2, 60)
    dear_everybody: Limit = Limit("dear_everybody", 20, 300)
    search: Limit = Limit("search", 50, 500)
    told: Limit = Limit("told", 0.5, 30)
    """What somebody says to others: comments."""


class Meter:
    """Counts callers against limits; safe for threads."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._busy_until: dict[tuple[str, str], int] = {}

    def spend(self, limit: Limit, caller: str) -> None:
        """Count one request; refused (429) when the caller has had too many."""
        now = self._clock()
        step = int(SECOND / limit.per_second)
        key = (limit.name, caller)
        with self._lock:
            busy = max(self._busy_until.get(key, 0), now) + step
            over = busy - now - step * limit.burst
            if over <= 0:
                if len(self._busy_until) >= _MOST_CALLERS:
                    self._forget(now)
                self._busy_until[key] = busy
                return
        wait = max(1, -(-over // SECOND))
        raise too_many(wait)

    def _forget(self, now: int) -> None:
        """Drop who has not asked for a while; everybody, if that is not enough."""
        self._busy_until = {key: busy for key, busy in self._busy_until.items() if busy > now}
        if len(self._busy_until) >= _MOST_CALLERS:
            self._busy_until.clear()


def too_many(wait: int) -> Refusal:
    """Too many requests; the web says `Retry-After` from the fault's `wait`."""
    says = text(f"Too many requests. Wait {wait} seconds.", f"请求过于频繁，请等待 {wait} 秒。")
    fault = Fault("", "too_many", says, params={"wait": wait})
    return Refusal(Kind.LIMIT, "too_many", says, faults=[fault], status=429)

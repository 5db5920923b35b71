"""Counts requests and how long they took, for `/metrics`. The web's only door to prometheus-client.

Each process counts its own; a scrape tells which one answered by the label `process`.
"""

from __future__ import annotations

import os
import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Gauge:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        process = str(os.getpid())
        self._requests = Counter(
            "chainstock_requests", "Requests answered", ("process", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "chainstock_request_seconds",
            "How long requests took",
            ("process",),
            buckets=_BUCKETS,
            registry=self._registry,
        ).labels(process)
        self._process = process

    def arrived(self) -> int:
        """A request comes in."""
        return time.perf_counter_ns()

    def answered(self, began: int, method: str, status: int) -> None:
        """It was answered."""
        self._requests.labels(self._process, method, str(status)).inc()
        self._seconds.observe((time.perf_counter_ns() - began) / 1_000_000_000)

    def spell(self) -> bytes:
        """The figures as Prometheus reads them."""
        return generate_latest(self._registry)

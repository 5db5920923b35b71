"""Processes that fire timers, or send messages, until they are killed in the middle of it. A program told line by line.

Used by `test_timers` and `test_webhooks_lost`. Each line `{url, lasts}` forks one process for each number, which does
what is due again and again and is killed just before that statement; all of them run at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from engine import bootstrap
from engine.database import open_database
from engine.delivery.posting import Poster
from engine.operations import timing
from engine.operations.services import Services
from tests.faults.dying import Fate, actor, services_of, watch

PATIENCE = 1
"""Seconds that one who sends waits for an answer."""
ENDLESS = 1_000_000
"""How often a message is tried where it is asked whether all arrive: giving one up ends its order."""


def fires(services: Services) -> Callable[[], int]:
    """Timers."""
    return lambda: timing.fire_due(services)


def sends(services: Services) -> Callable[[], int]:
    """Messages, also to this machine."""
    return replace(bootstrap.office(services), poster=Poster(private=True, seconds=PATIENCE), tries=ENDLESS).send_due


def tick(services: Services, url: str, last: int, work: Callable[[Services], Callable[[], int]]) -> None:
    """One process: do what is due until the end comes."""
    database = open_database(url)
    fate = Fate(last)
    watch(database, fate)
    own = replace(services, database=database)
    once = work(own)
    fate.running = True
    while True:
        once()


def nursery(url: str, data: str, work: Callable[[Services], Callable[[], int]] = fires) -> None:
    """Answer each line with how many of its processes were killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # answers alone go to the other one
    services = services_of(url, Path(data))
    actor(services, "adm")  # what is published is read once, not in every life
    services.database.close()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        told = json.loads(line)
        children = []
        for last in told["lasts"]:
            child = os.fork()
            if child == 0:
                try:
                    tick(services, told["url"], last, work)
                finally:
                    os._exit(1)
            children.append(child)
        killed = sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)
        sys.stdout.write(f"{killed}\n")
        sys.stdout.flush()

"""Processes that fire timers until they are killed, in the middle of whatever they do. A program told line by line.

Used by `test_timers`. Each line `{url, lasts}` forks one process for each number, which fires what is due again and
again and is killed just before that statement; all of them run at once.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from engine.database import open_database
from engine.operations import timing
from engine.operations.services import Services
from tests.faults.dying import Fate, actor, services_of, watch


def tick(services: Services, url: str, last: int) -> None:
    """One process: fire what is due until the end comes."""
    database = open_database(url)
    fate = Fate(last)
    watch(database, fate)
    own = replace(services, database=database)
    fate.running = True
    while True:
        timing.fire_due(own)


def nursery(url: str, data: str) -> None:
    """Answer each line with how many of its processes were killed."""
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
                    tick(services, told["url"], last)
                finally:
                    os._exit(1)
            children.append(child)
        killed = sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)
        sys.stdout.write(f"{killed}\n")
        sys.stdout.flush()

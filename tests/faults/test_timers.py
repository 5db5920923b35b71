"""Timers in flight while processes are killed and clocks jump: each fires exactly once, and never before it is due."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.access import stamps
from engine.clock import to_stored
from engine.operations import testclock, timing
from tests.faults.copies import Copies
from tests.operations.house import House

ROOT = Path(__file__).resolve().parents[2]
FORM = """format: 1
form: egg
title: {en: Egg, zh: 蛋}
kind: document
org: [store]
variant: store
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  hatches: {type: moment, required: true}
  hatched: {type: integer, default: 0}
  born: {type: moment}
"""
FLOW = """format: 1
workflow: egg
form: egg
start: laid
states:
  laid: {title: {en: Laid, zh: 已产}, edit: {maker: {by: [clerk at store], fields: [store, hatches]}}}
  warm: {title: {en: Warm, zh: 孵化中}, expects: [take]}
  eaten: {title: {en: Eaten, zh: 已食}, end: true}
transitions:
  brood: {from: laid, to: warm, by: [clerk at store]}
  take: {from: warm, to: eaten, by: [clerk at store]}
timers:
  hatch: {in: warm, at: record.hatches, do: {count: {set: {values: {hatched: record.hatched + 1, born: now}}}}}
  second: {in: warm, after: 2d, do: {count: {set: {values: {hatched: record.hatched + 1}}}}}
"""
POLICY = [f"p, clerk, egg, {each}, own" for each in ("see", "create", "edit", "brood", "take")]
LONGEST = 86_400
"""By how many seconds the clock jumps at most; within half of it a restart, everything is due while they die."""


def lay(house: House, count: int, seconds: int, chance: random.Random) -> dict[str, datetime]:
    """Records that wait for a moment of their own, and for the same span; and when."""
    house.publish(FORM, FLOW, policy=POLICY)
    house.pass_time(minutes=1)
    start = datetime.fromisoformat(house.be("adm").get("clock")["now"]).replace(microsecond=0)
    made = {}
    for _ in range(count):
        hatches = start + timedelta(seconds=chance.randrange(60, seconds))
        made[house.be("clerk1").makes("egg", {"hatches": hatches.isoformat()}, "brood")] = hatches
    return made


def play(copies: Copies, data: Path, count: int, restarts: int, seed: int) -> None:
    """Kill two processes at a time in what they do, put the clock forward between, and look at what came of it."""
    chance, url = random.Random(seed), copies.fresh()
    house = House(url, data)
    laid = lay(house, count, restarts * LONGEST // 2, chance)
    program = f"from tests.faults.ticking import nursery; nursery({url!r}, {str(data)!r})"
    start = [sys.executable, "-c", program]
    with subprocess.Popen(start, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(restarts):
            jump(house, chance)
            lasts = [chance.randrange(2, 120) for _ in range(2)]
            process.stdin.write(json.dumps({"url": url, "lasts": lasts}) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "2\n"
        process.stdin.close()
    house.pass_time(days=restarts + 3)
    assert timing.fire_due(house.services) == 0
    for record, hatches in laid.items():
        told = house.be("clerk1").get(f"records/egg/{record}")["values"]
        assert told["hatched"] == 2
        assert datetime.fromisoformat(told["born"]) >= hatches
        lines = [each["action"] for each in house.be("clerk1").history("egg", record)]
        assert (lines.count("timer:hatch"), lines.count("timer:second")) == (1, 1)
    assert house.verified()
    house.close()


def jump(house: House, chance: random.Random) -> None:
    """The clock goes forward, and nobody fires what is due but those who will be killed."""
    by = timedelta(seconds=chance.randrange(60, LONGEST))

    def work(connection: Connection) -> None:
        stamps.put(connection, testclock.STAMP, to_stored(house.services.now(connection) + by))

    house.services.database.transaction(work)


def test_timers_fire_once_over_a_few_restarts(copies: Copies, tmp_path: Path) -> None:
    play(copies, tmp_path, count=8, restarts=8, seed=3)


@pytest.mark.long
def test_a_hundred_timers_fire_once_over_restarts_and_jumps(copies: Copies, tmp_path: Path, rounds: int) -> None:
    play(copies, tmp_path, count=100, restarts=max(rounds // 4, 10), seed=rounds)

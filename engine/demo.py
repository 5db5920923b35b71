"""Demo chains: command files in `form_definitions/demo/`, read, placed in time, run as those who would have done it.

Used by bootstrap, which hands in what runs a batch. A file is `{"after": {other: moment}, "commands": [...]}`, a
command one of `POST /api/batch` with `as` (an account; the founder when missing) and a moment such as `-91d 08:00`
(before today, in the zone of the chain; now when missing). `$password` stands for the password of every demo account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

_MOMENT = re.compile(r"-(\d{1,4})d (\d\d):(\d\d)\Z", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
DONE = 300
TOGETHER = 200

Run = Callable[[str | None, datetime, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]
"""Run commands as an account (None: the founder) at a moment; answers `{key, status, body}` in their order."""


class DemoFault(RuntimeError):
    """There is no such demo, or one of its commands was refused."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command, by whom and when."""

    account: str | None
    at: datetime
    command: Mapping[str, Any]


def names(folder: Path) -> tuple[str, ...]:
    """The demos of a library."""
    return tuple(sorted(path.stem for path in (folder / "form_definitions" / "demo").glob("*.json")))


def read_steps(folder: Path, name: str, now: datetime, zone: ZoneInfo) -> Iterator[Step]:
    """The commands of a demo and, before them, of those that it builds on."""
    path = folder / "form_definitions" / "demo" / f"{name}.json"
    if not _NAME.match(name) or not path.is_file():
        raise DemoFault(f"there is no demo {name!r}; there are: {', '.join(names(folder)) or 'none'}")
    told = orjson.loads(path.read_bytes())
    for other, moment in told["after"].items():
        yield from read_steps(folder, other, _moment(moment, now, zone), zone)
    for command in told["commands"]:
        at = _moment(command["at"], now, zone) if "at" in command else now
        sent = {key: value for key, value in command.items() if key not in ("as", "at")}
        yield Step(command.get("as"), at, sent)


def load_demo(folder: Path, name: str, password: str, now: datetime, zone: ZoneInfo, run: Run) -> int:
    """Run every command of a demo in order and give how many there were. Raises `DemoFault` at the first refusal.

    The keys of the commands make it harmless to run twice: what has landed lands no second time.
    """
    count = 0
    for (account, at), steps in groupby(read_steps(folder, name, now, zone), lambda step: (step.account, step.at)):
        commands = [_with_password(step.command, password) for step in steps]
        for first in range(0, len(commands), TOGETHER):
            for answer in run(account, at, commands[first : first + TOGETHER]):
                if answer["status"] >= DONE:
                    raise DemoFault(f"demo {name}: {answer['key']} was refused: {answer['status']} {answer['body']}")
                count += 1
    return count


def _moment(told: str, now: datetime, zone: ZoneInfo) -> datetime:
    found = _MOMENT.match(told)
    if found is None:
        raise DemoFault(f"{told!r} is no moment such as -91d 08:00")
    days, hour, minute = map(int, found.groups())
    day = now.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(day, time(hour, minute), zone).astimezone(now.tzinfo)


def _with_password(command: Mapping[str, Any], password: str) -> Mapping[str, Any]:
    body = command.get("body")
    if not isinstance(body, Mapping) or body.get("password") != "$password":
        return command
    return {**command, "body": {**body, "password": password}}

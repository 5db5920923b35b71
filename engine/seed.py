"""A chain drawn by chance, always the same: masters, people and days of business told in one file of the library.

Used by bootstrap, which hands in what makes ids and writes the commands down. The file names forms, how many records
of each there are, and from what their values are drawn (see docs/operator). What is taken from a place was there at
the beginning of the day, so that no command is refused.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

_HOLE = re.compile(r"\{([a-z_.]+)(?::(\d+))?\}")
FEWEST = 2
PERCENT = 100

NewId = Callable[[datetime, int], str]
"""An id that sorts by a moment, from chance of 128 bits."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that somebody did: a record made (`make`), an action taken (`act`) or a task approved (`approve`)."""

    kind: str
    form: str
    record: str
    account: str | None
    at: datetime
    body: Mapping[str, Any]
    action: str = ""


@dataclass(slots=True)
class Drawn:
    """A record that was drawn, with what its values were drawn from by name; `rows` are those of its table."""

    id: str
    values: dict[str, Any]
    names: dict[str, Any]
    rows: list[Drawn] = field(default_factory=list)

    def find(self, path: str) -> Any:
        """What is at a path such as `each.region.code`: a drawn record, or a value."""
        name, _, rest = path.partition(".")
        found = self.names[name] if name in self.names else self.values[name]
        return found.find(rest) if rest else found


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it: the days of business (None: what the file says), and how many in a hundred of what scales."""

    days: int | None = None
    percent: int = PERCENT

    def within(self, told: Mapping[str, Any]) -> Size:
        """The same with its days."""
        return Size(told["days"] if self.days is None else self.days, self.percent)


WHOLE = Size()


def is_seed(folder: Path, name: str) -> bool:
    """Whether the demo of this name is drawn, not written down."""
    path = _path(folder, name)
    return path.is_file() and "seed" in orjson.loads(path.read_bytes())


def read(folder: Path, name: str) -> Mapping[str, Any]:
    """What the file tells."""
    told: Mapping[str, Any] = orjson.loads(_path(folder, name).read_bytes())
    return told


def _path(folder: Path, name: str) -> Path:
    return folder / "form_definitions" / "demo" / f"{name}.json"


class Seed:
    """Draws the commands of a chain, one set of masters or one day of business at a time."""

    def __init__(self, told: Mapping[str, Any], size: Size, today: date, zone: ZoneInfo, new_id: NewId) -> None:
        self._told = told
        self._percent = size.percent
        self._days = size.days or 0
        self._first = today - timedelta(days=self._days)
        self._zone = zone
        self._new_id = new_id
        self._chance = random.Random(told["seed"])
        self._sets: dict[str, list[Drawn]] = {}
        self._left: dict[tuple[str, str], Decimal] = {}
        self._taken: dict[tuple[str, str], Decimal] = {}
        self._coming: dict[int, list[tuple[tuple[str, str], Decimal]]] = {}
        self._later: dict[int, list[Command]] = {}
        self._numbers: dict[str, int] = {}

    def masters(self) -> Iterator[tuple[str, list[Command]]]:
        """Each set of masters by the name of its form; later sets refer to earlier ones."""
        at = self._moment(-1, "08:00")
        for told in self._told["masters"]:
            drawn: list[Drawn] = []
            for each in self._sets[told["each"]] if "each" in told else [None] * self._count(told):
                made = self._record(told, {"each": each, "n": len(drawn) + 1}, at)
                drawn.append(made)
            self._sets[told.get("set", "")] = drawn
            yield told["form"], [Command("make", told["form"], m.id, None, at, _body(m, {})) for m in drawn]

    def days(self) -> Iterator[tuple[int, list[Command]]]:
        """The commands of each day: what is made, then what is done with it, each in the order of their moments."""
        for day in range(self._days):
            for key, quantity in self._coming.pop(day, []):
                self._left[key] = self._left.get(key, Decimal(0)) + quantity
            for told in self._told["business"]:
                if _is_due(told, day):
                    self._business(told, day)
            yield day, sorted(self._later.pop(day, []), key=lambda each: (each.kind != "make", each.at))

    # -- records -------------------------------------------------------------------------------------------------

    def _count(self, told: Mapping[str, Any]) -> int:
        count: int = told.get("count", 1)
        return max(FEWEST, count * self._percent // PERCENT) if told.get("scaled") else count

    def _record(self, told: Mapping[str, Any], names: dict[str, Any], at: datetime) -> Drawn:
        made = Drawn(self._new_id(at, self._chance.getrandbits(128)), {}, names)
        self._fill(made, told["values"])
        return made

    def _fill(self, made: Drawn, told: Mapping[str, Any]) -> None:
        for name, spec in told.items():
            value = self._value(made, spec)
            if isinstance(value, Drawn):
                made.names[name] = value
                value = value.id
            made.values[name] = value

    def _value(self, made: Drawn, spec: Any) -> Any:
        if isinstance(spec, str):
            return _HOLE.sub(
                lambda hole: f"{made.find(hole[1]):0{hole[2]}d}" if hole[2] else str(made.find(hole[1])), spec
            )
        if not isinstance(spec, Mapping):
            return spec
        ((kind, told),) = spec.items()
        return _VALUES[kind](self, made, told)

    def _turn(self, made: Drawn, name: str) -> Drawn:
        found = self._sets[name]
        number: int = made.names["n"]
        return found[(number - 1) % len(found)]

    def _any(self, made: Drawn, told: Mapping[str, str]) -> Drawn:
        refused = made.find(told["but"])
        return self._chance.choice([each for each in self._sets[told["of"]] if each is not refused])

    def _between(self, _made: Drawn, told: Sequence[str]) -> str:
        low, high, step = map(Decimal, told)
        return str(low + step * self._chance.randint(0, int((high - low) / step)))

    def _one_of(self, _made: Drawn, told: Sequence[Any]) -> Any:
        return self._chance.choice(told)

    def _same(self, made: Drawn, path: str) -> Any:
        return made.find(path)

    # -- business ------------------------------------------------------------------------------------------------

    def _business(self, told: Mapping[str, Any], day: int) -> None:
        for each in self._sets[told["each"]]:
            for _ in range(self._chance.randint(*told.get("times", (1, 1)))):
                at = self._between_moments(day, told["at"])
                number = self._numbers[told["form"]] = self._numbers.get(told["form"], 0) + 1
                made = self._record(told, {"each": each, "n": number}, at)
                rows = self._rows(told, made, at)
                most = told["rows"].get("most", len(rows))
                for first in range(0, len(rows), most or 1):
                    record = Drawn(made.id, made.values, made.names, rows[first : first + most])
                    if first:
                        record.id = self._new_id(at, self._chance.getrandbits(128))
                    self._steps(told, record, day, at)

    def _rows(self, told: Mapping[str, Any], made: Drawn, at: datetime) -> list[Drawn]:
        rows = []
        out = told["steps"][0].get("out")
        for item, quantity in self._picked(told["rows"], made):
            row = Drawn(self._new_id(at, self._chance.getrandbits(128)), {}, {**made.names, "row": item})
            self._fill(row, told["rows"]["values"])
            if quantity is not None:
                row.values[told["rows"]["quantity"]] = str(quantity)
            if out is None or self._take(told, made, row, out):
                rows.append(row)
        return rows

    def _picked(self, told: Mapping[str, Any], made: Drawn) -> Iterator[tuple[Drawn, Decimal | None]]:
        """What the rows are about: everything, some of it (the first ones oftener), or what was taken since."""
        found = self._sets[told["of"]]
        if "refill" in told:
            place = made.names[told["refill"]].id
            for each in found:
                if taken := self._taken.pop((place, each.id), None):
                    yield each, taken
            return
        if "take" not in told:
            yield from ((each, None) for each in found)
            return
        chosen: dict[int, None] = {}
        wanted = min(self._chance.randint(*told["take"]), len(found))
        while len(chosen) < wanted:
            chosen[int(len(found) * self._chance.random() * self._chance.random())] = None
        yield from ((found[index], None) for index in chosen)

    def _take(self, told: Mapping[str, Any], made: Drawn, row: Drawn, out: str) -> bool:
        """Take the row's quantity from its place, or what is left of it; whether anything is."""
        key = (made.names[out].id, row.values[told["rows"]["item"]])
        quantity = min(Decimal(row.values[told["rows"]["quantity"]]), self._left.get(key, Decimal(0)))
        if quantity <= 0:
            return False
        self._left[key] -= quantity
        self._taken[key] = self._taken.get(key, Decimal(0)) + quantity
        row.values[told["rows"]["quantity"]] = str(quantity)
        return True

    def _steps(self, told: Mapping[str, Any], made: Drawn, day: int, at: datetime) -> None:
        """What is done with a record: it is made, and what follows, as far as there are days."""
        table = told["rows"]["table"]
        for number, step in enumerate(told["steps"]):
            day += step.get("days", 0)
            if number:
                at = self._between_moments(day, step["at"])
            if day >= self._days:
                return
            account = self._value(made, step["as"]) if "as" in step else None
            asks = {name: self._value(made, spec) for name, spec in step.get("asks", {}).items()}
            body: dict[str, Any] = {"asks": asks} if asks else {}
            if not number:
                body = {**body, **_body(made, {table: _table(made)}), "action": step["action"]}
            elif "rows" in step:
                body["values"] = {table: [self._written(row, step["rows"]) for row in made.rows]}
            kind = "approve" if step.get("approve") else "act" if number else "make"
            command = Command(kind, told["form"], made.id, account, at, body, step.get("action", ""))
            self._later.setdefault(day, []).append(command)
            if "in" in step:
                self._arrive(told, made, step["in"], day)

    def _written(self, row: Drawn, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"row": row.id, **{name: self._value(row, spec) for name, spec in told.items()}}

    def _arrive(self, told: Mapping[str, Any], made: Drawn, into: str, day: int) -> None:
        """What comes on a day is there from the next one on."""
        place = made.names[into].id
        item, quantity = told["rows"]["item"], told["rows"]["quantity"]
        came = [((place, row.values[item]), Decimal(row.values[quantity])) for row in made.rows]
        self._coming.setdefault(day + 1, []).extend(came)

    # -- moments -------------------------------------------------------------------------------------------------

    def _moment(self, day: int, clock: str) -> datetime:
        hour, minute = map(int, clock.split(":"))
        return datetime.combine(self._first + timedelta(days=day), time(hour, minute), self._zone)

    def _between_moments(self, day: int, told: Sequence[str]) -> datetime:
        first, last = (self._moment(day, clock) for clock in told)
        return first + timedelta(seconds=self._chance.randint(0, int((last - first).total_seconds())))


_VALUES: Mapping[str, Callable[[Seed, Drawn, Any], Any]] = {
    "same": Seed._same,
    "turn": Seed._turn,
    "any": Seed._any,
    "between": Seed._between,
    "one_of": Seed._one_of,
    "typed": lambda seed, made, told: {"typed": seed._value(made, told)},
}


def _is_due(told: Mapping[str, Any], day: int) -> bool:
    first, every = told.get("from", 0), told.get("every", 0)
    if day < first:
        return False
    return bool(day == first if every == 0 else (day - first) % every == 0)


def _table(made: Drawn) -> list[dict[str, Any]]:
    return [{"row": row.id, **row.values} for row in made.rows]


def _body(made: Drawn, tables: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": made.id, "values": {**made.values, **tables}}

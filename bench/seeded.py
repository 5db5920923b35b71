"""A drawn chain and its past: `python -m bench.seeded [postgres|sqlite] [days] [percent] [imported rows]`.

How long `demo load seed` takes; stock now and as of the first days; a fact that a guard asks; lists; an import with
checks; a new index published while somebody reads; `verify`, start and memory. Beside a yardstick where there is one.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import text

from bench.client import Client
from bench.everyday import timed
from bench.result import Figure, in_turns
from bench.server import PASSWORD, Serving, database, folder
from engine.bootstrap import FIELD_AND_EFFECTS
from engine.database import Database, open_database
from engine.definitions import read_library
from engine.records import facts
from engine.settings import pack_folder

TURNS = 15
SHEET = 50_000
"""Lines of one import: as many as are taken."""
ITEM, CATEGORY = "I0001", "C01"
"""The first ones that are drawn; this item is sold oftenest."""


def measure(kind: str, days: int = 30, percent: int = 10, imported: int = 300) -> list[Figure]:
    """Figures of one kind of database."""
    with folder() as where, database(kind, where) as url:
        serving = Serving(url, where, workers=1 if kind == "sqlite" else 2)
        loaded = timed(lambda: serving.command("demo", "load", "seed", "--days", str(days), "--scale", str(percent)))
        serving.start()
        opened = open_database(url)
        try:
            moved = _count(opened, "movement")
            figures = [
                Figure("seed drawn and loaded", "", f"{moved / loaded:.0f} rows/s", None, 1, f"{moved} movements")
            ]
            figures += [*_reads(serving, days), _fact(opened), _import(serving, imported)]
            figures += [_index(serving, opened, where), *ending(serving)]
        finally:
            opened.close()
            serving.stop()
    return [Figure(f"{each.name}, {kind}", *each.rest()) for each in figures]


def _count(opened: Database, table: str) -> int:
    with opened.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _signed(serving: Serving, account: str) -> Client:
    client = Client(serving.url)
    client.sign_in(account, PASSWORD)
    return client


def _reads(serving: Serving, days: int) -> list[Figure]:
    auditor = _signed(serving, "auditor")
    store = auditor.does("GET", "records/store?limit=1")["items"][0]["id"]
    item = auditor.does("GET", "records/item?limit=1&filter=" + quote(f"code == '{ITEM}'"))["items"][0]["id"]
    then = (datetime.now(UTC) - timedelta(days=days - 2)).isoformat(timespec="seconds")
    now = f"stock?place={store}&limit=500"
    past = f"{now}&at={quote(then)}"
    row = "records/ticket?limit=50&filter=" + quote(f"any(lines, row.item.code == '{ITEM}')")
    plain = "records/ticket?limit=50"
    return [
        _beside(auditor, f"stock as of {days - 2} days ago, one store", "<= 50 ms", past, now, "beside stock now"),
        _beside(auditor, "item X in a row, page of 50", "<= 8 ms", row, plain, "beside a list without a filter"),
        _beside(
            auditor,
            "one item over all stores",
            "<= 3 ms",
            f"stock?item={item}&limit=500",
            now,
            "beside one store",
        ),
    ]


def _beside(client: Client, name: str, goal: str, path: str, other: str, note: str) -> Figure:
    """A page, in turns with another one."""
    took = in_turns([lambda: client.does("GET", path), lambda: client.does("GET", other)], TURNS)
    return Figure(name, goal, f"{took[0] * 1e3:.1f} ms", took[0] / took[1], TURNS, note)


def _fact(opened: Database) -> Figure:
    """A fact under its lock, as a guard reads it, beside its row read by its key and nothing else."""
    library = read_library((pack_folder(),), FIELD_AND_EFFECTS).library
    assert library is not None
    fact = next(iter(library.facts.values()))
    with opened.reading() as connection:
        sql = text("SELECT key FROM fact_value WHERE fact = :fact LIMIT 1")
        key = str(connection.execute(sql, {"fact": fact.name}).scalar_one())
    told = {"fact": fact.name, "key": key}
    plain = "SELECT value FROM fact_value WHERE fact = %(fact)s AND key = %(key)s"

    def asked(connection: Any) -> list[float]:
        spelled = (
            plain if opened.dialect == "postgresql" else plain.replace("%(fact)s", ":fact").replace("%(key)s", ":key")
        )
        cursor = connection.connection.driver_connection.cursor()
        return in_turns(
            [
                lambda: facts.value(connection, fact, key, lock=True),
                lambda: cursor.execute(spelled, told).fetchall(),
            ],
            200,
        )

    took = opened.transaction(asked)
    return Figure("a fact that a guard asks, locked", "<= 0.5 ms", f"{took[0] * 1e3:.2f} ms", took[0] / took[1], 200)


def _import(serving: Serving, rows: int) -> Figure:
    """Items from a sheet, checked as by hand; beside the same number made through the batch door."""
    admin = _signed(serving, "adm")
    head = "code,name,category,base_unit,tracking,cost,price"
    lines = [f"X{number:06d},Thing {number},{CATEGORY},piece,none,1.50,2.75" for number in range(rows)]
    sheets = ["\n".join([head, *lines[first : first + SHEET]]).encode() for first in range(0, rows, SHEET)]

    def uploaded() -> None:
        with httpx.Client(base_url=serving.url, headers=admin.headers, timeout=1200) as client:
            for sheet in sheets:
                sent = {"file": ("items.csv", sheet, "text/csv")}
                answer = client.post("/api/records/item/import?mode=all", files=sent)
                assert answer.status_code == 200, answer.text
                assert not any(each["errors"] for each in answer.json()["rows"]), answer.text[:300]

    first = timed(uploaded)
    values = {"name": "Thing", "category": {"code": CATEGORY}, "base_unit": "piece", "tracking": "none", "cost": "1.50"}
    commands = [
        {
            "key": f"item {n}",
            "method": "POST",
            "path": "/api/records/item",
            "body": {"values": {**values, "code": f"Y{n}"}},
        }
        for n in range(min(rows, 200))
    ]
    # The first connection stood idle all the while, and the server has closed it.
    again = _signed(serving, "adm")
    second = timed(lambda: again.does("POST", "batch", commands)) / len(commands)
    note = f"{rows} rows; ratio: to one of a batch"
    return Figure("import with checks", "100,000 <= 60 s", f"{rows / first:.0f}/s", first / rows / second, 1, note)


def _index(serving: Serving, opened: Database, where: Path) -> Figure:
    """A field is marked `index` and published while a page is asked again and again; beside the bare CREATE INDEX."""
    library = where / "library"
    for name in ("form_definitions", "workflow_definitions", "permissions", "templates"):
        shutil.copytree(pack_folder() / name, library / name)
    form = library / "form_definitions" / "documents" / "ticket.yaml"
    form.write_text(form.read_text().replace("till: {type: text,", "till: {type: text, index: true,"))
    auditor = _signed(serving, "auditor")
    slowest: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            slowest.append(timed(lambda: auditor.does("GET", "records/ticket?limit=5")))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        took = timed(lambda: serving.command("publish", str(library), "--note", "an index"))
    finally:
        ended.set()
        thread.join()
    value = "(data->>'till')" if opened.dialect == "postgresql" else "json_extract(data, '$.till')"
    floor = timed(
        lambda: opened.transaction(
            lambda c: c.execute(text(f"CREATE INDEX ix_floor ON record (form, {value}, created)"))
        )
    )
    opened.transaction(lambda c: c.execute(text("DROP INDEX ix_floor")))
    note = f"{_count(opened, 'record')} records, with its start; slowest page meanwhile {max(slowest) * 1e3:.0f} ms"
    return Figure("publish with a new index", "1 M <= 10 s", f"{took:.1f} s", took / floor, 1, note)


def ending(serving: Serving) -> Sequence[Figure]:
    """Recount, end, begin again, and what the server holds then."""
    verified = timed(lambda: serving.command("verify"))
    serving.stop()
    begun = time.perf_counter()
    serving.start()
    Client(serving.url).ask("GET", "me")
    started = time.perf_counter() - begun
    _signed(serving, "auditor").does("GET", "records/ticket?limit=500")
    return [
        Figure("verify, with its start", "1 M <= 20 s", f"{verified:.1f} s", None, 1),
        Figure("start to first answer", "<= 2 s", f"{started:.1f} s", None, 1),
        Figure("memory of the largest process", "<= 250 MB", f"{serving.memory() / 2**20:.0f} MB", None, 1),
    ]


def main() -> None:
    """Print the figures of one kind of database."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "postgres"
    for figure in measure(kind, *(int(each) for each in sys.argv[2:5])):
        print(figure.line())


if __name__ == "__main__":
    main()

"""A list of 1,000,000 records in a real Chromium: `python -m bench.long_list [records]`.

One transfer is made by the API and then copied in the database, with its words and units, to as many; they are looked
at as their store's manager and as the auditor of the chain: first page, by state, by number, a later page.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.result import HEAD, Figure
from bench.server import PASSWORD, Serving, folder

RECORDS, TURNS, TOGETHER = 1_000_000, 7, 100_000
GOAL = "<= 200 ms"
ADDRESSES = {
    "first page": "",
    "in one state, oldest first": "?state=approval&sort=created",
    "by number": "?sort=number",
    "one of them by its number": "?q=0000500",
}
COPIED = {"record_org": ("record",), "record_ref": ("record",), "record_token": ("record",)}
PAINTED = """() => new Promise((done) => {
  const look = () => {
    const [walk] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const ready = paint && walk.domContentLoadedEventEnd;
    ready ? done(Math.max(ready, paint.startTime)) : requestAnimationFrame(look);
  };
  look();
})"""


def measure(records: int = RECORDS) -> list[Figure]:
    """Figures of the embedded database."""
    with folder() as where:
        serving = Serving(f"sqlite:///{where / 'bench.db'}", where)
        serving.command("demo", "load", "small")
        serving.start()
        record = _made(serving.url)
        serving.stop()
        _copy(where / "bench.db", record, records)
        os.sync()  # what is still being written is the bench's own work, not the server's
        serving.start()
        try:
            with _chromium() as browser:
                return [each for account in ("mgr1", "aud") for each in _lists(browser, serving.url, account, records)]
        finally:
            serving.stop()


@contextmanager
def _chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def _made(url: str) -> str:
    """A transfer that waits for approval; its id."""
    with httpx.Client(base_url=url, timeout=60) as client:
        told = client.post("/api/session", json={"account": "clerk1", "password": PASSWORD}).raise_for_status().json()
        lines = [{"item": {"code": "A100"}, "requested": "1"}]
        values: dict[str, Any] = {"to_store": {"code": "S02"}, "reason": "slow", "lines": lines}
        body = {"values": values, "action": "submit"}
        made = client.post("/api/records/transfer", json=body, headers={"X-CSRF-Token": told["csrf"]})
        return str(made.raise_for_status().json()["id"])


def _copy(file: Path, record: str, count: int) -> None:
    """The same record so many times, each with an id, a number and a moment of its own."""
    database = sqlite3.connect(file)
    database.executescript(
        "PRAGMA synchronous = OFF; CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, id TEXT, number TEXT);"
    )
    for first in range(0, count, TOGETHER):
        database.execute("DELETE FROM n")
        numbers = range(first, min(first + TOGETHER, count))
        rows = ((i, f"00000000-0000-4000-8000-{i:012x}", f"TR-COPY-{i:07}") for i in numbers)
        database.executemany("INSERT INTO n VALUES (?, ?, ?)", rows)
        own = {"id": "n.id", "number": "n.number", "created": "t.created - n.i * 1000000"}
        _insert(database, "record", "t.id = ?", own, record)
        database.execute("INSERT INTO record_id (id, form) SELECT id, 'transfer' FROM n")
        for table in COPIED:
            _insert(database, table, "t.record = ?", {"record": "n.id", "created": own["created"]}, record)
        database.execute("INSERT INTO record_token SELECT 'transfer', substr(number, 9), id, 1 FROM n")
        database.commit()
    database.execute("ANALYZE")
    database.close()


def _insert(database: sqlite3.Connection, table: str, where: str, own: dict[str, str], record: str) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    shown = ", ".join(own.get(each, f"t.{each}") for each in columns)
    database.execute(f"INSERT INTO {table} SELECT {shown} FROM {table} t, n WHERE {where}", (record,))


def _lists(browser: Browser, url: str, account: str, records: int) -> Iterator[Figure]:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, base_url=url, locale="en-GB")
    page.goto("/sign-in")
    page.locator("[name=account]").fill(account)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    page.locator("main h1").wait_for()
    for name, query in ADDRESSES.items():
        yield _figure(page, f"list of {records:,}, {account}, {name}", query)
    page.goto("/records/transfer")
    for _ in range(5):
        page.locator("[rel=next]").click()
        page.locator("table.list tbody tr").first.wait_for()
    yield _figure(page, f"list of {records:,}, {account}, sixth page", page.url.partition("/records/transfer")[2])
    page.close()


def _figure(page: Page, name: str, query: str) -> Figure:
    took = []
    for _ in range(TURNS):
        page.goto(f"/records/transfer{query}")
        page.locator("table.list tbody tr").first.wait_for()
        took.append(float(page.evaluate(PAINTED)))
    return Figure(name, GOAL, f"{median(took):.0f} ms", None, TURNS, f"slowest {max(took):.0f} ms")


if __name__ == "__main__":
    sys.stdout.write(f"{HEAD}\n")
    for figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS):
        sys.stdout.write(f"{figure.line()}\n")

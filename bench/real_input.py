"""A chain from recorded sales: `python -m bench.real_input --data DIR --database URL|sqlite|postgres --chain weekly`.

Builds the masters over HTTP, brings in what will be sold, posts every sale through `POST /api/batch` with the keys of
the tills, and runs transfers by eight clients while the server is killed and started again; what was not acknowledged
is sent again under its key. Then every acknowledged command must be there exactly once, and `verify` clean.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from bench import sales
from bench.chain import Chain, batched, named, ticket
from bench.client import Client
from bench.server import Serving, database, folder
from bench.under_fire import PLENTY, SHIPPED, Fire, Transfers

CLIENTS = 8
TOGETHER = 200
PAGE = 500


class Tills:
    """Posts tickets, each store's by its own till."""

    def __init__(self, chain: Chain, frame: pl.DataFrame, until: float) -> None:
        self._chain = chain
        self._frame = frame
        self._until = until
        self.rows = 0
        self.tickets: dict[str, int] = {}
        """Acknowledged tickets by store."""
        self.sold: Counter[tuple[str, str]] = Counter()

    def post(self, stores: Sequence[str]) -> None:
        """All tickets of all stores, eight stores at a time."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self._store, stores))

    def _store(self, store: str) -> None:
        client = self._chain.client(f"till-{store}")
        done = 0
        for some in batched(sales.tickets(self._frame, store), TOGETHER):
            if time.monotonic() > self._until:
                break
            bodies = [ticket(each.number, store, each.rows) for each in some]
            sent = [
                {"key": each["id"], "method": "POST", "path": "/api/records/ticket", "body": each} for each in bodies
            ]
            for answer in client.does("POST", "batch", sent):
                if answer["status"] != 201:
                    raise RuntimeError(str(answer))
            done += len(some)
            self.rows += sum(len(each.rows) for each in some)
            for each in some:
                self.sold.update({(store, item): units for item, units, _ in each.rows})
        self.tickets[store] = done
        client.close()


def brought(frame: pl.DataFrame, busy: Sequence[str]) -> dict[tuple[str, str], int]:
    """What every store sells and some more; between the busy stores every item may move."""
    stock = {key: units + PLENTY for key, units in sales.sold(frame).items()}
    return {(store, item): PLENTY for store in busy for item in sorted(frame["item"].unique())} | stock


def build(chain: Chain, frame: pl.DataFrame, stores: Sequence[str], busy: Sequence[str]) -> None:
    """Masters, people and stock."""
    chain.found()
    chain.masters(stores, {item: {"price": "2.00"} for item in sorted(frame["item"].unique())}, regions=3)
    roles: list[tuple[str, str, str | None]] = [(f"till-{store}", "till", store) for store in stores]
    roles += [(f"{role}-{store}", role, store) for store in busy for role in ("clerk", "manager")]
    chain.people([*roles, ("auditor", "auditor", None)])
    chain.bring(brought(frame, busy))


def check_tickets(client: Client, tills: Tills) -> int:
    """Every acknowledged ticket is there, once, and no other."""
    expected = {named("ticket", store, number) for store, count in tills.tickets.items() for number in range(count)}
    found: list[str] = []
    cursor = ""
    while True:
        page = client.does("GET", f"records/ticket?limit={PAGE}&fields=state{cursor}")
        found += [each["id"] for each in page["items"] if each["state"] == "posted"]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    if len(found) != len(set(found)) or set(found) != expected:
        raise RuntimeError(f"{len(found)} tickets are there, {len(expected)} were acknowledged")
    return len(found)


def check_stock(client: Client, stores: Sequence[str], expected: Mapping[tuple[str, str], int]) -> int:
    """What lies in every store is what came less what was acknowledged to have gone: nothing landed twice."""
    places = 0
    for store in stores:
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = client.does("GET", f"stock?place={named('store', store)}&limit={PAGE}{cursor}")
            items += page["items"]
            if not page["next"]:
                break
            cursor = f"&cursor={page['next']}"
        there = {(store, each["item"]["code"]): int(each["on_hand"]) for each in items}
        wanted = {key: units for key, units in expected.items() if key[0] == store}
        if {key: units for key, units in there.items() if units} != {k: u for k, u in wanted.items() if u}:
            raise RuntimeError(f"{store}: the stock is not what was acknowledged")
        places += len(there)
    return places


def run(data: Path, kind: str, which: str, seconds: float, transfers: int, kills: int) -> None:
    """Everything, printing figures as they come."""
    begun = time.monotonic()
    frame = sales.read(data, which)
    stores = sorted(frame["store"].unique())
    busy = stores[:CLIENTS]
    print(f"{which}: {len(stores)} stores, {frame['item'].n_unique()} items, {len(frame)} sales that are not zero")
    with folder() as where, database(kind, where) as url:
        serving = Serving(url, where, workers=1 if url.startswith("sqlite") else 2)
        serving.start()
        try:
            chain = Chain(serving)
            build(chain, frame, stores, busy)
            print(f"built in {time.monotonic() - begun:.0f} s", flush=True)
            tills = _sell(chain, frame, stores, seconds)
            moved = _transfer(chain, busy, sorted(frame["item"].unique()), transfers, kills)
            _check(chain, stores, tills, moved, brought(frame, busy))
        finally:
            serving.stop()


def _sell(chain: Chain, frame: pl.DataFrame, stores: Sequence[str], seconds: float) -> Tills:
    begun = time.monotonic()
    spent = chain.serving.processor_seconds()
    tills = Tills(chain, frame, begun + seconds)
    tills.post(stores)
    took = time.monotonic() - begun
    spent = chain.serving.processor_seconds() - spent
    count = sum(tills.tickets.values())
    print(
        f"sold: {tills.rows} rows on {count} tickets in {took:.0f} s: {tills.rows / took:.0f} rows/s, "
        f"{count / took:.0f} tickets/s; {spent / max(count, 1) * 1e3:.1f} ms of the server's processor for one ticket",
        flush=True,
    )
    return tills


def _transfer(chain: Chain, busy: Sequence[str], items: Sequence[str], count: int, kills: int) -> Transfers:
    begun = time.monotonic()
    fire = Fire(chain.serving, kills, count * len(SHIPPED) // (kills + 1))
    moved = Transfers(chain, fire, busy, items)
    moved.run(count)
    print(
        f"transfers: {count}, {len(moved.commands)} commands in {time.monotonic() - begun:.0f} s; killed {fire.killed} "
        f"times with {min(fire.flying, default=0)} to {max(fire.flying, default=0)} requests in flight; "
        f"{fire.resent} sent again",
        flush=True,
    )
    return moved


def _check(
    chain: Chain, stores: Sequence[str], tills: Tills, moved: Transfers, came: Mapping[tuple[str, str], int]
) -> None:
    begun = time.monotonic()
    auditor = chain.client("auditor")
    count = check_tickets(auditor, tills)
    lines = moved.check(auditor)
    expected = {key: units - tills.sold[key] + moved.change[key] for key, units in came.items()}
    places = check_stock(auditor, stores, expected)
    print(f"there exactly once: {count} tickets, {lines} commands on transfers; {places} balances as they must be")
    told = dict(line.split(" ", 1) for line in chain.serving.command("verify").splitlines())
    print(f"verify: clean, {told.get('movements', '?')} movements, in {time.monotonic() - begun:.0f} s with the checks")
    print(f"root {told['root']}", flush=True)


def main() -> None:
    """Read the options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder with the sales")
    options.add_argument("--database", default="sqlite", help="sqlite, postgres, or an address")
    options.add_argument("--chain", choices=("weekly", "daily"), default="weekly")
    options.add_argument("--seconds", type=float, default=1e9, help="stop selling after so long")
    options.add_argument("--transfers", type=int, default=200)
    options.add_argument("--kills", type=int, default=20)
    told = options.parse_args()
    run(told.data, told.database, told.chain, told.seconds, told.transfers, told.kills)


if __name__ == "__main__":
    main()

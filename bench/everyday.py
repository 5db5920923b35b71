"""A small chain over HTTP: stock, lists, tickets. Used by `python -m bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from bench.chain import Chain, named, ticket
from bench.client import Client
from bench.result import Figure, in_turns
from bench.server import Serving, database, folder

TURNS = 5
TOGETHER = 200


def measure(kind: str, items: int = 2000, stores: int = 8, calls: int = 2) -> list[Figure]:
    """Figures of one kind of database."""
    with folder() as where, database(kind, where) as url:
        serving = Serving(url, where, workers=1 if kind == "sqlite" else 2)
        serving.start()
        try:
            chain = Chain(serving)
            chain.found()
            codes = [f"S{number:02d}" for number in range(stores)]
            goods = [f"I{number:04d}" for number in range(items)]
            chain.masters(codes, {each: {"price": "2.00"} for each in goods})
            chain.people([("till", "till", codes[0]), ("auditor", "auditor", None)])
            chain.bring({(store, item): 10**6 for store in codes[:2] for item in goods})
            chain.bring({(store, goods[0]): 10**6 for store in codes[2:]})
            figures = [*_tickets(chain, codes[0], goods, calls), *_reads(chain, codes[0], goods[0])]
            return [Figure(f"{each.name}, {kind}", *each.rest()) for each in figures]
        finally:
            serving.stop()


def _tickets(chain: Chain, store: str, goods: list[str], calls: int) -> list[Figure]:
    till = chain.client("till")
    bodies = [
        ticket(number, store, [(goods[(number * 3 + row) % len(goods)], 1, "2.00") for row in range(3)])
        for number in range(TOGETHER * calls + 100)
    ]
    alone = [
        timed(lambda body=body: till.does("POST", "records/ticket", body, key=body["id"])) for body in bodies[:100]
    ]
    sent = [{"key": each["id"], "method": "POST", "path": "/api/records/ticket", "body": each} for each in bodies[100:]]
    parts = [sent[first : first + TOGETHER] for first in range(0, len(sent), TOGETHER)]
    took = [timed(lambda part=part: _all_went(till, part)) for part in parts]
    return [
        Figure("ticket of 3 rows, one by one, 1 client", ">= 700/s", f"{1 / median(alone):.0f}/s", None, len(alone)),
        Figure("tickets of 3 rows by batch of 200", ">= 4,000/s", f"{TOGETHER / median(took):.0f}/s", None, len(took)),
    ]


def _all_went(till: Client, part: list[dict[str, object]]) -> None:
    answers = till.does("POST", "batch", part)
    assert all(each["status"] == 201 for each in answers), answers[0]


def _reads(chain: Chain, store: str, item: str) -> list[Figure]:
    auditor = chain.client("auditor")
    place = named("store", store)
    asked = {
        "stock of one store, a page of 500 items": ("<= 3 ms", f"stock?place={place}&limit=500"),
        "one item over all stores": ("<= 3 ms", f"stock?item={named('item', item)}&limit=500"),
        "list page of 50, filter and sort": ("<= 8 ms", "records/ticket?sort=-total&limit=50&filter=total%20%3E%201"),
        "item X in a row": (
            "<= 8 ms",
            f"records/ticket?limit=50&filter=any(lines,%20row.item.code%20==%20'{item}')",
        ),
    }
    whole, page = in_turns([lambda: _whole(auditor, place), lambda: auditor.does("GET", f"stock?place={place}")], TURNS)
    figures = [
        Figure("stock of 2,000 items in one store", "<= 12 ms", f"{whole * 1e3:.1f} ms", whole / page, TURNS,
               "four pages; ratio: to a page of 50"),
    ]  # fmt: skip
    for name, (goal, path) in asked.items():
        took = median(timed(lambda path=path: auditor.does("GET", path)) for _ in range(TURNS * 3))
        figures.append(Figure(name, goal, f"{took * 1e3:.1f} ms", None, TURNS * 3))
    return figures


def _whole(client: Client, place: str) -> None:
    """Every page of a store's stock."""
    cursor = ""
    while cursor is not None:
        cursor = client.does(
            "GET", f"stock?place={place}&limit=500&cursor={cursor}" if cursor else f"stock?place={place}&limit=500"
        )["next"]


def timed(work: Callable[[], object]) -> float:
    """Seconds of one."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

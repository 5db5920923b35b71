"""A small chain over HTTP: start, stock, lists, tickets, `verify`. Used by `python -m bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from bench.chain import Chain, named, ticket
from bench.client import Client
from bench.result import Figure
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
            return [Figure(f"{each.name}, {kind}", *_rest(each)) for each in [*figures, *_start(serving)]]
        finally:
            serving.stop()


def _rest(each: Figure) -> tuple[str, str, float | None, int, str]:
    return each.goal, each.figure, each.ratio, each.count, each.note


def _tickets(chain: Chain, store: str, goods: list[str], calls: int) -> list[Figure]:
    till = chain.client("till")
    bodies = [
        ticket(number, store, [(goods[(number * 3 + row) % len(goods)], 1, "2.00") for row in range(3)])
        for number in range(TOGETHER * calls + 100)
    ]
    alone = [
        _timed(lambda body=body: till.does("POST", "records/ticket", body, key=body["id"])) for body in bodies[:100]
    ]
    sent = [{"key": each["id"], "method": "POST", "path": "/api/records/ticket", "body": each} for each in bodies[100:]]
    parts = [sent[first : first + TOGETHER] for first in range(0, len(sent), TOGETHER)]
    took = [_timed(lambda part=part: _all_went(till, part)) for part in parts]
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
        "stock of one store, a page of 500 items": ("<= 12 ms for 2,000", f"stock?place={place}&limit=500"),
        "one item over all stores": ("<= 3 ms", f"stock?item={named('item', item)}&limit=500"),
        "list page of 50, filter and sort": ("<= 8 ms", "records/ticket?sort=-total&limit=50&filter=total%20%3E%201"),
        "item X in a row": (
            "<= 8 ms",
            f"records/ticket?limit=50&filter=any(lines,%20row.item%20==%20'{named('item', item)}')",
        ),
    }
    figures = []
    for name, (goal, path) in asked.items():
        answer = auditor.ask("GET", path)
        if answer.status != 200:
            figures.append(Figure(name, goal, "refused", None, 1, str(answer.body.get("code") or answer.body)[:80]))
            continue
        took = median(_timed(lambda path=path: auditor.does("GET", path)) for _ in range(TURNS * 3))
        figures.append(Figure(name, goal, f"{took * 1e3:.1f} ms", None, TURNS * 3))
    return figures


def _start(serving: Serving) -> list[Figure]:
    took = _timed(lambda: serving.command("verify"))
    serving.stop()
    begun = time.perf_counter()
    serving.start()
    Client(serving.url).ask("GET", "me")
    started = time.perf_counter() - begun
    return [
        Figure("verify, everything above, with its start", "1 M <= 20 s", f"{took:.1f} s", None, 1),
        Figure("start to first answer", "<= 2 s", f"{started:.1f} s", None, 1),
        Figure("memory of the largest process", "<= 250 MB", f"{serving.memory() / 2**20:.0f} MB", None, 1),
    ]


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

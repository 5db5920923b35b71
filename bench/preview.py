"""A new version previewed on many requisitions under way: the whole of it, piece by piece. Used by `python -m bench`.

`python -m bench.preview [HOW MANY] [KIND]` alone.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import Any

from bench.chain import Chain, named
from bench.result import HEAD, Figure
from bench.server import Serving, database, folder

STORES, GOODS, PIECE = 20, 200, 500
GOAL = "<= 20 s of 10,000"
STEP = (
    '      first: {title: {en: First look}, ask: [area_manager above store], when: "record.total > 600"}\n      store:'
)


def measure(kind: str, count: int = 10_000, turns: int = 3) -> list[Figure]:
    """How long a preview of so many records takes, and its longest piece."""
    with folder() as where, database(kind, where) as url:
        serving = Serving(url, where)
        serving.start()
        try:
            chain = Chain(serving)
            _filled(chain, count)
            took = [_preview(chain, count) for _ in range(turns)]
        finally:
            serving.stop()
    whole, longest = median(sum(each) for each in took), median(max(each) for each in took)
    note = f"longest piece of {PIECE}: {longest:.2f} s"
    return [Figure(f"preview of {count:,} records under way, {kind}", GOAL, f"{whole:.1f} s", None, turns, note)]


def _filled(chain: Chain, count: int) -> None:
    """Stores with their people, and requisitions that wait for the first of them."""
    chain.found()
    codes = [f"S{number:02d}" for number in range(STORES)]
    goods = [f"I{number:04d}" for number in range(GOODS)]
    chain.masters(codes, {each: {"cost": "10.00"} for each in goods}, regions=4)
    chain.people(
        [
            *((f"{role}{code.lower()}", role, code) for code in codes for role in ("clerk", "manager")),
            ("area", "area_manager", None),
            ("cfo", "cfo", None),
        ]
    )
    for index, code in enumerate(codes):
        clerk = chain.client(f"clerk{code.lower()}")
        mine = range(index, count, STORES)
        chain.run(
            clerk,
            ({"method": "POST", "path": "/api/records/requisition", "body": _wish(n, code, goods)} for n in mine),
        )


def _wish(number: int, store: str, goods: list[str]) -> dict[str, Any]:
    """Three lines, of amounts on every side of the limits."""
    quantity = str(5 * (number % 7 + 1) ** 3)
    lines = [{"item": named("item", goods[(number * 3 + row) % GOODS]), "quantity": quantity} for row in range(3)]
    values = {"store": named("store", store), "lines": lines}
    return {"id": named("wish", number), "values": values, "action": "submit"}


def _preview(chain: Chain, count: int) -> list[float]:
    """Seconds of each piece, until all are looked at."""
    chain.admin.close()  # the server hung up on whoever said nothing while others were at work
    flow = chain.admin.does("GET", "definitions/workflow/requisition")["text"].replace("      store:", STEP, 1)
    texts = [{"kind": "workflow", "name": "requisition", "text": flow}]
    took, seen, cursor = [], 0, None
    while not took or cursor is not None:
        begun = time.perf_counter()
        body = {"texts": texts, "running": "carry_over", "limit": PIECE, **({"cursor": cursor} if cursor else {})}
        answer = chain.admin.does("POST", "definitions/preview", body)
        took.append(time.perf_counter() - begun)
        seen += answer["summary"]["records"].get("running", 0)
        cursor = answer["next"]
    assert seen == count, seen
    return took


if __name__ == "__main__":
    print(HEAD)
    for figure in measure(sys.argv[2] if len(sys.argv) > 2 else "postgres", int((sys.argv[1:] or ["10000"])[0])):
        print(figure.line())

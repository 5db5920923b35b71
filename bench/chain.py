"""A chain built through the API: masters, people with keys, stock. Used by the benches that ask over HTTP.

Everything has an id that follows from its name, so that a command sent twice is the same command.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from bench.client import Client
from bench.server import PASSWORD, Serving

T = TypeVar("T")
SPACE = uuid.UUID("5b2f7d0e-31a5-4c1e-9a37-0d5e0c6a1f20")
TOGETHER = 200
ROWS = 500
"""Rows of one record that brings stock in."""


def named(*words: object) -> str:
    """The id of what has this name."""
    return str(uuid.uuid5(SPACE, "/".join(map(str, words))))


def signed(account: str) -> dict[str, Any]:
    """The signature of somebody here: people are called by their accounts."""
    return {"signature": {"typed": account}}


def batched(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """These in groups of `size`."""
    left = iter(things)
    while some := tuple(islice(left, size)):
        yield some


class Chain:
    """A chain on one server. `keys` are those of the people that were asked for, by account."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.keys: dict[str, str] = {}
        self.admin = Client(serving.url)

    def found(self) -> None:
        """Make the first person and sign in as him."""
        self.serving.command("account", "adm", "--password", PASSWORD)
        self.admin.sign_in("adm", PASSWORD)

    def make(self, form: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Records of a form by batch; each has `id` and values."""
        self.run(self.admin, ({"method": "POST", "path": f"/api/records/{form}", "body": each} for each in records))

    def run(self, client: Client, commands: Iterable[Mapping[str, Any]]) -> None:
        """Commands by batch, each under a key that follows from its body; all must go well."""
        for some in batched(commands, TOGETHER):
            sent = [{"key": named(each["path"], each["body"]), **each} for each in some]
            for answer in client.does("POST", "batch", sent):
                if answer["status"] >= 300:
                    raise RuntimeError(str(answer))

    def masters(self, stores: Sequence[str], items: Mapping[str, Mapping[str, Any]], regions: int = 1) -> None:
        """A category, regions, stores by code, items by code with what is known of them."""
        self.make("category", [{"id": named("category"), "values": {"code": "ALL", "name": "Everything"}}])
        self.make(
            "region",
            [{"id": named("region", n), "values": {"code": f"R{n}", "name": f"Region {n}"}} for n in range(regions)],
        )
        self.make(
            "store",
            [
                {
                    "id": named("store", code),
                    "values": {"code": code, "name": f"Store {code}", "region": named("region", n % regions)},
                }
                for n, code in enumerate(stores)
            ],
        )
        usual = {"category": named("category"), "base_unit": "piece", "tracking": "none", "cost": "1.00"}
        self.make(
            "item",
            [
                {"id": named("item", code), "values": {"code": code, "name": code, **usual, **values}}
                for code, values in items.items()
            ],
        )

        self.make(
            "limit",
            [
                {"id": named("limit", level), "values": {"form": "transfer", "level": level, "amount": "1000000.00"}}
                for level in ("store", "area")
            ],
        )

    def people(self, roles: Iterable[tuple[str, str, str | None]]) -> None:
        """People of `(account, role, store)`, each with a password and a key of his own."""
        wanted = list(roles)
        self.make(
            "person",
            [
                {"id": named("person", account), "values": {"account": account, "name": account, "language": "en"}}
                for account, _, _ in wanted
            ],
        )
        self.make(
            "assignment",
            [
                {
                    "id": named("assignment", account, role),
                    "values": {
                        "person": named("person", account),
                        "role": role,
                        **({"at": named("store", store)} if store else {}),
                    },
                }
                for account, role, store in wanted
            ],
        )
        for account, _, _ in wanted:
            person = named("person", account)
            self.admin.does("POST", f"people/{person}/password", {"password": PASSWORD})
            client = Client(self.serving.url)
            client.sign_in(account, PASSWORD)
            made = client.ask("POST", "keys", {"name": "bench"})
            if made.status == 201:
                self.keys[account] = made.body["key"]
            client.close()

    def bring(self, stock: Mapping[tuple[str, str], int]) -> None:
        """Opening stock by store and item, as records of up to 500 rows."""
        by_store: dict[str, list[tuple[str, int]]] = {}
        for (store, item), quantity in stock.items():
            by_store.setdefault(store, []).append((item, quantity))
        records = [
            {
                "id": named("opening", store, number),
                "action": "post",
                "values": {
                    "store": named("store", store),
                    "lines": [{"item": named("item", item), "quantity": str(quantity)} for item, quantity in some],
                },
            }
            for store, lines in by_store.items()
            for number, some in enumerate(batched(lines, ROWS))
        ]
        for record in records:
            self.admin.does("POST", "records/opening", record, key=record["id"])

    def client(self, account: str) -> Client:
        """A connection of somebody, by his key, or signed in when he may have none."""
        client = Client(self.serving.url, self.keys.get(account, ""))
        if account not in self.keys:
            client.sign_in(account, PASSWORD)
        return client


def transfer(number: int | str, origin: str, target: str, items: Sequence[str], quantity: int = 1) -> dict[str, Any]:
    """A transfer to be sent as it stands."""
    return {
        "id": named("transfer", number),
        "action": "submit",
        "values": {
            "from_store": named("store", origin),
            "to_store": named("store", target),
            "reason": "replenishment",
            "lines": [
                {"row": named("transfer", number, item), "item": named("item", item), "requested": str(quantity)}
                for item in items
            ],
        },
    }


def ticket(number: int | str, store: str, lines: Iterable[tuple[str, int, str]]) -> dict[str, Any]:
    """A ticket of `(item, quantity, price)` to be posted as it stands."""
    return {
        "id": named("ticket", store, number),
        "action": "post",
        "values": {
            "store": named("store", store),
            "lines": [
                {"item": named("item", item), "quantity": str(quantity), "price": price}
                for item, quantity, price in lines
            ],
        },
    }

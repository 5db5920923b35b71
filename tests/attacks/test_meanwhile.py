"""What changes while a batch runs: rights, periods, the library; and one key that comes in by two doors at once.

A batch is many commands, each of which holds by itself: what changes meanwhile holds for the commands after it and for
none before, and a command is never half of each.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.attacks.houses import House
from tests.attacks.test_keeping import receipt, then
from tests.attacks.test_roles import newcomer
from tests.serving import PASSWORD

ROUNDS = 15
MANY = 200


@contextmanager
def connection(house: House, account: str) -> Iterator[httpx.Client]:
    """One more connection of somebody's: a client is one thread's."""
    with httpx.Client(base_url=house.server.url, timeout=60) as client:
        answer = client.post("/api/session", json={"account": account, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


def there(house: House, ids: list[str]) -> set[str]:
    """Which of these receipts there are."""
    adm = house.be("aud")
    return {each for each in ids if adm.client.get(f"/api/records/receipt/{each}").status_code == 200}


def batch_while(house: House, account: str, at: datetime | None, change: Callable[[], None]) -> list[dict[str, Any]]:
    """Two hundred receipts in one batch, while something changes as soon as the first of them is there."""
    ids = [str(uuid.uuid4()) for _ in range(MANY)]
    bodies = [{"id": each, "values": receipt("A100", "1"), "action": "post"} for each in ids]
    commands = [then("records/receipt", body, at) for body in bodies]
    with connection(house, account) as client, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(client.post, "/api/batch", json=commands)
        looking = house.be("aud").client
        while looking.get(f"/api/records/receipt/{ids[0]}").status_code != 200 and not sent.done():
            pass
        change()
        changed = there(house, ids)
        answers: list[dict[str, Any]] = sent.result().json()
    statuses = [each["status"] for each in answers]
    done = [record for record, status in zip(ids, statuses, strict=True) if status == 201]
    assert there(house, ids) == set(done) >= changed
    assert statuses == [201] * len(done) + [status for status in statuses if status != 201], "in one piece each"
    assert house.be("aud").does("verify")["clean"] is True
    return answers


def refusals(answers: list[dict[str, Any]]) -> set[tuple[int, str]]:
    """Status and code of what was refused."""
    return {
        (each["status"], fault["code"]) for each in answers if each["status"] != 201 for fault in each["body"]["errors"]
    }


def test_an_assignment_that_ends_while_a_batch_runs_ends_it_there(own: House) -> None:
    account = newcomer(own, "keeper", "DC1")
    adm = own.be("adm")
    found = adm.get("records/assignment", limit="500")["items"]
    (held,) = [each["id"] for each in found if each["values"]["person"]["code"] == account]
    answers = batch_while(own, account, None, lambda: adm.takes("assignment", held, "retire"))  # type: ignore[arg-type, return-value]
    assert refusals(answers) <= {(403, "not_yours"), (404, "not_found")}
    own.refused(account, "POST", "records/receipt", {"values": receipt("A100", "1")}, status=(403, 404))


def test_a_period_that_closes_while_a_batch_runs_is_closed_for_the_rest_of_it(own: House) -> None:
    happened = datetime.now(UTC) - timedelta(days=3)
    until = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    answers = batch_while(own, "dck", happened, lambda: own.be("cfo").does("periods", {"until": until}))
    assert refusals(answers) <= {(409, "period_closed")}
    late = then("records/receipt", {"values": receipt("A100", "1"), "action": "post"}, happened)
    assert own.be("dck").does("batch", [late])[0]["status"] == 409


def test_a_library_that_is_published_while_a_batch_runs_holds_from_there_on(own: House) -> None:
    adm = own.be("adm")
    form = adm.get("definitions/form/receipt")["text"]
    before = own.be("dck").get("forms/receipt")["version"]
    stricter = form.replace("supplier: {type: reference,", "supplier: {type: reference, help: {en: Who, zh: 谁},")
    assert stricter != form
    body = {"texts": [{"kind": "form", "name": "receipt", "text": stricter}]}
    answers = batch_while(own, "dck", None, lambda: adm.does("definitions/publish", body))
    assert refusals(answers) == set()
    versions = [each["body"]["version"] for each in answers]
    assert versions == sorted(versions)
    assert set(versions) <= {before, before + 1}
    assert own.be("dck").get("forms/receipt")["version"] == before + 1


def test_what_a_batch_makes_its_later_commands_may_use(own: House) -> None:
    """A region's new store, its clerk and his role, and goods for it; then the clerk himself, in a batch of his own."""
    code = f"S{uuid.uuid4().int % 900 + 100}"
    account = f"n{uuid.uuid4().hex[:8]}"
    store, person, record = (str(uuid.uuid4()) for _ in range(3))
    region = own.be("adm").get("records/store", limit="1")["items"][0]["values"]["region"]["id"]
    opened = {"store": {"code": code}, "lines": [{"item": {"code": "A100"}, "quantity": "3"}]}
    commands = [
        then(
            "records/store", {"id": store, "values": {"code": code, "name": "New", "region": region, "kind": "store"}}
        ),
        then("records/person", {"id": person, "values": {"account": account, "name": "New", "language": "en"}}),
        then(f"people/{person}/password", {"password": PASSWORD}),
        then("records/assignment", {"values": {"person": person, "role": "clerk", "at": store}}),
        then("records/opening", {"values": opened, "action": "post"}),
        then("records/person", {"values": {"account": account, "name": "Twin", "language": "en"}}),
    ]
    answers = own.be("adm").does("batch", commands)
    assert [each["status"] for each in answers] == [201, 201, 200, 201, 201, 422], answers
    with connection(own, account) as clerk:
        line = {"item": {"code": "A100"}, "requested": "1"}
        values = {"from_store": {"code": code}, "to_store": {"code": "S01"}, "reason": "other", "lines": [line]}
        made = clerk.post("/api/batch", json=[then("records/transfer", {"id": record, "values": values})])
        assert [each["status"] for each in made.json()] == [201], made.text
    assert own.be("aud").on_hand("A100", code) == "3"


@pytest.mark.parametrize("alike", [True, False], ids=["the same body", "another body"])
def test_one_key_in_a_batch_and_alone_at_once_takes_effect_once(own: House, alike: bool) -> None:
    with connection(own, "dck") as one, connection(own, "dck") as two, ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            both = threading.Barrier(2)
            record, key = str(uuid.uuid4()), str(uuid.uuid4())
            body = {"id": record, "values": receipt("A100", "1"), "action": "post"}
            other = body if alike else {**body, "values": receipt("A100", "2")}

            def alone(sent: Any = body, key: str = key, both: threading.Barrier = both) -> tuple[int, Any]:
                both.wait(20)
                answer = one.post("/api/records/receipt", json=sent, headers={"Idempotency-Key": key})
                return answer.status_code, answer.json()

            def among(sent: Any = other, key: str = key, both: threading.Barrier = both) -> tuple[int, Any]:
                both.wait(20)
                said = two.post("/api/batch", json=[{**then("records/receipt", sent), "key": key}]).json()[0]
                return said["status"], said["body"]

            first, second = (each.result() for each in (pool.submit(alone), pool.submit(among)))
            if alike:
                assert first == second
                assert first[0] == 201
            else:
                assert sorted((first[0], second[0])) == [201, 422], (first, second)
            for sent, answer in ((body, first), (other, second)):
                again = one.post("/api/records/receipt", json=sent, headers={"Idempotency-Key": key})
                assert again.status_code == answer[0]
                assert again.status_code == 422 or again.json() == answer[1]
            (row,) = own.be("aud").get(f"records/receipt/{record}")["values"]["lines"]
            assert row["quantity"] == ("1" if first[0] == 201 else "2")
    assert own.be("aud").does("verify")["clean"] is True

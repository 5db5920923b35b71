"""Roles, keys, decisions, substitutes, reversals and hours that somebody claims (P, W, Z), on both databases."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.attacks.houses import House, line, transfer
from tests.serving import PASSWORD

FIRST = {"If-Match": '"1"'}


def newcomer(house: House, role: str | None = None, at: str | None = None) -> str:
    """The account of somebody new, who may sign in."""
    adm, account = house.be("adm"), f"n{uuid.uuid4().hex[:10]}"
    person = adm.makes("person", {"account": account, "name": "New", "language": "en"})
    adm.does(f"people/{person}/password", {"password": PASSWORD})
    house.kept[f"person/{account}"] = person
    if role:
        adm.makes("assignment", assignment(house, account, role, at))
    return account


def assignment(house: House, account: str, role: str, at: str | None = None, **days: str) -> dict[str, Any]:
    """The values of an assignment."""
    where = {"at": house.id_of("store", at)} if at else {}
    return {"person": house.id_of("person", account), "role": role, **where, **days}


# -- roles that exclude each other -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"), [("auditor", "finance"), ("finance", "auditor"), ("designer", "clerk"), ("till", "designer")]
)
def test_one_person_never_holds_two_roles_that_exclude_each_other(either: House, first: str, second: str) -> None:
    account = newcomer(either, first)
    body = {"values": assignment(either, account, second, "S01")}
    told = either.refused("adm", "POST", "records/assignment", body, status=409, code="role_excluded").json()
    assert [each["path"] for each in told["errors"]] == ["/role"]
    chinese = either.refused("adm", "POST", "records/assignment", body, status=409, **{"Accept-Language": "zh-CN"})
    assert "不能同时担任" in chinese.json()["errors"][0]["message"]
    command = {"key": str(uuid.uuid4()), "method": "POST", "path": "/api/records/assignment", "body": body}
    assert either.be("adm").does("batch", [command])[0]["status"] == 409
    either.be("adm").makes("assignment", assignment(either, account, "guard", "S01"))


def test_a_role_is_not_edited_into_one_that_is_excluded(either: House) -> None:
    account = newcomer(either, "auditor")
    second = either.be("adm").makes("assignment", assignment(either, account, "guard", "S01"))
    path = f"records/assignment/{second}"
    either.refused("adm", "PATCH", path, {"role": "cfo"}, status=409, code="role_excluded", **FIRST)
    either.be("adm").send("PATCH", path, {"role": "quality"}, **FIRST).raise_for_status()


def test_one_after_the_other_is_allowed_and_so_is_what_has_ended(either: House) -> None:
    adm, account = either.be("adm"), newcomer(either)
    past = adm.makes("assignment", assignment(either, account, "auditor", until="2030-05-31"))
    same_day = {"values": assignment(either, account, "cfo", **{"from": "2030-05-31"})}
    either.refused("adm", "POST", "records/assignment", same_day, status=409, code="role_excluded")
    adm.makes("assignment", assignment(either, account, "cfo", **{"from": "2030-06-01"}))
    adm.takes("assignment", past, "retire")
    adm.makes("assignment", assignment(either, account, "finance"))


# -- keys ------------------------------------------------------------------------------------------------------------


def test_only_whom_the_policy_lets_makes_a_key(either: House) -> None:
    for account in ("vendor3", "sec1", "aud", newcomer(either)):
        either.refused(account, "POST", "keys", {"name": "x"}, status=403, code="not_yours")
        command = {"key": str(uuid.uuid4()), "method": "POST", "path": "/api/keys", "body": {"name": "x"}}
        assert either.be(account).does("batch", [command])[0]["status"] == 403
    assert either.be(newcomer(either, "till", "S01")).does("keys", {"name": "till"})["key"]


# -- decisions and substitutes ---------------------------------------------------------------------------------------


def test_who_is_asked_and_not_granted_would_be_stuck_so_that_nobody_publishes_it(chain: Any) -> None:
    adm = chain.be("adm")
    old = adm.get("definitions/permissions/policy")["text"]
    assert "p, manager, transfer, approve, own\n" in old
    policy = {"kind": "permissions", "name": "policy", "text": old.replace("p, manager, transfer, approve, own\n", "")}
    record = chain.be("clerk1").makes("transfer", transfer("S01", "S02"), "submit")
    task = chain.be("mgr1").tasks("transfer")[-1]["id"]
    refused = adm.send("POST", "definitions/publish", {"texts": [policy]})
    assert (refused.status_code, refused.json()["kind"]) == (422, "invalid")
    assert {each["code"] for each in refused.json()["errors"]} == {"not_granted"}
    assert adm.get("definitions/permissions/policy")["text"] == old
    key = chain.be("mgr1").does("keys", {"name": "reads", "grants": [["transfer", "see"]]})["key"]
    sent = httpx.post(
        f"{chain.url}/api/tasks/{task}/approve", json={}, headers={"Authorization": f"Bearer {key}"}, timeout=30
    )
    assert (sent.status_code, sent.json()["kind"]) == (403, "right")
    assert chain.be("clerk1").get(f"records/transfer/{record}")["state"] == "approval"
    assert chain.be("mgr1").does(f"tasks/{task}/approve", {})["state"] == "approved"


def stands_in(house: House, person: str, since: str = "2026-01-01", until: str = "2099-01-01") -> dict[str, str]:
    """The body that names a substitute."""
    return {"person": house.id_of("person", person), "from": since, "until": until}


def test_substitutes_go_in_no_circle_and_are_people_who_are_there(either: House) -> None:
    first, second, third = (newcomer(either, "clerk", "S01") for _ in range(3))
    gone = newcomer(either)
    either.be("adm").send("PATCH", f"records/person/{either.id_of('person', gone)}", {"active": False}, **FIRST)
    either.be(first).send("PUT", "me/substitute", stands_in(either, second)).raise_for_status()
    either.be(second).send("PUT", "me/substitute", stands_in(either, third)).raise_for_status()
    for account, body in (
        (third, stands_in(either, first)),
        (second, stands_in(either, first)),
        (third, stands_in(either, third)),
        (third, stands_in(either, gone)),
        (third, stands_in(either, second, "2026-02-01", "2026-01-01")),
        (third, stands_in(either, second, "2026-02-30")),
        (third, {**stands_in(either, second), "person": str(uuid.uuid4())}),
    ):
        either.refused(account, "PUT", "me/substitute", body, status=422)
    for account in (first, second):
        either.be(account).send("DELETE", "me/substitute").raise_for_status()
    either.be(third).send("PUT", "me/substitute", stands_in(either, first)).raise_for_status()
    either.be(third).send("DELETE", "me/substitute").raise_for_status()


@pytest.mark.parametrize("until", ["2020-01-31", "2099-01-01"], ids=["after its end", "to a lower role"])
def test_a_substitute_who_may_not_or_no_longer_decides_nothing(either: House, until: str) -> None:
    manager = newcomer(either, "manager", "S03")
    body = stands_in(either, "clerk3", "2020-01-01", until)
    either.be(manager).send("PUT", "me/substitute", body).raise_for_status()
    either.be("clerk4").makes("transfer", transfer("S03", "S04"), "submit")
    task = either.be(manager).tasks("transfer")[-1]["id"]
    either.refused("clerk3", "POST", f"tasks/{task}/approve", {}, status=403)
    either.be(manager).does(f"tasks/{task}/approve", {})


# -- reversing, and the hour of a device -----------------------------------------------------------------------------


def receipt(quantity: str) -> dict[str, Any]:
    """The values of a receipt at the warehouse."""
    row = {"row": str(uuid.uuid4()), "item": {"code": "A100"}, "quantity": quantity, "damaged": "0"}
    return {"supplier": {"code": "V1"}, "store": {"code": "DC1"}, "lines": [row]}


def test_what_was_posted_is_reversed_once(either: House) -> None:
    record = either.be("dck").makes("receipt", receipt("3"), "post")
    path, why = f"records/receipt/{record}/actions/undo", {"asks": {"why": "wrong"}}
    before = either.be("dckm").on_hand("A100", "DC1")
    either.refused("dck", "POST", path, why, status=403)
    either.refused("dckm", "POST", path, {}, status=422)
    assert either.be("dckm").does(path, why)["state"] == "reversed"
    assert int(either.be("dckm").on_hand("A100", "DC1")) == int(before) - 3
    either.refused("dckm", "POST", path, why, status=409, code="not_in_state")
    either.refused("dck", "POST", f"records/receipt/{record}/actions/post", {}, status=409)
    assert int(either.be("dckm").on_hand("A100", "DC1")) == int(before) - 3


@pytest.mark.parametrize("claimed", ["2099-01-01T00:00:00Z", "2016-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"])
def test_the_hour_of_a_device_is_information_within_bounds(either: House, claimed: str) -> None:
    record = str(uuid.uuid4())
    body = {"id": record, "values": receipt("2"), "action": "post"}
    command = {"key": str(uuid.uuid4()), "at": claimed, "method": "POST", "path": "/api/records/receipt", "body": body}
    assert either.be("dck").does("batch", [command])[0]["status"] == 201
    moved = either.be("dck").get("stock/movements", record=record)["items"]
    now = datetime.now(UTC)
    assert moved
    for each in moved:
        assert now - timedelta(days=46) < datetime.fromisoformat(each["happened"]) <= now + timedelta(seconds=5)
    naive = {**command, "key": str(uuid.uuid4()), "at": "2026-01-01T00:00:00"}
    before = either.digest()
    assert either.be("dck").does("batch", [naive])[0]["status"] == 422
    assert either.digest() == before


def test_every_answer_while_the_policy_changes_is_of_one_policy_or_the_other(chain: Any) -> None:
    adm = chain.be("adm")
    old = adm.get("definitions/permissions/policy")["text"]
    grant = "p, clerk, supplier, see, chain\n"
    assert grant in old
    narrow = {"kind": "permissions", "name": "policy", "text": old.replace(grant, "")}
    client, over = chain.be("clerk1").client, threading.Event()

    def read() -> list[int]:
        seen = []
        while not over.is_set():
            seen.append(client.get("/api/records/supplier").status_code)
        return seen

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for turn in range(4):
            text = narrow if turn % 2 == 0 else {**narrow, "text": old}
            adm.does("definitions/publish", {"texts": [text]})
            assert chain.be("clerk1b").client.get("/api/records/supplier").status_code == (
                404 if turn % 2 == 0 else 200
            )
        over.set()
        seen = reading.result()
    assert set(seen) == {200, 404}
    assert chain.be("clerk1").makes("transfer", transfer("S01", "S02", line("A100", "1")))

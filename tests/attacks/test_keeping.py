"""What is taken away, closed, split or put back: roles, stores, people, periods, sums, backups, headers (P, W, J)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.houses import House, engine_of, line, transfer
from tests.attacks.test_roles import assignment, newcomer
from tests.serving import PASSWORD, Person, Server, command, environment

FIRST = {"If-Match": '"1"'}


def receipt(item: str, quantity: str, store: str = "DC1") -> dict[str, Any]:
    """The values of a receipt of goods."""
    row = {"row": str(uuid.uuid4()), "item": {"code": item}, "quantity": quantity, "damaged": "0"}
    return {"supplier": {"code": "V1"}, "store": {"code": store}, "lines": [row]}


def then(path: str, body: Any, at: datetime | None = None) -> dict[str, Any]:
    """A command of a batch, claimed to have happened at a moment."""
    claimed = {"at": at.isoformat()} if at else {}
    return {"key": str(uuid.uuid4()), "method": "POST", "path": f"/api/{path}", "body": body, **claimed}


@contextmanager
def keyed(server: Server, account: str, **body: Any) -> Iterator[httpx.Client]:
    """Somebody by a key of his, as a machine comes in."""
    made = server.be(account).does("keys", {"name": "test", **body})
    headers = {"Authorization": f"Bearer {made['key']}", "X-Key": made["id"]}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


# -- what is taken away (P08) ----------------------------------------------------------------------------------------


def without_role(person: Person, role: str) -> dict[str, Any]:
    """The texts of a library in which a role is gone, wherever it stood."""
    library = person.get("definitions/library/library")["text"]
    roles = person.get("definitions/permissions/roles")["text"]
    policy = person.get("definitions/permissions/policy")["text"]
    head, _, tail = roles.partition(f"  {role}:\n")
    kept = tail.splitlines(keepends=True)
    while kept and kept[0].startswith("    "):
        kept.pop(0)
    texts = {
        ("library", "library"): "".join(
            each for each in library.splitlines(keepends=True) if not each.startswith(f"    {role}:")
        ),
        ("permissions", "roles"): head + "".join(kept),
        ("permissions", "policy"): "".join(
            each for each in policy.splitlines(keepends=True) if not each.startswith(f"p, {role},")
        ),
    }
    return {"texts": [{"kind": kind, "name": name, "text": text} for (kind, name), text in texts.items()]}


def test_a_role_that_somebody_holds_is_not_taken_away(own: House) -> None:
    adm = own.be("adm")
    body = without_role(adm, "quality")
    assert [each for each in adm.does("definitions/check", body) if each["severity"] == "error"] == []
    told = own.refused("adm", "POST", "definitions/publish", body, status=409, code="role_in_use", seconds=5).json()
    assert told["kind"] == "rule"
    assert "quality (1)" in told["errors"][0]["message"]
    held = [
        each
        for each in adm.get("records/assignment", limit="500")["items"]
        if each["values"]["role"] in ("quality", {"value": "quality", "title": "Quality"})
    ]
    assert len(held) == 1
    adm.takes("assignment", held[0]["id"], "retire")
    adm.does("definitions/publish", body)
    values = {"person": {"code": "qa"}, "role": "quality", "at": {"code": "S01"}, "from": "2026-01-01"}
    own.refused("adm", "POST", "records/assignment", {"values": values}, status=422)


def test_a_store_is_not_retired_while_goods_lie_in_it_or_below_it(own: House) -> None:
    adm, store = own.be("adm"), str(uuid.uuid4())
    region = own.be("adm").get("records/store", limit="500")["items"][0]["values"]["region"]["id"]
    values = {"code": "S99", "name": "Soon gone", "region": region, "kind": "store"}
    adm.does("records/store", {"id": store, "values": values})
    opened = {"store": {"code": "S99"}, "lines": [{"item": {"code": "A100"}, "quantity": "3"}]}
    adm.makes("opening", opened, "post")
    path = f"records/store/{store}/actions/retire"
    told = own.refused("adm", "POST", path, {}, status=409, code="not_empty").json()
    assert told["kind"] == "rule"
    chinese = own.refused("adm", "POST", path, {}, status=409, **{"Accept-Language": "zh-CN"}).json()
    assert "库存" in chinese["errors"][0]["message"]
    assert adm.does("batch", [then(path, {})])[0]["status"] == 409
    assert adm.does("records/store/actions/retire", {"ids": [store]})[0]["status"] == 409
    assert adm.get(f"records/store/{store}")["state"] == "active"


def test_an_empty_store_is_retired_and_nothing_is_sent_there_any_more(own: House) -> None:
    adm = own.be("adm")
    region = adm.get("records/store", limit="500")["items"][0]["values"]["region"]["id"]
    store = adm.makes("store", {"code": "S98", "name": "Never opened", "region": region, "kind": "store"})
    assert adm.takes("store", store, "retire") == "retired"
    assert adm.get(f"records/store/{store}")["values"]["open"] is False


def test_who_leaves_is_signed_out_everywhere_and_his_tasks_find_another(own: House) -> None:
    adm, only = own.be("adm"), newcomer(own, "manager", "S04")
    record = own.be("clerk3").makes("transfer", transfer("S04", "S03"), "submit")
    asked = {who["code"] for who in own.be("clerk3").get(f"records/transfer/{record}/route")["items"][0]["people"]}
    assert only in asked
    for account in asked:
        task = own.be(account).tasks("transfer")[-1]
        assert task["record"]["id"] == record
        with keyed(own.server, account) as machine:
            assert machine.get("/api/me").status_code == 200
            assert adm.takes("person", own.id_of("person", account), "retire") == "retired"
            for client in (own.be(account).client, machine):
                own.refuses(client, "GET", "me", status=401)
                own.refuses(client, "POST", f"tasks/{task['id']}/approve", status=401, json={})
        signing = {"account": account, "password": PASSWORD}
        assert httpx.post(f"{own.server.url}/api/session", json=signing).status_code == 401
    route = own.be("clerk3").get(f"records/transfer/{record}/route")["items"]
    assert [who["code"] for each in route if each["state"] == "now" for who in each["people"]] == ["dir1"]
    task = next(each for each in own.be("dir1").tasks("transfer") if each["record"]["id"] == record)
    assert own.be("dir1").does(f"tasks/{task['id']}/approve", {})["state"] == "approved"


def test_who_is_switched_off_for_a_while_comes_back_without_his_keys(own: House) -> None:
    adm, account = own.be("adm"), newcomer(own, "finance")
    path, session = f"records/person/{own.id_of('person', account)}", own.be(account).client
    with keyed(own.server, account) as machine:
        for active in (False, True):
            tag = {"If-Match": f'"{adm.get(path)["revision"]}"'}
            adm.send("PATCH", path, {"active": active}, **tag).raise_for_status()
            assert (session.get("/api/me").status_code, machine.get("/api/me").status_code) == (401, 401)
    again = {"account": account, "password": PASSWORD}
    assert httpx.post(f"{own.server.url}/api/session", json=again).status_code == 200


# -- one sum in many pieces (W10) ------------------------------------------------------------------------------------

BUYING = """format: 1
form: buying
title: {en: Buying, zh: 采买}
kind: document
org: [store]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  supplier: {type: reference, to: supplier, required: true}
  total: {type: money, required: true}
  day: {type: date, live: today, fixed_at: submit}
"""
BUYING_FLOW = """format: 1
workflow: buying
form: buying
start: draft
states:
  draft: {title: {en: Draft}, edit: {maker: {by: [clerk at store], fields: [store, supplier, total]}}}
  approval: {title: {en: In approval}, steps: sums}
  bought: {title: {en: Bought}}
  gone: {title: {en: Gone}, end: true}
transitions:
  submit: {from: draft, to: approval, by: [clerk at store]}
  accept: {from: approval, to: bought, by: [system]}
  refuse: {from: approval, to: gone, by: [system]}
  drop: {from: bought, to: gone, by: [clerk at store]}
approvals:
  sums:
    approved: accept
    refused: refuse
    steps:
      boss: {ask: [manager at store], when: "record.total + bought_of(record.supplier, record.day) > 5000"}
    nobody_found: {ask: [director at chain], otherwise: refuse}
    submitter_may_decide: false
"""
BOUGHT = """facts:
  bought_of:
    for: {supplier: supplier, day: date}
    sum: it.total
    over: buying
    where: it.supplier == supplier and it.day == day and it.state in ['approval', 'bought']
    except: this_record
"""


@pytest.fixture(scope="module")
def buying(own: House) -> House:
    """A form is published whose limit is over the sum of a supplier and a day."""
    adm = own.be("adm")
    policy = adm.get("definitions/permissions/policy")["text"]
    library = adm.get("definitions/library/library")["text"].replace("facts:\n", BOUGHT, 1)
    lines = [f"p, clerk, buying, {each}, own" for each in ("see", "create", "edit", "submit", "drop")]
    lines += [f"p, manager, buying, {each}, own" for each in ("see", "approve", "reject")]
    texts = {
        ("form", "buying"): BUYING,
        ("workflow", "buying"): BUYING_FLOW,
        ("library", "library"): library,
        ("permissions", "policy"): policy + "\n".join(lines) + "\n",
    }
    sent = [{"kind": kind, "name": name, "text": text} for (kind, name), text in texts.items()]
    adm.does("definitions/publish", {"texts": sent})
    return own


def test_a_sum_in_ten_pieces_is_asked_for_like_one(buying: House) -> None:
    clerk = buying.be("clerk1")

    def buys(total: str, supplier: str = "V1") -> str:
        record = clerk.makes("buying", {"supplier": {"code": supplier}, "total": total}, "submit")
        return str(clerk.get(f"records/buying/{record}")["state"])

    assert [buys("900.00") for _ in range(5)] == ["bought"] * 5
    assert [buys("900.00") for _ in range(5)] == ["approval"] * 5
    assert buys("900.00", "V2") == "bought"
    assert buys("9000.00", "V2") == "approval"
    bodies = [{"values": {"supplier": {"code": "V1"}, "total": "1.00"}, "action": "submit"} for _ in range(3)]
    answers = clerk.does("batch", [then("records/buying", each) for each in bodies])
    assert [each["body"]["state"] for each in answers] == ["approval"] * 3
    assert len(buying.be("mgr1").tasks("buying")) == 9


def test_the_day_of_a_sum_is_not_the_buyers_to_say(buying: House) -> None:
    buying.be("buyA").makes("supplier", {"code": "V9", "name": "New"})
    clerk, values = buying.be("clerk2"), {"supplier": {"code": "V9"}, "total": "4999.00"}
    claimed = {"values": {**values, "day": "2020-01-01"}, "action": "submit"}
    buying.refused("clerk2", "POST", "records/buying", claimed, status=403, code="not_writable")
    first = clerk.makes("buying", values, "submit")
    assert clerk.takes("buying", first, "drop") == "gone"
    assert clerk.get(f"records/buying/{clerk.makes('buying', values, 'submit')}")["state"] == "bought"


# -- what is closed (W20) --------------------------------------------------------------------------------------------


def test_nothing_is_posted_into_a_closed_period(own: House) -> None:
    now = datetime.now(UTC)
    until, before, after = now - timedelta(days=2), now - timedelta(days=3), now - timedelta(days=1)
    dck, cfo = own.be("dck"), own.be("cfo")
    body = {"values": receipt("A100", "2"), "action": "post"}
    assert dck.does("batch", [then("records/receipt", body, before)])[0]["status"] == 201
    assert cfo.get("periods") == {"until": None}
    assert cfo.does("periods", {"until": until.isoformat()})["until"].endswith("Z")
    trace = own.digest()
    answer = dck.does("batch", [then("records/receipt", {"values": receipt("A100", "2"), "action": "post"}, before)])[0]
    assert (answer["status"], answer["body"]["kind"]) == (409, "rule")
    assert {each["code"] for each in answer["body"]["errors"]} == {"period_closed"}
    assert own.digest() == trace
    fine = [then("records/receipt", {"values": receipt("A100", "2"), "action": "post"}, each) for each in (after, None)]
    assert [each["status"] for each in dck.does("batch", fine)] == [201, 201]
    assert own.be("aud").does("verify")["clean"] is True


def test_a_posting_of_a_closed_period_is_corrected_in_an_open_one(own: House) -> None:
    now = datetime.now(UTC)
    record = str(uuid.uuid4())
    body = {"id": record, "values": receipt("A100", "2"), "action": "post"}
    happened = now - timedelta(hours=1)
    assert own.be("dck").does("batch", [then("records/receipt", body, happened)])[0]["status"] == 201
    own.be("cfo").does("periods", {"until": now.isoformat()})
    undo = {"asks": {"why": "wrong"}}
    path = f"records/receipt/{record}/actions/undo"
    late = own.be("dckm").does("batch", [then(path, undo, happened)])[0]
    assert late["status"] == 409
    assert own.be("dckm").does(path, undo)["state"] == "reversed"


def test_closing_is_for_whom_it_is_granted_and_never_taken_back(own: House) -> None:
    now = datetime.now(UTC)
    path, day = "periods", now
    for account in ("clerk1", "mgr1", "adm", "aud", "fin1"):
        own.refused(account, "POST", path, {"until": day.isoformat()}, status=403, code="not_yours")
    own.refused("clerk1", "GET", path, status=403)
    cashier = newcomer(own, "finance")
    own.be("adm").makes("assignment", assignment(own, cashier, "cfo"))
    with keyed(own.server, cashier, grants={"ledger": ["verify"]}) as machine:
        own.refuses(machine, "POST", path, status=403, json={"until": day.isoformat()})
    cfo = own.be("cfo")
    for until, code in (
        ((now + timedelta(days=1)).isoformat(), "in_future"),
        ("9999-12-31T23:59:59-14:00", "in_future"),
        ("0001-01-01T00:00:00+14:00", "bad_moment"),
        ("2026-01-01", "bad_moment"),
        ("2026-01-01T00:00:00", "bad_moment"),
        ("2026-02-30T00:00:00Z", "bad_moment"),
        (1767225600, "not_text"),
        (None, "not_text"),
    ):
        told = own.refused("cfo", "POST", path, {"until": until}, status=422, code=code).json()
        assert told["errors"][0]["path"] == "/until"
    own.refused("cfo", "POST", path, {"until": day.isoformat(), "unit": "S01"}, status=422, code="unknown_field")
    cfo.does(path, {"until": day.isoformat()})
    earlier = {"until": (day - timedelta(days=1)).isoformat()}
    own.refused("cfo", "POST", path, earlier, status=409, code="period_closed")
    own.refused("adm", "DELETE", path, status=405)
    cfo.does(path, {"until": day.isoformat()})
    assert own.be("aud").get(path) == cfo.get(path)


# -- what is put back (P10) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/house.db",
            "/data/house.db",
            "/api/backup",
            "/api/database",
            "/backup",
            "/data/attachments",
            "/data/seen.json",
        ),
        *("/static/../house.db", "/api/attachments/..%2f..%2fhouse.db", "/api/attachments/house.db"),
    ],
)
def test_no_door_gives_the_database_away(house: House, path: str) -> None:
    for account in ("adm", "mgr1"):
        found = house.be(account).client.get(path)
        assert found.status_code == 404, found.text
        assert b"SQLite format" not in found.content


def restored_lines(url: str) -> int:
    """How often the security log says that an older copy was put back."""
    engine = engine_of(url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM security_log WHERE event = 'restored'").scalar_one()
    engine.dispose()
    return int(found)


def test_after_a_move_to_another_machine_the_operator_says_so_himself(own: House, tmp_path: Path) -> None:
    with keyed(own.server, "clerk1") as machine:
        assert machine.get("/api/me").status_code == 200
        told = command("restored", env=environment(own.database, tmp_path / "elsewhere"))
        assert told.returncode == 0, told.stderr
        assert machine.get("/api/me").status_code == 401
    assert own.be("adm").client.get("/api/me").status_code == 401
    for account in list(own.server.clients):
        own.server.clients.pop(account).close()
    assert own.be("clerk2").client.get("/api/me").status_code == 200
    assert restored_lines(own.database) == 1


# -- what would become a header, or be fetched (J12) -----------------------------------------------------------------

NOTICE = 'format: 1\nnotice: transfer_shipped\ntext:\n  en: "{words}"\n  zh: "{words}"\n'


@pytest.mark.parametrize("words", ["a\r\nBcc: all@example.org", "a\nX-Evil: 1", "a\x00b", "a\u2028b", "a\x1b[2Jb"])
def test_a_line_break_in_data_never_reaches_a_head(house: House, words: str) -> None:
    name = house.be("adm").get("records/supplier")["items"][0]
    path = f"records/supplier/{name['id']}"
    tag = {"If-Match": f'"{name["revision"]}"'}
    told = house.refused("adm", "PATCH", path, {"name": words}, status=422, **tag).json()
    assert told["errors"][0]["path"] == "/name"
    file = {"file": (words, b"text", "text/plain")}
    kept = house.be("buyA").client.post("/api/attachments", files=file)
    if kept.status_code == 201:
        given = house.be("buyA").client.get(f"/api/attachments/{kept.json()['id']}")
        assert {"bcc", "x-evil"} & set(given.headers) == set()
        assert not {"\r", "\n", "\x00"} & set(given.headers["content-disposition"])
    else:
        assert kept.status_code == 422


def test_a_notice_that_names_an_address_or_a_file_is_only_words(own: House) -> None:
    reach = f"<img src='{own.canary.url}'><img src='file://{own.canary.secret}'> {{{{ record.carrier }}}}"
    sent = {"texts": [{"kind": "template", "name": "transfer_shipped", "text": NOTICE.format(words=reach)}]}
    own.be("adm").does("definitions/publish", sent)
    record = own.be("clerk2").makes("transfer", transfer("DC1", "S02", line("A100", "2")), "submit")
    own.be("dckm").decides("transfer")
    carrier = f"<img src='{own.canary.url}/data'>"
    own.be("dck").takes("transfer", record, "ship", {"carrier": carrier})
    told = [each["text"] for each in own.be("clerk2").get("notices")["items"] if each["record"]["id"] == record]
    told = [each for each in told if not each.endswith("was approved.")]  # he submitted it
    assert told == [f"<img src='{own.canary.url}'><img src='file://{own.canary.secret}'> {carrier}"]
    assert "canary-in-a-file" not in told[0]
    assert not own.canary.sings()

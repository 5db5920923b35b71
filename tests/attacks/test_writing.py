"""Writing what one may not: fields, states, rows, types, numbers, actions, duties (M, W, Z, O)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from tests.attacks.houses import SIGNED, House, line, transfer

FIRST = {"If-Match": '"1"'}


def draft(house: House, account: str = "clerk2", *lines: Mapping[str, Any]) -> str:
    """A transfer from the warehouse that nobody has submitted."""
    return house.be(account).makes("transfer", transfer("DC1", "S02", *lines))


KEPT: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"state": "approved"}, 403, "not_writable"),
    ({"number": "TR-1"}, 403, "not_writable"),
    ({"id": str(uuid.uuid4())}, 403, "not_writable"),
    ({"form": "item"}, 403, "not_writable"),
    ({"revision": 9}, 403, "not_writable"),
    ({"version": 9}, 403, "not_writable"),
    ({"created_by": "adm"}, 403, "not_writable"),
    ({"submitted_by": "adm"}, 403, "not_writable"),
    ({"created": "2020-01-01T00:00:00Z"}, 403, "not_writable"),
    ({"seq": 1}, 403, "not_writable"),
    ({"carrier": "me"}, 403, "not_writable"),
    ({"memory": {}}, 422, "unknown_field"),
    ({"approved_by": "me"}, 422, "unknown_field"),
    ({"overlays": ["west"]}, 422, "unknown_field"),
    ({"head": "0"}, 422, "unknown_field"),
    ({"__class__": "x"}, 422, "unknown_field"),
    ({"": 1}, 422, "unknown_field"),
    ({"../state": "approved"}, 422, "unknown_field"),
    ({"lines.approved": "5"}, 422, "unknown_field"),
    ({"total": "1.00"}, 422, "unknown_field"),
)


@pytest.mark.parametrize(("patch", "status", "code"), KEPT, ids=[next(iter(each[0])) or "empty" for each in KEPT])
def test_what_is_not_his_to_write_is_refused_with_its_path(
    house: House, patch: dict[str, Any], status: int, code: str
) -> None:
    record = draft(house)
    told = house.refused("clerk2", "PATCH", f"records/transfer/{record}", patch, status=status, code=code, **FIRST)
    assert told.json()["errors"][0]["path"].startswith("/")
    both = {"values": {**transfer("DC1", "S02"), **patch}}
    house.refused("clerk2", "POST", "records/transfer", both, status=status, code=code)
    house.refused("clerk2", "POST", "records/transfer", {**both, "action": "submit"}, status=status, code=code)
    asked = {"values": patch}
    house.refused("clerk2", "POST", f"records/transfer/{record}/actions/submit", asked, status=status, code=code)
    house.be("clerk2").send("PATCH", f"records/transfer/{record}", {"reason": "slow"}, **FIRST).raise_for_status()


ROWS: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"approved": "9"}, 403, "not_writable"),
    ({"shipped": "9"}, 403, "not_writable"),
    ({"missing": "0"}, 403, "not_writable"),
    ({"available": "9"}, 403, "not_writable"),
    ({"unit_cost": "0.01"}, 422, "unknown_field"),
    ({"value": "0.01"}, 422, "unknown_field"),
    ({"nothing": "x"}, 422, "unknown_field"),
    ({"lines": []}, 422, "unknown_field"),
    ({"item": None, "split_of": "x"}, 422, "split"),
    ({"remove": False}, 422, "remove"),
    ({"remove": True, "item": {"code": "A100"}}, 422, "remove"),
    ({"requested": True}, 422, ""),
    ({"requested": 1}, 422, ""),
    ({"requested": "-1"}, 422, ""),
    ({"requested": "0"}, 422, ""),
    ({"requested": "-0"}, 422, ""),
    ({"requested": "1_000"}, 422, ""),
    ({"requested": " 5 "}, 422, ""),
    ({"requested": "５"}, 422, ""),
    ({"requested": "٣"}, 422, ""),
    ({"requested": "1.234,5"}, 422, ""),
    ({"requested": "1,500"}, 422, ""),
    ({"requested": "0.0001"}, 422, ""),
    ({"requested": "1e-400"}, 422, ""),
    ({"requested": "1E+400"}, 422, ""),
    ({"requested": "1e2"}, 422, ""),
    ({"requested": "9" * 5000}, 422, ""),
    ({"requested": "9" * 30}, 422, ""),
    ({"requested": "NaN"}, 422, ""),
    ({"requested": "Infinity"}, 422, ""),
    ({"requested": "¥5"}, 422, ""),
    ({"requested": ""}, 422, ""),
    ({"requested": {"quantity": "1"}}, 422, ""),
    ({"requested": {"quantity": "1", "unit": "piece", "x": 1}}, 422, ""),
    ({"requested": {"quantity": "1", "unit": "nope"}}, 422, ""),
    ({"requested": ["1"]}, 422, ""),
    ({"item": {"code": ""}}, 422, ""),
    ({"item": {"code": "А100"}}, 422, ""),
    ({"item": {"code": "A100 "}}, 422, ""),
    ({"item": {"code": "A100\u200b"}}, 422, ""),
    ({"item": {"code": ["A100"]}}, 422, ""),
    ({"item": "DC1"}, 422, ""),
    ({"item": {"code": "DC1"}}, 422, ""),
    ({"item": 5}, 422, ""),
    ({"item": {"id": "x", "code": "A100"}}, 422, ""),
)


@pytest.mark.parametrize(("cell", "status", "code"), ROWS, ids=[str(each[0])[:50] for each in ROWS])
def test_a_row_takes_only_what_its_columns_are(house: House, cell: dict[str, Any], status: int, code: str) -> None:
    own = line("A100", "2")
    record = draft(house, "clerk2", own)
    body = {"lines": [{"row": own["row"], **cell}]}
    path = f"records/transfer/{record}"
    expected = (422, 409) if cell.get("requested") in ("0",) else status
    submit = {"values": body}
    house.refused("clerk2", "POST", f"{path}/actions/submit", submit, status=expected, code=code or None)
    command = {"key": str(uuid.uuid4()), "method": "POST", "path": f"/api/{path}/actions/submit", "body": submit}
    before = house.digest()
    told = house.be("clerk2").does("batch", [command])
    assert told[0]["status"] in ([expected] if isinstance(expected, int) else expected), told
    assert house.digest() == before
    fine = {"lines": [{"row": own["row"], "requested": "3"}]}
    house.be("clerk2").send("PATCH", path, fine, **FIRST).raise_for_status()


def test_rows_are_named_once_and_are_of_this_record(house: House) -> None:
    own, other = line("A100", "2"), line("A100", "3")
    record, foreign = draft(house, "clerk2", own), draft(house, "clerk2", other)
    assert foreign != record
    path = f"records/transfer/{record}"
    for rows in (
        [{"row": own["row"], "requested": "3"}, {"row": own["row"], "requested": "4"}],
        [{"row": str(uuid.uuid4()), "remove": True}],
        [{"row": other["row"], "remove": True}],
        [{"row": "x", "requested": "3"}],
        [{"row": 5}],
        [{"split_of": str(uuid.uuid4()), "requested": "1"}],
        [{"split_of": other["row"], "requested": "1"}],
        [{"row": own["row"], "split_of": own["row"]}],
        {"row": own["row"]},
        "rows",
        [None],
        [[]],
    ):
        house.refused("clerk2", "PATCH", path, {"lines": rows}, status=422, **FIRST)
    house.refused("clerk2", "PATCH", path, {"lines": [{}] * 1001}, status=(413, 422), **FIRST)
    taken = house.be("clerk2").send("PATCH", path, {"lines": [{**line("B200", "1"), "row": other["row"]}]}, **FIRST)
    assert taken.status_code in (200, 422)
    still = house.be("clerk2").get(f"records/transfer/{foreign}")["values"]["lines"]
    assert [each["item"]["code"] for each in still] == ["A100"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"values": {}, "values": {"reason": "slow"}}', "duplicate_key"),
        ('{"values": {"reason": "slow", "reason": "other"}}', "duplicate_key"),
        ('{"values": {"a": NaN}}', "number"),
        ('{"values": {"a": -Infinity}}', "number"),
        ('{"values": {"a": 1.5}}', "float"),
        ('{"values": {"a": 1e5}}', "float"),
        ('{"values": {"a": -0}}', "integer"),
        ('{"values": {"a": 99999999999999999999999}}', "integer"),
        ('{"values": {"reason": "\\u0000"}}', "characters"),
        ('{"values": {"reason": "\\ud800"}}', "characters"),
        ("[" * 100_000 + "]" * 100_000, "depth"),
        ('{"a":' * 40 + "1" + "}" * 40, "depth"),
        ("\ufeff{}", "json"),
        ("{'values': {}}", "json"),
        ("{}{}", "json"),
        ("nothing", "json"),
    ],
    ids=range(16),
)
def test_json_that_two_could_read_in_two_ways_is_refused(house: House, raw: str, code: str) -> None:
    client = house.be("clerk2").client
    head = {"Content-Type": "application/json"}
    for path in ("records/transfer", "batch", f"records/transfer/{uuid.uuid4()}/actions/submit"):
        house.refuses(client, "POST", path, status=422, code=code, content=raw.encode(), headers=head)
    assert client.post("/api/records/transfer", content=b'{"values": {}}', headers=head).status_code == 201


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "",
    ],
)
def test_a_body_of_another_kind_is_refused(house: House, kind: str) -> None:
    house.refuses(
        house.be("clerk2").client,
        "POST",
        "records/transfer",
        status=415,
        content=b'{"values": {}}',
        headers={"Content-Type": kind},
    )


def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    client = house.be("clerk2").client
    head = {"Content-Type": "application/json"}
    house.refuses(client, "POST", "records/transfer", status=413, content=b" " * 1_100_000, headers=head)
    wide = ('{"values": {' + ",".join(f'"k{each}": 1' for each in range(50_000)) + "}}").encode()
    house.refuses(client, "POST", "records/transfer", status=422, content=wide, headers=head, seconds=3)


@pytest.mark.parametrize(
    "revision", ['"0"', '"2"', "*", 'W/"1"', '"1", "2"', '""', "1.0", '"-1"', '"99999999999999999999999"', "²"]
)
def test_a_copy_that_is_not_the_newest_writes_nothing(house: House, revision: str) -> None:
    record = draft(house)
    if revision.isascii():
        path = f"records/transfer/{record}"
        house.refused("clerk2", "PATCH", path, {"reason": "slow"}, status=412, **{"If-Match": revision})
        house.refused("clerk2", "POST", f"{path}/actions/submit", {}, status=412, **{"If-Match": revision})
    house.refused("clerk2", "PATCH", f"records/transfer/{record}", {"reason": "slow"}, status=428)
    house.refused("clerk2", "POST", f"records/transfer/{record}/actions/submit", {"revision": 7}, status=412)
    assert house.be("clerk2").takes("transfer", record, "submit") == "approval"


ACTIONS = ("to_approved", "__init__", "trigger", "may_submit", "nothing", "settle", "post", "retire", "save", "state")


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_is_not_this_forms_does_not_exist(house: House, action: str) -> None:
    record = draft(house)
    house.refused("clerk2", "POST", f"records/transfer/{record}/actions/{action}", {}, status=404)
    body = {"values": transfer("DC1", "S02"), "action": action}
    house.refused("clerk2", "POST", "records/transfer", body, status=404)
    before = house.digest()
    answer = house.be("clerk2").send("POST", f"records/transfer/actions/{action}", {"ids": [record]})
    assert answer.status_code == 404 or answer.json()[0]["status"] == 404
    assert house.digest() == before


@pytest.mark.parametrize("action", ["accept", "refuse", "close"])
def test_what_the_system_does_is_nobodys_action(house: House, action: str) -> None:
    record = draft(house)
    for account in ("clerk2", "dckm", "dck"):
        house.refused(account, "POST", f"records/transfer/{record}/actions/{action}", {}, status=403)
    house.refused(
        "clerk2", "POST", "records/transfer", {"values": transfer("DC1", "S02"), "action": action}, status=403
    )


def test_actions_of_another_state_meet_the_state(house: House) -> None:
    record = draft(house)
    house.refused("dck", "POST", f"records/transfer/{record}/actions/ship", {}, status=409, code="not_in_state")
    house.refused("clerk2", "POST", f"records/transfer/{record}/actions/receive", {"asks": SIGNED}, status=409)
    house.refused("clerk2", "POST", f"records/transfer/{record}/actions/ship", {}, status=403)
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD"):
        house.refused("clerk2", method, f"records/transfer/{record}/actions/submit", status=405)


def test_what_was_writable_before_is_not_after(house: House) -> None:
    own = line("A100", "2")
    record = house.be("clerk2").makes("transfer", transfer("DC1", "S02", own), "submit")
    path = f"records/transfer/{record}"
    revision = {"If-Match": f'"{house.be("clerk2").get(path)["revision"]}"'}
    told = house.refused("clerk2", "PATCH", path, {"reason": "slow"}, status=403, code="not_writable", **revision)
    assert told.json()["errors"][0]["path"] == "/reason"
    rows = {"lines": [{"row": own["row"], "requested": "9"}]}
    told = house.refused("clerk2", "PATCH", path, rows, status=403, code="not_writable", **revision)
    assert told.json()["errors"][0]["path"] == "/lines/0/requested"
    house.refused("clerk2", "DELETE", path, status=403, **revision)
    task = house.be("dckm").tasks("transfer")[-1]["id"]
    wrote = {"values": {"lines": [{"row": own["row"], "approved": "1"}]}}
    house.refused("dckm", "POST", f"tasks/{task}/approve", wrote, status=403, code="not_writable")
    house.be("dckm").does(f"tasks/{task}/approve", {})
    ship = {"values": {"lines": [{"row": own["row"], "shipped": "3"}]}}
    house.refused("dck", "POST", f"{path}/actions/ship", ship, status=409)
    ship = {"values": {"to_store": {"code": "S01"}}}
    house.refused("dck", "POST", f"{path}/actions/ship", ship, status=403, code="not_writable")
    assert house.be("dck").takes("transfer", record, "ship") == "in_transit"
    more = {"lines": [{"row": own["row"], "received": "3", "damaged": "0"}]}
    house.refused("clerk2", "POST", f"{path}/actions/receive", {"values": more, "asks": SIGNED}, status=409)
    wrong = {"values": {"lines": [{"row": own["row"], "received": "2", "shipped": "1"}]}, "asks": SIGNED}
    house.refused("clerk2", "POST", f"{path}/actions/receive", wrong, status=403, code="not_writable")
    house.refused("clerk2", "POST", f"{path}/actions/receive", {"values": {}}, status=422)
    house.refused("clerk2", "POST", f"{path}/actions/receive", {"asks": {**SIGNED, "x": 1}}, status=422)
    fine = {"lines": [{"row": own["row"], "received": "2", "damaged": "0"}]}
    assert house.be("clerk2").takes("transfer", record, "receive", fine, SIGNED) == "done"
    house.refused("clerk2", "POST", f"{path}/actions/receive", {"values": fine, "asks": SIGNED}, status=409)


@pytest.mark.parametrize(
    "values",
    [
        transfer("S02", "S02"),
        {**transfer("DC1", "S02"), "lines": []},
        transfer("DC1", "S02", line("A100", "0")),
        {**transfer("DC1", "S02"), "lines": [{"item": {"code": "A100"}}]},
        {**transfer("DC1", "S02"), "reason": "nonesuch"},
        {**transfer("DC1", "S02"), "reason": None},
        {**transfer("DC1", "S02"), "lines": None},
        transfer("DC1", "S02", line("A100", "1"), line("A100", "2")),
    ],
    ids=["to itself", "no lines", "nothing", "no quantity", "no such reason", "no reason", "null lines", "twice"],
)
def test_a_transfer_of_nothing_or_to_itself_is_not_submitted(house: House, values: Any) -> None:
    house.refused("clerk2", "POST", "records/transfer", {"values": values, "action": "submit"}, status=422)
    good = {"values": transfer("DC1", "S02"), "action": "submit"}
    assert house.be("clerk2").does("records/transfer", good)["state"] == "approval"


@pytest.mark.parametrize("ends", [("S03", "S04"), ("S03", "S02"), ("S04", "DC1")])
def test_nobody_moves_the_goods_of_others(house: House, ends: tuple[str, str]) -> None:
    values = transfer(*ends)
    house.refused("clerk1", "POST", "records/transfer", {"values": values}, status=403)
    record = house.be("clerk1").makes("transfer", transfer("S01", "S02"))
    moved = {"from_store": values["from_store"], "to_store": values["to_store"]}
    house.refused("clerk1", "PATCH", f"records/transfer/{record}", moved, status=403, **FIRST)
    house.refused("clerk1", "POST", f"records/transfer/{record}/actions/submit", {"values": moved}, status=403)
    command = {"key": str(uuid.uuid4()), "method": "POST", "path": "/api/records/transfer", "body": {"values": values}}
    before = house.digest()
    assert house.be("clerk1").does("batch", [command])[0]["status"] == 403
    assert house.digest() == before


def test_goods_that_two_lines_take_together_are_not_there_twice(house: House) -> None:
    lot = house.be("dck").get("records/lot", limit="500")["items"]
    assert lot
    over = transfer("S01", "S02", line("A100", "41"))
    record = house.be("clerk1").makes("transfer", over, "submit")
    task = house.be("mgr1").tasks("transfer")[-1]["id"]
    house.refused("mgr1", "POST", f"tasks/{task}/approve", {}, status=409)
    assert house.be("clerk1").takes("transfer", record, "withdraw") == "withdrawn"


@pytest.mark.parametrize("words", ["a\u202eb", "a\u200bb", "a\x07b", "a\nb", "\u2066x", "x" * 100_000])
def test_names_without_invisible_letters(house: House, words: str) -> None:
    values = {"code": f"C{uuid.uuid4().hex[:8].upper()}", "name": words, "category": {"code": "FOOD"}}
    house.refused("buyA", "POST", "records/item", {"values": values}, status=422)
    assert house.be("buyA").makes("item", {**values, "name": "{{7*7}} <script>alert(1)</script> İß"})


@pytest.mark.parametrize(
    "code", ["SKU-А1", "ＳＫＵ", "sku 1", "SKU\u200b1", "SKU1\u0301", "SKU ", "ß", "İ", "../x", "'", "a\u0000b"]
)
def test_codes_are_plain(house: House, code: str) -> None:
    values = {"code": code, "name": "x", "category": {"code": "FOOD"}}
    house.refused("buyA", "POST", "records/item", {"values": values}, status=422)


# -- approvals -------------------------------------------------------------------------------------------------------


def assigned(house: House, account: str, role: str, code: str) -> str:
    """Give somebody a second role; the assignment."""
    values = {"person": house.id_of("person", account), "role": role, "at": house.id_of("store", code)}
    return house.be("adm").makes("assignment", values)


def test_nobody_decides_his_own_request_by_whatever_role_key_or_substitute(house: House) -> None:
    second = [assigned(house, "clerk4", "manager", "S04"), assigned(house, "mgr4", "clerk", "S04")]
    record = house.be("clerk4").makes("transfer", transfer("S04", "S03"), "submit")
    task = house.be("mgr4").tasks("transfer")[-1]["id"]
    house.refused("clerk4", "POST", f"tasks/{task}/approve", {}, status=409, code="submitter_may_not_decide")
    key = house.be("clerk4").does("keys", {"name": "second self"})["key"]
    with_key = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    house.refuses(plain(house), "POST", f"tasks/{task}/approve", status=409, headers=with_key, content=b"{}")
    house.be("mgr4").send(
        "PUT", "me/substitute", {"person": house.id_of("person", "clerk4"), "from": "2026-01-01", "until": "2099-01-01"}
    )
    house.refused("clerk4", "POST", f"tasks/{task}/approve", {}, status=409)
    commands = [{"key": str(uuid.uuid4()), "method": "POST", "path": f"/api/tasks/{task}/approve", "body": {}}]
    assert house.be("clerk4").does("batch", commands)[0]["status"] == 409
    assert house.be("clerk4").does("tasks/actions/approve", {"ids": [task]})[0]["status"] == 409
    assert house.be("clerk4").get(f"records/transfer/{record}")["state"] == "approval"
    house.be("mgr4").send("DELETE", "me/substitute")
    house.be("mgr4").does(f"tasks/{task}/approve", {})
    made = house.be("mgr4").makes("transfer", transfer("S04", "S03"))
    house.be("clerk4").takes("transfer", made, "submit")
    task = house.be("clerk4").get("tasks", form="transfer", all="true")["items"][-1]["id"]
    house.refused("mgr4", "POST", f"tasks/{task}/approve", {}, status=409)
    for each in second:
        house.be("adm").takes("assignment", each, "retire")


def plain(house: House) -> Any:
    """A client that nobody is signed in with."""
    client = house.server.clients.get("nobody")
    if client is None:
        client = house.server.clients["nobody"] = type(house.be("clerk1").client)(base_url=house.server.url)
    return client


def test_a_decision_is_for_the_content_that_was_seen_and_for_who_is_asked_now(house: House) -> None:
    house.be("clerk2").makes("transfer", transfer("DC1", "S02"), "submit")
    task = house.be("dckm").tasks("transfer")[-1]["id"]
    house.refused("dckm", "POST", f"tasks/{task}/approve", {"revision": 7}, status=412)
    for account in ("clerk2", "dck", "ame", "mgr2"):
        house.refused(account, "POST", f"tasks/{task}/approve", {}, status=403)
    house.refused("clerk1", "POST", f"tasks/{task}/approve", {}, status=404)
    for verdict in ("accept", "post", "ship", "delete"):
        house.refused("dckm", "POST", f"tasks/{task}/{verdict}", {}, status=404)
    house.refused("dckm", "GET", f"tasks/{task}/approve", status=405)
    house.refused("dckm", "POST", f"tasks/{task}/approve", {"values": {"state": "approved"}}, status=403)
    house.refused("dckm", "POST", f"tasks/{task}/approve", {"as": "ame"}, status=422)
    house.be("dckm").does(f"tasks/{task}/approve", {})
    house.refused("dckm", "POST", f"tasks/{task}/approve", {}, status=409)
    house.refused("dckm", "POST", f"tasks/{task}/reject", {}, status=409)


def test_a_role_that_was_taken_away_decides_nothing_any_more(house: House) -> None:
    second = assigned(house, "clerk3", "manager", "S04")
    house.be("clerk4").makes("transfer", transfer("S04", "S01"), "submit")
    task = house.be("clerk3").tasks("transfer")[-1]["id"]
    house.be("adm").takes("assignment", second, "retire")
    house.refused("clerk3", "POST", f"tasks/{task}/approve", {}, status=(403, 404))
    house.be("mgr4").does(f"tasks/{task}/approve", {})

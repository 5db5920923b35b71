"""Who one is: sessions, keys, passwords, headers, policy, batches in another's name (H, P, O, L24)."""

from __future__ import annotations

import base64
import http.client
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.attacks.houses import House, everything_in, transfer
from tests.serving import PASSWORD

FIRST = {"If-Match": '"1"'}


@pytest.fixture(scope="module")
def nobody(sqlite_house: House) -> Any:
    """A client that nobody is signed in with."""
    with httpx.Client(base_url=sqlite_house.server.url, timeout=30) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    """The header of a key."""
    return {"Authorization": f"Bearer {key}"}


def jwt(**claims: Any) -> str:
    """A token that says of itself who it is."""
    parts = [{"alg": "none", "kid": "../../x"}, {"sub": "adm", **claims}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."


@pytest.mark.parametrize(
    "token",
    [jwt(), jwt(role="administrator"), "csk_", "csk_" + "A" * 43, "null", "undefined", "' OR 1=1 --", "A" * 5000, "é"],
)
def test_a_token_that_names_nobody_is_nobody(house: House, nobody: httpx.Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    house.refuses(nobody, "GET", "me", status=401, headers=headers)
    house.refuses(nobody, "GET", "openapi.json", status=401, headers=headers)
    house.refuses(nobody, "POST", "records/transfer", status=401, json={"values": {}}, headers=headers)
    cookie = {"Cookie": f"chainstock={token}".encode()}
    house.refuses(nobody, "GET", "me", status=401, headers=cookie)


def test_nobody_does_nothing(house: House, nobody: httpx.Client) -> None:
    for method, path in (
        ("GET", "me"),
        ("GET", "records/transfer"),
        ("GET", f"records/transfer/{uuid.uuid4()}"),
        ("POST", "records/transfer"),
        ("POST", "batch"),
        ("POST", "verify"),
        ("GET", "stock"),
        ("GET", "tasks"),
        ("GET", "definitions"),
        ("POST", "definitions/publish"),
        ("POST", "attachments"),
        ("GET", f"attachments/{uuid.uuid4()}"),
        ("POST", "records/transfer/import"),
        ("GET", "records/transfer/export"),
        ("PUT", "clock"),
        ("DELETE", "session"),
    ):
        house.refuses(nobody, method, path, status=401)
    key = house.be("clerk1").does("keys", {"name": "in an address"})["key"]
    house.refuses(nobody, "GET", f"me?key={key}", status=401)
    house.refuses(nobody, "GET", f"me?access_token={key}&api_key={key}", status=401)
    assert nobody.get("/api/me", headers=bearer(key)).status_code == 200


def test_a_key_is_kept_as_a_hash_whatever_else_is_kept_for_ever(either: House) -> None:
    asked = {"name": "till", "grants": [["ticket", "create"]]}
    head = {"Idempotency-Key": str(uuid.uuid4())}
    first = either.be("clerk1").does("keys", asked, **head)
    again = either.be("clerk1").does("keys", asked, **head)
    assert again == {"id": first["id"], "name": "till"}
    command = {"key": str(uuid.uuid4()), "method": "POST", "path": "/api/keys", "body": asked}
    made = either.be("clerk1").does("batch", [command])[0]["body"]["key"]
    stored = everything_in(either.database)
    assert first["key"] not in stored
    assert made not in stored
    assert PASSWORD not in stored
    assert first["key"] not in either.be("clerk1").client.get("/api/keys").text


def test_a_key_opens_what_it_was_granted_and_nothing_of_its_persons_own(house: House, nobody: httpx.Client) -> None:
    granted = [["transfer", "see"], ["transfer", "create"], ["transfer", "edit"], ["item", "see"], ["store", "see"]]
    head = bearer(house.be("clerk1").does("keys", {"name": "narrow", "grants": granted})["key"])
    record = house.be("clerk1").makes("transfer", transfer("S01", "S02"))
    person = house.id_of("person", "clerk1b")
    refused: tuple[tuple[str, str, Any, int], ...] = (
        ("POST", f"records/transfer/{record}/actions/submit", {}, 403),
        ("GET", "records/receipt", None, 404),
        ("GET", "records/lot", None, 404),
        ("GET", "forms/lot", None, 404),
        ("POST", "keys", {"name": "another"}, 403),
        ("GET", "keys", None, 403),
        ("PUT", "me/substitute", {"person": person, "from": "2026-01-01", "until": "2099-01-01"}, 403),
        ("DELETE", "me/substitute", None, 403),
        ("PUT", "me/password", {"old": PASSWORD, "password": "another long password"}, 403),
        ("GET", "records/transfer/export", None, 403),
        ("POST", "verify", {}, 404),
        ("GET", "definitions", None, 403),
        ("POST", "definitions/check", {"texts": []}, 403),
    )
    for method, path, body, status in refused:
        sent = {} if body is None else {"json": body}
        house.refuses(nobody, method, path, status=status, headers=head, **sent)
    assert nobody.get("/api/stock", headers=head).json()["items"] == []
    assert nobody.get(f"/api/records/transfer/{record}", headers=head).status_code == 200
    made = nobody.post("/api/records/transfer", json={"values": transfer("S01", "S02")}, headers=head)
    assert made.status_code == 201
    command = {"key": "1", "method": "POST", "path": f"/api/records/transfer/{record}/actions/submit", "body": {}}
    assert nobody.post("/api/batch", json=[command], headers=head).json()[0]["status"] == 403


def test_a_key_ends_with_its_day_its_owner_and_its_owners_word(house: House, nobody: httpx.Client) -> None:
    past = house.be("clerk1").does("keys", {"name": "past", "expires": "2020-01-01T00:00:00Z"})
    house.refuses(nobody, "GET", "me", status=401, headers=bearer(past["key"]))
    ended = house.be("clerk1").does("keys", {"name": "ended"})
    house.refused("clerk1b", "DELETE", f"keys/{ended['id']}", status=404)
    assert nobody.get("/api/me", headers=bearer(ended["key"])).status_code == 200
    house.be("clerk1").send("DELETE", f"keys/{ended['id']}").raise_for_status()
    house.refuses(nobody, "GET", "me", status=401, headers=bearer(ended["key"]))
    for grants in ("all", [["a"]], [["a", "b", "c"]], [[1, 2]], [None], {"a": [1]}, 5):
        house.refused("clerk1", "POST", "keys", {"name": "x", "grants": grants}, status=422)


def leaver(house: House, account: str) -> str:
    """Somebody new, a clerk of S01."""
    adm = house.be("adm")
    person = adm.makes("person", {"account": account, "name": "Leaver", "language": "en"})
    adm.makes("assignment", {"person": person, "role": "clerk", "at": house.id_of("store", "S01")})
    adm.does(f"people/{person}/password", {"password": PASSWORD})
    return person


@pytest.mark.parametrize("way", ["inactive", "retired"])
def test_who_has_left_is_nobody_by_session_key_and_password(house: House, nobody: httpx.Client, way: str) -> None:
    person = leaver(house, f"leaver{way}")
    client = house.be(f"leaver{way}").client
    key = house.be(f"leaver{way}").does("keys", {"name": "left behind"})["key"]
    assert client.get("/api/records/transfer").status_code == 200
    if way == "inactive":
        house.be("adm").send("PATCH", f"records/person/{person}", {"active": False}, **FIRST).raise_for_status()
    else:
        house.be("adm").takes("person", person, "retire")
    house.refuses(client, "GET", "records/transfer", status=401)
    house.refuses(client, "POST", "records/transfer", status=401, json={"values": {}})
    house.refuses(nobody, "GET", "me", status=401, headers=bearer(key))
    again = {"account": f"leaver{way}", "password": PASSWORD}
    house.refuses(nobody, "POST", "session", status=401, json=again)


def test_signing_in_wrongly_tells_nothing(house: House, nobody: httpx.Client) -> None:
    answers = {
        house.refuses(
            nobody, "POST", "session", status=401, json={"account": account, "password": "wrong wrong wrong"}
        ).content
        for account in ("clerk1c", "nobody-of-this-name", "CLERK1C ", "' OR 1=1 --", "vendor3")
    }
    assert len(answers) == 1
    for password in ("x" * 1_000_00, "a\u0000b", 5, None, ["x"]):
        house.refuses(nobody, "POST", "session", status=422, json={"account": "clerk1c", "password": password})
    for body in ([], {"account": "clerk1c"}, {"account": "clerk1c", "password": PASSWORD, "role": "administrator"}):
        house.refuses(nobody, "POST", "session", status=422, json=body)
    for headers in ({"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        asked = {"account": "clerk1c", "password": PASSWORD}
        answer = house.refuses(nobody, "POST", "session", status=403, json=asked, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "set-cookie" not in answer.headers


def test_a_session_begins_anew_and_the_old_one_ends(house: House) -> None:
    with httpx.Client(base_url=house.server.url) as client:
        client.cookies.set("chainstock", "chosen-by-an-attacker")
        first = client.post("/api/session", json={"account": "clerk1c", "password": PASSWORD})
        token = first.cookies["chainstock"]
        assert token != "chosen-by-an-attacker"
        assert "HttpOnly" in first.headers["set-cookie"]
        assert "SameSite=Lax" in first.headers["set-cookie"]
        client.cookies.clear()
        client.cookies.set("chainstock", token)
        second = client.post("/api/session", json={"account": "clerk1c", "password": PASSWORD})
        assert second.cookies["chainstock"] != token
        with httpx.Client(base_url=house.server.url, cookies={"chainstock": token}) as old:
            house.refuses(old, "GET", "me", status=401)


@pytest.mark.parametrize("header", [{}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": ""}])
def test_what_a_cookie_signs_needs_our_own_page(house: House, header: dict[str, str]) -> None:
    token = house.be("clerk1").client.cookies["chainstock"]
    with httpx.Client(base_url=house.server.url, cookies={"chainstock": token}) as client:
        assert client.get("/api/me").status_code == 200
        for method, path in (("POST", "records/transfer"), ("DELETE", "session"), ("POST", "batch"), ("POST", "keys")):
            house.refuses(client, method, path, status=403, code="csrf", headers=header)


def test_passwords_are_set_by_their_owner_or_by_who_keeps_people(house: House) -> None:
    other = house.id_of("person", "clerk1b")
    body = {"password": "another long password"}
    house.refused("mgr1", "POST", f"people/{other}/password", body, status=403)
    house.refused("aud", "POST", f"people/{other}/password", body, status=403)
    house.same("clerk1", "POST", f"people/{other}/password", f"people/{uuid.uuid4()}/password", body)
    house.refused("clerk1", "PUT", "me/password", body, status=422)
    house.refused(
        "clerk1", "PUT", "me/password", {**body, "old": "wrong wrong wrong"}, status=422, code="wrong_password"
    )
    house.refused("clerk1", "PUT", "me/password", {**body, "old": PASSWORD, "person": other}, status=422)
    house.refused("clerk1", "PUT", "me/password", {"password": "short", "old": PASSWORD}, status=422)
    leaver(house, "changer")
    changed = house.be("changer").send("PUT", "me/password", {**body, "old": PASSWORD})
    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("account", ["clerk1", "mgr1", "buyA", "aud", "des"])
def test_rights_people_and_definitions_are_not_for_everybody(house: House, account: str) -> None:
    texts = {"texts": [{"kind": "permissions", "name": "policy", "text": "p, clerk, item, edit, chain"}]}
    house.refused(account, "POST", "definitions/publish", texts, status=403)
    house.refused(account, "POST", "definitions/rollback", {"version": 1}, status=403)
    values = {"person": house.id_of("person", account), "role": "administrator"}
    house.refused(account, "POST", "records/assignment", {"values": values}, status=(403, 404))
    new = {"account": "x", "name": "x", "language": "en"}
    house.refused(account, "POST", "records/person", {"values": new}, status=(403, 404))
    store = {"code": "S99", "name": "x", "region": house.id_of("region", "EAST")}
    house.refused(account, "POST", "records/store", {"values": store}, status=(403, 404))
    store = house.id_of("store", "S01")
    house.refused(account, "PATCH", f"records/store/{store}", {"open": False}, status=(403, 404), **FIRST)
    limit = house.be("adm").get("records/limit")["items"][0]["id"]
    house.refused(account, "PATCH", f"records/limit/{limit}", {"amount": "9.00"}, status=(403, 404), **FIRST)
    house.refused(account, "PUT", "clock", {"now": "2099-01-01T00:00:00Z"}, status=404)


def test_an_administrator_of_a_store_keeps_no_people_of_the_chain(house: House) -> None:
    adm = house.be("adm")
    values = {"person": house.id_of("person", "vendor3"), "role": "administrator", "at": house.id_of("store", "S01")}
    assignment = adm.makes("assignment", values)
    person = house.id_of("person", "vendor3")
    own = {"person": person, "role": "administrator"}
    house.refused("vendor3", "POST", "records/assignment", {"values": own}, status=403)
    house.refused("vendor3", "PATCH", f"records/assignment/{assignment}", {"at": None}, status=403, **FIRST)
    made = house.be("vendor3").send(
        "POST", "records/person", {"values": {"account": "y", "name": "y", "language": "en"}}
    )
    assert made.status_code == 403
    adm.takes("assignment", assignment, "retire")


@pytest.mark.parametrize(
    "words", ["", "# nothing\n", "p, clerk, item\n", "g, clerk, administrator\n", "p, *, *, *, chain\n"]
)
def test_a_policy_that_is_empty_or_broken_is_not_published(house: House, words: str) -> None:
    texts = {"texts": [{"kind": "permissions", "name": "policy", "text": words}]}
    house.refused("adm", "POST", "definitions/publish", texts, status=422, seconds=5)


@pytest.mark.parametrize("account", ["role:administrator", "r:administrator", "*", "g", "administrator", "a,b", "p, x"])
def test_a_name_is_no_role(house: House, account: str) -> None:
    made = house.be("adm").send(
        "POST", "records/person", {"values": {"account": account, "name": "x", "language": "en"}}
    )
    assert made.status_code in (201, 422)
    if made.status_code == 201:
        person = made.json()["id"]
        house.be("adm").does(f"people/{person}/password", {"password": PASSWORD})
        assert house.be(account).get("forms")["items"] == []
        house.refused(account, "GET", "records/item", status=404)
        house.refused(account, "POST", "definitions/publish", {"texts": []}, status=403)


# -- paths, methods, headers -----------------------------------------------------------------------------------------


def raw(house: House, method: str, path: str, cookie: str) -> tuple[int, str | None, bytes]:
    """Ask with a path and a method just as they are written: status, type, body."""
    host, port = house.server.url.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=10)
    line.request(method, path, headers={"Cookie": cookie})
    answer = line.getresponse()
    found = answer.status, answer.getheader("content-type"), answer.read()
    line.close()
    return found


@pytest.mark.parametrize(
    "path",
    [
        "//api/me",
        "/api//me",
        "/api/./me",
        "/api/../api/me",
        "/api/%2e%2e/me",
        "/api/me;x",
        "/api/me/",
        "/API/me",
        "/api/Me",
        "/api/me%00",
        "/api/records/transfer.css",
        "/api/me.json",
        "/api/records/transfer%2f..",
        "/api/records/TRANSFER",
        "/api/.env",
        "/api/records/" + "a" * 300,
        "/static/../engine/settings.py",
        "/.git/config",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/debug",
    ],
)
def test_a_path_is_the_path_or_it_is_nothing(house: House, path: str) -> None:
    cookie = f"chainstock={house.be('adm').client.cookies['chainstock']}"
    assert raw(house, "GET", "/api/me", cookie)[0] == 200
    status, kind, body = raw(house, "GET", path, cookie)
    assert status == 404
    assert b"adm" not in body
    assert kind == "application/problem+json"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "FOO"])
def test_a_method_that_nobody_knows_is_refused(house: House, method: str) -> None:
    house.refuses(house.be("adm").client, method, "records/transfer", status=(400, 405))


def test_headers_do_not_change_what_is_asked(house: House, nobody: httpx.Client) -> None:
    for headers in (
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-User": "adm"},
        {"X-Original-URL": "/api/session"},
        {"Forwarded": "for=127.0.0.1"},
    ):
        house.refuses(nobody, "GET", "me", status=401, headers=headers)
    for host in ("evil.example", "127.0.0.1.evil.example", "", "a b"):
        house.refuses(nobody, "GET", "me", status=400, headers={"Host": host})
    answer = nobody.get("/api/session", headers={"Origin": "null", "Accept-Language": "<script>"})
    assert answer.status_code == 405
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy"):
        assert answer.headers[name]
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]


# -- batches and keys of requests ------------------------------------------------------------------------------------


def test_a_batch_is_no_way_round_a_door(house: House) -> None:
    doors = (
        ("POST", "/api/session"),
        ("DELETE", "/api/session"),
        ("POST", "/api/batch"),
        ("PUT", "/api/clock"),
        ("POST", "/api/verify"),
        ("GET", "/api/records/transfer"),
        ("GET", "/api/me"),
        ("POST", "/api/definitions/check"),
        ("POST", "/api/../session"),
        ("POST", "/api/records/transfer/import"),
        ("POST", "/api/attachments"),
        ("post", "/api/records/transfer"),
        ("POST", "/api/records/é"),
        ("POST", "/api/records/transfer?action=submit"),
        ("POST", "http://127.0.0.1/api/records/transfer"),
        ("POST", "/healthz"),
        ("PATCH", "/api/records/transfer"),
        (5, 5),
    )
    commands = [{"key": str(uuid.uuid4()), "method": method, "path": path, "body": {}} for method, path in doors]
    before = house.digest()
    answers = house.be("adm").does("batch", commands)
    assert {each["status"] for each in answers} <= {404, 405, 422}, answers
    assert house.digest() == before
    for wrong in (5, None, "x", [], {"key": "a"}, {"key": 5}, {"key": "", "method": "POST"}, {"key": "k", "as": "adm"}):
        answer = house.be("clerk1").send("POST", "batch", [wrong])
        assert answer.json()[0]["status"] == 422
    house.refused("clerk1", "POST", "batch", {"key": "x"}, status=422)
    house.refused("clerk1", "POST", "batch", [{}] * 1001, status=413)


def test_one_poisoned_command_is_refused_alone(either: House) -> None:
    good = [str(uuid.uuid4()), str(uuid.uuid4())]
    commands = [
        {"key": good[0], "method": "POST", "path": "/api/records/transfer", "body": {"values": transfer("S01", "S02")}},
        {
            "key": str(uuid.uuid4()),
            "method": "POST",
            "path": "/api/records/transfer",
            "body": {"values": transfer("S03", "S04")},
        },
        {
            "key": good[1],
            "at": "2099-01-01T00:00:00Z",
            "method": "POST",
            "path": "/api/records/transfer",
            "body": {"values": transfer("S01", "S02")},
        },
    ]
    first = either.be("clerk1").does("batch", commands)
    assert [each["status"] for each in first] == [201, 403, 201]
    before = either.digest()
    assert either.be("clerk1").does("batch", commands) == first
    commands[0]["body"] = {"values": transfer("S01", "DC1")}
    again = either.be("clerk1").does("batch", commands)
    assert [each["status"] for each in again] == [422, 403, 201]
    assert either.digest() == before
    theirs = either.be("clerk2").does("batch", [{**commands[2], "body": {"values": transfer("S02", "S01")}}])
    assert theirs[0]["status"] == 201
    assert theirs[0]["body"]["id"] != first[2]["body"]["id"]


def test_a_long_key_of_many_is_a_key_for_each(house: House) -> None:
    records = [house.be("clerk1").makes("transfer", transfer("S01", "S02")) for _ in range(2)]
    head = {"Idempotency-Key": "k" * 200}
    answers = house.be("clerk1").does("records/transfer/actions/submit", {"ids": records}, **head)
    assert [each["status"] for each in answers] == [200, 200]
    assert house.be("clerk1").does("records/transfer/actions/submit", {"ids": records}, **head) == answers
    for key in ("k" * 201, "é", "a\tb", ""):
        raw = {"Idempotency-Key": key.encode()}
        client = house.be("clerk1").client
        house.refuses(client, "POST", "records/transfer", status=422, json={"values": {}}, headers=raw)

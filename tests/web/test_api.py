"""The API over HTTP: what is refused at the door, and that the same request without the attack goes through."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from engine.settings import Settings
from engine.web.guard import HEADERS
from engine.web.limits import Limit, Limits
from engine.web.routes import ROUTES, find
from tests.web.conftest import Served
from tests.web.small_operations import KEY, NOTE

NOTES = "/api/records/note"
ONE = f"{NOTES}/{NOTE}"
SECURITY = {name.decode() for name, _ in HEADERS}


def problem(answer: httpx.Response, status: int, kind: str, code: str) -> None:
    """Check that this is a problem document of this kind, and whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (answer.status_code, document["status"]) == (status, status)
    assert document["kind"] == kind
    assert [error["code"] for error in document["errors"]] == [code]
    assert {"type", "title", "detail"} <= set(document)
    assert set(answer.headers) >= SECURITY


# -- answers -----------------------------------------------------------------------------------------------------


def test_a_request_reaches_the_operation_with_everything_it_said(served: Served, till: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1", "If-Match": '"7"', "Accept-Language": "zh-CN,zh;q=0.9"}
    answer = till.patch(f"{ONE}?fields=a,b", json={"values": {"数量": "1.50"}}, headers=headers)
    assert answer.status_code == 200
    call, method, path, body, query, if_match = served.notes.calls[-1]
    assert (method, path, body) == ("PATCH", ONE, {"values": {"数量": "1.50"}})
    assert (query, if_match) == ({"fields": "a,b"}, "7")
    assert call.actor is not None
    assert (call.actor.account, call.actor.via) == ("till1", "key")
    assert (call.language, call.key, call.route, call.preview) == ("zh", "k-1", "api", False)


def test_a_revision_is_an_etag(till: httpx.Client) -> None:
    assert till.get(ONE).headers["etag"] == '"3"'
    made = till.post(NOTES, json={})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')


@pytest.mark.parametrize(
    ("sent", "seen"), [('"3"', "3"), ("3", "3"), ("*", "*"), ('W/"3"', 'W/"3"'), ('"3", "4"', '"3", "4"'), ("", "-")]
)
def test_only_one_strong_tag_is_a_revision(till: httpx.Client, sent: str, seen: str) -> None:
    assert till.patch(ONE, json={}, headers={"If-Match": sent}).json()["if_match"] == seen
    assert till.patch(ONE, json={}).json()["if_match"] is None


def test_a_preview_is_asked_for_plainly(till: httpx.Client, served: Served) -> None:
    till.post(f"{ONE}/actions/ship?preview=true", json={})
    assert served.notes.calls[-1][0].preview
    problem(till.post(f"{ONE}/actions/ship?preview=1", json={}), 422, "invalid", "choice")


def test_head_is_get_without_a_body_and_does_nothing_to_actions(till: httpx.Client) -> None:
    whole, head = till.get(ONE), till.head(ONE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert till.head(f"{ONE}/actions/ship").status_code == 405


@pytest.mark.parametrize(
    ("word", "status", "kind", "code"),
    [
        ("away", 503, "unavailable", "unavailable"),
        ("forbidden", 403, "right", "not_yours"),
        ("stale", 412, "conflict", "stale"),
        ("faulty", 422, "invalid", "decimal"),
        ("foreign", 404, "not_found", "not_found"),
    ],
)
def test_a_refusal_is_a_problem_document(till: httpx.Client, word: str, status: int, kind: str, code: str) -> None:
    problem(till.get(f"{NOTES}/{word}"), status, kind, code)


def test_a_fault_has_its_path_and_row_and_is_worded_for_its_reader(till: httpx.Client) -> None:
    error = {"path": "/lines/2/shipped", "code": "decimal", "message": "No number.", "row": "r-7"}
    assert till.get(f"{NOTES}/faulty").json()["errors"] == [error]
    chinese = till.get(f"{NOTES}/faulty", headers={"Accept-Language": "zh-CN"}).json()
    assert chinese["errors"] == [{**error, "message": "不是数字。"}]
    assert chinese["title"] == "请求有误"


def test_what_is_not_yours_looks_like_what_does_not_exist_to_the_byte(till: httpx.Client) -> None:
    foreign, unknown = till.get(f"{NOTES}/foreign"), till.get("/api/no/such/path")
    assert foreign.content == unknown.content
    assert b"S02" not in foreign.content
    assert {**foreign.headers, "date": ""} == {**unknown.headers, "date": ""}


def test_what_breaks_is_answered_without_a_word_of_why(till: httpx.Client) -> None:
    answer = till.get(f"{NOTES}/broken")
    problem(answer, 500, "unavailable", "unexpected")
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert re.search(r"id [0-9a-f]{12}", answer.json()["detail"])


# -- who asks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer csk_wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjbGVyazEifQ."},
        {"Cookie": "chainstock=css_wrong"},
        {"Cookie": f"chainstock={KEY}"},
        {"Cookie": "chainstock="},
        {"X-Forwarded-User": "clerk1", "X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_who_is_not_known_is_401_and_never_anonymous(stranger: httpx.Client, headers: dict[str, str]) -> None:
    answer = stranger.get(ONE, headers=headers)
    problem(answer, 401, "right", "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert stranger.get(ONE, headers={"Authorization": f"bearer {KEY}"}).status_code == 200


def test_a_wrong_token_is_401_even_where_nobody_needs_to_sign_in(stranger: httpx.Client) -> None:
    assert stranger.get("/api/openapi.json").status_code == 200
    wrong = stranger.get("/api/openapi.json", headers={"Authorization": "Bearer csk_wrong"})
    problem(wrong, 401, "right", "not_signed_in")


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "token", "Authorization"])
def test_a_key_in_the_address_signs_nobody_in(stranger: httpx.Client, name: str) -> None:
    problem(stranger.get(f"{ONE}?{name}={KEY}"), 401, "right", "not_signed_in")


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(stranger: httpx.Client) -> None:
    answer = stranger.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"csrf", "must_change"}
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"chainstock=css_[\w-]+; Max-Age=43200; Path=/; HttpOnly; SameSite=Lax", cookie)
    assert stranger.get(ONE).status_code == 200


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(serve_with: Callable[..., Served]) -> None:
    secure = serve_with(Settings(secure_cookies=True))
    answer = httpx.post(f"{secure.url}/api/session", json={"account": "clerk1", "password": "correct horse"})
    assert answer.headers["set-cookie"].startswith("__Host-chainstock=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_session_set_before_signing_in_is_replaced_and_ended(served: Served, clerk: httpx.Client) -> None:
    before = clerk.cookies["chainstock"]
    clerk.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
    assert clerk.cookies["chainstock"] != before
    assert clerk.get(ONE).status_code == 200
    problem(httpx.get(served.url + ONE, headers={"Cookie": f"chainstock={before}"}), 401, "right", "not_signed_in")


def test_signing_out_ends_the_session(served: Served, clerk: httpx.Client) -> None:
    token = clerk.cookies["chainstock"]
    answer = clerk.delete("/api/session")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "chainstock" not in clerk.cookies
    problem(httpx.get(served.url + ONE, headers={"Cookie": f"chainstock={token}"}), 401, "right", "not_signed_in")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"account": "clerk1", "password": "wrong"}, 401),
        ({"account": "nobody", "password": "correct horse"}, 401),
        ({"account": "clerk1"}, 422),
        ({"account": ["clerk1"], "password": "correct horse"}, 422),
        ({"account": "clerk1", "password": "correct horse", "role": "admin"}, 422),
        (["clerk1", "correct horse"], 422),
        ("clerk1", 422),
    ],
)
def test_a_wrong_sign_in_leaves_no_cookie(stranger: httpx.Client, body: object, status: int) -> None:
    answer = stranger.post("/api/session", json=body)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


def test_two_wrong_sign_ins_are_alike_to_the_byte(stranger: httpx.Client) -> None:
    wrong = [
        stranger.post("/api/session", json={"account": account, "password": "wrong"})
        for account in ("clerk1", "nobody")
    ]
    assert wrong[0].content == wrong[1].content


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": "é".encode().decode("latin-1")},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_write_with_a_browsers_cookie(clerk: httpx.Client, headers: dict[str, str]) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    problem(clerk.post(NOTES, json={}, headers=encoded), 403, "right", "csrf")
    assert clerk.post(NOTES, json={}).status_code == 201
    assert clerk.get(ONE, headers={"X-CSRF-Token": ""}).status_code == 200


def test_our_own_pages_may_write_and_keys_need_no_csrf(served: Served, clerk: httpx.Client, till: httpx.Client) -> None:
    own = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    assert clerk.post(NOTES, json={}, headers=own).status_code == 201
    assert till.post(NOTES, json={}).status_code == 201


def test_another_site_cannot_sign_a_browser_in(stranger: httpx.Client) -> None:
    body = {"account": "clerk1", "password": "correct horse"}
    problem(stranger.post("/api/session", json=body, headers={"Origin": "https://evil.example"}), 403, "right", "csrf")


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://sub.127.0.0.1"])
def test_no_other_origin_is_ever_allowed_to_read(till: httpx.Client, origin: str) -> None:
    answer = till.get(ONE, headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control")]


# -- paths, methods, hosts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/records",
        "//api/records/note",
        "/api//records/note",
        "/api/./records/note",
        "/api/records/../records/note",
        "/api/records/%6eote",
        "/api/%2e%2e/records/note",
        "/api/records/note;x=1",
        "/api/records/note/",
        "/api/records/note.css",
        f"{ONE}.css",
        f"{ONE}/history.json",
        "/API/records/note",
        "/api/Records/note",
        "/api/records/note%00",
        "/api/records/NOTE",
        "/api/records/__init__",
        f"{ONE}/actions/__init__",
        f"{ONE}/actions/",
        f"/api/records/{'a' * 64}",
        "/api/records/note/" + "a" * 500,
        "/api/docs/x",
        "/healthz/",
        "/docs",
        "/openapi.json",
        "/redoc",
        "/assets/../app.py",
        "/assets/app.py",
    ],
)
def test_a_path_that_is_not_exactly_one_of_ours_is_404(served: Served, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    answer = served.raw(request.encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b'"kind":"not_found"' in answer
    assert b"\r\nlocation:" not in answer.lower()


def test_a_query_that_looks_like_a_path_changes_nothing(served: Served, till: httpx.Client) -> None:
    assert till.get(f"{NOTES}?/api/session").status_code == 200
    assert served.notes.calls[-1][2] == NOTES


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "PUT", "HEAD"])
def test_a_method_that_an_action_does_not_know_is_405(till: httpx.Client, method: str) -> None:
    path = f"{ONE}/actions/ship"
    answer = till.request(method, path)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert set(answer.headers) >= SECURITY
    assert till.post(path, json={}).status_code == 201


def test_other_names_for_a_method_and_a_path_are_ignored(served: Served, till: httpx.Client) -> None:
    tricks = {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/api/verify", "X-Rewrite-URL": "/api/verify"}
    assert till.post(NOTES, json={}, headers=tricks).status_code == 201
    assert served.notes.calls[-1][1:3] == ("POST", NOTES)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:80:80", "127.0.0.1@evil.example"]
)
def test_a_host_that_is_not_ours_is_refused(served: Served, host: str) -> None:
    request = (
        f"GET {ONE} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    )
    assert served.raw(request.encode()).startswith(b"HTTP/1.1 400 ")
    ours = request.replace(f"Host: {host}\r\n", "Host: LOCALHOST:8000\r\n", 1)
    assert served.raw(ours.encode()).startswith(b"HTTP/1.1 200 ")


def test_every_listed_route_is_found_by_its_own_path() -> None:
    words = {"form": "note", "kind": "form", "name": "note", "action": "ship", "verb": "approve", "id": NOTE}
    words["other"] = NOTE
    for route in ROUTES:
        found = find(route.template.format(**words))
        assert found is not None
        assert found.route is route


# -- bodies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b'{"qty":1,"qty":99}', "application/json", 422, "duplicate_key"),
        (b'{"qty":1.5}', "application/json", 422, "float"),
        (b"[" * 100_000, "application/json", 422, "depth"),
        (b"qty=1", "application/x-www-form-urlencoded", 415, "media_type"),
        (b"<qty>1</qty>", "application/xml", 415, "media_type"),
        (b'{"qty":"1"}', "text/plain", 415, "media_type"),
    ],
)
def test_a_body_that_is_not_plain_json_never_reaches_the_operation(
    served: Served, till: httpx.Client, content: bytes, kind: str, status: int, code: str
) -> None:
    before = len(served.notes.calls)
    problem(till.post(NOTES, content=content, headers={"Content-Type": kind}), status, "invalid", code)
    assert len(served.notes.calls) == before


def test_a_body_is_refused_by_its_announced_size_before_it_is_sent(served: Served) -> None:
    head = (
        f"POST {NOTES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    )
    answer = served.raw((head + "Content-Length: 31457280\r\n\r\n").encode())
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"kind":"limit"' in answer
    assert b"connection: close" in answer.lower()


def test_a_body_of_a_megabyte_goes_through_and_one_byte_more_does_not(till: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    fits = b'"' + b"a" * (1_048_576 - 2) + b'"'
    assert till.post(NOTES, content=fits, headers=headers).status_code == 201
    problem(till.post(NOTES, content=fits + b" ", headers=headers), 413, "limit", "too_large")
    chunks = (piece for piece in (fits, b" "))
    problem(till.post(NOTES, content=chunks, headers=headers), 413, "limit", "too_large")


def test_a_batch_may_be_larger_but_only_for_who_is_known(till: httpx.Client, served: Served) -> None:
    large = b'["' + b"a" * 2_000_000 + b'"]'
    headers = {"Content-Type": "application/json"}
    assert till.post("/api/batch", content=large, headers=headers).status_code == 201
    head = "POST /api/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer csk_wrong\r\n"
    head += "Content-Length: 20000000\r\n\r\n"
    assert served.raw(head.encode()).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("query", ["store=A&store=B", "store=A&st%6fre=B", "q=%ff", "q=%00"])
def test_a_parameter_that_is_not_plain_is_refused(till: httpx.Client, query: str) -> None:
    assert till.get(f"{NOTES}?{query}").status_code == 422
    assert till.get(f"{NOTES}?store=A&q=%E4%B8%AD").json()["query"] == {"store": "A", "q": "中"}


def test_a_header_that_decides_is_given_once(till: httpx.Client) -> None:
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Content-Type", "application/json")]
    problem(till.post(NOTES, content=b"{}", headers=twice), 422, "invalid", "duplicate_header")


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é"])
def test_an_idempotency_key_is_plain(till: httpx.Client, key: str) -> None:
    answer = till.post(NOTES, json={}, headers={"Idempotency-Key": key.encode("latin-1")})
    problem(answer, 422, "invalid", "idempotency_key")
    assert till.post(NOTES, json={}, headers={"Idempotency-Key": "x" * 200}).json()["key"] == "x" * 200


# -- limits ------------------------------------------------------------------------------------------------------


def tight() -> Limits:
    """So slow to fill again that a machine of any speed sees it empty."""
    few = Limit("few", per_second=0.01, burst=3)
    return Limits(sign_in_account=few, dear=few, search=few)


def test_guessing_passwords_is_slowed_down_by_account(serve_with: Callable[..., Served]) -> None:
    slow = serve_with(Settings(), limits=tight())
    wrong = {"account": "clerk1", "password": "wrong"}
    answers = [httpx.post(f"{slow.url}/api/session", json=wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    problem(answers[-1], 429, "limit", "too_many")
    assert int(answers[-1].headers["retry-after"]) >= 1
    other = httpx.post(f"{slow.url}/api/session", json={"account": "clerk2", "password": "wrong"})
    assert other.status_code == 401


@pytest.mark.parametrize("path", ["/api/records/note/export", "/api/records/note?q=x"])
def test_what_is_dear_is_limited_and_the_rest_goes_on(serve_with: Callable[..., Served], path: str) -> None:
    slow = serve_with(Settings(), limits=tight())
    with httpx.Client(base_url=slow.url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        assert [client.get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert {client.get(ONE).status_code for _ in range(50)} == {200}

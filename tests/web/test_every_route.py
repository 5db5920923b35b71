"""Every path of the contract with every method: who may come in, what is answered, and with which headers."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from engine.errors import Refusal
from engine.web.guard import HEADERS
from engine.web.limits import Limit, Meter
from engine.web.routes import JSON, ROUTES, Route, find
from tests.web.conftest import Served
from tests.web.small_operations import KEY, NOTE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SECURITY = {name.decode(): value.decode() for name, value in HEADERS}
WORDS = {"form": "note", "kind": "form", "name": "note", "action": "post", "verb": "approve", "id": NOTE, "other": NOTE}
OPEN = ("session", "openapi")


def address(route: Route) -> str:
    """A path that meets a route."""
    return re.sub(r"\{([a-z]+)\}", lambda part: WORDS[part[1]], route.template)


def ask(client: httpx.Client, method: str, path: str, **sent: Any) -> httpx.Response:
    """A request with a body where one is expected."""
    body = {"json": {}} if method in ("POST", "PUT", "PATCH") and not sent else {}
    return client.request(method, path, **body, **sent)


@pytest.mark.parametrize("method", METHODS)
def test_a_path_knows_its_methods_and_says_which(till: httpx.Client, method: str) -> None:
    for route in ROUTES:
        if route.door in ("upload", "import", "session") or (route.door == "events" and method == "GET"):
            continue
        answer = ask(till, method, address(route))
        allowed = set(route.methods) | ({"HEAD"} if "GET" in route.methods else set())
        if method in allowed:
            assert answer.status_code in (200, 201, 404), (method, route.template, answer.text)
            assert answer.status_code != 404 or route.door == "attachment"
        elif method in METHODS[6:]:  # known to no path of ours: refused before the path is looked at
            assert (answer.status_code, method in answer.headers["allow"]) == (405, False), route.template
        else:
            assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(route.methods)), route.template
            assert method == "HEAD" or answer.json()["errors"][0]["code"] == "method"


@pytest.mark.parametrize("method", METHODS)
def test_every_answer_has_our_headers_and_no_cookie_of_chance(stranger: httpx.Client, method: str) -> None:
    for path in (*(address(route) for route in ROUTES), "/", "/nothing", "/api", "/api/", "/api/nothing", "/healthz"):
        answer = ask(stranger, method, path)
        for name, value in SECURITY.items():
            assert answer.headers.get(name), (method, path, name)
            assert name == "content-security-policy" or answer.headers[name] == value, (method, path, name)
        assert "set-cookie" not in answer.headers, path
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
        assert answer.status_code < 500


def test_nobody_comes_in_by_any_path_but_those_for_nobody(stranger: httpx.Client, served: Served) -> None:
    before = len(served.notes.calls)
    for route in ROUTES:
        for method in route.methods:
            answer = ask(stranger, method, address(route))
            if route.door in OPEN and (route.door, method) != ("session", "DELETE"):
                assert answer.status_code in (200, 422), (method, route.template)
                continue
            assert answer.status_code == 401, (method, route.template)
            assert answer.headers["www-authenticate"] == 'Bearer realm="chainstock"'
            problem = answer.json()
            assert (problem["kind"], problem["errors"][0]["code"]) == ("right", "not_signed_in")
    assert len(served.notes.calls) == before


@pytest.mark.parametrize("token", ["csk_", KEY[:-1], KEY + "x", KEY.upper(), f" {KEY} x", "null"])
def test_a_key_that_is_not_exactly_ours_opens_no_path(served: Served, token: str) -> None:
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {token}"}) as client:
        for route in ROUTES:
            if route.door == JSON:
                answer = ask(client, route.methods[0], address(route))
                assert answer.status_code == 401, route.template


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_word_bearer_may_be_spelled_in_any_case(served: Served, scheme: str) -> None:
    answer = httpx.get(f"{served.url}/api/me", headers={"Authorization": f"{scheme} {KEY}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", "Bearer:", ""])
def test_another_scheme_signs_nobody_in(served: Served, scheme: str) -> None:
    answer = httpx.get(f"{served.url}/api/me", headers={"Authorization": f"{scheme} {KEY}".strip()})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "POST" in each.methods and each.door == JSON], ids=lambda each: each.template
)
def test_what_is_written_is_json_by_its_type_and_its_bytes(till: httpx.Client, route: Route) -> None:
    path = address(route)
    for media, content, status in (
        ("application/json", b"{}", 201),
        ("application/json; charset=utf-8", b"{}", 201),
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=1", 415),
        ("application/xml", b"<a/>", 415),
        ("application/json", b"{", 422),
        ("application/json", b'{"a":1,"a":2}', 422),
        ("application/json", b'{"a":NaN}', 422),
        ("application/json", b'{"a":1.5}', 422),
        ("application/json", b"\xff\xfe", 422),
        ("application/json", b'{"a":"\\ud800"}', 422),
        ("application/json", b'{"a":"\\u0000"}', 422),
    ):
        answer = till.post(path, content=content, headers={"Content-Type": media})
        assert answer.status_code == status, (media, content, answer.text)
        if status == 422:
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/records/note", 200),
        ("/api/records/note/", 404),
        ("/api/records//note", 404),
        ("/api/records/Note", 404),
        ("/api/records/no-te", 404),
        ("/api/records/1note", 404),
        ("/api/records/note%20", 404),
        ("/api/records/n%6Fte", 404),
        ("/api/records/note;x=1", 404),
        ("/api/records/note.json", 404),
        ("/api/records/" + "n" * 63, 200),
        ("/api/records/" + "n" * 64, 404),
        ("/api/records/note/" + "a" * 64, 200),
        ("/api/records/note/" + "a" * 65, 404),
        ("/api/records/note/-a", 404),
        ("/api/records/note/a/history", 200),
        ("/api/records/note/a/History", 404),
        ("/API/records/note", 404),
        ("/api/../api/me", 404),
        ("/api/./me", 404),
        ("/api/me/", 404),
        ("/api/me?x=1", 200),
        ("//api/me", 404),
    ],
)
def test_a_path_is_one_of_ours_to_the_last_letter(served: Served, path: str, status: int) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n\r\n"
    assert served.raw(request.encode()).split(b" ")[1] == str(status).encode()
    if "?" not in path:
        assert (find(path) is not None) is (status == 200)


@pytest.mark.parametrize(
    ("word", "status", "kind", "english", "chinese"),
    [
        ("foreign", 404, "not_found", "Not found", "未找到"),
        ("forbidden", 403, "right", "Not allowed", "没有权限"),
        ("stale", 412, "conflict", "Not as you saw it", "内容或状态已不同"),
        ("faulty", 422, "invalid", "The request is not right", "请求有误"),
        ("away", 503, "unavailable", "Not available now", "暂不可用"),
    ],
)
def test_every_kind_of_refusal_is_worded_in_the_readers_language(
    till: httpx.Client, word: str, status: int, kind: str, english: str, chinese: str
) -> None:
    for accepted, title in (("en", english), ("zh-CN", chinese), ("zh-TW;q=0.9, en;q=0.1", chinese), ("fr", english)):
        answer = till.get(f"/api/records/note/{word}", headers={"Accept-Language": accepted})
        document = answer.json()
        assert (answer.status_code, document["status"], document["kind"]) == (status, status, kind)
        assert (document["title"], document["type"]) == (title, f"/api/docs#{kind}")
        assert ("retry-after" in answer.headers) is (status == 503)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_does_not_exist_and_what_is_not_yours_are_the_same_bytes(till: httpx.Client, language: str) -> None:
    headers = {"Accept-Language": language}
    hidden, nothing = (till.get(each, headers=headers) for each in ("/api/records/note/foreign", "/api/nothing"))
    assert (hidden.status_code, hidden.content) == (nothing.status_code, nothing.content)
    assert {name for name in hidden.headers if name != "date"} == {name for name in nothing.headers if name != "date"}


# -- limits: the last that goes through and the first that does not ---------------------------------------------------


@pytest.mark.parametrize(("burst", "per_second"), [(1, 1), (3, 2), (60, 2), (5, 1000)])
def test_a_burst_goes_through_to_its_last_and_then_at_the_rate(burst: int, per_second: int) -> None:
    now = [0]
    meter, limit = Meter(lambda: now[0]), Limit("tried", per_second, burst)

    def goes() -> bool:
        try:
            meter.spend(limit, "somebody")
        except Refusal as refused:
            return refused.status != 429
        return True

    assert [goes() for _ in range(burst + 2)] == [True] * burst + [False] * 2
    now[0] += 1_000_000_000 // per_second - 1
    assert not goes()
    now[0] += 1
    assert goes()
    assert not goes()
    now[0] += 10 * burst * 1_000_000_000
    assert [goes() for _ in range(burst + 1)] == [True] * burst + [False]

"""Our own pages: what they show to whom, and that nothing on them can run."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from engine.web.guard import HEADERS
from engine.web.reference import sections
from tests.web.conftest import Served
from tests.web.small_operations import CLERK, KEY

PAGES = ("/api/docs", "/sign-in")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("wanted", "language"), [("zh-CN", "zh-CN"), ("en", "en"), ("fr", "en")])
def test_a_page_is_in_the_readers_language(stranger: httpx.Client, path: str, wanted: str, language: str) -> None:
    answer = stranger.get(path, headers={"Accept-Language": wanted})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_page_can_run_or_come_from_elsewhere(clerk: httpx.Client, path: str) -> None:
    answer = clerk.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    told = re.sub(r'<script type="module" src="/assets/main-[A-Z0-9]{8}.js"></script>', "", answer.text)
    assert not re.search(r"<script|\son\w+=|style=|javascript:|(src|href|action)=\"(https?:)?//", told)
    assert {name.decode() for name, _ in HEADERS} <= set(answer.headers)


def test_the_reference_shows_each_reader_only_what_is_his(stranger: httpx.Client, clerk: httpx.Client) -> None:
    path = "/api/records/note"
    assert path not in stranger.get("/api/docs").text
    assert path not in stranger.get("/api/openapi.json").text
    shown = clerk.get("/api/docs").text
    assert path in shown
    assert CLERK.name in shown
    assert path in clerk.get("/api/openapi.json").json()["paths"]


def test_the_reference_lists_fields_an_example_and_the_kinds_of_refusals(clerk: httpx.Client) -> None:
    shown = clerk.get("/api/docs").text
    assert "CHAINSTOCK=http://127.0.0.1:" in shown
    for expected in ("values.quantity", "values.lines[].item", "数量", "curl -X POST", "unavailable", "&#34;24&#34;"):
        assert expected in shown


def test_a_title_with_markup_is_shown_as_text(clerk: httpx.Client) -> None:
    shown = clerk.get("/api/docs").text
    assert "<b>now</b>" not in shown
    assert "&lt;b&gt;now&lt;/b&gt;" in shown


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/sign-in/<b>", "/api/docs%22%3E%3Cimg>"])
def test_a_path_is_never_repeated(served: Served, path: str) -> None:
    answer = served.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"content-type: application/problem+json" in answer.lower()
    assert b"<" not in answer


def test_signing_in_and_out_by_the_page(stranger: httpx.Client) -> None:
    assert stranger.get("/").headers["location"] == "/sign-in"
    wrong = stranger.post("/sign-in", data={"account": "clerk1", "password": "wrong"})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    right = stranger.post("/sign-in", data={"account": "clerk1", "password": "correct horse"})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert CLERK.name in stranger.get("/api/docs").text
    assert stranger.post("/sign-out").headers["location"] == "/sign-in"
    assert stranger.get("/").headers["location"] == "/sign-in"
    assert CLERK.name not in stranger.get("/api/docs").text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_another_site_signs_nobody_in_or_out(clerk: httpx.Client, path: str) -> None:
    data = {"account": "clerk1", "password": "correct horse"}
    answer = clerk.post(path, data=data, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert CLERK.name in clerk.get("/api/docs").text


def test_the_page_takes_forms_only_and_leads_nowhere_else(stranger: httpx.Client) -> None:
    body = {"account": "clerk1", "password": "correct horse"}
    assert stranger.post("/sign-in", json=body).status_code == 415
    assert stranger.post("/sign-in?next=//evil.example", data=body).headers["location"] == "/"
    assert stranger.post("/sign-in", content=b"a" * 5000).status_code == 413
    twice = stranger.post(
        "/sign-in", content=b"account=a&account=b", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert twice.status_code == 422


def test_a_cookie_that_is_over_leads_to_signing_in_and_back(stranger: httpx.Client) -> None:
    answer = stranger.get("/records/note", headers={"Cookie": "chainstock=css_over"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=/records/note")
    form = {"account": "clerk1", "password": "correct horse", "to": "/records/note"}
    assert 'name="to" value="/records/note"' in stranger.get(answer.headers["location"]).text
    assert stranger.post("/sign-in", data=form).headers["location"] == "/records/note"


FILTERED = "/records/note?q=%E6%B1%9F%26+x&f.total.from=10"


def test_signing_in_again_leads_back_to_what_one_looked_at(stranger: httpx.Client) -> None:
    """With its filters, whatever they hold."""
    answer = stranger.get(FILTERED)
    assert answer.status_code == 303
    page = stranger.get(answer.headers["location"]).text
    to = re.search(r'name="to" value="([^"]*)"', page)
    assert to is not None
    form = {"account": "clerk1", "password": "correct horse", "to": html.unescape(to[1])}
    assert stranger.post("/sign-in", data=form).headers["location"] == FILTERED
    link = re.search(r'href="(/language[^"]*)"', page)
    assert link is not None
    other = stranger.get(html.unescape(link[1])).headers["location"]
    assert to[1] in stranger.get(other).text


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\r\nX: y", "", "x"]
)
def test_nobody_is_sent_elsewhere(stranger: httpx.Client, to: str) -> None:
    form = {"account": "clerk1", "password": "correct horse", "to": to}
    assert stranger.post("/sign-in", data=form).headers["location"] == "/"
    assert stranger.get("/language", params={"to": "zh", "back": to}).headers["location"] == "/"


def test_a_chosen_language_stays_and_means_nothing_else(stranger: httpx.Client) -> None:
    chosen = stranger.get("/language", params={"to": "zh", "back": "/sign-in"}, headers={"Accept-Language": "en"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/sign-in")
    assert '<html lang="zh-CN">' in stranger.get("/sign-in", headers={"Accept-Language": "en"}).text
    stranger.get("/language", params={"to": "klingon"})
    assert '<html lang="en">' in stranger.get("/sign-in", headers={"Accept-Language": "zh"}).text


def test_a_path_that_is_not_there_is_a_page_for_who_reads_pages(stranger: httpx.Client) -> None:
    shown = stranger.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到" in shown.text
    assert stranger.get("/nowhere").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/api/docs", "/healthz", "/readyz", "/metrics", "/records/note"])
def test_a_page_knows_its_methods(stranger: httpx.Client, path: str) -> None:
    answer = stranger.post(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_the_style_is_ours_and_may_be_kept(stranger: httpx.Client) -> None:
    page = stranger.get("/sign-in")
    (path,) = re.findall(r'href="(/assets/style-[A-Z0-9]{8}\.css)"', page.text)
    for accepted, coding in (("gzip", "gzip"), ("identity", None)):
        answer = stranger.get(path, headers={"Accept-Encoding": accepted})
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding") == coding
        assert ".pill" in answer.text
    assert "no-store" in page.headers["cache-control"]


@pytest.mark.parametrize("name", ["manifest.json", "style.css", "../build.py", "main.js.gz", "", "%2e%2e/build.py"])
def test_nothing_but_the_built_assets_is_given_away(stranger: httpx.Client, name: str) -> None:
    assert stranger.get(f"/assets/{name}").status_code in (404, 400)


def test_health_is_for_everybody_and_says_why_not(stranger: httpx.Client, served: Served) -> None:
    assert stranger.get("/healthz").json() == {"status": "alive"}
    assert stranger.get("/readyz").json() == {"status": "ready", "reason": ""}
    served.notes.is_ready = (False, "the policy is empty")
    try:
        answer = stranger.get("/readyz")
    finally:
        served.notes.is_ready = (True, "")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "reason": "the policy is empty"}


def test_figures_are_for_who_has_the_right_even_on_this_machine(
    stranger: httpx.Client, clerk: httpx.Client, till: httpx.Client
) -> None:
    assert stranger.get("/metrics").status_code == 401
    assert stranger.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert stranger.get(f"/metrics?key={KEY}").status_code == 401
    assert clerk.get("/metrics").status_code == 403
    figures = till.get("/metrics").text
    assert "notes_kept 1" in figures
    assert re.search(r'chainstock_requests_total\{method="GET",process="\d+",status="401"\} [1-9]', figures)


def test_a_document_without_end_is_read_to_some_depth() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/node"}}}
    operation = {
        "tags": ["t"],
        "parameters": [{"name": "limit", "schema": {"type": "integer"}, "required": True}, {"$ref": "#/nowhere"}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/node"}}}},
    }
    document = {"paths": {"/x": {"post": operation, "get": {}}}, "components": {"schemas": {"node": node}}}
    tagged, bare = sections(document)
    (post,) = tagged.operations
    assert [field.path for field in post.fields][:2] == ["next", "next.next"]
    assert 2 < len(post.fields) < 20
    assert (post.parameters[0].path, post.parameters[0].required) == ("limit", True)
    assert bare.operations[0].fields == ()


def test_an_example_of_a_change_carries_the_revision() -> None:
    parameters = [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}]
    (section,) = sections({"paths": {"/x": {"post": {}, "patch": {"parameters": parameters}}}})
    assert [each.method for each in section.operations if "If-Match" in each.example] == ["PATCH"]


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ({"type": "string", "format": "date"}, '"2026-01-31"'),
        ({"enum": ["a", "b"]}, '"a"'),
        ({"type": ["null", "integer"]}, "1"),
        ({"oneOf": [{"type": "boolean"}, {"type": "string"}]}, "true"),
        ({"type": "array", "items": {"const": "x"}}, '[\n  "x"\n]'),
        ({"type": "string", "examples": ["it's"]}, "\"it'\\''s\""),
    ],
)
def test_an_example_is_made_up_from_the_schema(schema: dict[str, object], sample: str) -> None:
    body = {"content": {"application/json": {"schema": schema}}}
    ((operation,),) = (each.operations for each in sections({"paths": {"/x": {"post": {"requestBody": body}}}}))
    assert operation.example.endswith(f"-d '{sample}'")


def test_light_or_dark_is_chosen_for_a_device_and_known_before_the_first_paint(stranger: httpx.Client) -> None:
    assert "data-theme" not in stranger.get("/sign-in").text
    chosen = stranger.get("/theme", params={"to": "dark", "back": "/sign-in"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/sign-in")
    shown = stranger.get("/sign-in").text
    assert ' data-theme="dark">' in shown
    assert '<meta name="color-scheme" content="dark">' in shown
    stranger.get("/theme", params={"to": '"><script>'})
    assert "data-theme" not in stranger.get("/sign-in").text
    stranger.cookies.set("theme", '"><b>')
    assert "data-theme" not in stranger.get("/sign-in").text
    assert stranger.get("/theme", params={"to": "light", "back": "//elsewhere"}).headers["location"] == "/"


def test_what_broke_is_a_page_for_who_reads_pages(stranger: httpx.Client) -> None:
    """It says under which number the log knows it, and leads on; nothing of what broke is told."""
    signed = {"account": "clerk1", "password": "correct horse"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    stranger.post("/sign-in", content="&".join(f"{name}={value}" for name, value in signed.items()), headers=form)
    shown = stranger.get("/records/broken", headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert (shown.status_code, shown.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "系统出现错误" in shown.text
    assert 'href="/records/broken"' in shown.text
    assert "secret inner words" not in shown.text
    assert "style-src 'self'" in shown.headers["content-security-policy"]

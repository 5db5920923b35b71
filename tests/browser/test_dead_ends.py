"""Nobody stands before a wall: whatever is refused is told in the reader's words, with a way on, whoever asks."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.serving import Server

HTML = {"Accept": "text/html,application/xhtml+xml"}
NOBODY = "00000000-0000-4000-8000-000000000000"
WALLS = [
    ("aud", "/nowhere", 404),
    ("aud", "/n%C3%B6where", 404),
    ("aud", f"/records/transfer/{NOBODY}", 404),
    ("aud", "/records/nothing_like_it", 404),
    ("aud", "/records/transfer/new", 403),
    ("aud", "/sign-out", 405),
    ("aud", "/stock?place=S01&at=yesterday", 422),
    ("aud", "/records/item?sort=nothing", 422),
    ("", "/nowhere", 404),
    ("", "/sign-out", 405),
]


def _asks(pages: Server, account: str, path: str, language: str) -> httpx.Response:
    cookies = dict(pages.be(account).client.cookies) if account else {}
    with httpx.Client(base_url=pages.url, cookies={**cookies, "language": language}) as client:
        return client.get(path, headers=HTML)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("account", "path", "status"), WALLS)
def test_a_refusal_is_a_page_that_leads_on(pages: Server, account: str, path: str, status: int, language: str) -> None:
    answer = _asks(pages, account, path, language)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
    heading = re.search(r"<h1>(.+?)</h1>", answer.text, re.DOTALL)
    assert heading is not None
    assert bool(re.search("[\u4e00-\u9fff]", heading[1])) is (language == "zh"), heading[1]
    title = re.search(r"<title>(.+?)</title>", answer.text)
    assert title is not None
    assert len(title[1]) > 5
    assert re.search(r'<a class="[a-z ]*" href="/"', answer.text), "there is a way home"


def test_a_record_that_is_not_there_leads_to_its_list(pages: Server) -> None:
    assert 'href="/records/transfer">' in _asks(pages, "aud", f"/records/transfer/{NOBODY}", "en").text


def test_machines_get_what_they_asked_for(pages: Server) -> None:
    answer = httpx.get(f"{pages.url}/nowhere", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    api = _asks(pages, "aud", "/api/records/nothing_like_it", "en")
    assert (api.status_code, api.headers["content-type"]) == (404, "application/problem+json")

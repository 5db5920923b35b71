"""What is tried through pages is refused and written down as what is tried through the API."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from engine.web.limits import Limits
from tests.serving import Server


def test_who_is_refused_a_page_is_a_line_in_the_security_log(chain: Server) -> None:
    line = {"item": {"code": "A100"}, "requested": "1"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = chain.be("clerk1").makes("transfer", values)
    paths = [f"/records/transfer/{record}", f"/records/transfer/{record}/edit", "/records/person", "/records/item/new"]
    answers = [chain.be("clerk3").client.get(each, headers={"Accept": "text/html"}) for each in paths]
    assert [each.status_code for each in answers] == [404, 404, 404, 403]
    lines = [json.loads(each) for each in chain.said().splitlines() if each.startswith("{")]
    refused = [(each["account"], each["path"]) for each in lines if each["event"] == "refused"]
    assert refused == [("clerk3", each) for each in paths]


def test_a_search_by_a_page_counts_as_a_search(chain: Server) -> None:
    """Else whoever has asked too often at one door goes on at the other."""
    clerk = chain.be("clerk3").client
    allowed, statuses = Limits().search.burst, set[int]()
    for _ in range(allowed * 4):
        statuses.add(clerk.get("/search", params={"q": "a"}).status_code)
        if 429 in statuses:
            break
    assert statuses == {200, 429}
    assert chain.be("clerk2").client.get("/search", params={"q": "a"}).status_code == 200


def test_nobody_is_flooded_with_comments(chain: Server) -> None:
    clerk = chain.be("clerk1")
    item = clerk.get("records/item", limit="1")["items"][0]["id"]
    statuses = [clerk.send("POST", f"records/item/{item}/comments", {"comment": "x"}).status_code for _ in range(60)]
    assert statuses[: Limits().told.burst] == [201] * Limits().told.burst
    assert statuses[-1] == 429


def test_an_odd_cookie_of_another_application_signs_nobody_out(chain: Server) -> None:
    client = chain.be("clerk1").client
    mine = next(f"{name}={value}" for name, value in client.cookies.items())
    for odd in ('a={"x":1}', "a=\xe9", "a b; c", ";;=;"):
        for cookie in (f"{odd}; {mine}", f"{mine}; {odd}"):
            answer = httpx.get(f"{chain.url}/api/me", headers=[(b"cookie", cookie.encode("latin-1"))])
            assert answer.status_code == 200, cookie


WHEN = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
CLOSED = ("write_offs_by_week", "subscriber", "limit")
"""A report and forms of which a store clerk may see nothing."""


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_list_is_no_other_page_than_one_that_is_nowhere(chain: Server, name: str) -> None:
    client, nowhere = chain.be("clerk1b").client, "x" * len(name)
    for path in ("/records/{}", "/records/{}/new", "/records/{}?state=done"):
        shown = [client.get(path.format(each), headers={"Accept": "text/html"}) for each in (name, nowhere)]
        assert [each.status_code for each in shown] == [404, 404]
        told = [WHEN.sub("", each.text) for each in shown]
        assert told[0].replace(name, nowhere) == told[1]

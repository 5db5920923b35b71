"""What is tried through pages is refused and written down as what is tried through the API."""

from __future__ import annotations

import json

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

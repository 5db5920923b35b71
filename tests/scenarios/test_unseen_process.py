"""Two processes nobody had when the engine was written, published into a running server and walked by all their people.

They were written from `docs/administrator/` alone and stand in `tests/libraries/maintenance/`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.images import red_png
from tests.serving import PASSWORD, Person, Server, command, environment

LIBRARY = Path(__file__).parents[1] / "libraries" / "maintenance"
CHINESE = {"Accept-Language": "zh-CN"}
HINGE = {"what": "Hinge", "quantity": "2", "price": "640.00"}
RICE = {"item": {"code": "A100"}, "quantity": "0.5", "price": "10.00"}


@pytest.fixture
def published(chain: Server, small_url: str, tmp_path: Path) -> Server:
    """The running server, after a colleague has published the library into its database."""
    env = environment(small_url, tmp_path / "data")
    checked = command("check", str(LIBRARY), env=env)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    done = command("publish", str(LIBRARY), "--note", "maintenance and keys", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "version 2" in done.stdout
    return chain


def _technician(server: Server, url: str, data: Path) -> Person:
    """A person of a role that came with the library, for all the East."""
    adm = server.be("adm")
    person = adm.makes("person", {"account": "tech1", "name": "Hammer", "language": "zh"})
    adm.makes("assignment", {"person": person, "role": "technician", "at": {"code": "EAST"}, "from": "2026-01-01"})
    done = command("account", "tech1", "--password", PASSWORD, env=environment(url, data))
    assert done.returncode == 0, done.stdout + done.stderr
    return server.be("tech1")


def _limit(server: Server, amount: str) -> None:
    server.be("fin1").makes("limit", {"form": "maintenance", "level": "store", "amount": amount})


def _uploaded(person: Person) -> str:
    answer = person.client.post("/api/attachments", files={"file": ("door.png", red_png(), "image/png")})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def _request(**values: Any) -> dict[str, Any]:
    return {"title": "冷库门坏了", "description": "Door of the cold room", "parts": [HINGE, RICE], **values}


def _steps(person: Person, record: str) -> dict[str, str]:
    items = person.get(f"records/maintenance/{record}/route")["items"]
    return {item["step"]: item["state"] for item in items}


def test_a_costly_repair_goes_through_two_levels_and_is_done_by_a_technician(
    published: Server, small_url: str, tmp_path: Path
) -> None:
    technician = _technician(published, small_url, tmp_path / "data")
    _limit(published, "1000.00")
    clerk, manager, area = (published.be(name) for name in ("clerk1", "mgr1", "ame"))

    without = clerk.send(
        "POST", "records/maintenance", {"action": "submit", "values": _request(urgency="high")}, **CHINESE
    )
    assert without.status_code == 422
    assert [(each["path"], each["message"]) for each in without.json()["errors"]] == [("/values/photo", "此项必填。")]
    photo = _uploaded(clerk)
    record = clerk.makes("maintenance", _request(urgency="high", photo=photo), "submit")

    seen = manager.get(f"records/maintenance/{record}")
    assert (seen["number"][:7], seen["state"], seen["values"]["total"]) == ("MR-S01-", "approval", "1285.00")
    assert [row["value"] for row in seen["values"]["parts"]] == ["1280.00", "5.00"]
    kept = manager.client.get(f"/api/attachments/{photo}")
    assert (kept.headers["content-type"], kept.content[:8]) == ("image/png", red_png()[:8])
    assert published.be("clerk2").send("GET", f"attachments/{photo}").status_code == 404
    assert _steps(clerk, record) == {"store": "now", "area": "next"}
    assert area.tasks("maintenance") == []
    assert clerk.tasks("maintenance") == []
    assert manager.decides("maintenance") == "approval"
    withdrawn = clerk.send("POST", f"records/maintenance/{record}/actions/withdraw", **CHINESE)
    assert (withdrawn.status_code, withdrawn.json()["detail"]) == (409, "已有人审批。")
    assert area.decides("maintenance") == "open"

    assert [task["record"]["id"] for task in technician.tasks("maintenance")] == [record]
    assert technician.takes("maintenance", record, "begin") == "working"
    unsaid = technician.send("POST", f"records/maintenance/{record}/actions/finish")
    assert {each["path"] for each in unsaid.json()["errors"]} == {"/values/report", "/values/done_on"}
    late = {"values": {"report": "新铰链", "done_on": "2099-01-01"}}
    refused = technician.send("POST", f"records/maintenance/{record}/actions/finish", late, **CHINESE)
    assert (refused.status_code, refused.json()["detail"]) == (409, "完成日期不能晚于今天。")
    done = {"report": "新铰链", "done_on": "2026-01-05"}
    assert technician.takes("maintenance", record, "finish", done) == "done"

    history = published.be("aud").get(f"records/maintenance/{record}/history")["items"]
    assert [(each["action"], each["to"]) for each in history] == [
        ("create", "draft"),
        ("submit", "approval"),
        ("approve:store", "approval"),
        ("approve:area", "approval"),
        ("accept", "open"),
        ("begin", "working"),
        ("finish", "done"),
    ]
    notice = clerk.get("notices")["items"][0]
    assert notice["text"] == f"{seen['number']}: 冷库门坏了 is done."
    assert published.be("clerk2").send("GET", f"records/maintenance/{record}").status_code == 404


def test_a_small_repair_is_returned_corrected_and_decided_by_the_store_alone(published: Server) -> None:
    _limit(published, "1000.00")
    clerk, manager = published.be("clerk1"), published.be("mgr1")
    record = clerk.makes("maintenance", _request(urgency="low", parts=[HINGE]), "submit")
    task = manager.tasks("maintenance")[0]["id"]
    manager.does(f"tasks/{task}/return", {"to": "submitter", "comment": "too dear"})
    back = clerk.get(f"records/maintenance/{record}")
    assert back["state"] == "draft"

    row = back["values"]["parts"][0]["row"]
    cheaper = {"parts": [{"row": row, "price": "40.00"}]}
    answer = clerk.send("PATCH", f"records/maintenance/{record}", cheaper, **{"If-Match": f'"{back["revision"]}"'})
    assert answer.status_code == 200, answer.text
    assert clerk.takes("maintenance", record, "submit") == "approval"
    assert _steps(clerk, record) == {"store": "now", "area": "skipped"}
    assert manager.send("POST", f"tasks/{task}/approve").json()["errors"][0]["code"] == "task_done"
    assert manager.decides("maintenance") == "open"
    assert clerk.takes("maintenance", record, "begin") == "working"


def test_without_a_limit_nobody_is_skipped_and_the_submitter_may_withdraw(published: Server) -> None:
    clerk, manager = published.be("clerk1"), published.be("mgr1")
    record = clerk.makes("maintenance", _request(urgency="low"), "submit")
    assert _steps(clerk, record) == {"store": "now", "area": "next"}
    task = manager.tasks("maintenance")[0]["id"]
    refused = manager.send("POST", f"tasks/{task}/approve")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "condition_empty")
    assert clerk.get(f"records/maintenance/{record}")["state"] == "approval"

    _limit(published, "5000.00")
    assert _steps(clerk, record) == {"store": "now", "area": "skipped"}
    other = manager.send("POST", f"records/maintenance/{record}/actions/withdraw")
    assert (other.status_code, other.json()["kind"]) == (403, "right")
    assert clerk.takes("maintenance", record, "withdraw") == "withdrawn"
    assert manager.tasks("maintenance") == []


def test_requests_are_found_filtered_and_exported_in_chinese(published: Server) -> None:
    _limit(published, "1000.00")
    clerk = published.be("clerk1")
    door = clerk.makes("maintenance", _request(urgency="low"), "submit")
    lamp = clerk.makes("maintenance", _request(title="灯不亮", description="", parts=[], urgency="normal"))

    def found(**query: str) -> list[str]:
        return [item["id"] for item in clerk.get("records/maintenance", sort="created", **query)["items"]]

    assert found() == [door, lamp]
    assert found(q="冷库") == [door]
    assert found(q="灯不亮") == [lamp]
    assert found(filter="urgency == 'low' and total > 1000") == [door]
    assert found(filter="state == 'draft'") == [lamp]
    wrong = clerk.client.get("/api/records/maintenance", params={"filter": "colour == 'red'"}, headers=CHINESE)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "/filter")
    answer = clerk.client.get("/api/records/maintenance/export", params={"filter": "total > 1000"}, headers=CHINESE)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [(row["title"], row["state"], row["parts.quantity"]) for row in rows] == [
        ("冷库门坏了", "approval", "2.000"),
        ("冷库门坏了", "approval", "0.500"),
    ]


def test_keys_change_hands_with_two_signatures_and_two_of_three_witnesses(published: Server) -> None:
    giver, receiver = published.be("mgr1"), published.be("clerk1")
    witnesses = {
        "witness_one": {"code": "clerk1b"},
        "witness_two": {"code": "clerk1c"},
        "witness_three": {"code": "ame"},
    }
    values = {"keys": "Safe", "receiver": {"code": "clerk1"}, **witnesses}
    signed = {"asks": {"giver_signature": {"typed": "Wang Li"}}, "action": "submit"}

    twice = {**values, "witness_two": {"code": "clerk1b"}}
    same = giver.send("POST", "records/key_handover", {"values": twice, **signed}, **CHINESE)
    assert (same.status_code, same.json()["errors"][0]["message"]) == (422, "必须是三位不同的见证人。")
    unsigned = giver.send("POST", "records/key_handover", {"values": values, "action": "submit"})
    assert [each["path"] for each in unsigned.json()["errors"]] == ["/asks/giver_signature"]
    record = giver.does("records/key_handover", {"values": values, **signed})["id"]

    assert published.be("clerk1b").decides("key_handover") == "witnessing"
    assert published.be("clerk1c").decides("key_handover", "reject") == "witnessing"
    early = receiver.send(
        "POST", f"records/key_handover/{record}/actions/receive", {"asks": {"signature": {"typed": "Chen Jing"}}}
    )
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "not_in_state")
    assert published.be("ame").decides("key_handover") == "witnessed"

    assert [task["record"]["id"] for task in receiver.tasks("key_handover")] == [record]
    assert giver.tasks("key_handover") == []
    signature = {"signature": {"typed": "Chen Jing"}}
    not_his = giver.send("POST", f"records/key_handover/{record}/actions/receive", {"asks": signature})
    assert (not_his.status_code, not_his.json()["kind"]) == (403, "right")
    assert receiver.takes("key_handover", record, "receive", asks=signature) == "received"
    history = published.be("aud").get(f"records/key_handover/{record}/history")["items"]
    told = {each["action"]: each["person"]["code"] for each in history}
    assert told["approve:witness"] == "ame"
    assert told["reject:witness"] == "clerk1c"
    assert history[-1]["asks"] == {"signature": {"typed": "Chen Jing"}}


def test_two_refusing_witnesses_end_a_handover(published: Server) -> None:
    witnesses = {
        "witness_one": {"code": "clerk1b"},
        "witness_two": {"code": "clerk1c"},
        "witness_three": {"code": "ame"},
    }
    values = {"keys": "Safe", "receiver": {"code": "clerk1"}, **witnesses}
    asks = {"giver_signature": {"typed": "Wang Li"}}
    published.be("mgr1").does("records/key_handover", {"values": values, "asks": asks, "action": "submit"})
    assert published.be("clerk1b").decides("key_handover", "reject") == "witnessing"
    assert published.be("ame").decides("key_handover", "reject") == "refused"
    assert published.be("clerk1c").tasks("key_handover") == []

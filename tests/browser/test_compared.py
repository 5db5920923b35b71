"""Asked again in the browser: what was decided on last, side by side with what stands there now."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, People
from tests.browser.test_inbox_round import task_of
from tests.serving import Server

SHOWN = 60


def row(item: str, quantity: str) -> dict[str, Any]:
    return {"item": {"code": item}, "requested": quantity}


def returned(server: Server, *rows: dict[str, Any]) -> tuple[str, list[str]]:
    """A transfer that was sent back; its rows."""
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S03"}, "reason": "slow", "lines": list(rows)}
    clerk, manager = server.be("clerk1"), server.be("mgr1")
    record = clerk.makes("transfer", values, "submit")
    manager.does(f"tasks/{task_of(server, record)}/return", {"comment": "too much", "to": "submitter"})
    lines = clerk.get(f"records/transfer/{record}")["values"]["lines"]
    return record, [each["row"] for each in lines]


def items(server: Server, count: int) -> list[str]:
    """Items of one's own; their codes."""
    codes = [f"Y{uuid.uuid4().hex[:10].upper()}" for _ in range(count)]
    for code in codes:
        values = {"code": code, "name": f"Thing {code}", "category": {"code": "FOOD"}, "cost": "10"}
        server.be("adm").makes("item", {**values, "tracking": "none"})
    return codes


def sends_again(server: Server, record: str, values: dict[str, Any]) -> None:
    clerk = server.be("clerk1")
    revision = clerk.get(f"records/transfer/{record}")["revision"]
    clerk.send("PATCH", f"records/transfer/{record}", values, **{"If-Match": str(revision)}).raise_for_status()
    clerk.takes("transfer", record, "submit")


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "zh")], ids=["desk-en", "phone-zh"])
def test_what_was_sent_back_is_read_beside_what_comes_again(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    says = {
        "en": ("Changed since it was last decided", "When last decided", "Now", "Added", "Removed"),
        "zh": ("上次审批后的变更", "上次审批时", "现在", "新增", "删除"),
    }[language]
    record, rows = returned(pages, row("A100", "1"), row("B200", "2"))
    (other,) = items(pages, 1)
    lines = [{"row": rows[0], "requested": "3"}, {"row": rows[1], "remove": True}, row(other, "4")]
    sends_again(pages, record, {"lines": lines})
    task = task_of(pages, record)
    manager = people.sign_in("mgr1", size, language)
    manager.goto("/tasks")
    expect(manager.locator(f"[data-task='{task}'] .pill")).to_have_text(re.compile("changed since|有变更"))
    for path in (f"/tasks?task={task}", f"/records/transfer/{record}"):
        manager.goto(path)
        part = manager.locator(".compared")
        expect(part.locator("h2")).to_contain_text(says[0])
        changed = part.locator("tbody tr.row-changed").first
        expect(changed.locator("td").nth(1)).to_contain_text("1")
        expect(changed.locator("td").nth(2)).to_contain_text("3")
        expect(changed).to_contain_text("A100")
        expect(part.locator("tr.row-added").first).to_contain_text(says[3])
        expect(part.locator("tr.row-removed").first).to_contain_text(says[4])
        expect(part.locator("tr.row-removed").first).to_contain_text("B200")
        if size == DESK:
            expect(part.locator("thead th").nth(1)).to_have_text(says[1])
        else:
            expect(changed.locator("td").nth(1)).to_have_attribute("data-title", says[1])
        assert manager.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto(f"/records/transfer/{record}")
    expect(clerk.locator(".lines").first).to_be_visible()
    expect(clerk.locator(".compared")).to_have_count(0)


def test_nothing_changed_is_said_and_what_is_long_is_one_press_away(people: People, pages: Server) -> None:
    same, _ = returned(pages, row("A100", "1"))
    sends_again(pages, same, {})
    many, _ = returned(pages, row("A100", "1"))
    sends_again(pages, many, {"lines": [row(each, "1") for each in items(pages, SHOWN // 2)]})
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/records/transfer/{same}")
    expect(manager.locator(".compared")).to_contain_text("Nothing has changed since it was last decided.")
    manager.goto(f"/records/transfer/{many}")
    expect(manager.locator(".compared tbody tr")).to_have_count(SHOWN)
    manager.get_by_role("link", name="Show all changes").click()
    whole = pages.be("mgr1").get(f"records/transfer/{many}")["tasks"][0]["changed"]
    assert len(whole) > SHOWN
    expect(manager.locator(".compared tbody tr")).to_have_count(len(whole))

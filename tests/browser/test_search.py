"""Search over everything: the thing itself first, what one may not see never."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, People
from tests.serving import Server


def test_who_types_a_code_finds_the_thing_itself_first(people: People) -> None:
    manager = people.sign_in("mgr1", DESK, "en")
    manager.keyboard.press("/")
    manager.keyboard.type("a100")
    manager.keyboard.press("Enter")
    first = manager.locator("main section").first
    expect(first.locator("h2")).to_have_text("Item")
    expect(first.locator("a.line").first).to_contain_text("A100")
    expect(first.locator("a.line").first).to_contain_text("Rice")


def test_a_line_ends_in_no_bare_yes(people: People) -> None:
    """Whether an item is in use stands in a column of its list; without the head over it it says nothing."""
    manager = people.sign_in("mgr1", DESK, "zh")
    manager.goto("/search?q=A100")
    line = manager.locator("main a.line", has_text="A100").first
    expect(line).to_be_visible()
    assert "是" not in [each.removeprefix("·").strip() for each in line.locator(".quiet").all_inner_texts()]


def test_what_nobody_may_show_him_is_not_found(people: People) -> None:
    """A supplier sees neither stores' papers nor prices by searching for them."""
    vendor = people.sign_in("vendor1", PHONE, "zh")
    vendor.goto("/search?q=A100")
    expect(vendor.locator("main h1")).to_contain_text("A100")
    forms = vendor.evaluate("async () => (await (await fetch('/api/forms')).json()).items.map((each) => each.title)")
    for title in vendor.locator("main section h2").all_inner_texts():
        assert title in forms


def test_money_is_found_with_its_currency(people: People, pages: Server) -> None:
    """There is no head over it that would say which."""
    lines = [{"item": {"code": "A100"}, "requested": "2"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": lines}
    record = pages.be("clerk1").makes("transfer", values, "submit")
    number = pages.be("clerk1").get(f"records/transfer/{record}")["number"]
    total = pages.be("mgr1").get(f"records/transfer/{record}")["values"]["total"]
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/search?q={number}")
    expect(manager.locator("main a.line").first).to_contain_text(f"{total} CNY")


def test_nothing_found_says_so(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE, "zh")
    clerk.goto("/search?q=nothing+of+that+name")
    expect(clerk.get_by_text("没有找到。")).to_be_visible()

"""A row opens its record beside the list at the desk, and in full on the phone; the foot sums what is narrowed."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, People
from tests.browser.test_inbox import asks_for
from tests.serving import Server


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_row_opens_its_record_at_the_right(people: People, pages: Server, language: str) -> None:
    """Number, state, what may be done next; another row takes its place, Escape closes and gives the focus back."""
    asked = [asks_for(pages, "clerk1") for _ in range(2)]
    clerk = people.sign_in("clerk1", DESK, language)
    clerk.goto("/records/transfer?f.state=approval&sort=-number")
    rows = clerk.locator("tr[data-glance]")
    rows.first.locator("td").last.click()
    panel = clerk.locator(".glance")
    number = rows.first.locator(".open").inner_text()
    expect(panel.locator("h2").first).to_have_text(number)
    expect(panel.locator(".pill")).to_have_text("In approval" if language == "en" else "审批中")
    expect(panel.locator(".acts a").first).to_have_attribute("href", f"/records/transfer/{asked[1]}")
    clerk.keyboard.press("j")
    expect(panel.locator("h2").first).to_have_text(rows.nth(1).locator(".open").inner_text())
    clerk.keyboard.press("k")
    expect(panel.locator("h2").first).to_have_text(number)
    clerk.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(rows.first.locator(".open")).to_be_focused()
    clerk.keyboard.press("Space")
    expect(panel.locator("h2").first).to_have_text(number)
    clerk.keyboard.press("Enter")
    expect(clerk).to_have_url(re.compile(f"/records/transfer/{asked[1]}$"))


def test_on_a_phone_a_row_opens_the_record(people: People, pages: Server) -> None:
    record = asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", PHONE, "en")
    clerk.goto("/records/transfer?sort=-number&f.state=approval")
    clerk.locator("tr[data-glance] td").nth(2).tap()
    expect(clerk).to_have_url(re.compile(f"/records/transfer/{record}$"))


def test_what_one_may_not_see_is_not_beside_a_list_either(people: People, pages: Server) -> None:
    record = asks_for(pages, "clerk1")
    stranger = people.sign_in("clerk2", DESK, "en")
    assert stranger.request.get(f"/records/transfer/{record}/glance").status == 404
    clerk = people.sign_in("clerk1", DESK, "en").request.get(f"/records/transfer/{record}/glance")
    assert clerk.status == 200
    assert "Total" not in clerk.text()


def test_the_foot_sums_what_is_narrowed(people: People, pages: Server) -> None:
    """Of more rows than stand on the page, for whoever sees every one of the sums; nobody else has a foot."""
    for _ in range(2):
        asks_for(pages, "clerk1")
    items = pages.be("fin1").get("records/transfer", limit="500", filter="state == 'approval'")["items"]
    total = sum(Decimal(each["values"]["total"]) for each in items if each["values"]["total"])
    finance = people.sign_in("fin1", DESK, "en")
    finance.goto("/records/transfer?f.state=approval")
    expect(finance.locator("tfoot .number")).to_contain_text(f"{total:,}")
    finance.goto("/records/transfer?f.state=draft")
    expect(finance.locator("main h1")).to_be_visible()
    expect(finance.locator("tfoot")).to_have_count(0)
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/records/transfer?f.state=approval")
    expect(manager.locator("table.list tbody tr").first).to_be_visible()
    expect(manager.locator("tfoot")).to_have_count(0)


def test_the_foot_is_seen_before_one_has_come_to_the_end_of_the_list(people: People, pages: Server) -> None:
    """It stays at the lower edge of what is scrolled."""
    for _ in range(25):
        asks_for(pages, "clerk1")
    finance = people.sign_in("fin1", DESK, "en")
    finance.goto("/records/transfer?f.state=approval")
    expect(finance.locator("table.list tbody tr").last).not_to_be_in_viewport()
    expect(finance.locator("tfoot .number")).to_be_in_viewport()

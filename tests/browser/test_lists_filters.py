"""A list is narrowed by sentences: added, taken away, kept in the address, and told what is wrong with them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.browser.test_inbox import asks_for
from tests.serving import PASSWORD, Server


def opened(page: Page, field: str) -> None:
    """The form of filters, open at one field."""
    page.locator("[popovertarget=filters]").first.click()
    part = page.locator(f"#filters [data-ask={field}]")
    if part.get_attribute("open") is None:
        part.locator("summary").click()


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_filters_are_added_and_read_like_sentences(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    """Two states and a store, one after the other; each goes again by its own link, all of them at once."""
    asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/transfer")
    opened(clerk, "state")
    for state in ("approval", "in_transit"):
        clerk.locator(f"#filters [name='f.state.{state}']").check()
    clerk.locator("#filters .primary").click()
    chips = clerk.locator(".narrowing .chip")
    said = "State is In approval or In transit" if language == "en" else "状态 为 审批中或在途"
    expect(chips.first).to_contain_text(said)
    opened(clerk, "to_store")
    picker = clerk.locator("#filters [data-ask=to_store] [role=combobox]")
    picker.click()
    picker.press_sequentially("S03")
    clerk.get_by_role("option", name="S03").first.click()
    clerk.locator("#filters .primary").click()
    expect(chips).to_have_count(2)
    expect(clerk).to_have_url(re.compile("f.to_store=S03"))
    expect(chips.nth(1)).to_contain_text("To is S03" if language == "en" else "调入门店 为 S03")
    expect(clerk.locator("table.list tbody tr").first).to_be_visible()
    chips.first.locator("a").click()
    expect(chips).to_have_count(1)
    expect(clerk).to_have_url(re.compile(r"[?]f.to_store=S03$"))
    clerk.go_back()
    expect(chips).to_have_count(2)
    clerk.locator(".narrowing > a").click()
    expect(chips).to_have_count(0)


def test_a_range_is_asked_by_its_ends(people: People) -> None:
    buyer = people.sign_in("mgr1", DESK, "en")
    buyer.goto("/records/item")
    opened(buyer, "price")
    buyer.locator("[name='f.price.from']").fill("10")
    buyer.locator("[name='f.price.to']").fill("1000")
    buyer.keyboard.press("Enter")
    expect(buyer.locator(".narrowing .chip")).to_contain_text("Price is 10 to 1,000")
    expect(buyer).to_have_url(re.compile(r"[?]f.price.from=10&f.price.to=1000$"))
    opened(buyer, "name")
    expect(buyer.locator("[name='f.price.from']")).to_have_value("10")
    buyer.locator("[name='f.name.has']").fill("no such name")
    buyer.keyboard.press("Enter")
    nothing = buyer.locator("[data-none]")
    expect(nothing).to_contain_text("Nothing meets all of this.")
    nothing.get_by_role("link", name="Without “Name contains").click()
    expect(buyer.locator("table.list tbody tr").first).to_be_visible()


def test_days_narrow_by_the_calendar(people: People, pages: Server) -> None:
    asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/transfer?f.created.from=today")
    expect(clerk.locator(".narrowing .chip")).to_contain_text("Created is from today")
    expect(clerk.locator("table.list tbody tr").first).to_be_visible()
    clerk.goto("/records/transfer?f.created.to=2020-01-31")
    expect(clerk.locator("[data-none]")).to_be_visible()
    opened(clerk, "created")
    expect(clerk.locator("[name='f.created.to']")).to_have_value("2020-01-31")


@pytest.mark.parametrize(
    ("size", "language", "said"),
    [
        (DESK, "en", ["Price “abc”: This must be a number", "gone “1”: There is no such field.", "State “nowhere”"]),
        (PHONE, "zh", ["售价 “abc”: 必须是数字", "gone “1”: 没有这个字段。", "状态 “nowhere”"]),
    ],
)
def test_a_filter_that_is_wrong_says_so_in_its_place(
    people: People, size: tuple[int, int], language: str, said: list[str]
) -> None:
    """Nothing is shown as if it had been narrowed; the way on is offered, and keeps what was right."""
    manager = people.sign_in("mgr1", size, language)
    wrong = "f.price.from=abc&f.gone=1&f.state=nowhere"
    answer = manager.goto(f"/records/item?{wrong}&f.name.has=a")
    assert answer is not None
    assert answer.status == 422
    complaint = manager.locator("[data-complaints]")
    for each in said:
        expect(complaint).to_contain_text(each)
    expect(manager.locator(".chip.is-wrong")).to_have_count(3)
    expect(manager.locator("table.list")).to_have_count(0)
    complaint.locator("a").first.click()
    expect(manager).to_have_url(re.compile(r"[?]f.name.has=a$"))
    expect(manager.locator(".narrowing .chip")).to_have_count(1)


@pytest.mark.parametrize(("word", "code"), [("sort", "gone"), ("cursor", "xyz"), ("filter", "gone == 1")])
def test_whatever_else_of_the_address_is_wrong_is_told_too(people: People, word: str, code: str) -> None:
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/records/transfer?{word}={code}&f.state=draft")
    expect(manager.locator("[data-complaints]")).to_be_visible()
    manager.locator("[data-complaints] a").first.click()
    expect(manager).to_have_url(re.compile(r"[?]f.state=draft$"))
    expect(manager.locator("[data-complaints]")).to_have_count(0)


def test_what_is_hidden_is_neither_offered_nor_told_apart_from_what_is_not_there(people: People) -> None:
    """A clerk does not see totals: no filter for them, and the same words as for a field that never was."""
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/transfer")
    expect(clerk.locator("#filters [data-ask=state]")).to_have_count(1)
    expect(clerk.locator("#filters [data-ask=total]")).to_have_count(0)
    clerk.goto("/records/transfer?f.total.from=1")
    hidden = clerk.locator("[data-complaints]").inner_text()
    clerk.goto("/records/transfer?f.zzzzz.from=1")
    assert clerk.locator("[data-complaints]").inner_text() == hidden.replace("total", "zzzzz")


def test_the_keyboard_is_enough(people: People) -> None:
    """The button opens, Tab reaches a field, Space opens it, Escape closes and gives the focus back."""
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/records/item")
    button = manager.locator("[popovertarget=filters]").first
    button.focus()
    manager.keyboard.press("Enter")
    expect(manager.locator("#filters")).to_be_visible()
    manager.locator("#filters [data-ask=active] summary").focus()
    manager.keyboard.press("Space")
    manager.keyboard.press("Tab")
    manager.keyboard.press("ArrowUp")
    manager.keyboard.press("ArrowUp")
    expect(manager.locator("[name='f.active'][value='true']")).to_be_visible()
    manager.locator("[name='f.active'][value='true']").check()
    manager.keyboard.press("Escape")
    expect(manager.locator("#filters")).to_be_hidden()
    expect(button).to_be_focused()
    manager.keyboard.press("Enter")
    manager.locator("#filters .primary").press("Enter")
    expect(manager.locator(".narrowing .chip")).to_contain_text("Active is yes")


def test_another_language_shows_what_one_looked_at(people: People) -> None:
    """The filters stay; so do they when one has to sign in again."""
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/item?q=A100&f.tracking=none")
    expect(clerk.locator("main table.list tbody tr")).to_have_count(1)
    address = clerk.url
    clerk.locator(".top a[href^='/language']").click()
    expect(clerk.locator("html")).to_have_attribute("lang", "zh-CN")
    assert clerk.url == address
    clerk.context.clear_cookies()
    clerk.goto(address)
    clerk.locator("[name=account]").fill("clerk1")
    clerk.locator("[name=password]").fill(PASSWORD)
    clerk.locator("button.primary").click()
    expect(clerk).to_have_url(address)

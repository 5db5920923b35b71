"""Stock as people look at it: by place, by item, by both; figures that change meanwhile; a phone; two languages."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.serving import Person, Server


@pytest.fixture
def admin(pages: Server) -> Person:
    """Who enters items and what is there at first."""
    return pages.be("adm")


def make_item(admin: Person, code: str, tracking: str = "none", unit: str = "piece", name: str | None = None) -> None:
    admin.makes(
        "item",
        {
            "code": code,
            "name": name or f"Thing {code}",
            "category": {"code": "FOOD"},
            "tracking": tracking,
            "base_unit": unit,
            "cost": "10",
        },
    )


def bring(admin: Person, item: str, quantity: str, store: str = "S01", lot: str | None = None) -> None:
    if lot:
        admin.makes("lot", {"item": {"code": item}, "code": lot})
    line = {"item": {"code": item}, "quantity": quantity, **({"lot": {"code": lot}} if lot else {})}
    admin.makes("opening", {"store": {"code": store}, "lines": [line]}, "post")


def ship(pages: Server, item: str, quantity: str) -> str:
    """A transfer from S01 to S02 that has left; its id."""
    clerk = pages.be("clerk1")
    lines = [{"item": {"code": item}, "requested": quantity}]
    made = clerk.makes("transfer", {"to_store": {"code": "S02"}, "reason": "slow", "lines": lines}, "submit")
    task = next(each for each in pages.be("mgr1").tasks("transfer") if each["record"]["id"] == made)
    pages.be("mgr1").does(f"tasks/{task['id']}/approve", {"comment": "yes"})
    clerk.takes("transfer", made, "ship")
    return made


def big(page: Page) -> Locator:
    return page.locator(".big .sum [data-live]")


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""As if another tab were looked at, or this one again."""


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "zh")])
def test_stock_of_my_store_is_the_first_thing_i_see(
    people: People, admin: Person, size: tuple[int, int], language: str
) -> None:
    code = f"V{size[0]}"
    make_item(admin, code, unit="kg")
    bring(admin, code, "1234.5")
    page = people.sign_in("clerk1", size, language)
    page.goto("/stock")
    expect(page.locator("h1")).to_contain_text("S01")
    row = page.locator("tr", has_text=code)
    expect(row).to_contain_text("1,234.5")
    expect(row).to_contain_text("千克" if language == "zh" else "Kilogram")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    row.locator("a").click()
    expect(big(page)).to_have_text("1,234.5")
    expect(page.locator(".big h2")).to_have_text("此处当前可售" if language == "zh" else "Can be sold here now")


def test_a_figure_changes_while_one_looks_and_nothing_jumps(people: People, pages: Server, admin: Person) -> None:
    make_item(admin, "LIVE1")
    bring(admin, "LIVE1", "10")
    page = people.sign_in("clerk1")
    with page.expect_response("**/api/events*") as _stream:
        page.goto("/stock?place=S01&item=LIVE1")
    expect(big(page)).to_have_text("10")
    before = page.locator(".big").bounding_box()
    bring(admin, "LIVE1", "7")
    expect(big(page)).to_have_text("17")
    expect(big(page)).to_have_class(re.compile("told"))
    expect(page.locator("[data-live-part=steps] tbody tr")).to_have_count(2)
    assert page.locator(".big").bounding_box() == before
    ship(pages, "LIVE1", "4")
    expect(big(page)).to_have_text("13")
    expect(page.locator("[data-live-part=moving] tbody tr")).to_contain_text("In transit")


def test_a_list_of_a_store_hears_of_a_new_item_and_keeps_its_place(people: People, admin: Person) -> None:
    make_item(admin, "LIVE2")
    page = people.sign_in("clerk1")
    with page.expect_response("**/api/events*"):
        page.goto("/stock?place=S01")
    expect(page.locator("tr", has_text="A100")).to_be_visible()
    expect(page.locator("tr", has_text="LIVE2")).to_have_count(0)
    page.locator("tr", has_text="A100").locator("a").focus()
    bring(admin, "LIVE2", "3")
    expect(page.locator("tr", has_text="LIVE2")).to_contain_text("3")
    expect(page.locator("tr", has_text="A100").locator("a")).to_be_focused()


def test_another_stores_stock_neither_shows_nor_stirs_my_page(people: People, admin: Person) -> None:
    make_item(admin, "FAR1")
    bring(admin, "FAR1", "5", "S04")
    page = people.sign_in("clerk1")
    page.goto("/stock?place=S04")
    expect(page.locator("main .empty")).to_be_visible()
    page.goto("/stock?item=FAR1")
    expect(page.locator("main .empty")).to_contain_text("none of it anywhere that you may see")
    page.goto("/stock?place=S04&item=FAR1")
    expect(big(page)).to_have_text("0")
    expect(page.locator("main")).to_contain_text("Nothing has moved here yet.")


def test_the_count_of_my_tasks_changes_in_the_frame(people: People, pages: Server) -> None:
    page = people.sign_in("mgr1")
    with page.expect_response("**/api/events*"):
        page.goto("/stock")
    badge = page.locator('.side a[href="/tasks"] b.count')
    before = int(badge.inner_text()) if badge.count() else 0
    lines = [{"item": {"code": "A100"}, "requested": "1"}]
    values = {"to_store": {"code": "S02"}, "reason": "slow", "lines": lines}
    made = pages.be("clerk1").makes("transfer", values, "submit")
    expect(badge).to_have_text(str(before + 1))
    pages.be("clerk1").takes("transfer", made, "withdraw")
    expect(badge).to_have_count(0) if before == 0 else expect(badge).to_have_text(str(before))


def test_a_page_that_nobody_looks_at_does_not_listen_and_catches_up(people: People, admin: Person) -> None:
    make_item(admin, "HID1")
    bring(admin, "HID1", "1")
    page = people.sign_in("clerk1")
    with page.expect_response("**/api/events*"):
        page.goto("/stock?place=S01&item=HID1")
    page.evaluate(HIDE, True)
    bring(admin, "HID1", "1")
    expect(big(page)).to_have_text("1")
    with page.expect_response("**/api/events*"):
        page.evaluate(HIDE, False)
    expect(big(page)).to_have_text("2")


def test_a_movement_opens_its_record_and_says_why_in_words(people: People, pages: Server, admin: Person) -> None:
    make_item(admin, "WHY1")
    bring(admin, "WHY1", "9")
    made = ship(pages, "WHY1", "2")
    page = people.sign_in("clerk1")
    page.goto("/stock/trail?place=S01&item=WHY1")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Ship · Stock transfer")
    expect(first.locator("td.number").nth(0)).to_have_text("-2")
    expect(first.locator("td.number").nth(1)).to_have_text("7")
    first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(made))
    page.goto("/stock/movements?place=S01&item=WHY1")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr").first).to_contain_text("In transit")


def test_lots_are_told_apart_and_the_past_is_shown_as_it_was(people: People, admin: Person) -> None:
    make_item(admin, "LOT1", tracking="lot")
    bring(admin, "LOT1", "4", lot="L-OLD")
    bring(admin, "LOT1", "6", lot="L-NEW")
    page = people.sign_in("mgr1")
    page.goto("/stock?place=S01&item=LOT1")
    expect(big(page)).to_have_text("10")
    expect(page.locator("[data-live-part=rows] tbody tr")).to_have_count(2)
    expect(page.locator("tr", has_text="L-OLD").first).to_contain_text("4")
    page.goto("/stock?place=S01&item=LOT1&at=2020-01-01T00:00:00Z")
    expect(page.locator("main .message")).to_contain_text("As it was on")
    expect(big(page)).to_have_text("0")
    page.get_by_role("link", name="Back to now").click()
    expect(big(page)).to_have_text("10")


def test_what_is_nowhere_is_called_by_its_name(people: People, admin: Person) -> None:
    """Also where nothing of it ever was."""
    page = people.sign_in("mgr1", PHONE)
    make_item(admin, "NONE1", name="Green kettle")
    page.goto("/stock?place=S02&item=NONE1")
    expect(page.locator("h1")).to_have_text("NONE1 Green kettle S02 Market Street")
    page.goto("/stock?item=NONE1")
    expect(page.locator("h1")).to_contain_text("NONE1 Green kettle")


def test_place_and_item_are_chosen_by_what_one_types(people: People, admin: Person) -> None:
    make_item(admin, "PICK1", name="Blue kettle")
    bring(admin, "PICK1", "8")
    page = people.sign_in("aud")
    page.goto("/stock")
    item = page.get_by_role("combobox", name="Item")
    item.fill("kettle")
    page.get_by_role("option", name="PICK1").click()
    expect(page).to_have_url(re.compile("item=PICK1"))
    expect(big(page)).to_have_text("8")
    page.locator("tr", has_text="S01").locator("a").click()
    expect(page).to_have_url(re.compile("place=S01&item=PICK1|item=PICK1&place=S01"))
    expect(big(page)).to_have_text("8")


@pytest.fixture(scope="module")
def crowded(pages: Server) -> int:
    """A store with many items."""
    admin = pages.be("adm")
    many = 230
    items = [
        {
            "key": f"crowd-{n}",
            "method": "POST",
            "path": "/api/records/item",
            "body": {
                "values": {
                    "code": f"Z{n:04}",
                    "name": f"很长的商品名称用来看看会不会把表格撑坏 {n}",
                    "category": {"code": "FOOD"},
                    "tracking": "none",
                    "cost": "1",
                }
            },
        }
        for n in range(many)
    ]
    answers = admin.does("batch", items)
    assert {each["status"] for each in answers} == {201}
    lines = [{"item": {"code": f"Z{n:04}"}, "quantity": str(n + 1)} for n in range(many)]
    admin.makes("opening", {"store": {"code": "S03"}, "lines": lines}, "post")
    return many


def test_many_items_come_by_pages_and_are_narrowed_by_words(people: People, crowded: int) -> None:
    page = people.sign_in("clerk3", PHONE, "en")
    began = time.monotonic()
    page.goto("/stock?place=S03")
    expect(page.locator("tbody tr")).to_have_count(100)
    assert time.monotonic() - began < 10
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.locator("a[rel=next]").click()
    expect(page.locator("nav.foot span")).to_contain_text("101–200")
    page.goto("/stock?place=S03&q=z0229")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("230")
    page.goto("/stock?place=S03&q=nothing-like-it")
    expect(page.locator("main .empty")).to_contain_text("No stock that you may see matches this.")


@pytest.mark.parametrize(
    "address",
    [
        "/stock?place=%3Cb%3E",
        "/stock?item=x%27%22",
        "/stock?place=S01&start=-1",
        "/stock?place=S01&start=99999999999",
        f"/stock?item={'x' * 300}",
    ],
)
def test_what_is_asked_wrongly_is_a_page_all_the_same(people: People, address: str) -> None:
    page = people.sign_in("clerk1")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("main h1")).to_be_visible()

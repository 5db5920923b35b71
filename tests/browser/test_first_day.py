"""What stopped people who knew the staff's page alone: buttons that led nowhere, or that were somebody else's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.browser.test_files import chooses_picture
from tests.browser.test_forms_onward import sent_on
from tests.browser.test_record import transfer
from tests.serving import PASSWORD, Server


def ordered(pages: Server) -> str:
    """Twenty of rice on order for S01."""
    line = {"item": {"code": "A100"}, "quantity": "20", "price": "10"}
    order = {"supplier": {"code": "V1"}, "store": {"code": "S01"}, "lines": [line]}
    return pages.be("buyA").makes("purchase_order", order, "submit")


def within(page: Page, inner: str, outer: str) -> bool:
    """Whether one thing stands inside another on the glass."""
    one, other = page.locator(inner).first.bounding_box(), page.locator(outer).first.bounding_box()
    assert one is not None
    assert other is not None
    ends = (one["y"] + one["height"], other["y"] + other["height"])
    return other["y"] <= one["y"] and ends[0] <= ends[1]


@pytest.mark.parametrize("where", ["record", "task"])
def test_goods_from_a_supplier_are_received_on_the_sheet_that_opens(people: People, pages: Server, where: str) -> None:
    order = ordered(pages)
    clerk = people.sign_in("clerk1", DESK)
    task = next(each["id"] for each in pages.be("clerk1").tasks("purchase_order") if each["record"]["id"] == order)
    clerk.goto(f"/tasks?task={task}" if where == "task" else f"/records/purchase_order/{order}")
    clerk.locator(".acts > [data-action=receive]").click()
    expect(clerk).to_have_url(re.compile(r"/records/receipt/[0-9a-f-]{36}/edit$"))
    expect(clerk.locator(".stick .primary")).to_have_text("Receive")
    expect(clerk.locator("[data-action=drop]")).to_have_count(0)
    clerk.get_by_label("Good 1", exact=True).fill("21")
    clerk.locator("[data-action=post]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("More than was ordered and has not come yet.")
    clerk.get_by_label("Good 1", exact=True).fill("12")
    clerk.locator("[data-action=post]").click()
    clerk.locator("dialog button:not([type=button])").click()
    expect(clerk.locator("main .head .pill").first).to_have_text("Received")
    assert pages.be("aud").get(f"records/purchase_order/{order}")["state"] == "partly"


def test_what_gives_a_record_up_is_never_its_next_step(people: People, pages: Server) -> None:
    """A sheet that may be filled is filled; to drop it stands under More, as cancelling what is to be shipped does."""
    order = ordered(pages)
    pages.be("clerk1").takes("purchase_order", order, "receive")
    links = pages.be("clerk1").get(f"records/purchase_order/{order}")["links"]
    sheet = next(each["id"] for each in links if each["form"] == "receipt")
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto(f"/records/receipt/{sheet}")
    expect(clerk.locator(".acts > .primary")).to_have_text("Edit")
    expect(clerk.locator(".acts > [data-action=drop]")).to_have_count(0)
    clerk.locator(".menu > summary").click()
    expect(clerk.locator(".menu [data-action=drop]")).to_be_visible()
    keeper = people.sign_in("dck", PHONE)
    keeper.goto(f"/records/transfer/{sent_on(pages, 'A100', '1', shipped=False)}")
    expect(keeper.locator(".acts > .primary")).to_have_text("Ship")


def test_nobody_is_offered_a_verdict_that_is_asked_of_others(people: People, pages: Server) -> None:
    """Who handed a write-off in might witness those of others; of his own he sees who is asked, and no buttons."""
    line = {"item": {"code": "A100"}, "quantity": "1"}
    values = {"store": {"code": "S01"}, "reason": "broken", "lines": [line]}
    record = pages.be("clerk1").makes("write_off", values, "submit")
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto(f"/records/write_off/{record}")
    expect(clerk.locator(".waits")).to_have_count(2)
    expect(clerk.locator(".acts summary")).to_be_visible()
    expect(clerk.locator("[data-action=approve]")).to_have_count(0)
    witness = people.sign_in("clerk1b", PHONE)
    witness.goto(f"/records/write_off/{record}")
    expect(witness.locator("[data-action=approve]")).to_have_count(1)


def test_on_a_phone_a_dialogue_of_the_inbox_holds_its_buttons(people: People, pages: Server) -> None:
    transfer(pages)
    manager = people.sign_in("mgr1", PHONE)
    task = pages.be("mgr1").tasks("transfer")[-1]["id"]
    manager.goto(f"/tasks?task={task}")
    manager.locator(".acts > [data-action=approve]").click()
    expect(manager.locator("dialog")).to_be_visible()
    assert within(manager, "dialog .acts .primary", "dialog")


def test_on_a_phone_what_was_done_hides_neither_number_nor_state(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto(transfer(pages, submit=False))
    clerk.locator(".acts > [data-action=submit]").click()
    expect(clerk.locator(".done-now")).to_be_visible()
    told, state = (clerk.locator(each).first.bounding_box() for each in (".done-now", "main .head .pill"))
    assert told is not None
    assert state is not None
    assert told["y"] >= state["y"] + state["height"]


def test_that_something_ends_a_record_is_said_before(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", DESK)
    clerk.goto(transfer(pages))
    clerk.locator(".acts [data-action=withdraw]").click()
    expect(clerk.locator("dialog .effects")).to_have_text("This ends it: Withdrawn.")


def test_a_rule_about_a_column_marks_what_is_empty_in_it(people: People, pages: Server) -> None:
    record = sent_on(pages, "H900", "1", shipped=False)
    keeper = people.sign_in("dck", PHONE)
    keeper.goto(f"/records/transfer/{record}/edit")
    keeper.locator("[data-action=ship]").click()
    expect(keeper.get_by_label("Lot 1", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(keeper.get_by_label("Lot 1", exact=True)).to_be_focused()


def test_that_nothing_is_called_so_is_said(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    clerk.goto("/records/transfer/new")
    box = clerk.get_by_label("Item 1", exact=True)
    box.press_sequentially("zzzz")
    told = clerk.locator(".picker [role=status]")
    expect(told).to_have_text("Nothing that can be chosen here is called that.")
    box.fill("A100")
    expect(told).to_have_count(0)


def test_a_picture_is_sent_though_one_signed_in_anew_elsewhere(people: People, pages: Server) -> None:
    """The page's own token is over: its files go on like everything else that it sends."""
    clerk = people.sign_in("bmgr", DESK)
    clerk.goto("/records/item/new")
    answer = clerk.context.request.post("/api/session", data={"account": "bmgr", "password": PASSWORD})
    assert answer.ok
    chooses_picture(clerk)
    expect(clerk.locator("[data-field=photo] img")).to_be_visible()
    (refused,) = people.complaints
    assert "403" in refused, "it was refused once, and sent again"
    people.complaints.clear()


@pytest.mark.parametrize(("language", "loss"), [("en", "Loss"), ("zh", "损失金额")])
def test_limits_are_called_by_what_they_limit(people: People, pages: Server, language: str, loss: str) -> None:
    manager = people.sign_in("mgr1", DESK, language)
    manager.goto("/records/limit")
    rows = manager.locator("table.list tbody td.first")
    expect(rows.first).to_be_visible()
    assert "loss" not in rows.all_inner_texts()
    assert loss in rows.all_inner_texts()

"""A record's page: one next step, what it came to, a comment that mentions somebody, a conflict, a phone's thumb."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.serving import Server


def transfer(pages: Server, quantity: int = 1, submit: bool = True) -> str:
    """A transfer of rice; where its page is."""
    record = str(uuid.uuid4())
    values: dict[str, Any] = {
        "from_store": {"code": "S01"},
        "to_store": {"code": "S02"},
        "reason": "replenishment",
        "lines": [{"item": {"code": "A100"}, "requested": str(quantity)}],
    }
    sent = {"id": record, "values": values, **({"action": "submit"} if submit else {})}
    made = pages.be("clerk1").client.post("/api/records/transfer", json=sent)
    assert made.status_code == 201, made.text
    return f"/records/transfer/{record}"


def said(pages: Server, path: str, words: str) -> None:
    """Somebody else says something about it meanwhile."""
    answer = pages.be("clerk1").client.post(f"/api{path}/comments", json={"comment": words})
    assert answer.status_code == 201, answer.text


def test_what_needs_no_question_is_done_at_once_and_told(people: People, pages: Server) -> None:
    path = transfer(pages, submit=False)
    clerk = people.sign_in("clerk1")
    clerk.goto(path)
    expect(clerk.locator(".acts > .primary")).to_have_count(1)
    clerk.locator(".acts > [data-action=submit]").click()
    told = clerk.locator(".done-now")
    expect(told).to_contain_text("Submit")
    expect(told).to_contain_text("In approval")
    expect(told).to_contain_text("Wang Li")
    clerk.reload()
    expect(clerk.locator(".acts summary")).to_be_visible()
    expect(clerk.locator(".done-now")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_why_not_more_and_who_could_is_told_on_demand(people: People, pages: Server, language: str) -> None:
    path = transfer(pages)
    manager = people.sign_in("mgr1", language=language)
    manager.goto(path)
    closed = manager.locator(".closed")
    expect(closed).to_be_hidden()
    manager.locator(".menu > summary").click()
    expect(closed).to_contain_text({"en": "Store clerk (From)", "zh": "调出门店的店员"}[language])
    manager.keyboard.press("Escape")
    expect(closed).to_be_hidden()
    route = manager.locator(".route li.now")
    expect(route).to_contain_text({"en": "Decided by Store manager (From).", "zh": "由调出门店的店长审批。"}[language])
    expect(route.locator(".face").first).to_have_text("WL")
    expect(manager.locator(".lines tbody td.number").first).to_have_text({"en": "1 Piece", "zh": "1 件"}[language])


def test_a_comment_mentions_who_may_see_the_record_and_he_is_told(people: People, pages: Server) -> None:
    path = transfer(pages)
    clerk = people.sign_in("clerk1")
    clerk.goto(path)
    box = clerk.locator(".speak textarea")
    box.press_sequentially("Please look @wan")
    expect(clerk.locator(".suggest [role=option]")).to_have_text([re.compile("Wang Li")])
    box.press("Enter")
    expect(box).to_have_value("Please look @Wang Li ")
    clerk.context.set_offline(True)
    clerk.locator(".speak button").click()
    expect(clerk.locator(".speak [role=alert]")).to_be_visible()
    expect(box).to_have_value("Please look @Wang Li ")
    clerk.context.set_offline(False)
    people.complaints.clear()  # the browser names the lost connection
    clerk.locator(".speak button").click()
    expect(clerk.locator(".said li")).to_contain_text(["Please look @Wang Li"])
    expect(box).to_have_value("")
    clerk.reload()
    expect(clerk.locator(".said li")).to_contain_text(["Please look @Wang Li"])
    notices = pages.be("mgr1").client.get("/api/notices").json()["items"]
    assert next(each["text"] for each in notices if each["record"]["id"] in path).endswith(_number(clerk))


def _number(page: Page) -> str:
    return (page.locator("h1").inner_text()).split()[0]


def test_a_conflict_tells_what_others_did_and_keeps_what_was_typed(people: People, pages: Server) -> None:
    path = transfer(pages)
    clerk = people.sign_in("clerk1")
    clerk.goto(path)
    button = clerk.locator(".acts [data-action=withdraw]")
    expect(button).to_have_count(1)
    said(pages, path, "wait a moment")
    if not button.is_visible():
        clerk.locator(".menu > summary").click()
    button.click()
    dialog = clerk.locator("dialog")
    dialog.locator("textarea").fill("changed my mind")
    dialog.locator("button:not([type=button])").click()
    expect(dialog.locator("[role=alert]")).to_be_visible()
    expect(dialog.locator("[role=status]")).to_contain_text("wait a moment")
    expect(dialog.locator("textarea")).to_have_value("changed my mind")
    dialog.locator("button:not([type=button])").click()
    expect(clerk.locator(".done-now")).to_contain_text("Withdraw")
    expect(clerk.locator(".history blockquote").first).to_have_text("changed my mind")
    lines = pages.be("clerk1").get(f"{path.strip('/')}/history")["items"]
    told = [f"version {each['version']}" for each in reversed(lines) if each["action"] != "comment"]
    assert clerk.locator(".history .version").all_inner_texts() == told, "under which definition it happened"


def test_on_a_phone_the_actions_stand_above_the_bar_within_the_thumb(people: People, pages: Server) -> None:
    path = transfer(pages)
    manager = people.sign_in("mgr1", PHONE, "zh")
    manager.goto(path)
    button = manager.locator(".acts > .primary")
    expect(button).to_be_visible()
    box, bar = button.bounding_box(), manager.locator("nav.bottom").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= bar["y"]
    assert box["y"] > PHONE[1] * 0.75
    assert manager.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_it_is_printed_without_what_is_only_for_the_screen(people: People, pages: Server) -> None:
    manager = people.sign_in("mgr1")
    manager.goto(transfer(pages))
    expect(manager.locator(".acts > .primary")).to_be_visible()
    manager.emulate_media(media="print")
    for gone in (".side", ".top", ".acts", ".speak"):
        expect(manager.locator(gone).first).to_be_hidden()
    expect(manager.locator(".lines table")).to_be_visible()


def test_a_phone_tells_what_was_done(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", PHONE, "en")
    clerk.goto(transfer(pages))
    clerk.locator(".acts [data-action=withdraw]").click()
    clerk.locator("dialog button:not([type=button])").click()
    told = clerk.locator(".done-now")
    expect(told).to_be_in_viewport()
    expect(told).to_contain_text("Withdrawn")


def test_an_open_record_tells_what_somebody_else_does_and_not_what_one_does_oneself(
    people: People, pages: Server
) -> None:
    record = transfer(pages)
    clerk = people.sign_in("clerk1", language="en")
    with clerk.expect_request("**/api/events*"):
        clerk.goto(record)
    told = clerk.locator(".meanwhile")
    clerk.locator("[data-island=comments] textarea").fill("mine")
    clerk.locator("[data-island=comments] textarea").press("Control+Enter")
    expect(clerk.locator(".said li")).to_have_count(1)
    expect(told).to_have_attribute("data-heard", "2")
    expect(told).to_be_hidden()
    pages.be("mgr1").does(f"records/transfer/{record[-36:]}/comments", {"comment": "his"})
    expect(told).to_be_visible()
    told.get_by_role("link").click()
    expect(clerk.locator(".said li")).to_have_count(2)
    expect(told).to_be_hidden()


def test_a_long_line_shows_all_its_columns_at_the_desk_or_that_there_are_more(people: People, pages: Server) -> None:
    """Received with a part of it broken: whoever sees no costs sees all of it, who does sees that it goes on."""
    clerk, receiver = pages.be("clerk1"), pages.be("clerk2")
    lot = clerk.get("stock", item="A101", place="S01")["items"][0]["lot"]["code"]
    line = {"item": {"code": "A101"}, "lot": {"code": lot}, "requested": "3"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = clerk.makes("transfer", values, "submit")
    manager_of = pages.be("mgr1")
    task = next(each["id"] for each in manager_of.tasks("transfer") if each["record"]["id"] == record)
    manager_of.does(f"tasks/{task}/approve", {})
    clerk.takes("transfer", record, "ship")
    row = receiver.get(f"records/transfer/{record}")["values"]["lines"][0]["row"]
    counted = {"row": row, "received": "2", "damaged": "1", "remark": "open"}
    receiver.takes("transfer", record, "receive", {"lines": [counted]}, asks={"signature": {"typed": "Sun Lei"}})
    clerk2, manager = people.sign_in("clerk2", DESK, "en"), people.sign_in("mgr1", DESK, "en")
    wide = "each => each.scrollWidth - each.clientWidth"
    for page in (clerk2, manager):
        page.goto(f"/records/transfer/{record}")
        expect(page.locator("#lines th", has_text="Available")).to_be_visible()
    assert clerk2.locator("#lines .across").evaluate(wide) == 0
    shade = manager.locator("#lines .across").evaluate("each => getComputedStyle(each).backgroundAttachment")
    assert "local" in shade

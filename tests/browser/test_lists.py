"""Many records of a list at once: what all of them allow is offered, and each says what came of it."""

from __future__ import annotations

import codecs
import csv
import io
import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import DESK, WINDOWS, People
from tests.browser.test_inbox import asks_for, state_of
from tests.serving import Server


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_many_records_are_acted_on_at_once_and_each_answers(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    """Three are taken back, but one has been decided meanwhile: it says so, and leads to its record."""
    asked = [asks_for(pages, "clerk1") for _ in range(3)]
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/transfer?state=approval")
    for record in asked:
        clerk.locator(f"[data-pick][value='{record}']").check()
    tasks = pages.be("mgr1").get("tasks", limit="500")["items"]
    task = next(each["id"] for each in tasks if each["record"]["id"] == asked[1])
    pages.be("mgr1").does(f"tasks/{task}/approve", {})
    clerk.locator("[data-bulk=withdraw]").click()
    clerk.locator("dialog .primary").click()
    done, why = ("2 done, 1 not.", "To ship") if language == "en" else ("完成 2 项，1 项未完成。", "待发货")
    expect(clerk.locator("dialog [role=status]")).to_have_text(done)
    wrong = clerk.locator(".outcomes li.wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text(why)
    expect(wrong.locator("a")).to_have_attribute("href", f"/records/transfer/{asked[1]}")
    clerk.locator("dialog .primary").click()
    expect(clerk.locator("dialog")).to_have_count(0)
    assert [state_of(pages, each) for each in asked] == ["withdrawn", "approved", "withdrawn"]


def test_the_questions_of_an_action_are_asked_once_for_all(people: People, pages: Server) -> None:
    """Two deliveries go back for one reason; without it nothing is sent, and each history carries it."""
    sent = []
    for _ in range(2):
        line = {"item": {"code": "A100"}, "requested": "1"}
        values = {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
        sent.append(pages.be("clerk2").makes("transfer", values, "submit"))
        pages.be("dckm").decides("transfer")
        pages.be("dck").takes("transfer", sent[-1], "ship")
    manager = people.sign_in("mgr2", DESK, "en")
    manager.goto("/records/transfer?state=in_transit")
    for record in sent:
        manager.locator(f"[data-pick][value='{record}']").check()
    manager.locator("[data-bulk=return_to_sender]").click()
    manager.locator("dialog .primary").click()
    expect(manager.locator("dialog .fault")).to_have_text("This is needed.")
    manager.locator("dialog input").fill("not ordered")
    expect(manager.locator("dialog .fault")).to_have_count(0)
    manager.locator("dialog .primary").click()
    expect(manager.locator("dialog")).to_have_count(0)
    assert [state_of(pages, each) for each in sent] == ["returning", "returning"]


def test_only_what_all_of_them_allow_is_offered(people: People, pages: Server) -> None:
    asked = asks_for(pages, "clerk1")
    line = {"item": {"code": "A100"}, "requested": "1"}
    draft = pages.be("clerk1").makes("transfer", {"to_store": {"code": "S02"}, "reason": "slow", "lines": [line]})
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/transfer")
    clerk.locator(f"[data-pick][value='{asked}']").check()
    expect(clerk.locator("[data-bulk=withdraw]")).to_be_visible()
    clerk.locator(f"[data-pick][value='{draft}']").check()
    expect(clerk.get_by_text("Nothing can be done with all of these at once.")).to_be_visible()
    expect(clerk.locator("[data-bulk]")).to_have_count(0)
    clerk.keyboard.press("Escape")
    expect(clerk.locator(".bulk")).to_have_count(0)


def test_what_is_ticked_before_the_script_is_there_stays_ticked(people: People, pages: Server) -> None:
    """On a slow line the list is read, and ticked, before anything listens."""
    asked = asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", DESK, "en")
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    clerk.route(re.compile(r"/selection-[^/]*\.js"), hold)
    with clerk.expect_request(re.compile(r"/selection-[^/]*\.js")):
        clerk.goto("/records/transfer", wait_until="commit")
    box = clerk.locator(f"[data-pick][value='{asked}']")
    box.check()
    late[0].continue_()
    expect(clerk.locator("[data-bulk=withdraw]")).to_be_visible()
    expect(box).to_be_checked()


def test_a_range_is_selected_with_shift_and_a_page_at_once(people: People, pages: Server) -> None:
    for _ in range(4):
        asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/transfer?state=approval")
    boxes = clerk.locator("tbody [data-pick]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(clerk.locator(".bulk strong")).to_have_text("4 selected")
    clerk.locator("thead [data-pick]").check()
    expect(clerk.locator(".bulk strong")).to_have_text(f"{boxes.count()} selected")


def test_who_may_do_nothing_with_a_list_selects_nothing(people: People) -> None:
    auditor = people.sign_in("aud", DESK, "en")
    auditor.goto("/records/transfer")
    expect(auditor.locator("main h1")).to_be_visible()
    expect(auditor.locator("[data-pick]")).to_have_count(0)


def test_what_is_exported_and_sorted_is_the_list_as_it_is_narrowed(people: People, pages: Server) -> None:
    """The export has the rows that one sees, in their order; sorting anew keeps the filter, not the old order."""
    for _ in range(2):
        asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/records/transfer?state=approval&sort=number")
    address = manager.get_by_role("link", name="Export").get_attribute("href")
    assert address is not None
    assert "sort=number" in address
    assert "approval" in address
    for language in ("en", "zh"):
        manager.goto(f"/language?to={language}&back=/records/transfer?state=approval%26sort=number")
        told = manager.request.get(manager.locator("a[href*='/export?']").get_attribute("href") or "").text()
        lines = list(csv.reader(io.StringIO(told.removeprefix(codecs.BOM_UTF8.decode()))))
        titles = manager.locator("thead th[scope=col]").all_inner_texts()
        heads = [re.sub(r"\s+CNY$", " (CNY)", each) for each in titles]
        assert lines[0] == [each for each in heads if each]
        assert len(lines) - 1 == manager.locator("main table.list tbody tr").count()
    manager.goto("/language?to=en&back=/records/transfer?state=approval%26sort=number")
    manager.get_by_role("link", name="Created", exact=True).click()
    expect(manager).to_have_url(re.compile(r"[?]f.state=approval&sort=created$"))
    expect(manager.get_by_role("columnheader", name="Created")).to_have_attribute("aria-sort", "ascending")

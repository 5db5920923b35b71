"""The inbox: many requests decided at once by keyboard, one of them gone meanwhile; one after another on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.serving import Server


def asks_for(server: Server, account: str, *, to: str = "S03", item: str = "A100") -> str:
    """Somebody asks his store's manager to let goods go."""
    values = {"to_store": {"code": to}, "reason": "slow", "lines": [{"item": {"code": item}, "requested": "1"}]}
    return server.be(account).makes("transfer", {"from_store": {"code": "S01"}, **values}, "submit")


def row_of(page: Page, server: Server, record: str) -> str:
    """The task of a record, as a place on the page."""
    tasks = server.be("mgr1").get("tasks", limit="500")["items"]
    task = next(each["id"] for each in tasks if each["record"]["id"] == record)
    return f"[data-task='{task}']"


def ready(page: Page) -> None:
    """The keys listen and the buttons are there."""
    expect(page.locator(".bulkplace")).to_be_attached()
    expect(page.locator(".opened [data-action=approve]")).to_be_visible()


def state_of(server: Server, record: str) -> str:
    """Where a record stands."""
    found: str = server.be("aud").get(f"records/transfer/{record}")["state"]
    return found


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_round_of_approvals_in_bulk_tells_what_came_of_each(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    """Three people ask; one takes his back while the manager looks: two are approved, the third says why not."""
    asked = [asks_for(pages, "clerk1"), asks_for(pages, "clerk1b"), asks_for(pages, "clerk1", to="S02")]
    manager = people.sign_in("mgr1", size, language)
    manager.goto("/tasks")
    for record in asked:
        manager.locator(f"{row_of(manager, pages, record)} .tick input").check()
    expect(manager.locator(".bulk strong")).to_have_text({"en": "3 selected", "zh": "已选 3 项"}[language])
    pages.be("clerk1").takes("transfer", asked[2], "withdraw")
    manager.locator("[data-bulk=approve]").click()
    manager.locator("dialog textarea").fill("all together")
    manager.locator("dialog .primary").click()
    outcomes = manager.locator(".outcomes li")
    expect(manager.locator("dialog [role=status]")).to_have_text(
        {"en": "2 done, 1 not.", "zh": "完成 2 项，1 项未完成。"}[language]
    )
    expect(manager.locator(".outcomes li.good")).to_have_count(2)
    expect(manager.locator(".outcomes li.wrong")).to_have_count(1)
    expect(outcomes.nth(2)).to_have_class("wrong")
    manager.locator("dialog .primary").click()
    expect(manager.locator("dialog")).to_have_count(0)
    assert [state_of(pages, each) for each in asked] == ["approved", "approved", "withdrawn"]
    told = pages.be("aud").get(f"records/transfer/{asked[0]}/history")["items"]
    assert "all together" in [each["comment"] for each in told]


def test_the_keys_decide_one_after_another(people: People, pages: Server) -> None:
    """`j` moves, `x` selects, `a` approves: the next task opens by itself, and what was done is said."""
    for _ in range(3):
        asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/tasks")
    ready(manager)
    count = manager.locator("[data-task]").count()
    second = manager.locator("[data-task]").nth(1).get_attribute("data-task")
    manager.keyboard.press("j")
    expect(manager).to_have_url(re.compile(f"task={second}"))
    ready(manager)
    third = manager.locator("[data-task]").nth(2).get_attribute("data-task")
    manager.keyboard.press("a")
    expect(manager.locator("dialog h2")).to_contain_text("Approve")
    manager.locator("dialog .primary").click()
    expect(manager).to_have_url(re.compile(f"task={third}"))
    expect(manager.get_by_role("status")).to_contain_text("To ship")
    expect(manager.locator("[data-task]")).to_have_count(count - 1)
    ready(manager)
    manager.keyboard.press("x")
    expect(manager.locator(".bulk strong")).to_have_text("1 selected")
    manager.keyboard.press("k")
    expect(manager.locator("[data-opened]")).not_to_have_attribute("data-task", third or "")
    ready(manager)
    manager.keyboard.press("?")
    expect(manager.get_by_role("dialog")).to_contain_text("select; with Shift up to here")


def test_a_key_counts_while_the_next_record_is_on_its_way(people: People, pages: Server) -> None:
    """`j` opens the next at once: `x` selects that one, `a` waits for its buttons, and never decides the one before."""
    for _ in range(3):
        asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/tasks")
    ready(manager)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    manager.route("**/tasks?task=*", hold, times=2)
    second = manager.locator("[data-task]").nth(1)
    with manager.expect_request("**/tasks?task=*"):
        manager.keyboard.press("j")
    manager.keyboard.press("x")
    expect(second.locator(".tick input")).to_be_checked()
    expect(manager.locator(".tick input:checked")).to_have_count(1)
    manager.keyboard.press("Escape")
    manager.keyboard.press("a")
    expect(manager.locator(".opened")).to_have_attribute("aria-busy", "true")
    expect(manager.locator("dialog")).to_have_count(0)
    held.pop().continue_()
    number = second.locator("strong .whole").inner_text()
    expect(manager.locator("dialog h2 .whole")).to_have_text(number)
    expect(manager.locator(".opened [data-record] .whole")).to_have_text(number)
    manager.locator("dialog .plain").click()
    third = manager.locator("[data-task]").nth(2).get_attribute("data-task") or ""
    with manager.expect_request("**/tasks?task=*"):
        manager.keyboard.press("j")
    expect(manager.locator(".opened")).to_have_attribute("aria-busy", "true")
    pages.be("mgr1").does(f"tasks/{third}/reject")
    held.pop().continue_()
    expect(manager.get_by_text("That task is done, or somebody else's by now.")).to_be_visible()


def paint(button: Locator) -> str:
    """What colour somebody sees it in."""
    found: str = button.evaluate("each => getComputedStyle(each).backgroundColor")
    return found


def test_while_many_are_selected_only_their_button_stands_out(people: People, pages: Server) -> None:
    """The open record's own buttons are quiet then: they decide that one alone."""
    for _ in range(2):
        asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/tasks")
    ready(manager)
    one = manager.locator(".opened [data-action=approve]")
    loud = paint(one)
    for each in range(2):
        manager.locator(".tick input").nth(each).check()
    many = manager.locator("[data-bulk=approve]")
    assert paint(many) == loud
    assert paint(one) == paint(manager.locator(".bulk .plain")) != loud
    many.press("Escape")
    assert paint(one) == loud


def test_a_task_that_somebody_else_has_done_is_told_kindly(people: People, pages: Server) -> None:
    record = asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", PHONE, "en")
    manager.goto("/tasks")
    manager.locator(f"{row_of(manager, pages, record)} a.task").click()
    ready(manager)
    pages.be("clerk1").takes("transfer", record, "withdraw")
    manager.reload()
    expect(manager.get_by_text("That task is done, or somebody else's by now.")).to_be_visible()


HASTY = """new MutationObserver(() => {
  for (const each of document.querySelectorAll('.opened [data-action=approve], dialog .primary'))
    if (!each.dataset.pressed) {
      each.dataset.pressed = 'at once';
      each.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 }));
    }
}).observe(document, { childList: true, subtree: true });"""
"""The second tap: whatever appears is pressed at once, as if a finger were there already."""

HELD = "() => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true, repeat: true}))"


def test_a_second_tap_and_a_held_key_decide_nothing_more(people: People, pages: Server) -> None:
    """What has only just appeared takes no finger; a held `a` opens no dialogue for the next; a key is meant."""
    asked = [asks_for(pages, "clerk1") for _ in range(2)]
    manager = people.sign_in("mgr1", PHONE, "en")
    manager.add_init_script(HASTY)
    manager.goto("/tasks")
    manager.locator(f"{row_of(manager, pages, asked[0])} a.task").click()
    button = manager.locator(".opened [data-action=approve][data-pressed]")
    expect(button).to_be_enabled()
    expect(manager.locator("dialog")).to_have_count(0)
    button.click()
    yes = manager.locator("dialog .primary[data-pressed]")
    expect(yes).to_be_enabled()
    assert state_of(pages, asked[0]) == "approval"
    yes.click()
    expect(manager.get_by_role("status").first).to_contain_text("To ship")
    expect(button).to_be_enabled()
    manager.evaluate(HELD)
    expect(manager.locator("dialog")).to_have_count(0)
    assert [state_of(pages, each) for each in asked] == ["approved", "approval"]
    manager.keyboard.press("a")
    expect(manager.locator("dialog h2")).to_contain_text("Approve")

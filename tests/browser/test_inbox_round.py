"""A round of approvals by keys alone: of several people, one refused by a rule, one done by another meanwhile."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.serving import Server


def asks_for(server: Server, account: str, quantity: str = "1", store: str = "S01", to: str = "S03") -> str:
    """Somebody asks the manager of a store to let goods go."""
    rows = [{"item": {"code": "A100"}, "requested": quantity}]
    values = {"from_store": {"code": store}, "to_store": {"code": to}, "reason": "slow", "lines": rows}
    return server.be(account).makes("transfer", values, "submit")


def task_of(server: Server, record: str, account: str = "mgr1") -> str:
    """The task of a record."""
    tasks = server.be(account).get("tasks", limit="500")["items"]
    found: str = next(each["id"] for each in tasks if each["record"]["id"] == record)
    return found


def state_of(server: Server, record: str) -> str:
    """Where a record stands."""
    found: str = server.be("aud").get(f"records/transfer/{record}")["state"]
    return found


def opens(page: Page, task: str, by: str) -> None:
    """Goes from task to task by a key until this one is open."""
    for _ in range(page.locator("[data-task]").count()):
        opened = page.locator("[data-opened]")
        if opened.get_attribute("data-task") == task:
            return
        before = opened.get_attribute("data-task")
        page.keyboard.press(by)
        expect(page.locator("[data-opened]")).not_to_have_attribute("data-task", before or "")
        expect(page.locator(".bulkplace")).to_have_count(1)
    raise AssertionError(f"{task} is not in the list")


def test_a_round_by_keys_is_decided_at_once_and_a_rule_that_refuses_one_is_told(people: People, pages: Server) -> None:
    """Selected by `x` from task to task, approved by `a` and Enter; what is not in stock is not promised."""
    there = Decimal(pages.be("aud").on_hand("A100", "S01"))
    asked = [asks_for(pages, "clerk1"), asks_for(pages, "clerk1b", str(there)), asks_for(pages, "clerk1c", to="S02")]
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto("/tasks")
    expect(manager.locator(".bulkplace")).to_have_count(1)
    for record in asked:
        opens(manager, task_of(pages, record), "j")
        manager.keyboard.press("x")
    expect(manager.locator(".bulk strong")).to_have_text("3 selected")
    manager.keyboard.press("a")
    expect(manager.locator("dialog .primary")).to_be_focused()
    manager.keyboard.press("Enter")
    expect(manager.locator("dialog [role=status]")).to_have_text("2 done, 1 not.")
    wrong = manager.locator(".outcomes li.wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text(re.compile("A100|available", re.IGNORECASE))
    manager.keyboard.press("Tab")
    manager.locator("dialog .primary").press("Enter")
    expect(manager.locator("dialog")).to_have_count(0)
    expect(manager.locator(".bulk strong")).to_have_text("1 selected")
    assert [state_of(pages, each) for each in asked] == ["approved", "approval", "approved"]
    manager.keyboard.press("Escape")
    expect(manager.locator(".bulk")).to_have_count(0)
    manager.goto(f"/tasks?task={task_of(pages, asked[1])}")
    expect(manager.locator(".opened [data-action=reject]")).to_be_visible()
    manager.keyboard.press("r")
    manager.locator("dialog textarea").fill("not there")
    manager.locator("dialog textarea").press("Control+Enter")
    expect(manager.locator(".spoken")).to_contain_text("Return")
    assert state_of(pages, asked[1]) == "draft"


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en")], ids=["desk-zh", "phone-en"])
def test_what_somebody_else_has_done_meanwhile_is_told_and_one_goes_on(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    first, second = asks_for(pages, "clerk1"), asks_for(pages, "clerk1b")
    manager = people.sign_in("mgr1", size, language)
    task, following = task_of(pages, first), task_of(pages, second)
    manager.goto(f"/tasks?task={task}")
    manager.locator(".opened [data-action=approve]").click()
    pages.be("mgr1").does(f"tasks/{task}/approve")
    manager.locator("dialog .primary").click()
    said = {"en": "was done by somebody else meanwhile. Next:", "zh": "已由他人处理。 下一项："}[language]
    expect(manager.locator(".spoken")).to_contain_text(said)
    expect(manager).to_have_url(re.compile(f"task={following}"))
    expect(manager.locator(f"[data-task='{task}']")).to_have_count(0)
    pages.be("mgr1").does(f"tasks/{following}/reject")


def test_what_was_written_is_there_when_somebody_was_faster(people: People, pages: Server) -> None:
    record = asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", PHONE, "en")
    task = task_of(pages, record)
    manager.goto(f"/tasks?task={task}")
    manager.locator(".opened [data-action=reject]").click()
    manager.locator("dialog textarea").fill("there is none of it")
    pages.be("mgr1").does(f"tasks/{task}/approve")
    manager.locator("dialog button:not([type=button])").click()
    expect(manager.locator("dialog .message").first).to_be_visible()
    expect(manager.locator("dialog textarea")).to_have_value("there is none of it")
    manager.locator("dialog .primary", has_text="Go on").click()
    expect(manager.locator(".spoken")).to_contain_text("was done by somebody else meanwhile")
    assert state_of(pages, record) == "approved"


def test_a_key_leads_to_where_one_comments(people: People, pages: Server) -> None:
    record = asks_for(pages, "clerk1")
    task = task_of(pages, record)
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/tasks?task={task}")
    expect(manager.locator(".opened [data-island=comments] textarea")).to_be_visible()
    manager.keyboard.press("c")
    expect(manager.locator(".opened [data-island=comments] textarea")).to_be_focused()
    expect(manager.locator("[data-opened]")).to_have_attribute("data-task", task)
    pages.be("mgr1").does(f"tasks/{task}/reject")


def test_tasks_are_narrowed_to_a_unit_and_stay_so(people: People, pages: Server) -> None:
    """Somebody who manages two stores takes them one after the other; deciding does not forget which."""
    adm = pages.be("adm")
    person = pages.be("mgr1").get("me")["person"]["id"]
    role = adm.makes("assignment", {"person": person, "role": "manager", "at": {"code": "S02"}, "from": "2020-01-01"})
    here = [asks_for(pages, "clerk1"), asks_for(pages, "clerk1b")]
    other = asks_for(pages, "clerk2", store="S02")
    manager = people.sign_in("mgr1", PHONE, "zh")
    manager.goto("/tasks")
    expect(manager.locator(f"[data-task='{task_of(pages, other)}']")).to_be_visible()
    manager.get_by_label("按单位").select_option("S01")
    expect(manager).to_have_url(re.compile("unit=S01"))
    expect(manager.locator(f"[data-task='{task_of(pages, other)}']")).to_have_count(0)
    manager.locator(f"[data-task='{task_of(pages, here[0])}'] a.task").click()
    manager.locator(".opened [data-action=approve]").click()
    manager.locator("dialog .primary").click()
    expect(manager).to_have_url(re.compile("unit=S01&task="))
    expect(manager.locator(f"[data-task='{task_of(pages, other)}']")).to_have_count(0)
    revision = adm.get(f"records/assignment/{role}")["revision"]
    ended = adm.send("PATCH", f"records/assignment/{role}", {"until": "2020-01-02"}, **{"If-Match": f'"{revision}"'})
    assert ended.status_code == 200, ended.text


def test_who_has_to_correct_it_is_told_why(people: People, pages: Server) -> None:
    """A return is not sent without a word."""
    record = asks_for(pages, "clerk1")
    manager = people.sign_in("mgr1", PHONE, "en")
    manager.goto(f"/tasks?task={task_of(pages, record)}")
    manager.locator(".opened [data-action=return]").click()
    send = manager.locator("dialog button:not([type=button])")
    send.click()
    expect(manager.locator("dialog .fault")).to_have_text("This is needed.")
    assert state_of(pages, record) == "approval"
    manager.locator("dialog textarea").fill("one more, please")
    send.click()
    expect(manager.locator("dialog")).to_have_count(0)
    assert state_of(pages, record) == "draft"


@pytest.mark.parametrize(("verdict", "state"), [("return", "draft"), ("reject", "rejected")])
def test_who_does_not_agree_signs_nothing_and_says_why(people: People, pages: Server, verdict: str, state: str) -> None:
    """A signature that the dialogue did not show was asked for: nothing could be sent back."""
    line = {"item": {"code": "B201"}, "quantity": "1"}
    record = pages.be("clerk1").makes("write_off", {"reason": "broken", "lines": [line]}, "submit")
    held = pages.be("mgr1").tasks("write_off")
    task = next(each["id"] for each in held if each["record"]["id"] == record)
    manager = people.sign_in("mgr1")
    manager.goto(f"/tasks?form=write_off&task={task}")
    manager.locator(f".opened [data-action={verdict}]").click()
    manager.locator("dialog textarea, dialog input[type=text], dialog input:not([type])").first.fill("it can be sold")
    manager.locator("dialog button:not([type=button])").click()
    expect(manager.locator("dialog")).to_have_count(0)
    assert pages.be("aud").get(f"records/write_off/{record}")["state"] == state


def test_what_came_back_says_by_whom_and_why_until_it_is_sent_again(people: People, pages: Server) -> None:
    """On its page, over its form, and among the notices of whoever submitted it."""
    record = asks_for(pages, "clerk1")
    task = task_of(pages, record)
    pages.be("mgr1").does(f"tasks/{task}/return", {"comment": "one more, please"})
    clerk = people.sign_in("clerk1", PHONE, "zh")
    clerk.goto("/notices")
    expect(clerk.locator("main")).to_contain_text("退回了")
    expect(clerk.locator("main")).to_contain_text("one more, please")
    clerk.goto(f"/records/transfer/{record}/edit")
    expect(clerk.locator(".returned")).to_contain_text("“one more, please”")
    clerk.locator("[data-action=submit]").click()
    expect(clerk).to_have_url(re.compile(f"{record}$"))
    expect(clerk.locator(".returned")).to_have_count(0)
    again = task_of(pages, record)
    pages.be("mgr1").does(f"tasks/{again}/return", {"comment": "and one more"})
    clerk.reload()
    expect(clerk.locator(".returned")).to_contain_text("and one more")


def test_a_task_leads_to_what_must_be_filled_in(people: People, pages: Server) -> None:
    """Receiving needs figures: they are a press away, and the menu stays on the screen."""
    record = asks_for(pages, "clerk1", to="S02")
    pages.be("mgr1").does(f"tasks/{task_of(pages, record)}/approve", {})
    pages.be("clerk1").takes("transfer", record, "ship")
    clerk = people.sign_in("clerk2", PHONE, "en")
    clerk.goto(f"/tasks?task={task_of(pages, record, 'clerk2')}")
    clerk.locator(".opened .menu summary").click()
    menu = clerk.locator(".opened .menu > div").bounding_box()
    assert menu is not None
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= PHONE[0]
    clerk.keyboard.press("Escape")
    clerk.locator(".opened .acts > a.primary").click()
    expect(clerk).to_have_url(re.compile(f"{record}/edit$"))

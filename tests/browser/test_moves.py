"""What may be done with a task beside deciding it, and rows decided one by one: by their people, on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, WINDOWS, People, small_server
from tests.browser.laying import lab, lay
from tests.browser.test_every_page import AXE, RUN
from tests.operations.lab import policy
from tests.serving import Server


@pytest.fixture(scope="module")
def pages(small_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that also knows the forms on which everything may be done with a task."""
    with small_server(small_sqlite, tmp_path_factory.mktemp("moves")) as server:
        lines = [each for each in policy() if {" plea,", " basket,"} & {f" {word}," for word in each.split(", ")}]
        lay(server, *lab("plea", "basket"), policy=[*lines, "p, clerk, person, see, chain"])
        yield server


def plea(server: Server, amount: str = "50") -> str:
    """Somebody asks."""
    return server.be("clerk1").makes("plea", {"amount": amount}, "hand_in")


def task(server: Server, account: str, form: str, record: str) -> str:
    """The task that somebody has of a record."""
    return next(each["id"] for each in server.be(account).tasks(form) if each["record"]["id"] == record)


def opens(page: Page, server: Server, account: str, form: str, record: str) -> None:
    """Goes to one's task of a record."""
    page.goto(f"/tasks?task={task(server, account, form, record)}")
    expect(page.locator(".opened [data-action=approve]")).to_be_visible()


def picks(page: Page, action: str) -> None:
    """Chooses something from the menu of what is not the next thing to do."""
    page.locator(".menu summary").click()
    menu, window = page.locator(".menu > div").bounding_box(), page.viewport_size
    assert menu is not None
    assert window is not None
    assert 0 <= menu["x"] <= menu["x"] + menu["width"] <= window["width"]
    page.locator(f".menu [data-action={action}]").click()
    expect(page.locator("dialog")).to_be_visible()


def names(page: Page, account: str) -> None:
    """Types who is meant into the dialogue."""
    box = page.locator("dialog [role=combobox]")
    box.fill(account)
    box.press("Enter")
    expect(box).to_have_value(re.compile(account))


def sends(page: Page) -> None:
    """Presses the button of the dialogue; it closes."""
    page.locator("dialog button:not([type=button])").click()
    expect(page.locator("dialog")).to_have_count(0)


WITHIN = RUN.replace("document,", "document.querySelector('.opened') ?? document,")
"""Of my tasks the one that is open: the list beside it scrolls, and what is half out of sight counts as too small."""


def is_accessible(page: Page) -> None:
    """Axe finds nothing in what this test is about, and nothing is too wide."""
    page.evaluate(AXE.read_text())
    assert [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in page.evaluate(WITHIN)] == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_task_is_handed_over_with_a_reason_and_the_route_tells_from_whom_to_whom(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    record = plea(pages)
    manager = people.sign_in("mgr1", size, language)
    opens(manager, pages, "mgr1", "plea", record)
    picks(manager, "hand_over")
    manager.locator("dialog button:not([type=button])").click()
    expect(manager.locator("dialog .fault")).to_have_text(
        {"en": "Please choose a person.", "zh": "请选择人员。"}[language]
    )
    names(manager, "fin1")
    is_accessible(manager)
    manager.locator("dialog textarea").fill("you know it")
    sends(manager)
    assert not [each for each in pages.be("mgr1").tasks("plea") if each["record"]["id"] == record]
    finance = people.sign_in("fin1", size, language)
    opens(finance, pages, "fin1", "plea", record)
    expect(finance.locator(".route .passed")).to_have_text(
        {"en": re.compile(".+ handed it to .+"), "zh": re.compile(".+转交给.+")}[language]
    )
    finance.locator(".because a").click()
    expect(finance.locator(".reasons")).to_contain_text({"en": "You are asked.", "zh": "此事项由您处理。"}[language])
    expect(finance.locator(".reasons ul").first.locator("li")).to_have_count(2)
    is_accessible(finance)


def test_a_signer_is_added_before_and_taken_away_again(people: People, pages: Server) -> None:
    record = plea(pages)
    manager = people.sign_in("mgr1")
    opens(manager, pages, "mgr1", "plea", record)
    picks(manager, "add_signer")
    names(manager, "fin1")
    manager.locator("dialog").get_by_label("before me").check()
    sends(manager)
    assert task(pages, "fin1", "plea", record)
    manager.goto(f"/records/plea/{record}")
    expect(manager.locator(".route .passed")).to_contain_text("to be asked first")
    picks(manager, "remove_signer")
    expect(manager.locator("dialog select option")).to_have_count(1)
    sends(manager)
    expect(manager.locator(".done-now")).to_contain_text("Remove a signer")
    assert task(pages, "mgr1", "plea", record)


def test_a_decision_is_taken_back_and_a_return_asks_for_its_declared_reason(people: People, pages: Server) -> None:
    record = plea(pages, "500")
    manager = people.sign_in("mgr1")
    opens(manager, pages, "mgr1", "plea", record)
    manager.locator(".opened [data-action=approve]").click()
    sends(manager)
    manager.goto(f"/records/plea/{record}")
    picks(manager, "take_back")
    expect(manager.locator("dialog")).to_contain_text("as long as nobody has acted since")
    sends(manager)
    expect(manager.locator(".done-now")).to_contain_text("Take my decision back")
    opens(manager, pages, "mgr1", "plea", record)
    manager.locator(".opened [data-action=approve]").click()
    sends(manager)
    area = people.sign_in("ame")
    opens(area, pages, "ame", "plea", record)
    area.locator(".opened [data-action=return]").click()
    expect(area.locator("dialog select option")).to_have_text(["who submitted it", "Local"])
    area.locator("dialog select").select_option("local")
    area.locator("dialog button:not([type=button])").click()
    expect(area.locator("dialog .fault")).to_be_visible()
    area.locator("dialog input").fill("look at it once more")
    sends(area)
    assert task(pages, "mgr1", "plea", record)


def test_who_submitted_reminds_and_is_told_when_it_is_too_soon(people: People, pages: Server) -> None:
    record = plea(pages)
    clerk = people.sign_in("clerk1")
    clerk.goto(f"/records/plea/{record}")
    picks(clerk, "nudge")
    clerk.locator("dialog textarea").fill("today please")
    sends(clerk)
    expect(clerk.locator(".done-now")).to_contain_text("Remind")
    assert "today please" in pages.be("mgr1").get("notices")["items"][0]["text"]
    clerk.reload()
    picks(clerk, "nudge")
    clerk.locator("dialog button:not([type=button])").click()
    expect(clerk.locator("dialog [role=alert]")).to_contain_text("not long ago")


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_rows_are_decided_one_by_one_in_a_table(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    who = {
        each["code"]: each["id"]
        for each in pages.be("adm").get("records/person", limit="200")["items"]
        for each in [each["named"]]
    }
    lines = [
        {"item": {"code": code}, "checker": who[by]}
        for code, by in (("A100", "mgr1"), ("B200", "mgr1"), ("B201", "fin1"))
    ]
    record = pages.be("clerk1").makes("basket", {"lines": lines}, "hand_in")
    manager = people.sign_in("mgr1", size, language)
    opens(manager, pages, "mgr1", "basket", record)
    table = manager.locator(".ballot tbody tr")
    expect(table).to_have_count(3)
    expect(manager.locator(".ballot [data-decide=approve]")).to_have_count(2)
    is_accessible(manager)
    table.nth(0).locator("[data-decide=reject]").click()
    expect(manager.locator("dialog .quiet")).to_have_text({"en": "1 row", "zh": "1 行"}[language])
    manager.locator("dialog textarea").fill("not this one")
    sends(manager)
    manager.goto(f"/records/basket/{record}")
    expect(table.nth(0).locator(".pill")).to_have_text({"en": "rejected", "zh": "已拒绝"}[language])
    table.nth(1).locator("input[data-row]").check()
    manager.locator(".acts [data-action=approve]").click()
    expect(manager.locator("dialog .quiet")).to_have_text({"en": "1 row", "zh": "1 行"}[language])
    sends(manager)
    expect(table.nth(1).locator(".pill")).to_have_text({"en": "approved", "zh": "已同意"}[language])
    expect(table.nth(2).locator(".pill")).to_have_text({"en": "waits", "zh": "待审批"}[language])


def test_what_cannot_be_done_says_why_in_words_on_a_page_of_its_own(people: People, pages: Server) -> None:
    record = plea(pages)
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto(f"/records/plea/{record}")
    clerk.locator(".menu summary").click()
    clerk.get_by_role("link", name="Why not: Finish").click()
    expect(clerk.locator(".reasons")).to_contain_text("You cannot do this now.")
    expect(clerk.locator(".reasons .fails")).to_have_count(1)
    expect(clerk.locator(".reasons .holds").first).to_contain_text("Granted to: Store clerk.")
    is_accessible(clerk)
    expect(clerk.locator(".layers li")).to_have_text(re.compile("It holds everywhere.*workflow_definitions/plea.yaml:"))
    assert clerk.context.request.get(f"/records/plea/{record}/why?action=nothing").status == 404
    clerk.goto(f"/records/plea/{record}")
    clerk.get_by_role("link", name="Why this route?").click()
    expect(clerk.locator("h1")).to_contain_text("In approval")
    expect(clerk.locator(".layers li")).to_have_count(1)
    expect(clerk.locator(".reasons strong")).to_have_text(["Retail chain"])
    is_accessible(clerk)
    for rule in ("approval=nothing", "step=nothing", "field=nothing", "state=nothing"):
        assert clerk.context.request.get(f"/records/plea/{record}/why?{rule}").status == 404


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_who_keeps_processes_going_sees_what_waits_and_what_nobody_can_do(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    returned = plea(pages, "500")
    for account, verdict, body in (("mgr1", "approve", {}), ("ame", "return", {"asks": {"reason": "who needs this?"}})):
        pages.be(account).does(f"tasks/{task(pages, account, 'plea', returned)}/{verdict}", body)
    plea(pages)
    director = people.sign_in("dir1", size, language)
    director.goto("/waiting")
    expect(
        director.locator("[data-steps] tbody tr", has_text={"en": "Local", "zh": "门店"}[language]).first
    ).to_be_visible()
    expect(director.locator("[data-people]")).to_contain_text(pages.be("mgr1").get("me")["name"])
    expect(director.locator("[data-returns]")).to_contain_text("who needs this?")
    expect(director.locator(".stuck .empty")).to_be_visible()
    is_accessible(director)
    director.locator(".tabs a").first.click()
    expect(director).to_have_url(re.compile("days=7"))
    clerk = people.sign_in("clerk1", size, language)
    assert clerk.context.request.get("/waiting").status == 404
    expect(clerk.locator("a[href='/waiting']")).to_have_count(0)

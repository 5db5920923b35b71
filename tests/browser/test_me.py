"""Oneself in the browser: light and dark, who acts while one is away, what one was told, and where one begins."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.serving import PASSWORD, Server


def background(page: Page) -> str:
    """The colour behind everything."""
    found: str = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return found


def test_light_and_dark_are_the_devices_until_somebody_chooses(people: People) -> None:
    page = people.sign_in("clerk1", DESK)
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light != dark
    page.goto("/me")
    page.get_by_role("link", name="Light", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert background(page) == light
    page.goto("/stock")
    assert background(page) == light, "what was chosen holds on every page"
    page.emulate_media(color_scheme="light")
    page.goto("/me")
    page.get_by_role("link", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert background(page) == dark
    page.get_by_role("link", name="As the device").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert background(page) == light


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en")], ids=["desk-zh", "phone-en"])
def test_somebody_is_named_for_while_one_is_away(people: People, size: tuple[int, int], language: str) -> None:
    says = {
        "zh": ("代理人", "至（含当日）", "设为代理人", "代理", "我已返回，取消委托", "店长"),
        "en": (
            "Who",
            "Until, that day included",
            "Name as substitute",
            "Acting for",
            "I am back: nobody acts for me",
            "",
        ),
    }[language]
    manager = people.sign_in("mgr1", size, language)
    manager.goto("/me")
    expect(manager.locator(".roles")).to_contain_text(says[5] or "Store manager")
    manager.get_by_label(says[0], exact=True).fill("mgr2")
    manager.get_by_label(says[0], exact=True).press("Enter")
    manager.get_by_label(says[1]).fill("2020-01-01")
    manager.locator(".substitute [type=date]").first.evaluate("(each) => each.removeAttribute('min')")
    manager.locator(".substitute [type=date]").nth(1).evaluate("(each) => each.removeAttribute('min')")
    manager.get_by_role("button", name=says[2]).click()
    expect(manager.locator(".substitute .fault")).to_be_visible()
    manager.get_by_label(says[1]).fill("2099-12-31")
    manager.get_by_role("button", name=says[2]).click()
    expect(manager.locator(".stands li")).to_contain_text(re.compile("31 Dec 2099|2099年12月31日"))

    other = people.sign_in("mgr2", size, language)
    expect(other.locator(".acting")).to_contain_text(says[3])
    other.locator(".acting a").click()
    expect(other.locator(".stands li")).to_contain_text(re.compile("31 Dec 2099|2099年12月31日"))
    manager.get_by_role("button", name=says[4]).click()
    expect(manager.locator(".stands")).to_have_count(0)
    other.reload()
    expect(other.locator(".acting")).to_have_count(0)


def test_two_periods_stand_beside_each_other_and_end_alone(people: People) -> None:
    """One up to an amount, one for a single form; a wrong amount is said beside the field."""
    manager = people.sign_in("mgr3")
    manager.goto("/me")
    amount = manager.get_by_label("Up to an amount (empty: any)")
    for name, first, until, most in (
        ("mgr2", "2098-01-01", "2098-12-31", "5000"),
        ("mgr4", "2099-01-01", "2099-12-31", ""),
    ):
        who = manager.get_by_label("Who", exact=True)
        who.fill(name)
        who.press("Enter")
        expect(who).to_have_value(re.compile(name))
        manager.get_by_label("From", exact=True).fill(first)
        manager.get_by_label("Until, that day included").fill(until)
        if most:
            amount.fill("much")
            manager.get_by_role("button", name="Name as substitute").click()
            expect(manager.locator(".substitute .fault")).to_contain_text("5000")
            amount.fill(most)
        manager.get_by_role("button", name="Name as substitute").click()
        expect(manager.locator(".stands li").filter(has_text=until[:4])).to_have_count(1)
    expect(manager.locator(".stands li").filter(has_text="2098")).to_contain_text("up to 5000")
    manager.locator(".stands li").filter(has_text="2098").get_by_role("button").click()
    expect(manager.locator(".stands li")).to_have_count(1)
    expect(manager.locator(".stands li")).to_contain_text("2099")


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "zh")], ids=["desk-en", "phone-zh"])
def test_two_at_once_for_different_forms_stand_beside_each_other(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    words = {"en": ("Who", "Until", "For everything", "Name as"), "zh": ("代理人", "至", "全部单据", "设为")}[language]
    pages.be("mgr4").send("DELETE", "me/substitute").raise_for_status()
    titles = {"en": ("Stock transfer", "Stock count"), "zh": ("调拨单", "盘点单")}[language]
    manager = people.sign_in("mgr4", size, language)
    manager.goto("/me")
    for name, title in (("mgr2", titles[0]), ("mgr3", titles[1])):
        who = manager.get_by_label(words[0], exact=True)
        who.fill(name)
        who.press("Enter")
        expect(who).to_have_value(re.compile(name))
        manager.get_by_label(words[1]).fill("2097-12-31")
        manager.locator(".onlyfor summary").click()
        manager.get_by_label(title, exact=True).check()
        manager.get_by_role("button", name=words[3]).click()
        expect(manager.locator(".stands li").filter(has_text=title)).to_have_count(1)
    expect(manager.locator(".stands li")).to_have_count(2)
    expect(manager.locator(".onlyfor summary")).to_have_text(words[2])
    pages.be("mgr4").send("DELETE", "me/substitute").raise_for_status()


def test_what_is_told_of_is_chosen_by_kind_and_kept_at_once(people: People) -> None:
    clerk = people.sign_in("clerk3")
    clerk.goto("/me")
    expect(clerk.locator("#told")).to_contain_text("This server sends no mail.")
    kind = clerk.get_by_label("What a process tells")
    expect(kind.locator("option")).to_have_text(["here", "not at all"])
    kind.select_option("none")
    expect(clerk.locator("#told [role=status]")).to_have_text("Kept.")
    clerk.reload()
    expect(clerk.get_by_label("What a process tells")).to_have_value("none")


def test_who_may_not_see_people_is_told_so(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE, "en")
    clerk.goto("/me")
    expect(clerk.locator("#away")).to_contain_text("you need the right to see people")
    expect(clerk.locator(".substitute")).to_have_count(0)


def tells(server: Server) -> str:
    """Goods are sent to a store, whose clerks are told; the record."""
    rows = [{"item": {"code": "A100"}, "requested": "1"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    record = server.be("clerk1").makes("transfer", values, "submit")
    manager = server.be("mgr1")
    task = next(each["id"] for each in manager.tasks("transfer") if each["record"]["id"] == record)
    manager.does(f"tasks/{task}/approve")
    server.be("clerk1").takes("transfer", record, "ship")
    return record


def test_what_one_was_told_is_new_until_it_is_read(people: People, pages: Server) -> None:
    first = tells(pages)
    tells(pages)
    clerk = people.sign_in("clerk2", PHONE, "zh")
    expect(clerk.locator(".homely aside .unread")).to_have_count(2)
    clerk.goto("/notices")
    expect(clerk.locator(".unread")).to_have_count(2)
    with clerk.expect_response("**/api/notices/*"):
        clerk.locator(f".unread[href$='{first}']").click()
    expect(clerk).to_have_url(f"{pages.url}/records/transfer/{first}")
    clerk.goto("/notices")
    expect(clerk.locator(".unread")).to_have_count(1)
    clerk.get_by_role("button", name="全部标为已读").click()
    expect(clerk.get_by_text("没有未读消息。")).to_be_visible()
    expect(clerk.locator(".notices .line")).to_have_count(2)
    expect(clerk.locator(".tool .count")).to_have_count(0)


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_notice_leads_to_its_record_wherever_it_is_pressed(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    """From edge to edge and by its heading; it counts as read, once, however often the answer is lost."""
    record = tells(pages)
    clerk = people.sign_in("clerk2", size, language)
    keys: list[bool] = []

    def heard(request: Request) -> None:
        if request.method == "PATCH":
            keys.append("idempotency-key" in request.headers)

    clerk.on("request", heard)
    for part, across in (("h3", 0.5), (".line", 0.01), (".line", 0.99), (".line time", 0.98)):
        clerk.goto("/notices")
        group = clerk.locator(".notices section", has=clerk.locator(f"[href$='{record}']"))
        box, line = group.bounding_box(), group.locator(part).first.bounding_box()
        assert box is not None
        assert line is not None
        keys.clear()
        clerk.mouse.click(box["x"] + box["width"] * across, line["y"] + line["height"] / 2)
        expect(clerk).to_have_url(f"{pages.url}/records/transfer/{record}")
        assert keys == ([True] if part == "h3" else [])


def test_the_first_page_leads_on(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", PHONE, "en")
    first = clerk.locator(".homely aside .choice").first
    expect(first).to_be_in_viewport()
    first.click()
    expect(clerk.locator("[data-action=submit], [data-action=save]").first).to_be_visible()


def test_a_new_password_is_typed_twice_and_another_tab_goes_on_after_it(people: People, pages: Server) -> None:
    """What it must be is said before; what was typed in another tab is saved when its writer has signed in again."""
    clerk = people.sign_in("clerk3", DESK, "en")
    other = clerk.context.new_page()
    other.goto("/records/transfer/new")
    other.get_by_label("Reason").select_option("slow")
    clerk.goto("/password")
    expect(clerk.locator("main")).to_contain_text("At least 8 characters")
    fresh = f"{PASSWORD} anew"
    for name, typed in (("old", PASSWORD), ("new", fresh), ("again", "something else")):
        clerk.locator(f"main [name={name}]").fill(typed)
    clerk.get_by_role("button", name="Change password").click()
    expect(clerk.locator(".fault")).to_have_text("This is not the same as the new password.")
    clerk.locator("main [name=again]").fill(fresh)
    clerk.get_by_role("button", name="Change password").click()
    expect(clerk.get_by_role("status")).to_contain_text("The password was changed.")
    clerk.get_by_role("link", name="Sign in").click()
    clerk.locator("[name=account]").fill("clerk3")
    clerk.locator("[name=password]").fill(fresh)
    clerk.locator("button.primary").click()
    expect(clerk.locator("main#content h1")).to_be_visible()
    other.locator("[data-action=save]").click()
    expect(other).to_have_url(re.compile("/records/transfer/[0-9a-f-]{36}$"))

"""A list is arranged by its reader: columns, views as tabs; each kept for him alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.browser.test_inbox import asks_for
from tests.serving import Server


def heads(page: Page) -> list[str]:
    """The titles of the columns."""
    return [each.strip() for each in page.locator("table.list thead th:not(.pick)").all_inner_texts()]


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_columns_are_chosen_moved_and_kept(people: People, pages: Server, size: tuple[int, int], language: str) -> None:
    asks_for(pages, "clerk1")
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/transfer")
    clerk.locator("[popovertarget=columns]").first.click()
    chooser = clerk.locator("#columns")
    expect(chooser.locator("[value=state]")).to_be_checked()
    expect(chooser.locator("[value=total]")).to_have_count(0)
    chooser.locator("[value=created]").uncheck()
    chooser.locator("[value=reason]").check()
    reason = "Reason" if language == "en" else "原因"
    up = chooser.get_by_role("button", name=f"Move {reason} up" if language == "en" else f"上移{reason}")
    while chooser.locator("li").first.locator("input").get_attribute("value") != "reason":
        up.click()
    chooser.locator(".primary").click()
    expect(clerk.locator(f"td[data-title='{reason}']").first).to_be_visible()
    clerk.goto("/records/transfer")
    assert heads(clerk)[0] == reason if size == DESK else True
    expect(clerk.locator("td[data-title='Created'], td[data-title='创建时间']")).to_have_count(0)
    clerk.locator("[popovertarget=columns]").first.click()
    chooser.get_by_role("button", name="As at first" if language == "en" else "恢复默认").click()
    expect(clerk.locator(f"td[data-title='{reason}']")).to_have_count(0)
    assert pages.be("clerk1").get("me/views", form="transfer")["items"] == []


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_list_is_kept_as_a_view(people: People, pages: Server, size: tuple[int, int], language: str) -> None:
    """Saved, changed, opened first, taken away; its export follows, and nobody else has it."""
    asks_for(pages, "clerk1")
    name = f"待处理 {size[0]} {language}"
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/transfer?f.state=approval&sort=number")
    clerk.locator("[data-view=new]").click()
    clerk.locator("dialog input[required]").fill(name)
    clerk.locator("dialog .primary").click()
    tab = clerk.locator(".tabs [aria-current]")
    expect(tab).to_have_text(name)
    chips = clerk.locator(".narrowing .chip")
    expect(chips).to_have_count(1)
    expect(clerk.locator("[data-view=save]")).to_have_count(0)
    address = clerk.locator("a[href*='/export?']").get_attribute("href") or ""
    assert "f.state=approval" in address
    assert "sort=number" in address
    chips.first.locator("a").click()
    expect(chips).to_have_count(0)
    expect(tab).to_have_text(name)
    clerk.locator("[data-view=save]").click()
    expect(clerk).to_have_url(re.compile(r"[?]view=[0-9a-f-]+$"))
    expect(chips).to_have_count(0)
    clerk.locator("[data-view=change]").click()
    clerk.locator("dialog [type=checkbox]").check()
    clerk.locator("dialog .primary").click()
    expect(tab).to_contain_text("opens first" if language == "en" else "默认打开")
    clerk.goto("/records/transfer")
    expect(tab).to_contain_text(name)
    assert name not in people.sign_in("clerk2").request.get("/records/transfer").text()
    clerk.locator(".tabs a").first.click()
    expect(clerk.locator(".tabs [aria-current]")).to_have_text("All" if language == "en" else "全部")
    clerk.locator(".tabs a").last.click()
    clerk.locator("[data-view=change]").click()
    clerk.locator("[data-view=drop]").click()
    expect(clerk.locator(".tabs")).to_have_count(0)


def test_a_name_that_is_taken_is_said_in_the_dialogue(people: People, pages: Server) -> None:
    view = {"form": "transfer", "name": "Mine", "filters": {"f.state": "draft"}}
    pages.be("clerk3").send("PUT", "me/views/mine", view).raise_for_status()
    clerk = people.sign_in("clerk3", DESK, "en")
    clerk.goto("/records/transfer?f.state=approval")
    clerk.locator("[data-view=new]").click()
    clerk.locator("dialog input[required]").fill("mine")
    clerk.locator("dialog .primary").click()
    expect(clerk.locator("dialog [role=alert]")).to_have_text("You have a view of this name.")


def test_one_goes_back_page_by_page(people: People, pages: Server) -> None:
    """Next and previous lead over the same rows; the first page has nothing before it."""
    store = pages.be("adm")
    for each in range(55):
        store.makes("category", {"code": f"Z{each:03}", "name": f"Page {each}"})
    reader = people.sign_in("adm", DESK, "en")
    reader.goto("/records/category?f.code.has=z&sort=code")
    rows = reader.locator("table.list tbody tr")
    expect(rows).to_have_count(50)
    expect(reader.locator("[rel=prev]")).to_have_count(0)
    expect(reader.locator(".foot span").first).to_have_text("55 records")
    first = reader.locator(".open").all_inner_texts()
    reader.locator("[rel=next]").click()
    expect(rows).to_have_count(5)
    reader.locator("[rel=prev]").click()
    expect(rows).to_have_count(50)
    assert reader.locator(".open").all_inner_texts() == first
    expect(reader.locator("[rel=prev]")).to_have_count(0)


def test_a_phone_has_the_same_at_hand(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE, "en")
    clerk.goto("/records/transfer")
    clerk.locator("[popovertarget=columns]").first.tap()
    box = clerk.locator("#columns").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE[0])
    assert abs(box["y"] + box["height"] - PHONE[1]) < 2

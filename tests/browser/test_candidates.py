"""What a picker offers where the record that is filled says what may be chosen: at a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WINDOWS, People
from tests.browser.walking import chooses
from tests.serving import Server

WORDS = {
    "en": ("Item 1", "Lot 1", "Nothing that can be chosen here is called that. It depends on: Item."),
    "zh": ("商品 1", "批次 1", "可选的内容中没有匹配的结果。可选内容取决于：商品。"),
}


@pytest.fixture(scope="module")
def lots(pages: Server) -> dict[str, list[str]]:
    """Two items that are kept by lots, each with the numbers of its own."""
    found: dict[str, list[str]] = {}
    for item, numbers in (("T100", ["T100-A", "T100-B"]), ("T200", ["T200-A"])):
        values = {"code": item, "name": f"Tin {item}", "category": {"code": "FOOD"}, "tracking": "lot", "cost": "1"}
        pages.be("adm").makes("item", values)
        for number in numbers:
            pages.be("adm").makes("lot", {"code": number, "item": {"code": item}})
        found[item] = numbers
    return found


def offered(page: Page) -> list[str]:
    """What stands in the list that is open."""
    options = page.locator(".picker [role=option]")
    expect(options.first).to_be_visible()
    return sorted(each.split()[0] for each in options.all_inner_texts())


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_the_lots_of_the_row_s_item_are_offered_and_no_others(
    people: People, pages: Server, lots: dict[str, list[str]], size: tuple[int, int], language: str
) -> None:
    item, lot, nothing = WORDS[language]
    page = people.sign_in("clerk1", size, language)
    page.goto("/records/transfer/new")
    for code in ("T200", "T100"):
        chooses(page, item, code)
        box = page.get_by_label(lot, exact=True)
        box.click()
        assert offered(page) == lots[code]
        box.press("Escape")
    box.fill("T200-A")
    expect(page.locator(".picker [role=status]")).to_have_text(nothing)
    box.press("Tab")
    expect(box).to_have_value("")
    box.fill("T100-B")
    box.press("Enter")
    expect(page.locator(".picker [role=status]")).to_have_count(0)
    page.locator("[data-action=save]").click()
    page.wait_for_url(re.compile("/records/transfer/[0-9a-f-]{36}"))
    expect(page.locator("main")).to_contain_text("T100-B")

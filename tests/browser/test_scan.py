"""A place to scan: what a code is, typed or by a hardware scanner, and what happens without a camera."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import DESK, WINDOWS, People
from tests.serving import Server


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_what_was_scanned_last_stands_on_top(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/scan")
    place = clerk.locator("[data-code]")
    for code in ("A100", "b200", "S02", "0000"):
        place.fill(code)
        place.press("Enter")
    nothing = "Nothing has the code" if language == "en" else "没有对应的编码"
    things = clerk.locator(".thing")
    expect(things).to_have_count(4)
    for thing, told in zip(things.all(), (nothing, "S02", "B200", "A100"), strict=True):
        expect(thing).to_contain_text(told)
    expect(things.nth(3).locator(".number")).to_contain_text(pages.be("clerk1").on_hand("A100", "S01"))
    expect(things.nth(1).locator(".number")).to_have_count(0)


def test_a_document_is_found_by_its_number(people: People, pages: Server) -> None:
    line = {"item": {"code": "A100"}, "requested": "1"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = pages.be("clerk1").makes("transfer", values, "submit")
    number = pages.be("clerk1").get(f"records/transfer/{record}")["number"]
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto(f"/scan?code={number}")
    expect(clerk.locator(".thing")).to_have_count(1)
    clerk.locator(".thing h2 a").click()
    expect(clerk).to_have_url(f"{pages.url}/records/transfer/{record}")


def test_what_one_may_not_see_has_no_code(people: People) -> None:
    """A supplier's own person finds nothing of a store's items by scanning, as by every other door."""
    vendor = people.sign_in("vendor1", DESK, "en")
    vendor.goto("/scan?code=S02")
    expect(vendor.locator(".thing")).to_contain_text("Nothing has the code S02")


def test_without_a_camera_the_code_is_typed(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/scan")
    clerk.locator("[data-camera-open]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("Type the code, or use a scanner.")
    clerk.get_by_role("button", name="Close").click()
    clerk.locator("[data-code]").fill("A100")
    clerk.locator("[data-code]").press("Enter")
    expect(clerk.locator(".thing")).to_contain_text("A100")


def test_a_lost_connection_is_told_and_the_next_scan_goes_on(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/scan")
    place = clerk.locator("[data-code]")

    def lose(route: Route) -> None:
        route.abort("connectionfailed")

    clerk.route("**/scan/found*", lose)
    place.fill("A100")
    place.press("Enter")
    expect(clerk.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    clerk.unroute("**/scan/found*", lose)
    people.complaints.clear()
    place.fill("A100")
    place.press("Enter")
    expect(clerk.locator(".thing")).to_contain_text("A100")
    expect(clerk.get_by_role("alert")).to_have_count(0)

"""What a thumb meets: the bar at the bottom, one line for the way back, numbers whole, figures with their units."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, People
from tests.browser.walking import chooses
from tests.serving import Server

NARROW = (320, 640)
TABS = 56
LINE = 30


def _box(found: Locator) -> dict[str, float]:
    box = found.bounding_box()
    assert box is not None
    return {**box, "bottom": box["y"] + box["height"]}


def _beside(one: Locator, other: Locator) -> bool:
    """Whether they share a line."""
    first, second = _box(one), _box(other)
    return first["y"] < second["bottom"] and second["y"] < first["bottom"]


@pytest.fixture(scope="module")
def shipped(pages: Server) -> str:
    """A transfer on its way to S02."""
    line = {"item": {"code": "A100"}, "requested": "3"}
    values = {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = pages.be("clerk2").makes("transfer", values, "submit")
    pages.be("dckm").decides("transfer")
    pages.be("dck").takes("transfer", record, "ship")
    return f"/records/transfer/{record}"


@pytest.mark.parametrize("path", ["/records/person/new", "/records/opening/new"])
def test_what_is_done_with_a_form_stands_within_reach_however_short_it_is(people: People, path: str) -> None:
    page = people.sign_in("adm", PHONE)
    page.goto(path)
    assert abs(_box(page.locator(".stick"))["bottom"] - (PHONE[1] - TABS)) <= 1
    last = _box(page.locator("form .card").last)
    assert last["bottom"] <= _box(page.locator(".stick"))["y"]


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_the_way_back_stands_beside_the_title(people: People, shipped: str, size: tuple[int, int]) -> None:
    page = people.sign_in("clerk2", size)
    for path in (shipped, f"{shipped}/edit"):
        page.goto(path)
        assert _beside(page.locator(".head .back"), page.locator(".head h1")), path


@pytest.mark.parametrize("path", ["/stock/movements?place=DC1", "/stock/trail?place=DC1&item=A100"])
def test_a_number_is_not_broken_in_two(people: People, shipped: str, path: str) -> None:
    page = people.sign_in("dck", NARROW)
    page.goto(path)
    numbers = page.locator(".moved .whole")
    expect(numbers.first).to_be_visible()
    assert [each.inner_text() for each in numbers.all() if _box(each)["height"] > LINE] == []


def test_what_is_only_read_stands_two_on_a_line_with_its_unit(people: People, shipped: str) -> None:
    page = people.sign_in("clerk2", PHONE)
    page.goto(f"{shipped}/edit")
    row = page.locator("tr[data-row]").first
    requested, approved = (row.locator(f"[data-title={title}]") for title in ("Requested", "Approved"))
    expect(requested).to_have_text("3 Piece")
    assert _beside(requested, approved)
    assert _beside(page.locator("[data-field=from_store]"), page.locator("[data-field=to_store]"))
    expect(row.locator("[data-column=received] small")).to_have_text("Piece")


def test_the_unit_of_what_is_typed_moves_nothing(people: People) -> None:
    page = people.sign_in("clerk1", PHONE)
    page.goto("/records/transfer/new")
    cell = page.locator("[data-column=requested]").first
    before = _box(cell.locator("input"))
    chooses(page, "Item 1", "A100")
    expect(cell.locator("small")).to_have_text("Piece")
    after = _box(cell.locator("input"))
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    expect(page.locator("[data-title=Approved]")).to_have_count(0)


def test_what_is_kept_beside_a_code_is_called_by_both(people: People, pages: Server) -> None:
    item = next(each for each in pages.be("adm").get("records/item")["items"] if each["named"]["code"] == "A100")
    page = people.sign_in("adm", PHONE)
    page.goto(f"/records/item/{item['id']}")
    expect(page.locator("h1")).to_have_text("A100 Rice Item")


def _columns(page: Page) -> list[str]:
    """What stands above the columns; that one is not final yet stands in a line of its own."""
    return [
        each.partition("\n")[0].partition(" not final")[0] for each in page.locator(".lines thead th").all_inner_texts()
    ]


def test_a_draft_does_not_say_what_nobody_has_approved(people: People, pages: Server) -> None:
    """The approver is offered what was asked for; on the draft it looked like his word."""
    rows = [{"item": {"code": code}, "requested": "2"} for code in ("A100", "B201")]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    record = pages.be("clerk1").makes("transfer", values)
    page = people.sign_in("clerk1")
    page.goto(f"/records/transfer/{record}")
    assert "Approved" not in _columns(page)
    expect(page.locator(".lines tfoot td", has_text="4 Piece")).to_have_count(1)
    expect(page.locator(".lines tfoot td .number")).to_have_count(1)
    pages.be("clerk1").takes("transfer", record, "submit")
    page.goto(f"/records/transfer/{record}")
    assert "Approved" in _columns(page)

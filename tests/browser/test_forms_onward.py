"""From a form straight to what is done with it: what that comes to is told first, and what was typed goes with it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.browser.test_forms import PASTE, begins
from tests.browser.test_transfer import chooses
from tests.serving import Server


def sent_on(server: Server, item: str, quantity: str, *, shipped: bool = True) -> str:
    """Goods on their way from DC1 to S02, or to be shipped."""
    values = {
        "from_store": {"code": "DC1"},
        "to_store": {"code": "S02"},
        "reason": "slow",
        "lines": [{"item": {"code": item}, "requested": quantity}],
    }
    record = server.be("clerk2").makes("transfer", values, "submit")
    server.be("dckm").decides("transfer")
    if shipped:
        server.be("dck").takes("transfer", record, "ship")
    return record


def fills(page: Page, cells: dict[str, str]) -> None:
    """Types into cells."""
    for label, value in cells.items():
        page.get_by_label(label, exact=True).fill(value)


def test_what_is_counted_is_received_from_its_form_with_its_signature(people: People, pages: Server) -> None:
    """The dialogue tells what moves before anything is signed, by what was typed, not by what was saved."""
    record = sent_on(pages, "A100", "3")
    clerk = people.sign_in("clerk2", PHONE, "en")
    clerk.goto(f"/records/transfer/{record}/edit")
    fills(clerk, {"Received good 1": "2", "Received damaged 1": "1", "Remark 1": "torn"})
    clerk.locator("[data-action=receive]").click()
    dialogue = clerk.locator("dialog")
    expect(dialogue.locator(".effects li")).to_contain_text(["2 × A100 Rice", "1 × A100 Rice", "This ends it"])
    dialogue.get_by_label("Signature", exact=True).fill("Sun Lei")
    dialogue.locator("button:not([type=button])").click()
    expect(clerk).to_have_url(re.compile(f"{record}$"))
    expect(clerk.locator(".done-now")).to_contain_text("Receive")
    kept = pages.be("aud").get(f"records/transfer/{record}")
    assert (kept["state"], kept["values"]["lines"][0]["received"]) == ("done", "2")


def test_what_is_missing_is_marked_before_anything_is_signed(people: People, pages: Server) -> None:
    record = sent_on(pages, "A100", "3")
    clerk = people.sign_in("clerk2", DESK)
    clerk.goto(f"/records/transfer/{record}/edit")
    fills(clerk, {"Received good 1": "2", "Received damaged 1": "0"})
    clerk.locator("[data-action=receive]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("Row 1 · Remark: This is needed.")
    expect(clerk.locator("dialog")).to_have_count(0)
    expect(clerk.get_by_label("Remark 1", exact=True)).to_be_focused()
    clerk.goto(f"/records/transfer/{record}")
    clerk.locator(".menu summary").click()
    expect(clerk.locator(".closed")).to_contain_text("Still needed: Received good")


def test_a_dialogue_that_is_left_keeps_what_was_typed(people: People, pages: Server) -> None:
    record = sent_on(pages, "A100", "3")
    clerk = people.sign_in("clerk2", DESK)
    clerk.goto(f"/records/transfer/{record}/edit")
    fills(clerk, {"Received good 1": "3"})
    clerk.locator("[data-action=receive]").click()
    clerk.locator("dialog [type=button]", has_text="Back").click()
    expect(clerk.get_by_label("Received good 1", exact=True)).to_have_value("3")
    assert pages.be("aud").get(f"records/transfer/{record}")["values"]["lines"][0]["received"] is None
    expect(clerk.locator("[data-action=receive]")).to_be_enabled()


def test_a_row_is_divided_where_none_may_be_added(people: People, pages: Server) -> None:
    """Two pieces with numbers of their own leave as two rows; the sum stays."""
    record = sent_on(pages, "H900", "2", shipped=False)
    clerk = people.sign_in("dck", DESK, "en")
    clerk.goto(f"/records/transfer/{record}/edit")
    expect(clerk.locator("tr[data-row]")).to_have_count(1)
    clerk.get_by_label("Divide row 1", exact=True).click()
    expect(clerk.locator("tr[data-row]")).to_have_count(2)
    fills(clerk, {"Shipped 2": "1"})
    expect(clerk.get_by_label("Shipped 1", exact=True)).to_have_value("1")
    for row in ("1", "2"):
        lot = clerk.get_by_label(f"Lot {row}", exact=True)
        lot.fill(f"H900-DC1-{row}")
        with clerk.expect_response("**/fill"):
            lot.press("Enter")
        expect(lot).to_have_value(f"H900-DC1-{row}")
    clerk.locator("[data-action=ship]").click()
    expect(clerk.locator("dialog .effects li")).to_have_count(2)
    clerk.locator("dialog button:not([type=button])").click()
    expect(clerk).to_have_url(re.compile(f"{record}$"))
    kept = pages.be("aud").get(f"records/transfer/{record}")
    assert kept["state"] == "in_transit"
    assert [(each["lot"]["code"], each["shipped"]) for each in kept["values"]["lines"]] == [
        ("H900-DC1-1", "1"),
        ("H900-DC1-2", "1"),
    ]


def test_what_is_scanned_is_counted_in_rows_that_are_there(people: People, pages: Server) -> None:
    """Receiving adds no row: what is on no row is told, not taken."""
    record = sent_on(pages, "A100", "2")
    clerk = people.sign_in("clerk2", PHONE, "en")
    clerk.goto(f"/records/transfer/{record}/edit")
    scan = clerk.get_by_label("Scan", exact=True)
    for code, told in (
        ("A100", "A100 Rice × 1"),
        ("A100", "A100 Rice × 2"),
        ("B200", "B200 is in none of these rows."),
    ):
        scan.fill(code)
        scan.press("Enter")
        expect(clerk.locator("[data-scanned]")).to_have_text(told)
    expect(clerk.get_by_label("Received good 1", exact=True)).to_have_value("2")
    expect(clerk.locator("tr[data-row]")).to_have_count(1)


def test_a_sheet_finds_its_columns_by_their_titles(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).focus()
    clerk.evaluate(PASTE, "Requested\tItem\n7\tA100\n8\tB200")
    expect(clerk.get_by_label("Item 2", exact=True)).to_have_value(re.compile("^B200 "))
    expect(clerk.get_by_label("Requested 1", exact=True)).to_have_value("7")
    expect(clerk.get_by_label("Requested 2", exact=True)).to_have_value("8")


def test_a_column_that_only_some_rows_have_does_not_shift_a_sheet(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    chooses(clerk, "Item 1", "A101")
    expect(clerk.get_by_label("Lot 1", exact=True)).to_be_visible()
    clerk.get_by_label("Item 2", exact=True).focus()
    clerk.evaluate(PASTE, "A100\t5\nB200\t6")
    expect(clerk.get_by_label("Requested 2", exact=True)).to_have_value("5")
    expect(clerk.get_by_label("Requested 3", exact=True)).to_have_value("6")
    clerk.get_by_label("Item 4", exact=True).focus()
    clerk.evaluate(PASTE, "A101\tL1\t2")
    expect(clerk.get_by_label("Requested 4", exact=True)).to_have_value("2")
    expect(clerk.get_by_label("Lot 4", exact=True)).to_have_value(re.compile("^L1"))


def test_rows_that_are_there_twice_are_told_by_their_numbers(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).focus()
    clerk.evaluate(PASTE, "A100\t1\nB200\t1\nA100\t2")
    clerk.locator("[data-action=submit]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("Row 3")


def test_settling_nothing_is_refused_and_a_loss_is_told_before_it_is_written_off(people: People, pages: Server) -> None:
    record = sent_on(pages, "A100", "3")
    row = pages.be("clerk2").get(f"records/transfer/{record}")["values"]["lines"][0]["row"]
    short = {"lines": [{"row": row, "received": "2", "damaged": "0", "remark": "one is not there"}]}
    pages.be("clerk2").takes("transfer", record, "receive", short, {"signature": {"typed": "Sun Lei"}})
    manager = people.sign_in("dckm", DESK)
    paper = pages.be("dckm").get("records/discrepancy", limit="1", sort="-created")["items"][0]["id"]
    manager.goto(f"/records/discrepancy/{paper}/edit")
    manager.locator("[data-action=settle]").click()
    expect(manager.get_by_role("alert")).to_contain_text("Say how much was found")
    fills(manager, {"To write off 1": "1", "Why 1": "lost"})
    manager.locator("[data-action=settle]").click()
    expect(manager.locator("dialog .effects")).to_contain_text(
        re.compile("1 × A100 Rice: TR-DC1-.* · In transit → Losses")
    )
    manager.locator("dialog button:not([type=button])").click()
    expect(manager).to_have_url(re.compile(f"{paper}$"))
    assert pages.be("aud").get(f"records/transfer/{record}")["state"] == "settled"


def test_what_making_a_record_moves_is_named_before_it_is_done(people: People, pages: Server) -> None:
    """A ticket that is posted as it is made: the dialogue says what leaves the store, and nothing is there before."""
    keeper = people.sign_in("adm", DESK, "en")
    keeper.goto("/records/opening/new")
    for label, code in (("Store", "S01"), ("Item 1", "A100")):
        keeper.get_by_label(label, exact=True).fill(code)
        keeper.get_by_label(label, exact=True).press("Enter")
    keeper.get_by_label("Quantity 1").fill("7")
    count = len(pages.be("adm").get("records/opening")["items"])
    keeper.locator("[data-action=post]").click()
    expect(keeper.locator("dialog .effects li")).to_contain_text(["7 × A100", "This ends it"])
    assert len(pages.be("adm").get("records/opening")["items"]) == count
    keeper.locator("dialog .primary").click()
    expect(keeper).to_have_url(re.compile("/records/opening/[0-9a-f-]{36}$"))
    assert len(pages.be("adm").get("records/opening")["items"]) == count + 1


def test_a_warning_stands_beside_its_field_and_above_the_record(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", PHONE, "zh")
    line = {"item": {"code": "A100"}, "requested": "99999"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = pages.be("clerk1").makes("transfer", values)
    clerk.goto(f"/records/transfer/{record}/edit")
    expect(clerk.locator("td[data-column=requested] .heed").first).to_have_text("超过调出门店的可用数量。")
    clerk.goto(f"/records/transfer/{record}")
    expect(clerk.get_by_role("note")).to_contain_text("A100 · 申请数量 · 超过调出门店的可用数量。")
    clerk.goto("/records/transfer")
    clerk.locator(f"a.open[href$='{record}']").click()
    expect(clerk).to_have_url(re.compile(record))

"""What somebody meets who sees the pages for the first time: what is asked first, early keys, no riddles."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, People
from tests.browser.walking import chooses
from tests.serving import Server

LINE = [{"item": {"code": "A100"}, "requested": "2"}]


def shipped(server: Server) -> str:
    """A transfer from S01 to S02 that is on its way."""
    made = server.be("clerk1").makes(
        "transfer", {"to_store": {"code": "S02"}, "reason": "slow", "lines": LINE}, "submit"
    )
    task = next(each["id"] for each in server.be("mgr1").tasks("transfer") if each["record"]["id"] == made)
    server.be("mgr1").does(f"tasks/{task}/approve", {"comment": "yes"})
    assert server.be("clerk1").takes("transfer", made, "ship", {}) == "in_transit"
    return made


def received(server: Server) -> str:
    """A receipt of three good ones and a damaged one at S01."""
    lines = [{"item": {"code": "A100"}, "quantity": "3", "damaged": "1"}]
    supplier = server.be("aud").get("records/supplier", limit="1")["items"][0]["id"]
    return server.be("clerk1").makes("receipt", {"supplier": supplier, "lines": lines}, "post")


def primary(page: Page) -> list[str]:
    """What is loud among what may be done."""
    return [each.strip() for each in page.locator(".acts > .primary").all_inner_texts()]


@pytest.mark.parametrize(("language", "said"), [("en", "Receive"), ("zh", "收货")])
def test_what_a_task_asks_stands_first_also_while_it_is_to_be_filled_in(
    people: People, pages: Server, language: str, said: str
) -> None:
    record = shipped(pages)
    clerk = people.sign_in("clerk2", DESK, language)
    task = next(each["id"] for each in pages.be("clerk2").tasks("transfer") if each["record"]["id"] == record)
    for path in (f"/tasks?task={task}", f"/records/transfer/{record}"):
        clerk.goto(path)
        expect(clerk.locator("[data-fill]")).to_have_text(said)
        assert primary(clerk) == [said]
        assert clerk.locator(".acts > .primary, .acts > .plain").first.inner_text() == said
    clerk.locator("[data-fill]").click()
    expect(clerk).to_have_url(re.compile(f"/records/transfer/{record}/edit$"))
    expect(clerk.locator(".stick .primary")).to_have_text(said)


def test_a_key_that_comes_before_the_page_is_awake_counts(people: People, pages: Server) -> None:
    """The list has its keys when its script is there; what was pressed before that is pressed then."""
    for _ in range(2):
        values = {"to_store": {"code": "S03"}, "reason": "slow", "lines": LINE}
        pages.be("clerk1").makes("transfer", values, "submit")
    manager = people.sign_in("mgr1", DESK, "en")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    manager.route("**/inbox-*.js", hold)
    manager.goto("/tasks", wait_until="commit")
    expect(manager.locator(".opened [data-action=approve]")).to_be_visible()
    expect(manager.locator(".bulkplace")).to_have_count(0)
    for key in "xjx":
        manager.keyboard.press(key)
    assert held, "the script of the list was not asked for"
    for each in held:
        each.continue_()
    expect(manager.locator(".bulk strong")).to_have_text("2 selected")


@pytest.mark.parametrize(("language", "says"), [("en", "is not yours to see"), ("zh", "无权查看")])
def test_a_place_out_of_sight_says_so_and_leads_to_ones_own(pages: Server, language: str, says: str) -> None:
    client = pages.be("clerk1").client
    for place in ("S02", "NOWHERE", "S02/damaged"):
        page = client.get("/stock", params={"place": place}, headers={"Accept-Language": language}).text
        assert says in page
        assert 'href="/stock?place=S01"' in page
    own = client.get("/stock", params={"place": "S01/damaged"}, headers={"Accept-Language": language}).text
    assert says not in own
    received(pages)
    own = client.get("/stock", params={"place": "S01/damaged"}, headers={"Accept-Language": language}).text
    assert "S01/damaged" not in own.partition("</h1>")[0].partition("<h1>")[2]
    assert {"en": "Damaged goods", "zh": "残损区"}[language] in own.partition("</title>")[0]


def test_a_reversal_names_the_goods_that_go_back(people: People, pages: Server) -> None:
    record = received(pages)
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/records/receipt/{record}")
    manager.locator(".menu summary").click()
    manager.locator("[data-action=undo]").click()
    told = manager.locator("dialog .effects li")
    expect(told).to_have_count(3)  # the goods, and that this ends it
    expect(told.filter(has_text="3 × A100")).to_have_count(1)
    expect(told.filter(has_text="1 × A100")).to_have_count(1)


def test_a_drawn_signature_leaves_one_loud_button(people: People, pages: Server) -> None:
    lines = [{"item": {"code": "A100"}, "quantity": "1"}]
    record = pages.be("clerk1").makes("write_off", {"reason": "broken", "lines": lines}, "submit")
    manager = people.sign_in("mgr1", DESK, "en")
    manager.goto(f"/records/write_off/{record}")
    manager.locator("[data-action=approve]").click()
    manager.get_by_role("button", name="Draw").click()
    expect(manager.locator("dialog canvas")).to_be_visible()
    expect(manager.locator("dialog .primary")).to_have_count(1)


def test_a_lot_that_is_not_there_yet_is_made_and_chosen_and_nothing_typed_is_lost(
    people: People, pages: Server
) -> None:
    """In a window of its own, which closes; the sheet that waits takes what was made."""
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/receipt/new")
    chooses(clerk, "Item 1", "A101")
    lot = clerk.get_by_label("Lot or serial number 1", exact=True)
    lot.fill("BRANDNEW1")
    expect(clerk.locator("[data-make]")).to_have_text("New: Lot or serial number")
    with clerk.context.expect_page() as opened:
        lot.press("ArrowDown")
        clerk.keyboard.press("Enter")
    made = opened.value
    expect(made.get_by_label("Number", exact=True)).to_have_value("BRANDNEW1")
    chooses(made, "Item", "A101")
    with made.expect_event("close"):
        made.locator("[data-action=save]").click()
    expect(lot).to_have_value("BRANDNEW1")
    expect(clerk.get_by_label("Item 1", exact=True)).to_have_value(re.compile("^A101 "))
    clerk.locator("[data-action=save]").click()
    clerk.wait_for_url(re.compile("/records/receipt/[0-9a-f-]{36}$"))
    expect(clerk.locator("#lines")).to_contain_text("BRANDNEW1")


def test_a_receipt_with_a_difference_says_who_is_next(people: People, pages: Server) -> None:
    record = shipped(pages)
    rows = pages.be("clerk2").get(f"records/transfer/{record}")["values"]["lines"]
    short = {"lines": [{"row": rows[0]["row"], "received": "1", "damaged": "0", "remark": "one box"}]}
    pages.be("clerk2").takes("transfer", record, "receive", short, {"signature": {"typed": "Sun Lei"}})
    clerk = people.sign_in("clerk2", DESK, "en")
    clerk.goto(f"/records/transfer/{record}")
    expect(clerk.locator(".waits")).to_contain_text("Wang Li")
    expect(clerk.locator(".waits")).to_contain_text("Transfer difference TD-")
    sender = people.sign_in("clerk1", DESK, "zh")
    sender.goto(f"/records/transfer/{record}")
    expect(sender.locator(".waits")).to_contain_text("调拨差异")


def test_what_may_still_change_does_not_read_as_done(people: People, pages: Server) -> None:
    values = {"to_store": {"code": "S02"}, "reason": "slow", "lines": LINE}
    asked = pages.be("clerk1").makes("transfer", values, "submit")
    clerk = people.sign_in("clerk1", DESK, "en")
    for record, open_ones, closed in ((asked, ["Approved"], ["Requested"]), (shipped(pages), [], ["Shipped"])):
        clerk.goto(f"/records/transfer/{record}")
        heads = [each.strip() for each in clerk.locator("#lines th").all_inner_texts()]
        assert [each for each in heads if "not final yet" in each] == [f"{each} not final yet" for each in open_ones]
        assert set(closed) <= set(heads)


def test_a_code_that_is_still_searched_is_sent_with_the_rest(people: People, pages: Server) -> None:
    """Typed, and saved at once: what sends the form waits for the answer."""
    clerk = people.sign_in("clerk1", DESK, "en")
    clerk.goto("/records/transfer/new")
    chooses(clerk, "Item 1", "A101")
    held: list[Route] = []
    open_now: list[bool] = []

    def hold(route: Route) -> None:
        if "choose" in (route.request.post_data or "") and not open_now:
            held.append(route)
        else:
            route.continue_()

    clerk.route("**/fill", hold)
    clerk.get_by_label("Lot 1", exact=True).fill("L1")
    clerk.locator("[data-action=save]").click()
    expect(clerk.locator("[data-action=save]")).to_be_disabled()
    open_now.append(True)
    for each in held:
        each.continue_()
    clerk.wait_for_url(re.compile("/records/transfer/[0-9a-f-]{36}$"))
    expect(clerk.locator("#lines")).to_contain_text("L1")

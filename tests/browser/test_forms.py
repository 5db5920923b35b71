"""Filling a form: rows by paste and by scan, faults beside their fields, two people in one record, nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.browser.test_transfer import chooses
from tests.serving import PASSWORD, Server

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = {clipboardData: data, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def begins(page: Page, *, to: str = "S02") -> None:
    """A transfer from S01, all but its rows."""
    page.goto("/records/transfer/new")
    if to == "S01":
        chooses(page, "From", "S02")  # where one's own store may be chosen, until it is where the goods are
    chooses(page, "To", to)
    if to == "S01":
        chooses(page, "From", "S01")
    page.get_by_label("Reason", exact=True).select_option("replenishment")


def saved(page: Page) -> str:
    """Saves the draft; where it is then."""
    page.locator("[data-action=save]").click()
    expect(page).to_have_url(re.compile(r"/records/transfer/[0-9a-f-]{36}$"))
    return page.url


def drawn_rows(page: Page) -> list[int]:
    """The rows of a form that the browser has drawn, counted from one."""
    rows = page.locator(".sheet tbody tr > td:first-child")
    shown: list[bool] = rows.evaluate_all(
        "(all) => all.map((each) => each.checkVisibility({contentVisibilityAuto: true}))"
    )
    return [at for at, is_shown in enumerate(shown, 1) if is_shown]


def test_two_hundred_rows_are_pasted_from_a_sheet(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).focus()
    clerk.evaluate(PASTE, "\n".join(f"A100\t{number}" for number in range(1, 201)))
    expect(clerk.get_by_label("Requested 200", exact=True)).to_have_value("200")
    expect(clerk.get_by_label("Item 200", exact=True)).to_have_value(re.compile("^A100 "))
    assert drawn_rows(clerk)[0] == 1
    assert len(drawn_rows(clerk)) < 60, "a letter costs what is in sight, not all 200 rows"
    clerk.get_by_label("Requested 150", exact=True).focus()
    clerk.keyboard.press("Control+A")
    clerk.keyboard.type("77")
    expect(clerk.get_by_label("Requested 150", exact=True)).to_have_value("77")
    assert 150 in drawn_rows(clerk)
    assert 1 not in drawn_rows(clerk)
    under = [clerk.locator(f".sheet tr:nth-child({row}) > [data-column=requested]") for row in (1, 150, 200)]
    head = clerk.get_by_role("columnheader", name="Requested").bounding_box()
    assert head
    for box in (each.bounding_box() for each in under):
        assert box
        assert (box["x"], box["width"]) == (head["x"], head["width"]), "rows stand under each other"
    saved(clerk)
    clerk.get_by_role("link", name="Show all").click()
    expect(clerk.locator("main table.list tbody tr")).to_have_count(200)
    assert "1,000" not in clerk.locator("main table.list").inner_text()


def test_what_follows_is_shown_before_the_server_has_said_a_word(people: People) -> None:
    """With `fill` held back but for choices, the lot of a row that needs one is asked for, and sums are there."""
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    expect(clerk.get_by_role("columnheader", name="Lot")).to_have_count(0)
    clerk.route("**/fill", lambda route: route.continue_() if '"choose"' in (route.request.post_data or "") else None)
    chooses(clerk, "Item 1", "A100")
    clerk.get_by_label("Requested 1", exact=True).fill("2")
    expect(clerk.get_by_role("columnheader", name="Lot")).to_have_count(0)
    chooses(clerk, "Item 2", "A101")
    expect(clerk.get_by_role("columnheader", name="Lot")).to_be_visible()
    expect(clerk.get_by_label("Lot 2", exact=True)).to_be_visible()
    expect(clerk.get_by_label("Lot 1", exact=True)).to_have_count(0)
    clerk.unroute_all(behavior="ignoreErrors")


def test_what_is_computed_follows_while_one_types(people: People, pages: Server) -> None:
    """A row that misses goods needs a remark, and says how many it misses, at once."""
    line = {"item": {"code": "A100"}, "requested": "3"}
    values = {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = pages.be("clerk2").makes("transfer", values, "submit")
    pages.be("dckm").decides("transfer")
    pages.be("dck").takes("transfer", record, "ship")
    page = people.sign_in("clerk2", DESK)
    page.goto(f"/records/transfer/{record}/edit")
    page.route("**/fill", lambda route: None)
    page.get_by_label("Received good 1", exact=True).fill("1")
    page.get_by_label("Received damaged 1", exact=True).fill("0")
    missing = page.locator("[data-title=Missing]")
    expect(missing).to_have_text("2 Piece")
    expect(page.get_by_label("Remark 1", exact=True)).to_have_attribute("aria-required", "true")
    page.get_by_label("Received good 1", exact=True).fill("3")
    expect(missing).to_have_text("0 Piece")
    expect(page.get_by_label("Remark 1", exact=True)).not_to_have_attribute("aria-required", "true")


def test_what_is_scanned_is_counted_row_by_row(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE)
    begins(clerk)
    scan = clerk.get_by_label("Scan", exact=True)
    for code in ("A100", "B200", "A100", "A100", "NOTHING"):
        scan.fill(code)
        scan.press("Enter")
    expect(clerk.get_by_text("Nothing has the code NOTHING.")).to_be_visible()
    expect(clerk.get_by_label("Requested 1", exact=True)).to_have_value("3")
    expect(clerk.get_by_label("Requested 2", exact=True)).to_have_value("1")


def test_a_fault_stands_beside_its_field_and_is_counted_at_the_top(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).fill("A100")
    clerk.get_by_label("Item 1", exact=True).press("Enter")
    clerk.get_by_label("Requested 1", exact=True).fill("many")
    clerk.locator("[data-action=submit]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("1 to correct")
    expect(clerk.get_by_label("Requested 1", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(clerk.locator("td .fault")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en")], ids=["desk-zh", "phone-en"])
def test_that_a_table_has_no_row_is_said_at_the_table_and_counted(
    people: People, size: tuple[int, int], language: str
) -> None:
    """As many are counted at the top as are listed there, each by its name."""
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/transfer/new")
    clerk.locator("[data-action=submit]").click()
    few = {"en": "Lines: At least 1 row is needed.", "zh": "明细：至少需要 1 行。"}[language]
    alert = clerk.get_by_role("alert")
    expect(alert.locator("li")).to_have_count(3)
    expect(alert.locator("li").last).to_have_text(few)
    expect(alert).to_contain_text({"en": "3 to correct", "zh": "有 3 处需要修改"}[language])
    expect(clerk.locator("section.card > .fault")).to_have_text(few.split("：" if language == "zh" else ": ")[1])


def test_what_was_mended_is_complained_of_no_longer(people: People) -> None:
    """All that is wrong is counted, the missing row too; the message goes with the last fault, not before."""
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto("/records/transfer/new")
    clerk.locator("[data-action=submit]").click()
    told = clerk.locator("form .message.wrong")
    expect(told).to_contain_text("3 to correct")
    chooses(clerk, "To", "S02")
    expect(told).to_contain_text("2 to correct")
    clerk.get_by_label("Reason", exact=True).select_option("replenishment")
    expect(told.locator("li")).to_have_text(["Lines: At least 1 row is needed."])
    expect(clerk.locator(".fault")).to_have_text(["At least 1 row is needed."])
    chooses(clerk, "Item 1", "A100")
    expect(told.locator("li")).to_have_count(0)
    clerk.get_by_label("Requested 1", exact=True).fill("2")
    expect(told).to_have_count(0)
    expect(clerk.locator(".fault")).to_have_count(0)


def test_a_rule_that_was_broken_is_complained_of_until_it_is_kept(people: People) -> None:
    """By whatever field it is mended; what was typed beside it meanwhile mends nothing."""
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk, to="S01")
    chooses(clerk, "Item 1", "A100")
    clerk.get_by_label("Requested 1", exact=True).fill("2")
    clerk.locator("[data-action=submit]").click()
    told = clerk.locator("form .message.wrong")
    expect(told).to_contain_text("Goods cannot move to where they are.")
    with clerk.expect_response("**/fill"):
        clerk.get_by_label("Requested 1", exact=True).fill("3")
    clerk.wait_for_load_state("networkidle")
    expect(told).to_contain_text("Goods cannot move to where they are.")
    chooses(clerk, "From", "S02")
    expect(told).to_have_count(0)


def test_another_store_is_named_first_without_a_word_of_refusal(people: People) -> None:
    """Whose record it becomes is open while a unit is empty; named for others alone, it is said at the fields."""
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto("/records/transfer/new")
    with clerk.expect_response("**/fill") as answered:
        chooses(clerk, "From", "S02")
    assert answered.value.status == 200
    expect(clerk.locator(".fault")).to_have_count(0)
    expect(clerk.get_by_label("Reason", exact=True)).to_be_visible()
    chooses(clerk, "To", "S03")
    expect(clerk.locator(".fault")).to_have_text(["You may not do this here."] * 2)
    chooses(clerk, "To", "S01")
    expect(clerk.locator(".fault")).to_have_count(0)


def test_every_fault_is_told_at_once(people: People) -> None:
    """What cannot be read and what is needed: nobody corrects one only to hear of the next."""
    clerk = people.sign_in("clerk1", PHONE, "zh")
    clerk.goto("/records/transfer/new")
    chooses(clerk, "商品 1", "A100")
    clerk.get_by_label("申请数量 1", exact=True).fill("很多")
    chooses(clerk, "商品 2", "B200")
    clerk.locator("[data-action=submit]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("有 4 处需要修改")
    expect(clerk.locator("[data-field=to_store] .fault")).to_have_text("此项必填。")
    expect(clerk.locator("[data-field=reason] .fault")).to_have_text("此项必填。")
    expect(clerk.locator("td[data-column=requested] .fault")).to_have_count(2)
    clerk.get_by_label("申请数量 2", exact=True).fill("5")
    expect(clerk.locator("td[data-column=requested] .fault")).to_have_count(1)
    with clerk.expect_response("**/fill"):
        clerk.get_by_label("原因", exact=True).select_option("slow")
    expect(clerk.locator("[data-field=reason] .fault")).to_have_count(0)
    expect(clerk.locator("[data-field=to_store] .fault")).to_be_visible()


def test_a_code_is_taken_however_slowly_its_search_answers(people: People) -> None:
    """Enter asks for the code; what was about to be asked while one typed does not end that question."""
    clerk = people.sign_in("clerk1", DESK)
    clerk.goto("/records/transfer/new")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    clerk.route(re.compile("/api/records/store[?]"), hold)
    box = clerk.get_by_label("To", exact=True)
    box.fill("S02")
    box.press("Enter")
    clerk.wait_for_function("(begun) => performance.now() - begun > 400", arg=clerk.evaluate("performance.now()"))
    for each in held:
        each.continue_()
    expect(box).to_have_value(re.compile("^S02 "))
    clerk.unroute_all(behavior="ignoreErrors")


def test_the_options_of_a_picker_are_cut_off_by_nothing(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).click()
    clerk.locator(".picker li").nth(3).click()
    expect(clerk.get_by_label("Item 1", exact=True)).to_have_value(re.compile("^[A-Z][0-9]+ "))


def test_what_was_typed_is_there_again_after_the_page_was_left(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    expect(clerk.get_by_text("Kept on this device")).to_be_visible()
    clerk.goto("/stock")
    clerk.goto("/records/transfer/new")
    expect(clerk.get_by_label("To", exact=True)).to_have_value(re.compile("^S02"))
    expect(clerk.get_by_label("Reason", exact=True)).to_have_value("replenishment")
    clerk.get_by_text("Start over").click()
    expect(clerk.get_by_label("To", exact=True)).to_have_value(re.compile("^S02"))
    clerk.once("dialog", lambda question: question.accept())
    clerk.get_by_text("Start over").click()
    expect(clerk.get_by_label("To", exact=True)).to_have_value("")


def test_nobody_is_asked_whether_to_leave_what_was_saved(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    questions: list[str] = []

    def asked(question: Dialog) -> None:
        questions.append(question.type)
        question.accept()

    clerk.on("dialog", asked)
    begins(clerk)
    saved(clerk)
    assert questions == []


def test_what_is_pasted_into_an_open_list_stays_when_it_is_left(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    item = clerk.get_by_label("Item 1", exact=True)
    item.click()
    expect(clerk.locator(".picker li").first).to_be_visible()
    clerk.evaluate(PASTE, "A100\t3\nB200\t4")
    clerk.get_by_label("Reason", exact=True).focus()
    expect(item).to_have_value(re.compile("^A100"))
    expect(clerk.get_by_label("Requested 1", exact=True)).to_have_value("3")
    expect(clerk.locator(".picker li")).to_have_count(0)


def test_a_code_is_taken_by_whoever_types_it_and_goes_on_at_once(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.get_by_label("Item 1", exact=True).focus()
    clerk.keyboard.type("A100")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("3")
    expect(clerk.get_by_label("Item 1", exact=True)).to_have_value(re.compile("^A100 "))
    expect(clerk.get_by_label("Requested 1", exact=True)).to_have_value("3")


def test_what_somebody_emptied_is_empty(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    to = clerk.get_by_label("To", exact=True)
    to.fill("")
    clerk.get_by_label("Reason", exact=True).focus()
    expect(to).to_have_value("")


def test_a_late_word_of_the_server_does_not_wipe_why_it_was_refused(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk, to="S01")
    chooses(clerk, "Item 1", "A100")
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    clerk.route("**/fill", hold)
    with clerk.expect_request("**/fill"):
        clerk.get_by_label("Requested 1", exact=True).fill("2")
    clerk.locator("[data-action=submit]").click()
    why = clerk.get_by_text("Goods cannot move to where they are.").first
    expect(why).to_be_visible()
    with clerk.expect_response("**/fill"):
        late[0].continue_()
    clerk.wait_for_load_state("networkidle")
    expect(why).to_be_visible()


def test_what_is_refused_with_its_action_is_not_saved_either(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    record = saved(clerk)
    clerk.goto(f"{record}/edit")
    clerk.get_by_label("Reason", exact=True).select_option("slow")
    clerk.locator("[data-action=submit]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("At least 1 row is needed.")
    kept = pages.be("clerk1").get(f"records/transfer/{record[-36:]}")
    assert (kept["values"]["reason"], kept["revision"]) == ("replenishment", 1)
    expect(clerk.get_by_label("Reason", exact=True)).to_have_value("slow")


def test_what_one_person_typed_is_nobody_elses_on_the_same_device(people: People) -> None:
    page = people.sign_in("clerk1", DESK)
    begins(page)
    page.get_by_label("Item 1", exact=True).fill("A100")
    page.get_by_label("Item 1", exact=True).press("Enter")
    expect(page.get_by_text("Kept on this device")).to_be_visible()
    expect(page.get_by_label("Item 1", exact=True)).to_have_value(re.compile("^A100 "))
    page.wait_for_function("() => Object.keys(localStorage).length === 1")
    expect(page.locator("tr[data-row]").first).to_contain_text(re.compile("[0-9]"))
    kept = page.evaluate("() => JSON.stringify(localStorage)")
    assert "available" not in kept, "only what was typed is kept, not what the server told"
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.locator("[name=account]").fill("clerk1b")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    expect(page.locator("main#content h1")).to_be_visible()
    page.goto("/records/transfer/new")
    expect(page.get_by_label("To", exact=True)).to_have_value("")


def test_a_lost_connection_loses_nothing(people: People) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    clerk.context.set_offline(True)
    clerk.get_by_label("Reason", exact=True).select_option("slow")
    clerk.locator("[data-action=save]").click()
    expect(clerk.get_by_role("alert")).to_contain_text("press again when the line is back")
    clerk.context.set_offline(False)
    expect(clerk.get_by_role("alert")).to_have_count(0)
    clerk.get_by_label("Reason", exact=True).select_option("recall")
    expect(clerk.get_by_role("alert")).to_have_count(0)
    clerk.get_by_label("Reason", exact=True).select_option("slow")
    saved(clerk)
    expect(clerk.locator(".spoken")).to_have_text("Saved.")
    expect(clerk.locator("main .pairs")).to_contain_text("Does not sell here")
    people.complaints[:] = [each for each in people.complaints if "ERR_INTERNET_DISCONNECTED" not in each]


def test_two_people_in_one_record_are_shown_where_they_differ(people: People, pages: Server) -> None:
    """By whom, and of which row: whoever decides between two figures knows of what."""
    one, two = people.sign_in("clerk1", DESK), people.sign_in("clerk1b", PHONE)
    begins(one)
    chooses(one, "Item 1", "A100")
    one.get_by_label("Requested 1", exact=True).fill("5")
    record = saved(one)
    for page in (one, two):
        page.goto(f"{record}/edit")
    one.get_by_label("Reason", exact=True).select_option("slow")
    one.get_by_label("Requested 1", exact=True).fill("7")
    one.locator("[data-action=save]").click()
    expect(one).to_have_url(record)
    two.get_by_label("Reason", exact=True).select_option("recall")
    two.get_by_label("Requested 1", exact=True).fill("9")
    chooses(two, "To", "S03")
    two.locator("[data-action=save]").click()
    person = pages.be("clerk1").get("me")["person"]
    who = person["title"] or person["code"]
    item = pages.be("clerk1").get(f"records/transfer/{record[-36:]}")["values"]["lines"][0]["item"]
    expect(two.get_by_role("alert")).to_contain_text(f"{who} changed this meanwhile.")
    expect(two.locator(".clash")).to_have_count(2)
    row = two.locator(".clash", has_text="mine: 9")
    expect(row.locator("strong")).to_have_text(f"Lines · {item['code']} {item['title']} · Requested")
    expect(row.locator("p")).to_have_text(f"{who}: 7 · mine: 9")
    buttons = [each.bounding_box() for each in row.locator("button").all()]
    assert len({box["y"] for box in buttons if box}) == 1
    row.get_by_text("Keep mine").click()
    clash = two.locator(".clash")
    expect(clash).to_contain_text(f"{who}: Does not sell here · mine: Called back")
    clash.get_by_text("Take theirs").click()
    two.locator("[data-action=save]").click()
    expect(two).to_have_url(record)
    assert pages.be("clerk1").get(f"records/transfer/{record[-36:]}")["values"]["lines"][0]["requested"] == "9"
    expect(two.locator("main .pairs")).to_contain_text("Does not sell here")
    expect(two.locator("main .pairs")).to_contain_text("S03")


def test_who_is_only_spoken_to_meanwhile_saves_without_a_question(people: People, pages: Server) -> None:
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    record = saved(clerk)
    clerk.goto(f"{record}/edit")
    clerk.get_by_label("Reason", exact=True).select_option("slow")
    pages.be("clerk1b").does(f"records/transfer/{record[-36:]}/comments", {"comment": "sell it here"})
    clerk.locator("[data-action=save]").click()
    expect(clerk).to_have_url(record)
    expect(clerk.locator("main .pairs")).to_contain_text("Does not sell here")


def test_people_and_units_are_searched_and_chosen(people: People, pages: Server) -> None:
    """Both kinds of units in one field: a region and a store are found in the same place."""
    adm = people.sign_in("adm", PHONE, "zh")
    adm.goto("/records/assignment/new")
    chooses(adm, "人员", "clerk3")
    adm.get_by_label("角色", exact=True).select_option("guard")
    chooses(adm, "任职单位（空为总部）", "EAST")
    chooses(adm, "任职单位（空为总部）", "S04")
    adm.locator("[data-action=save]").click()
    expect(adm).to_have_url(re.compile(r"/records/assignment/[0-9a-f-]{36}$"))
    made = pages.be("adm").get(f"records/assignment/{adm.url[-36:]}")["values"]
    assert (made["person"]["code"], made["at"]["code"]) == ("clerk3", "S04")


def test_a_draft_is_sent_on_from_its_form_and_what_is_in_use_is_only_saved(people: People, pages: Server) -> None:
    """Whoever corrects an item is not offered to retire it; whoever corrects his draft may send it on at once."""
    clerk = people.sign_in("clerk1", DESK)
    begins(clerk)
    chooses(clerk, "Item 1", "A100")
    clerk.get_by_label("Requested 1", exact=True).fill("1")
    record = saved(clerk)
    clerk.goto(f"{record}/edit")
    clerk.get_by_label("Requested 1", exact=True).fill("2")
    clerk.locator("[data-action=submit]").click()
    expect(clerk).to_have_url(record)
    expect(clerk.locator("main .head .pill").first).to_have_text("In approval")
    item = pages.be("adm").get("records/item", limit="1")["items"][0]["id"]
    adm = people.sign_in("adm", DESK)
    adm.goto(f"/records/item/{item}/edit")
    expect(adm.locator(".stick button")).to_have_text(["Save"])
    adm.goto("/records/item/new")
    expect(adm.locator(".stick button")).to_have_text(["Save"])

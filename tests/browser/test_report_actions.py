"""Lines of a report that are ticked and acted on together: told before, done whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.serving import Server

DEFINITIONS = Path(__file__).parents[1] / "operations" / "definitions"
NAMES = ("need.form", "need.workflow", "order.form", "order.workflow", "to_order.report")
POLICY = (
    *(f"p, clerk, need, {word}, own" for word in ("see", "create", "edit", "agree", "drop", "put_off")),
    *(f"p, buyer, {form}, see, chain" for form in ("need", "order", "to_order")),
    "p, buyer, to_order, order, chain",
    "p, buyer, to_order, export, chain",
    "p, buyer, order, send, chain",
    "p, buyer, order, cancel, chain",
)
ASKS = "    rows: chosen\n    asks: {why: {type: text, required: true, title: {en: Why, zh: 原因}}}\n"
SAID = {
    "en": {"new": "New: Order · 1 line", "chosen": "2 selected", "needed": "This is needed.",
           "gone": "not in the report"},
    "zh": {"new": "新建：订单 · 1 行", "chosen": "已选 2 项", "needed": "此项必填。", "gone": "已不在报表中"},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def defined(pages: Server) -> None:
    """The pack with needs, orders, and a report that asks why lines are ordered."""
    adm = pages.be("adm")
    texts = [(DEFINITIONS / f"{name}.yaml").read_text("utf-8") for name in NAMES]
    texts[-1] = texts[-1].replace("    rows: chosen\n", ASKS)
    sent = [{"kind": kind(each), "name": each.splitlines()[1].partition(": ")[2], "text": each} for each in texts]
    old = adm.get("definitions/permissions/policy")["text"]
    sent.append({"kind": "permissions", "name": "policy", "text": "\n".join((old, *POLICY, ""))})
    adm.does("definitions/publish", {"texts": sent, "note": "orders from lines"})


def kind(words: str) -> str:
    """What a text defines."""
    return words.splitlines()[1].partition(":")[0]


def need(pages: Server, *lines: tuple[str, str]) -> str:
    """An agreed need of a store."""
    rows = [{"item": {"code": item}, "quantity": each} for item, each in lines]
    return pages.be("clerk1").makes("need", {"lines": rows}, "agree")


def boxes(page: Page) -> list[str]:
    """The ticks of the lines, by their ids."""
    return [str(each.get_attribute("value")) for each in page.locator("tbody [data-pick]").all()]


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_lines_are_ordered_after_it_was_told_what_becomes_of_them(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    said = SAID[language]
    record = need(pages, ("A100", "5"), ("A101", "2"))
    buyer = people.sign_in("buyA", size, language)
    buyer.goto("/records/to_order")
    before = len(pages.be("buyA").get("records/order")["items"])
    for each in boxes(buyer):
        buyer.locator(f"[data-pick][value='{each}']").check()
    expect(buyer.locator(".bulk strong")).to_have_text(said["chosen"])
    buyer.locator("[data-bulk=order]").click()
    expect(buyer.locator("[data-coming]")).to_contain_text(said["new"].split(" · ")[0])
    assert len(pages.be("buyA").get("records/order")["items"]) == before
    buyer.locator("dialog .primary").click()
    expect(buyer.locator("dialog .fault")).to_have_text(said["needed"])
    buyer.locator("dialog input").fill("for the week")
    expect(buyer.locator("dialog .fault")).to_have_count(0)
    buyer.locator("dialog .primary").click()
    expect(buyer.locator("dialog")).to_have_count(0)
    expect(buyer.locator(".empty")).to_be_visible()
    made = pages.be("buyA").get("records/order")["items"]
    assert len(made) == before + 1
    assert [each["left"] for each in pages.be("clerk1").get(f"records/need/{record}")["values"]["lines"]] == ["0", "0"]
    pages.be("buyA").takes("order", made[0]["id"], "send")
    if size == PHONE:
        assert buyer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_line_that_is_gone_meanwhile_is_named_and_nothing_is_done(people: People, pages: Server) -> None:
    need(pages, ("A100", "4"))
    gone = need(pages, ("A101", "6"))
    buyer = people.sign_in("buyA", DESK, "en")
    buyer.goto("/records/to_order")
    buyer.locator("thead [data-pick]").check()
    buyer.locator("[data-bulk=order]").click()
    expect(buyer.locator("[data-coming] li")).to_have_count(1)
    pages.be("clerk1").takes("need", gone, "drop")
    buyer.locator("dialog input").fill("both")
    buyer.locator("dialog .primary").click()
    expect(buyer.locator("dialog .outcomes li.wrong")).to_contain_text(SAID["en"]["gone"])
    assert pages.be("buyA").get("records/order", filter="state == 'draft'")["items"] == []


def test_lines_are_chosen_by_keys_and_exported(people: People, pages: Server) -> None:
    need(pages, ("A100", "3"))
    buyer = people.sign_in("buyA", DESK, "en")
    buyer.goto("/records/to_order")
    buyer.locator("tbody tr .open").first.focus()
    buyer.keyboard.press("x")
    expect(buyer.locator(".bulk strong")).to_have_text("1 selected")
    buyer.keyboard.press("Escape")
    expect(buyer.locator(".bulk")).to_have_count(0)
    with buyer.expect_download() as found:
        buyer.get_by_role("link", name="Export").click()
    lines = Path(found.value.path()).read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "Store,Item,Left"
    assert len(lines) - 1 == len(boxes(buyer))


def test_who_may_not_act_has_nothing_to_tick(people: People, pages: Server) -> None:
    adm = pages.be("adm")
    old = adm.get("definitions/permissions/policy")["text"]
    text = old + "p, finance, need, see, chain\np, finance, to_order, see, chain\n"
    adm.does("definitions/publish", {"texts": [{"kind": "permissions", "name": "policy", "text": text}], "note": "see"})
    need(pages, ("A100", "1"))
    looker = people.sign_in("fin1", DESK, "en")
    looker.goto("/records/to_order")
    expect(looker.locator("tbody tr").first).to_be_visible()
    expect(looker.locator("[data-pick]")).to_have_count(0)

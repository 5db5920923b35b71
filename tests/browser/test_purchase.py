"""Goods are bought and come in two parts, a count is posted: by all their people, on their pages."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BOTH, WINDOWS, People
from tests.browser.walking import acts, chooses, task_of
from tests.serving import Server

pytestmark = BOTH
WORDS = {
    "en": {
        "item": "Item",
        "quantity": "Quantity",
        "good": "Good",
        "counted": "Counted",
        "why": "Why",
        "ordered": "Ordered",
        "partly": "Partly received",
        "complete": "Received",
        "closed": "Closed",
        "reversed": "Reversed",
        "posted": "Posted",
    },
    "zh": {
        "item": "商品",
        "quantity": "要货数量",
        "good": "合格数量",
        "counted": "实盘数量",
        "why": "原因",
        "ordered": "已下单",
        "partly": "部分到货",
        "complete": "全部到货",
        "closed": "已结",
        "reversed": "已冲销",
        "posted": "已过账",
    },
}


def follows(page: Page, form: str) -> str:
    """Goes on to the newest record of another form that came of this one."""
    page.locator(f".linked a[href^='/records/{form}/']").first.click()
    expect(page).to_have_url(re.compile(rf"/records/{form}/[0-9a-f-]{{36}}$"))
    return page.url


def stands(page: Page, record: str, state: str) -> None:
    """A record's page says in which state it is."""
    page.goto(record)
    expect(page.locator("main .head .pill").first).to_have_text(state)


def receives(page: Page, order: str, good: str, words: dict[str, str]) -> str:
    """Somebody takes goods in against an order: the sheet that is made opens, he writes what came, and they are his."""
    page.goto(order)
    acts(page, "receive", asks=False)
    expect(page).to_have_url(re.compile(r"/records/receipt/[0-9a-f-]{36}/edit$"))
    sheet = page.url.removesuffix("/edit")
    page.get_by_label(f"{words['good']} 1", exact=True).fill(good)
    page.locator("[data-action=save]").click()
    expect(page).to_have_url(re.compile(rf"{re.escape(sheet)}$"))
    acts(page, "post")
    expect(page.locator("main .head .pill").first).to_have_class(re.compile("pill"))
    return sheet


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_store_asks_and_goods_come_in_two_parts(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    words = WORDS[language]
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/requisition/new")
    chooses(clerk, f"{words['item']} 1", "A100")
    clerk.get_by_label(f"{words['quantity']} 1", exact=True).fill("100")
    clerk.locator("[data-action=submit]").click()
    expect(clerk).to_have_url(re.compile(r"/records/requisition/[0-9a-f-]{36}$"))
    requisition = clerk.url

    manager = people.sign_in("mgr1", size, language)
    manager.goto(f"/tasks?form=requisition&task={task_of(manager, requisition)}")
    acts(manager, "approve")

    buyer = people.sign_in("buyA", size, language)
    buyer.goto(requisition)
    acts(buyer, "order", words["ordered"], asks=False)
    order = follows(buyer, "purchase_order")
    acts(buyer, "submit", words["ordered"], asks=False)

    receives(clerk, order, "60", words)
    stands(buyer, order, words["partly"])
    second = receives(clerk, order, "40", words)
    stands(buyer, order, words["complete"])

    manager.goto(second)
    acts(manager, "undo", words["reversed"], because="counted wrong")
    stands(buyer, order, words["partly"])
    acts(buyer, "close_short", words["closed"], because="no more to come")
    assert pages.be("aud").does("verify")["faults"] == []


@pytest.fixture(scope="module")
def strict(pages: Server) -> None:
    """Finance has lowered what a store and an area may lose in a count."""
    for level, amount in (("store", "20"), ("area", "40")):
        pages.be("adm").makes("limit", {"form": "count", "level": level, "amount": amount})


@pytest.mark.parametrize(("size", "language"), WINDOWS)
@pytest.mark.usefixtures("strict")
def test_a_count_with_a_loss_goes_up_to_finance_and_is_posted(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    words = WORDS[language]
    before = Decimal(pages.be("clerk1").on_hand("A100", "S01"))
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/count/new")
    chooses(clerk, f"{words['item']} 1", "A100")
    clerk.get_by_label(f"{words['counted']} 1", exact=True).fill(f"{(before - 5).normalize():f}")
    clerk.locator("[data-action=finish]").click()
    expect(clerk).to_have_url(re.compile(r"/records/count/[0-9a-f-]{36}$"))
    record = clerk.url

    manager = people.sign_in("mgr1", size, language)
    manager.goto(f"/tasks?form=count&task={task_of(manager, record)}")
    acts(manager, "approve")
    for account in ("ame", "fin1"):
        above = people.sign_in(account, size, language)
        above.goto(f"/tasks?form=count&task={task_of(above, record)}")
        expect(above.locator(".route li.done")).to_have_count({"ame": 1, "fin1": 2}[account])
        acts(above, "approve")

    stands(clerk, record, words["posted"])
    assert Decimal(pages.be("clerk1").on_hand("A100", "S01")) == before - 5
    assert pages.be("aud").does("verify")["faults"] == []

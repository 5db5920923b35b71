"""A transfer with a difference, from the draft to settled: five people, generated pages, every size and language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import BOTH, WINDOWS, People
from tests.browser.walking import acts, chooses, task_of
from tests.serving import Server

pytestmark = BOTH

WORDS = {
    "en": {
        "from": "From",
        "to": "To",
        "reason": "Reason",
        "item": "Item",
        "requested": "Requested",
        "received": "Received good",
        "damaged": "Received damaged",
        "remark": "Remark",
        "off": "To write off",
        "why": "Why",
        "in_transit": "In transit",
        "different": "Difference open",
        "settled": "Received with difference",
    },
    "zh": {
        "from": "调出门店",
        "to": "调入门店",
        "reason": "原因",
        "item": "商品",
        "requested": "申请数量",
        "received": "合格收货",
        "damaged": "残损收货",
        "remark": "备注",
        "off": "报损数量",
        "why": "原因",
        "in_transit": "在途",
        "different": "差异待处理",
        "settled": "差异收货",
    },
}


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_five_people_bring_a_transfer_with_a_difference_to_its_end(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    words = WORDS[language]
    clerk = people.sign_in("clerk2", size, language)
    clerk.goto("/records/transfer/new")
    chooses(clerk, words["from"], "DC1")
    chooses(clerk, words["to"], "S02")
    clerk.get_by_label(words["reason"], exact=True).select_option("replenishment")
    chooses(clerk, f"{words['item']} 1", "A100")
    clerk.get_by_label(f"{words['requested']} 1", exact=True).fill("3")
    clerk.locator("[data-action=submit]").click()
    expect(clerk).to_have_url(re.compile(r"/records/transfer/[0-9a-f-]{36}$"))
    record = clerk.url

    manager = people.sign_in("dckm", size, language)
    manager.goto(f"/tasks?form=transfer&task={task_of(manager, record)}")
    acts(manager, "approve")

    keeper = people.sign_in("dck", size, language)
    keeper.goto(record)
    acts(keeper, "ship", words["in_transit"])

    receiver = people.sign_in("clerk2", size, language)
    receiver.goto(f"{record}/edit")
    receiver.get_by_label(f"{words['received']} 1", exact=True).fill("2")
    receiver.get_by_label(f"{words['damaged']} 1", exact=True).fill("0")
    receiver.get_by_label(f"{words['remark']} 1", exact=True).fill("one is missing")
    receiver.locator("[data-action=save]").click()
    expect(receiver).to_have_url(record)
    receiver.locator(".acts [data-action=receive]").click()
    receiver.locator("dialog input").first.fill("Sun Lei")
    receiver.locator("dialog button:not([type=button])").click()
    expect(receiver.locator("main .head .pill").first).to_have_text(words["different"])

    manager.goto("/records/discrepancy?state=open")
    manager.locator("table .open").first.click()
    expect(manager).to_have_url(re.compile(r"/records/discrepancy/[0-9a-f-]{36}$"))
    manager.goto(f"{manager.url}/edit")
    manager.get_by_label(f"{words['off']} 1", exact=True).fill("1")
    manager.get_by_label(f"{words['why']} 1", exact=True).fill("lost on the road")
    manager.locator("[data-action=save]").click()
    expect(manager.locator(".acts [data-action=settle]")).to_be_visible()
    acts(manager, "settle")

    auditor = people.sign_in("aud", size, language)
    auditor.goto(record)
    expect(auditor.locator("main .head .pill").first).to_have_text(words["settled"])
    assert pages.be("aud").does("verify")["faults"] == []

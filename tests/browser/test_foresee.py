"""What drafts would do, looked at before they are published: the sums first, then each record by what changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WINDOWS, People
from tests.browser.test_every_page import AXE, RUN
from tests.serving import Server

PATH = "/definitions/preview"
SAID = {
    "en": {"look": "Look what it would do", "routes": "Routes", "all": "All that change"},
    "zh": {"look": "查看影响", "routes": "流程", "all": "全部有变化的"},
}  # fmt: skip


def drafted(server: Server, old: str, new: str) -> None:
    """A draft of requisitions' approvals, whatever there was before."""
    adm = server.be("adm")
    path = "definitions/drafts/workflow/requisition"
    text = adm.get("definitions/workflow/requisition")["text"]
    tag = adm.send("GET", path).headers["ETag"]
    reply = adm.send("PUT", path, {"text": text.replace(old, new, 1)}, **{"If-Match": tag})
    assert reply.status_code < 300, reply.text


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_the_sums_come_first_and_then_each_record_by_what_changes(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    words = SAID[language]
    line = {"item": {"code": "B201"}, "quantity": "200"}
    pages.be("clerk1").makes("requisition", {"store": {"code": "S01"}, "lines": [line]}, "submit")
    drafted(
        pages, "      store: {", "      early: {title: {en: Early}, ask: [area_manager above store]}\n      store: {"
    )
    page = people.sign_in("adm", size, language)
    page.goto("/me")
    page.locator(f"a[href='{PATH}']").click()
    expect(page.locator("[name=draft]")).to_be_checked()
    page.locator("[name=running]").select_option("carry_over")
    page.get_by_role("button", name=words["look"]).click()
    routes = page.get_by_role("region", name=words["routes"])
    expect(routes).to_contain_text("early → store")
    expect(page.locator("progress")).to_have_js_property("value", page.locator("progress").evaluate("(it) => it.max"))
    records = page.locator(".chips + .across tbody tr")
    expect(records.first).to_contain_text("approval / store")
    count = records.count()
    page.locator(".chips button").nth(1).click()
    expect(page.locator(".chips button").nth(1)).to_have_attribute("aria-pressed", "true")
    assert 0 < records.count() <= count
    page.get_by_role("button", name=words["all"]).click()
    expect(records).to_have_count(count)
    page.evaluate(AXE.read_text())
    assert [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in page.evaluate(RUN)] == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_what_is_wrong_with_a_draft_is_said_and_who_may_not_look_does_not_come_here(
    people: People, pages: Server
) -> None:
    drafted(pages, "start: draft", "start: nowhere")
    page = people.sign_in("des")
    page.goto(PATH)
    page.get_by_role("button", name=SAID["en"]["look"]).click()
    expect(page.locator("[role=alert]")).to_contain_text("nowhere")
    clerk = people.sign_in("clerk1")
    clerk.goto("/me")
    expect(clerk.locator(f"a[href='{PATH}']")).to_have_count(0)
    assert pages.be("aud").get("me")["previews"] is False
    assert pages.be("des").get("me")["previews"] is True

"""Messages that were given up: who may sees what, to whom and why, and sends one, the chosen or all of them again."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.web.pages.deliveries import said
from tests.browser.conftest import WINDOWS, People
from tests.browser.laying import lay
from tests.browser.test_moves import is_accessible
from tests.operations import bulletins
from tests.receiving import Endpoint, endpoint
from tests.serving import Server, serving

GONE, MANY = 410, 4


@pytest.fixture(scope="module")
def hook() -> Iterator[Endpoint]:
    """A receiver that is gone until it is told otherwise."""
    with endpoint() as made:
        yield made


@pytest.fixture(scope="module")
def pages(small_sqlite: Path, hook: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may send to this machine, with bulletins and one who listens to them."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(small_sqlite, folder / "pages.db")
    url = f"sqlite:///{folder / 'pages.db'}"
    with serving(url, folder / "data", ALLOW_PRIVATE_WEBHOOKS="true") as server:
        lay(server, bulletins.FORM, bulletins.FLOW, bulletins.NOTICE, policy=[*bulletins.POLICY])
        adm = server.be("adm")
        values = {"code": "E1", "name": "Other house", "channel": "transfers", "url": hook.url,
                  "reader": {"code": "adm"}, "format": "standard"}  # fmt: skip
        adm.does(f"endpoints/{adm.makes('subscriber', values)}/secrets", {})
        yield server


def given_up(server: Server, hook: Endpoint) -> None:
    """So many messages come to nothing; nobody waits longer than they take."""
    adm = server.be("adm")
    while adm.get("deliveries", state="waiting")["items"]:
        pass  # what was sent again before is not to come to nothing too
    hook.answers[:] = [(GONE, b"")]
    for _ in range(MANY - len(adm.get("deliveries", state="dead")["items"])):
        values = {"store": {"code": "S01"}, "what": str(uuid.uuid4())}
        adm.takes("bulletin", adm.makes("bulletin", values), "publish")
    while len(adm.get("deliveries", state="dead")["items"]) < MANY:
        pass


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_what_was_given_up_is_seen_and_sent_again_and_each_line_answers(
    people: People, pages: Server, hook: Endpoint, size: tuple[int, int], language: str
) -> None:
    given_up(pages, hook)
    again = {"en": "Waits to be sent", "zh": "等待发送"}[language]
    adm = people.sign_in("adm", size, language)
    adm.goto("/me")
    adm.locator("main a[href='/deliveries']").click()
    rows = adm.locator("tr[data-message]")
    expect(rows).to_have_count(MANY)
    for told in ("Other house", "1", {"en": f"answered {GONE}", "zh": f"对方返回 {GONE}"}[language], "Webhook"):
        expect(rows.first).to_contain_text(told)
    expect(rows.first.locator("a[href^='/records/bulletin/']")).to_be_visible()
    is_accessible(adm)
    hook.answers[:] = [(200, b"{}")]
    chosen = adm.locator("[data-resend-chosen]")
    expect(chosen).to_be_disabled()
    rows.nth(1).locator("[data-choose]").check()
    chosen.click()
    expect(rows.nth(1).locator("[data-answer]")).to_have_text(again)
    expect(chosen).to_be_disabled()
    rows.nth(0).locator("[data-resend]").click()
    expect(rows.nth(0).locator("[data-answer]")).to_have_text(again)
    late = rows.nth(2).get_attribute("data-message")
    pages.be("adm").does(f"deliveries/{late}/resend")  # somebody else was faster
    adm.locator("[data-resend-all]").click()
    expect(rows.nth(3).locator("[data-answer]")).to_have_text(again)
    expect(rows.nth(2).locator("[data-answer]")).to_contain_text({"en": "given up", "zh": "已放弃"}[language])
    expect(adm.locator("[data-resend-all]")).to_be_disabled()
    is_accessible(adm)
    adm.reload()
    expect(adm.locator(".empty")).to_be_visible()
    adm.locator(".tabs a").nth(1).click()
    expect(adm).to_have_url(re.compile("state=waiting"))


def test_who_only_sees_has_no_button_and_others_have_no_page(people: People, pages: Server, hook: Endpoint) -> None:
    given_up(pages, hook)
    auditor = people.sign_in("aud")
    auditor.goto("/deliveries")
    expect(auditor.locator("tr[data-message]")).to_have_count(MANY)
    expect(auditor.locator("[data-resend], [data-choose], [data-resend-all]")).to_have_count(0)
    clerk = people.sign_in("clerk1")
    assert clerk.context.request.get("/deliveries").status == 404
    expect(clerk.locator("a[href='/deliveries']")).to_have_count(0)
    assert pages.be("clerk1").get("me")["deliveries"] == []
    assert pages.be("aud").get("me")["deliveries"] == ["see"]
    assert pages.be("adm").get("me")["deliveries"] == ["see", "resend"]


def test_a_state_that_there_is_not_is_refused(people: People, pages: Server) -> None:
    adm = people.sign_in("adm")
    assert adm.context.request.get("/deliveries?state=lost").status == 422


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        ("answered 503", "对方返回 503"),
        ("no answer within 10 s", "10 秒内没有应答"),
        ("no answer (gaierror)", "没有应答（gaierror）"),
        ("recipient refused (550)", "收件人被拒绝（550）"),
        ("something new", "something new"),
        (None, "–"),
    ],
)
def test_what_came_back_is_said_in_the_language_of_the_page(words: str | None, chinese: str) -> None:
    assert said(words, "zh") == chinese
    assert said(words, "en") == (words or "–")

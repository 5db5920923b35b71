"""Dates are those of the chain wherever somebody sits, and nothing changes on the page when its script is there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from engine.web.pages.moments import moments_in
from tests.browser.conftest import People
from tests.serving import Server

FAR = "America/Los_Angeles"
HERE = "Asia/Shanghai"
TOLD = "() => [...document.querySelectorAll('time[data-moment]')].map((each) => [each.dateTime, each.textContent])"
AGAIN = "() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
ADDED = """(moments) => {
  for (const [at, kind] of moments) {
    const time = Object.assign(document.createElement('time'), {dateTime: at, className: 'tried'});
    time.dataset.moment = kind;
    document.body.append(time);
  }
}"""


@pytest.fixture(scope="module")
def paper(pages: Server) -> str:
    """A transfer that was just asked for."""
    rows = [{"item": {"code": "A100"}, "requested": "2"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    return f"/records/transfer/{pages.be('clerk1').makes('transfer', values, 'submit')}"


def _without_script(page: Page) -> Page:
    """The same person where no script runs."""
    browser = page.context.browser
    assert browser is not None
    bare = browser.new_context(java_script_enabled=False, base_url=page.url, storage_state=page.context.storage_state())
    return bare.new_page()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_server_and_script_tell_the_same(people: People, paper: str, language: str) -> None:
    page = people.sign_in("mgr1", language=language, zone=FAR)
    page.goto("/language?to=" + language)
    bare = _without_script(page)
    for path in ("/", "/tasks", "/records/transfer", paper, "/stock/movements", "/notices"):
        bare.goto(path)
        page.goto(path)
        expect(page.locator(".skeleton")).to_have_count(0)
        served = [each.text_content() for each in bare.locator("time[data-moment]").all()]
        page.evaluate(AGAIN)
        assert [words for _, words in page.evaluate(TOLD)] == served
        titles = [each.get_attribute("title") or "" for each in page.locator("time[data-moment]").all()]
        assert all(each.endswith("(UTC+8)") for each in titles)
    bare.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("zone", [HERE, "America/New_York", "Asia/Kolkata"])
def test_both_follow_the_same_rules(people: People, language: str, zone: str) -> None:
    page = people.sign_in("clerk1", language=language, zone=FAR)
    page.evaluate("(zone) => { document.querySelector('meta[name=zone]').content = zone; }", zone)
    now = datetime.now(UTC).replace(microsecond=0)
    away = (0, 100, 3_000, 7_300, 90_000, 600_000, 700_000, 40_000_000, -130, -9_000, -200_000, -900_000)
    tried = [((now - timedelta(seconds=each)).isoformat(), kind) for each in away for kind in ("", "ago")]
    page.evaluate(ADDED, tried)
    page.evaluate(AGAIN)
    told = moments_in(zone, language, now)
    for (at, kind), each in zip(tried, page.locator("time.tried").all(), strict=True):
        assert (each.text_content(), each.get_attribute("title")) == (told.told(at, kind), told.exact(at))


def test_a_moment_is_asked_for_where_the_chain_is(people: People) -> None:
    page = people.sign_in("clerk1", zone=FAR)
    page.goto("/stock?place=S01")
    page.get_by_label("As of").fill("2026-11-01T08:15")
    page.get_by_label("As of").press("Enter")
    expect(page).to_have_url(re.compile(r"at=2026-11-01T00%3A15%3A00.000Z"))
    expect(page.get_by_label("As of")).to_have_value("2026-11-01T08:15")
    expect(page.locator(".message time")).to_have_text("1 Nov 2026 08:15")

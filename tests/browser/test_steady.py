"""Nothing jumps while a page loads, also where its scripts come late; nothing is lost at 320 px."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, People
from tests.serving import Server

SHIFTS = """() => new Promise((done) => {
  const found = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      const from = (one) => `${one.node?.nodeName} ${one.node?.className} ${one.previousRect.y} > ${one.currentRect.y}`;
      if (!each.hadRecentInput) found.push([each.value, each.sources.map(from)]);
    }
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => setTimeout(() => done(found), 50));
})"""
STEADY = 0.02
SLOW = {"offline": False, "latency": 60, "downloadThroughput": 1_000_000, "uploadThroughput": 1_000_000}
"""Scripts come when the page itself has been there for a while."""
PAPER = "paper"
PAGES = (
    *("/", "/tasks", "/records/transfer", "/records/item", "/new", "/me", "/notices", "/password", "/search?q=A100"),
    *("/stock", "/stock?place=S01", "/stock?item=A100", "/stock?item=A100&place=S01", "/stock/movements"),
    *(PAPER, "/records/transfer/new"),
)


@pytest.fixture(scope="module")
def paper(pages: Server) -> str:
    """A transfer that waits for its approver."""
    rows = [{"item": {"code": code}, "requested": "2"} for code in ("A100", "B200", "B201")]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    return f"/records/transfer/{pages.be('clerk1').makes('transfer', values, 'submit')}"


def _moved(page: Page) -> list[tuple[float, list[str]]]:
    return [(value, sources) for value, sources in page.evaluate(SHIFTS) if value > 0.0005]


@pytest.mark.parametrize(("size", "account"), [(DESK, "mgr1"), (PHONE, "clerk1")], ids=["desk", "phone"])
def test_nothing_jumps_while_a_page_loads(people: People, paper: str, size: tuple[int, int], account: str) -> None:
    page = people.sign_in(account, size)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.emulateNetworkConditions", SLOW)
    jumped = {}
    for path in (each for each in PAGES if account == "clerk1" or not each.endswith("/new")):
        page.goto(paper if path == PAPER else path, timeout=60_000)
        expect(page.locator(".skeleton")).to_have_count(0)
        found = _moved(page)
        if sum(value for value, _ in found) > STEADY:
            jumped[path] = found
    assert jumped == {}, json.dumps(jumped, indent=1)


@pytest.mark.parametrize("size", [(320, 640), (640, 400)], ids=["a narrow phone", "a desk at 200 percent"])
def test_nothing_is_lost_where_there_is_little_room(people: People, paper: str, size: tuple[int, int]) -> None:
    """WCAG 1.4.10: one direction to scroll in; and what is pressed is never under what sticks."""
    page = people.sign_in("clerk1", size)
    for path in PAGES:
        page.goto(paper if path == PAPER else path)
        expect(page.locator(".skeleton")).to_have_count(0)
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"


@pytest.mark.parametrize("path", ["/", "/records/item", "/stock?place=S01"])
def test_the_first_key_leads_past_what_every_page_has(people: People, paper: str, path: str) -> None:
    page = people.sign_in("mgr1")
    page.goto(path)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


FOCUSED = """() => {
  const each = document.activeElement, style = getComputedStyle(each.closest('.find') ?? each);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const seen = each === document.body || outlined || style.boxShadow !== 'none';
  return {tag: each.outerHTML.slice(0, 120), seen};
}"""


@pytest.mark.parametrize("path", ["/tasks", "/records/transfer", "/me", PAPER])
def test_who_goes_by_keys_sees_where_he_is(people: People, paper: str, path: str) -> None:
    page = people.sign_in("mgr1")
    page.goto(paper if path == PAPER else path)
    expect(page.locator(".skeleton")).to_have_count(0)
    unseen = []
    for _ in range(45):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if not at["seen"]:
            unseen.append(at["tag"])
    assert unseen == []


def test_colours_of_the_device_show_where_one_is(people: People) -> None:
    """With forced colours backgrounds are gone: what is current, selected or chosen is drawn."""
    page = people.sign_in("mgr1")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/tasks")
    drawn = "(each) => { const style = getComputedStyle(each); return style.outlineStyle + style.textDecorationLine; }"
    assert page.locator(".side a[aria-current]").evaluate(drawn) != "nonenone"
    page.goto("/me")
    assert page.locator(".switch a[aria-current]").first.evaluate(drawn) != "nonenone"
    moving = "() => document.getAnimations().length"
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_of_its_own_stands_in_the_middle(people: People, size: tuple[int, int]) -> None:
    page = people.sign_in("clerk1", size)
    page.goto("/sign-in")
    box = page.locator("main#content").bounding_box()
    assert box is not None
    assert abs(2 * box["x"] + box["width"] - size[0]) <= 2
    assert abs(2 * box["y"] + box["height"] - size[1]) <= 2


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_figure_of_a_record_has_its_unit(people: People, paper: str, size: tuple[int, int]) -> None:
    page = people.sign_in("mgr1", size)
    page.goto(paper)
    expect(page.locator(".lines td .unit").first).to_be_visible()
    expect(page.locator(".pairs .unit").first).to_have_text("CNY")
    expect(page.locator(".pairs .unit").first).to_be_visible()

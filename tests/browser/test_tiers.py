"""T1 of the scenarios (PUR-01) step by step on the pages: approval tiers by amount are data that finance keeps.

The process is `tests/libraries/starter_minimal` with the change of the scenario, under names that are invented for this
run, as `tests/scenarios` do it over HTTP. What an API call would try is here what the page lets one try.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PATIENCE, PHONE, People
from tests.browser.laying import lay
from tests.browser.walking import chooses
from tests.scenarios.shuffle import Shuffle, read
from tests.scenarios.world import starting_point, text
from tests.serving import Server, serving

CHANGE, RIGHTS = text("pur_01/tiers.yaml"), text("pur_01/rights.csv")
TIERS = {"nobody": "500", "store": "5000", "area": "25000"}
WORDS = {
    "en": {
        "item": "Item", "quantity": "Quantity", "supplier": "Supplier", "amount": "Amount", "form": "For",
        "level": "Level",
        "submitted": "Submitted", "approved": "Approved", "rejected": "Rejected", "ordered": "Ordered",
        "tier": "Store manager", "system": "System",
        "not_yet": "Not everybody who must has approved it yet.", "faster": "was done by somebody else",
    },
    "zh": {
        "item": "商品", "quantity": "数量", "supplier": "供应商", "amount": "金额", "form": "适用单据", "level": "级别",
        "submitted": "已提交", "approved": "已批准", "rejected": "已拒绝", "ordered": "已下单",
        "not_yet": "尚未完成全部审批。", "tier": "店长", "system": "系统", "faster": "已由他人处理",
    },
}  # fmt: skip


@dataclass
class Chain:
    """A server on the starting point, what things are called in this run, and the people at their screens."""

    server: Server
    shuffle: Shuffle
    people: People
    size: tuple[int, int]
    language: str

    def __post_init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.numbers: dict[str, str] = {}
        self.words = WORDS[self.language]
        self.form = self.shuffle.name("requisition")

    def be(self, account: str) -> Page:
        """Somebody's screen."""
        if account not in self.pages:
            self.pages[account] = self.people.sign_in(account, self.size, self.language)
        return self.pages[account]

    def asks(self, *lines: tuple[str, int]) -> str:
        """The clerk of S01 writes a requisition and hands it in; its page."""
        clerk = self.be("clerk1")
        clerk.goto(f"/records/{self.form}/new")
        for at, (item, quantity) in enumerate(lines, 1):
            chooses(clerk, f"{self.words['item']} {at}", item)
            clerk.get_by_label(f"{self.words['quantity']} {at}", exact=True).fill(str(quantity))
        clerk.locator(f"[data-action={self.shuffle.name('submit')}]").click()
        expect(clerk).to_have_url(re.compile(rf"/records/{self.form}/[0-9a-f-]{{36}}$"))
        heading = clerk.locator("main h1").inner_text()
        self.numbers[clerk.url] = heading.split()[0]
        return clerk.url

    def stands(self, record: str, state: str, account: str = "clerk1") -> Page:
        """The page of a record says in which state it is."""
        page = self.be(account)
        page.goto(record)
        expect(page.locator("main .head .pill").first).to_have_text(self.words[state])
        expect(page.locator(".menu summary")).to_be_visible()
        return page

    def has_it(self, account: str, record: str) -> bool:
        """Whether somebody's list of tasks shows a record."""
        page = self.be(account)
        page.goto("/tasks")
        row = page.locator(".taskrow", has_text=self.numbers[record])
        if not row.count():
            return False
        page.goto(f"/tasks?task={row.get_attribute('data-task')}")
        return True

    def decides(self, account: str, record: str, verdict: str = "approve", words: str = "") -> None:
        """Somebody decides the task that he has of a record, in his list of tasks."""
        assert self.has_it(account, record)
        page = self.be(account)
        page.locator(f".opened [data-action={verdict}]").click()
        if words:
            page.locator("dialog textarea").fill(words)
        page.locator("dialog button:not([type=button])").click()
        expect(page.locator("dialog")).to_have_count(0)

    def may_order(self, record: str) -> bool:
        """Whether the buyer's page offers to make the order; where it does not, it says why in the rule's words."""
        page = self.be("buyB")
        page.goto(record)
        expect(page.locator(".menu summary")).to_be_visible()
        return page.locator(f".acts [data-action={self.shuffle.name('order')}]").count() == 1

    def route(self, account: str, record: str) -> list[str]:
        """The state of each step as the page shows it."""
        page = self.be(account)
        page.goto(record)
        return [str(each.get_attribute("class")) for each in page.locator(".route > li").all()]


@pytest.fixture
def chain(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Chain]:
    """The starting point as it is before the change."""
    size, language = request.param
    shuffle = Shuffle(len(CHANGE))
    starting_point(tmp_path / "library", shuffle)
    database, library = f"sqlite:///{tmp_path / 'tiers.db'}", str(tmp_path / "library")
    expect.set_options(timeout=PATIENCE)
    with serving(database, tmp_path / "data", "--demo", "small", LIBRARY=library) as server:
        crowd = People(chromium, server)
        yield Chain(server, shuffle, crowd, size, language)
        assert crowd.leave() == []


def tiers(chain: Chain) -> dict[str, str]:
    """Finance enters the limits on its page, and the change of definitions is published; the page of each limit."""
    page, found, form = chain.be("fin1"), {}, chain.shuffle.name("limit")
    for level, amount in TIERS.items():
        page.goto(f"/records/{form}/new")
        for word, value in (("form", "requisition"), ("level", level), ("amount", amount)):
            page.get_by_label(chain.words[word], exact=True).fill(value)
        page.locator("[data-action=save]").click()
        expect(page).to_have_url(re.compile(rf"/records/{form}/[0-9a-f-]{{36}}$"))
        found[level] = page.url
    chain.shuffle.learn(read(CHANGE))
    lay(chain.server, chain.shuffle.document(CHANGE), policy=chain.shuffle.policy(RIGHTS).splitlines())
    return found


@pytest.mark.parametrize(
    "chain",
    [pytest.param((DESK, "en"), id="desk-en"), pytest.param((PHONE, "zh"), id="phone-zh", marks=pytest.mark.long)],
    indirect=True,
)
def test_t1_tiers_by_amount_on_the_pages(chain: Chain) -> None:
    r0 = chain.asks(("B201", 6000))
    limits = tiers(chain)

    # 1: what is small passes by itself, and history names the rule
    r1 = chain.asks(("B201", 99))
    page = chain.stands(r1, "approved")
    told = page.locator(".history li", has_text=chain.words["tier"])
    expect(told).to_have_count(1)
    expect(told).to_contain_text(chain.words["system"])
    assert not [each for each in ("mgr1", "mgr2", "ame", "cfo") if chain.has_it(each, r1)]

    # 2: one task; the buyer has no such button and is told why
    r2 = chain.asks(("B201", 100))
    assert [each for each in ("mgr1", "mgr2", "ame", "cfo") if chain.has_it(each, r2)] == ["mgr1"]
    assert not chain.may_order(r2)
    chain.be("buyB").locator(".menu summary").click()
    expect(chain.be("buyB").locator(".closed")).to_contain_text(chain.words["not_yet"])

    # 3: approved; the order has its lines
    chain.decides("mgr1", r2)
    assert chain.may_order(r2)
    buyer = chain.be("buyB")
    buyer.locator(f".acts [data-action={chain.shuffle.name('order')}]").click()
    chooses(buyer, chain.words["supplier"], "V2")
    buyer.locator("dialog button:not([type=button])").click()
    expect(buyer.locator("main .head .pill").first).to_have_text(chain.words["ordered"])
    keeper = chain.be("bmgr")
    keeper.goto(f"/records/{chain.shuffle.name('purchase_order')}")
    keeper.locator("table .open").first.click()
    line = keeper.locator(".lines tbody tr")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("B201")
    expect(line).to_contain_text("100")

    # 4: the limit belongs to the lower tier
    r3 = chain.asks(("B201", 1000))
    chain.decides("mgr1", r3)
    chain.stands(r3, "approved")

    # 5: one above it needs two
    r4 = chain.asks(("B201", 1000), ("A101", 1))
    chain.decides("mgr1", r4)
    chain.stands(r4, "submitted")
    assert not chain.may_order(r4)
    assert not chain.has_it("cfo", r4)
    chain.decides("ame", r4)
    chain.stands(r4, "approved")
    assert not chain.has_it("cfo", r4)

    # 6: three, in this order; what level two refused nobody revives
    r5 = chain.asks(("B201", 5001))
    assert not chain.has_it("cfo", r5)
    above = chain.stands(r5, "submitted", "cfo")
    expect(above.locator("[data-action=approve]")).to_have_count(0)
    chain.decides("mgr1", r5)
    chain.decides("ame", r5, "reject", "too much at once")
    above = chain.stands(r5, "rejected", "cfo")
    expect(above.locator("[data-action=approve]")).to_have_count(0)
    expect(above.locator(".route blockquote")).to_have_text("too much at once")
    assert not chain.may_order(r5)

    # 7: the amount that counts is worked out; nobody has a field for it
    r5b = chain.asks(("B201", 5001))
    manager = chain.be("mgr1")
    manager.goto(f"/records/{chain.form}/new")
    expect(manager.get_by_label(f"{chain.words['item']} 1", exact=True)).to_be_visible()
    expect(manager.locator("input[aria-label='Total'], input[aria-label='合计']")).to_have_count(0)
    assert chain.route("mgr1", r5b) == ["now", "next", "next"]

    # 8: what waits is not changed, and one decision is one
    r6 = chain.asks(("B201", 1000), ("A101", 1))
    clerk = chain.stands(r6, "submitted")
    expect(clerk.locator(f"a[href='{r6.removeprefix(chain.server.url)}/edit']")).to_have_count(0)
    assert clerk.context.request.get(f"{r6}/edit").status == 403
    assert chain.has_it("mgr1", r6)
    other = chain.people.sign_in("mgr1", chain.size, chain.language)
    other.goto(manager.url)
    for each in (manager, other):
        each.locator(".opened [data-action=approve]").click()
        expect(each.locator("dialog .primary")).to_be_visible()
    manager.locator("dialog .primary").click()
    expect(manager.locator("dialog")).to_have_count(0)
    other.locator("dialog .primary").click()
    expect(other.locator(".spoken")).to_contain_text(chain.words["faster"])
    assert chain.has_it("ame", r6)
    clerk.reload()
    expect(clerk.locator(".route > li.done")).to_have_count(1)
    expect(clerk.locator(".history li", has_text=chain.words["tier"])).to_have_count(1)

    # 9: a limit that changes while something waits
    r8 = chain.asks(("B201", 900))
    finance = chain.be("fin1")
    finance.goto(f"{limits['store']}/edit")
    finance.get_by_label(chain.words["amount"], exact=True).fill("4000")
    finance.locator("[data-action=save]").click()
    expect(finance).to_have_url(limits["store"])
    assert clerk.context.request.get(f"{limits['store']}/edit").status == 403
    assert chain.route("mgr1", r8) == ["now", "skipped", "skipped"]
    chain.decides("mgr1", r8)
    chain.stands(r8, "approved")
    r9 = chain.asks(("B201", 900))
    chain.decides("mgr1", r9)
    chain.stands(r9, "submitted")
    assert chain.has_it("ame", r9)

    # 10: what began before goes on as it began
    chain.decides("mgr1", r0)
    chain.stands(r0, "approved")
    assert not chain.has_it("ame", r0)
    assert not chain.has_it("cfo", r0)
    told = chain.server.be("aud").get(f"records/{chain.form}/{r0.rpartition('/')[2]}/history")["items"]
    assert {each["version"] for each in told} == {1}

    # 11: the route of a new one, with people, the current step marked
    r10 = chain.asks(("B201", 6000))
    assert chain.route("mgr1", r10) == ["now", "next", "next"]
    names = [chain.server.be(each).get("me")["name"] for each in ("mgr1", "ame", "cfo")]
    expect(manager.locator(".route > li .person > span:not(.face)")).to_have_text(names)
    for account in ("mgr1", "ame", "cfo"):
        chain.decides(account, r10)
    chain.stands(r10, "approved")

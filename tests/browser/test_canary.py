"""What is hidden from somebody is in nothing that he is given: a canary, looked for in every page, picker and event.

Everybody of the demo chain looks at every page that he may open. What the browser is sent meanwhile is kept: pages,
scripts, what pickers find, what forms are told; beside it the stream of events runs. Whoever may see the value does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import People
from tests.browser.test_every_page import paths_of
from tests.serving import Person, Server

HIDDEN = "7777.77"
SPELLED = ("7777.77", "7,777.77")
FEW = ("clerk1", "mgr1")
"""From whom it is hidden, and who sees it in his own store."""
EVERYBODY = (
    *(
        "adm",
        "aud",
        "ame",
        "amw",
        "bmgr",
        "buyA",
        "buyB",
        "cfo",
        "clerk1b",
        "clerk1c",
        "clerk2",
        "clerk3",
        "clerk4",
        "dck",
        "dckm",
        "des",
    ),
    *("des2", "dir1", "fin1", "fin2", "mgr2", "mgr3", "mgr4", "plan1", "qa", "sec1", "vendor1", "vendor3"),
)


@dataclass(frozen=True)
class Planted:
    """Where the canary sits: the cost of an item, and whatever follows from it in a record."""

    item: str
    record: str


@dataclass
class Given:
    """Everything that somebody was sent."""

    texts: list[str] = field(default_factory=list)

    def sings(self) -> list[str]:
        """What of it holds the hidden value, in any spelling."""
        return [each[:400] for each in self.texts if any(spelled in each for spelled in SPELLED)]


@pytest.fixture(scope="module")
def planted(pages: Server) -> Planted:
    """The canary."""
    adm = pages.be("adm")
    item = next(each for each in adm.get("records/item", limit="500")["items"] if each["values"]["code"] == "A100")
    _costs(adm, item["id"], HIDDEN)
    rows = [{"item": {"code": "A100"}, "requested": "1"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    return Planted(item["id"], pages.be("clerk1").makes("transfer", values, "submit"))


def _costs(adm: Person, item: str, cost: str) -> None:
    revision = adm.get(f"records/item/{item}")["revision"]
    adm.send("PATCH", f"records/item/{item}", {"cost": cost}, **{"If-Match": f'"{revision}"'}).raise_for_status()


@contextmanager
def _keeping(page: Page, given: Given) -> Iterator[None]:
    def keep(answer: Response) -> None:
        if answer.status == 200 and not answer.url.endswith("/api/events"):
            given.texts.append(answer.text())

    page.on("response", keep)
    yield
    page.remove_listener("response", keep)


def _crawled(page: Page, person: Person, planted: Planted, given: Given) -> None:
    """Every page, a picker for the item, and what a form is told while it is filled."""
    records = (f"records/transfer/{planted.record}", f"records/item/{planted.item}")
    mine = [f"/{each}" for each in records if person.send("GET", each).status_code == 200]
    for path in (*paths_of(page), *mine):
        page.goto(path)
        expect(page.locator(".skeleton")).to_have_count(0)
        given.texts.append(page.content())
        for picker in page.locator(".picker input:visible").all()[:3]:
            picker.fill("A100")
            page.wait_for_load_state("networkidle")


def _heard(server: Server, person: Person, planted: Planted) -> list[str]:
    """What the stream says of the item when its cost changes, to whoever is told anything of it."""
    if "see" not in person.get("me")["may"].get("item", ()):
        return []
    lines: list[str] = []
    patience = httpx.Timeout(30)
    with person.client.stream("GET", "/api/events", timeout=patience) as stream:
        waiting = stream.iter_lines()
        lines.append(next(waiting))
        _costs(server.be("adm"), planted.item, HIDDEN)
        for line in waiting:
            lines.append(line)
            if planted.item in line:
                return lines
    return lines


def _may(person: Person, planted: Planted) -> bool:
    """Whether the API shows him the value: in the item, or in the record."""
    found = [person.send("GET", f"records/{path}") for path in (f"item/{planted.item}", f"transfer/{planted.record}")]
    return any(HIDDEN in json.dumps(each.json()) for each in found if each.status_code == 200)


def _holds(people: People, pages: Server, planted: Planted, account: str) -> None:
    person, given = pages.be(account), Given()
    page = people.sign_in(account)
    with _keeping(page, given):
        _crawled(page, person, planted, given)
    given.texts.append("\n".join(_heard(pages, person, planted)))
    assert len(given.texts) > 10
    if _may(person, planted):
        assert given.sings(), "whoever may see it does, so the canary sings"
    else:
        assert given.sings() == []


@pytest.mark.parametrize("account", FEW)
def test_a_hidden_value_is_in_nothing_that_one_is_given(
    people: People, pages: Server, planted: Planted, account: str
) -> None:
    _holds(people, pages, planted, account)


@pytest.mark.long
@pytest.mark.parametrize("account", EVERYBODY)
def test_whoever_looks_sees_no_more_than_he_may(people: People, pages: Server, planted: Planted, account: str) -> None:
    _holds(people, pages, planted, account)


def test_everybody_of_the_chain_is_looked_at(pages: Server) -> None:
    accounts = {each["values"]["account"] for each in pages.be("adm").get("records/person", limit="500")["items"]}
    assert accounts == {*FEW, *EVERYBODY}


def test_the_canary_is_hidden_from_some_and_shown_to_others(pages: Server, planted: Planted) -> None:
    assert not _may(pages.be("clerk1"), planted)
    assert _may(pages.be("mgr1"), planted)

"""No page says anything in the other language, but for what somebody wrote into a record himself.

Each page is read as its reader meets it, with everything unfolded and every dialogue opened once. What records hold is
taken away first; what is left must be Chinese in Chinese and English in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.test_every_page import paths_of
from tests.browser.told import strings, texts_of
from tests.serving import Person, Server

ENGLISH = re.compile(r"[A-Za-z]{2,}")
HAN = re.compile("[\u3400-\u9fff]")
CALLED = ("English", "中文", "UTC", "CNY", "CSV", "Webhook", "Enter", "Esc")
"""Each language by its own name, keys, and what is called alike in both."""
MORE = (
    *("/stock?place=S01", "/stock/trail?item=A100&place=S01", "/stock/movements"),
    *("/search?q=42424242", "/records/item?q=42424242"),
)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What machines call a record by; no reader should meet it."""
CODED = re.compile(r"\b[0-9a-f]{8}\b|_")
"""The beginning of such a thing, or a name of a definition."""
OWN_PLACE = ["/stock", "/stock?place=S01"]
"""Whoever belongs to one place begins there."""
FACES = re.compile(r"[A-Z]{1,2}")


@dataclass(frozen=True)
class Reader:
    """Somebody who reads pages in one language, and what his records hold."""

    language: str
    data: re.Pattern[str]

    def foreign(self, texts: list[str]) -> list[str]:
        """What is said in the other language, without what records hold."""
        other = ENGLISH if self.language == "zh" else HAN
        left = [(each, self.data.sub(" ", each)) for each in texts if not FACES.fullmatch(each)]
        return [each for each, rest in left if other.search(rest) or CODED.search(rest)]


def _reader(adm: Person, person: Person, language: str) -> Reader:
    """The chain's data: every text of every record, but for names that only definitions use."""
    told: list[object] = [person.get("me")]
    names: set[str] = set()
    for who in (adm, person):
        for form in [each["form"] for each in who.get("forms")["items"]]:
            told.append(who.get(f"records/{form}", limit="500"))
            known = who.get(f"forms/{form}")
            names |= {each["name"] for key in ("states", "actions") for each in known[key]}
    found = {each for each in strings(told) - names if len(each) > 1 and not ID.fullmatch(each)}
    longest = sorted({*found, *CALLED}, key=len, reverse=True)
    return Reader(language, re.compile("|".join(re.escape(each) for each in longest)))


@pytest.fixture(scope="module")
def papers(pages: Server) -> dict[str, str]:
    """A transfer that waits for its approver, and one that is still a draft."""
    rows = [{"item": {"code": "A100"}, "requested": "2"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    clerk = pages.be("clerk1")
    return {"asked": clerk.makes("transfer", values, "submit"), "draft": clerk.makes("transfer", values)}


def _dialogues(page: Page, person: Person, path: str) -> list[str]:
    """What every dialogue of a record's page says: of verdicts, and of actions that ask something."""
    actions = person.get(path.removeprefix("/"))["actions"]
    asking = {"approve", "reject", "return", *(each["name"] for each in actions if each["asks"])}
    found: list[str] = []
    for name in sorted(asking):
        for button in page.locator(f"[data-action={name}]").all():
            button.evaluate("(each) => each.click()")
            dialogue = page.locator("dialog[open]")
            expect(dialogue).to_be_visible()
            found += texts_of(page)
            page.keyboard.press("Escape")
            expect(dialogue).to_have_count(0)
    return found


READERS = [
    pytest.param("clerk1", "zh"),
    pytest.param("mgr1", "en"),
    *(pytest.param(account, "zh", marks=pytest.mark.long) for account in ("mgr1", "adm", "aud")),
    *(pytest.param(account, "en", marks=pytest.mark.long) for account in ("clerk1", "adm", "aud")),
]


@pytest.mark.parametrize(("account", "language"), READERS)
def test_no_page_speaks_the_other_language(
    people: People, pages: Server, papers: dict[str, str], account: str, language: str
) -> None:
    person = pages.be(account)
    reader = _reader(pages.be("adm"), person, language)
    page = people.sign_in(account, language=language)
    asked, draft = (f"/records/transfer/{papers[each]}" for each in ("asked", "draft"))
    mine = [each for each in (asked, draft) if person.send("GET", each.removeprefix("/")).status_code == 200]
    also = [f"{draft}/edit"] if account == "clerk1" else []
    wrong: dict[str, list[str]] = {}
    titles: dict[str, list[str]] = {}
    for path in dict.fromkeys((*paths_of(page), *MORE, *mine, *also)):
        page.goto(path)
        expect(page.locator(".skeleton")).to_have_count(0)
        found = texts_of(page)
        titles.setdefault(page.title(), []).append(path)
        if path in mine:
            found += _dialogues(page, person, path)
        if foreign := reader.foreign(found):
            wrong[path] = foreign
    assert wrong == {}
    alike = [paths for paths in titles.values() if len(paths) > 1 and paths != OWN_PLACE]
    assert alike == [], "every page has a title of its own"

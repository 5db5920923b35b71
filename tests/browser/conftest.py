"""A real Chromium against a real server, at a desk and on a phone, in both languages. Without Chromium the run fails.

Whatever a page writes to its console, and every script or style that its policy stops, fails the test that met it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

from tests.serving import PASSWORD, Server, serving

DESK, PHONE = (1440, 900), (390, 844)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PATIENCE = 15_000
LEAVES = 5
REFUSED = re.compile(r"responded with a status of (409|412|422)")

WINDOWS = [
    pytest.param(DESK, "zh", id="desk-zh"),
    pytest.param(PHONE, "en", id="phone-en"),
    pytest.param(DESK, "en", id="desk-en", marks=pytest.mark.long),
    pytest.param(PHONE, "zh", id="phone-zh", marks=pytest.mark.long),
]
"""Every size in every language; `make test` runs each size and each language once, `make check` all of them."""

SignIn = Callable[..., Page]


@contextmanager
def browsing(*more: str) -> Iterator[Browser]:
    """A Chromium of this machine, with `more` words on its command line."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("Chromium is needed to test the pages: install the package `chromium`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET, *more])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, ended with the module: while it runs no other test of this process can have an event loop."""
    with browsing() as browser:
        yield browser


@contextmanager
def small_server(small: Path, folder: Path) -> Iterator[Server]:
    """A server with a chain `small` of its own."""
    shutil.copy(small, folder / "pages.db")
    with serving(f"sqlite:///{folder / 'pages.db'}", folder / "data") as server:
        yield server


BOTH = pytest.mark.parametrize("pages", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
"""For a module whose walks are made on each kind of database."""


@pytest.fixture(scope="module")
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose pages the tests of a module open; on SQLite, where the module does not say `BOTH`."""
    folder = tmp_path_factory.mktemp("pages")
    if getattr(request, "param", "sqlite") == "sqlite":
        with small_server(request.getfixturevalue("small_sqlite"), folder) as server:
            yield server
        return
    copied: Callable[[], str] = request.getfixturevalue("copied_small")
    with serving(copied(), folder / "data") as server:
        yield server


class People:
    """Signs people in, each in a browser of his own, and keeps what their pages complained of."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self._server = server
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def sign_in(
        self, account: str, size: tuple[int, int] = DESK, language: str = "en", zone: str | None = None
    ) -> Page:
        """Somebody's first page; `zone` is that of his device."""
        context = self._browser.new_context(
            base_url=self._server.url,
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            has_touch=size == PHONE,
            timezone_id=zone,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{account}: {error}"))
        page.on("console", lambda message: self._heard(account, page, message))
        page.goto("/sign-in")
        page.locator("[name=account]").fill(account)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button.primary").click()
        expect(page.locator("main#content h1")).to_be_visible()
        return page

    def _heard(self, account: str, page: Page, message: ConsoleMessage) -> None:
        """A command that the server refuses is an answer; anything else in the console is a complaint."""
        if message.type in ("error", "warning") and not REFUSED.search(message.text):
            self.complaints.append(f"{account} {page.url}: {message.text}")

    def leave(self) -> list[str]:
        """Close every browser window; what they complained of until then.

        Each goes to an empty page first: closed while a page was on its way, Chromium sometimes never answered.
        """
        heard = [*self.complaints]
        for context in self._contexts:
            for page in context.pages:
                _empty(page)
            context.close()
        return heard


def _empty(page: Page) -> None:
    """To an empty page, however often one that is on its way comes between."""
    for _ in range(LEAVES):
        with suppress(Error):
            page.goto("about:blank")
            return


@pytest.fixture
def people(chromium: Browser, pages: Server) -> Iterator[People]:
    """People at their screens; in the end no page has complained."""
    expect.set_options(timeout=PATIENCE)
    crowd = People(chromium, pages)
    yield crowd
    assert crowd.leave() == []

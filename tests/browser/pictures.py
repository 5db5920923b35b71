"""Pictures of every page: `make pictures` writes them to `build/pictures`, with `index.html` to look through them.

Both sizes and both languages, as several people of a chain with a real amount of data; the main pages also dark. What
is made here for the pictures is made by the API, as anybody would (`past`); `scenes` says who looks at what.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

from tests.browser.conftest import DESK, LOCALES, PHONE, QUIET
from tests.browser.past import history, rows_decided_one_by_one
from tests.browser.scenes import Scene, of_rows, scenes
from tests.receiving import endpoint
from tests.serving import Server, command, environment, serving

FOLDER = Path("build") / "pictures"
SIZES = {"desk": DESK, "phone": PHONE}
PATIENCE = 15_000
README = Path("docs") / "pictures" / "tasks.png"


def main() -> None:
    """Make the chain, then every picture."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*", help="only these scenes")
    words.add_argument("--size", choices=SIZES, action="append", help="only at this size")
    words.add_argument("--readme", action="store_true", help="also the picture that the README carries")
    told = words.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        _outside() as outside,
        _chain(Path(made)) as server,
        _browser() as browser,
    ):
        for scene in _all(server, outside):
            if not told.names or scene.name in told.names:
                _take_each(browser, server, scene, told.size or [*SIZES])
            if told.readme and scene.name == "tasks":
                README.parent.mkdir(parents=True, exist_ok=True)
                _shoot(browser, server, scene, "en", "desk", README)
    (FOLDER / "index.html").write_text(_sheet(), encoding="utf-8")
    sys.stdout.write(f"{FOLDER}/index.html\n")


def _all(server: Server, listeners: dict[str, str]) -> Iterator[Scene]:
    """The chain as it is shipped, and then what needs a form beside those of the pack."""
    yield from scenes(history(server, listeners))
    yield from of_rows(rows_decided_one_by_one(server))


@contextmanager
def _chain(folder: Path) -> Iterator[Server]:
    """The chain of `make run`."""
    url = f"sqlite:///{folder / 'pictures.db'}"
    done = command("demo", "load", "small_sales", env=environment(url, folder / "data"))
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    with serving(url, folder / "data", ALLOW_PRIVATE_WEBHOOKS="true") as server:
        yield server


@contextmanager
def _outside() -> Iterator[dict[str, str]]:
    """Systems that are told what is on its way, by name: one hears it, one has no time now, one is gone."""
    answers = {"Loading bay": 200, "Carrier": 503, "Old house": 410}
    with ExitStack() as open_ones:
        told = {}
        for name, answer in answers.items():
            made = open_ones.enter_context(endpoint())
            made.answers[:] = [(answer, b"")]
            told[name] = made.url
        yield told


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        yield playwright.chromium.launch(executable_path=found, args=QUIET)


def _take_each(browser: Browser, server: Server, scene: Scene, sizes: Iterable[str]) -> None:
    """In both languages at each size; a page on which something cannot be done is told, and the others are taken."""
    for language in LOCALES:
        for size in sizes:
            try:
                _take(browser, server, scene, language, size)
            except Error as error:
                sys.stderr.write(f"{scene.name} {language} {size}: {error}\n")
    sys.stdout.write(f"{scene.name}\n")
    sys.stdout.flush()


def _take(browser: Browser, server: Server, scene: Scene, language: str, size: str) -> None:
    name = f"{scene.name}_{size}_{language}"
    _shoot(browser, server, scene, language, size, FOLDER / f"{name}.png")
    if scene.dark and language == "zh":
        _shoot(browser, server, scene, language, size, FOLDER / f"{name}_dark.png", scheme="dark")


def _cookies(server: Server, account: str) -> Any:
    """His session, for a browser that need not sign in again."""
    if not account:
        return []
    held = server.be(account).client.cookies
    return [{"name": each.name, "value": each.value, "url": server.url} for each in held.jar]


def _shoot(
    browser: Browser, server: Server, scene: Scene, language: str, size: str, to: Path, *, scheme: Any = "light"
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        color_scheme=scheme,
        has_touch=size == "phone",
        reduced_motion="reduce",
    )
    context.add_cookies(_cookies(server, scene.account))
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(scene.path)
    page.locator(".skeleton").first.wait_for(state="detached")
    if scene.act is not None:
        scene.act(page)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.screenshot(path=to)
    context.close()


STYLE = (
    "body{font:13px system-ui;display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}img{height:360px;border:1px solid}"
)


def _sheet() -> str:
    files = [(each.name, html.escape(each.stem)) for each in sorted(FOLDER.glob("*.png"))]
    images = (f'<a href="{name}"><img loading="lazy" src="{name}" alt="{stem}"></a>' for name, stem in files)
    shown = "".join(
        f"<figure>{image}<figcaption>{stem}</figcaption></figure>"
        for image, (_, stem) in zip(images, files, strict=True)
    )
    return f"<!doctype html><meta charset=utf-8><title>Chainstock</title><style>{STYLE}</style>{shown}"


if __name__ == "__main__":
    main()

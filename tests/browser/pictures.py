"""Pictures of every page: `make pictures` writes them to `build/pictures`, with `index.html` to look through them.

Both sizes and both languages, as several people of a chain with a real amount of data; the main pages also dark. What
is made here for the pictures is made by the API, as anybody would.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import DESK, LOCALES, PHONE, QUIET
from tests.serving import Server, command, environment, serving

FOLDER = Path("build") / "pictures"
SIZES = {"desk": DESK, "phone": PHONE}
LINES = [("A100", "24"), ("B200", "6"), ("B201", "12"), ("A100", "3")]
README = Path("docs") / "pictures" / "tasks.png"

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Scene:
    """One page as one person sees it; `act` is what he does there before the picture is taken."""

    name: str
    account: str
    path: str
    act: Act | None = None
    dark: bool = False


def main() -> None:
    """Make the chain, then every picture."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*", help="only these scenes")
    words.add_argument("--readme", action="store_true", help="also the picture that the README carries")
    told = words.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, _chain(Path(made)) as server, _browser() as browser:
        scenes = [each for each in _scenes(_history(server)) if not told.names or each.name in told.names]
        for scene in scenes:
            for language in LOCALES:
                for size in SIZES:
                    _take(browser, server, scene, language, size)
            sys.stdout.write(f"{scene.name}\n")
        if told.readme:
            README.parent.mkdir(parents=True, exist_ok=True)
            _shoot(browser, server, Scene("tasks", "mgr1", "/tasks"), "en", "desk", README)
    (FOLDER / "index.html").write_text(_sheet(), encoding="utf-8")
    sys.stdout.write(f"{FOLDER}/index.html\n")


@contextmanager
def _chain(folder: Path) -> Iterator[Server]:
    """The chain of `make run`."""
    url = f"sqlite:///{folder / 'pictures.db'}"
    done = command("demo", "load", "small_sales", env=environment(url, folder / "data"))
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    with serving(url, folder / "data") as server:
        yield server


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        yield playwright.chromium.launch(executable_path=found, args=QUIET)


def _history(server: Server) -> Mapping[str, str]:
    """Transfers in every state, a difference, twenty that wait for one manager; ids by a name for each."""
    named = {"draft": _transfer(server, "clerk1", "S01", None), "long": _long(server)}
    for number in range(20):
        _transfer(server, "clerk1", "S01", "submit", "S02" if number % 2 else "S03", 1 + number % 3)
    named["returned"] = _returned(server)
    named["approved"] = _approved(server)
    named["asked"] = _transfer(server, "clerk1", "S01", "submit")
    shipped, named["returning"], named["different"] = (_shipped(server) for _ in range(3))
    named["shipped"] = shipped
    named["counted"] = _counted(server, _shipped(server))
    clerk = server.be("clerk2")
    rows = clerk.get(f"records/transfer/{named['different']}")["values"]["lines"]
    good = [{"row": each["row"], "received": str(int(each["shipped"]) - 1), "damaged": "0"} for each in rows]
    lines = [{**each, "remark": "box was open"} for each in good]
    signed = {"signature": {"typed": "Sun Lei"}}
    clerk.takes("transfer", named["different"], "receive", {"lines": lines}, signed)
    why = {"why": "not ordered 这不是我们订的"}
    server.be("mgr2").takes("transfer", named["returning"], "return_to_sender", None, why)
    named["difference"] = server.be("dckm").get("records/discrepancy", limit="1")["items"][0]["id"]
    named["item"] = server.be("adm").get("records/item", limit="1")["items"][0]["id"]
    named["store"] = server.be("adm").get("records/store", limit="1")["items"][0]["id"]
    return named


def _values(origin: str, target: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"from_store": {"code": origin}, "to_store": {"code": target}, "reason": "replenishment", "lines": lines}


def _transfer(server: Server, who: str, origin: str, action: str | None, target: str = "S02", count: int = 2) -> str:
    lines = [{"item": {"code": code}, "requested": quantity} for code, quantity in LINES[:count]]
    kept = {each["item"]["code"]: each for each in lines}
    return server.be(who).makes("transfer", _values(origin, target, list(kept.values())), action)


def _long(server: Server) -> str:
    lines = [{"item": {"code": "A100"}, "requested": str(number)} for number in range(1, 201)]
    return server.be("clerk1").makes("transfer", _values("S01", "S03", lines))


def _decided(server: Server, record: str, by: str, verdict: str, words: str) -> str:
    tasks = server.be(by).get("tasks", limit="500")["items"]
    task = next(each["id"] for each in tasks if each["record"]["id"] == record)
    server.be(by).does(f"tasks/{task}/{verdict}", {"comment": words})
    return record


def _returned(server: Server) -> str:
    words = "两箱不够一周，请改为三箱 (two boxes last no week)"
    return _decided(server, _transfer(server, "clerk1", "S01", "submit"), "mgr1", "return", words)


def _approved(server: Server) -> str:
    return _decided(server, _transfer(server, "clerk2", "DC1", "submit"), "dckm", "approve", "同意，今天发货")


def _shipped(server: Server) -> str:
    record = _approved(server)
    server.be("dck").takes("transfer", record, "ship")
    return record


def _counted(server: Server, record: str) -> str:
    """All of it is there; only the signature is missing."""
    clerk = server.be("clerk2")
    found = clerk.get(f"records/transfer/{record}")
    lines = [{"row": each["row"], "received": each["shipped"], "damaged": "0"} for each in found["values"]["lines"]]
    clerk.send("PATCH", f"records/transfer/{record}", {"lines": lines}, **{"If-Match": f'"{found["revision"]}"'})
    return record


def _scenes(made: Mapping[str, str]) -> list[Scene]:
    """Everything that somebody may look at."""
    record = {name: f"/records/transfer/{made[name]}" for name in made}
    plain = [
        Scene("home", "mgr1", "/", dark=True),
        Scene("home_clerk", "clerk1", "/"),
        Scene("home_nobody", "vendor1", "/"),
        Scene("tasks", "mgr1", "/tasks", dark=True),
        Scene("tasks_one", "mgr1", "/tasks", lambda page: page.locator("a.task").first.click()),
        Scene("tasks_selected", "mgr1", "/tasks", _selects),
        Scene("tasks_dialogue", "mgr1", "/tasks", _approves),
        Scene("tasks_none", "aud", "/tasks"),
        Scene("list", "mgr1", "/records/transfer", dark=True),
        Scene("list_narrow", "mgr1", "/records/transfer?state=approval"),
        Scene("list_nothing", "mgr1", "/records/transfer?q=nothing+of+that+name"),
        Scene("list_empty", "adm", "/records/limit"),
        Scene("list_items", "adm", "/records/item"),
        Scene("list_tickets", "mgr1", "/records/ticket"),
        Scene("form_new", "clerk1", "/records/transfer/new", dark=True),
        Scene("form_faults", "clerk1", "/records/transfer/new", _submits),
        Scene("form_picker", "clerk1", "/records/transfer/new", _picks),
        Scene("form_200_rows", "clerk1", f"{record['long']}/edit"),
        Scene("form_receive", "clerk2", f"{record['shipped']}/edit"),
        Scene("form_returned", "clerk1", f"{record['returned']}/edit"),
        Scene("form_ship", "dck", f"{record['approved']}/edit"),
        Scene("form_received", "clerk2", f"{record['counted']}/edit", _signs),
        Scene("form_master", "adm", f"/records/item/{made['item']}/edit"),
    ]
    return plain + _more(made, record)


def _more(made: Mapping[str, str], record: Mapping[str, str]) -> list[Scene]:
    return [
        Scene("record_draft", "clerk1", record["draft"]),
        Scene("record_returned", "clerk1", record["returned"]),
        Scene("record_asked", "mgr1", record["asked"], dark=True),
        Scene("record_action", "clerk1", record["asked"], _acts),
        Scene("record_different", "mgr2", record["different"]),
        Scene("record_difference", "dckm", f"/records/discrepancy/{made['difference']}"),
        Scene("record_200_rows", "clerk1", record["long"]),
        Scene("record_master", "adm", f"/records/store/{made['store']}"),
        Scene("stock", "clerk1", "/stock", dark=True),
        Scene("stock_store", "clerk1", "/stock?place=S01"),
        Scene("stock_item", "mgr1", "/stock?item=A100"),
        Scene("stock_card", "mgr1", "/stock/trail?item=A100&place=S01"),
        Scene("scan", "clerk1", "/scan"),
        Scene("scan_found", "clerk1", "/scan?code=A100"),
        Scene("scan_nothing", "clerk1", "/scan?code=000"),
        Scene("signing", "clerk2", record["counted"], _signs),
        Scene("search", "mgr1", "/search?q=A100"),
        Scene("search_nothing", "mgr1", "/search?q=nothing+of+that+name"),
        Scene("notices", "clerk2", "/notices"),
        Scene("new", "clerk1", "/new"),
        Scene("me", "mgr1", "/me", dark=True),
        Scene("password", "mgr1", "/password"),
        Scene("not_found", "clerk1", "/records/transfer/00000000-0000-4000-8000-000000000000"),
        Scene("forbidden", "aud", "/records/transfer/new"),
        Scene("sign_in", "", "/sign-in"),
        Scene("sign_in_refused", "", "/sign-in", _fails),
        Scene("reference", "clerk1", "/api/docs"),
    ]


def _selects(page: Page) -> None:
    for number in range(3):
        page.locator(".tick input").nth(number).check()


def _approves(page: Page) -> None:
    if not page.locator(".opened [data-action=approve]").is_visible():
        page.locator("a.task").first.click()
    page.locator(".opened [data-action=approve]").click()


def _submits(page: Page) -> None:
    page.locator("[data-action=submit]").click()
    page.locator(".fault").first.wait_for()


def _picks(page: Page) -> None:
    page.locator("[data-field=to_store] input").click()
    page.locator(".picker li").first.wait_for()


def _acts(page: Page) -> None:
    page.locator(".acts button").first.click()


def _signs(page: Page) -> None:
    page.locator("[data-action=receive]").first.click()
    page.locator("dialog .signature button").click()
    page.locator("dialog canvas").wait_for()


def _fails(page: Page) -> None:
    page.locator("[name=account]").fill("clerk1")
    page.locator("[name=password]").fill("wrong")
    page.locator("button.primary").click()


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

"""The browser back end in a real Chromium: one page, under the pages' own policy, that is asked many things at once.

Used by the tests here. Values travel with the name of their kind, so that 1 and '1' are not taken for each other. The
browser lives in a thread of its own, since two of them may not share one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from engine.expressions import EvaluationFault, Expression, Place, Reference, Subject
from engine.expressions.browser import to_browser
from engine.quantities import write
from engine.web.rendering import POLICY
from tests.expressions.deeds import BOOK, NOW, TODAY, environment, names, type_of, value_of

ASSETS = Path(__file__).parents[2] / "templates" / "assets"
SOURCES = ASSETS / "src" / "expressions"
HARNESS = (Path(__file__).parent / "chromium.js").read_text(encoding="utf-8")

Ask = Callable[[Sequence[Mapping[str, Any]]], list[Any]]
"""Cases of `tree`, `roots`, `fuel`, `zone` in; values of `told`, or `{"refused": code}`, out."""


def told(value: Any) -> Any:
    """A value with the name of its kind, as `chromium.js` reads and writes it."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return {"exact": write(Decimal(value))}
    if isinstance(value, datetime):
        return {"moment": value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Reference | Subject):
        return {"reference": [value.form, value.id]}
    if isinstance(value, Place):
        return {"reference": ["", value.key]}
    if isinstance(value, Mapping):
        return {"row": {name: told(each) for name, each in value.items()}}
    return [told(each) for each in value]


def roots(**changes: Any) -> dict[str, Any]:
    """What the names of the vectors are; of a record at hand also its fields."""
    known: dict[str, Any] = {**names(**changes), "today": TODAY, "now": NOW}
    known["it"] = known["record"]
    fields = known["record"].values
    return {**{name: told(value) for name, value in known.items()}, "fields": {n: told(v) for n, v in fields.items()}}


def records() -> dict[str, dict[str, Any]]:
    """The fields of every record that a reference may lead to."""
    forms = {"s": "store", "g": "region", "i": "item", "p": "person", "y": "price", "c": "chain", "d": "deed"}
    return {
        key: {name: told(value_of(raw, type_of(BOOK["forms"][forms[key[0]]][name]))) for name, raw in fields.items()}
        for key, fields in BOOK["records"].items()
    }


def case(expression: Expression, **changes: Any) -> dict[str, Any]:
    """What the browser is asked about an expression."""
    return {"tree": to_browser(expression), "roots": roots(**changes), "zone": "+08:00", "fuel": None}


def in_python(expression: Expression, fuel: int | None = None, **more: Any) -> Any:
    """What Python answers, in the browser's way of telling."""
    try:
        return told(expression.evaluate(environment(fuel=fuel, **more)))
    except EvaluationFault as fault:
        return {"refused": fault.code}


def bundle(sources: Path, folder: Path) -> str:
    """The TypeScript as one script that a page can load."""
    program = next((ASSETS / "node_modules" / "@esbuild").glob("*/bin/esbuild"), None)
    if program is None:
        pytest.fail("The pages' assets are not there: make assets", pytrace=False)
    made = folder / "expressions.js"
    told_how = ("--bundle", "--format=iife", "--global-name=expressions", "--target=es2022", "--log-level=warning")
    subprocess.run([program, str(sources / "index.ts"), *told_how, f"--outfile={made}"], check=True)
    return made.read_text(encoding="utf-8")


@contextmanager
def chromium(script: str) -> Iterator[Ask]:
    """A page that has the script, in a Chromium of its own."""
    with ThreadPoolExecutor(1) as thread:
        opened = contextmanager(_page)(script)
        page = thread.submit(opened.__enter__).result()
        try:
            yield lambda cases: thread.submit(_asked, page, cases).result()
        finally:
            thread.submit(opened.__exit__, None, None, None).result()


def _asked(page: Page, cases: Sequence[Mapping[str, Any]]) -> list[Any]:
    asked = json.dumps({"records": records(), "cases": cases})
    answered: list[Any] = json.loads(page.evaluate("(asked) => ask(asked)", asked))
    return answered


def _page(script: str) -> Iterator[Page]:
    served = {"/": "<!doctype html><script src=/expressions.js></script><script src=/ask.js></script>"}
    served |= {"/expressions.js": script, "/ask.js": HARNESS}

    def answer(route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        headers = {"content-security-policy": POLICY}
        route.fulfill(body=served.get(path, ""), content_type=f"{kind}; charset=utf-8", headers=headers)

    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto("http://localhost/")
        yield page
        browser.close()

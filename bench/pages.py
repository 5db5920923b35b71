"""What a page costs: a form of 40 fields and 50 rows on the server, and typing in 200 rows in a real Chromium.

The form is made here: 28 fields, a table of 12, with conditions and computed values in both. Used by `python -m bench`.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import orjson
from playwright.sync_api import Page, sync_playwright

from bench.result import Figure
from bench.server import PASSWORD, Serving, database, folder

HEAD_FIELDS, COLUMNS, ROWS, LONG = 28, 12, 50, 200
ACCOUNT = "clerk1"
LIBRARY = "format: 1\nlibrary: wide\ntitle: {en: Wide, zh: 宽}\n"
WORKFLOW = """format: 1
workflow: sheet
form: sheet
start: draft
states:
  draft: {title: {en: Draft, zh: 草稿}, edit: {writer: {by: [clerk at store], fields: [{fields}], rows: free}}}
  kept: {title: {en: Kept, zh: 已存}, end: true}
transitions:
  keep: {title: {en: Keep, zh: 保存}, from: draft, to: kept, by: [clerk at store]}
"""
POLICY = "".join(f"p, clerk, sheet, {action}, own\n" for action in ("see", "create", "edit", "keep"))
FRAMES = """() => {
  globalThis.frames = [];
  let last = performance.now();
  const next = (now) => { frames.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
SO_FAR = "() => globalThis.frames.splice(0)"
"""The frames since they were last asked for."""
SHOWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(
  () => done(globalThis.frames.splice(0))))))"""
"""The same, three frames on: what came into sight is drawn."""


def measure() -> list[Figure]:
    """Both, on the embedded database."""
    with _sheets() as serving:
        client = _signed_in(serving.url)
        return [_form_page(client, _record(client, ROWS)), _typing(serving.url, _record(client, LONG))]


@contextmanager
def _sheets() -> Iterator[Serving]:
    """A server with the chain `small` and the wide form."""
    with folder() as where, database("sqlite", where) as url:
        serving = Serving(url, where)
        serving.command("demo", "load", "small")
        serving.command("publish", str(_library(where / "wide")))
        serving.start()
        try:
            yield serving
        finally:
            serving.stop()


def _library(where: Path) -> Path:
    """The pack's neighbour with one form more."""
    shutil.rmtree(where, ignore_errors=True)
    for name, text in {
        "form_definitions/library.yaml": LIBRARY,
        "form_definitions/documents/sheet.yaml": _form(),
        "workflow_definitions/sheet.yaml": WORKFLOW.replace("{fields}", ", ".join(_written())),
        "permissions/policy.csv": POLICY,
    }.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text, encoding="utf-8")
    return where


def _form() -> str:
    head = [
        "  store: {type: reference, to: store, required: true, default: actor.store}",
        "  kind: {type: choice, options: {plain: {en: Plain, zh: 普通}, odd: {en: Odd, zh: 特殊}}}",
        *(f"  word{each}: {{type: text{_shown(each)}}}" for each in range(HEAD_FIELDS - 3)),
        "  total: {type: money, compute: sum(lines.value)}",
    ]
    columns = [
        "item: {type: reference, to: item, required: true, only: it.active}",
        "pieces: {type: quantity, of: item, above: 0, required: true}",
        "price: {type: money}",
        'value: {type: money, compute: "round(row.pieces * row.price, 2)"}',
        "returned: {type: quantity, of: item, at_most: row.pieces}",
        "why: {type: text, required: row.returned > 0, visible: row.pieces > 0}",
        'here: {type: quantity, of: item, live: "available(row.item, record.store)"}',
        *(f"note{each}: {{type: text}}" for each in range(COLUMNS - 7)),
    ]
    table = ["  lines:", "    type: table", "    fields:", *(f"      {each}" for each in columns)]
    named = (re.sub(r"^(\s+(\w+): \{)", r"\1title: {en: \2, zh: \2}, ", line) for line in [*head, *table])
    begin = [
        "format: 1",
        "form: sheet",
        "title: {en: Sheet, zh: 宽表}",
        "kind: document",
        "org: [store]",
        "variant: store",
    ]
    return "\n".join([*begin, 'number: {text: "SH-{counter:6}", given_at: create}', "fields:", *named, ""])


def _written() -> list[str]:
    """What a person fills: all but what follows."""
    columns = ["item", "pieces", "price", "returned", "why", *(f"note{each}" for each in range(COLUMNS - 7))]
    return [
        "store",
        "kind",
        *(f"word{each}" for each in range(HEAD_FIELDS - 3)),
        *(f"lines.{each}" for each in columns),
    ]


def _shown(number: int) -> str:
    return ", visible: record.kind == 'odd'" if number % 6 == 5 else ""


def _signed_in(url: str) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=60)
    answer = client.post("/api/session", json={"account": ACCOUNT, "password": PASSWORD}).raise_for_status()
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def _record(client: httpx.Client, rows: int) -> str:
    """A draft with this many rows; its path."""
    line: dict[str, Any] = {"item": {"code": "A100"}, "price": "2.50"}
    lines = [{**line, "row": str(uuid.uuid4()), "pieces": str(number)} for number in range(1, rows + 1)]
    values = {"kind": "plain", "word0": "as it is", "lines": lines}
    made = client.post(
        "/api/records/sheet", content=orjson.dumps({"values": values}), headers={"Content-Type": "application/json"}
    )
    return f"/records/sheet/{made.raise_for_status().json()['id']}"


def _form_page(client: httpx.Client, record: str, count: int = 30) -> Figure:
    """From request to the last byte, on one connection; what the answer weighs is said."""
    took, answer = [], client.get(f"{record}/edit").raise_for_status()
    for _ in range(count):
        begun = time.perf_counter()
        answer = client.get(f"{record}/edit")
        took.append(time.perf_counter() - begun)
    assert answer.status_code == 200
    note = f"{len(answer.content) // 1024} kB, slowest {max(took) * 1000:.0f} ms"
    name = f"form page, {HEAD_FIELDS + COLUMNS} fields, {ROWS} rows"
    return Figure(name, "<= 30 ms", f"{median(took) * 1000:.1f} ms", None, count, note)


def _typing(url: str, record: str) -> Figure:
    """The longest time between two frames while somebody types in rows all over a form of 200."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, base_url=url, locale="en-GB")
        page.goto("/sign-in")
        page.locator("[name=account]").fill(ACCOUNT)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button.primary").click()
        page.goto(f"{record}/edit")
        page.get_by_label(f"pieces {LONG}", exact=True).wait_for()
        jumps, frames = _typed(page)
        browser.close()
    late = max(frames)
    late_ones = sum(each > 50 for each in frames)
    note = f"{late_ones} of {len(frames)} frames above 50 ms; coming to a far row {max(jumps):.0f} ms"
    return Figure(
        f"typing in a form of {LONG} rows, longest frame", "<= 50 ms", f"{late:.0f} ms", None, len(frames), note
    )


def _typed(page: Page) -> tuple[list[float], list[float]]:
    """Types as a quick person does, a sign every 60 ms, and counts frames; looking for a field is not typing.

    Apart from these, the frames in which a row that was far away comes into sight.
    """
    boxes = [
        page.get_by_label(f"{word} {row}", exact=True).element_handle()
        for row in (1, 60, 120, LONG)
        for word in ("pieces", "note0", "price")
    ]
    boxes[0].click()
    page.evaluate(FRAMES)
    jumps: list[float] = []
    frames: list[float] = []
    for box in boxes:
        box.focus()
        jumps += page.evaluate(SHOWN)
        page.keyboard.press("Control+A")
        page.keyboard.type("1234", delay=60)
        frames += page.evaluate(SO_FAR)
    return jumps, frames

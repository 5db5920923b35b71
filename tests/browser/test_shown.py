"""A value is told in the same words by the server's pages and by the scripts that show it while somebody types."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from engine.web.pages.cells import cell
from engine.web.pages.moments import moments_in
from tests.web.told import of

ASSETS = Path(__file__).parents[2] / "templates" / "assets"
COLOURS = [{"value": "r", "title": "Red"}, {"value": "b", "title": "Blue"}]
PAGE = "<html lang={0}><meta name=zone content=Asia/Shanghai><meta name=now content=2026-03-31T00:00:00Z></html>"
CASES: tuple[tuple[dict[str, Any], Any], ...] = (
    (of("quantity"), "1234567.50"),
    (of("money"), "-1000.00"),
    (of("decimal"), "0.125"),
    (of("integer"), 1000),
    (of("integer"), 0),
    (of("boolean"), True),
    (of("boolean"), False),
    (of("choice", options=COLOURS), "b"),
    (of("choice", options=COLOURS), "gone"),
    (of("choices", options=COLOURS), ["b", "r"]),
    (of("reference", to="shop"), {"id": "1", "code": "S01", "title": "River"}),
    (of("reference", to="shop"), {"id": "1", "code": "S01", "title": "S01"}),
    (of("reference", to="shop"), {"id": "1", "code": None, "title": None}),
    (of("person"), {"id": "1", "code": None, "title": "Ann"}),
    (of("signature"), {"typed": "Ann"}),
    (of("signature"), "x1"),
    (of("image"), "x1"),
    (of("attachment"), "x1"),
    (of("date"), "2026-03-31"),
    (of("date"), "soon"),
    (of("moment"), "2026-01-02T20:04:05Z"),
    (of("serials"), ["1", "2"]),
    (of("text"), "<b>"),
    (of("long_text"), "a\nb"),
    (of("barcode"), "036000291452"),
    (of("url"), "https://example.org"),
    *((of(kind), nothing) for kind in ("text", "money", "choices") for nothing in (None, "", [])),
)


def _script(folder: Path) -> str:
    """What shows a value, as one script that a page can load."""
    program = next((ASSETS / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    made = folder / "shown.js"
    told_how = ("--bundle", "--format=iife", "--global-name=shown", "--target=es2022", "--log-level=warning")
    subprocess.run([program, str(ASSETS / "src" / "shown.ts"), *told_how, f"--outfile={made}"], check=True)
    return made.read_text(encoding="utf-8")


def _on_the_page(field: dict[str, Any], value: Any, language: str) -> str:
    found = cell(field, value, language)
    moments = moments_in("Asia/Shanghai", language, datetime(2026, 3, 31, tzinfo=UTC))
    return moments.told(found.hint) if found.kind == "moment" else found.shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_scripts_say_what_pages_say(chromium: Browser, tmp_path: Path, language: str) -> None:
    page = chromium.new_page()
    page.set_content(PAGE.format("zh-CN" if language == "zh" else "en"))
    page.add_script_tag(content=_script(tmp_path))
    asked = "(cases) => cases.map(([field, value]) => shown.shownAs(field, value))"
    assert page.evaluate(asked, CASES) == [_on_the_page(field, value, language) for field, value in CASES]
    page.close()

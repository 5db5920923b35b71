"""What of the scenarios is open: each file says which Then lines it does not assert yet, and why.

Open is only what a later issue builds: print, dashboards, sheets, publishing with a mapping. That it is not there is
asked here: whoever builds it sees this turn red, and writes the assertion into the scenario.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.web.pages.routes import ROUTES
from tests.scenarios.world import World

HERE = Path(__file__).parent
SCENARIOS = {
    "pur_01", "pur_02", "pur_03", "org_01", "org_02", "org_03", "org_04", "org_05", "org_06", "org_07", "org_09",
    "org_11", "md_01", "srt_01", "srt_02", "trf_05", "new_01",
    "chg_01", "chg_02", "chg_04", "chg_05", "chg_06",
}  # fmt: skip
UNWRITTEN: dict[str, str] = {}
"""Scenarios without a file yet."""

WHY = {"print", "dashboard", "sheet", "designer"}
"""What later issues build; nothing else may be open."""


def opened(name: str) -> dict[str, str]:
    """The open Then lines of a scenario, with the reason of each."""
    module = importlib.import_module(f"tests.scenarios.test_{name}")
    told: dict[str, str] = getattr(module, "OPEN", {})
    return told


def test_every_scenario_is_there_or_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    written = {each.stem.removeprefix("test_") for each in HERE.glob("test_*_0[0-9].py")} | {
        each.stem.removeprefix("test_") for each in HERE.glob("test_*_1[0-9].py")
    }
    assert written | set(UNWRITTEN) == SCENARIOS
    assert not written & set(UNWRITTEN)
    with capsys.disabled():
        for name in sorted(written):
            for then, why in opened(name).items():
                print(f"\nopen in {name}: {then} ({why})", end="")  # noqa: T201 it is to be read in every run
    reasons = [why for name in written for why in opened(name).values()] + list(UNWRITTEN.values())
    assert set(reasons) <= WHY, reasons


def test_what_is_open_is_not_there(world: World) -> None:
    fin1 = world.be("fin1")
    record = world.be("clerk1").makes("requisition", {"store": {"code": "S01"}, "lines": []})
    absent: dict[str, Callable[[], int]] = {
        "print": lambda: fin1.send("GET", f"records/requisition/{record}/print/slip").status,
        "dashboard": lambda: fin1.send("GET", "dashboards").status,
        "sheet": lambda: world.be("ame").send("GET", "records/ticket/export", format="xlsx").status,
        "designer": lambda: 200 if any("draft" in str(each) for each in ROUTES) else 404,
    }
    assert set(absent) == WHY
    expected = {"print": 404, "dashboard": 404, "sheet": 422, "designer": 404}
    assert {why: ask() for why, ask in absent.items()} == expected

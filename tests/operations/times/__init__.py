"""Definitions in which time passes: a chore with deadlines, and opening hours. Laid over the lab by tests of time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.operations.house import House

TEXTS = tuple(file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.yaml")))
VERDICTS = ("see", "edit", "approve", "reject", "return")


def policy() -> list[str]:
    """Who may do what with chores and opening hours."""
    lines = [f"p, clerk, chore, {each}, own" for each in ("see", "create", "edit", "hand_in", "spread")]
    lines += [f"p, manager, chore, {each}, own" for each in (*VERDICTS, "finish")]
    lines += [f"p, area_manager, chore, {each}, below" for each in VERDICTS]
    lines += [f"p, director, chore, {each}, chain" for each in VERDICTS]
    return lines + [f"p, administrator, opening_hours, {each}, chain" for each in ("see", "create", "edit", "retire")]


def furnish(house: House) -> House:
    """The same house with these definitions."""
    house.publish(*TEXTS, policy=policy())
    return house


def stand_at(house: House, moment: str) -> None:
    """Put the clock to a moment of the chain's zone in a later year, so that days of the week are known."""
    house.be("adm").does("PUT", "clock", {"now": moment})


def now(house: House) -> datetime:
    """What time it is there."""
    return datetime.fromisoformat(house.be("adm").get("clock")["now"])


def keep_open(house: House, *days: dict[str, Any], store: str | None = None, until: str = "18:00") -> None:
    """Open from nine, Monday to Friday, at a store or everywhere; `days` are single ones."""
    hours = [{"day": day, "opens": "09:00", "closes": until} for day in range(1, 6)]
    values: dict[str, Any] = {"hours": hours, "days": list(days)}
    house.be("adm").makes("opening_hours", {**values, **({"store": {"code": store}} if store else {})})

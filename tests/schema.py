"""Every room's tables, as they stand in the checkout. Used by the fixtures and by the house tests."""

from __future__ import annotations

import importlib
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent / "engine"


def room_statements() -> tuple[tuple[str, str], ...]:
    """Import `engine/*/tables.py` of every room, in the order of their names, and give their `STATEMENTS`."""
    found: list[tuple[str, str]] = []
    for path in sorted(ENGINE.glob("*/tables.py")):
        module = importlib.import_module(f"engine.{path.parent.name}.tables")
        found.extend(getattr(module, "STATEMENTS", ()))
    return tuple(found)

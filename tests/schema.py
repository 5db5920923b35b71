"""Every room's tables, as they stand in the checkout. Used by the fixtures and by the house tests."""

from __future__ import annotations

import importlib
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent / "engine"


def room_modules() -> tuple[str, ...]:
    """The modules that define tables, in the order of their names."""
    paths = (path for path in sorted(ENGINE.glob("*/tables.py")) if "metadata" in path.read_text())
    return tuple(f"engine.{path.parent.name}.tables" for path in paths)


def room_statements() -> tuple[tuple[str, str], ...]:
    """Import every room's tables and give their `STATEMENTS`, in the same order."""
    modules = [importlib.import_module(name) for name in room_modules()]
    return tuple(each for module in modules for each in getattr(module, "STATEMENTS", ()))

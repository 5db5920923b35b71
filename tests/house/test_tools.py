"""Floors, types, style and dependencies, as the tools see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

BIN = Path(sys.executable).parent
TOOLS = {
    "floors": ("lint-imports", "--no-cache"),
    "types": ("mypy",),
    "style": ("ruff", "check", "."),
    "layout": ("ruff", "format", "--check", "."),
    "dependencies": ("deptry", "."),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_checkout_passes(tool: str) -> None:
    command = [str(BIN / TOOLS[tool][0]), *TOOLS[tool][1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""What is installed is whole: a wheel carries the pack, the frozen SQL and the pages beside the code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.source import ENGINE, ROOT

PACK = ("form_definitions", "workflow_definitions", "permissions", "templates")


@pytest.mark.long
def test_a_wheel_carries_the_engine_and_the_pack(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        inside = set(wheel.namelist())
    files = {path.relative_to(ROOT) for name in PACK for path in (ROOT / name).rglob("*") if path.is_file()}
    shipped = {path for path in files if path.parts[1] != "assets" or path.parts[2] == "built"}
    code = {path.relative_to(ROOT) for path in ENGINE.rglob("*") if path.suffix in (".py", ".sql", ".html", ".css")}
    assert len(shipped) > 30
    assert {f"engine/_library/{path}" for path in shipped} <= inside
    assert {str(path) for path in code} <= inside

"""Which fault is planted for which invariant, and how: copy, patch, run the one test, expect it to fail.

Used by the command `python -m tests.plants` and by the tests of this folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INVARIANTS = "tests/invariants"


@dataclass(frozen=True)
class Plant:
    """One fault: a patch against `engine/`, and the test that must turn red."""

    invariant: str
    patch: str
    test: str
    fault: str

    @property
    def file(self) -> Path:
        """The patch."""
        return HERE / self.patch


@dataclass(frozen=True)
class Found:
    """What became of one planted fault: `red`, `green`, or what went wrong."""

    word: str
    seconds: float
    said: str

    @property
    def red(self) -> bool:
        """Whether the test noticed."""
        return self.word == "red"


def _read() -> tuple[Plant, ...]:
    lines = (HERE / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(Plant(*line.split("\t")) for line in lines if line and not line.startswith("#"))


PLANTS = _read()


def copy(folder: Path) -> None:
    """Every file of the checkout that git knows, as it is now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def applies(each: Plant, folder: Path, *, check: bool) -> str:
    """Apply a patch (or only try to) below a folder; what git says against it, empty when it fits."""
    words = ["git", "apply", *(["--check"] if check else []), str(each.file)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def plant(each: Plant) -> Found:
    """Plant one fault in a copy and run its test there."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chainstock-plant-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        copy(folder)
        against = applies(each, folder, check=False)
        if against:
            return Found("unfit", time.monotonic() - start, against)
        done = run(each, folder)
        named = each.test.partition("::")[2].partition(" ")[0]
        if done.returncode == 1 and f"FAILED {INVARIANTS}" in done.stdout and named in done.stdout:
            word = "red"
        else:
            word = "green" if done.returncode == 0 else "broken"
        return Found(word, time.monotonic() - start, done.stdout[-3000:] + done.stderr[-2000:])


def run(each: Plant, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the test of a plant against the code in a folder; ` -k word` narrows it down."""
    test, _, narrowed = each.test.partition(" ")
    own = {key: value for key, value in os.environ.items() if not key.startswith(("CHAINSTOCK_", "PYTEST_"))}
    words = [sys.executable, "-m", "pytest", f"{INVARIANTS}/{test}", "-x", "-q", "--show-capture=no", "--tb=line"]
    words += ["-k", narrowed] if narrowed else []
    return subprocess.run(
        words,
        cwd=folder,
        env={**own, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

"""Writes the SQL of the first migration from the tables as they stand. Run by `make schema`; never at run time.

`python -m engine.database.freeze engine.ledger.tables ...`: the modules are named from outside, because the database
knows no room. What is released is frozen; later changes are revisions of their own.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.database.migrations import FOLDER, SEPARATOR
from engine.database.schema import URLS, spell_schema

REVISION = "0001"


def spell_revision(dialect: str, modules: Sequence[str]) -> str:
    """The text of the frozen file for one database; `modules` are those that define tables."""
    statements = [each for name in sorted(modules) for each in getattr(importlib.import_module(name), "STATEMENTS", ())]
    lines = [line.rstrip() for line in SEPARATOR.join(spell_schema(dialect, statements)).splitlines()]
    return "\n".join(lines) + "\n"


def write_files(modules: Sequence[str], folder: Path = FOLDER) -> None:
    """Write one file for each database."""
    for dialect in URLS:
        (folder / f"{REVISION}.{dialect}.sql").write_text(spell_revision(dialect, modules))


if __name__ == "__main__":
    write_files(sys.argv[1:])

"""What is asked of a report, and what comes of it. Used by the modules beside it and by operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.definitions.models import Form, Report
from engine.expressions import Environment, Expression
from engine.reports.stock import Ground

RECORD, ROW = "_record", "_row"
NOWHERE = Ground()


@dataclass(frozen=True)
class Asked:
    """What is asked of a report. `columns` are those that the reader sees; `scope` None is every org unit.

    `filter` and `sort` name columns. `only` are chosen rows, by record and row: the others are left out.
    """

    report: Report
    forms: Mapping[str, Form]
    columns: tuple[str, ...]
    environment: Environment
    scope: frozenset[str] | None = None
    filter: Expression | None = None
    sort: Sequence[tuple[str, bool]] = ()
    limit: int = 50
    cursor: str | None = None
    before: str | None = None
    count: bool = False
    totals: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] | None = None
    owner: str = ""
    secret: bytes = b""
    ground: Ground = NOWHERE
    asked: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True)
class Line:
    """One row: its values by column, and, where it stands for one record or row, which."""

    values: Mapping[str, Any]
    record: str | None = None
    row: str | None = None


@dataclass(frozen=True)
class Page:
    """Some rows, the cursors of what follows and went before, how many there are (stops at 1,001), and sums."""

    items: tuple[Line, ...]
    next: str | None
    previous: str | None
    count: int | None = None
    totals: Mapping[str, Decimal | int | None] | None = None

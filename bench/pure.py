"""What needs no database: an expression that was compiled, and a decision of rights. Used by `python -m bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median

from bench.result import Figure
from engine import bootstrap
from engine.access.directory import Assignment, Directory, Person, Unit
from engine.access.matrix import Matrix
from engine.definitions import read_library
from engine.expressions import Environment
from engine.settings import pack_folder

TURNS = 5


def measure(times: int = 100_000) -> list[Figure]:
    """Both, with the library of the pack."""
    library = read_library((pack_folder(),), bootstrap.FIELD_AND_EFFECTS).library
    assert library is not None
    formula = library.forms["transfer"].field("lines.value")
    assert formula is not None
    assert formula.compute is not None
    compute = formula.compute
    row = {"approved": Decimal(7), "unit_cost": Decimal("1.25")}
    world = Environment({"row": row}, None, datetime.now(UTC), date.today(), fuel=10**12)  # type: ignore[arg-type]
    seconds = _each(lambda: compute.evaluate(world), times)
    floor = _each(lambda: round(row["approved"] * row["unit_cost"], 2), times)
    matrix = Matrix(library.rights)
    directory = Directory(
        [Unit("r", "region", "R", None), Unit("s", "store", "S", "r")],
        [Person("p", "p", "P", "en", True)],
        [Assignment("p", "clerk", "s", None, None)],
        date.today(),
    )
    decided = _each(lambda: matrix.reach("p", "transfer", "ship", directory), times)
    return [
        Figure(
            f"expression {compute.text}", ">= 1,000,000/s", f"{1 / seconds:,.0f}/s", floor / seconds, TURNS,
            "floor: the same in plain Python",
        ),
        Figure("rights decision", "<= 5 us", f"{decided * 1e6:.2f} us", None, TURNS),
    ]  # fmt: skip


def _each(work: Callable[[], object], times: int) -> float:
    """Median seconds of one."""
    found: list[float] = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - begun) / times)
    return median(found)

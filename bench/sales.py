"""Recorded sales of a chain, as tickets of at most 20 rows. Read by `real_input` from a folder of the user's.

`weekly`: one line per store, product and week with units and price. `daily`: one line per item and store with a column
per day. Every figure that is not zero becomes one row of one ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

LONGEST = 20
USUAL_PRICE = "2.00"
"""Where the data has no price."""

Row = tuple[str, int, str]
"""Item, quantity, price."""


class Ticket(NamedTuple):
    """What one till sold at once; `number` tells apart the tickets of a store."""

    store: str
    number: int
    rows: tuple[Row, ...]


def read(folder: Path, chain: str) -> pl.DataFrame:
    """Sales as `store, at, item, units, price`, none of them zero, in the order of stores and time."""
    frame = _weekly(folder) if chain == "weekly" else _daily(folder)
    return frame.filter(pl.col("units") > 0).sort("store", "at", "item")


def _weekly(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(next(folder.glob("*weekly*.parquet")))
    price = pl.col("price").fill_nan(None).fill_null(2.0).cast(pl.Decimal(12, 2)).cast(pl.String)
    return frame.select(
        pl.col("store_id").alias("store"),
        pl.col("week").cast(pl.Int32).alias("at"),
        pl.col("upc_id").alias("item"),
        pl.col("units").cast(pl.Int64),
        price.alias("price"),
    )


def _daily(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(next(folder.glob("*daily*.parquet")))
    days = {name: number for number, name in enumerate(sorted(set(frame.columns) - {"item", "store"}))}
    long = frame.unpivot(index=["item", "store"], variable_name="day", value_name="units")
    return long.select(
        "store",
        pl.col("day").replace_strict(days, return_dtype=pl.Int32).alias("at"),
        "item",
        pl.col("units").cast(pl.Int64),
        pl.lit(USUAL_PRICE).alias("price"),
    )


def tickets(frame: pl.DataFrame, store: str) -> Iterator[Ticket]:
    """The tickets of one store: what was sold at one time, 20 rows each."""
    number = 0
    for (_at,), part in frame.filter(pl.col("store") == store).group_by(["at"], maintain_order=True):
        rows = list(zip(part["item"].to_list(), part["units"].to_list(), part["price"].to_list(), strict=True))
        for first in range(0, len(rows), LONGEST):
            yield Ticket(store, number, tuple(rows[first : first + LONGEST]))
            number += 1


def sold(frame: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Units by store and item."""
    sums = frame.group_by("store", "item").agg(pl.col("units").sum())
    return {(store, item): units for store, item, units in sums.iter_rows()}

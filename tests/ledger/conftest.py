"""A ledger with items charted and something in store, on both databases."""

from __future__ import annotations

import pytest

from engine.database import Database
from tests.ledger.making import ONE, SUPPLIER, chart_items, move, post_moves


@pytest.fixture
def ledger(database: Database) -> Database:
    """Items are charted; ten apples and 2.5 kg of rice are at `one`."""
    chart_items(database)
    post_moves(database, move(10, SUPPLIER, ONE), move("2.5", SUPPLIER, ONE, "rice"), source="opening")
    return database

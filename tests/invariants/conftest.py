"""Chains for the tests of the invariants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.invariants.building import Chain


@pytest.fixture
def house(small_url: str, tmp_path: Path) -> Iterator[Chain]:
    """The chain `small` in this process, with a till in S01; once on each kind of database."""
    chain = Chain(small_url, tmp_path / "data")
    till = {"person": chain.be("clerk1c").actor.person, "role": "till", "at": chain.id("store", "S01")}
    chain.be("adm").makes("assignment", till)
    yield chain
    chain.close()

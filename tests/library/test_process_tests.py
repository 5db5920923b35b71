"""The process tests that lie beside the pack's workflows: all of them pass, and say of each process what matters."""

from __future__ import annotations

import pytest

from engine import chores
from engine.definitions import Loaded
from engine.operations.testing import Outcome
from engine.settings import pack_folder

PROCESSES = {"transfer", "purchase_order", "count", "write_off"}


@pytest.fixture(scope="module")
def played() -> tuple[Loaded, list[Outcome]]:
    """The pack with what its tests came to."""
    loaded, outcomes = chores.test(pack_folder())
    return loaded, list(outcomes)


def test_every_process_test_of_the_pack_passes(played: tuple[Loaded, list[Outcome]]) -> None:
    loaded, outcomes = played
    told = [f"{each.file}:{each.line}: {each.message['en']}" for one in outcomes for each in one.findings]
    assert told == []
    cases = [(each.name, case.name) for each in loaded.tests for case in each.cases]
    assert [(each.tests, each.case) for each in outcomes] == cases


def test_the_processes_that_move_goods_are_tested_with_a_refusal_and_their_stock(
    played: tuple[Loaded, list[Outcome]],
) -> None:
    by_name = {each.name: each for each in played[0].tests}
    assert by_name.keys() >= PROCESSES
    for name in sorted(PROCESSES):
        steps = [step for case in by_name[name].cases for step in case.steps]
        assert any("refused" in step.data for step in steps), name
        assert any({"stock", "movements"} & set(step.expected) for step in steps), name
        assert all("title" in case for case in by_name[name].marked.data["cases"].values()), name

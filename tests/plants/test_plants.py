"""Every invariant has a planted fault that fits the engine as it is; the long test shows that each is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plants.planting import INVARIANTS, PLANTS, ROOT, Plant, applies, copy, plant

WANTED = [f"I{number:02}" for number in (*range(1, 10), *range(12, 23), 24)]


def test_every_invariant_has_its_plant_and_every_plant_its_test() -> None:
    assert [each.invariant for each in PLANTS] == WANTED
    for each in PLANTS:
        file, _, name = each.test.split(" ")[0].partition("::")
        assert f"def {name}(" in (ROOT / INVARIANTS / file).read_text(encoding="utf-8"), each
        changed = [line for line in each.file.read_text(encoding="utf-8").splitlines() if line.startswith("+++ ")]
        assert changed
        assert all(line.startswith("+++ b/engine/") for line in changed)


def test_every_patch_applies(tmp_path: Path) -> None:
    copy(tmp_path)
    against = {each.invariant: said for each in PLANTS if (said := applies(each, tmp_path, check=True))}
    assert not against


@pytest.mark.long
@pytest.mark.parametrize("each", PLANTS, ids=lambda each: each.invariant)
def test_a_planted_fault_turns_its_test_red(each: Plant) -> None:
    found = plant(each)
    assert found.red, f"{found.word}\n{found.said}"

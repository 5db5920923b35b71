"""The table of the scenarios: what it counts."""

from __future__ import annotations

from tests.scenarios.table import Table, changed


def test_lines_are_counted_once_each() -> None:
    before = "a: 1\nb: 2\n\n# a remark\nc: 3\n"
    assert changed(before, before + "\n# another\n") == 0
    assert changed(before, before.replace("b: 2", "b: 4")) == 1
    assert changed(before, before.replace("b: 2\n", "")) == 1
    assert changed("", before) == 3
    assert changed(before, before.replace("b: 2", "b: 4\nd: 5")) == 2


def test_a_scenario_has_passed_when_all_its_tests_have() -> None:
    table = Table()
    for failed, lines in ((False, 3), (True, 12), (False, 7)):
        table.add("tests/scenarios/test_chg_01.py::test_x[sqlite]", failed=failed, seconds=0.5, lines=lines)
    table.add("tests/scenarios/test_t12.py::test_y", failed=False, seconds=2, lines=40)
    table.add("tests/scenarios/test_open.py::test_z", failed=True, seconds=9, lines=0)
    assert [line.split() for line in table.told()] == [
        ["scenario", "passed", "lines", "seconds"],
        ["CHG-01", "NO", "12", "1.5"],
        ["T12", "yes", "40", "2.0"],
    ]

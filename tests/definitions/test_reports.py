"""What a report may say, and what is found when it says something else, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.models import Report
from tests.definitions.sample import FILES, read

FILE = "form_definitions/reports/asked.yaml"
POLICY = "permissions/policy.csv"
REPORT = """\
format: 1
report: asked
title: {en: Asked, zh: 申请}
over: request.lines
where: it.state == 'open'
columns:
  shop: {value: it.shop}
  state: {value: it.state}
  month: {value: it.created, per: month}
  good: {value: row.good}
  requests: {count: true}
  much: {count: row.asked > 5}
  pieces: {sum: row.asked, of: good}
  dear: {max: row.good.cost}
  mean: {formula: "round(pieces / requests, 2)"}
sort: [-month, shop]
"""
LINE = "p, boss, asked, see, chain\n"


def files(old: str = "", new: str = "", line: str = LINE) -> dict[str, str]:
    """The sample with the report, said otherwise."""
    assert REPORT.count(old) == 1 or not old, old
    return {**FILES, FILE: REPORT.replace(old, new) if old else REPORT, POLICY: FILES[POLICY] + line}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """The report as it is read."""
    loaded = read(tmp_path, files())
    assert loaded.library is not None, loaded.findings
    return loaded.library.reports["asked"]


def test_a_report_is_read_as_a_form_that_nobody_fills(report: Report) -> None:
    assert (report.source, report.table, report.grouped) == ("request", "lines", True)
    types = {name: field.type for name, field in report.form.fields.items()}
    assert types == {
        "shop": "reference",
        "state": "choice",
        "month": "date",
        "good": "reference",
        "requests": "integer",
        "much": "integer",
        "pieces": "quantity",
        "dear": "money",
        "mean": "decimal",
    }
    assert report.sort == (("month", True), ("shop", False))
    assert next(each.value for each in report.form.fields["state"].options["options"]) == "draft"
    assert report.form.fields["good"].options["to"] == "good"


FAULTS = [
    ("over: request.lines", "over: requests", "unknown_name", "over:"),
    ("over: request.lines", "over: request.line", "unknown_name", "over:"),
    ("it.state == 'open'", "it.stat == 'open'", "unknown_field", "where:"),
    ("it.state == 'open'", "row.asked / 3 > 1", "not_for_reports", "where:"),
    ("it.state == 'open'", "on_hand(row.good, it.shop) > 1", "not_for_reports", "where:"),
    ("{sum: row.asked, of: good}", "{sum: it.state}", "column", "  pieces:"),
    ("{sum: row.asked, of: good}", "{sum: row.asked, count: true}", "column", "  pieces:"),
    ("{sum: row.asked, of: good}", "{of: good}", "column", "  pieces:"),
    ("{value: it.created, per: month}", "{value: it.state, per: month}", "column", "  month:"),
    ("{value: it.created, per: month}", "{max: it.created, per: month}", "column", "  month:"),
    ("{value: it.created, per: month}", "{value: it.created, per: decade}", "not_an_option", "  month:"),
    ("{value: row.good}", "{value: it.lines}", "column", "  good:"),
    ("round(pieces / requests, 2)", "round(piece / requests, 2)", "unknown_name", "  mean:"),
    ("round(pieces / requests, 2)", "mean + 1", "unknown_name", "  mean:"),
    ("sort: [-month, shop]", "sort: [-months]", "unknown_name", "sort:"),
    ("sort: [-month, shop]", "sort: [mean]", "unknown_name", "sort:"),
    ("title: {en: Asked, zh: 申请}\n", "", "missing", "format:"),
    ("sort: [-month, shop]", "colour: red", "unknown_word", "colour:"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line"), FAULTS)
def test_what_a_report_says_wrongly_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, code: str, line: str
) -> None:
    words = files(old, new)
    found = [each for each in read(tmp_path, words).findings if each.severity == "error"]
    assert [(each.file, each.code) for each in found] == [(FILE, code)]
    assert words[FILE].split("\n")[found[0].line - 1].startswith(line)


def test_a_report_may_not_be_called_like_a_form(tmp_path: Path) -> None:
    words = {**FILES, "form_definitions/reports/good.yaml": REPORT.replace("report: asked", "report: good")}
    assert [each.code for each in read(tmp_path, words).findings if each.severity == "error"] == ["duplicate"]


@pytest.mark.parametrize(
    "line", ["p, boss, asked, create, chain\n", "p, boss, asked.nothing, see, chain\n", "p, boss, askedd, see, chain\n"]
)
def test_lines_of_the_policy_name_what_a_report_has(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, files(line=LINE + line)).findings
    assert [(each.file, each.code) for each in found if each.severity == "error"] == [(POLICY, "unknown_name")]

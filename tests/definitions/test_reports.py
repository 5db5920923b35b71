"""What a report may say, and what is found when it says something else, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions import read_library
from engine.definitions.models import RecordPlace, Report
from engine.definitions.schemas.meanings import SAMPLE, pages
from engine.definitions.stocked import STOCK as OVER
from engine.definitions.stocked import stock_form
from tests.definitions.sample import FILES, VOCABULARY, read

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
ORDER = """\
transitions:
  order: {by: [boss at chain], rows: chosen, do: {one: {notify: {to: [boss at chain], template: told}}}}
"""


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
STOCK = """\
format: 1
report: asked
title: {en: Asked, zh: 申请}
over: stock.balances
where: row.on_hand > 0
columns:
  region: {value: row.region}
  part: {value: row.part}
  good: {value: row.good}
  free: {sum: row.available, of: good}
  worth: {sum: row.on_hand * row.good.cost}
"""
STOCK_FAULTS = [
    ("over: stock.balances", "over: stock", "unknown_name", "over:"),
    ("over: stock.balances", "over: stock.balance", "unknown_name", "over:"),
    ("over: stock.balances", "over: stocks.balances", "unknown_name", "over:"),
    ("row.on_hand > 0", "row.change > 0", "unknown_field", "where:"),
    ("row.on_hand > 0", "it.on_hand > 0", "unknown_name", "where:"),
    ("row.on_hand > 0", "row.part == 'cellar'", "unknown_option", "where:"),
    ("row.on_hand > 0", "remaining(row, 'request') > 0", "not_for_reports", "where:"),
    ("{value: row.region}", "{value: row.shop.number}", "", ""),
    ("{value: row.region}", "{value: row.request}", "unknown_field", "  region:"),
    ("{value: row.region}", "{value: row.id}", "unknown_field", "  region:"),
    ("  worth: {sum: row.on_hand * row.good.cost}\n", ORDER, "not_records", "transitions:"),
]


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


def stocked(old: str = "", new: str = "") -> dict[str, str]:
    """The sample with a report over stock, said otherwise."""
    assert STOCK.count(old) == 1 or not old, old
    return {**FILES, FILE: STOCK.replace(old, new) if old else STOCK, POLICY: FILES[POLICY] + LINE}


def test_a_report_over_stock_names_what_lines_refer_to_by_forms(tmp_path: Path) -> None:
    loaded = read(tmp_path, stocked())
    assert loaded.library is not None, loaded.findings
    report = loaded.library.reports["asked"]
    assert {name: (field.type, field.options.get("to")) for name, field in report.form.fields.items()} == {
        "region": ("reference", "region"),
        "part": ("choice", None),
        "good": ("reference", "good"),
        "free": ("quantity", None),
        "worth": ("money", None),
    }
    assert [each.value for each in report.form.fields["part"].options["options"]] == ["damaged", "transit", "loss"]


@pytest.mark.parametrize(("old", "new", "code", "line"), STOCK_FAULTS)
def test_what_a_report_over_stock_says_wrongly_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, code: str, line: str
) -> None:
    words = stocked(old, new)
    found = [each for each in read(tmp_path, words).findings if each.severity == "error"]
    assert [(each.file, each.code) for each in found] == ([(FILE, code)] if code else [])
    assert all(words[FILE].split("\n")[each.line - 1].startswith(line) for each in found)


def test_the_reference_names_everything_that_lines_of_stock_have() -> None:
    sample = read_library([SAMPLE], VOCABULARY).library
    assert sample is not None
    sections = [section for page in pages() for section in page.sections if section.schema == OVER]
    told = {each.at[0]: each.means for section in sections for each in section.meanings}
    stock = stock_form(sample.forms, {"loss": RecordPlace("loss", {}, "loss")})
    assert set(told) == {f"stock.{table}" for table in stock.fields}
    for table, field in stock.fields.items():
        plain = {each.name for each in field.fields.values() if each.type != "reference" or each.name == "person"}
        assert all(f"`{each}`" in told[f"stock.{table}"] for each in plain)

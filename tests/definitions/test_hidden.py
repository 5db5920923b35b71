"""What is worked out from a hidden field is at least as hidden: every way round is found out before it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions.sample import FILES, LIBRARY_FILE, REQUEST_FILE, read

BOSS = "sees: {by: [boss at chain]}"
HEADER = "  total: {type: money,"
ROW = "      value: {type: money,"


def with_field(header: str = "", row: str = "", library: str = "") -> dict[str, str]:
    """The sample with a field more in the request's header or rows, and facts more in the library."""
    words = FILES[REQUEST_FILE]
    assert words.count(HEADER) == words.count(ROW) == 1
    words = words.replace(HEADER, f"  {header}\n{HEADER}" if header else HEADER)
    words = words.replace(ROW, f"      {row}\n{ROW}" if row else ROW)
    return {**FILES, REQUEST_FILE: words, LIBRARY_FILE: FILES[LIBRARY_FILE] + library}


def leaks(folder: Path, files: dict[str, str]) -> list[str]:
    """The lines at which something hidden would show."""
    found = [each for each in read(folder, files).findings if each.code == "leak"]
    assert {each.severity for each in found} <= {"error"}
    return [files[each.file].split("\n")[each.line - 1].split(":")[0].strip() for each in found]


FACT = """\
  cost_of_requests:
    for: {good: good}
    sum: row.value
    over: request.lines
    where: row.good == good
"""
COUNTED = """\
  dear_requests:
    for: {good: good}
    over: request.lines
    where: row.good == good and row.value > 5
"""
THROUGH_FACT = """\
  dear_goods:
    for: {shop: shop}
    over:
      requests: {of: request.lines, sum: row.good.cost, where: it.shop == shop}
"""
OPEN_FACT = """\
  asked_requests:
    for: {good: good}
    sum: row.asked
    over: request.lines
    where: row.good == good
"""

SHOWN_IN_HEADER = {
    "a sum of a hidden column": "extra: {type: money, compute: sum(lines.value)}",
    "a sum of a product": "extra: {type: money, compute: 'round(sum(lines, row.value * 2), 2)'}",
    "a copy": "extra: {type: money, default: record.total}",
    "a default of a hidden column": "extra: {type: money, default: sum(lines.cost)}",
    "a condition": "extra: {type: integer, compute: 1 if record.total > 5 else 0}",
    "a branch": "extra: {type: money, compute: record.total if record.shop.open else 0}",
    "a count of rows by a hidden column": "extra: {type: integer, compute: 'count(lines, row.value > 5)'}",
    "whether any row has it": "extra: {type: boolean, compute: 'any(lines, row.value > 5)'}",
    "the first row's": "extra: {type: money, compute: first(lines.value)}",
    "the greatest": "extra: {type: money, compute: max(lines.value)}",
    "seen by other people": "extra: {type: money, compute: sum(lines.value), sees: {by: [clerk at shop]}}",
    "seen by more people": "extra: {type: money, compute: record.total, sees: {by: [boss at chain, clerk at shop]}}",
    "seen by the writer": "extra: {type: money, compute: sum(lines.value), sees: {by: [writer]}}",
    "another record's field over the rows": "extra: {type: money, live: 'sum(lines, row.good.cost)'}",
    "a live copy": "extra: {type: money, live: record.total}",
    "a stored live copy": "extra: {type: money, live: record.total, fixed_at: submit}",
}


@pytest.mark.parametrize("name", SHOWN_IN_HEADER)
def test_a_header_field_that_would_show_a_hidden_one_is_found(tmp_path: Path, name: str) -> None:
    assert leaks(tmp_path, with_field(header=SHOWN_IN_HEADER[name])) == ["extra"]


SHOWN_IN_ROW = {
    "a product": "extra: {type: money, compute: 'round(row.given * row.cost, 2)'}",
    "a copy": "extra: {type: money, default: row.cost}",
    "another record's field": "extra: {type: money, live: row.good.cost}",
    "a default from another record": "extra: {type: money, default: row.good.cost}",
    "another record's field, seen by others": "extra: {type: money, live: row.good.cost, sees: {by: [clerk at shop]}}",
    "a comparison with another record": "extra: {type: boolean, live: row.good.cost > 5}",
    "the header's": "extra: {type: money, compute: record.total}",
}


@pytest.mark.parametrize("name", SHOWN_IN_ROW)
def test_a_field_of_a_row_that_would_show_a_hidden_one_is_found(tmp_path: Path, name: str) -> None:
    assert "extra" in leaks(tmp_path, with_field(row=SHOWN_IN_ROW[name]))


@pytest.mark.parametrize(("fact", "call"), [(FACT, "cost_of_requests"), (COUNTED, "dear_requests")])
def test_a_fact_over_a_hidden_field_is_as_hidden(tmp_path: Path, fact: str, call: str) -> None:
    kind = "money" if fact is FACT else "integer"
    row = f"extra: {{type: {kind}, live: {call}(row.good)}}"
    assert leaks(tmp_path / "a", with_field(row=row, library=fact)) == ["extra"]
    hidden = row.replace("}", f", {BOSS}}}")
    assert leaks(tmp_path / "b", with_field(row=hidden, library=fact)) == []


def test_a_fact_over_what_a_reference_hides_is_as_hidden(tmp_path: Path) -> None:
    header = "extra: {type: money, live: dear_goods(record.shop)}"
    assert leaks(tmp_path, with_field(header=header, library=THROUGH_FACT)) == ["extra"]


def test_a_fact_over_what_everybody_sees_may_be_shown(tmp_path: Path) -> None:
    row = "extra: {type: quantity, of: good, live: asked_requests(row.good)}"
    assert leaks(tmp_path, with_field(row=row, library=OPEN_FACT)) == []


KEPT = {
    "as hidden as another record's": f"extra: {{type: money, live: 'sum(lines, row.good.cost)', {BOSS}}}",
    "as hidden": f"extra: {{type: money, compute: sum(lines.value), {BOSS}}}",
    "more hidden by a condition": f"extra: {{type: money, live: record.total, {BOSS[:-1]}, when: record.shop.open}}}}",
    "another field": "extra: {type: quantity, compute: sum(lines.asked)}",
    "another record's open field": "extra: {type: text, live: record.shop.name}",
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_shows_nothing_is_left_alone(tmp_path: Path, name: str) -> None:
    assert leaks(tmp_path, with_field(header=KEPT[name])) == []


def test_a_table_that_is_hidden_hides_its_columns(tmp_path: Path) -> None:
    files = with_field(header="extra: {type: quantity, compute: sum(lines.asked)}")
    files[REQUEST_FILE] = files[REQUEST_FILE].replace("    minimum: 1\n", f"    minimum: 1\n    {BOSS}\n")
    assert leaks(tmp_path, files) == ["extra"]


def test_hidden_only_sometimes_is_not_as_hidden_as_always(tmp_path: Path) -> None:
    narrow = "sees: {by: [boss at chain], when: record.shop.open}"
    files = with_field(header=f"extra: {{type: money, compute: sum(lines.value), {BOSS}}}")
    files[REQUEST_FILE] = files[REQUEST_FILE].replace(f'row.cost, 2)", {BOSS}', f'row.cost, 2)", {narrow}')
    assert leaks(tmp_path, files) == ["extra", "total"]


def test_what_is_hidden_in_an_overlay_is_proved_there_too(tmp_path: Path) -> None:
    overlay = (
        "format: 1\noverlay: west\nover: base\napplies_to: it.code == 'W'\nchange:\n  form request:\n    fields:\n"
        "      extra: {type: money, compute: sum(lines.value), after: total}\n"
    )
    assert leaks(tmp_path, {**FILES, "form_definitions/west.yaml": overlay}) == ["extra"]


def test_who_holds_a_role_somewhere_is_among_those_who_hold_it_anywhere(tmp_path: Path) -> None:
    good = "form_definitions/masters/good.yaml"
    own = "sees: {by: [clerk at shop, boss at chain]}"
    files = with_field(row=f"extra: {{type: money, live: row.good.cost, {own}}}")
    assert leaks(tmp_path / "a", files) == ["extra"]
    anywhere = files[good].replace(BOSS, "sees: {by: [clerk below chain, boss at chain]}")
    assert leaks(tmp_path / "b", {**files, good: anywhere}) == []


def test_a_field_of_another_record_of_the_same_form_is_another_field(tmp_path: Path) -> None:
    good = "form_definitions/masters/good.yaml"
    more = "  parent: {type: reference, to: good}\n  extra: {type: money, live: record.parent.cost}\n"
    assert leaks(tmp_path, {**FILES, good: FILES[good] + more}) == ["extra"]

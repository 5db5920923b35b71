"""What `lookup` asks for is there: the form, and each field that it is looked up by; else it is found at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions.sample import FILES, read

FILE = "form_definitions/documents/request.yaml"
COST = "live: row.good.cost, fixed_at: submit"
CASES = [
    ("lookup('good', code='A').cost", None, None),
    ("lookup('good', code='A', active=true, on=today).cost", None, None),
    ("lookup('shop', region=nearest(record.shop)).code == 'A'", "type", None),
    ("lookup('good', kode='A').cost", "unknown_field", "code"),
    ("lookup('good', code='A', number='7').cost", "unknown_field", None),
    ("lookup('good', state='active').cost", "unknown_field", None),
    ("lookup('request', lines=row.good).total", "unknown_field", None),
    ("lookup('goods', code='A').cost", "unknown_name", "good"),
]


@pytest.mark.parametrize(("asked", "code", "meant"), CASES)
def test_a_lookup_by_what_is_not_there_is_found_at_its_line(
    tmp_path: Path, asked: str, code: str | None, meant: str | None
) -> None:
    assert FILES[FILE].count(COST) == 1
    files = {**FILES, FILE: FILES[FILE].replace(COST, f'live: "{asked}", fixed_at: submit')}
    found = [each for each in read(tmp_path, files).findings if each.severity == "error"]
    assert [each.code for each in found] == ([code] if code else [])
    for each in found:
        assert (each.file, files[FILE].split("\n")[each.line - 1].strip().split(":")[0]) == (FILE, "cost")
        assert meant is None or meant in str(each.hint)

"""The life of definitions on both databases: the pack comes back byte for byte, fields keep their numbers for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.database import Database
from engine.definitions import Loaded, changes, diff, pull, read_library, shelf
from engine.definitions.models import Form
from engine.settings import pack_folder
from tests.definitions.sample import FILES, FLOW_FILE, FORMS, REQUEST_FILE, VOCABULARY, lay, read

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ASKED = "      asked: {type: quantity,"
REASON = "  reason: {type: choice,"


def put(database: Database, loaded: Loaded) -> int:
    """Publish what must be good."""
    assert loaded.library is not None, loaded.findings
    return database.transaction(lambda connection: shelf.publish(connection, loaded, "adm", "", AT, VOCABULARY))


def form(database: Database, version: int, name: str = "request") -> Form:
    """A form as a version says it."""
    with database.reading() as connection:
        return shelf.load(connection, version, VOCABULARY).forms[name]


def number(of: Form, path: str) -> int:
    """A field's number."""
    found = of.field(path)
    assert found is not None, path
    return found.number


def said(files: Mapping[str, str], *swaps: tuple[str, str, str]) -> dict[str, str]:
    """The files with words exchanged; every one must be there."""
    made = dict(files)
    for file, old, new in swaps:
        assert old in made[file], (file, old)
        made[file] = made[file].replace(old, new)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_the_pack_is_published_and_pulled_byte_for_byte(database: Database, tmp_path: Path) -> None:
    loaded = read_library([pack_folder()], VOCABULARY)
    put(database, loaded)
    with database.reading() as connection:
        pull(connection, tmp_path / "out")
    pulled = contents(tmp_path / "out")
    assert pulled == {each.path: (pack_folder() / each.path).read_bytes() for each in loaded.documents}
    again = read_library([tmp_path / "out"], VOCABULARY)
    assert again.library is not None
    assert loaded.library is not None
    assert again.library.hash == loaded.library.hash
    assert put(database, again) == 1


def test_two_layers_are_pulled_each_into_its_folder(database: Database, tmp_path: Path) -> None:
    over = {
        f"{FORMS}/library.yaml": "format: 1\nlibrary: acme\ntitle: {en: Acme}\nlayers: [base, acme, west]\n",
        f"{FORMS}/west.yaml": "format: 1\noverlay: west\nover: base\nchange:\n  form request:\n    title: {en: Own}\n",
        "permissions/policy.csv": "p, clerk, good, see, own\n",
    }
    folders = [lay(tmp_path / "a"), lay(tmp_path / "b", over)]
    loaded = read_library(folders, VOCABULARY)
    version = put(database, loaded)
    with database.reading() as connection:
        pull(connection, tmp_path / "out")
    assert contents(tmp_path / "out" / "layer_0") == contents(tmp_path / "a")
    assert contents(tmp_path / "out" / "layer_1") == contents(tmp_path / "b")
    assert form(database, version).title == {"en": "Own", "zh": "申请"}


def test_a_pulled_version_is_the_one_that_was_named(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "a"))
    put(database, read(tmp_path / "b", said(FILES, (FLOW_FILE, "after: 3d", "after: 9d"))))
    for version, words in ((1, "after: 3d"), (2, "after: 9d")):
        with database.reading() as connection:
            pull(connection, tmp_path / f"out{version}", version)
        assert words in (tmp_path / f"out{version}" / FLOW_FILE).read_text()


def test_a_field_keeps_its_number_through_many_names(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "0"))
    first = number(form(database, 1), "reason")
    for step, (old, new) in enumerate((("reason", "why"), ("why", "cause"), ("cause", "purpose")), 1):
        files = said(
            FILES,
            (REQUEST_FILE, REASON, f"  {new}: {{was: {old}, type: choice,"),
            (FLOW_FILE, "fields: [shop, reason,", f"fields: [shop, {new},"),
        )
        version = put(database, read(tmp_path / str(step), files))
        assert number(form(database, version), new) == first
    assert number(form(database, 1), "reason") == first


def test_a_column_keeps_its_number_when_it_and_its_table_are_renamed(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "a"))
    old = form(database, 1)
    files = dict(FILES)
    for file in (REQUEST_FILE, FLOW_FILE):
        files[file] = files[file].replace("lines", "rows_of_it")
    files[f"{FORMS}/library.yaml"] = files[f"{FORMS}/library.yaml"].replace("request.lines", "request.rows_of_it")
    files = said(
        files,
        (REQUEST_FILE, "  rows_of_it:\n", "  rows_of_it:\n    was: lines\n"),
    )
    version = put(database, read(tmp_path / "b", files))
    new = form(database, version)
    assert number(new, "rows_of_it") == number(old, "lines")
    for column in ("good", "asked", "given", "cost", "value"):
        assert number(new, f"rows_of_it.{column}") == number(old, f"lines.{column}")


def test_a_field_that_comes_back_has_its_old_number_and_a_new_one_never_takes_it(
    database: Database, tmp_path: Path
) -> None:
    note, other = "  note: {type: text}\nrules:\n", "  other: {type: text}\nrules:\n"
    put(database, read(tmp_path / "a", said(FILES, (REQUEST_FILE, "rules:\n", note))))
    put(database, read(tmp_path / "b", said(FILES, (REQUEST_FILE, "rules:\n", other))))
    put(database, read(tmp_path / "c", said(FILES, (REQUEST_FILE, "rules:\n", note))))
    first, second, third = (form(database, version) for version in (1, 2, 3))
    assert number(first, "note") == number(third, "note") != number(second, "other")
    assert number(second, "other") > max(number(first, path) for path in ("note", "lines.value", "total"))


def test_numbers_are_the_same_whatever_the_order_of_the_fields(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "a"))
    old = form(database, 1)
    total = next(line for line in FILES[REQUEST_FILE].split("\n") if line.startswith("  total:"))
    moved = said(
        FILES, (REQUEST_FILE, f"{total}\n", ""), (REQUEST_FILE, "fields:\n  shop", f"fields:\n{total}\n  shop")
    )
    new = form(database, put(database, read(tmp_path / "b", moved)))
    assert next(iter(new.fields)) == "total"
    paths = (
        "shop",
        "reason",
        "lines",
        "total",
        "lines.good",
        "lines.asked",
        "lines.given",
        "lines.cost",
        "lines.value",
    )
    assert [number(new, path) for path in paths] == [number(old, path) for path in paths]


DIFFERENCES = [
    (FLOW_FILE, "after: 3d", "after: 4d", "workflow request.timers.late.after: '3d' -> '4d'"),
    (FLOW_FILE, "start: draft", "start: open", "workflow request.start: 'draft' -> 'open'"),
    (FLOW_FILE, ", system]\n    asks", "]\n    asks", None),
    (FLOW_FILE, "    required: [lines.given]\n", "", "workflow request.transitions.send.required is gone"),
    (REQUEST_FILE, "minimum: 1", "minimum: 2", "form request.fields.lines.minimum: 1 -> 2"),
    (REQUEST_FILE, "rules:\n", "  note: {type: text}\nrules:\n", "form request.fields.note is new"),
    (REQUEST_FILE, "index: true, ", "", "form request.fields.total.index is gone"),
    ("permissions/policy.csv", "stock, see, chain", "stock, see, own", None),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), DIFFERENCES)
def test_a_difference_is_said_in_words_and_by_line(
    tmp_path: Path, file: str, old: str, new: str, words: str | None
) -> None:
    texts = [
        {each.key: each.text for each in read(tmp_path / name, files).documents}
        for name, files in (("a", FILES), ("b", said(FILES, (file, old, new))))
    ]
    told = [each["en"] for each in changes(*texts)]
    assert len(told) == 1
    assert words is None or told == [words]
    lines = diff(*texts)
    assert {line[0] for line in lines[2:]} <= {" ", "-", "+", "@"}
    assert any(line[0] in "+-" for line in lines[2:])
    assert changes(texts[0], texts[0]) == diff(texts[1], texts[1]) == ()

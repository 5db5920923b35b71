"""Published versions: numbers go up, texts come back byte for byte, fields keep their numbers, nothing is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.definitions import Loaded, changes, diff, pull, shelf
from engine.definitions.loading import load_documents
from engine.definitions.models import Library
from engine.definitions.order import all_fields
from engine.definitions.tables import definition, definition_text, definition_version, field_number
from engine.errors import Refusal
from tests.definitions.sample import FILES, FLOW_FILE, REQUEST_FILE, VOCABULARY, changed, read

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
RENAMED = "  reason: {type: choice, options: reason, required: true}"


def put(database: Database, loaded: Loaded, note: str = "") -> int:
    """Publish."""
    return database.transaction(lambda connection: shelf.publish(connection, loaded, "adm", note, AT, VOCABULARY))


def test_numbers_go_up_and_history_says_who_and_why(database: Database, tmp_path: Path) -> None:
    first = put(database, read(tmp_path / "a"), "first")
    second = put(database, read(tmp_path / "b", changed(FLOW_FILE, "after: 3d", "after: 4d")), "slower")
    with database.reading() as connection:
        assert (first, second, shelf.published(connection)) == (1, 2, 2)
        newest, oldest = shelf.history(connection)
        assert (newest.version, newest.author, newest.note, newest.at) == (2, "adm", "slower", AT)
        assert newest.changed == (("workflow", "request"),)
        assert len(oldest.changed) == len(FILES)
        assert [each.version for each in shelf.history(connection, "form", "request")] == [1]


def test_nothing_is_published_when_nothing_differs(database: Database, tmp_path: Path) -> None:
    assert put(database, read(tmp_path)) == put(database, read(tmp_path)) == 1


def test_an_unchanged_text_is_kept_once(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "a"))
    put(database, read(tmp_path / "b", changed(FLOW_FILE, "after: 3d", "after: 4d")))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(definition_text)) == len(FILES) + 1
        assert connection.scalar(select(func.count()).select_from(definition)) == 2 * len(FILES)


def test_what_was_published_loads_as_it_was(database: Database, tmp_path: Path) -> None:
    loaded = read(tmp_path)
    assert loaded.library is not None
    version = put(database, loaded)
    with database.reading() as connection:
        library = shelf.load(connection, version, VOCABULARY)
    assert (library.version, library.hash) == (1, loaded.library.hash)
    assert list(library.forms) == list(loaded.library.forms)


def test_publish_and_pull_give_the_same_bytes(database: Database, tmp_path: Path) -> None:
    files = {path: words.replace("\n", "\r\n") if path == REQUEST_FILE else words for path, words in FILES.items()}
    put(database, read(tmp_path / "in", files))
    with database.reading() as connection:
        written = pull(connection, tmp_path / "out")
    assert {each.relative_to(tmp_path / "out").as_posix() for each in written} == set(files)
    for path, words in files.items():
        assert (tmp_path / "out" / path).read_bytes() == words.encode()


def test_pull_does_not_write_through_a_link(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "in"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "form_definitions").symlink_to(outside)
    with database.reading() as connection, pytest.raises(Refusal):
        pull(connection, tmp_path / "out")
    assert list(outside.iterdir()) == []


def test_what_has_faults_is_not_published(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        put(database, read(tmp_path, changed(FLOW_FILE, "start: draft", "start: drft")))
    with database.reading() as connection:
        assert shelf.published(connection) == 0


def test_a_field_keeps_its_number_when_others_come_and_when_it_is_renamed(database: Database, tmp_path: Path) -> None:
    put(database, read(tmp_path / "a"))
    files = changed(
        REQUEST_FILE, RENAMED, "  note: {type: text}\n" + RENAMED.replace("reason: {", "why: {was: reason, ")
    )
    files[FLOW_FILE] = files[FLOW_FILE].replace("reason,", "why, note,")
    loaded = read(tmp_path / "b", files)
    assert loaded.library is not None, loaded.findings
    put(database, loaded)
    with database.reading() as connection:
        old, new = (shelf.load(connection, version, VOCABULARY).forms["request"] for version in (1, 2))
    assert new.fields["why"].number == old.fields["reason"].number
    assert new.fields["total"].number == old.fields["total"].number
    assert new.fields["note"].number not in {each.number for each in old.fields.values()}


@pytest.mark.parametrize("told", [True, False])
def test_what_is_kept_at_publishing_is_what_would_be_read(database: Database, tmp_path: Path, told: bool) -> None:
    """Whether or not it was read with the numbers that its fields have; a new field stands before others."""
    put(database, read(tmp_path / "a"))
    files = changed(REQUEST_FILE, RENAMED, "  note: {type: text}\n" + RENAMED)
    files[FLOW_FILE] = files[FLOW_FILE].replace("reason,", "reason, note,")
    drafted = read(tmp_path / "b", files)
    with database.reading() as connection:
        known = shelf.numbers(connection) if told else {}
    put(database, load_documents(drafted.documents, VOCABULARY, numbers=known))
    with database.reading() as connection:
        kept = shelf.load(connection, 2, VOCABULARY)
        again = load_documents(shelf.documents(connection, 2), VOCABULARY, numbers=shelf.numbers(connection))
    assert again.library is not None
    assert _numbers(kept) == _numbers(again.library)
    assert kept.hash == again.library.hash


def _numbers(library: Library) -> dict[str, int]:
    return {
        f"{form.name}.{each.path}": each.number for form in library.forms.values() for each in all_fields(form.fields)
    }


def test_a_version_that_is_not_there_is_not_found(database: Database) -> None:
    with database.reading() as connection, pytest.raises(Refusal) as refused:
        shelf.load(connection, 7, VOCABULARY)
    assert refused.value.kind == "not_found"


@pytest.mark.parametrize("table", [definition_version, definition_text, definition, field_number])
def test_no_row_is_ever_changed_or_deleted(database: Database, tmp_path: Path, table: object) -> None:
    put(database, read(tmp_path))

    def change(connection: Connection) -> None:
        column = next(each for each in table.columns if each.name in ("note", "text", "path"))  # type: ignore[attr-defined]
        connection.execute(update(table).values({column.name: "other"}))  # type: ignore[arg-type]

    def remove(connection: Connection) -> None:
        connection.execute(delete(table))  # type: ignore[arg-type]

    for work in (change, remove):
        with pytest.raises(DBAPIError):
            database.transaction(work)
    with database.reading() as connection:
        assert shelf.load(connection, 1, VOCABULARY).version == 1


def test_differences_are_told_by_line_and_in_words() -> None:
    old = {("workflow", "request"): FILES[FLOW_FILE], ("form", "gone"): "a: 1\n"}
    new = {("workflow", "request"): FILES[FLOW_FILE].replace("after: 3d", "after: 4d"), ("form", "new"): "a: 1\n"}
    lines = diff(old, new)
    assert any(line.startswith("-") and "after: 3d" in line for line in lines)
    assert any(line.startswith("+") and "after: 4d" in line for line in lines)
    assert [each["en"] for each in changes(old, new)] == [
        "form gone is gone",
        "form new is new",
        "workflow request.timers.late.after: '3d' -> '4d'",
    ]


def test_a_changed_comment_is_only_layout() -> None:
    old, new = {("form", "a"): "a: 1\n"}, {("form", "a"): "a: 1  # why\n"}
    assert [each["en"] for each in changes(old, new)] == ["form a: only comments or layout"]

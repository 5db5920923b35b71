"""Published versions over time, on both databases: rolled back, raced for, told apart, unreadable, pulled, compared."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from engine.clock import to_stored
from engine.database import Database
from engine.definitions import Loaded, changes, diff, pull, shelf
from engine.definitions.documents import Document, name_of_key
from engine.definitions.loading import load_documents
from engine.definitions.tables import definition, definition_text, definition_version, field_number
from engine.errors import Kind, Refusal
from tests.definitions.faulty import loaded, sample
from tests.definitions.sample import FILES, FLOW_FILE, POLICY_FILE, REQUEST_FILE, VOCABULARY

AT = datetime(2026, 3, 1, 8, 30, 0, 123_456, tzinfo=UTC)
SLOWER = (FLOW_FILE, "after: 3d", "after: 4d")
TITLE = (REQUEST_FILE, "{en: Request, zh: 申请}", "{en: Demand, zh: 要求}")


def put(database: Database, found: Loaded, note: str = "", author: str = "adm", at: datetime = AT) -> int:
    """Publish what must be good."""
    assert found.library is not None, found.findings
    return database.transaction(lambda connection: shelf.publish(connection, found, author, note, at, VOCABULARY))


def again(database: Database, version: int) -> Loaded:
    """What was published then, read once more as a draft."""
    with database.reading() as connection:
        return load_documents(shelf.documents(connection, version), VOCABULARY)


def test_rolling_back_is_publishing_the_old_texts_as_the_next_version(database: Database) -> None:
    put(database, loaded(), "first")
    put(database, loaded(SLOWER), "slower")
    assert put(database, again(database, 1), "back to 1") == 3
    with database.reading() as connection:
        assert shelf.texts(connection, 3) == shelf.texts(connection, 1) != shelf.texts(connection, 2)
        first, third = (shelf.load(connection, version, VOCABULARY) for version in (1, 3))
        assert (first.hash, first.version, third.version) == (third.hash, 1, 3)
        assert [(each.version, each.note) for each in shelf.history(connection)] == [
            (3, "back to 1"),
            (2, "slower"),
            (1, "first"),
        ]
        assert shelf.history(connection)[0].changed == (("workflow", "request"),)
        assert connection.scalar(select(func.count()).select_from(definition_text)) == len(FILES) + 1


def test_rolling_back_to_what_is_published_publishes_nothing(database: Database) -> None:
    put(database, loaded())
    put(database, loaded(SLOWER))
    assert put(database, again(database, 2), "again") == 2
    with database.reading() as connection:
        assert [each.note for each in shelf.history(connection)] == ["", ""]


def test_the_history_of_one_definition_names_only_the_versions_that_touched_it(database: Database) -> None:
    put(database, loaded())
    put(database, loaded(SLOWER), at=AT + timedelta(hours=1), author="ann")
    put(database, loaded(SLOWER, TITLE), at=AT + timedelta(hours=2), author="bob", note="更好的标题")
    put(database, loaded(TITLE), at=AT + timedelta(hours=3))
    asked = {("workflow", "request"): [4, 2, 1], ("form", "request"): [3, 1], ("form", "good"): [1],
             ("form", "nothing"): [], ("workflow", "good"): [1], ("template", "told"): [1]}  # fmt: skip
    with database.reading() as connection:
        for (kind, name), versions in asked.items():
            assert [each.version for each in shelf.history(connection, kind, name)] == versions, (kind, name)
        third = shelf.history(connection, "form", "request")[0]
    assert (third.author, third.note, third.at) == ("bob", "更好的标题", AT + timedelta(hours=2))
    assert third.changed == (("form", "request"),)


def test_two_who_publish_at_once_get_two_versions_or_one_is_refused(database: Database) -> None:
    """Whoever is second sees the first, or breaks off; no version is half, none is lost."""
    put(database, loaded())
    both = [loaded(SLOWER), loaded(TITLE)]
    start = threading.Barrier(2)
    made: list[int | Exception] = []

    def publish(found: Loaded) -> None:
        start.wait()
        try:
            made.append(put(database, found))
        except Exception as error:
            made.append(error)

    threads = [threading.Thread(target=publish, args=(each,)) for each in both]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    versions = [each for each in made if isinstance(each, int)]
    assert versions, made
    assert len(set(versions)) == len(versions)
    with database.reading() as connection:
        assert shelf.published(connection) == 1 + len(versions)
        for version in versions:
            assert len(shelf.documents(connection, version)) == len(FILES)


def test_an_empty_shelf_says_so(database: Database, tmp_path: Path) -> None:
    with database.reading() as connection:
        assert shelf.published(connection) == 0
        assert shelf.history(connection) == ()
        assert shelf.numbers(connection) == {}
        for ask in (lambda: pull(connection, tmp_path / "out"), lambda: shelf.texts(connection, 1)):
            with pytest.raises(Refusal) as refused:
                ask()
            assert refused.value.kind is Kind.NOT_FOUND
    assert not (tmp_path / "out").exists()


def test_what_has_faults_is_refused_in_both_languages_and_nothing_of_it_is_kept(database: Database) -> None:
    faulty = loaded((FLOW_FILE, "start: draft", "start: drft"))
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda connection: shelf.publish(connection, faulty, "adm", "", AT, VOCABULARY))
    assert (refused.value.kind, refused.value.code) == (Kind.INVALID, "findings")
    assert refused.value.says == {"en": "The definitions have faults.", "zh": "定义存在错误。"}
    with database.reading() as connection:
        for table in (definition, definition_text, definition_version, field_number):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def _lay(connection: Connection, words: Mapping[str, str]) -> None:
    """A version of texts that no engine of today would take, as an older one may have left it."""
    connection.execute(insert(definition_version).values(version=1, author="a", note="", at=to_stored(AT), hash="h"))
    for each in sample():
        text = words.get(each.path, each.text)
        connection.execute(insert(definition_text).values(hash=each.path, text=text))
        row = {"version": 1, "kind": each.kind, "name": each.key[1], "layer": 0, "path": each.path, "hash": each.path}
        connection.execute(insert(definition).values(**row))


def test_a_version_that_cannot_be_read_any_more_is_unavailable_and_says_where(database: Database) -> None:
    database.transaction(lambda connection: _lay(connection, {FLOW_FILE: "format: 1\nworkflow: request\n"}))
    with database.reading() as connection, pytest.raises(Refusal) as refused:
        shelf.load(connection, 1, VOCABULARY)
    assert (refused.value.kind, refused.value.code, refused.value.status) == (
        Kind.UNAVAILABLE, "library_unreadable", 503)  # fmt: skip
    assert refused.value.says["en"] == (
        f"Version 1 of the definitions cannot be read: {FLOW_FILE}:1 'form' is missing."
    )
    assert refused.value.says["zh"] == f"定义版本 1 无法读取：{FLOW_FILE}:1 缺少“form”。"


def test_a_stricter_check_of_today_does_not_lock_out_what_was_published(database: Database) -> None:
    """A policy line less is a fault of a draft, and nothing that stops a running chain."""
    loose = FILES[POLICY_FILE].replace("p, clerk, request, send, own\n", "")
    assert loaded((POLICY_FILE, "p, clerk, request, send, own\n", "")).library is None
    database.transaction(lambda connection: _lay(connection, {POLICY_FILE: loose}))
    with database.reading() as connection:
        library = shelf.load(connection, 1, VOCABULARY)
    assert ("clerk", "request", "send", "own") not in library.rights.lines
    assert library.version == 1


BYTES = [
    ("ends without a line feed", lambda words: words.rstrip("\n")),
    ("ends with many", lambda words: words + "\n\n\n"),
    ("lines of another system", lambda words: words.replace("\n", "\r\n")),
    ("remarks in Chinese", lambda words: "# 为什么：因为。\n" + words),
    ("tabs in a remark", lambda words: words + "#\ta\t\n"),
]


@pytest.mark.parametrize(("what", "change"), BYTES, ids=[each[0] for each in BYTES])
def test_a_text_comes_back_byte_for_byte_however_it_was_written(
    database: Database, tmp_path: Path, what: str, change: object
) -> None:
    assert callable(change)
    documents = [Document(*_parts(each), change(each.text) if each.path == REQUEST_FILE else each.text)
                 for each in sample()]  # fmt: skip
    put(database, load_documents(documents, VOCABULARY))
    with database.reading() as connection:
        pull(connection, tmp_path / "out")
    for each in documents:
        assert (tmp_path / "out" / each.path).read_bytes() == each.text.encode(), (what, each.path)


def _parts(document: Document) -> tuple[str, str, int, str]:
    return document.kind, document.name, document.layer, document.path


def test_pulling_overwrites_its_own_files_and_leaves_others_alone(database: Database, tmp_path: Path) -> None:
    put(database, loaded())
    mine = tmp_path / "form_definitions" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("keep")
    (tmp_path / REQUEST_FILE).parent.mkdir(parents=True)
    (tmp_path / REQUEST_FILE).write_text("old")
    with database.reading() as connection:
        written = pull(connection, tmp_path)
    assert mine.read_text() == "keep"
    assert (tmp_path / REQUEST_FILE).read_text() == FILES[REQUEST_FILE]
    assert sorted(each.relative_to(tmp_path).as_posix() for each in written) == sorted(FILES)


PATHS = ["../outside.yaml", "/etc/x.yaml", "form_definitions/../../x.yaml", "a/.hidden/x.yaml",
         "form_definitions/X.yaml", "form_definitions/a b.yaml", "form_definitions/x.sh"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leads_out_or_is_no_name_is_not_written(database: Database, tmp_path: Path, path: str) -> None:
    def lay(connection: Connection) -> None:
        row = {"version": 1, "kind": "form", "name": "x", "layer": 0, "path": path, "hash": "t"}
        connection.execute(
            insert(definition_version).values(version=1, author="a", note="", at=to_stored(AT), hash="h")
        )
        connection.execute(insert(definition_text).values(hash="t", text="x"))
        connection.execute(insert(definition).values(**row))

    database.transaction(lay)
    with database.reading() as connection, pytest.raises(Refusal) as refused:
        pull(connection, tmp_path / "out")
    assert (refused.value.kind, refused.value.code) == (Kind.INVALID, "path")
    assert refused.value.says["en"] == f"'{path}' leads out of the folder."
    assert refused.value.says["zh"] == f"“{path}”指向文件夹之外。"
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and not each.name.startswith("chainstock.db")]


@pytest.mark.parametrize(
    ("name", "found"),
    [("policy", ("policy", 0)), ("policy.2", ("policy", 2)), ("library.11", ("library", 11)), ("a.b", ("a", 0)),
     ("a.", ("a", 0)), ("a.-1", ("a", 0))],
)  # fmt: skip
def test_the_layer_of_a_text_stands_in_its_key(name: str, found: tuple[str, int]) -> None:
    assert name_of_key(name) == found


@pytest.mark.parametrize(
    ("kind", "layer", "key"),
    [("form", 0, ("form", "x")), ("form", 3, ("form", "x")), ("library", 0, ("library", "x")),
     ("library", 3, ("library", "x.3")), ("permissions", 1, ("permissions", "x.1"))],
)  # fmt: skip
def test_only_what_every_layer_may_have_is_told_apart_by_it(kind: str, layer: int, key: tuple[str, str]) -> None:
    document = Document(kind, "x", layer, "p", "")
    assert document.key == key
    assert name_of_key(document.key[1]) == ("x", layer if "." in key[1] else 0)


# What differs

FORM = ("form", "x")
DIFFERENCES = [
    ("a: 1\n", "a: 2\n", "form x.a: 1 -> 2", "form x.a：1 -> 2"),
    ("a: '1'\n", "a: 1\n", "form x.a: '1' -> 1", "form x.a：'1' -> 1"),
    ("a: [x, y]\n", "a: [y, x]\n", "form x.a: ['x', 'y'] -> ['y', 'x']", "form x.a：['x', 'y'] -> ['y', 'x']"),
    ("a: {b: 1}\n", "a: {b: 1, c: 2}\n", "form x.a.c is new", "新增 form x.a.c"),
    ("a: {b: 1, c: 2}\n", "a: {b: 1}\n", "form x.a.c is gone", "移除 form x.a.c"),
    ("a: {b: 1}\n", "a: 7\n", "form x.a: {'b': 1} -> 7", "form x.a：{'b': 1} -> 7"),
    ("a: 1\n", "a:   1\n", "form x: only comments or layout", "form x：仅注释或排版"),
    ("a: 1\nb: 2\n", "b: 2\na: 1\n", "form x: only comments or layout", "form x：仅注释或排版"),
    ("a: {b: {c: 1}, d: {}}\n", "a: {d: {}, b: {c: 1}}\n", "form x.a: in another order", "form x.a：顺序改变"),
    ("a: {b: 1, d: {}}\n", "a: {d: {}, b: 1}\n", "form x: only comments or layout", "form x：仅注释或排版"),
    ("a: 1\n", "a: true\n", "form x.a: 1 -> True", "form x.a：1 -> True"),
    ("a: 0\n", "a: false\n", "form x.a: 0 -> False", "form x.a：0 -> False"),
    ("a:\n", "a: ''\n", "form x.a: None -> ''", "form x.a：None -> ''"),
    ("a: 1\n", "a: 1 # 为什么\n", "form x: only comments or layout", "form x：仅注释或排版"),
    ("a: [\n", "a: [1\n", "form x: ['a: ['] -> ['a: [1']", "form x：['a: ['] -> ['a: [1']"),
]


@pytest.mark.parametrize(("before", "after", "en", "zh"), DIFFERENCES)
def test_a_difference_is_said_in_both_languages(before: str, after: str, en: str, zh: str) -> None:
    assert changes({FORM: before}, {FORM: after}) == ({"en": en, "zh": zh},)
    assert changes({FORM: after}, {FORM: after}) == ()


def test_definitions_that_came_and_went_are_told_in_the_order_of_their_names() -> None:
    told = changes({("form", "b"): "a: 1\n"}, {("workflow", "a"): "a: 1\n", ("form", "a"): "a: 1\n"})
    assert [each["en"] for each in told] == ["form a is new", "form b is gone", "workflow a is new"]
    assert [each["zh"] for each in told] == ["新增 form a", "移除 form b", "新增 workflow a"]
    assert diff({FORM: "a: 1\nb: 2\n"}, {FORM: "a: 1\nb: 3\n"}) == (
        "--- form x", "+++ form x", "@@ -1,2 +1,2 @@", " a: 1", "-b: 2", "+b: 3")  # fmt: skip
    assert diff({FORM: "a: 1\n"}, {}) == ("--- form x", "+++ form x", "@@ -1 +0,0 @@", "-a: 1")


def test_alternatives_in_another_order_are_no_mere_layout() -> None:
    """The first whose condition holds is taken, so their order is what they say."""
    one, other = "nothing: {state: refused, when: sum(lines.given) == 0}", "goods: {state: open}"
    words = FILES[FLOW_FILE]
    assert f"{one}\n      {other}" in words
    turned = words.replace(f"{one}\n      {other}", f"{other}\n      {one}")
    told = changes({("workflow", "request"): words}, {("workflow", "request"): turned})
    assert [each["en"] for each in told] == ["workflow request.transitions.accept.to: in another order"]

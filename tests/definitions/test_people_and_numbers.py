"""Small readers of definitions, case by case: people, numbers of records and of fields, and what a name means where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions import form_scope
from engine.definitions.findings import Findings
from engine.definitions.models import Library, Numbering, Place
from engine.definitions.numbering import WIDEST, parse_numbering
from engine.definitions.numbers import all_paths, numbered, paths_in
from engine.definitions.outline import FormOutline, Outline
from engine.definitions.people import ALONE, PeopleReader
from engine.definitions.scopes import GROUP, KEPT, Names, outline_of, scope_of
from engine.expressions import ExpressionFault, Type, compile_expression
from tests.definitions.sample import FLOW_FILE, REQUEST_FILE, changed, read

AT = Place("workflow_definitions/request.yaml", 7, "states.draft")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    loaded = read(tmp_path_factory.mktemp("sample"))
    assert loaded.library is not None
    return loaded.library


@pytest.fixture
def reader(library: Library) -> PeopleReader:
    scope = scope_of(outline_of(library), "request")
    return PeopleReader(scope, {"boss": {}, "clerk": {}}, Findings(), ("area", "left"))


# People

GOOD_PEOPLE = [
    ("system", ("system", None, None, None), None),
    ("submitter", ("submitter", None, None, None), None),
    ("editor", ("editor", None, None, None), None),
    ("writer", ("writer", None, None, None), None),
    ("boss at chain", ("role", "boss", "at", None), None),
    ("clerk at shop", ("role", "clerk", "at", None), "record.shop"),
    ("clerk above shop.region", ("role", "clerk", "above", None), "record.shop.region"),
    ("clerk below actor.store", ("role", "clerk", "below", None), "actor.store"),
    ("owner of shop", ("owner_of", None, None, None), "record.shop"),
    ("owner of lines.good", ("owner_of", None, None, None), "lines.good"),
    ("manager of submitter", ("manager_of", None, None, "submitter"), None),
    ("manager of created_by", ("manager_of", None, None, None), "record.created_by"),
    ("decider of area", ("decider_of", None, None, "area"), None),
    ("created_by", ("field", None, None, None), "record.created_by"),
]


@pytest.mark.parametrize(("words", "meant", "unit"), GOOD_PEOPLE)
def test_people_are_read_as_they_are_written(
    reader: PeopleReader, words: str, meant: tuple[Any, ...], unit: str | None
) -> None:
    found = reader.one(words, AT)
    assert found is not None, reader.findings.all
    assert (found.kind, found.role, found.relation, found.name) == meant
    assert (found.unit.text if found.unit else None, found.text) == (unit, words)
    assert not reader.findings.all


BAD_PEOPLE = [
    ("", "people"),
    ("everybody", "unknown_name"),
    ("Boss at chain", "people"),
    ("boss  at chain", "people"),
    ("boss at", "people"),
    ("boss near shop", "people"),
    ("boss at shop ", "people"),
    ("boss at chain\n", "people"),
    ("boss at chain; drop", "people"),
    ("captain at chain", "unknown_name"),
    ("clerk at nowhere", "unknown_name"),
    ("clerk at shop.nowhere", "unknown_field"),
    ("clerk at reason", "type"),
    ("clerk at total", "type"),
    ("decider of nothing", "unknown_name"),
    ("decider of Area", "people"),
    ("cousin of submitter", "people"),
    ("manager of shop", "type"),
    ("reason", "type"),
    ("店长 at shop", "people"),
]


@pytest.mark.parametrize(("words", "code"), BAD_PEOPLE)
def test_people_that_cannot_be_meant_are_a_finding_where_they_stand(
    reader: PeopleReader, words: str, code: str
) -> None:
    assert reader.one(words, AT) is None
    found = reader.findings.all
    assert [(each.file, each.line, each.path, each.code) for each in found] == [(AT.file, AT.line, AT.path, code)]
    assert found[0].message["en"] != found[0].message["zh"]


def test_a_list_keeps_who_can_be_read_and_names_who_cannot(reader: PeopleReader) -> None:
    found = reader.all(["boss at chain", "capitan at chain", "submitter", "clark at shop"], AT)
    assert [each.text for each in found] == ["boss at chain", "submitter"]
    assert [each.code for each in reader.findings.all] == ["unknown_name", "unknown_name"]
    hints = [each.hint["en"] if each.hint else None for each in reader.findings.all]
    assert hints == [None, "Did you mean 'clerk'?"]


@given(st.text(max_size=30))
def test_no_words_at_all_break_the_reader_or_pass_as_people_by_chance(words: str) -> None:
    findings = Findings()
    scope = Names(Outline({"request": FormOutline("request", {"shop": Type("reference", form="shop")}, {})}), {})
    found = PeopleReader(scope, {"boss": {}}, findings, ()).one(words, AT)
    assert (found is None) == bool(findings.all)
    assert found is None or words in ALONE or re.fullmatch(r"[a-z0-9_. ]+", words)


# Numbers of records

PARTS = st.lists(
    st.one_of(
        st.text("AZaz09 ._/#-", min_size=1, max_size=4),
        st.sampled_from(["{shop}", "{shop.code}", "{period}", "{counter:1}", "{counter:12}"]),
    ),
    max_size=6,
)


def numbering(words: str, period: str = "none") -> tuple[Numbering | None, list[str]]:
    findings = Findings()
    found = parse_numbering({"text": words, "period": period, "given_at": "submit"}, AT, findings)
    assert all((each.file, each.line) == (AT.file, AT.line) for each in findings.all)
    return found, [each.code for each in findings.all]


@given(PARTS)
def test_a_number_is_taken_apart_without_losing_a_letter(parts: list[str]) -> None:
    words = "".join(parts)
    found, codes = numbering(words, "day" if "{period}" in parts else "none")
    counters = [each for each in parts if each.startswith("{counter")]
    if len(counters) != 1:
        assert (found, codes) == (None, ["numbering"])
        return
    assert found is not None
    assert codes == []
    said = {"text": "{0}", "period": "{{period}}", "counter": "{{counter:{0}}}", "path": "{{{0}}}"}
    put = [
        said[kind].format(*(".".join(each) if isinstance(each, tuple) else each for each in rest))
        for kind, *rest in found.parts
    ]
    assert "".join(put) == words == found.text
    assert all(
        kind != "text" for (kind, *_), (after, *_) in zip(found.parts, found.parts[1:], strict=False) if after == "text"
    )


@pytest.mark.parametrize(
    ("words", "period", "codes"),
    [
        ("{counter:5}", "none", []),
        ("{counter:5}", "month", ["numbering"]),
        ("{period}{counter:5}", "none", ["numbering"]),
        ("{period}{counter:5}", "fiscal_year", []),
        ("A", "none", ["numbering"]),
        ("{counter:5}{counter:5}", "none", ["numbering"]),
        ("{counter:0}", "none", ["numbering", "numbering"]),
        (f"{{counter:{WIDEST}}}", "none", []),
        (f"{{counter:{WIDEST + 1}}}", "none", ["numbering", "numbering"]),
        ("{counter}", "none", ["numbering"]),
        ("{counter:5}{shop.region.code}", "none", ["numbering"]),
        ("{counter:5}{Shop}", "none", ["numbering"]),
        ("{counter:5}{}", "none", ["numbering"]),
        ("{counter:5}{{x}}", "none", ["numbering", "numbering"]),
        ("{counter:5}\n", "none", ["numbering"]),
        ("号{counter:5}", "none", ["numbering"]),
        ("<b>{counter:5}", "none", ["numbering"]),
        ("{counter:٥}", "none", ["numbering", "numbering"]),
    ],
)
def test_a_number_that_could_not_be_given_is_a_finding(words: str, period: str, codes: list[str]) -> None:
    found, seen = numbering(words, period)
    assert seen == codes
    assert (found is None) == (bool(codes) and words not in ("{counter:5}", "{period}{counter:5}"))


def test_a_form_without_numbers_has_none() -> None:
    assert parse_numbering(None, AT, Findings()) is None


# Numbers of fields

PATHS = st.lists(st.sampled_from(["a", "b", "c", "t", "t.a", "t.b"]), unique=True, max_size=6)


@given(st.lists(PATHS, max_size=5))
def test_a_field_keeps_its_number_for_life_and_no_number_is_given_twice(versions: list[list[str]]) -> None:
    known: dict[str, int] = {}
    for paths in versions:
        after = numbered([(path, None) for path in paths], known)
        assert {path: after[path] for path in known} == known
        assert set(after) == {*known, *paths}
        assert len(set(after.values())) == len(after)
        assert all(after[path] > max(known.values(), default=0) for path in after if path not in known)
        known = after
    assert sorted(known.values()) == list(range(1, len(known) + 1))


def test_a_renamed_field_takes_its_number_along_and_the_old_name_may_not_come_back_as_another() -> None:
    first = numbered([("a", None), ("b", None)], {})
    second = numbered([("c", "a"), ("b", None), ("d", "gone")], first)
    assert (second["c"], second["b"], second["d"]) == (first["a"], first["b"], 3)
    assert numbered([("c", "a")], second) == second


def test_the_paths_of_a_text_say_what_each_was_called_also_under_a_renamed_table() -> None:
    fields = {
        "shop": {"was": "store"},
        "note": {},
        "rows": {"was": "lines", "fields": {"item": {}, "much": {"was": "count"}}},
        "codes": {"fields": {"code": {"was": "word"}}},
        "bare": {"fields": None},
    }
    assert list(paths_in(fields)) == [
        ("shop", "store"),
        ("note", None),
        ("rows", "lines"),
        ("rows.item", "lines.item"),
        ("rows.much", "lines.count"),
        ("codes", None),
        ("codes.code", "codes.word"),
        ("bare", None),
    ]


def test_the_paths_of_a_read_form_are_those_of_its_text(tmp_path: Path) -> None:
    old = "  reason: {type: choice, options: reason, required: true}\n"
    files = changed(REQUEST_FILE, old, old.replace("reason: {", "why: {was: reason, "))
    files[FLOW_FILE] = files[FLOW_FILE].replace("reason,", "why,")
    loaded = read(tmp_path, files)
    assert loaded.library is not None, loaded.findings
    found = dict(all_paths(loaded.library)["request"])
    assert found == {
        **dict.fromkeys(("shop", "lines", "total")),
        **dict.fromkeys(("lines.good", "lines.asked", "lines.given", "lines.cost", "lines.value")),
        "why": "reason",
    }


# What a name means where

MEANINGS = [
    ("record", "record.shop", Type("reference", form="shop")),
    ("record", "record.shop.region.code", Type("text")),
    ("record", "record.state", Type("choice", options=("draft", "review", "open", "sent", "refused"))),
    ("record", "record.created_by", Type("reference", form="human")),
    ("record", "record.transit", Type("place")),
    ("record", "record.shop.damaged", Type("place")),
    ("record", "chain.loss", Type("place")),
    ("record", "decided", Type("boolean")),
    ("record", "record.number", Type("text")),
    ("row lines", "row.good", Type("reference", form="good")),
    ("row lines", "row.good.active", Type("boolean")),
    ("filter", "it.shop", Type("reference", form="shop")),
    ("filter", "shop", Type("reference", form="shop")),
    ("filter", "version", Type("integer")),
]


@pytest.mark.parametrize(("where", "words", "of"), MEANINGS)
def test_a_name_means_what_its_place_lets_it(library: Library, where: str, words: str, of: Type) -> None:
    found = compile_expression(words, form_scope(library, "request", where)).type
    assert (found.kind, found.form, found.options) == (of.kind, of.form, of.options)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("record", "row.good"),
        ("record", "shop"),
        ("record", "it"),
        ("record", "group.good"),
        ("record", "record.nothing"),
        ("record", "record.shop.nothing"),
        ("record", "record.lines.nothing"),
        ("record", "chain.nowhere"),
        ("record", "record.__class__"),
        ("record", "why"),
        ("row lines", "row.shop"),
        ("row nothing", "row.good"),
        ("filter", "row.good"),
    ],
)
def test_a_name_that_means_nothing_there_is_refused(library: Library, where: str, words: str) -> None:
    with pytest.raises(ExpressionFault):
        compile_expression(words, form_scope(library, "request", where))


def test_every_scope_offers_only_names_that_it_then_knows(library: Library) -> None:
    outline = outline_of(library)
    for form in library.forms:
        scope = scope_of(outline, form, asks={"why": Type("text")})
        assert scope.name("why") == Type("text")
        for name in scope.known(None):
            assert scope.name(name) is not None or scope.function(name) is not None, name
        record = scope.name("record")
        assert record is not None
        assert {*KEPT} <= set(scope.known(record))
        for name in scope.known(record):
            assert scope.attribute(record, name) is not None, (form, name)
        for table in outline.forms[form].tables:
            of_row = scope.of_row(form, table)
            row = of_row.name("row")
            assert row is not None
            assert all(of_row.attribute(row, name) is not None for name in of_row.known(row))


def test_a_group_knows_what_it_was_grouped_by_and_an_unknown_record_what_all_agree_on(library: Library) -> None:
    scope = scope_of(outline_of(library), "request").with_names(group=GROUP)
    assert scope.attribute(GROUP, "supplier") is None
    grouped = Names(scope.outline, scope.names, {"supplier": Type("reference", form="shop")})
    assert grouped.attribute(GROUP, "supplier") == Type("reference", form="shop")
    anything = Type("reference")
    assert scope.attribute(anything, "code") == Type("text")
    assert scope.attribute(anything, "nothing") is None
    assert scope.attribute(Type("text"), "code") is None

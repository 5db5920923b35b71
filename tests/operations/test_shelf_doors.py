"""Definitions through their doors: texts as they were written, versions, differences, checks, going back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import House, kind_of, name_of

NOTICE = 'format: 1\nnotice: memo_told\ntext: {{en: "{en}", zh: "{zh}"}}\n'


def sent(*texts: str) -> dict[str, Any]:
    """The body that publishes or checks texts."""
    return {"texts": [{"kind": kind_of(each), "name": name_of(each), "text": each} for each in texts], "note": "n"}


def errors(findings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Path and code of what stands against publishing."""
    return [(each["path"], each["code"]) for each in findings if each["severity"] == "error"]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("type: money, index: true}", "type: mony, index: true}"), "not_an_option", "mony"),
        (("format: 1", "format: 2"), None, "format"),
        (("form: memo", "form: Memo"), None, "Memo"),
        (("kind: document", "kind: documents"), None, "documents"),
        (("compute: record.amount * 2", "compute: record.amoun * 2"), "unknown_field", "amoun"),
        (("compute: record.amount * 2", "compute: record.note"), "type", None),
        (("compute: record.amount * 2", "compute: __import__('os')"), None, None),
        (("to: item}", "to: itme}"), None, "itme"),
        (("unique: [word]", "unique: [wrod]"), None, "wrod"),
        (("search: [number, note, body]", "search: [number, notes]"), None, "notes"),
        (("by: [manager at store, writer]", "by: [manger at store]"), None, "manger"),
        (("check: \"record.days != 13\"", "check: \"record.days\""), None, None),
        (("fields:\n", "fields:\n  state: {type: text}\n"), None, "state"),
        (("fields:\n", "fields:\n  9lives: {type: text}\n"), None, "9lives"),
        (("  body: {type: long_text}\n", "  body: {type: long_text}\n  body: {type: text}\n"), "duplicate_key", "body"),
        (("fields:\n", "fields:\n  a: !!python/name:os.system\n"), None, None),
        (("fields:\n", "fields:\n  a: {type: text, colour: red}\n"), None, "colour"),
        (("fields:\n", "fields\n"), None, None),
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_stands_and_nothing_is_published(
    house: House, change: tuple[str, str], code: str | None, words: str | None
) -> None:
    adm = house.be("adm")
    before = adm.get("definitions/form/memo")
    broken = before["text"].replace(*change, 1)
    assert broken != before["text"], change
    body = {"texts": [{"kind": "form", "name": "memo", "text": broken}]}
    everything = adm.does("POST", "definitions/check", body)
    findings = [each for each in everything if each["severity"] == "error"]
    assert findings
    assert all(set(each) >= {"file", "line", "path", "code", "message", "hint"} for each in findings)
    line = broken[: next(i for i, (a, b) in enumerate(zip(broken, before["text"], strict=False)) if a != b)].count("\n")
    assert any(each["line"] in (1, *range(line - 2, line + 6)) for each in findings if "memo" in each["file"]), line
    assert code is None or code in {each["code"] for each in findings}, findings[:3]
    assert words is None or any(words in each["message"] or words in each["path"] for each in findings), findings[:3]
    refused = adm.send("POST", "definitions/publish", body)
    assert (refused.status, refused.body["kind"]) == (422, "invalid")
    assert adm.get("definitions/form/memo") == before


@pytest.mark.parametrize(
    "text",
    [
        {"kind": "form", "name": "", "text": ""},
        {"kind": "form", "name": "A", "text": ""},
        {"kind": "form", "name": "a" * 64, "text": ""},
        {"kind": "form", "name": "../a", "text": ""},
        {"kind": "form", "name": "a.b", "text": ""},
        {"kind": "form", "name": "a\x00", "text": ""},
        {"kind": "form", "name": "é", "text": ""},
        {"kind": "form", "name": "_a", "text": ""},
        {"kind": "form", "name": "1a", "text": ""},
        {"kind": "Form", "name": "a", "text": ""},
        {"kind": "reports", "name": "a", "text": ""},
        {"kind": "form", "name": 1, "text": ""},
        {"kind": "form", "name": "a", "text": 1},
        {"kind": "form", "name": "a"},
        "form",
        None,
    ],
)
@pytest.mark.parametrize("path", ["definitions/check", "definitions/publish"])
def test_a_definition_without_a_plain_name_is_none(house: House, path: str, text: Any) -> None:
    reply = house.be("adm").send("POST", path, {"texts": [text]})
    assert (reply.status, reply.errors) == (422, [("/texts/0", "bad_definition")])


def test_a_text_is_kept_to_the_letter_and_every_version_of_it(own_house: House) -> None:
    adm = own_house.be("adm")
    first = adm.get("definitions/template/memo_told")
    texts = [NOTICE.format(en=f"Version {n}.  # no comment", zh=f"第{n}版") + f"# comment {n}\n\n" for n in (1, 2)]
    versions = [adm.does("POST", "definitions/publish", sent(each))["version"] for each in texts]
    assert versions == [first["version"] + number for number in (1, 2)]
    for version, text in zip(versions, texts, strict=True):
        assert adm.get("definitions/template/memo_told", version=str(version))["text"] == text
    assert adm.get("definitions/template/memo_told")["text"] == texts[-1]
    assert adm.get("definitions/template/memo_told", version=str(first["version"]))["text"] == first["text"]
    listed = adm.get("definitions/template/memo_told/history")["items"]
    assert [each["version"] for each in listed[:2]] == versions[::-1]
    assert {each["note"] for each in listed[:2]} == {"n"}
    assert len({each["hash"] for each in listed[:2]}) == 2
    assert {each["author"] for each in listed[:2]} == {adm.person}


def test_the_same_texts_again_are_no_new_version(own_house: House) -> None:
    adm = own_house.be("adm")
    text = adm.get("definitions/form/memo")
    assert adm.does("POST", "definitions/publish", sent(text["text"]))["version"] == text["version"]
    changed = adm.does("POST", "definitions/publish", sent(text["text"] + "# seen\n"))["version"]
    assert changed == text["version"] + 1
    assert adm.does("POST", "definitions/rollback", {"version": text["version"]})["version"] == changed + 1
    assert adm.get("definitions/form/memo")["text"] == text["text"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("definitions/form/nothing", {}, 404),
        ("definitions/spell/memo", {}, 404),
        ("definitions/form/memo", {"version": "0"}, 200),
        ("definitions/form/memo", {"version": "999"}, 404),
        ("definitions/form/memo", {"version": "-1"}, 422),
        ("definitions/form/memo", {"version": "1.0"}, 422),
        ("definitions/form/memo", {"version": "\u0661"}, 422),
        ("definitions/form/memo", {"version": ""}, 422),
        ("definitions/form/memo", {"version": "1" * 10}, 422),
        ("definitions/form/nothing/history", {}, 404),
        ("definitions/form/memo/diff", {"from": "x"}, 422),
        ("definitions/form/nothing/diff", {}, 404),
    ],
)
def test_a_version_that_never_was_is_not_shown(house: House, path: str, query: dict[str, str], status: int) -> None:
    reply = house.be("adm").send("GET", path, **query)
    assert reply.status == status, reply.body
    if status == 422:
        assert reply.errors == [("/version", "not_a_number")]


def test_what_differs_is_told_both_ways_in_lines_and_words(own_house: House) -> None:
    adm = own_house.be("adm")
    before = adm.get("definitions/form/memo")
    added = before["text"].replace("  body: {type: long_text}\n", "  body: {type: long_text}\n  extra: {type: text}\n")
    after = adm.does("POST", "definitions/publish", sent(added))["version"]
    versions = {"from": str(before["version"]), "to": str(after)}
    there = adm.get("definitions/form/memo/diff", **versions)
    back = adm.get("definitions/form/memo/diff", **{"from": versions["to"], "to": versions["from"]})
    assert "+  extra: {type: text}" in there["lines"]
    assert "-  extra: {type: text}" in back["lines"]
    assert there["changes"] == ["form memo.fields.extra is new"]
    assert back["changes"] == ["form memo.fields.extra is gone"]
    same = adm.get("definitions/form/memo/diff", **{"from": str(after), "to": str(after)})
    assert (same["lines"], same["changes"]) == ([], [])
    assert adm.get("definitions/form/memo/diff")["changes"] == there["changes"]


def chit(name: str) -> tuple[str, str]:
    """A form of few words, and its workflow."""
    form = (
        f"format: 1\nform: {name}\ntitle: {{en: Chit, zh: 便条}}\nkind: document\norg: [store]\nfields:\n"
        "  store: {type: reference, to: store, required: true, default: actor.store}\n  words: {type: text}\n"
    )
    flow = (
        f"format: 1\nworkflow: {name}\nform: {name}\nstart: draft\nstates:\n"
        "  draft: {title: {en: Draft}, edit: {maker: {by: [clerk at store], fields: [store, words]}}}\n"
        "  done: {title: {en: Done}, end: true}\n"
        "transitions:\n  finish: {from: draft, to: done, by: [clerk at store]}\n"
    )
    return form, flow


def test_a_new_form_is_there_at_once_and_stays_while_it_has_records(own_house: House) -> None:
    adm, clerk = own_house.be("adm"), own_house.be("clerk1")
    before = adm.get("definitions/form/memo")["version"]
    assert clerk.send("GET", "records/chit").status == 404
    rights = [
        f"p, clerk, {form}, {each}, own" for form in ("chit", "slip") for each in ("see", "create", "edit", "finish")
    ]
    own_house.publish(*chit("chit"), *chit("slip"), policy=rights)
    back = adm.get("definitions/form/memo")["version"]
    record = clerk.makes("chit", {"words": "一二"}, "finish")
    assert clerk.state("chit", record) == "done"
    assert [each["id"] for each in clerk.get("records/chit", filter="words == '一二'")["items"]] == [record]
    refused = adm.send("POST", "definitions/rollback", {"version": before})
    assert (refused.status, refused.body["kind"], refused.errors) == (409, "rule", [("/form/chit", "form_in_use")])
    assert clerk.state("chit", record) == "done"
    assert adm.get("definitions/form/memo")["version"] == back
    assert own_house.verified()

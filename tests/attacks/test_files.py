"""Files and definitions that are attacks: uploads, sheets, YAML, expressions, templates (F, B, A, X, J, D)."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import httpx
import pytest

from tests.attacks.houses import House, transfer

FORM = """format: 1
form: {name}
title: {{en: Note, zh: 便条}}
kind: document
fields:
  words: {{type: text, title: {{en: Words, zh: 文字}}}}
  amount: {{type: decimal, scale: 2, title: {{en: Amount, zh: 数}}}}
{more}
"""
WORKFLOW = """format: 1
workflow: {name}
form: {name}
start: draft
states:
  draft:
    title: {{en: Draft, zh: 草稿}}
    edit: {{all: {{by: [administrator at chain], fields: [words, amount]}}}}
  done: {{title: {{en: Done, zh: 完成}}, end: true}}
transitions:
  {action}:
    title: {{en: End, zh: 结束}}
    from: draft
    to: done
    by: [administrator at chain]
    {more}
"""


def texts(house: House, more: str = "", flow: str = "", action: str = "finish", name: str = "note") -> dict[str, Any]:
    """A form of its own with its workflow and rights, to be checked or published."""
    policy = house.be("adm").get("definitions/permissions/policy")["text"]
    lines = [f"p, administrator, {name}, {each}, chain" for each in ("see", "create", "edit", action)]
    return {
        "texts": [
            {"kind": "form", "name": name, "text": FORM.format(name=name, more=more)},
            {"kind": "workflow", "name": name, "text": WORKFLOW.format(name=name, action=action, more=flow)},
            {"kind": "permissions", "name": "policy", "text": policy + "\n".join(["", *lines, ""])},
        ]
    }


def errors(house: House, body: Any) -> list[dict[str, Any]]:
    """What checking says against it."""
    found = house.be("adm").does("definitions/check", body)
    return [each for each in found if each["severity"] == "error"]


def test_the_note_is_a_definition(house: House) -> None:
    assert errors(house, texts(house)) == []
    compute = "  double: {type: decimal, scale: 2, compute: record.amount + record.amount, title: {en: D, zh: 倍}}"
    assert errors(house, texts(house, compute)) == []
    guard = "guard: {ok: {check: record.amount > 1, says: {en: More., zh: 多。}}}"
    assert errors(house, texts(house, "", guard)) == []


YAML = (
    'label: !!python/object/apply:os.system ["id"]',
    "label: !!binary aGVsbG8=",
    "label: !!set {a}",
    "label: !!timestamp 2026-01-01",
    "label: !foo bar",
    "label: &a x\nother: *a",
    "a: &a {x: 1}\nb: {<<: [*a, *a]}",
    "format: 1\nformat: 1",
    "%YAML 1.1\n---\na: b",
    "a: b\n---\na: c",
    "[" * 50_000,
    "\n".join(["["] * 20_000),
    "a: \u0000",
    "a: \u202e",
    "- a\n- b",
    "",
)


@pytest.mark.parametrize("words", YAML, ids=range(len(YAML)))
def test_yaml_that_is_more_than_words_is_refused_where_it_stands(house: House, words: str) -> None:
    if "\u0000" in words:
        house.refused(
            "adm",
            "POST",
            "definitions/publish",
            {"texts": [{"kind": "form", "name": "note", "text": words}]},
            status=422,
        )
        return
    body = {"texts": [{"kind": "form", "name": "note", "text": words}]}
    told = house.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5)
    assert "form_definitions/note.yaml:" in told.json()["errors"][0]["path"]


NAMES = (
    "../../etc/cron.d/x",
    "..%2f",
    "a/b",
    ".hidden",
    "a\u0000b",
    "a" * 300,
    "note.",
    "Note",
    "1a",
    "",
    "a b",
    "é",
    "a-b",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_definition_is_a_plain_word(house: House, name: str) -> None:
    body = {"texts": [{"kind": "form", "name": name, "text": "format: 1"}]}
    house.refused("adm", "POST", "definitions/publish", body, status=422)
    house.refused("adm", "POST", "definitions/check", body, status=422)
    body = {"texts": [{"kind": "os", "name": "note", "text": "format: 1"}]}
    house.refused("adm", "POST", "definitions/publish", body, status=422)


@pytest.mark.parametrize(
    "action", ["save", "delete", "to_done", "trigger", "may_finish", "__init__", "state", "is_draft"]
)
def test_an_action_is_not_named_like_what_python_has(house: House, action: str) -> None:
    body = texts(house, action=action)
    house.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5)


EXPRESSIONS = (
    "os.system('id')",
    "builtins.eval",
    "app.db.engine",
    "getattr(record, 'words')",
    "__import__('os')",
    "(lambda: 1)()",
    "[x for x in [1]]",
    "(x := 1)",
    "f'{record.words}'",
    "'{0.__class__}'.format(record)",
    "record.__class__",
    "record.words.__class__",
    "'a' * 1000000000",
    "'%1000000000d' % 1",
    "-" * 3000 + "1",
    "(" * 300 + "1" + ")" * 300,
    "1 + " * 5000 + "1",
    "record.double",
    "record.words + 1",
    "record.nothing",
    "nonesuch(1)",
    "1e999",
    "10 ** 100",
)


@pytest.mark.parametrize("words", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_an_expression_of_a_definition_is_the_language(house: House, words: str) -> None:
    quoted = "'" + words.replace("'", "''") + "'"
    body = texts(house, f"  double: {{type: decimal, scale: 2, compute: {quoted}, title: {{en: D, zh: 倍}}}}")
    told = house.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5)
    assert "note" in told.json()["errors"][0]["path"]


@pytest.mark.parametrize(
    "field",
    [
        "  words2: {type: text, pattern: '^(a+)+$', title: {en: W, zh: 文}}",
        "  words2: {type: text, $ref: '#', title: {en: W, zh: 文}}",
        "  words2: {type: python, title: {en: W, zh: 文}}",
        "  words2: {type: text, sql: 'select 1', title: {en: W, zh: 文}}",
        "  words2: {type: text, default: record.words2, title: {en: W, zh: 文}}",
        "  state: {type: text, title: {en: W, zh: 文}}",
        "  row: {type: text, title: {en: W, zh: 文}}",
        "  a b: {type: text, title: {en: W, zh: 文}}",
        '  "x\'; --": {type: text, title: {en: W, zh: 文}}',
        "  x: {type: reference, to: nonesuch, title: {en: W, zh: 文}}",
        "  one: {type: decimal, scale: 2, compute: record.two, title: {en: 1, zh: 一}}\n"
        "  two: {type: decimal, scale: 2, compute: record.one, title: {en: 2, zh: 二}}",
    ],
)
def test_a_field_is_what_the_language_knows(house: House, field: str) -> None:
    house.refused("adm", "POST", "definitions/publish", texts(house, field), status=422, seconds=5)


NOTICE = "format: 1\nnotice: transfer_shipped\ntext: {{en: {words}, zh: 已}}\n"


@pytest.mark.parametrize(
    "words",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ 'a' * 1000000000 }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% for a in range(1000000000) %}x{% endfor %}",
        "{{ record.total }}{{ config }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% set x = record.update({}) %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in record.carrier %}{% for b in record.carrier %}x{% endfor %}{% endfor %}",
        "{{ record.carrier | center(1000000000) }}",
        "{{ record._secret }}{{ record.__class__ }}",
        "{# nothing #}",
        "{{" * 100,
    ],
)
def test_a_template_that_reaches_out_is_not_published(house: House, words: str) -> None:
    quoted = '"' + words.replace('"', "'") + '"'
    told = house.refused("adm", "POST", "definitions/publish", noticed(quoted), status=422, seconds=5, code="notice")
    assert "templates/notices/transfer_shipped.yaml" in told.json()["errors"][0]["path"]
    fine = noticed(
        "\"{{ record.number }} by {{record.carrier | default('nobody')}} from {{ record.from_store.name }}\""
    )
    assert errors(house, fine) == []


def noticed(words: str) -> dict[str, Any]:
    """A notice with these words, to be checked or published."""
    return {"texts": [{"kind": "template", "name": "transfer_shipped", "text": NOTICE.format(words=words)}]}


def test_publishing_and_rolling_back_take_whole_requests(house: House) -> None:
    for body in ({}, {"texts": "x"}, {"texts": [5]}, {"texts": [{"kind": "form"}]}, {"texts": [], "as": "adm"}):
        house.refused("adm", "POST", "definitions/publish", body, status=422)
    for version in ("1", True, None, [1]):
        house.refused("adm", "POST", "definitions/rollback", {"version": version}, status=422)
    for version in (0, -1, 10**6, 2**62):
        house.refused("adm", "POST", "definitions/rollback", {"version": version}, status=(404, 422))


# -- files -----------------------------------------------------------------------------------------------------------

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
HTML = b"<html><script>alert(1)</script></html>"


def upload(house: House, account: str, name: str, content: bytes, kind: str = "image/png") -> httpx.Response:
    """Send a file as a page does."""
    return house.be(account).client.post("/api/attachments", files={"file": (name, content, kind)})


def test_a_file_is_seen_through_a_record_or_by_who_sent_it(house: House) -> None:
    sent = upload(house, "buyA", "photo.png", PNG)
    assert sent.status_code == 201, sent.text
    file = sent.json()["id"]
    assert house.be("buyA").client.get(f"/api/attachments/{file}").status_code == 200
    house.same("clerk1", "GET", f"attachments/{file}", f"attachments/{uuid.uuid4()}")
    values = {"code": f"P{uuid.uuid4().hex[:8].upper()}", "name": "x", "category": {"code": "FOOD"}, "photo": file}
    house.refused("buyB", "POST", "records/item", {"values": values}, status=422)
    house.be("buyA").makes("item", values)
    shown = house.be("clerk1").client.get(f"/api/attachments/{file}")
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.png", "x.png"),
        ("/etc/cron.d/x.png", "x.png"),
        ("C:\\windows\\x.png", "x.png"),
        ('"><img src=x onerror=1>.png', None),
        ("图片.png", "图片.png"),
    ],
)
def test_a_file_name_is_shown_and_never_a_path(house: House, name: str, kept: str | None) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    told = name.replace("\\", "\\\\").replace('"', '\\"').encode()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + told + b'"\r\n\r\n' + PNG + b"\r\n--b--\r\n"
    )
    sent = house.be("buyA").client.post("/api/attachments", content=body, headers=head)
    assert sent.status_code in (201, 422), sent.text
    if sent.status_code == 201:
        got = house.be("buyA").client.get(f"/api/attachments/{sent.json()['id']}")
        assert "\n" not in got.headers["content-disposition"]
        assert "<" not in got.headers["content-disposition"]
        assert "/" not in sent.json()["name"]
        assert kept is None or sent.json()["name"] == kept


@pytest.mark.parametrize("name", [b"a\x00b.png", b"gnp\xe2\x80\xae.exe", b"x" * 300, b"a\xff.png"])
def test_a_file_name_with_invisible_letters_is_refused(house: House, name: bytes) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n' + PNG + b"\r\n--b--\r\n"
    )
    house.refuses(house.be("buyA").client, "POST", "attachments", status=422, content=body, headers=head)


@pytest.mark.parametrize("content", [HTML, b"MZ\x90\x00" * 50, b"<svg onload=alert(1)></svg>", b"", b"#!/bin/sh\nid"])
def test_a_file_is_what_its_bytes_say(house: House, content: bytes) -> None:
    sent = upload(house, "buyA", "x.png", content)
    assert sent.status_code in (201, 413, 422), sent.text
    if sent.status_code == 201:
        got = house.be("buyA").client.get(f"/api/attachments/{sent.json()['id']}")
        assert not got.headers["content-type"].startswith(("text/html", "image/svg"))
        assert got.headers["content-disposition"].startswith("attachment;")
        values = {
            "code": f"P{uuid.uuid4().hex[:8].upper()}",
            "name": "x",
            "category": {"code": "FOOD"},
            "photo": sent.json()["id"],
        }
        house.refused("buyA", "POST", "records/item", {"values": values}, status=422)


def test_an_upload_has_one_file_and_few_parts(house: House) -> None:
    client = house.be("buyA").client
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    many = (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % each for each in range(10_000))
        + b"--b--\r\n"
    )
    house.refuses(client, "POST", "attachments", status=422, content=many, headers=head)
    for body in (b"", b"--b--\r\n", b"nothing", b"--b\r\n"):
        house.refuses(client, "POST", "attachments", status=422, content=body, headers=head)
    house.refuses(client, "POST", "attachments", status=415, json={})


def imported(house: House, account: str, form: str, content: bytes, **query: str) -> httpx.Response:
    """Send a sheet."""
    return house.be(account).client.post(
        f"/api/records/{form}/import", files={"file": ("sheet.csv", content, "text/csv")}, params=query
    )


def test_a_sheet_is_the_same_as_by_hand(house: House) -> None:
    made = imported(house, "buyA", "supplier", f"code,name\nV{uuid.uuid4().hex[:6].upper()},Sheet\n".encode())
    assert made.status_code == 200, made.text
    assert made.json()["rows"][0]["errors"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"code,name\nVX1,=1+1\n",
        b"code,name\nVX1,@SUM(A1)\n",
        b"code,name\nVX1,+cmd|' /C calc'!A0\n",
        b"code,name,state\nVX1,x,retired\n",
        b"code,name,created_by\nVX1,x,adm\n",
        b"code,code\nVX1,VX1\n",
        b"code,nothing\nVX1,x\n",
        "code,name\nVX1,x\n".encode("utf-16"),
        b"code,name\nVX1,\xff\xfe\n",
        b"code,name\nVX1,a\x00b\n",
        b'code,name\nVX1,"' + b"x" * 100_000 + b'"\n',
        b'code,name\nVX1,"open\n',
        b"code,name\nvx 1,x\n",
        "code,name\nVХ1,x\n".encode(),
        b"code,name\n,x\n",
        b"",
    ],
    ids=range(16),
)
def test_a_sheet_with_a_trap_changes_nothing(house: House, content: bytes) -> None:
    before = house.digest()
    answer = imported(house, "buyA", "supplier", content)
    assert answer.status_code in (200, 403, 413, 422), answer.text
    if answer.status_code == 200:
        assert any(each["errors"] for each in answer.json()["rows"]), answer.text
        assert not any("id" in each for each in answer.json()["rows"])
    assert house.digest() == before


def test_a_sheet_is_for_who_may_import(house: House) -> None:
    content = b"code,name\nVX9,x\n"
    for account, form, status in (("clerk1", "supplier", 403), ("clerk1", "person", 404), ("clerk1", "nothing", 404)):
        before = house.digest()
        assert imported(house, account, form, content).status_code == status
        assert house.digest() == before
    before = house.digest()
    assert imported(house, "buyA", "supplier", content, dry="true").status_code == 200
    assert imported(house, "buyA", "supplier", content, mode="some").status_code == 422
    assert house.digest() == before


def test_an_exported_cell_is_no_formula(house: House) -> None:
    names = ("=1+1", "@SUM(A1)", "+1+1", "-1+cmd|' /C calc'!A0", "=HYPERLINK(1)")
    for each in names:
        house.be("buyA").makes("supplier", {"code": f"V{uuid.uuid4().hex[:6].upper()}", "name": each})
    sheet = house.be("buyA").client.get("/api/records/supplier/export?format=csv")
    cells = [cell for row in csv.reader(io.StringIO(sheet.text)) for cell in row]
    for each in names:
        assert f"'{each}" in cells
        assert each not in cells
    house.refused("buyA", "GET", "records/supplier/export?format=exe", status=422)


def test_words_of_a_record_are_never_a_template_or_a_page(house: House) -> None:
    words = "{{7*7}} {% raw %} <script>alert(1)</script> ${7*7} javascript:alert(1)"
    supplier = house.be("buyA").makes("supplier", {"code": f"V{uuid.uuid4().hex[:6].upper()}", "name": words})
    shown = house.be("clerk1").client.get(f"/api/records/supplier/{supplier}")
    assert shown.headers["content-type"] == "application/json"
    assert shown.json()["values"]["name"] == words
    record = house.be("clerk1").makes("transfer", transfer("S01", "S02"))
    asked = {"comment": words}
    house.be("clerk1").does(f"records/transfer/{record}/actions/submit", asked)
    assert house.be("clerk1").get(f"records/transfer/{record}/history")["items"][-1]["comment"] is not None
    page = house.be("clerk1").client.get("/api/docs")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for path in ("/api/<script>alert(1)</script>", "/api/records/item?sort=<script>", "/api/docs?next=//evil.example"):
        answer = house.be("clerk1").client.get(path)
        assert "<script>" not in answer.text or answer.headers["content-type"] == "application/problem+json"
        assert "location" not in answer.headers

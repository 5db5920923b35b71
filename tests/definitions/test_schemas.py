"""What is not as the language says is found at its line, in both languages, with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.validation import Validator
from tests.definitions.sample import (
    FLOW_FILE,
    LIBRARY_FILE,
    REQUEST_FILE,
    ROLES_FILE,
    VOCABULARY,
    changed,
    errors,
    read,
)

FAULTS = [
    (REQUEST_FILE, "kind: document", "kind: documnt", "not_an_option", "kind"),
    (REQUEST_FILE, "format: 1", "format: 2", "not_an_option", "format"),
    (REQUEST_FILE, "amount: total", "amuont: total", "unknown_word", "amuont"),
    (REQUEST_FILE, "minimum: 1", "minimum: many", "type", "fields.lines.minimum"),
    (
        REQUEST_FILE,
        "type: choice, options: reason",
        "type: choise, options: reason",
        "not_an_option",
        "fields.reason.type",
    ),
    (REQUEST_FILE, "only: it.active", "onlyy: it.active", "unknown_word", "fields.lines.fields.good.onlyy"),
    (REQUEST_FILE, "above: 0", "scale: 9", "shape", "fields.lines.fields.asked.scale"),
    (REQUEST_FILE, "above: 0", "pattern: ^(a+)+$", "unknown_word", "fields.lines.fields.asked.pattern"),
    (REQUEST_FILE, "above: 0", '"$ref": "#"', "unknown_word", "fields.lines.fields.asked.$ref"),
    (
        REQUEST_FILE,
        "good: {type: reference, to: good,",
        "good: {type: table, to: good,",
        "not_an_option",
        "fields.lines.fields.good.type",
    ),
    (REQUEST_FILE, "title: {en: Request, zh: 申请}", "title: Request", "type", "title"),
    (REQUEST_FILE, "  reason: {type", "  Reason: {type", "name", "fields.Reason"),
    (FLOW_FILE, "start: draft", "begin: draft", "missing", ""),
    (FLOW_FILE, "rows: free", "rows: some", "not_an_option", "states.draft.edit.asker.rows"),
    (FLOW_FILE, "after: 3d", "after: 3w", "name", "timers.late.after"),
    (FLOW_FILE, "after: 3d", "after: 3", "type", "timers.late.after"),
    (FLOW_FILE, 'need: "60%"', 'need: "160%"', "name", "approvals.review.steps.second_look.decide.need"),
    (
        FLOW_FILE,
        "except: [did(submit)]",
        "except: [done(submit)]",
        "name",
        "approvals.review.steps.second_look.except.0",
    ),
    (FLOW_FILE, "free: {release:", "free: {relase:", "unknown_word", "transitions.send.do.free.relase"),
    (FLOW_FILE, "by: [clerk at shop, system]", "by: []", "shape", "transitions.send.by"),
    (LIBRARY_FILE, "currency: CNY", "currency: yuan", "name", "currency"),
    (LIBRARY_FILE, "currency: CNY", "posting_rules: {}", "unknown_word", "posting_rules"),
    (LIBRARY_FILE, "currency: CNY", "stock_columns: {}", "unknown_word", "stock_columns"),
    (ROLES_FILE, "purpose: {en: Asks., zh: 申请。}, ", "", "missing", "roles.clerk"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "path"), FAULTS)
def test_a_fault_is_found_where_it_stands(tmp_path: Path, file: str, old: str, new: str, code: str, path: str) -> None:
    files = changed(file, old, new)
    found = errors(read(tmp_path, files))
    assert (code, file, path) in {(each.code, each.file, each.path) for each in found}
    fault = next(each for each in found if (each.code, each.path) == (code, path))
    word = path.rsplit(".", 1)[-1]
    line = files[file].split("\n")[fault.line - 1]
    assert not path or word.isdigit() or word in line
    assert set(fault.message) == {"en", "zh"}


def test_a_hint_says_what_was_probably_meant(tmp_path: Path) -> None:
    found = errors(read(tmp_path, changed(REQUEST_FILE, "amount: total", "amuont: total")))
    assert found[0].hint is not None
    assert found[0].hint["en"] == "Did you mean 'amount'?"


def test_every_fault_of_a_file_is_found_at_once(tmp_path: Path) -> None:
    files = changed(REQUEST_FILE, "amount: total", "amuont: total")
    files[REQUEST_FILE] = files[REQUEST_FILE].replace("minimum: 1", "minimum: -1")
    assert {each.path for each in errors(read(tmp_path, files))} == {"amuont", "fields.lines.minimum"}


def test_schemas_are_closed_and_refer_only_to_themselves() -> None:
    def walk(schema: object) -> None:
        if isinstance(schema, dict):
            assert str(schema.get("$ref", "#")).startswith("#")
            if "properties" in schema and schema.get("type") == "object" and "allOf" not in schema:
                assert schema.get("additionalProperties") is False
            for each in schema.values():
                walk(each)
        elif isinstance(schema, list):
            for each in schema:
                walk(each)

    for schema in Validator(VOCABULARY).schemas.values():
        walk(schema)

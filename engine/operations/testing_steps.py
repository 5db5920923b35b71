"""One step of a process test: what it does, as whom, and with which values. Used by `testing`.

Values are written as a form takes them. Beside that `{of: NAME}` is the record of an earlier step, `{file: NAME}` a
file that is handed in, and `row` names a row: by a word of the test's own, or by its place (1 is the first).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.definitions.models import Field, Form
from engine.definitions.process_tests import Step
from engine.errors import Refusal, Text, say, text
from engine.operations.calls import Answer
from engine.operations.testing_scratch import Scratch, name_id
from engine.records import archive

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Differs(Exception):
    """What came is not what was expected. `path` is where in the step that stands."""

    def __init__(self, path: tuple[str | int, ...], says: Text) -> None:
        super().__init__(say(says, "en"))
        self.path = path
        self.says = says


def do(scratch: Scratch, step: Step) -> Answer | Refusal | None:
    """Do what a step says; None when it only waits or looks."""
    if step.data.get("of") not in (None, *scratch.records):
        raise Differs(("of",), text("There is no such record: it was refused.", "没有该单据：其创建已被拒绝。"))
    match step.verb:
        case "make":
            return make(scratch, step)
        case "act":
            form, record = scratch.records[step.data["of"]]
            return _send(
                scratch, step, "POST", f"records/{form}/{record}/actions/{step.data['act']}", _body(scratch, step)
            )
        case "decide":
            return _decide(scratch, step)
        case "edit":
            return _edit(scratch, step)
        case "wait":
            word = step.data["wait"]
            scratch.wait(timedelta(**{UNITS[word[-1]]: int(word[:-1])}))
    return None


def make(scratch: Scratch, step: Step, who: str | None = None) -> Answer | Refusal:
    """Make a record; it has the step's name from then on."""
    form, record = step.data["make"], name_id(step.name)
    body = {"id": record, "values": {}, **_body(scratch, step, form)}
    if "action" in step.data:
        body["action"] = step.data["action"]
    answer = _send(scratch, step, "POST", f"records/{form}", body, who=who)
    if isinstance(answer, Answer):
        scratch.records[step.name] = (form, record)
    return answer


def _send(
    scratch: Scratch, step: Step, method: str, path: str, body: Any, if_match: int | None = None, who: str | None = None
) -> Answer | Refusal:
    return scratch.send(step.data.get("by") or who, method, path, body, if_match)


def _decide(scratch: Scratch, step: Step) -> Answer | Refusal:
    form, record = scratch.records[step.data["of"]]
    tasks = [each for each in tasks_of(scratch, step.data["by"], form, record) if each["kind"] == "decide"]
    if not tasks:
        says = text(f"{step.data['by']} has no task of it.", f"{step.data['by']} 没有该单据的待办。")
        raise Differs(("decide",), says)
    body = _body(scratch, step)
    if "to" in step.data:
        body["to"] = _person_or_step(scratch, step.data["to"])
    return _send(scratch, step, "POST", f"tasks/{tasks[0]['id']}/{step.data['decide']}", body)


def _person_or_step(scratch: Scratch, word: str) -> str:
    try:
        return scratch.actor(word).person
    except AssertionError:
        return word


def tasks_of(scratch: Scratch, who: str, form: str, record: str) -> list[Mapping[str, Any]]:
    """Somebody's open tasks of a record."""
    answer = scratch.send(who, "GET", "tasks", form=form, limit="500")
    if isinstance(answer, Refusal):
        return []
    return [each for each in answer.body["items"] if each["record"]["id"] == record]


def _edit(scratch: Scratch, step: Step) -> Answer | Refusal:
    form, record = scratch.records[step.data["of"]]
    seen = scratch.send(step.data["by"], "GET", f"records/{form}/{record}")
    if isinstance(seen, Refusal):
        return seen
    values = _values(scratch, step, scratch.library.forms[form], step.data["edit"], record)
    return _send(scratch, step, "PATCH", f"records/{form}/{record}", values, seen.body["revision"])


def _body(scratch: Scratch, step: Step, made: str | None = None) -> dict[str, Any]:
    """What is sent beside the path."""
    form, record = (made, None) if made else scratch.records[step.data["of"]]
    known = scratch.library.forms.get(form or "")
    body = {word: step.data[word] for word in ("comment",) if word in step.data}
    for word in ("values", "asks"):
        if word in step.data:
            body[word] = _values(scratch, step, known if word == "values" else None, step.data[word], record)
    return body


def _values(
    scratch: Scratch, step: Step, form: Form | None, sent: Mapping[str, Any], record: str | None
) -> dict[str, Any]:
    fields = form.fields if form is not None else {}
    found: dict[str, Any] = {}
    for name, value in sent.items():
        declared = fields.get(name)
        if declared is not None and declared.type == "table" and isinstance(value, list):
            found[name] = [_row(scratch, step, declared, each, record) for each in value]
        else:
            found[name] = _value(scratch, step, declared, value)
    return found


def _row(scratch: Scratch, step: Step, table: Field, sent: Any, record: str | None) -> Any:
    if not isinstance(sent, Mapping):
        return sent
    found = {name: _value(scratch, step, table.fields.get(name), value) for name, value in sent.items()}
    if "row" in sent:
        found["row"] = _row_id(scratch, table, sent["row"], record)
    return found


def _row_id(scratch: Scratch, table: Field, word: Any, record: str | None) -> Any:
    """A row by its place in the record as it stands, or by its name."""
    if not isinstance(word, int) or record is None:
        return name_id("row", str(word))
    with scratch.services.database.reading() as connection:
        stored = archive.load(connection, [record]).get(record)
    rows = list(stored.rows.get(table.name) or ()) if stored is not None else []
    return rows[word - 1]["row"] if 0 < word <= len(rows) else name_id("row", str(word))


def _value(scratch: Scratch, step: Step, declared: Field | None, value: Any) -> Any:
    """A value as it is sent: numbers as text where the form is exact."""
    if isinstance(value, Mapping) and set(value) == {"of"}:
        return scratch.records.get(str(value["of"]), ("", str(value["of"])))[1]
    if isinstance(value, Mapping) and set(value) == {"file"} and "by" in step.data:
        return scratch.keep(step.data["by"], str(value["file"]))
    if type(value) is int and (declared is None or declared.value_type.kind != "integer"):
        return str(value)
    return value

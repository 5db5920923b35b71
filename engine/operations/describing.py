"""The OpenAPI document of a library as one person sees it: typed paths per form, with titles from the definition.

Used by bootstrap for the web. What a person may never see is not in his document; nobody signed in sees only how to
sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions import schema_of_form
from engine.definitions.models import Form, Transition, Workflow
from engine.errors import say
from engine.operations import bodies, formview, reporting, rights
from engine.operations.calls import Call
from engine.operations.operation import Operation
from engine.operations.summaries import BATCH, OF_A_RECORD, PLAIN, REPORT, SIGN_IN, SIGN_OUT, VERDICTS

if TYPE_CHECKING:
    from engine.operations.services import Services

SMALL = {
    "type": "object",
    "properties": {
        "form": {"type": "string"},
        "id": {"type": "string"},
        "number": {"type": ["string", "null"]},
        "state": {"type": "string"},
        "revision": {"type": "integer"},
        "version": {"type": "integer"},
        "seq": {"type": "integer"},
    },
}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "kind": {"enum": ["invalid", "right", "rule", "conflict", "not_found", "limit", "unavailable"]},
        "errors": {"type": "array", "items": {"type": "object"}},
        "rule": {"type": "string"},
        "who": {"type": "array"},
    },
}
KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
IF_MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
PREVIEW = {"name": "preview", "in": "query", "schema": {"type": "string", "enum": ["true"]}}
LIST = [
    {"name": name, "in": "query", "schema": {"type": "string"}}
    for name in ("filter", "sort", "fields", "q", "limit", "cursor", "before", "count", "totals")
]


def _path_words(path: str) -> list[dict[str, Any]]:
    """The parameters that stand in a path."""
    words = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": word, "in": "path", "required": True, "schema": {"type": "string"}} for word in words]


def _query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def may_see_metrics(services: Services, call: Call) -> bool:
    """Whether the policy lets the caller see figures of the server (`metrics, see`)."""
    if call.actor is None:
        return False
    with services.database.reading() as connection:
        return rights.reach(Operation(services, connection, call), "metrics", "see") is None


def openapi(services: Services, call: Call) -> Mapping[str, Any]:
    """The document, made anew for each caller."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Chainstock", "version": "0"},
        "tags": [],
        "paths": _signing(call.language),
        "components": {
            "schemas": {"answer": SMALL, "problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }
    if call.actor is None:
        return document
    with services.database.reading() as connection:
        operation = Operation(services, connection, call)
        document["info"]["version"] = str(operation.library.version)
        for form in operation.library.forms.values():
            if rights.sees_form(operation, form.name):
                _add(document, operation, form)
        for name in operation.library.reports:
            if (found := reporting.seen(operation, name)) is not None:
                _add_report(document, found, call.language)
    document["paths"] |= _common(call.language)
    return document


def _answers(schema: Mapping[str, Any], status: str = "200") -> dict[str, Any]:
    refused = {
        "description": "refused",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
    }
    return {status: {"description": "done", "content": {"application/json": {"schema": schema}}}, "default": refused}


def _small(status: str = "200") -> dict[str, Any]:
    return _answers({"$ref": "#/components/schemas/answer"}, status)


def _body(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


CHOOSE = {**_object(**{name: {"type": "string"} for name in ("path", "row", "q")}), "required": ["path"]}
COMMENT = {
    **_object(comment={"type": "string", "maxLength": 4000}, mentions={"type": "array", "items": {"type": "string"}}),
    "required": ["comment"],
}


def _signing(language: str) -> dict[str, Any]:
    credentials = _object(account={"type": "string"}, password={"type": "string"})
    return {
        "/api/session": {
            "post": {
                "summary": say(SIGN_IN, language),
                "requestBody": _body(credentials),
                "responses": _answers(_object(csrf={"type": "string"})),
            },
            "delete": {"summary": say(SIGN_OUT, language), "responses": {"204": {"description": "done"}}},
        }
    }


def _add(document: dict[str, Any], operation: Operation, form: Form) -> None:
    language = operation.call.language
    name, title = form.name, say(form.title, operation.call.language)
    values = formview.without(schema_of_form(form, language), rights.never_seen(operation, form))
    document["components"]["schemas"][name] = values
    document["tags"].append({"name": name, "description": title})
    ref = {"$ref": f"#/components/schemas/{name}"}
    partial = {**values, "required": []}
    one = {"type": "object", "properties": {**SMALL["properties"], "values": ref}}  # type: ignore[dict-item]
    many = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": one}, "next": {"type": ["string", "null"]}},
    }
    made = _object(
        values=partial, id={"type": "string", "format": "uuid"}, action={"type": "string"}, asks={"type": "object"}
    )
    record_id = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    tags = {"tags": [name]}
    said = {word: say(each, language).format(form=title) for word, each in OF_A_RECORD.items()}
    document["paths"][f"/api/records/{name}"] = {
        "get": {**tags, "summary": said["list"], "parameters": LIST, "responses": _answers(many)},
        "post": {
            **tags,
            "summary": said["make"],
            "parameters": [KEY, PREVIEW],
            "requestBody": _body(made),
            "responses": _small("201"),
        },
    }
    document["paths"][f"/api/records/{name}/{{id}}"] = {
        "parameters": record_id,
        "get": {**tags, "summary": said["read"], "responses": _answers(one)},
        "patch": {
            **tags,
            "summary": said["change"],
            "parameters": [KEY, IF_MATCH],
            "requestBody": _body(partial),
            "responses": _small(),
        },
        "delete": {**tags, "summary": said["discard"], "parameters": [KEY, IF_MATCH], "responses": _small()},
    }
    tried = {"requestBody": _body(_object(values=partial, action={"type": "string"}, choose=CHOOSE))}
    for path, words, word in (("fill", [], "try"), ("{id}/fill", record_id, "fill")):
        document["paths"][f"/api/records/{name}/{path}"] = {
            "parameters": words,
            "post": {**tags, "summary": said[word], **tried, "responses": _answers({"type": "object"})},
        }
    document["paths"] |= _about(name, tags, said, record_id)
    workflow: Workflow = operation.library.workflows[name]
    for transition in workflow.transitions.values():
        if rights.reach(operation, name, transition.name) != rights.CLOSED and not transition.system_only:
            path = f"/api/records/{name}/{{id}}/actions/{transition.name}"
            document["paths"][path] = {"parameters": record_id, "post": _action(tags, transition, partial, language)}


def _add_report(document: dict[str, Any], found: reporting.Seen, language: str) -> None:
    """A report is read like a list; its lines have no record behind them."""
    name = found.form.name
    values = {each.name: {"title": say(each.title, language) or each.name} for each in found.form.fields.values()}
    line = {"type": "object", "properties": {"values": {"type": "object", "properties": values}}}
    said = say(REPORT, language).format(form=say(found.form.title, language))
    lines = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": line}, "next": {"type": ["string", "null"]}},
    }
    document["tags"].append({"name": name, "description": say(found.form.title, language)})
    document["paths"][f"/api/records/{name}"] = {
        "get": {"tags": [name], "summary": said, "parameters": LIST, "responses": _answers(lines)}
    }


def _about(
    name: str, tags: Mapping[str, Any], said: Mapping[str, str], record_id: list[dict[str, Any]]
) -> dict[str, Any]:
    """What may be read about a record beside itself, and said about it."""
    paths: dict[str, Any] = {
        f"/api/records/{name}/{{id}}/{word}": {
            "parameters": record_id,
            "get": {**tags, "summary": said[word], "responses": _answers({"type": "object"})},
        }
        for word in ("history", "trail", "route", "people")
    }
    post = {"parameters": [KEY], "requestBody": _body(COMMENT), "responses": _small("201")}
    paths[f"/api/records/{name}/{{id}}/comments"] = {
        "parameters": record_id,
        "post": {**tags, "summary": said["comments"], **post},
    }
    return paths


def _action(
    tags: Mapping[str, Any], transition: Transition, values: Mapping[str, Any], language: str
) -> dict[str, Any]:
    asks = {
        name: {"title": say(field.title, language) or name, "description": field.type}
        for name, field in transition.asks.items()
    }
    body = _object(
        values=values,
        asks={"type": "object", "properties": asks, "additionalProperties": False},
        comment={"type": "string"},
        revision={"type": "integer"},
    )
    return {
        **tags,
        "summary": say(transition.title, language) or transition.name,
        "parameters": [KEY, PREVIEW],
        "requestBody": {**_body(body), "required": False},
        "responses": _small(),
    }


def _common(language: str) -> dict[str, Any]:
    anything = _answers({"type": "object"})
    task_id = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths: dict[str, Any] = {}
    for each in PLAIN:
        queries = [_query(name) for name in each.queries]
        plain = {"summary": say(each.says, language), "parameters": queries, "responses": anything}
        paths.setdefault(each.path, {"parameters": _path_words(each.path)})[each.method] = plain
    many = {"type": "array"}
    paths["/api/batch"] = {
        "post": {"summary": say(BATCH, language), "requestBody": _body(many), "responses": _answers(many)}
    }
    for verdict, said in VERDICTS.items():
        paths[f"/api/tasks/{{id}}/{verdict}"] = {
            "parameters": task_id,
            "post": {
                "summary": say(said, language),
                "parameters": [KEY],
                "requestBody": _body(_object(**bodies.SENT.get(verdict, bodies.DECISION))),
                "responses": _small(),
            },
        }
    return paths

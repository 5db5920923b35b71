"""The API's reference as a page shows it, read out of the OpenAPI document that the operations made. Used by `pages`.

It knows OpenAPI and nothing of forms: what a caller may not see is not in his document, so it is not on his page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_DEEPEST = 6
_MOST_FIELDS = 200
_METHODS = ("get", "post", "put", "patch", "delete")
_SAMPLES: Mapping[str, Any] = {"integer": 1, "boolean": True, "number": "1.00", "null": None}
_FORMATS: Mapping[str, str] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:30:00+08:00",
    "uuid": "0190a6f0-0000-7000-8000-000000000000",
}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a request: its path (`lines[].item`), type, title, and whether it must be there."""

    path: str
    type: str
    title: str
    required: bool


@dataclass(frozen=True, slots=True)
class OperationLine:
    """One method of one path."""

    method: str
    path: str
    title: str
    about: str
    parameters: tuple[FieldLine, ...]
    fields: tuple[FieldLine, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """Operations under one heading."""

    name: str
    about: str
    operations: tuple[OperationLine, ...]


def sections(document: Mapping[str, Any]) -> tuple[Section, ...]:
    """The document by its tags, in their order; what has no tag comes last."""
    about = {tag["name"]: str(tag.get("description", "")) for tag in document.get("tags", ())}
    found: dict[str, list[OperationLine]] = {name: [] for name in about}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                tag = next(iter(item[method].get("tags", ())), "")
                found.setdefault(tag, []).append(_operation(document, method, path, item))
    found[""] = found.pop("", [])
    return tuple(Section(name, about.get(name, ""), tuple(lines)) for name, lines in found.items() if lines)


def _operation(document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any]) -> OperationLine:
    operation = item[method]
    parameters = [_resolved(document, each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    body = _resolved(document, operation.get("requestBody", {}))
    content = body.get("content", {})
    media = content.get("application/json", {})
    schema = media.get("schema")
    sample = media["example"] if "example" in media else _sample(document, schema) if schema else None
    return OperationLine(
        method.upper(),
        path,
        str(operation.get("summary", "")),
        str(operation.get("description", "")),
        tuple(_parameter(document, each) for each in parameters),
        tuple(_first(_fields(document, schema or {}))),
        _example(
            method, path, sample, next((each for each in content if each != "application/json"), None), parameters
        ),
    )


def _parameter(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> FieldLine:
    schema = _resolved(document, parameter.get("schema", {}))
    title = str(parameter.get("description", schema.get("title", "")))
    return FieldLine(str(parameter.get("name", "")), _type(schema), title, bool(parameter.get("required")))


def _first(lines: Iterator[FieldLine]) -> Iterator[FieldLine]:
    for _, line in zip(range(_MOST_FIELDS), lines, strict=False):
        yield line


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], path: str = "", depth: int = 0
) -> Iterator[FieldLine]:
    """Every property, those of nested objects and of rows included, as dotted paths."""
    schema = _resolved(document, schema)
    if depth > _DEEPEST:
        return
    if "items" in schema:
        yield from _fields(document, schema["items"], f"{path}[]", depth + 1)
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        inner = _resolved(document, raw)
        at = f"{path}.{name}" if path else name
        yield FieldLine(at, _type(inner), str(inner.get("title", inner.get("description", ""))), name in required)
        yield from _fields(document, inner, at, depth + 1)


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"][:20])
    kind = schema.get("type", "")
    words = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if not words:
        choices = schema.get("oneOf", schema.get("anyOf", ()))
        words = " | ".join(dict.fromkeys(_type(each) for each in choices if "$ref" not in each))
    return f"{words} ({schema['format']})" if "format" in schema else words


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference within the document; one that leads elsewhere or nowhere is empty."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: Any = document
        for word in str(reference).removeprefix("#/").split("/"):
            found = found.get(word, {}) if isinstance(found, Mapping) else {}
        schema = found
    return {}


def _sample(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that the schema might take, for an example: the one it names, else one made up."""
    schema = _resolved(document, schema)
    named = [schema[word] for word in ("example", "const", "default") if word in schema]
    named += [schema[word][0] for word in ("examples", "enum") if schema.get(word)]
    if named or depth > _DEEPEST:
        return named[0] if named else None
    choices = schema.get("oneOf", schema.get("anyOf"))
    if choices:
        return _sample(document, choices[0], depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        return {name: _sample(document, inner, depth + 1) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(document, schema["items"], depth + 1)] if "items" in schema else []
    return _SAMPLES.get(kind, _FORMATS.get(str(schema.get("format")), "..."))


def _example(method: str, path: str, sample: Any, other: str | None, parameters: Iterable[Mapping[str, Any]]) -> str:
    lines = [f'curl -X {method.upper()} "$CHAINSTOCK{path}"', '-H "Authorization: Bearer $KEY"']
    if any(str(each.get("name")).lower() == "if-match" for each in parameters):
        lines.append("-H 'If-Match: \"1\"'")
    if sample is not None:
        body = orjson.dumps(sample, option=orjson.OPT_INDENT_2).decode().replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', '-H "Idempotency-Key: $(uuidgen)"', f"-d '{body}'"]
    elif other == "multipart/form-data":
        lines += ['-H "Idempotency-Key: $(uuidgen)"', '-F "file=@FILE"']
    return " \\\n  ".join(lines)

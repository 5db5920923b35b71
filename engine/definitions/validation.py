"""Checks a definition against the schema of its kind: the only door to jsonschema. Called by the loader.

References are looked up in an empty registry, so that no schema can fetch anything. Every error is located and worded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from engine.definitions.findings import Findings, meant
from engine.definitions.marked import Marked
from engine.definitions.reader import Path
from engine.definitions.schemas import schemas
from engine.definitions.schemas.shapes import NAME_PATTERN, OPTION_PATTERN, PATH_PATTERN
from engine.definitions.vocabulary import Vocabulary
from engine.errors import Text, text

_TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("text", "文本"),
    "integer": ("a whole number", "整数"),
    "number": ("a number", "数字"),
    "boolean": ("true or false", "true 或 false"),
    "object": ("a map", "映射"),
    "array": ("a list", "列表"),
    "null": ("nothing", "空"),
}
_PATTERNS: Mapping[str, tuple[str, str]] = {
    NAME_PATTERN: (
        "a name (small letters, digits and _, beginning with a letter)",
        "名称（小写字母、数字和下划线，以字母开头）",
    ),
    PATH_PATTERN: ("the name of a field, or table.field", "字段名，或“表.字段”"),
    OPTION_PATTERN: ("the value of an option (letters, digits and _ . -)", "选项值（字母、数字和 _ . -）"),
}


class Validator:
    """The schemas of one vocabulary, ready to be asked."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.schemas = schemas(vocabulary)
        self._validators = {
            kind: Draft202012Validator(schema, registry=Registry()) for kind, schema in self.schemas.items()
        }

    def check(self, kind: str, marked: Marked, findings: Findings) -> bool:
        """Note everything in which a definition is not as its schema says; True when it is."""
        good = True
        for error in self._validators[kind].iter_errors(marked.data):
            good = False
            for path, code, says, hint in _explain(error):
                findings.add(marked.place(path), code, says, hint)
        return good


def _explain(error: ValidationError) -> Iterator[tuple[Path, str, Text, Text | None]]:
    """What an error of jsonschema means to an author."""
    path: Path = tuple(error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = schema.get("properties", {})
            for key in [key for key in value if key not in known]:
                says = text(f"'{_short(key)}' is not known here.", f"此处没有“{_short(key)}”。")
                yield (*path, key), "unknown_word", says, meant(key, known)
        case "required":
            for key in [key for key in wanted if key not in value][:1]:
                yield path, "missing", text(f"'{key}' is missing.", f"缺少“{key}”。"), None
        case "type":
            yield path, "type", _expected(wanted, value), None
        case "enum" | "const":
            options = [str(each) for each in (wanted if error.validator == "enum" else [wanted])]
            yield path, "not_an_option", _options(value, options), meant(str(value), options)
        case "pattern":
            yield _named(path, error), "name", _patterned(value, wanted), None
        case "oneOf" | "anyOf" if error.context:
            yield from _explain(max(error.context, key=lambda each: len(each.absolute_path)))
        case _:
            yield (
                path,
                "shape",
                text(f"Not allowed: {error.validator} {wanted}.", f"不允许：{error.validator} {wanted}。"),
                None,
            )


def _named(path: Path, error: ValidationError) -> Path:
    """A key that is not a name is shown at its own line."""
    return (*path, str(error.instance)) if "propertyNames" in error.absolute_schema_path else path


def _expected(wanted: Any, value: Any) -> Text:
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    en = " or ".join(_TYPES[each][0] for each in kinds)
    zh = "或".join(_TYPES[each][1] for each in kinds)
    got = "nothing" if value is None else f"'{_short(value)}'"
    return text(f"Expected {en}, found {got}.", f"应为{zh}，实为 {got}。")


def _options(value: Any, options: list[str]) -> Text:
    listed = ", ".join(options[:30])
    return text(f"'{_short(value)}' is not one of: {listed}.", f"“{_short(value)}”不在其中：{listed}。")


def _patterned(value: Any, pattern: str) -> Text:
    en, zh = _PATTERNS.get(pattern, (f"of the form {pattern}", f"{pattern} 形式"))
    return text(f"'{_short(value)}' is not {en}.", f"“{_short(value)}”不是{zh}。")


def _short(value: Any) -> str:
    words = str(value)
    return words if len(words) <= 80 else f"{words[:77]}..."

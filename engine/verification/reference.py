"""Writes the pages of `docs/reference/` that say what each word of the language means. Run by `make reference`.

What may be written comes from the schemas, what it means and the examples from `definitions.schemas.meanings`; a test
sees that the pages are what this gives and plays every example.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.definitions.schemas import schemas, shapes
from engine.definitions.schemas.meanings import SAMPLE, Example, Meaning, Page, Section, pages, words_of
from engine.definitions.schemas.times import DURATION
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS, effect
from engine.fields import FIELD_TYPES

KNOWN: tuple[tuple[Mapping[str, Any], str], ...] = (
    (shapes.PEOPLE, "a list of people"),
    (shapes.TITLE, "a text in both languages, `{en, zh}`"),
    (shapes.CONDITION, "a condition"),
    (shapes.EXPRESSION, "an expression"),
    (shapes.NAME, "a name"),
    (effect.WORD, "a name"),
    (effect.PEOPLE, "a list of people"),
    (effect.EXPRESSION, "an expression"),
    (effect.EXPRESSIONS, "expressions by name"),
    (shapes.PATH, "a field, or `table.field`"),
    (DURATION, "a duration: `30m`, `48h`, `3d`"),
    (shapes.named({"$ref": "#/$defs/asked_field"}), "fields by name"),
    ({"$ref": "#/$defs/do"}, "effects by name"),
    (shapes.named({"$ref": "#/$defs/effect"}), "effects by name"),
)
ROOTS = ("approvals", "effect")
"""What stands before so many words that it is not said of each."""
NOT_ALONE = ("webhook",)
"""What a form says too, of its endpoints."""


@cache
def every_schema() -> dict[str, dict[str, Any]]:
    """The schemas with every field type and effect that there is."""
    return schemas(vocabulary(FIELD_TYPES, EFFECTS))


def reference(page: Page) -> str:
    """One whole page."""
    parts = [f"# {page.title}", page.says.rstrip(), _contents(page), *([_sample()] if page.shows_sample else [])]
    for section in page.sections:
        parts += [f"## {section.title}", *([section.says.rstrip()] if section.says else [])]
        parts += _words(section)
    return "\n\n".join(parts) + "\n"


def _contents(page: Page) -> str:
    """Every word with a link to where it stands."""
    lines = []
    for section in page.sections:
        words = [called(each.at[0], section.schema) for each in section.meanings]
        lines.append(f"- {section.title}: " + " · ".join(f"[{word}](#{_anchor(word)})" for word in words))
    return "\n".join(lines)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _sample() -> str:
    """The process in which the examples stand."""
    workflow = (SAMPLE / "workflow_definitions" / "request.yaml").read_text(encoding="utf-8")
    return f"Examples are merged by name into this workflow:\n\n```yaml\n{workflow.rstrip()}\n```"


def _words(section: Section) -> Iterator[str]:
    schema = every_schema().get(section.schema)
    known = words_of(schema) if schema else {}
    for meaning in section.meanings:
        yield f"### `{called(meaning.at[0], section.schema)}`"
        yield from _facts(meaning, known.get(meaning.at[0]))
        yield meaning.means.rstrip()
        if meaning.values:
            yield "\n".join(f"- `{value}`: {says}" for value, says in meaning.values.items())
        yield from map(_example, meaning.examples)


def called(path: str, schema: str) -> str:
    """A word as its readers know it: `steps.decide.need`; names that a library chooses are left out."""
    plain = [*([schema] if schema == "report" else []), *(word for word in path.split(".") if word != "*")]
    return ".".join(plain[1:] if plain[0] in ROOTS and len(plain) > 1 and plain[1] not in NOT_ALONE else plain)


def _facts(meaning: Meaning, schema: Mapping[str, Any] | None) -> Iterator[str]:
    """Where a word stands, how it is written, what goes without it."""
    if schema is not None:
        usual = "" if meaning.default is None else f" · without it: {_code(meaning.default)}"
        yield ", ".join(f"`{path}`" for path in meaning.at) + f" · {_written(schema)}{usual}"


def _code(words: str) -> str:
    return words if " " in words else f"`{words}`"


def _written(schema: Mapping[str, Any]) -> str:
    """How a word's value is written."""
    known = next((says for each, says in KNOWN if each == schema), None)
    if known is not None:
        return known
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "then" in schema:
        return f"{_written(schema['then'])}, or {_written(schema['else'])}"
    return _shape(schema)


def _shape(schema: Mapping[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            return f"a list: {_written(schema.get('items', {}))}"
        case "object":
            words = ", ".join(f"`{each}`" for each in schema.get("properties", ()))
            return f"words: {words}" if words else "`{}`" if schema.get("properties") == {} else "entries by name"
        case "integer":
            return f"a whole number from {schema.get('minimum')} to {schema.get('maximum')}"
        case _:
            return f"`{schema['pattern']}`" if "pattern" in schema else "`true` or `false`"


def _example(example: Example) -> str:
    given = ", ".join(f"{name} {_told(value)}" for name, value in example.given.items())
    said = "; ".join([*([f"with {given}"] if given else []), *example.then])
    return f"```yaml\n{example.written.rstrip()}\n```" + (f"\n\n→ {said}" if said else "")


def _told(value: Any) -> str:
    """A value of the record in words."""
    if isinstance(value, dict):
        return ", ".join(f"{name} by {_told(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_told(each) if not isinstance(each, list) else " ".join(map(_told, each)) for each in value)
    return "empty" if value is None else str(value)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for each in pages():
        (folder / f"{each.name}.md").write_text(reference(each), encoding="utf-8")

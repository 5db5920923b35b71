"""Which words a schema knows, and what is written of each in `meanings/*.yaml`. For `verification.reference` and tests.

A word is known by its path: `approvals.*.steps.*.ask`, with `*` for any name. What a part of a step shares with the
step is one word. A schema says how a word is written, its file what it means and shows it at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.definitions.reader import read_yaml
from engine.definitions.schemas.shapes import TITLE

FOLDER = Path(__file__).with_suffix("")
SAMPLE = FOLDER / "sample"
"""The library in which every example stands."""
_REPEATED = ((".parts.*.", "."),)


@dataclass(frozen=True)
class Example:
    """`written` is merged by name into the definition `into` of the sample; `then` is what comes of it, in lines."""

    written: str
    into: str
    given: Mapping[str, Any]
    then: tuple[str, ...]


@dataclass(frozen=True)
class Meaning:
    """What is written of one word. `at` is where it may stand: one path, or several."""

    at: tuple[str, ...]
    means: str
    default: str | None
    values: Mapping[str, str]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Section:
    """Some words of one schema: all that stand `under` these paths."""

    title: str
    says: str
    schema: str
    under: tuple[str, ...]
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True)
class Page:
    """What one page of the reference is made of."""

    name: str
    title: str
    says: str
    shows_sample: bool
    sections: tuple[Section, ...]


def pages() -> Iterator[Page]:
    """Every page, by its name."""
    for file in sorted(FOLDER.glob("*.yaml")):
        data = read_yaml(file.read_bytes(), file.name).data
        sections = tuple(_section(each) for each in data["sections"])
        yield Page(file.stem, data["title"], data["says"], data.get("shows_sample", False), sections)


def _section(data: Mapping[str, Any]) -> Section:
    meanings = tuple(_meaning(path, each) for path, each in data["words"].items())
    return Section(data["title"], data.get("says", ""), data["schema"], tuple(data["under"]), meanings)


def _meaning(path: str, data: Mapping[str, Any]) -> Meaning:
    default = data.get("default")
    return Meaning(
        at=(path, *data.get("also", ())),
        means=data["means"],
        default=None if default is None else _plain(default),
        values={_plain(value): says for value, says in data.get("values", {}).items()},
        examples=tuple(
            Example(each["yaml"], each.get("into", "workflow request"), each.get("given", {}), tuple(each["then"]))
            for each in data["examples"]
        ),
    )


def _plain(value: Any) -> str:
    """As YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def words_of(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every word of a schema by its path, with its own schema; those of effects under `effect`."""
    found = dict(_below(schema, ""))
    effect = schema.get("$defs", {}).get("effect", {})
    found |= {f"effect.{path}": each for path, each in _below(effect, "") if path != "when"}
    return {path: each for path, each in found.items() if not _is_repeated(path, found)}


def _is_repeated(path: str, found: Mapping[str, Any]) -> bool:
    """Whether the same is said a level higher already."""
    return any(old in path and found.get(path.replace(old, new)) == found[path] for old, new in _REPEATED)


def _below(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The words of an object, of what stands under any name, and of either of two shapes; languages are no words."""
    if schema == TITLE:
        return
    for name, each in schema.get("properties", {}).items():
        yield f"{path}{name}", each
        yield from _below(each, f"{path}{name}.")
    for either in ("then", "else"):
        yield from _below(schema[either], path) if either in schema else ()
    named = schema.get("additionalProperties")
    if isinstance(named, Mapping):
        yield from _below(named, f"{path}*.")

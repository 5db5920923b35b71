"""What an effect is and what it is given. Every file beside this one holds one effect; `operations` applies outcomes.

An effect only proposes: it reads its compiled options with the library's eyes and yields outcomes. `expressions` of an
effect tells the definitions which options to compile and what they may name; `*` stands for every key of a map:

- `record`: `record` and what stands everywhere (`actor`, `chain`, `today`, ...);
- `row`: the same and `row`, the row of the nearest `each` (of a nested map, else of the effect), if there is one;
- `group`: as `row`, and `group`, the values of `group_by`, when that is given;
- `candidate`: as `group`, and `it`, a record of `form`;
- `place`: as `row`, giving a place or a record that is one;
- `told`: as `row`, giving anything: it is told, not written;
- `people`: a list of people.

What is not named there stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.definitions.models import EffectUse, Form
from engine.effects.outcomes import Outcome
from engine.expressions import Environment, Reference, Row, Subject


@dataclass(frozen=True, slots=True)
class EffectCall:
    """One use of an effect on one record. `environment` sees what earlier effects proposed and names `record`.

    `chosen`: ids of the rows that an action on chosen rows was given; `each: chosen` walks them. `rows` are those of a
    report, of many records: `origins` gives, by row, the record that it is of (`it`).
    """

    use: EffectUse
    form: Form
    record: Subject
    environment: Environment
    chosen: tuple[str, ...] | None = None
    within: str | None = None
    """The table of which `chosen` are the only rows that are meant: of a step that was decided row by row."""
    rows: tuple[Row, ...] | None = None
    origins: Mapping[str, Reference] | None = None

    @property
    def name(self) -> str:
        """The name of this use, part of every posting key."""
        return self.use.name

    def option(self, name: str) -> Any:
        """A compiled option, None when it is not given."""
        return self.use.options.get(name)


class Effect(Protocol):
    """One kind of effect."""

    @property
    def name(self) -> str:
        """Its word in a definition."""
        ...

    @property
    def options_schema(self) -> Mapping[str, Any]:
        """JSON Schema of its options."""
        ...

    @property
    def expressions(self) -> Mapping[str, str]:
        """Option path -> what it may name (see above)."""
        ...

    def propose(self, call: EffectCall) -> Iterator[Outcome]:
        """What is to happen, in order."""
        ...


EXPRESSION: Mapping[str, Any] = {"type": ["string", "number", "integer", "boolean"]}
WORD: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
WORDS: Mapping[str, Any] = {"type": "array", "items": WORD, "minItems": 1, "uniqueItems": True}
EXPRESSIONS: Mapping[str, Any] = {"type": "object", "additionalProperties": EXPRESSION, "minProperties": 1}
PEOPLE: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def options(required: tuple[str, ...] = (), **properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON Schema of an effect's options; a name that is a word of Python ends in `_`."""
    named = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {"type": "object", "additionalProperties": False, "properties": named, "required": list(required)}

"""Sentences of rules and guards with what they name in braces: `This lot ends on {row.lot.expires}.`

Used by `compiling`, and by who refuses. Only whoever knows the reader (a `Teller`) puts a value in; of what the reader
may not see, and where nobody knows who reads, a mark stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.entities import Rule
from engine.errors import Text
from engine.expressions import Environment, EvaluationFault, Expression, Teller

HIDDEN = "…"
SINGLE = frozenset(
    {"text", "integer", "decimal", "money", "quantity", "date", "moment", "boolean", "choice", "reference"}
)
"""Types of what may be named."""
_NAMED = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")


def named_in(says: Mapping[str, str]) -> Iterator[str]:
    """What a sentence names, in any language, each once."""
    yield from dict.fromkeys(name for words in says.values() for name in _NAMED.findall(words))


def may_be_named(found: Expression) -> bool:
    """Whether it is a field or a name, with one value."""
    return found.node.op in ("name", "attribute") and not found.calls and found.type.kind in SINGLE


def sentence(rule: Rule, environment: Environment) -> Text:
    """What the rule says to whoever reads it now."""
    if not rule.names:
        return rule.says
    return {language: _filled(words, _told(rule.names, environment, language)) for language, words in rule.says.items()}


def _filled(words: str, told: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda found: told.get(found[1], found[0]), words)


def _told(names: Mapping[str, Expression], environment: Environment, language: str) -> dict[str, str]:
    return {name: _said(each, environment, language) for name, each in names.items()}


def _said(of: Expression, environment: Environment, language: str) -> str:
    world: Any = environment.world
    if not isinstance(world, Teller):
        return HIDDEN
    try:
        found = world.told(of, environment, language)
    except EvaluationFault:
        found = None
    return HIDDEN if found is None else found

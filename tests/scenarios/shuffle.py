"""A library renamed from end to end: what the engine must not notice. Used by `world`.

Every name that a definition gives (forms, fields, states, transitions, steps, roles, options, rules ...) becomes an
invented word, the same everywhere; the words of the language stay. The names of a run follow from its seed. Answers
are read back into the names in which tests are written, for an invented word stands for one name only.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from engine.definitions.reader import read_yaml

NAME_MAPS = {
    "fields", "places", "states", "transitions", "approvals", "steps", "parts", "edit", "asks", "guard", "do", "rules",
    "duties", "timers", "facts", "roles", "values", "for", "group_by", "merge_by", "indexes", "schedules", "alerts",
    "columns", "parameters", "calendars",
}  # fmt: skip
"""Words whose map has names for keys."""

MAYBE_NAMES = {"to", "rows"}
"""The same when a map follows: alternatives of a transition, tables of what is created."""

SPOKEN = {"title", "says", "help", "purpose"}
KEYWORDS = {
    "format", "type", "kind", "negative", "rows", "period", "refusal", "wait", "order", "base", "tie", "route",
    "same_person", "otherwise", "overlap", "currency", "zone", "resume", "share", "need", "scale",
}  # fmt: skip
"""Words whose value is a word of the language."""

TYPES = {"text", "integer", "decimal", "money", "quantity", "date", "moment", "boolean"}
RESERVED = frozenset(
    {
        "state", "number", "decided", "came_from", "row", "record", "it", "group", "each", "chosen", "actor",
        "chain", "now", "today", "system", "true", "false", "and", "or", "not", "in", "if", "else", "empty",
        "submitter", "editor", "writer", "see", "create", "edit", "export", "import", "print", "bulk", "approve",
        "reject", "return", "stock", "definitions", "keys", "clock", "ledger", "remove", "at_most", "id",
        "created_by", "submitted_by",
    }
)  # fmt: skip
MOMENTS = {"created", "submitted", "updated"}
"""What the engine keeps of every record; states are called so too."""


KINDS = {"form", "workflow", "notice", "overlay", "library", "report", "dashboard", "mapping"}
"""Words whose value is the name of what a text defines."""
KNOWN = {"none", "lot", "serial", "en", "zh"}
"""Values that the engine is told of: how an item is tracked, which language somebody reads."""

_PEOPLE = re.compile(r"([a-z][a-z0-9_]*) (at|above|below) ([a-z][a-z0-9_.]*)\Z")
_OF = re.compile(r"(owner|manager|decider) of ([a-z][a-z0-9_.]*)\Z")
_TOKENS = re.compile(r"""'[^']*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*|.""", re.DOTALL)
_HOLES = re.compile(r"\{([^{}]*)\}")
_WORDS = re.compile(r"q[a-z]{6}")


def read(words: str) -> Any:
    """A definition as plain values."""
    return read_yaml(words, "test.yaml").data


def write(told: Any) -> str:
    """Plain values as a definition: a line for each value of the first two levels, so that findings say where."""
    lines = []
    for key, value in told.items():
        if isinstance(value, Mapping) and value:
            lines.append(f"{key}:")
            lines += [f"  {json.dumps(inner)}: {json.dumps(each, ensure_ascii=False)}" for inner, each in value.items()]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


class Shuffle:
    """Names and what they are called in this run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.names: dict[str, str] = {}
        self.plain: dict[str, str] = {}
        self.facts: set[str] = set()
        self._draw = random.Random(seed)

    def copy(self) -> Shuffle:
        """The same names, to which more may be added."""
        return deepcopy(self)

    # -- learning ------------------------------------------------------------------------------------------------------

    def learn(self, document: Any) -> None:
        """Invent a word for every name that a definition gives."""
        for name in _given(document):
            self._invent(name)
        self.facts |= set(document.get("facts") or {})

    def _invent(self, name: str) -> None:
        if name in self.names or name in RESERVED:
            return
        word = self._word()
        while word in self.plain:
            word = self._word()
        self.names[name] = word
        self.plain[word] = name

    def _word(self) -> str:
        letters = [self._draw.choice("aeiou" if at % 2 else "bdfgklmnprstvz") for at in range(6)]
        return "q" + "".join(letters)

    # -- there ---------------------------------------------------------------------------------------------------------

    def name(self, plain: str) -> str:
        """A name as it is called in this run."""
        return self.names.get(plain, plain)

    def value(self, plain: str) -> str:
        """A value of a choice as it is called in this run."""
        return plain if plain in KNOWN else self.name(plain)

    def document(self, words: str) -> str:
        """A definition's text, renamed. Learn it first."""
        told = read(words)
        if "mapping" in told:
            return write({**self.mapping(told), "mapping": self.name(told["mapping"])})
        return write(self._value(told, names=False))

    def policy(self, words: str) -> str:
        """Lines of rights, renamed."""
        return "\n".join(self._right(line) for line in words.splitlines()) + "\n"

    def _right(self, line: str) -> str:
        parts = [each.strip() for each in line.split(",")]
        if len(parts) != 5:
            return line
        return ", ".join([parts[0], *(self._path(each) for each in parts[1:4]), parts[4]])

    def expression(self, words: str) -> str:
        """An expression, people, a path or a name: whatever stands as one string."""
        if found := _PEOPLE.match(words):
            return f"{self.name(found[1])} {found[2]} {self._path(found[3])}"
        if found := _OF.match(words):
            return f"{found[1]} of {self._path(found[2])}"
        tokens = _TOKENS.findall(words)
        return "".join(self._token(tokens, at) for at in range(len(tokens)))

    def _token(self, tokens: Sequence[str], at: int) -> str:
        token = tokens[at]
        before, after = "".join(tokens[max(0, at - 80) : at]), "".join(tokens[at + 1 : at + 4])
        if token[0] in "'\"":
            kept = (
                token[1:-1] in KNOWN or re.search(r"\blimit\([^()]*\Z", before) or re.search(r"\bkind\s*=\s*\Z", before)
            )
            return token if kept else token[0] + self._path(token[1:-1]) + token[-1]
        if token not in self.names or token in MOMENTS or before.endswith("actor."):
            return token
        if after.startswith("("):
            return self.names[token] if token in self.facts else token
        if re.match(r"\s*=(?!=)", after) and not re.search(r"\blookup\(", before):
            return token
        return self.names[token]

    def _path(self, words: str) -> str:
        return ".".join(self.name(each) for each in words.split("."))

    def _value(self, told: Any, *, names: bool, under: str = "") -> Any:
        if isinstance(told, Mapping):
            return {
                self._key(key, under) if names else key: self._under(key, value, names=names, under=under)
                for key, value in told.items()
            }
        if isinstance(told, list):
            return [self._value(each, names=False, under=under) for each in told]
        if not isinstance(told, str) or (under == "for" and told in TYPES):
            return told
        if told in MOMENTS:
            return self.name(told) if under in ("from", "to", "state", "in", "start") else told
        return self.expression(told)

    def _key(self, key: str, under: str) -> str:
        if under == "change":
            kind, _, name = key.partition(" ")
            return f"{kind} {self.name(name)}"
        if under == "options" and key in KNOWN:
            return key
        return self.name(key)

    def _under(self, key: str, value: Any, *, names: bool, under: str) -> Any:
        if names:
            if under == "asks" and key in ("return", "reject"):  # questions of a verdict, by name
                return self._value(value, names=True, under="asks")
            inner = under if under in ("values", "group_by", "merge_by", "for") else ""
            if under == "options" and isinstance(value, Mapping) and set(value) - {"en", "zh"}:
                return self._value(
                    value, names=True, under="options"
                )  # the options of a library have names of their own
            return value if under == "options" else self._value(value, names=False, under=inner)
        if key in ("text", "says"):
            return self._holes(value)
        if key == "zone" and under == "org_unit":  # a field; elsewhere a word
            return self.name(value)
        if key in SPOKEN or (key in KEYWORDS and not isinstance(value, Mapping)):
            return value
        if isinstance(value, Mapping) and (key in NAME_MAPS | MAYBE_NAMES | {"options", "change"}):
            return self._value(value, names=True, under=key)
        return self._value(value, names=False, under=key)

    def mapping(self, told: Any, word: str = "") -> Any:
        """What becomes of what, renamed: everything is a name but what is filled in."""
        if isinstance(told, Mapping):
            return {self._path(key) if word else key: self.mapping(value, word or key) for key, value in told.items()}
        return self._path(told) if isinstance(told, str) and word not in ("", "missing") else told

    def _holes(self, told: Any) -> Any:
        if isinstance(told, Mapping):
            return {key: self._holes(value) for key, value in told.items()}
        return _HOLES.sub(
            lambda hole: "{" + (hole[1] if hole[1].startswith("counter:") else self.expression(hole[1])) + "}",
            str(told),
        )

    # -- and back ------------------------------------------------------------------------------------------------------

    def back(self, words: str) -> str:
        """Whatever came back, in the names of the tests."""
        return _WORDS.sub(lambda found: self.plain.get(found[0], found[0]), words)


def _given(told: Any, *, names: bool = False, under: str = "") -> list[str]:
    """Every name that a definition gives."""
    found: list[str] = []
    if not isinstance(told, Mapping):
        return found
    for key, value in told.items():
        if names:
            found.append(key.partition(" ")[2] if under == "change" else key)
            if under == "asks" and key in ("return", "reject"):
                found += _given(value, names=True, under="asks")
            elif under == "options" and isinstance(value, Mapping) and set(value) - {"en", "zh"}:
                found += list(value)
            elif under != "options":
                found += _given(value)
        elif key in (
            "form",
            "workflow",
            "notice",
            "overlay",
            "library",
            "report",
            "dashboard",
            "mapping",
        ) and isinstance(value, str):
            found.append(value)
        elif key not in SPOKEN | {"text"} and isinstance(value, Mapping):
            given = key in NAME_MAPS | MAYBE_NAMES | {"options", "change"}
            found += _given(value, names=given, under=key)
        elif isinstance(value, list):
            for each in value:
                found += _given(each)
    return found

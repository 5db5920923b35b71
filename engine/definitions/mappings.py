"""What becomes of what a new version takes away: states, steps, fields, options and roles. Made by the assembly.

A mapping travels with the library, as a file of its own. `archive` leaves a field's values where they are: in history
and exports, not in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.entities import NOTHING, Place

ARCHIVE = "archive"

Renames = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Carrying:
    """What becomes of what, by form: old name -> new name. `roles` are the library's; `options` are by field path."""

    name: str
    since: int | None = None
    """The version that it was written for (`from:` in the file)."""
    states: Mapping[str, Renames] = NOTHING
    steps: Mapping[str, Renames] = NOTHING
    fields: Mapping[str, Renames] = NOTHING
    options: Mapping[str, Mapping[str, Renames]] = NOTHING
    roles: Renames = NOTHING
    missing: Mapping[str, Mapping[str, Any]] = NOTHING
    """By form and field: the value of what is required and empty; a field that is not here becomes a task."""
    at: Place | None = None

    def state(self, form: str, name: str) -> str:
        """What a state is called now."""
        found: str = self.states.get(form, NOTHING).get(name, name)
        return found

    def step(self, form: str, name: str) -> str:
        """What a step is called now."""
        found: str = self.steps.get(form, NOTHING).get(name, name)
        return found


PLAIN = Carrying("")


def carrying_of(name: str, data: Mapping[str, Any], at: Place | None = None) -> Carrying:
    """A mapping out of its values, which its schema has let pass."""
    found = {word: data.get(word) or NOTHING for word in ("states", "steps", "fields", "options", "roles", "missing")}
    return Carrying(name=name, since=data.get("from"), at=at, **found)


def aliases(mappings: Mapping[str, Carrying], roles: Mapping[str, Any]) -> dict[str, str]:
    """Roles that are no more, and which role stands for each of them now."""
    found: dict[str, str] = {}
    for each in mappings.values():
        for old, new in each.roles.items():
            if old not in roles:
                found[old] = new
    return {old: new for old, new in ((old, _last(new, found)) for old, new in found.items()) if new in roles}


def _last(role: str, found: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while role in found and role not in seen:
        seen.add(role)
        role = found[role]
    return role

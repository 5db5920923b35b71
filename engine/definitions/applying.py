"""Which overlays apply to an org unit. Called by operations when a record is made, read or pinned."""

from __future__ import annotations

from engine.definitions.models import Library
from engine.expressions import Environment, Reference, Subject, holds


def overlays_for(library: Library, unit: Reference | Subject, environment: Environment) -> tuple[str, ...]:
    """The overlays whose condition holds for this unit, in their order. Empty is no."""
    asked = environment.with_names(it=unit)
    return tuple(
        each.name for each in library.overlays.values() if each.applies_to is None or holds(each.applies_to, asked)
    )

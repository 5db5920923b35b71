"""What stands against definitions before they are published, beside what a library tells by itself.

Used by `laying` for whatever is checked or published: walks over what has changed (`Services.judge`), and whether
the people of today can do it (`staffing`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.definitions import Finding, Loaded
from engine.definitions.models import Library
from engine.errors import Fault, Refusal, invalid
from engine.operations import staffing

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def verified(operation: Operation, loaded: Loaded) -> Loaded:
    """What was read, with what was found by walking it and by asking who is there."""
    library = loaded.library
    if library is None:
        return loaded
    walked = operation.services.judge(library, operation.library)
    staffed = staffing.staffed(library, operation.library, operation.directory)
    found = sorted((*loaded.findings, *walked, *staffed), key=lambda each: (each.file, each.line, each.path, each.code))
    return replace(loaded, findings=tuple(found))


def require_sound(loaded: Loaded) -> Library:
    """The library that was read; refused with every finding that must not be published."""
    errors = [each for each in loaded.findings if each.severity == "error"]
    if loaded.library is None or errors:
        raise found_wrong(errors or loaded.findings)
    return loaded.library


def found_wrong(findings: Iterable[Finding]) -> Refusal:
    """The refusal of what is wrong with definitions, each at its line."""
    return invalid(Fault(f"{each.file}:{each.line}:{each.path}", each.code, each.message) for each in findings)

"""Static checks of a whole library."""

from engine.definitions.findings import Finding
from engine.definitions.models import Library


def check_library(library: Library) -> list[Finding]:
    return []

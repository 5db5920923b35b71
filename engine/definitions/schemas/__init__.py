"""The JSON Schemas of the definition language, built for a vocabulary. Read by `validation` and designers.

`shapes` are the words they share; `forms`, `workflows`, `reports`, `tests`, `libraries` are one schema per kind.
"""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.forms import form_schema
from engine.definitions.schemas.libraries import (
    library_schema,
    mapping_schema,
    notice_schema,
    overlay_schema,
    roles_schema,
)
from engine.definitions.schemas.reports import report_schema
from engine.definitions.schemas.tests import tests_schema
from engine.definitions.schemas.workflows import workflow_schema
from engine.definitions.vocabulary import Vocabulary


def schemas(vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """The schema of every kind of definition, by kind."""
    return {
        "form": form_schema(vocabulary),
        "workflow": workflow_schema(vocabulary),
        "report": report_schema(vocabulary),
        "library": library_schema(vocabulary),
        "overlay": overlay_schema(),
        "mapping": mapping_schema(),
        "roles": roles_schema(),
        "notice": notice_schema(),
        "tests": tests_schema(),
    }

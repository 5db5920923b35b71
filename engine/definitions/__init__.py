"""What can be said: the guarded reader, the schemas, the frozen models, layers, checks, and the shelf of versions.

Map: `documents` finds texts in a folder, `reader` reads YAML behind its guard, `schemas` and `validation` say what may
stand where; `merging` and `layers` put overlays in; `outline` and `scopes` say what expressions may name; `forms`,
`fields`, `workflows`, `approvals`, `effects`, `facts`, `rights` build the models of `models`; `assembly` joins them and
`loading` is the door; `checks` is every static check; `shelf` publishes and loads, `folders` pulls, `comparing` tells
what differs, `integrating` gives the JSON Schema of a form. The contract: `docs/developer/rooms.md`.
"""

from engine.definitions.applying import overlays_for
from engine.definitions.comparing import changes, diff
from engine.definitions.findings import Finding
from engine.definitions.folders import pull
from engine.definitions.integrating import schema_of_form
from engine.definitions.loading import Loaded, read_library, read_texts
from engine.definitions.reader import normalise
from engine.definitions.scopes import form_scope
from engine.definitions.vocabulary import EffectKind, FieldKind, Vocabulary

__all__ = [
    "EffectKind",
    "FieldKind",
    "Finding",
    "Loaded",
    "Vocabulary",
    "changes",
    "diff",
    "form_scope",
    "normalise",
    "overlays_for",
    "pull",
    "read_library",
    "read_texts",
    "schema_of_form",
]

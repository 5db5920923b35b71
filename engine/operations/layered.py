"""Why a record follows a rule: the layers that its definition comes from, in order, with file and line. Used by `why`.

A layer is the text of a library, or an overlay that changes it; an overlay that holds for some units says why it holds
for this record's. Layers are those of the version and variant that the record is pinned to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form, Layer, Overlay, Workflow
from engine.errors import Text, not_found, say, text
from engine.expressions import Expression, Reference
from engine.operations import loading, presenting, rights, sight
from engine.operations.saying import Sayer

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

Path = tuple[str, ...]
Found = tuple[Path, Text] | None
EVERYWHERE = text("It holds everywhere.", "适用于所有单位。")
HERE = text("It holds here because {when}.", "因为{when}，适用于此处。")
SOMEWHERE = text("It holds for this unit.", "适用于此单位。")


def approval_of(workflow: Workflow, step: str) -> str | None:
    """The approval that a step belongs to."""
    return next((each.name for each in workflow.approvals.values() if step in each.steps), None)


def _step(folder: Folder, name: str) -> Found:
    approval = approval_of(folder.workflow, name)
    if approval is None:
        return None
    return ("approvals", approval, "steps", name), folder.workflow.approvals[approval].steps[name].title


def _approval(folder: Folder, name: str) -> Found:
    known = next((each for each in folder.workflow.states.values() if each.steps == name), None)
    return (("approvals", name), known.title if known else {}) if name in folder.workflow.approvals else None


def _state(folder: Folder, name: str) -> Found:
    known = folder.workflow.states.get(name)
    return (("states", name), known.title) if known else None


def _action(folder: Folder, name: str) -> Found:
    known = folder.workflow.transitions.get(name)
    return (("transitions", name), known.title) if known else None


def _field(folder: Folder, name: str) -> Found:
    known: Field | None = folder.form.field(name)
    return (_path(name), known.title) if known else None


def _path(field: str) -> Path:
    head, _, tail = field.partition(".")
    return ("fields", head, "fields", tail) if tail else ("fields", head)


RULES: Mapping[str, Callable[[Folder, str], Found]] = {
    "step": _step,
    "approval": _approval,
    "state": _state,
    "field": _field,
}
"""What may be asked beside an action: by which word, and where it stands in the definition."""


def answer(operation: Operation, folder: Folder, word: str, name: str) -> dict[str, Any]:
    """`{form, id, version, <word>, title, unit, layers}`; not there is also what the reader may not see."""
    found = RULES[word](folder, name)
    if found is None or (word == "field" and name in rights.hidden(operation, folder)):
        raise not_found()
    path, title = found
    return {
        "form": folder.form.name,
        "id": folder.id,
        "version": folder.version or operation.library.version,
        word: name,
        "title": say(title, operation.call.language) or name,
        "unit": presenting.reference(operation, unit) if (unit := _unit(folder)) is not None else None,
        "layers": _told(operation, folder, folder.form.layers if word == "field" else folder.workflow.layers, path),
    }


def of_action(operation: Operation, folder: Folder, name: str) -> list[dict[str, Any]]:
    """The layers of an action of the workflow."""
    found = _action(folder, name)
    return _told(operation, folder, folder.workflow.layers, found[0]) if found else []


def _told(operation: Operation, folder: Folder, layers: tuple[Layer, ...], path: Path) -> list[dict[str, Any]]:
    conditions = _overlays(operation, folder)
    hidden = {_path(each) for each in rights.hidden(operation, folder)}
    found = ((each, each.place(path)) for each in layers if _says(each, path, hidden))
    return [
        {
            "layer": layer.name,
            "title": say(layer.title, operation.call.language) or layer.name,
            "overlay": layer.overlay,
            "because": _because(operation, folder, conditions.get(layer.name)),
            "file": place.file,
            "line": place.line,
        }
        for layer, place in found
        if place is not None
    ]


def _says(layer: Layer, path: Path, hidden: set[Path]) -> bool:
    """Whether a layer says anything of it that the reader may know of: of a table, not only of a hidden column."""
    within = [each for each in layer.marks if each[: len(path)] == path and each != path]
    return not within or any(not _covered(each, path, hidden) for each in within)


def _covered(mark: tuple[str | int, ...], path: Path, hidden: set[Path]) -> bool:
    """Whether it is of a hidden column, or only leads to columns."""
    return mark == (*path, "fields") or any(mark[: len(each)] == each for each in hidden)


def _overlays(operation: Operation, folder: Folder) -> Mapping[str, Overlay]:
    """The overlays of the version that the record follows, with their conditions."""
    if folder.version is None:
        return operation.library.overlays
    return loading.library(operation.services, operation.connection, folder.version).overlays


def _unit(folder: Folder) -> Reference | None:
    found = folder.values.get(folder.form.variant) if folder.form.variant else None
    return found if isinstance(found, Reference) else None


def _because(operation: Operation, folder: Folder, overlay: Overlay | None) -> str:
    """Why it holds for this record: for everybody, or by what its unit is, as far as the reader sees that."""
    language = operation.call.language
    if overlay is None or overlay.applies_to is None:
        return say(EVERYWHERE, language)
    unit = _unit(folder)
    form = operation.library.forms.get(unit.form) if unit is not None else None
    if form is None or _reveals(operation, form, overlay.applies_to):
        return say(SOMEWHERE, language)
    return say(HERE, language).format(when=Sayer(operation.library, form, language).says(overlay.applies_to))


def _reveals(operation: Operation, form: Form, condition: Expression) -> bool:
    """Whether it asks of the unit, or of what that refers to, what the reader cannot be sure to see."""
    told = (each[1:] for each in condition.names if each[0] == "it" and each[1:])
    return sight.asks_outside(operation, condition) or any(sight.unseen(operation, form, each) for each in told)

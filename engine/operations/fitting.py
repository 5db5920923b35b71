"""What may be chosen in a field (`only`), and who may be told so. Used by `candidates`, `formview` and `writing`.

Whoever cannot be sure to see all that `only` reads is offered what he would be offered without it, and is not told the
rule: what is offered must not tell what is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.definitions.models import Field, Form
from engine.errors import Fault, Text, say, text
from engine.operations import rights, sight
from engine.operations.saying import Sayer, people_apart
from engine.records.filling import field_of

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

NOTHING = text("Nothing of this can be chosen here.", "此处没有可选的内容。")
NOT_CALLED = text("Nothing that can be chosen here is called that.", "可选的内容中没有匹配的结果。")
_RULE = text("This cannot be chosen here. What can: {0}.", "此处不能选择该项。可选条件：{0}。")
_DEPENDS = text(" It depends on: {0}.", "可选内容取决于：{0}。")


def target(operation: Operation, field: Field) -> Form | None:
    """The form whose records one chooses from, if the actor may look into it."""
    found = field.value_type
    form = operation.library.forms.get(found.form or "") if found.kind == "reference" else None
    return form if form is not None and rights.sees_form(operation, form.name) else None


def narrowed(operation: Operation, form: Form, field: Field) -> bool:
    """Whether the actor is offered only what `only` allows."""
    other = target(operation, field)
    if field.only is None or other is None or sight.asks_outside(operation, field.only):
        return False
    return not any(_unseen(operation, form, field, other, path) for path in field.only.names)


def _unseen(operation: Operation, form: Form, field: Field, other: Form, path: tuple[str, ...]) -> bool:
    root, rest = path[0], path[1:]
    if root == "it":
        return bool(rest) and sight.unseen(operation, other, rest)
    if root == "actor":
        return bool(rest) and sight.unseen(operation, operation.library.forms[operation.person_form], rest)
    if root == "row":
        return sight.unseen(operation, form, (field.table or "", *rest))
    rest = rest if root == "record" else path
    return bool(rest) and sight.unseen(operation, form, rest)


def nothing(operation: Operation, form: Form, field: Field, q: str) -> Text:
    """That nothing can be chosen, and on which fields of the record that depends."""
    says = NOT_CALLED if q else NOTHING
    names = field.only.names if field.only is not None and narrowed(operation, form, field) else ()
    own = sorted({path[:2] for path in names if path[0] in ("record", "row") and len(path) > 1})
    if not own:
        return says

    def told(language: str) -> str:
        sayer = Sayer(operation.library, form, language, field)
        return people_apart(language).join(dict.fromkeys(sayer.title(path) for path in own))

    return text(*(say(says, each) + say(_DEPENDS, each).format(told(each)) for each in ("en", "zh")))


def worded(operation: Operation, folder: Folder, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults; of what may not be chosen, with the rule in words."""
    for each in faults:
        field = folder.form.field(field_of(each.path)) if each.code == "only" else None
        if field is None or field.only is None or not narrowed(operation, folder.form, field):
            yield each
            continue
        sayers = (Sayer(operation.library, folder.form, language, field) for language in ("en", "zh"))
        yield replace(each, says=text(*(say(_RULE, one.language).format(one.says(field.only)) for one in sayers)))

"""The words of a notice, made when it is read and with the reader's eyes. Used by `inbox`.

A template speaks of fields as `{{ record.number }}`; what the reader may not see is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import say
from engine.operations import presenting

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def notice(operation: Operation, folder: Folder, template: str) -> str:
    """The template in the reader's language with the record's values; its title and number when there is none."""
    language = operation.call.language
    found = operation.library.templates.get(template, {})
    words = found.get(language) or found.get("en")
    plain = f"{say(folder.form.title, language)} {folder.number or ''}".strip()
    if words is None:
        return plain
    return operation.services.render(words, {"record": _shown(operation, folder), "title": plain})


def _shown(operation: Operation, folder: Folder) -> dict[str, Any]:
    values = presenting.values(operation, folder)
    plain = {name: _plain(value) for name, value in values.items() if not isinstance(value, list)}
    return {**plain, "number": folder.number or "", "state": folder.state}


def _plain(value: Any) -> Any:
    """A reference as its code and its title, which templates also call its name."""
    if not isinstance(value, dict):
        return value
    code, title = value.get("code") or "", value.get("title") or value.get("typed") or ""
    return {"code": code, "title": title, "name": title or code}

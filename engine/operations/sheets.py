"""Records as rows of a sheet that people read: titles, words and local time. Used by `exporting`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import Text, say, text
from engine.operations import presenting
from engine.operations.wording import HEADS

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

YES, NO, FILE = text("Yes", "是"), text("No", "否"), text("File", "附件")
FILES = frozenset({"attachment", "image", "signature"})
_APART: Text = text("; ", "；")


class Sheet:
    """The columns `names` of a form (fields that are no tables, and what every record has), in words of the reader."""

    def __init__(self, operation: Operation, form: Form, names: Iterable[str]) -> None:
        self._operation = operation
        self._form = form
        self._names = [name for name in names if name in HEADS or _is_plain(form.fields.get(name))]

    def titles(self) -> list[str]:
        """The first row."""
        return [self._title(name) for name in self._names]

    def row(self, folder: Folder) -> list[str]:
        """A record."""
        head = presenting.head(self._operation, folder)
        head["state"] = self._say(folder.workflow.states[folder.state].title) or folder.state
        head["submitted"] = presenting.moment(folder.submitted)
        values = presenting.values(self._operation, folder)
        return [
            self._told(self._form.fields[name], values.get(name))
            if name in self._form.fields
            else self._plain(head[name])
            for name in self._names
        ]

    def cells(self, values: Mapping[str, Any]) -> list[str]:
        """A row of a report: its values alone."""
        return [self._told(self._form.fields[name], values.get(name)) for name in self._names]

    def _title(self, name: str) -> str:
        field = self._form.fields.get(name)
        if field is None:
            return self._say(HEADS[name])
        currency = self._operation.library.settings.get("currency") if field.type == "money" else None
        return f"{self._say(field.title) or name}{f' ({currency})' if currency else ''}"

    def _told(self, field: Field, value: Any) -> str:
        if value is None:
            return ""
        if field.type in FILES and not isinstance(value, Mapping):
            return self._say(FILE)
        options = {each.value: self._say(each.title) or each.value for each in field.options.get("options") or ()}
        if isinstance(value, list):
            return self._say(_APART).join(options.get(each) or self._plain(each) for each in value)
        return options[value] if isinstance(value, str) and value in options else self._plain(value)

    def _plain(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self._say(YES if value else NO)
        if isinstance(value, Mapping):
            words = (value.get("code"), value.get("title"), value.get("typed"), value.get("name"))
            return " ".join(dict.fromkeys(str(each) for each in words if each)) or str(value.get("id", ""))
        return self._local(value) if isinstance(value, str) else str(value)

    def _local(self, value: str) -> str:
        """A moment as clocks of the chain show it; any other words as they are."""
        if not value.endswith("Z") or "T" not in value:
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return value
        return found.astimezone(self._operation.zone).strftime("%Y-%m-%d %H:%M")

    def _say(self, words: Text) -> str:
        return say(words, self._operation.call.language)


def _is_plain(field: Field | None) -> bool:
    return field is not None and field.type != "table"

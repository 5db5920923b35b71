"""Fields that a form once had: what of them history keeps from whom, and which are archived.

Used by `reading`, `exporting`, `listing` and `conditions`. A field that is called otherwise now is as hidden as what it
is now. One that is no more is as hidden as it last was and as it was in the version of the line, by the people of
today; who cannot be sure to see it in every record does not see it, and if nobody knows how it was, nobody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from engine.definitions import shelf
from engine.definitions.mappings import ARCHIVE
from engine.definitions.models import NOTHING, Field, Form, Library
from engine.errors import Text, text
from engine.operations import loading, rights
from engine.records.journal import Line

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

FARTHEST = 40
"""How many versions are looked through for what a field was."""


@dataclass
class Hidden:
    """What a person may not see of the history of one record."""

    operation: Operation
    folder: Folder
    paths: frozenset[str]
    _lasts: dict[str, bool] = field(default_factory=dict)

    def open(self, line: Line) -> list[Mapping[str, Any]]:
        """The changes of a line that are not kept from him."""
        return [each for each in line.changes if not self._closed(path_of(each["path"]), line.version)]

    def _closed(self, path: str, version: int | None) -> bool:
        table = path.partition(".")[0]
        if self.folder.form.field(path) is not None:
            return path in self.paths or table in self.paths
        now = self._now.get(self._numbers.get(path, -1))
        if now is not None:
            return now in self.paths or now.partition(".")[0] in self.paths
        if version is None or self._closed_last(path):
            return True
        return _kept_from(self.operation, self.folder.form.name, path, version)

    def _closed_last(self, path: str) -> bool:
        """Whether what is no more was closed when it last was there, whatever it was called then."""
        if path not in self._lasts:
            number, form = self._numbers.get(path, -1), self.folder.form.name
            found = _last(self.operation, form, lambda each: each.number == number)
            self._lasts[path] = found is None or _kept_from(self.operation, form, found[1].path, found[0])
        return self._lasts[path]

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return shelf.numbers(self.operation.connection).get(self.folder.form.name, NOTHING)

    @cached_property
    def _now(self) -> Mapping[int, str]:
        return {each.number: each.path for each in rights.each_field(self.folder.form)}


def path_of(pointer: str) -> str:
    """`/lines/<row>/approved` as the field path `lines.approved`."""
    words = pointer.strip("/").split("/")
    return words[0] if len(words) < 3 else f"{words[0]}.{words[-1]}"


def _kept_from(operation: Operation, form: str, path: str, version: int) -> bool:
    """Whether a field that is no more is kept from the actor: it was, as the version has it, or is not in it."""
    library = loading.library(operation.services, operation.connection, version)
    found = next((each for each in _shapes(library, form) if each.field(path) is not None), None)
    if found is None:
        return True
    closed = rights.everywhere_hidden(operation, found) | _kept_by_lines(operation, library, found)
    return path in closed or path.partition(".")[0] in closed


def _shapes(library: Library, form: str) -> list[Form]:
    """A form as the library has it, and as overlays make it."""
    return [each.forms[form] for each in (library, *library.variants.values()) if form in each.forms]


def _kept_by_lines(operation: Operation, library: Library, form: Form) -> set[str]:
    """What lines of their own kept to some roles (`form.field`), of which the actor holds none."""
    held = set(operation.directory.roles_of(operation.actor_id))
    granted: dict[str, set[str]] = {}
    for role, thing, action, _where in library.rights.lines:
        name, _, path = thing.partition(".")
        if name == form.name and path and action == "see":
            granted.setdefault(path, set()).add(role)
    return {path for path, roles in granted.items() if not roles & held}


def archived(operation: Operation, form: Form) -> Iterator[Field]:
    """Fields of which mappings say that their values are archived, as they last were, and which the actor may see."""
    for path in _archived(operation.library, form):
        found = _last(operation, form.name, partial(_is_called, path))
        if found is not None and not _kept_from(operation, form.name, path, found[0]):
            yield found[1]


def _archived(library: Library, form: Form) -> Iterable[str]:
    said = [each.fields.get(form.name, NOTHING) for each in library.mappings.values()]
    paths = (path for each in said for path, to in each.items() if to == ARCHIVE)
    return [path for path in dict.fromkeys(paths) if form.field(path) is None]


def _is_called(path: str, each: Field) -> bool:
    return each.path == path


def _last(operation: Operation, form: str, is_it: Callable[[Field], bool]) -> tuple[int, Field] | None:
    """The newest version that has a field, and the field."""
    newest = operation.library.version
    for version in range(newest, max(newest - FARTHEST, 0), -1):
        library = loading.library(operation.services, operation.connection, version)
        for shape in _shapes(library, form):
            found = next(filter(is_it, rights.each_field(shape)), None)
            if found is not None:
                return version, found
    return None


def says(operation: Operation, form: Form, words: Iterable[str]) -> Text | None:
    """What is said of words that name an archived field; None when none of them does."""
    known = set(_archived(operation.library, form))
    named = next((each for each in words if each in known), None)
    seen = named is not None and named in {each.path for each in archived(operation, form)}
    return _archived_text(str(named)) if seen else None


def _archived_text(name: str) -> Text:
    return text(
        f"The field “{name}” is no more; what it held stands in history and in the export with `archive`.",
        f"字段“{name}”已不存在；其内容可在历史记录和带 `archive` 的导出中查看。",
    )

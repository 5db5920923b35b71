"""What is wrong with a definition: located, worded in both languages, with a hint. Used by every module of this room.

`Findings` collects them while a library is read, so that a reader sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from engine.definitions.models import Place
from engine.errors import Text, text

ERROR = "error"
WARNING = "warning"

NOWHERE = Place("", 0, "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at one line of one file. `path` is dotted (`fields.lines.item`)."""

    file: str
    line: int
    path: str
    code: str
    message: Text
    hint: Text | None = None
    severity: str = ERROR
    example: tuple[Text, ...] = ()
    """A case that shows it: a value, a place and its people, or what somebody does, one line each."""


def finding(
    at: Place | None,
    code: str,
    message: Text,
    hint: Text | None = None,
    severity: str = ERROR,
    example: tuple[Text, ...] = (),
) -> Finding:
    """A finding at a place of a file."""
    where = at or NOWHERE
    return Finding(where.file, where.line, where.path, code, message, hint, severity, example)


def meant(word: str, known: Iterable[str]) -> Text | None:
    """'Did you mean ...', when something near enough is known; never the word itself, which will not do here."""
    near = get_close_matches(word, sorted({*known} - {word}), n=1, cutoff=0.6)
    return text(f"Did you mean '{near[0]}'?", f"是否想写“{near[0]}”？") if near else None


class Findings:
    """Findings in the making."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def add(self, at: Place | None, code: str, message: Text, hint: Text | None = None, severity: str = ERROR) -> None:
        """Note one thing."""
        self.all.append(finding(at, code, message, hint, severity))

    def unknown(self, at: Place | None, what: Text, word: str, known: Iterable[str]) -> None:
        """Note a name that nothing has; `what` says what it should have been (`a state`, `状态`)."""
        message = text(f"'{word}' is not {what['en']}.", f"“{word}”不是{what['zh']}。")
        self.add(at, "unknown_name", message, meant(word, known))

    @property
    def blocked(self) -> bool:
        """Whether something was found that must not be published."""
        return any(each.severity == ERROR for each in self.all)

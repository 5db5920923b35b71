"""What goes wrong with an expression: while it is read, while it is evaluated, and when the database cannot answer it.

Raised by every module of this room; caught by definitions (findings), operations (refusals) and listing (`NotInSql`).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.errors import Fault, Kind, Refusal, Text, say, text


class ExpressionFault(ValueError):
    """The text is no expression, or it does not fit where it stands. `column` counts characters from 1."""

    def __init__(self, code: str, says: Text, column: int, hint: Text | None = None) -> None:
        super().__init__(f"{code} at {column}: {say(says, 'en')}")
        self.code = code
        self.says = says
        self.column = column
        self.hint = hint

    def at(self, path: str) -> Fault:
        """The same as a located fault of a request (a filter that somebody typed)."""
        params = {"column": self.column, **({"hint": self.hint} if self.hint else {})}
        return Fault(path, self.code, self.says, params=params)


class EvaluationFault(Refusal):
    """An expression could not be answered. It is a refusal wherever it decides: never a yes."""

    def __init__(self, code: str, says: Text) -> None:
        super().__init__(Kind.RULE, code, says, rule="expression")


class NotInSql(Exception):
    """The database cannot answer this expression exactly; ask Python, or refuse."""


def wrong(column: int, code: str, en: str, zh: str, hint: Text | None = None) -> ExpressionFault:
    """A fault of the text, in both languages."""
    return ExpressionFault(code, text(en, zh), column, hint)


def failed(code: str, en: str, zh: str) -> EvaluationFault:
    """A fault of one evaluation, in both languages."""
    return EvaluationFault(code, text(en, zh))


def meant(word: str, known: Iterable[str]) -> Text | None:
    """`Did you mean ...`, if something known is near."""
    near = get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return text(f"Did you mean {near[0]!r}?", f"是否指 {near[0]!r}?") if near else None


def tip(en: str, zh: str) -> Text:
    """A hint in both languages."""
    return text(en, zh)

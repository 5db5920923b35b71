"""What is said when something cannot be done: located, worded in both languages, of one of seven kinds.

Used by every room. A room raises `Refusal` (or collects `Fault`s); the web turns it into a problem document.
Nothing here knows HTTP beyond the status that belongs to a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Text = Mapping[str, str]
"""A sentence or title in every language we speak: `{"en": ..., "zh": ...}`."""

LANGUAGES = ("en", "zh")


class Kind(StrEnum):
    """Why something was refused; the status is the HTTP contract's."""

    INVALID = "invalid"
    RIGHT = "right"
    RULE = "rule"
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"
    LIMIT = "limit"
    UNAVAILABLE = "unavailable"


STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.INVALID: 422,
        Kind.RIGHT: 403,
        Kind.RULE: 409,
        Kind.CONFLICT: 409,
        Kind.NOT_FOUND: 404,
        Kind.LIMIT: 413,
        Kind.UNAVAILABLE: 503,
    }
)


def text(en: str, zh: str) -> Text:
    """One sentence in both languages."""
    return MappingProxyType({"en": en, "zh": zh})


def say(words: Text, language: str) -> str:
    """The sentence in `language`, else in English, else in whatever there is."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at one place.

    `path` is a JSON pointer into the request (`/lines/2/shipped`), `row` the id of the row if there is one.
    """

    path: str
    code: str
    says: Text
    row: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """The request is answered with no. Nothing it would have done remains.

    `status` overrides the kind's status where the contract has two (401 for `right`, 412 and 428 for `conflict`,
    429 for `limit`). `rule` names the guard, duty or ledger law; `who` names who could act instead.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        says: Text,
        *,
        faults: Iterable[Fault] = (),
        status: int | None = None,
        rule: str | None = None,
        who: Iterable[str] = (),
    ) -> None:
        super().__init__(f"{kind}: {code}: {say(says, 'en')}")
        self.kind = kind
        self.code = code
        self.says = says
        self.faults = tuple(faults)
        self.status = status or STATUS[kind]
        self.rule = rule
        self.who = tuple(who)


def invalid(faults: Iterable[Fault]) -> Refusal:
    """The data's form is wrong; every fault at once."""
    return Refusal(Kind.INVALID, "invalid", text("Please check what is marked.", "请检查标出的内容。"), faults=faults)


def invalid_at(path: str, code: str, says: Text, row: str | None = None) -> Refusal:
    """One thing of the data's form is wrong."""
    return invalid([Fault(path, code, says, row)])


def not_found() -> Refusal:
    """It does not exist, or is not yours to see: the two answers are the same to the byte."""
    return Refusal(Kind.NOT_FOUND, "not_found", text("There is nothing here.", "没有找到。"))


def forbidden(code: str = "not_yours", says: Text | None = None, faults: Iterable[Fault] = ()) -> Refusal:
    """You may not do this here."""
    words = says or text("You may not do this here.", "您无权在此执行此操作。")
    return Refusal(Kind.RIGHT, code, words, faults=faults)


def rule(code: str, says: Text, *, name: str | None = None, faults: Iterable[Fault] = ()) -> Refusal:
    """A guard, a duty or the ledger says no, in the definition's own words."""
    return Refusal(Kind.RULE, code, says, rule=name or code, faults=faults)


def conflict(code: str, says: Text, status: int = 409) -> Refusal:
    """Somebody was faster, or the copy is stale (412), or no revision was sent (428)."""
    return Refusal(Kind.CONFLICT, code, says, status=status)

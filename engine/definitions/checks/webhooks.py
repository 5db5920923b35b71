"""Checks of what is told outside: values that only a reader's eyes can see, and endpoints that can be sent to.

Run by `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.checks.targets import uses_of
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import Finding, finding
from engine.definitions.models import EffectUse, Form, Library
from engine.errors import Text, text
from engine.expressions import Expression

OUTSIDE = text(
    "What is told outside is read from the record and what it refers to: '{word}' may see more than its reader.",
    "对外发送的值只能取自单据及其引用：“{word}”可能读到接收方无权查看的内容。",
)
KINDS: Mapping[str, tuple[str, Text]] = {
    "name": ("", text("a text or a choice", "文本或选项")),
    "url": ("text", text("a text", "文本")),
    "format": ("choice", text("a choice", "选项")),
    "active": ("boolean", text("true or false", "布尔值")),
    "reader": ("reference", text("a person", "人员")),
}


def told_values_have_eyes(library: Library) -> Iterator[Finding]:
    """Values of a webhook ask nothing that is answered with the library's eyes: nobody could tell who may see it."""
    for _, workflow in pairs(library):
        for use in uses_of(workflow):
            for expression in _told(use):
                for word in sorted(expression.calls):
                    yield finding(use.at, "told_outside", _filled(OUTSIDE, word))


def _told(use: EffectUse) -> Iterator[Expression]:
    if use.effect != "webhook":
        return
    given: list[Mapping[str, Any]] = [use.options, *(use.options.get("rows") or {}).values()]
    for each in given:
        yield from (one for one in (each.get("values") or {}).values() if isinstance(one, Expression))
        if isinstance(each.get("when"), Expression):
            yield each["when"]


def endpoints_can_be_sent_to(library: Library) -> Iterator[Finding]:
    """`webhook:` and the mail of `account:` name fields of the right types, the reader's a person."""
    people = next((form.name for form in library.forms.values() if "account" in form.told), None)
    for form in library.forms.values():
        told = form.told.get("webhook")
        for word, (kind, says) in KINDS.items():
            field = form.fields.get((told or {}).get(word, ""))
            wrong = field is not None and kind and field.value_type.kind != kind
            if field is not None and (wrong or (word == "reader" and field.value_type.form != people)):
                yield _not(form, f"webhook.{word}", says)
        mail = (form.told.get("account") or {}).get("mail")
        field = form.fields.get(mail or "")
        if field is not None and field.value_type.kind != "text":
            yield _not(form, "account.mail", text("a text", "文本"))


def _not(form: Form, word: str, says: Text) -> Finding:
    return finding(form.at, "told_type", text(f"'{word}' must be {says['en']}.", f"“{word}”必须是{says['zh']}。"))


def _filled(says: Text, word: str) -> Text:
    return text(says["en"].format(word=word), says["zh"].format(word=word))

"""An expression in the words of the reader: titles of fields instead of their names, words instead of signs.

Used by `reasons`. It tells what a definition says and never what a record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.models import Field, Form, Library
from engine.errors import Text, say, text
from engine.expressions import Expression

SIGNS: Mapping[str, Text] = {
    ">": text("is more than", "大于"),
    ">=": text("is at least", "不小于"),
    "<": text("is less than", "小于"),
    "<=": text("is at most", "不大于"),
    "==": text("is", "为"),
    "!=": text("is not", "不为"),
}
OF_EVERY_RECORD: Mapping[str, Text] = {
    "state": text("state", "状态"),
    "number": text("number", "编号"),
    "created": text("creation", "创建时间"),
    "submitted": text("submission", "提交时间"),
    "today": text("today", "今天"),
    "now": text("now", "现在"),
    "actor": text("who acts", "操作人"),
    "came_from": text("the state before", "先前状态"),
}
CALLS: Mapping[str, Text] = {
    "sum": text("the total of {0}", "{0}合计"),
    "count": text("the number of {0}", "{0}的数量"),
    "any": text("in a row of {0}: {1}", "{0}中有一行{1}"),
    "all": text("in every row of {0}: {1}", "{0}的每一行{1}"),
    "min": text("the least of {0}", "{0}的最小值"),
    "max": text("the most of {0}", "{0}的最大值"),
    "abs": text("{0} (without its sign)", "{0}（绝对值）"),
    "len": text("the length of {0}", "{0}的长度"),
    "empty": text("{0} is empty", "{0}为空"),
    "otherwise": text("{0}", "{0}"),
    "round": text("{0}", "{0}"),
    "changed": text("{0} has changed", "{0}有变化"),
    "agreed": text("{0} as it was agreed", "已同意的{0}"),
    "limit": text("the limit for {0} ({1})", "{0}限额（{1}）"),
    "on_hand": text("the stock on hand", "现有量"),
    "available": text("what is available", "可用量"),
    "reserved": text("what is reserved", "已预留量"),
    "age": text("the age of {0}", "{0}距今时长"),
}


def people_apart(language: str) -> str:
    """What stands between the names of a list."""
    return "、" if language == "zh" else ", "


@dataclass(frozen=True, slots=True)
class Sayer:
    """Says expressions of one form in one language."""

    library: Library
    form: Form
    language: str
    chosen: Field | None = None
    """What `it` is chosen for, if anything is."""

    def says(self, expression: Expression) -> str:
        """The expression as a part of a sentence."""
        return self._node(expression.node)

    def limits(self) -> Iterator[tuple[str, str]]:
        """The words by which this form's steps ask for limits, each with what it stands for."""
        workflow = self.library.workflows[self.form.name]
        steps = (step for each in workflow.approvals.values() for step in each.steps.values())
        parts = (one for each in steps for one in (each, *each.parts.values()))
        for node in (node for each in parts if each.when is not None for node in _nodes(each.when.node)):
            if node.value == "limit" and node.parts and isinstance(node.parts[0].value, str):
                yield node.parts[0].value, self._word(node.parts[0].value)

    def title(self, path: tuple[str, ...]) -> str:
        """A field by its titles: `record.from_store.region` is “From store · Region”."""
        field: Field | None = None
        form: Form | None = self.form
        words: list[str] = []
        if path[0] == "it" and self.chosen is not None:
            words, form, path = [say(self.chosen.title, self.language) or self.chosen.name], self._target(), path[1:]
        for name in path:
            if not words and field is None and name in ("record", "row", "it", "each"):
                continue
            field = _field_of(field, form, name) if form is not None else None
            words.append(self._named(field, name))
            if field is not None and field.options.get("to"):
                form = self.library.forms.get(str(field.options["to"]), form)
                field = None
        return " · ".join(words) or "…"

    def _target(self) -> Form:
        to = self.chosen.value_type.form if self.chosen is not None else None
        return self.library.forms.get(to or "", self.form)

    def _named(self, field: Field | None, name: str) -> str:
        if field is not None:
            return say(field.title, self.language) or field.name
        known = OF_EVERY_RECORD.get(name)
        return say(known, self.language) if known else name.replace("_", " ")

    def _node(self, node: Any) -> str:
        if node.path is not None and node.op in ("name", "attribute", "column"):
            return self.title(node.path)
        known = _SAID.get(node.op)
        return known(self, node) if known else self._called(node)

    def _called(self, node: Any) -> str:
        word = str(node.value if node.op in ("word", "rows", "outside") else (node.keys or ("",))[0])
        parts = [self._node(each) for each in node.parts]
        pattern = CALLS.get(word)
        if pattern is not None:
            return say(pattern, self.language).format(*parts, *("…", "…"))
        told = people_apart(self.language).join(parts)
        plain = word.replace("_", " ") or str(node.text)
        return f"{plain} ({told})" if told else plain

    def _constant(self, node: Any) -> str:
        value = node.value
        if isinstance(value, bool):
            return say(text("yes", "是") if value else text("no", "否"), self.language)
        if isinstance(value, str):
            return self._word(value)
        return say(text("nothing", "空"), self.language) if value is None else str(value)

    def _word(self, value: str) -> str:
        """A word of the definition by its title: a form; a state, an option, a step or a field of this form."""
        form = self.library.forms.get(value)
        if form is not None:
            return say(form.title, self.language) or value
        for titled in self._titled():
            if value in titled:
                return say(titled[value], self.language) or value
        role = self.library.rights.roles.get(value)
        return (say(role.title, self.language) if role else "") or f"“{value}”"

    def _titled(self) -> Iterator[Mapping[str, Text]]:
        for form in dict.fromkeys((self._target().name, self.form.name)):
            yield from self._titled_in(self.library.forms.get(form, self.form))

    def _titled_in(self, form: Form) -> Iterator[Mapping[str, Text]]:
        workflow = self.library.workflows.get(form.name)
        if workflow is not None:
            yield {name: state.title for name, state in workflow.states.items()}
        fields = [one for each in form.fields.values() for one in (each, *each.fields.values())]
        for field in fields:
            yield {one.value: one.title for one in field.options.get("options") or ()}
        for approval in workflow.approvals.values() if workflow is not None else ():
            yield {name: step.title for name, step in approval.steps.items()}
        yield {field.name: field.title for field in fields}

    def _compared(self, node: Any) -> str:
        left, right = (self._node(each) for each in node.parts[:2])
        sign = SIGNS.get(str(node.value))
        return f"{left} {say(sign, self.language) if sign else node.value} {right}"

    def _joined(self, node: Any) -> str:
        word = {"and": text("and", "且"), "or": text("or", "或")}[node.op]
        return f" {say(word, self.language)} ".join(self._node(each) for each in node.parts)

    def _within(self, node: Any) -> str:
        left, right = (self._node(each) for each in node.parts[:2])
        return f"{left} {say(text('is one of', '属于'), self.language)} {right}"

    def _listed(self, node: Any) -> str:
        return people_apart(self.language).join(self._node(each) for each in node.parts)

    def _denied(self, node: Any) -> str:
        return say(text("not: {0}", "并非{0}"), self.language).format(self._node(node.parts[0]))

    def _reckoned(self, node: Any) -> str:
        left, right = (self._node(each) for each in node.parts[:2])
        signs = {"*": "×", "/": "÷", "-": "−"}
        return f"{left} {signs.get(str(node.value), node.value)} {right}"


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for each in node.parts:
        yield from _nodes(each)


_SAID: Mapping[str, Callable[[Sayer, Any], str]] = {
    "constant": Sayer._constant,
    "compare": Sayer._compared,
    "and": Sayer._joined,
    "or": Sayer._joined,
    "in": Sayer._within,
    "list": Sayer._listed,
    "not": Sayer._denied,
    "arithmetic": Sayer._reckoned,
}


def _field_of(within: Field | None, form: Form, name: str) -> Field | None:
    """A field by its name: in the table that was named, in the form, else in any table of it (`row.shipped`)."""
    if within is not None:
        return within.fields.get(name)
    found = form.fields.get(name)
    if found is not None:
        return found
    return next((each.fields[name] for each in form.fields.values() if name in each.fields), None)

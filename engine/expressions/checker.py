"""The walk from Python's tree to the typed tree. Its steps stand in `operators`, `naming` and `calls`.

A node of Python's tree without a step does not exist in the language.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

from engine.errors import Text
from engine.expressions.faults import ExpressionFault, meant, tip, wrong
from engine.expressions.kinds import EMPTY_TYPE, fits, is_number, join, named, places
from engine.expressions.nodes import Node
from engine.expressions.reading import Source
from engine.expressions.values import Scope, Type


@runtime_checkable
class Knows(Protocol):
    """A scope that can also list what it knows, for hints."""

    def known(self, of: Type | None) -> Iterable[str]:
        """The bare names (None), or the fields of a type."""
        ...


class Checker:
    """One check of one text against one scope. `row` is the row of the innermost `sum(lines, ...)`, if inside one."""

    def __init__(self, source: Source, scope: Scope, steps: Steps, row: Node | None = None) -> None:
        self.source = source
        self.scope = scope
        self.steps = steps
        self.row = row

    def inside(self, row: Node) -> Checker:
        """A checker for what is asked of each row."""
        return Checker(self.source, self.scope, self.steps, row)

    def check(self, node: ast.expr) -> Node:
        """The typed node, or `ExpressionFault`."""
        step = self.steps.get(type(node))
        if step is None:
            raise self.wrong(node, "not_allowed", "This is not part of the language.", "语言不支持此写法。")
        return replace(step(self, node), text=self.source.segment(node), column=self.source.column(node))

    def wrong(self, node: ast.expr | Node, code: str, en: str, zh: str, hint: Text | None = None) -> ExpressionFault:
        """A fault at a node, in both languages."""
        return wrong(node.column if isinstance(node, Node) else self.source.column(node), code, en, zh, hint)

    def mismatch(self, node: ast.expr | Node, given: Type, wanted: str, hint: Text | None = None) -> ExpressionFault:
        """A fault: this type does not fit here."""
        en = f"This is {named(given)}; {wanted} is needed here."
        return self.wrong(node, "type", en, f"此处类型为 {named(given)}，需要 {wanted}。", hint)

    def boolean(self, node: ast.expr) -> Node:
        """A condition."""
        found = self.check(node)
        if found.type.kind not in ("boolean", "empty"):
            raise self.mismatch(found, found.type, "boolean", tip("Compare it with something.", "请进行比较。"))
        return found

    def literal(self, node: ast.expr) -> str:
        """A text that is written out, not worked out."""
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            raise self.wrong(node, "literal", "A written text is needed here.", "此处需要直接书写的文本。")
        return node.value

    def option(self, choice: Type, text: Node) -> None:
        """Refuse a written text that is none of the options."""
        if choice.kind != "choice" or not choice.options or text.op != "constant" or not isinstance(text.value, str):
            return
        if text.value not in choice.options:
            listed = ", ".join(choice.options[:20])
            hint = meant(text.value, choice.options) or tip(f"One of: {listed}.", f"可选：{listed}。")
            raise self.wrong(
                text, "unknown_option", f"There is no option {text.value!r}.", f"没有选项 {text.value!r}。", hint
            )

    def options(self, left: Node, right: Node) -> None:
        """Refuse `state == 'drfat'`, whichever side the text stands on."""
        self.option(left.type, right)
        self.option(right.type, left)

    def joined(self, parts: Iterable[Node]) -> Type:
        """The type of a list, or of the branches of a choice."""
        found = EMPTY_TYPE
        parts = tuple(parts)
        choice = next((part.type for part in parts if part.type.kind == "choice" and part.type.options), None)
        for part in parts:
            both = join(found, part.type)
            if both is None:
                raise self.mismatch(part, part.type, named(found))
            found = both
            if choice is not None:
                self.option(choice, part)
        if choice is not None and all(p.type.kind in ("choice", "empty") or p.op == "constant" for p in parts):
            found = choice if found.kind == "text" else found
        return found

    def argument(self, part: Node, wanted: Type | None) -> Node:
        """A part that fits a parameter; None takes any."""
        broken = wanted is not None and wanted.kind == "integer" and is_number(part.type) and places(part.type) > 0
        if wanted is not None and (broken or not fits(part.type, wanted)):
            raise self.mismatch(part, part.type, named(wanted))
        return part

    def known(self, of: Type | None) -> Iterable[str]:
        """What the scope knows here, for hints; nothing if it cannot list."""
        return self.scope.known(of) if isinstance(self.scope, Knows) else ()


Steps: TypeAlias = Mapping[type[ast.expr], Callable[[Checker, Any], Node]]

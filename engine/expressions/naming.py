"""Checking names and fields: what the scope declares, nothing else. Steps of the `Checker`."""

from __future__ import annotations

import ast
from types import MappingProxyType

from engine.expressions import kinds
from engine.expressions.checker import Checker, Steps
from engine.expressions.faults import meant, tip
from engine.expressions.kinds import named
from engine.expressions.nodes import Node
from engine.expressions.reading import LONGEST_NAME
from engine.expressions.values import Type
from engine.expressions.words import BY_NAME, RESERVED_NAMES

CONSTANTS = MappingProxyType(
    {"true": (kinds.BOOLEAN, True), "false": (kinds.BOOLEAN, False), "empty": (kinds.EMPTY_TYPE, None)}
)
ELSEWHERE = MappingProxyType(
    {
        "record": tip("It stands only where one record is at hand.", "仅可用于针对单条记录的表达式。"),
        "row": tip("It stands only where a table is walked row by row.", "仅可用于逐行处理表格的表达式。"),
    }
)
"""Why a word of the language may not stand everywhere."""


def name(checker: Checker, node: ast.Name) -> Node:
    """A bare name: `row` of a loop, a constant, the clock, or what the scope says; a table of `record` stands bare."""
    word = node.id
    if word == "row" and checker.row is not None:
        return checker.row
    if word in CONSTANTS:
        type_, value = CONSTANTS[word]
        return Node("constant", type_, value=value)
    if word in RESERVED_NAMES:
        return Node("name", RESERVED_NAMES[word], value=word, path=(word,))
    return _table_of_record(checker, word) or _declared(checker, node)


def _table_of_record(checker: Checker, word: str) -> Node | None:
    record = checker.scope.name("record")
    found = checker.scope.attribute(record, word) if record is not None and _plain(word) else None
    if record is None or found is None or found.kind != "table":
        return None
    own = checker.scope.name(word)
    if own is not None and own != found:
        return None
    base = Node("name", record, value="record", path=("record",))
    return Node("attribute", found, (base,), value=word, path=("record", word))


def _declared(checker: Checker, node: ast.Name) -> Node:
    found = checker.scope.name(node.id) if _plain(node.id) else None
    if found is not None:
        return Node("name", found, value=node.id, path=(node.id,))
    word = BY_NAME.get(node.id)
    hint = ELSEWHERE.get(node.id) or meant(node.id, (*checker.known(None), *CONSTANTS, *RESERVED_NAMES, *ELSEWHERE))
    if word is not None:
        hint = tip(f"It is asked with brackets: {word.example}", f"须带括号使用：{word.example}")
    raise checker.wrong(node, "unknown_name", f"There is no {node.id!r} here.", f"此处没有 {node.id!r}。", hint)


def _plain(word: str) -> bool:
    return word.isascii() and not word.startswith("_") and len(word) <= LONGEST_NAME


def attribute(checker: Checker, node: ast.Attribute) -> Node:
    """A declared field of a record, row or place; of a table, that field of all its rows."""
    base = checker.check(node.value)
    if base.path is None:
        words = "Only what a name leads to has fields.", "只有名称所指的对象才有字段。"
        raise checker.wrong(node, "type", *words, tip("Ask each part for its field.", "请分别取各部分的字段。"))
    of = base.type
    table = of.kind == "table"
    if table:
        of = row_of(of)
    found = checker.scope.attribute(of, node.attr) if _plain(node.attr) else None
    if found is None:
        near = meant(node.attr, checker.known(of))
        en = f"{named(base.type)} has no field {node.attr!r}."
        raise checker.wrong(node, "unknown_field", en, f"{named(base.type)} 没有字段 {node.attr!r}。", near)
    path = (*base.path, node.attr)
    if table:
        return Node("column", kinds.list_of(found), (base,), value=node.attr, path=path)
    return Node("attribute", found, (base,), value=node.attr, path=path)


def row_of(table: Type) -> Type:
    """The type of one row of a table."""
    return Type("row", form=table.form, table=table.table)


NAMING_STEPS: Steps = MappingProxyType({ast.Name: name, ast.Attribute: attribute})

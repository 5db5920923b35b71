"""Checking constants, operators, comparisons, conditions and lists. Steps of the `Checker`."""

from __future__ import annotations

import ast
from decimal import Decimal
from types import MappingProxyType

from engine.expressions import kinds
from engine.expressions.checker import Checker, Steps
from engine.expressions.faults import ExpressionFault, tip
from engine.expressions.kinds import named, numbers_kind, places
from engine.expressions.nodes import Node
from engine.expressions.values import Type
from engine.quantities import LARGEST

COMPARISONS = MappingProxyType({ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="})
ARITHMETIC = MappingProxyType({ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"})
LONGEST_LIST = 1_000


def constant(checker: Checker, node: ast.Constant) -> Node:
    """A written text or number, exact to the last digit: the digits are read from the text, never through a float."""
    if isinstance(node.value, str):
        return Node("constant", kinds.TEXT, value=node.value)
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        hint = tip("The words are true, false and empty(x).", "请使用 true、false 和 empty(x)。")
        raise checker.wrong(node, "not_allowed", "This is not part of the language.", "语言不支持此写法。", hint)
    digits = checker.source.segment(node)
    if "." not in digits:
        if int(digits) > LARGEST:
            raise checker.wrong(node, "number", "This number is too large.", "数字过大。")
        return Node("constant", kinds.INTEGER, value=int(digits))
    scale = len(digits.partition(".")[2])
    if scale > kinds.PLACES or Decimal(digits) > Decimal(LARGEST).scaleb(-kinds.PLACES):
        raise checker.wrong(
            node, "number", "A number has at most 6 places and 64 bits.", "数字最多 6 位小数且不超过 64 位。"
        )
    return Node("constant", kinds.decimal(scale), value=Decimal(digits))


def both_or_one(checker: Checker, node: ast.BoolOp) -> Node:
    """`and`, `or`: three-valued."""
    op = "and" if isinstance(node.op, ast.And) else "or"
    return Node(op, kinds.BOOLEAN, tuple(checker.boolean(each) for each in node.values))


def unary(checker: Checker, node: ast.UnaryOp) -> Node:
    """`not x`, `-x`."""
    if isinstance(node.op, ast.Not):
        return Node("not", kinds.BOOLEAN, (checker.boolean(node.operand),))
    if not isinstance(node.op, ast.USub):
        raise checker.wrong(node, "not_allowed", "This operator is not in the language.", "不支持此运算符。")
    part = checker.check(node.operand)
    if not kinds.is_number(part.type):
        raise checker.mismatch(part, part.type, "number")
    return Node("negate", part.type, (part,))


def arithmetic(checker: Checker, node: ast.BinOp) -> Node:
    """`+ - * /`; products are exact, a division has 12 places, texts are joined with `+`."""
    op = ARITHMETIC.get(type(node.op))
    if op is None:
        raise checker.wrong(node, "not_allowed", "This operator is not in the language.", "不支持此运算符。")
    left, right = checker.check(node.left), checker.check(node.right)
    if op == "+" and left.type.kind in kinds.TEXTS and right.type.kind in kinds.TEXTS:
        return Node("arithmetic", kinds.TEXT, (left, right), value="join")
    for part in (left, right):
        if not kinds.is_number(part.type):
            raise checker.mismatch(part, part.type, "number", _number_hint(part.type))
    result = _product(left.type, right.type, op) if op in "*/" else _sum(left.type, right.type)
    if result is None:
        en = f"{named(left.type)} {op} {named(right.type)} has no meaning."
        raise checker.wrong(node, "type", en, f"{named(left.type)} {op} {named(right.type)} 没有意义。")
    if places(result) > kinds.MOST_PLACES:
        hint = tip("Round a part of it first: round(x, 2).", "请先对其中一部分取整：round(x, 2)。")
        raise checker.wrong(node, "scale", "This has too many places.", "小数位过多。", hint)
    return Node("arithmetic", result, (left, right), value=op)


def _number_hint(of: Type) -> dict[str, str] | None:
    if of.kind in ("date", "moment"):
        return {"en": "Use days_between or add_days.", "zh": "请使用 days_between 或 add_days。"}
    return None


def _sum(left: Type, right: Type) -> Type | None:
    kind = numbers_kind(left, right)
    if kind is None or kind == "integer":
        return kinds.INTEGER if kind else None
    return Type(kind, scale=max(places(left), places(right)))


def _product(left: Type, right: Type, op: str) -> Type | None:
    measures = [each.kind for each in (left, right) if each.kind in ("money", "quantity")]
    if op == "/":
        if right.kind in measures and left.kind not in measures:
            return None
        same = len(measures) == 2 and left.kind == right.kind
        kind = left.kind if left.kind in measures and not same else "decimal"
        if left.kind == "quantity" and right.kind == "money":
            return None
        return Type(kind, scale=kinds.MOST_PLACES)
    if measures == ["money", "money"]:
        return None
    if left.kind == right.kind == "integer":
        return kinds.INTEGER
    kind = "money" if "money" in measures else "quantity" if measures else "decimal"
    return Type(kind, scale=places(left) + places(right))


def compare(checker: Checker, node: ast.Compare) -> Node:
    """`==` and its kin, `in`, `not in`; never in a chain."""
    if len(node.ops) != 1:
        hint = tip("Write a < b and b < c.", "请写成 a < b and b < c。")
        raise checker.wrong(node, "not_allowed", "Comparisons do not chain.", "比较不能连写。", hint)
    op, right = node.ops[0], node.comparators[0]
    if isinstance(op, ast.In | ast.NotIn):
        inside = _membership(checker, node.left, right)
        return inside if isinstance(op, ast.In) else Node("not", kinds.BOOLEAN, (inside,))
    sign = COMPARISONS.get(type(op))
    if sign is None:
        raise checker.wrong(node, "not_allowed", "Compare with == or !=.", "请使用 == 或 !=。")
    first, second = checker.check(node.left), checker.check(right)
    if "empty" in (first.type.kind, second.type.kind):
        hint = tip("Ask empty(x).", "请使用 empty(x)。")
        raise checker.wrong(node, "type", "Comparing with empty gives empty.", "与空值比较结果为空。", hint)
    if not kinds.comparable(first.type, second.type, ordered=sign not in ("==", "!=")):
        raise _incomparable(checker, node, first, second)
    checker.options(first, second)
    return Node("compare", kinds.BOOLEAN, (first, second), value=sign)


def _incomparable(checker: Checker, node: ast.expr, first: Node, second: Node) -> ExpressionFault:
    pair = {first.type.kind, second.type.kind}
    hint = None
    if pair == {"date", "text"}:
        hint = tip("Write a day as date('2026-03-31').", "日期请写作 date('2026-03-31')。")
    elif pair == {"date", "moment"}:
        hint = tip("Take the day of the moment: date(x).", "请取该时刻的日期：date(x)。")
    elif "reference" in pair and "text" in pair:
        hint = tip("Compare one of its fields, such as its code.", "请比较其字段，例如编码。")
    en = f"{named(first.type)} cannot be compared so with {named(second.type)}."
    zh = f"{named(first.type)} 与 {named(second.type)} 不能这样比较。"
    return checker.wrong(node, "type", en, zh, hint)


def _membership(checker: Checker, value: ast.expr, among: ast.expr) -> Node:
    left, right = checker.check(value), checker.check(among)
    if right.type.kind != "list" or right.type.of is None:
        hint = tip("Use contains(x, y) for a part of a text.", "判断文本片段请用 contains(x, y)。")
        raise checker.mismatch(right, right.type, "list", hint if right.type.kind in kinds.TEXTS else None)
    if left.type.kind == "empty" or not (
        right.type.of.kind == "empty" or kinds.comparable(left.type, right.type.of, ordered=False)
    ):
        raise checker.mismatch(left, left.type, named(right.type.of))
    for element in right.parts if right.op == "list" else ():
        checker.option(left.type, element)
    checker.option(right.type.of, left)
    return Node("in", kinds.BOOLEAN, (left, right))


def choose(checker: Checker, node: ast.IfExp) -> Node:
    """`a if c else b`; empty when c is empty."""
    condition = checker.boolean(node.test)
    yes, no = checker.check(node.body), checker.check(node.orelse)
    return Node("if", checker.joined((yes, no)), (condition, yes, no))


def written_list(checker: Checker, node: ast.List) -> Node:
    """`['lot', 'serial']`."""
    if not node.elts or len(node.elts) > LONGEST_LIST:
        raise checker.wrong(node, "list", "A list has 1 to 1,000 elements.", "列表须有 1 至 1,000 个元素。")
    parts = tuple(checker.check(each) for each in node.elts)
    for part in parts:
        if part.type.kind in ("list", "table"):
            raise checker.mismatch(part, part.type, "value")
    return Node("list", kinds.list_of(checker.joined(parts)), parts)


OPERATOR_STEPS: Steps = MappingProxyType(
    {
        ast.Constant: constant,
        ast.BoolOp: both_or_one,
        ast.UnaryOp: unary,
        ast.BinOp: arithmetic,
        ast.Compare: compare,
        ast.IfExp: choose,
        ast.List: written_list,
    }
)

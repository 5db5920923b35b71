"""Checking words that are called: plain ones, those over rows, the past, the outside. A step of the `Checker`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date
from types import MappingProxyType

from engine.expressions import kinds
from engine.expressions.checker import Checker, Steps
from engine.expressions.faults import meant, tip
from engine.expressions.kinds import places
from engine.expressions.naming import row_of
from engine.expressions.nodes import Node
from engine.expressions.values import Signature, Type
from engine.expressions.words import BY_NAME, LITERAL_FIRST, OF_RECORD_OR_ROW, SIGNATURES

MOST_ARGUMENTS = 20
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def call(checker: Checker, node: ast.Call) -> Node:
    """A word with its arguments. Only words of the table and facts of the library can be called."""
    if not isinstance(node.func, ast.Name):
        raise checker.wrong(node, "not_allowed", "Only words can be asked, not fields.", "只能调用语言中的词。")
    word = node.func.id
    if len(node.args) + len(node.keywords) > MOST_ARGUMENTS:
        raise checker.wrong(node, "arguments", "Too many arguments.", "参数过多。")
    known = BY_NAME.get(word)
    if known is None or known.kind == "outside":
        signature = SIGNATURES.get(word) or checker.scope.function(word)
        if signature is None:
            hint = meant(word, BY_NAME)
            raise checker.wrong(node, "unknown_word", f"There is no word {word!r}.", f"没有 {word!r} 这个词。", hint)
        return _outside(checker, node, signature)
    if node.keywords:
        raise checker.wrong(node, "arguments", f"{word} takes no named arguments.", f"{word} 不接受命名参数。")
    if known.kind == "past":
        return _past(checker, node, word)
    if known.kind == "rows" or (word in ("min", "max") and _over_rows(checker, node)):
        return _rows(checker, node, word)
    return _plain(checker, node, word)


def _needs(checker: Checker, node: ast.Call, word: str, least: int, most: int) -> None:
    if not least <= len(node.args) <= most:
        en, zh = f"{word} takes {BY_NAME[word].takes}.", f"{word} 的参数：{BY_NAME[word].takes}。"
        hint = tip(f"Such as {BY_NAME[word].example}", f"例如 {BY_NAME[word].example}")
        raise checker.wrong(node, "arguments", en, zh, hint)


def _plain(checker: Checker, node: ast.Call, word: str) -> Node:
    least, most, check = _PLAIN[word]
    _needs(checker, node, word, least, most)
    parts = tuple(checker.check(each) for each in node.args)
    for part in parts:
        if part.type.kind in ("table", "list") and word != "empty":
            raise checker.mismatch(part, part.type, "value")
    return check(checker, node, word, parts)


def _typed(*wanted: Type, gives: Type) -> Callable[[Checker, ast.Call, str, tuple[Node, ...]], Node]:
    def check(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
        for part, want in zip(parts, wanted, strict=True):
            checker.argument(part, want)
        return Node("word", gives, parts, value=word)

    return check


def _empty(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    return Node("word", kinds.BOOLEAN, parts, value=word)


def _otherwise(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    return Node("word", checker.joined(parts), parts, value=word)


def _rounding(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    number = parts[0]
    if not kinds.is_number(number.type):
        raise checker.mismatch(number, number.type, "number")
    digits = 0
    if len(parts) > 1:
        asked = parts[1]
        if asked.op != "constant" or asked.type.kind != "integer" or asked.value > kinds.PLACES:
            raise checker.wrong(asked, "arguments", "The places are written out, 0 to 6.", "小数位须直接写出，0 至 6。")
        digits = asked.value
    digits = min(digits, places(number.type))
    kind = number.type.kind
    result = kinds.INTEGER if digits == 0 and kind in ("integer", "decimal") else Type(kind, scale=digits)
    return Node("word", result, (number,), value=word, keys=(str(digits),))


def _magnitude(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    if not kinds.is_number(parts[0].type):
        raise checker.mismatch(parts[0], parts[0].type, "number")
    return Node("word", parts[0].type, parts, value=word)


def _extreme(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    found = checker.joined(parts)
    if found.kind not in kinds.ORDERED:
        raise checker.mismatch(node, found, "number, text, date or moment")
    return Node("word", found, parts, value=word)


def _packs(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    found = checker.joined(parts)
    if not kinds.is_number(found):
        raise checker.mismatch(node, found, "number")
    return Node("word", found, parts, value=word)


def _date(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    part = parts[0]
    if part.type.kind != "text" or part.op != "constant":
        checker.argument(part, kinds.MOMENT)
        return Node("word", kinds.DATE, parts, value=word)
    try:
        if not _DAY.match(part.value):
            raise ValueError(part.value)
        return Node("constant", kinds.DATE, value=date.fromisoformat(part.value))
    except ValueError as error:
        en, zh = "A day is written as '2026-03-31'.", "日期须写作 '2026-03-31'。"
        raise checker.wrong(part, "arguments", en, zh) from error


def _age(checker: Checker, node: ast.Call, word: str, parts: tuple[Node, ...]) -> Node:
    if parts[0].type.kind not in ("date", "moment"):
        raise checker.mismatch(parts[0], parts[0].type, "date or moment")
    return Node("word", kinds.INTEGER, parts, value=word)


_PLAIN: MappingProxyType[str, tuple[int, int, Callable[[Checker, ast.Call, str, tuple[Node, ...]], Node]]] = (
    MappingProxyType(
        {
            "otherwise": (2, 2, _otherwise),
            "empty": (1, 1, _empty),
            "round": (1, 2, _rounding),
            "floor": (1, 1, _rounding),
            "ceil": (1, 1, _rounding),
            "abs": (1, 1, _magnitude),
            "min": (2, MOST_ARGUMENTS, _extreme),
            "max": (2, MOST_ARGUMENTS, _extreme),
            "multiple_up": (2, 2, _packs),
            "len": (1, 1, _typed(kinds.TEXT, gives=kinds.INTEGER)),
            "lower": (1, 1, _typed(kinds.TEXT, gives=kinds.TEXT)),
            "starts": (2, 2, _typed(kinds.TEXT, kinds.TEXT, gives=kinds.BOOLEAN)),
            "contains": (2, 2, _typed(kinds.TEXT, kinds.TEXT, gives=kinds.BOOLEAN)),
            "date": (1, 1, _date),
            "year": (1, 1, _typed(kinds.DATE, gives=kinds.INTEGER)),
            "month": (1, 1, _typed(kinds.DATE, gives=kinds.INTEGER)),
            "day": (1, 1, _typed(kinds.DATE, gives=kinds.INTEGER)),
            "days_between": (2, 2, _typed(kinds.DATE, kinds.DATE, gives=kinds.INTEGER)),
            "add_days": (2, 2, _typed(kinds.DATE, kinds.INTEGER, gives=kinds.DATE)),
            "age": (1, 1, _age),
        }
    )
)


def _over_rows(checker: Checker, node: ast.Call) -> bool:
    return bool(node.args) and checker.check(node.args[0]).type.kind in ("table", "list")


def _rows(checker: Checker, node: ast.Call, word: str) -> Node:
    _needs(checker, node, word, 1, 2)
    source = checker.check(node.args[0])
    if source.type.kind == "list" and source.type.of is not None and len(node.args) == 1:
        return Node(
            "rows", _rows_type(checker, word, source, source.type.of), (source,), value=word, path=_path(word, source)
        )
    if source.type.kind != "table":
        hint = tip(f"Such as {BY_NAME[word].example}", f"例如 {BY_NAME[word].example}")
        raise checker.mismatch(source, source.type, "table", hint)
    if len(node.args) == 1:
        if word != "count":
            _needs(checker, node, word, 2, 2)
        return Node("rows", kinds.INTEGER, (source,), value=word)
    row = Node("name", row_of(source.type), value="row", path=source.path)
    inner = checker.inside(row)
    body = inner.boolean(node.args[1]) if word in ("any", "all", "count") else inner.check(node.args[1])
    if body.type.kind in ("table", "list"):
        raise checker.mismatch(body, body.type, "value")
    path = body.path if word == "first" else None
    return Node("rows", _rows_type(checker, word, body, body.type), (source, body), value=word, path=path)


def _path(word: str, source: Node) -> tuple[str, ...] | None:
    return source.path if word == "first" else None


def _rows_type(checker: Checker, word: str, of: Node, element: Type) -> Type:
    if word in ("any", "all") and element.kind not in ("boolean", "empty"):
        raise checker.mismatch(of, element, "boolean")
    if word == "sum" and not kinds.is_number(element):
        raise checker.mismatch(of, element, "number")
    if word in ("min", "max") and element.kind not in kinds.ORDERED:
        raise checker.mismatch(of, element, "number, text, date or moment")
    if word in ("any", "all"):
        return kinds.BOOLEAN
    if word == "count":
        return kinds.INTEGER
    return kinds.list_of(element) if word == "distinct" else element


def _past(checker: Checker, node: ast.Call, word: str) -> Node:
    _needs(checker, node, word, 1, 1)
    part = checker.check(node.args[0])
    base = part.parts[0] if part.op == "attribute" else None
    if base is None or base.op != "name" or base.value not in ("record", "row") or part.type.kind in ("table", "list"):
        words = "A field of record or of row is needed here.", "此处需要 record 或 row 的字段。"
        raise checker.wrong(node.args[0], "arguments", *words)
    path = (base.type.table, part.value) if base.value == "row" and base.type.table else (part.value,)
    result = part.type if word == "agreed" else kinds.BOOLEAN
    return Node("past", result, (part,), value=path, keys=(word,), path=part.path if word == "agreed" else None)


def _outside(checker: Checker, node: ast.Call, signature: Signature) -> Node:
    word = signature.name
    places_of = tuple(signature.named) if word not in SIGNATURES else ()
    keywords = _keywords(checker, node, signature)
    asked = list(node.args)
    for name in places_of[len(asked) :]:
        if name in keywords:
            asked.append(keywords.pop(name))
    least = len(signature.takes) if places_of else signature.needs
    twice = next((name for name in keywords if name in places_of), None)
    if not least <= len(asked) <= len(signature.takes) or twice is not None:
        names = f" ({', '.join(places_of)})" if places_of else ""
        en = f"{word} takes {least} to {len(signature.takes)} values{names}."
        raise checker.wrong(node, "arguments", en, f"{word} 需要 {least} 至 {len(signature.takes)} 个值{names}。")
    if word in LITERAL_FIRST:
        checker.literal(asked[0])
    parts = [checker.argument(checker.check(each), want) for each, want in zip(asked, signature.takes, strict=False)]
    parts += [checker.argument(checker.check(each), signature.named.get(name)) for name, each in keywords.items()]
    for part in parts:
        if part.type.kind == "table":
            raise checker.mismatch(part, part.type, "value")
    gives, path = _gives(checker, node, signature, parts)
    return Node("outside", gives, tuple(parts), value=word, keys=tuple(keywords), path=path)


def _keywords(checker: Checker, node: ast.Call, signature: Signature) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for each in node.keywords:
        name = each.arg or ""
        if not name or name in found or (signature.name != "lookup" and name not in signature.named):
            hint = meant(name, signature.named)
            en, zh = f"{signature.name} does not take {name!r} here.", f"{signature.name} 此处不接受 {name!r}。"
            raise checker.wrong(node, "arguments", en, zh, hint)
        found[name] = each.value
    return found


def _gives(
    checker: Checker, node: ast.Call, signature: Signature, parts: list[Node]
) -> tuple[Type, tuple[str, ...] | None]:
    word = signature.name
    if word == "lookup":
        form = checker.literal(node.args[0])
        return Type("reference", form=form), ("lookup", form)
    if word == "nearest":
        return parts[0].type, None
    if word in OF_RECORD_OR_ROW and parts[0].type.kind not in ("reference", "row"):
        raise checker.mismatch(parts[0], parts[0].type, "record or row")
    if word == "traced":
        form, _, table = checker.literal(node.args[1]).partition(".")
        if table:
            return Type("table", form=form, table=table), ("traced", form, table)
        return kinds.list_of(Type("reference", form=form)), None
    return signature.gives, None


CALL_STEPS: Steps = MappingProxyType({ast.Call: call})

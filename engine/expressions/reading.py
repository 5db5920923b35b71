"""Reading the text: characters, words, size and depth are checked before Python's parser sees it. Used by `compiling`.

The alphabet is small on purpose, so that the browser can read the same: names, plain numbers, quoted texts, `+ - * /`,
comparisons, brackets, commas and dots. What Python knows beyond that never reaches its parser, or is refused by node.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from engine.expressions.faults import ExpressionFault, tip, wrong
from engine.parsing import PARSING

LONGEST = 8_000
"""Characters of one expression."""
TOKENS = 2_000
DEPTH = 40
"""Open brackets, and signs before one value."""
LEVELS = 64
"""Levels of the tree; a chain of additions is as deep as it has terms."""
LONGEST_NAME = 63
LONGEST_NUMBER = 40
MOST_KEPT, LONGEST_KEPT = 2_048, 500
"""Texts whose reading a process keeps: a library of forty forms has some seven hundred, mostly of one line."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)(?![A-Za-z0-9_.])
      | (?P<name>[A-Za-z][A-Za-z0-9_]*+)(?!["'])
      | (?P<text>"(?:[^"\\\r\n]|\\["'\\])*"|'(?:[^'\\\r\n]|\\["'\\])*')(?!["'])
      | (?P<mark>==|!=|<=|>=|[-+*/()\[\],<>=]|\.(?![0-9]))""",
    re.VERBOSE | re.ASCII,
)
_TURNED = re.compile(r"=([<>])(?!=)")
"""Comparisons that are written the wrong way round."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WHITESPACE = str.maketrans("\t\r\n", "   ")
_OPENS = {"(", "["}
_CLOSES = {")": "(", "]": "["}
_PREFIXES = {"-", "+", "not"}


class Source:
    """The text with its parsed body, and where each node stands in it."""

    __slots__ = ("_bytes", "body", "text")

    def __init__(self, text: str, body: ast.expr, encoded: bytes) -> None:
        self.text = text
        self.body = body
        self._bytes = encoded

    def segment(self, node: ast.expr) -> str:
        """The characters of a node, as they were written."""
        return self._bytes[node.col_offset : node.end_col_offset].decode()

    def column(self, node: ast.expr) -> int:
        """Where a node begins, in characters from 1."""
        return max(1, len(self._bytes[: node.col_offset].decode()))


def read(text: str) -> Source:
    """Parse `text`; raises `ExpressionFault` for everything that is not in the language's alphabet, size or depth."""
    return _kept(text) if len(text) <= LONGEST_KEPT else _read(text)


@lru_cache(maxsize=MOST_KEPT)
def _kept(text: str) -> Source:
    """The same text is read again for every version of its library; nothing changes what was read."""
    return _read(text)


def _read(text: str) -> Source:
    if len(text) > LONGEST:
        raise _too(1, "long", f"An expression has at most {LONGEST} characters.", f"表达式最多 {LONGEST} 个字符。")
    found = _FORBIDDEN.search(text)
    if found:
        raise wrong(found.start() + 1, "character", "This character is not allowed.", "不允许使用此字符。")
    _scan(text)
    source = "(" + text.translate(_WHITESPACE) + ")"
    try:
        with PARSING:
            body = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        column = max(1, min((error.offset or 2) - 1, len(text)))
        en, zh = _unreadable(text)
        raise wrong(column, "syntax", en, zh) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise _too(1, "deep", "This is nested too deeply.", "嵌套过深。") from error
    encoded = source.encode()
    _measure(body)
    return Source(text, body, encoded)


def _too(column: int, what: str, en: str, zh: str) -> ExpressionFault:
    return wrong(column, f"too_{what}", en, zh, tip("Split it into fields or rules.", "请拆分为多个字段或规则。"))


def _scan(text: str) -> None:
    position, tokens, prefixes = 0, 0, 0
    before = ""
    open_marks: list[str] = []
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _foreign(text, position)
        token = found.group()
        kind = found.lastgroup
        position = found.end()
        if kind == "space":
            continue
        tokens += 1
        prefixes = prefixes + 1 if token in _PREFIXES else 0
        if tokens > TOKENS:
            raise _too(found.start() + 1, "long", "This has too many words.", "表达式过长。")
        if kind == "mark":
            _bracket(token, open_marks, found.start() + 1)
        if kind == before == "text":
            raise wrong(
                found.start() + 1, "syntax", "Two texts side by side; join them with +.", "两段文本请用 + 连接。"
            )
        if len(open_marks) > DEPTH or prefixes > DEPTH:
            raise _too(found.start() + 1, "deep", "This is nested too deeply.", "嵌套过深。")
        if kind == "number" and len(token) > LONGEST_NUMBER:
            raise wrong(found.start() + 1, "number", "This number is too large.", "数字过大。")
        if kind == "name" and len(token) > LONGEST_NAME:
            raise wrong(found.start() + 1, "character", "This name is too long.", "名称过长。")
        before = kind or ""
    if open_marks or not tokens:
        raise wrong(len(text) + (not tokens), "syntax", "Something is missing at the end.", "表达式不完整。")


def _bracket(mark: str, open_marks: list[str], column: int) -> None:
    if mark in _OPENS:
        open_marks.append(mark)
    elif mark in _CLOSES and (not open_marks or open_marks.pop() != _CLOSES[mark]):
        raise wrong(column, "syntax", "This bracket closes nothing.", "括号不匹配。")


def _foreign(text: str, position: int) -> ExpressionFault:
    column = position + 1
    if text[position].isdigit() or (text[position] == "." and text[position + 1 : position + 2].isdigit()):
        words = "Numbers are plain digits such as 12 or 0.25.", "数字须为普通格式，如 12 或 0.25。"
        return wrong(column, "number", *words)
    if text[position] in "\"'":
        words = (
            "This text does not end, or holds a line break or an unknown escape.",
            "文本未结束，或包含换行或未知转义。",
        )
        return wrong(column, "text", *words)
    if text[position].isalpha() or text[position] == "_":
        words = "Names begin with a letter from a to z; texts have no prefix.", "名称须以字母开头；文本前不能有前缀。"
        return wrong(column, "name", *words)
    return wrong(column, "character", "This character is not allowed.", "不允许使用此字符。")


def _measure(body: ast.expr) -> None:
    level: list[ast.AST] = [body]
    depth = 0
    while level:
        depth += 1
        if depth > LEVELS:
            raise _too(1, "deep", "This is nested too deeply.", "嵌套过深。")
        level = [
            child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr | ast.keyword)
        ]


def _unreadable(text: str) -> tuple[str, str]:
    """What is said of a text that cannot be read; of a comparison turned round, how it is written."""
    turned = _TURNED.search(text)
    if turned is None:
        return "This cannot be read.", "无法识别此表达式。"
    return (
        f"“{turned[0]}” compares nothing: write “{turned[1]}=”.",
        f"“{turned[0]}”不是比较符号，请写作“{turned[1]}=”。",
    )

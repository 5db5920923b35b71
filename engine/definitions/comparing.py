"""What differs between two libraries, line by line and in words. Used by the command line and the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from engine.definitions.reader import Unreadable, read_yaml
from engine.errors import Text, text

Key = tuple[str, str]
Written = Mapping[Key, str]


def diff(old: Written, new: Written) -> tuple[str, ...]:
    """The lines that differ, definition by definition, as `diff -u` writes them."""
    return tuple(line for key in sorted({*old, *new}) for line in _lines(key, old.get(key), new.get(key)))


def _lines(key: Key, before: str | None, after: str | None) -> Iterator[str]:
    if before != after:
        name = " ".join(key)
        lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), name, name, lineterm="")
        yield from [*lines] or [f"--- {name}", f"+++ {name}", "\\ only in how lines end, or in being there"]


def changes(old: Written, new: Written) -> tuple[Text, ...]:
    """What differs in words, each with the path of the value: added, taken away, or changed."""
    return tuple(each for key in sorted({*old, *new}) for each in _words(key, old.get(key), new.get(key)))


def _words(key: Key, before: str | None, after: str | None) -> Iterator[Text]:
    name = " ".join(key)
    if before is None:
        yield text(f"{name} is new", f"新增 {name}")
    elif after is None:
        yield text(f"{name} is gone", f"移除 {name}")
    elif before != after:
        found = [*_values(name, _data(before), _data(after))]
        yield from found or [text(f"{name}: only comments or layout", f"{name}：仅注释或排版")]


def _data(words: str) -> Any:
    try:
        return read_yaml(words, "").data
    except Unreadable:
        return words.splitlines()


def _values(path: str, before: Any, after: Any) -> Iterator[Text]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        if before != after or type(before) is not type(after):  # `true` is not 1
            yield text(f"{path}: {before!r} -> {after!r}", f"{path}：{before!r} -> {after!r}")
        return
    for key in dict.fromkeys((*before, *after)):
        here = f"{path}.{key}"
        if key not in before:
            yield text(f"{here} is new", f"新增 {here}")
        elif key not in after:
            yield text(f"{here} is gone", f"移除 {here}")
        else:
            yield from _values(here, before[key], after[key])
    if _reordered(before, after):
        yield text(f"{path}: in another order", f"{path}：顺序改变")


def _reordered(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether named things (alternatives, steps, fields) follow each other otherwise; words may as they like."""
    things = all(isinstance(each, dict) for each in (*before.values(), *after.values()))
    return things and [key for key in before if key in after] != [key for key in after if key in before]

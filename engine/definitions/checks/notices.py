"""Checks of `templates/notices/`: a notice is plain words, and names of values that its reader may see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definitions.findings import Finding, finding
from engine.definitions.models import Library, Place
from engine.errors import text

_NAME = r"[a-z][a-z0-9_]{0,62}"
_VALUE = re.compile(
    rf"\{{\{{ *(title|record(\.{_NAME}){{1,4}}|alert(\.{_NAME}){{1,2}})( *\| *default\('[^'{{}}]*'\))? *\}}\}}",
    re.ASCII,
)
_OPENS = ("{{", "{%", "{#")

SAYS = text(
    "A notice is words and values such as {{ record.number }}, nothing else in braces.",
    "通知只能包含文字与取值（如 {{ record.number }}），大括号中不能有其他内容。",
)


def notices_are_words_and_values(library: Library) -> Iterator[Finding]:
    """What runs when a notice is read could reach out or never end: nothing runs, values are put in."""
    for name, languages in library.templates.items():
        for language, words in languages.items():
            rest = _VALUE.sub("", words)
            if any(each in rest for each in _OPENS):
                yield finding(Place(f"templates/notices/{name}.yaml", 1, f"text.{language}"), "notice", SAYS)

"""Cutting text into words that can be searched, Chinese included. Used by `indexing` and by `listing` (`q`).

Latin words and digits are kept whole and found by their beginning; a run of Chinese, Japanese or Korean signs is kept
as single signs and pairs, so that any part of it is found, and by the first letters of its syllables from each sign on
(`咖啡豆` by `kfd` and `fd`). Nothing of a query is syntax.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from engine.records.spelling import initials

CUT = 2
"""Goes up when texts are cut in another way: what is kept of older records is then written anew at start."""
LONGEST_QUERY = 200
LONGEST_WORD = 64
MOST_KEPT = 2000
MOST_ASKED = 16

_SIGNS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_SIGNS}]+|[^\W_{_SIGNS}]+")
_SIGN = re.compile(f"[{_SIGNS}]")


def plain(text: str) -> str:
    """Text as it is compared: compatible forms and case made one."""
    return unicodedata.normalize("NFKC", text).casefold()


def kept_words(texts: Iterable[str]) -> set[str]:
    """What is kept of these texts, at most 2,000 words."""
    found: set[str] = set()
    for text in texts:
        for run in _RUN.findall(plain(text)):
            found.update(_kept(run))
            if len(found) >= MOST_KEPT:
                return found
    return found


def _kept(run: str) -> Iterator[str]:
    if not _SIGN.match(run):
        yield run[:LONGEST_WORD]
        return
    yield from run
    yield from (run[index : index + 2] for index in range(len(run) - 1))
    yield from initials(run)


def asked_words(query: str) -> tuple[tuple[str, bool], ...]:
    """Words that must all be there, and whether the beginning of a word is enough."""
    found: dict[tuple[str, bool], None] = {}
    for run in _RUN.findall(plain(query[:LONGEST_QUERY])):
        if not _SIGN.match(run):
            found[(run[:LONGEST_WORD], True)] = None
        elif len(run) == 1:
            found[(run, False)] = None
        else:
            found.update({(run[index : index + 2], False): None for index in range(len(run) - 1)})
    return tuple(found)[:MOST_ASKED]


def following(word: str) -> str:
    """The first text after everything that begins with `word`, in the order of code points."""
    return word + "\U0010ffff"

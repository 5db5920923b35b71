"""How Chinese is typed by the first letters of its syllables: `咖啡豆` as `kfd`. Used by `words` alone.

The readings are the tables of pypinyin, read without its code: of 42,000 signs only the first letter is kept, and of
46,000 phrases the 1 in 40 that say another letter than their signs do alone (重庆 `cq`, 重量 `zl`). The package itself,
once imported, holds 60 MB and takes 140 µs for a name. Read when the first Chinese text is met.
"""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LONGEST = 64
MOST_BEGINNINGS = 24
_LONGEST_PHRASE = 4
_GAP = " "
"""A sign that nobody knows how to read: what stands before it is typed apart from what follows."""


@dataclass(frozen=True)
class _Tables:
    letters: Mapping[int, str]
    """The first letter of a sign, by its code point."""
    others: Mapping[str, str]
    """Other letters that a sign may be read with: the first of a name often is (曾 as `c` and, of a person, as `z`)."""
    phrases: Mapping[str, str]
    """First letters of the phrases that are read otherwise than their signs."""
    begin: frozenset[str]
    """The first signs of those phrases."""


@lru_cache(maxsize=8192)
def initials(signs: str) -> tuple[str, ...]:
    """What is typed for a run of Chinese signs, from each of them on; a letter alone finds too much to be kept."""
    tables = _tables()
    parts = _letters(tables, signs).split(_GAP)
    found: dict[str, None] = {}
    for part in parts:
        starts = range(min(len(part) - 1, MOST_BEGINNINGS))
        found.update((part[at : at + LONGEST], None) for at in starts)
    if len(parts[0]) > 1 and parts[0][0] == tables.letters[ord(signs[0])]:
        found.update((other + parts[0][1:LONGEST], None) for other in tables.others.get(signs[0], ""))
    return tuple(found)


def _letters(tables: _Tables, signs: str) -> str:
    letters = [tables.letters.get(ord(each), _GAP) for each in signs]
    at = 0
    while at < len(signs):
        at += _say(tables, signs, letters, at) if signs[at] in tables.begin else 1
    return "".join(letters)


def _say(tables: _Tables, signs: str, letters: list[str], at: int) -> int:
    """Put in the letters of the longest phrase that begins here; gives how many signs it has, or 1."""
    for size in range(_LONGEST_PHRASE, 1, -1):
        said = tables.phrases.get(signs[at : at + size])
        if said is not None:
            letters[at : at + size] = said
            return size
    return 1


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    package = importlib.util.find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("the package pypinyin is not installed")
    folder = Path(package.submodule_search_locations[0])
    letters: dict[int, str] = {}
    others: dict[str, str] = {}
    for code, said in _table(folder / "pinyin_dict.json").items():
        usual, *rest = dict.fromkeys(_letter(each) for each in said.split(","))
        letters[int(code)] = usual
        if rest:
            others[chr(int(code))] = "".join(rest)
    phrases: dict[str, str] = {}
    for phrase, said in _table(folder / "phrases_dict.json").items():
        read = "".join(_letter(each[0]) for each in said)
        if len(phrase) <= _LONGEST_PHRASE and len(read) == len(phrase) and read != phrase.translate(letters):
            phrases[phrase] = read
    return _Tables(letters, others, phrases, frozenset(each[0] for each in phrases))


def _table(file: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(file.read_bytes())
    return table


@lru_cache(maxsize=2048)
def _letter(said: str) -> str:
    """The first letter of a reading, without its tone."""
    plain = (each for each in unicodedata.normalize("NFD", said) if each.isascii() and each.isalpha())
    return next(plain, _GAP)

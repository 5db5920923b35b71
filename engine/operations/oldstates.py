"""States by names that they once had: whoever asks for one finds what was carried over from it too. For `listing`.

A mapping says which state stands for one that is no more. Records that stay on their version stand in the old one,
those that were carried over in the new one: a list that is asked for the old name shows both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.definitions.models import NOTHING, Library

_TOKENS = re.compile(r"""'[^']*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*|[=!]=|\s+|.""", re.DOTALL)


def of(library: Library, form: str) -> Mapping[str, str]:
    """States of a form that are no more, and which stands for each now."""
    flow = library.workflows.get(form)
    found: dict[str, str] = {}
    for each in library.mappings.values():
        found |= each.states.get(form, NOTHING)
    known = set(flow.states) if flow is not None else set()
    return {old: _last(new, found) for old, new in found.items() if old not in known and _last(new, found) in known}


def _last(name: str, found: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while name in found and name not in seen:
        seen.add(name)
        name = found[name]
    return name


def spelled(words: str, old: Mapping[str, str]) -> str:
    """A filter in which `state == 'old'` asks for what stands for it now as well; lists of states too."""
    if not old or not any(name in words for name in old):
        return words
    tokens = _TOKENS.findall(words)
    spoken = [index for index, each in enumerate(tokens) if not each.isspace()]
    for place, index in enumerate(spoken):
        if tokens[index] == "state":
            _widen(tokens, spoken[place:], spoken[max(place - 2, 0) : place], old)
    return "".join(tokens)


def _widen(tokens: list[str], ahead: list[int], behind: list[int], old: Mapping[str, str]) -> None:
    subject = "state"
    if [tokens[index] for index in behind[-1:]] == ["."]:
        if tokens[behind[0]] not in ("it", "record"):
            return  # the state of something that this record names
        subject = f"{tokens[behind[0]]}.state"
    if len(ahead) < 3:
        return
    sign, value = tokens[ahead[1]], ahead[2]
    now = old.get(tokens[value][1:-1]) if tokens[value][0] in "'\"" else None
    if sign in ("==", "!=") and now is not None:
        first, joined = (behind[0] if subject != "state" else ahead[0]), "or" if sign == "==" else "and"
        tokens[first] = f"({tokens[first]}"
        tokens[value] += f" {joined} {subject} {sign} '{now}')"
    elif sign == "in" and tokens[value] == "[":
        for index in ahead[3:]:
            if tokens[index] == "]":
                return
            if tokens[index][0] in "'\"" and tokens[index][1:-1] in old:
                tokens[index] += f", '{old[tokens[index][1:-1]]}'"

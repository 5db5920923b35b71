"""Which fields the expressions of a library speak of. Used by `writing`: what nobody asks for is not worked out.

Asked by name alone, wherever it stands: a field counts as mentioned when any field of its name is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from engine.definitions.models import Form, Library, Rule
from engine.definitions.texts import Texts
from engine.expressions import Expression

_KEPT = 40
_MANY = (tuple, list, frozenset, set)
_WORDS = frozenset({str, int, bool, float, type(None), Texts})
"""Where nothing is looked for: texts would all be read and written anew to be looked at, a second."""
_mentioned: dict[int, tuple[Library, frozenset[str]]] = {}


def idle(library: Library, form: Form) -> frozenset[str]:
    """Paths of the form's live fields that are never fixed and that nothing in the library reads: only shown."""
    live = [each for field in form.fields.values() for each in (field, *field.fields.values()) if each.live is not None]
    if not live:
        return frozenset()
    spoken = mentioned(library)
    return frozenset(each.path for each in live if not each.fixed_at and each.name not in spoken)


def counts(library: Library, form: Form) -> bool:
    """Whether a rule of the form asks a fact, or a live field of it that something in the library reads."""
    unasked = idle(library, form)
    each_field = (each for field in form.fields.values() for each in (field, *field.fields.values()))
    asked = [each.live for each in each_field if each.live is not None and each.path not in unasked]
    asked += [rule.check for rule in form.rules.values() if not rule.warns]
    return any(not library.facts.keys().isdisjoint(each.calls) for each in asked)


def mentioned(library: Library) -> frozenset[str]:
    """Every word by which an expression of the library reads a field; worked out once per library."""
    kept = _mentioned.get(id(library))
    if kept is not None and kept[0] is library:
        return kept[1]
    found: set[str] = set()
    _walk(library, found, set())
    while len(_mentioned) >= _KEPT:
        _mentioned.pop(next(iter(_mentioned)))
    _mentioned[id(library)] = (library, frozenset(found))
    return _mentioned[id(library)][1]


def _walk(thing: Any, found: set[str], seen: set[int]) -> None:
    kind = type(thing)
    if kind in _WORDS or id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Rule) and thing.warns:
        return  # told to whoever looks, and asked by nothing that is done
    if kind is Expression:
        for name in thing.names:
            found.update(name)
        return
    for each in _parts(kind, thing):
        _walk(each, found, seen)


def _parts(kind: type, thing: Any) -> Iterable[Any]:
    """What a value of a library is made of; by its class, of which there are few, unlike values."""
    if kind is dict or (names := _names(kind)) is None:
        return thing.values() if isinstance(thing, Mapping) else thing if isinstance(thing, _MANY) else ()
    return (getattr(thing, name) for name in names)


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else None

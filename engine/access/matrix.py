"""Who may do what where, decided by casbin once per published policy. The only door to casbin. Used by operations.

A policy line is `(role, object, action, where)`. Casbin is asked about every right that the lines name,
once, when the matrix is made; a request then only looks up. A policy that is empty, cannot be read, or says yes to what
no line names makes a matrix that says no to everything: `fault` tells why.

Casbin's own traps are shut here: roles live in a name space of their own (a person named like a role is nobody), the
effect must be allow-override (deny-override allows everything when there are no lines), names are plain words (a line
break would be a line), and the rights of one `where` are never mixed with those of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import casbin

from engine.access.directory import Directory, Held
from engine.errors import Text, text
from engine.parsing import PARSING

WHERE = ("own", "below", "region", "chain")
"""The unit at which the role is held · it and all below it · all of its region · everywhere."""

_EFFECT = "some(where (p.eft == allow))"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
_OBJECT = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){0,2}\Z", re.ASCII)
_ROLE = "r:"
_NOBODY = "nobody-of-this-name"
"""No line can name it (names have no hyphen), so a policy that grants it something is too wide."""

Line = tuple[str, str, str, str]
Everywhere = frozenset[str] | None
"""Org units; None is everywhere."""


class Policy(Protocol):
    """What a library says about rights; `definitions.models.Rights` is one."""

    @property
    def model(self) -> str:
        """Casbin's model, as text."""
        ...

    @property
    def lines(self) -> Sequence[Line]:
        """`(role, object, action, where)`."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may, why, and for which org units (None: everywhere). `roles` are those that grant it."""

    allowed: bool
    because: Text
    units: Everywhere
    roles: tuple[str, ...] = ()


class PolicyFault(Exception):
    """The policy cannot be trusted; `says` is for whoever runs the server."""


class Matrix:
    """One policy version: role x object x action -> where. Never changes; a new policy is a new matrix."""

    def __init__(self, rights: Policy) -> None:
        self.fault: str | None = None
        self._where: Mapping[tuple[str, str, str], frozenset[str]] = MappingProxyType({})
        try:
            self._where = _decide_all(rights.model, tuple(rights.lines))
        except Exception as error:  # whatever is wrong with a policy closes every door
            self.fault = f"{type(error).__name__}: {error}"
        self._roles = _by_right(self._where)
        self.lines: tuple[Line, ...] = tuple(rights.lines)
        self._fields = _fields(rights.lines) if self.fault is None else {}

    def decide(self, held: Iterable[Held], thing: str, action: str, directory: Directory) -> Decision:
        """Whether roles held at units allow `action` on an object (a form, `form.field`, `stock`), and where."""
        units: set[str] = set()
        everywhere = False
        roles: list[str] = []
        for role, at in held:
            for where in self._where.get((role, thing, action), ()):
                if role not in roles:
                    roles.append(role)
                reached = _reached(where, at, directory)
                everywhere = everywhere or reached is None
                units |= reached or frozenset()
        if not roles:
            return Decision(False, self._refused(thing, action), frozenset())
        return Decision(True, _allowed(roles), None if everywhere else frozenset(units), tuple(roles))

    def reach(self, person: str, thing: str, action: str, directory: Directory) -> Everywhere:
        """The org units for which a person may; empty when nowhere, None when everywhere. The row scope of lists."""
        return self.decide(directory.held(person), thing, action, directory).units

    def who(self, thing: str, action: str) -> tuple[tuple[str, str], ...]:
        """The roles that a line gives this right to, each with where; for "who could"."""
        return self._roles.get((thing, action), ())

    def where(self, role: str, thing: str, action: str) -> tuple[str, ...]:
        """How far this right of a role reaches, from near to far; empty when it has none."""
        found = self._where.get((role, thing, action), frozenset())
        return tuple(each for each in WHERE if each in found)

    def closed_fields(self, person: str, form: str, directory: Directory, action: str = "see") -> frozenset[str]:
        """Paths of the fields that lines of their own (`form.field`) keep from this person.

        A field that no line names is as open as its form.
        """
        guarded = self._fields.get((form, action))
        if not guarded:
            return frozenset()
        held = directory.held(person)
        return frozenset(path for path in guarded if not self.decide(held, f"{form}.{path}", action, directory).allowed)

    def _refused(self, thing: str, action: str) -> Text:
        if self.fault is not None:
            return text("The policy is broken, so everything is closed.", "权限策略有误，全部关闭。")
        roles = ", ".join(dict.fromkeys(role for role, _ in self.who(thing, action)))
        if not roles:
            return text(f"Nobody is granted {action} on {thing}.", f"未授予任何人对 {thing} 的 {action} 权限。")
        return text(f"Granted only to: {roles}.", f"仅授予：{roles}。")


def _allowed(roles: Sequence[str]) -> Text:
    names = ", ".join(roles)
    return text(f"Granted to: {names}.", f"已授予：{names}。")


def _reached(where: str, at: str | None, directory: Directory) -> Everywhere:
    """The org units that a right covers when its role is held at `at`; a role at the chain is above every unit."""
    if where == "chain":
        return None
    if at is None:
        return frozenset() if where == "own" else None
    if where == "own":
        return frozenset({at}) if directory.unit(at) is not None else frozenset()
    if where == "below":
        return directory.within(at)
    above = directory.path(at)[-2:]
    return directory.within(above[0]) if above else frozenset()


def _by_right(
    decided: Mapping[tuple[str, str, str], frozenset[str]],
) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (role, thing, action), wheres in decided.items():
        found.setdefault((thing, action), []).extend((role, where) for where in WHERE if where in wheres)
    return {right: tuple(roles) for right, roles in found.items()}


def _fields(lines: Iterable[Line]) -> Mapping[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for _, thing, action, _ in lines:
        form, _, path = thing.partition(".")
        if path:
            found.setdefault((form, action), set()).add(path)
    return {key: frozenset(paths) for key, paths in found.items()}


@lru_cache(maxsize=8)
def _decide_all(model: str, lines: tuple[Line, ...]) -> Mapping[tuple[str, str, str], frozenset[str]]:
    """Ask casbin about every right that the lines name; raises for a policy that cannot be trusted.

    The same text is answered the same, so most versions of a library, which leave the policy alone, ask nothing.
    """
    if not lines:
        raise PolicyFault("there are no policy lines")
    for line in lines:
        _check(line)
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    judge = _Judge(model)
    for role in dict.fromkeys(line[0] for line in lines):
        mine = tuple(dict.fromkeys(line for line in lines if line[0] == role))
        rights = tuple(dict.fromkeys((thing, action) for _, thing, action, _ in mine))
        granted: dict[tuple[str, str], set[str]] = {right: set() for right in rights}
        for where in WHERE:
            judge.learn([line for line in mine if line[3] == where])
            for right in rights:
                if judge.allows(role, *right, where):
                    granted[right].add(where)
            judge.probe(role, rights[0], where)
        found |= {(role, *right): frozenset(wheres) for right, wheres in granted.items() if wheres}
    return MappingProxyType(found)


def _check(line: Line) -> None:
    role, thing, action, where = line
    if not (_NAME.match(role) and _OBJECT.match(thing) and _NAME.match(action) and where in WHERE):
        raise PolicyFault(f"a line is not made of plain words: {line!r}")


class _Judge:
    """One casbin enforcer, taught the lines of one role and one `where` at a time: it slows with their number."""

    def __init__(self, model: str) -> None:
        self._enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
        self._enforcer.enable_auto_build_role_links(False)
        effect = self._enforcer.get_model()["e"]["e"].value.replace("p_eft", "p.eft")
        if effect.replace(" ", "") != _EFFECT.replace(" ", ""):
            raise PolicyFault(f"the policy effect must be {_EFFECT!r}")
        self._asks = len(self._enforcer.get_model()["r"]["r"].tokens)
        if self._asks not in (3, 4):
            raise PolicyFault("a request is `role, object, action`, or these and `where`")
        self.learn([])
        if self.allows(_NOBODY, _NOBODY, _NOBODY, "own"):
            raise PolicyFault("the model allows something when there are no lines")

    def learn(self, lines: Sequence[Line]) -> None:
        """Forget what was known and know these lines."""
        self._enforcer.clear_policy()
        for role, thing, action, where in lines:
            self._enforcer.add_policy(_ROLE + role, thing, action, where)
        self._enforcer.build_role_links()

    def allows(self, role: str, thing: str, action: str, where: str) -> bool:
        """What casbin says."""
        asked = (_ROLE + role, thing, action, where)[: self._asks]
        with PARSING:
            return bool(self._enforcer.enforce(*asked))

    def probe(self, role: str, right: tuple[str, str], where: str) -> None:
        """Refuse a model that says yes to a role, an object or an action that no line names."""
        thing, action = right
        for asked in ((_NOBODY, thing, action), (role, _NOBODY, action), (role, thing, _NOBODY)):
            if self.allows(*asked, where):
                raise PolicyFault(f"the model allows {asked!r}, which no line names")

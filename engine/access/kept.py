"""Rights on what the newest definitions cannot name any more: actions and fields that only older records still have.

Written by `operations.publishing`, read with the policy by `operations.loading`. The policy in force says nothing of
them, for its lines must name what exists; so the last one that could say something holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from engine.access.matrix import Line
from engine.access.tables import kept_right


def read(connection: Connection) -> tuple[Line, ...]:
    """Policy lines `(role, object, action, where)` that hold beside the policy."""
    columns = (kept_right.c.role, kept_right.c.thing, kept_right.c.action, kept_right.c.reach)
    return tuple(
        (role, thing, action, reach)
        for role, thing, action, reach in connection.execute(select(*columns).order_by(*columns))
    )


def put(connection: Connection, lines: Iterable[Line]) -> None:
    """From now on these hold and no others."""
    connection.execute(delete(kept_right))
    found = [
        {"role": role, "thing": thing, "action": action, "reach": where}
        for role, thing, action, where in dict.fromkeys(lines)
    ]
    if found:
        connection.execute(kept_right.insert(), found)


def named(lines: Iterable[Line], aliases: Mapping[str, str], roles: Iterable[str]) -> tuple[Line, ...]:
    """The same lines of the roles that there are now; `aliases` says who stands for one that is no more."""
    known = frozenset(roles)
    now = [(role if role in known else aliases.get(role, role), *rest) for role, *rest in lines]
    return tuple((role, thing, action, where) for role, thing, action, where in now if role in known)

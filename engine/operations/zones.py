"""Time zones of org units: a field of their own form says it (`org_unit: {zone: ...}`).

A unit without one goes by the nearest unit above it, and else by the library. Used by `scheduling` and `calendars`,
by `loading` which reads them, by `settling` which refuses what is no zone, and by `choosing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.clock import zone_named
from engine.errors import invalid_at, text
from engine.expressions import Reference

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.loading import State

NO_ZONE = text("A zone such as Asia/Shanghai is expected.", "应为时区，例如 Asia/Shanghai。")


def require(folder: Folder) -> None:
    """Refuse a unit whose zone is none."""
    field = (folder.form.told.get("org_unit") or {}).get("zone")
    said = folder.values.get(field) if field else None
    if said and not folder.discarded and zone_named(said) is None:
        raise invalid_at(f"/{field}", "unknown_zone", NO_ZONE)


def unit_of(folder: Folder) -> str | None:
    """The org unit whose clock a record goes by: itself if it is one, else the first it names, or the chain."""
    if folder.form.told.get("org_unit"):
        return folder.id
    said = (folder.values.get(name) for name in (folder.form.variant, *folder.form.org) if name)
    return next((each.id for each in said if isinstance(each, Reference)), None)


def of(state: State, unit: str | None) -> ZoneInfo:
    """The zone of a unit; the library's for the chain, and for units that say nothing."""
    people = state.directory
    path = reversed(people.path(unit)) if unit is not None else ()
    said = next((zone for each in path if (zone := people.units[each].zone)), "")
    return zone_named(said) or state.zone


def all_of(state: State) -> list[ZoneInfo]:
    """Every zone in which anything of the chain lies, each once, the library's first."""
    units = (of(state, unit) for unit in state.directory.units)
    return list({zone.key: zone for zone in (state.zone, *units)}.values())

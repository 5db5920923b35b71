"""Builds schedules of the library: when, over which records, what is done for each. Used by the assembly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.cron import BadCron, Cron, read_cron
from engine.definitions.effects import EffectBuilder
from engine.definitions.models import Schedule
from engine.definitions.reader import Path
from engine.definitions.scopes import scope_of
from engine.errors import text
from engine.expressions import Type

SHORTEST = 288
"""Times a day: every five minutes at most."""


@dataclass(frozen=True)
class ScheduleBuilder:
    """Builds the schedules of a library."""

    desk: Desk

    def all(self, data: Mapping[str, Any]) -> dict[str, Schedule]:
        """Every schedule that could be built."""
        made = {name: self._one(name, each) for name, each in data.items()}
        return {name: each for name, each in made.items() if each is not None}

    def _one(self, name: str, data: Mapping[str, Any]) -> Schedule | None:
        path: Path = ("schedules", name)
        desk, over = self.desk, data["for"]["over"]
        cron = self._cron(data["every"], (*path, "every"))
        if over not in desk.outline.forms:
            at = desk.marked.place((*path, "for", "over"))
            desk.findings.unknown(at, text("a form", "表单"), over, desk.outline.forms)
            return None
        kind = Type("reference", form=over)
        scope = scope_of(desk.outline, over).with_names(each=kind, it=kind)
        own = replace(desk, marked=replace(desk.marked, data={**desk.marked.data, "form": over}))
        where = desk.condition(data["for"].get("where"), (*path, "for", "where"), scope)
        if cron is None:
            return None
        return Schedule(
            name=name,
            every=cron,
            over=over,
            where=where,
            do=EffectBuilder(own, scope).all(data["do"], (*path, "do")),
            missed=data.get("missed", "once"),
            zone=data.get("zone", "chain"),
            title=desk.title(data, name),
            at=desk.marked.place(path),
        )

    def _cron(self, words: str, path: Path) -> Cron | None:
        at = self.desk.marked.place(path)
        try:
            cron = read_cron(words)
        except BadCron as bad:
            where_en = f"word {bad.column} of " if bad.column else ""
            where_zh = f"第 {bad.column} 项" if bad.column else ""
            says = text(
                f"This is no time that comes again: {where_en}'{words}' (minute hour day month weekday).",
                f"不是有效的周期时间：“{words}”{where_zh}（分 时 日 月 星期）。",
            )
            self.desk.findings.add(at, "cron", says, text("Such as '0 22 * * *'.", "例如“0 22 * * *”。"))
            return None
        if cron.a_day > SHORTEST:
            says = text("Every five minutes at most.", "最多每五分钟一次。")
            self.desk.findings.add(at, "too_often", says, text("Such as '*/5 * * * *'.", "例如“*/5 * * * *”。"))
        return cron

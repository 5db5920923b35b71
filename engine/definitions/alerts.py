"""Builds alerts of the library: which figure is watched, when it matters, what is done then. Used by the assembly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.models import Alert, Fact
from engine.definitions.reader import Path
from engine.definitions.scopes import Names, scope_of
from engine.errors import text
from engine.expressions import Expression, Type

WATCHED = "watched"
ASKABLE = frozenset({"limit", "lookup", "nearest"})
"""What a condition may ask beside the figure: tables that business people keep. Other figures would move unseen."""
STOCK = Type("decimal", scale=6)
KINDS = ("item", "place")


@dataclass(frozen=True)
class AlertBuilder:
    """Builds the alerts of a library."""

    desk: Desk
    facts: Mapping[str, Fact]

    def all(self, data: Mapping[str, Any]) -> dict[str, Alert]:
        """Every alert that could be built."""
        made = {name: self._one(name, each, ("alerts", name)) for name, each in data.items()}
        return {name: each for name, each in made.items() if each is not None}

    def _one(self, name: str, data: Mapping[str, Any], path: Path) -> Alert | None:
        ((figure, asked),) = data["watch"].items()
        known = self._fact(asked, path) if figure == "fact" else self._stock(figure, asked, path)
        if known is None:
            return None
        types, watched = known
        records = {each: kind.form for each, kind in types.items() if kind.kind == "reference" and kind.form}
        about = data.get("about", "place" if figure != "fact" else next(iter(records), ""))
        if about not in records:
            what = text("a parameter that is a record", "一个指向记录的参数")
            self.desk.findings.unknown(self.desk.marked.place((*path, "about")), what, about, records)
            return None
        form = records[about]
        kind = Type("reference", form=form)
        names = {**types, WATCHED: watched, "each": kind, "it": kind}
        plain = scope_of(self.desk.outline, None).with_names(record=kind, **names)
        when = self._when(data["when"], (*path, "when"), plain)
        own = replace(self.desk, marked=replace(self.desk.marked, data={**self.desk.marked.data, "form": form}))
        do = EffectBuilder(own, scope_of(self.desk.outline, form).with_names(**names)).all(data["do"], (*path, "do"))
        if when is None:
            return None
        at = self.desk.marked.place(path)
        fact = asked if figure == "fact" else figure
        return Alert(name, fact, records, about, when, do, self.desk.title(data, name), at)

    def _stock(self, figure: str, asked: Mapping[str, str], path: Path) -> tuple[dict[str, Type], Type] | None:
        """An item and a place, each by a form that registers such with the ledger."""
        forms = self.desk.outline.forms
        for kind in KINDS:
            told = {name for name, each in forms.items() if kind in (each.told.get("ledger") or {})}
            if asked[kind] not in told:
                what = text(f"a form with 'ledger: {kind}'", f"声明 ledger: {kind} 的表单")
                self.desk.findings.unknown(
                    self.desk.marked.place((*path, "watch", figure, kind)), what, asked[kind], told
                )
                return None
        return {kind: Type("reference", form=asked[kind]) for kind in KINDS}, STOCK

    def _fact(self, asked: str, path: Path) -> tuple[dict[str, Type], Type] | None:
        fact = self.facts.get(asked)
        if fact is None:
            at = self.desk.marked.place((*path, "watch", "fact"))
            self.desk.findings.unknown(at, text("a fact", "汇总"), asked, self.facts)
            return None
        return dict(fact.parameters), fact.gives

    def _when(self, words: Any, path: Path, scope: Names) -> Expression | None:
        """The condition: about the figure, and about nothing that could move without it."""
        found = self.desk.condition(words, path, scope)
        if found is None:
            return None
        others = sorted(found.calls - ASKABLE)
        if others:
            listed = ", ".join(others)
            says = text(
                f"An alert is asked when what it watches moves; it cannot ask: {listed}.",
                f"预警只在被监视的数值变动时判断，不能使用：{listed}。",
            )
            self.desk.findings.add(self.desk.marked.place(path), "alert_asks", says)
            return None
        if not any(each[0] == WATCHED for each in found.names):
            says = text(
                "An alert compares what it watches: name 'watched'.", "预警须比较被监视的数值：请在条件中写 watched。"
            )
            self.desk.findings.add(self.desk.marked.place(path), "alert_blind", says)
            return None
        return found

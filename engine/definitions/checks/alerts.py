"""Checks of alerts: that what they do can be done there, and that anybody may see what they watch. Run by `CHECKS`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.times import RULINGS
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import Alert, Library
from engine.errors import text
from engine.expressions import Expression


def alerts_fit(library: Library) -> Iterator[Finding]:
    """No step is open where an alert acts, and what it tells outside is read from its record."""
    for alert in library.alerts.values():
        for use in alert.do.values():
            if use.effect in RULINGS:
                says = text(f"'{use.effect}' stands in timers only.", f"“{use.effect}”只能用在定时器中。")
                yield finding(use.at, "no_step", says)
            told = use.options.get("values") if use.effect == "webhook" else None
            for each in (told or {}).values():
                if isinstance(each, Expression) and any(name[0] != "record" for name in each.names):
                    says = text(
                        f"What is told outside is read from 'record': {each.text}.",
                        f"对外发送的值只能取自 record：{each.text}。",
                    )
                    yield finding(use.at, "told_outside", says)
        if not alert.do:
            yield finding(alert.at, "alert", text("This alert does nothing.", "此预警不做任何事。"))
        yield from _seen(library, alert)


def _seen(library: Library, alert: Alert) -> Iterator[Finding]:
    """Somebody may see the figure: else nobody whom it tells could look at it (a warning)."""
    fact = library.facts.get(alert.figure)
    objects = ("stock",) if alert.of_stock or fact is None else fact.forms
    for each in objects:
        if not any(line[1:3] == (each, "see") for line in library.rights.lines):
            says = text(
                f"No role may see '{each}', which '{alert.name}' watches.",
                f"没有角色可以查看“{each}”，而“{alert.name}”在监视它。",
            )
            yield finding(alert.at, "watched_unseen", says, severity=WARNING)

"""What an alert is for, done once for each time that it came on, whatever restarts. Used by `timing`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import orjson

from engine.definitions.models import Alert
from engine.errors import Text, text
from engine.operations import scheduling
from engine.operations.alerting import PREFIX, WATCHED, names_of
from engine.records import timers

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def fire(operation: Operation, timer: timers.Timer) -> None:
    """Do what an alert is for, once for this time that it came on."""
    alert = operation.library.alerts.get(timer.name.removeprefix(PREFIX))
    told = orjson.loads(timer.occurrence)
    if alert is None or alert.form != timer.form or not set(alert.parameters) <= set(told["key"]):
        return
    folder = operation.open(timer.form, timer.record, lock=True)
    if folder.workflow.states[folder.state].end:
        return
    names = {**names_of(operation, alert, told["key"]), WATCHED: Decimal(told[WATCHED])}
    del names["record"]
    operation.about = names
    operation.alerted = {"names": dict(told["key"]), "watched": told[WATCHED], "alert": alert.name}
    scheduling.perform(operation, folder, timer.name, alert.do, why(alert))


def why(alert: Alert) -> Text:
    """Why *system* does what an alert is for."""
    en, zh = alert.title.get("en", alert.name), alert.title.get("zh", alert.name)
    return text(f"The alert “{en}” has come on.", f"预警“{zh}”已触发。")

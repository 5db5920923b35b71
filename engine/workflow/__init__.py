"""The interpreter of workflows: pure, from a situation to what may happen. Map: `docs/developer/rooms.md`."""

from engine.workflow.arriving import arrive, waiting
from engine.workflow.deciding import decide, decider, edited, look_again, rows_to_decide
from engine.workflow.routing import route
from engine.workflow.ruling import ask_others, rule_on
from engine.workflow.taking import offers, take
from engine.workflow.timers import timers_for
from engine.workflow.writing import writable

__all__ = [
    "arrive",
    "ask_others",
    "decide",
    "decider",
    "edited",
    "look_again",
    "offers",
    "route",
    "rows_to_decide",
    "rule_on",
    "take",
    "timers_for",
    "waiting",
    "writable",
]

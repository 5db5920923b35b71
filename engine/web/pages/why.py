"""Why something is mine, and why I cannot do something else, in words: what is checked, what holds, who could.

Used by `routes`; tasks and what a record does not let one do lead here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import not_found
from engine.web.answers import Reply
from engine.web.pages.happened import name
from engine.web.pages.visit import Visit

RULES = ("step", "approval", "state", "field")
"""What may be asked of a definition beside an action."""


def page(visit: Visit) -> Reply:
    """`?action=`: may I take it now; `?task=`: why am I asked; `?step=` and others: where that rule comes from."""
    form, record = visit.words["form"], visit.words["id"]
    found = visit.get(f"records/{form}/{record}", actions="all")
    rule = next((each for each in RULES if each in visit.query), None)
    if rule is not None:
        told = _rule(visit, found, rule)
    else:
        told = _task(visit, found) if "task" in visit.query else _action(visit, found)
    return visit.shown("why.html", told=told, record=found, form=visit.get(f"forms/{form}"))


def _action(visit: Visit, found: Mapping[str, Any]) -> dict[str, Any]:
    action = visit.query.get("action", "")
    title = next((each["title"] for each in found["actions"] if each["name"] == action), None)
    if title is None:
        raise not_found()
    answer = visit.get("why", form=found["form"], id=found["id"], action=action)
    return {
        "title": title,
        "allowed": answer["allowed"],
        "reasons": [each for each in answer["reasons"] if each["because"]],
        "standing_in": "",
        "moves": [],
        "who": [name(each) for each in answer["who"]],
        "asks": False,
        "of_rule": False,
        "layers": answer["layers"],
    }


def _task(visit: Visit, found: Mapping[str, Any]) -> dict[str, Any]:
    task = next((each for each in found["tasks"] if each["id"] == visit.query["task"]), None)
    if task is None:
        raise not_found()
    me = visit.get("me")["person"]["id"]
    mine = any(each["id"] == me for each in task["people"])
    moves = [("handed_to", each["from"], each["to"]) for each in task.get("handed", ())]
    moves += [(f"added_{each['where']}", each["person"], each["by"]) for each in task.get("added", ())]
    return {
        "title": task["title"],
        "allowed": mine,
        "reasons": [{"holds": True, "because": task["because"]}] if task["because"] else [],
        "standing_in": name(task["for"]) if task.get("for") else "",
        "moves": [{"word": word, "who": name(who), "whom": name(whom)} for word, who, whom in moves],
        "who": [name(each) for each in task["people"]],
        "asks": True,
        "of_rule": False,
        "layers": _layers(visit, found, task),
    }


def _layers(visit: Visit, found: Mapping[str, Any], task: Mapping[str, Any]) -> list[Any]:
    """Of the step that asks; of what else waits, the action that it waits for."""
    word = {"decide": "step", "expects": "action"}.get(task["kind"])
    asked = {"form": found["form"], "id": found["id"]}
    answer = visit.perhaps("why", **asked, **{word: task["step"]}) if word else None
    return answer["layers"] if answer else []


def _rule(visit: Visit, found: Mapping[str, Any], word: str) -> dict[str, Any]:
    answer = visit.get("why", form=found["form"], id=found["id"], **{word: visit.query[word]})
    return {"title": answer["title"], "of_rule": True, "layers": answer["layers"], "unit": answer["unit"]}

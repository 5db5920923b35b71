"""Everything that a record's page shows. Used by the handlers `record` and `inbox`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.web.pages import ballots, compared, contents, happened
from engine.web.pages.lines import pill, says
from engine.web.pages.visit import Visit

LOOKED_AT = 3
"""Records that came of one, to be asked who is waited for."""


def of(visit: Visit, name: str, record: str, *, whole: bool = False) -> dict[str, Any]:
    """Everything that a record's page shows; also for the inbox. `whole`: every row of its tables."""
    found = visit.get(f"records/{name}/{record}", actions="all")
    form = visit.get(f"forms/{name}")
    past = visit.get(f"records/{name}/{record}/history", newest="true")
    lines = past["items"][::-1]
    older = visit.query.get("past")
    shown = visit.get(f"records/{name}/{record}/history", newest="true", cursor=older) if older else past
    found["tasks"] = _with_mine(visit, found["tasks"])
    linked = happened.links(found["links"])
    happened.trail(form, found, linked)
    fields = contents.fields(form, found, visit.language)
    way = visit.get(f"records/{name}/{record}/route")["items"]
    called = says(form, found, (each["cell"] for each in fields), visit.language)
    return {
        "form": form,
        "record": found,
        "called": called,
        "name": _name(form, found, called),
        "pill": pill(form, found["state"]),
        "fields": fields,
        "tables": contents.tables(form, found, visit.language, whole=whole),
        "may": next_first(found),
        "may_not": [each for each in found["actions"] if "because" in each and not filled_first(each)],
        "heed": contents.heeded(form, found),
        "edit": {"writable": found["editable"], "for": _to_fill(visit, found)},
        "waits": [each for each in found["tasks"] if each["people"]] or _waits_elsewhere(visit, form, found),
        "returned": happened.returned(lines),
        "moves": happened.moves(
            visit.perhaps("stock/movements", record=record, newest="true", limit=str(happened.MOVES + 1))
        ),
        "route": happened.route(way, lines, found["tasks"]),
        "compared": compared.of(form, found, visit.language, whole=whole),
        "ballots": ballots.of(form, found, way, lines, visit.language),
        "history": happened.history(form, shown["items"][::-1], visit.language),
        "past": {"older": shown["next"], "begun": bool(older)},
        "comments": happened.comments(lines),
        "links": linked,
    }


def _name(form: Mapping[str, Any], found: Mapping[str, Any], called: str) -> str:
    """What master data is named beside its code; a paper has its number alone."""
    name = str(found["named"]["title"] or "") if form["kind"] == "master" else ""
    return name if name != called else ""


def _with_mine(visit: Visit, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tasks of a record; the verdicts of those that somebody else is asked for are no buttons of mine."""
    me = visit.get("me")["person"]["id"]
    return [each if _asks(each, me) else {**each, "actions": _but_verdicts(each["actions"])} for each in tasks]


def _asks(task: Mapping[str, Any], me: str) -> bool:
    return task["kind"] != "decide" or any(person["id"] == me for person in task["people"])


def _but_verdicts(actions: list[str]) -> list[str]:
    return [each for each in actions if each not in happened.VERDICTS]


def _waits_elsewhere(visit: Visit, form: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What waits in the records that came of this one, while it stands open itself and waits for nobody."""
    if found["tasks"] or any(each["end"] for each in form["states"] if each["name"] == found["state"]):
        return []
    came = {each["id"]: each for each in found["links"] if each["direction"] == "to" and not each["state"]["end"]}
    waits = []
    for link in list(came.values())[-LOOKED_AT:]:
        there = visit.perhaps(f"records/{link['form']}/{link['id']}")
        titled = f"{link['title']} {link['number'] or ''}".strip()
        waits += [{**each, "title": titled} for each in (there or {"tasks": []})["tasks"] if each["people"]]
    return waits


def _to_fill(visit: Visit, found: Mapping[str, Any]) -> str | None:
    """What I am asked to do and what only lacks what I am to fill in: its title stands where one begins to fill in."""
    me = visit.get("me")["person"]["id"]
    mine = {
        each["step"]
        for each in found["tasks"]
        if each["kind"] == "expects" and any(person["id"] == me for person in each["people"])
    }
    waiting = (each["title"] for each in found["actions"] if each["name"] in mine and each.get("code") == "guard")
    return next(waiting, None) if found["editable"] else None


def next_first(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What I may do: what the record waits for before everything else, what only gives it up after everything else."""
    awaited = {each["step"] for each in found["tasks"] if each["kind"] == "expects"}
    may = [each for each in found["actions"] if "because" not in each or filled_first(each)]
    return sorted(may, key=lambda each: (each["name"] not in awaited, each.get("gives_up", False)))


def filled_first(action: Mapping[str, Any]) -> bool:
    """Whether what stands against it may go with what it lets one write."""
    return bool(action.get("fills")) and action.get("code", "guard") == "guard"

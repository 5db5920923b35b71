"""What has happened with a record and what will: history, comments, route, links. Used by `record`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.web.pages.cells import cell, grouped, tone
from engine.web.pages.lines import pill

VERDICTS = ("approve", "reject", "return")


MOVES = 5


def initials(person: Mapping[str, Any] | None) -> str:
    """One or two signs for a face: the last two of a Chinese name, the first letters of others."""
    name = str((person or {}).get("title") or (person or {}).get("code") or "")
    if any("\u4e00" <= sign <= "\u9fff" for sign in name):
        return name[-2:]
    return "".join(word[0] for word in name.split()[:2]).upper()


def history(form: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Newest first, without the comments that have a place of their own."""
    return [_line(form, each, language) for each in reversed(lines) if each["action"] != "comment"]


def comments(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was said, oldest first."""
    return [
        {
            "at": each["at"],
            "who": (each["person"] or {}).get("title"),
            "face": initials(each["person"]),
            "words": each["comment"],
        }
        for each in lines
        if each["action"] == "comment"
    ]


def returned(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The line of who gave it back, while it stands where that brought it."""
    moves = (index for index in range(len(lines) - 1, -1, -1) if lines[index]["from"] != lines[index]["to"])
    last = next(moves, None)
    if last is None or lines[last]["action"] != "return":
        return None
    return next((each for each in reversed(lines[:last]) if each["action"].startswith("return:")), None)


def _line(form: Mapping[str, Any], line: Mapping[str, Any], language: str) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    rows: dict[tuple[str, ...], list[tuple[Mapping[str, Any], dict[str, Any]]]] = {}
    for each in line["changes"]:
        told = _change(form, each, language)
        if told is None:
            continue
        if "row" in each:
            key = tuple(each["path"].strip("/").split("/")[:2])
            rows.setdefault(key, []).append((each, told))
        else:
            fields.append(told)
    return {
        **line,
        "face": initials(line["person"]),
        "asked": [{**each, "cell": cell(each, each["value"], language)} for each in line["asked"]],
        "changes": fields,
        "rows": [_row(changed) for changed in rows.values()],
        "pill": pill(form, line["to"]) if line["to"] and line["to"] != line["from"] else None,
    }


def _row(changed: Sequence[tuple[Mapping[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """A row that was added, removed or changed, by the name of what it is about."""
    added = all(each["old"] is None for each, _ in changed) and _whole(changed)
    removed = all(each["new"] is None for each, _ in changed) and _whole(changed)
    return {
        "title": changed[0][0]["row"] or "",
        "kind": "added" if added else "removed" if removed else "changed",
        "changes": [told for _, told in changed],
    }


def _whole(changed: Sequence[tuple[Mapping[str, Any], dict[str, Any]]]) -> bool:
    """A whole row came or went when what names it did."""
    return any(isinstance(each["old"] or each["new"], Mapping) for each, _ in changed)


def _change(form: Mapping[str, Any], change: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    words = change["path"].strip("/").split("/")
    field = form["fields"].get(words[0])
    if field is not None and len(words) == 3:
        field = field.get("fields", {}).get(words[2])
    if field is None or field["type"] == "table":
        return None
    old, new = (cell(field, change[each], language) for each in ("old", "new"))
    return {"title": field["title"], "old": old, "new": new}


def route(
    items: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]], tasks: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The steps with faces; what was decided with its day and words, what is decided now with since when."""
    return [_step(each, lines, tasks) for each in items]


def _step(
    step: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], tasks: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    name = f"{step['step']}/{step['part']}" if step["part"] else step["step"]
    voted = [each for each in lines if each["action"] in [f"{verdict}:{name}" for verdict in VERDICTS]]
    done = voted[-1] if voted and step["state"] == "done" else None
    task = next((each for each in tasks if (each["step"], each["part"]) == (step["step"], step["part"])), None)
    verdict = done["action"].partition(":")[0] if done else ""
    return {
        **step,
        "acting": _pairs(step.get("for", ()), "person", "for"),
        "given": _pairs(step.get("handed", ()), "from", "to"),
        "joined": [
            {**pair, "where": each["where"]}
            for each in step.get("added", ())
            for pair in _pairs([each], "person", "by")
        ],
        "faces": [{"name": each["title"] or each["code"], "face": initials(each)} for each in step["people"]],
        "at": done["at"] if done else None,
        "comment": done["comment"] if done else None,
        "verdict": verdict,
        "since": task["since"] if task else None,
        "deadline": task["deadline"] if task else None,
    }


def _pairs(found: Sequence[Mapping[str, Any]], who: str, whom: str) -> list[dict[str, str]]:
    """Two people each, by their names."""
    return [{"who": name(each[who]), "whom": name(each[whom])} for each in found]


def name(person: Mapping[str, Any] | None) -> str:
    """How somebody is called."""
    return str((person or {}).get("title") or (person or {}).get("code") or "")


def links(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each linked record once, with how many rows and how much of this record's hangs together with it."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for link in found:
        key = (link["direction"], link["id"])
        one = made.setdefault(key, {**link, "rows": 0, "quantities": [], "tone": tone(link["state"])})
        one["rows"] += 1
        one["quantities"].append({"row": link["row"], "quantity": grouped(str(link["quantity"]))})
    return list(made.values())


def moves(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """What moved because of it, newest first, the first few."""
    items = found["items"] if found else []
    told = [
        {
            "item": each["item"],
            "quantity": grouped(each["quantity"]),
            "unit": each["unit"]["title"] if each["unit"] else "",
            "from": each["from"]["title"] or each["from"]["code"],
            "to": each["to"]["title"] or each["to"]["code"],
            "title": each["because"]["title"],
            "at": each["happened"],
        }
        for each in items[:MOVES]
    ]
    return {"items": told, "more": bool(found and (found["next"] or len(items) > MOVES))}


def trail(form: Mapping[str, Any], found: Mapping[str, Any], linked: list[dict[str, Any]]) -> None:
    """Say at each traced quantity what it is of: the first reference of its row, with the item's unit."""
    names: dict[str, tuple[str, str]] = {}
    for name, field in form["fields"].items():
        if field["type"] != "table":
            continue
        column = next((key for key, each in field["fields"].items() if each["widget"] == "reference"), "")
        for row in found["values"].get(name) or ():
            item = row.get(column)
            if isinstance(item, Mapping):
                unit = found["units"].get(item.get("id"), "")
                names[row["row"]] = (str(item.get("code") or item.get("title") or ""), unit)
    for link in linked:
        for each in link["quantities"]:
            each["title"], each["unit"] = names.get(each["row"] or "", ("", ""))

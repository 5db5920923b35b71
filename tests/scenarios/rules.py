"""The house rules H1 to H9, asked of a whole world: at the end of every scenario, and wherever a test asks.

H3 stands in `World.refused`, H6 is asserted by each scenario on a record that it began before the change, H8 by
`World.together`, H9 by `World.pass_time`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.scenarios.world import Person, World

ENGINE = Path(__file__).parents[2] / "engine"
ORDINARY = ("records", "definitions", "clock", "people", "tasks", "attachments", "verify")
"""What an administrator may do in a scenario: data, definitions, and the time."""


def code_digest() -> str:
    """One figure over the engine's code: a scenario is passed if nothing but definitions changed."""
    total = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def keep(world: World) -> None:
    """Everything that holds in every scenario."""
    only_definitions(world)
    round_trip(world)
    movements_are_named(world)
    histories_grow(world)
    for record, form in list(world.records.items())[-1:]:
        buttons_are_transitions(world, form, record)


def only_definitions(world: World) -> None:
    """The only administrative calls were definitions, the clock and ordinary data; nobody was given a door."""
    for account, method, path in world.administered:
        assert path.split("/")[0] in ORDINARY, (account, method, path)


def round_trip(world: World) -> None:
    """H1: what is published comes out as text; brought in again it is the same, and no new version."""
    adm = world.be("adm")
    listed = adm.raw("GET", "definitions")["items"]
    texts = [_shown(adm, each) for each in listed]
    again = adm.raw("POST", "definitions/publish", {"texts": texts, "note": "the same again"})
    assert again["version"] == listed[0]["version"], "the same texts made another version"
    assert [_shown(adm, each) for each in listed] == texts


def _shown(person: Person, told: dict[str, Any]) -> dict[str, Any]:
    shown = person.raw("GET", f"definitions/{told['kind']}/{told['name']}")
    return {each: shown[each] for each in ("kind", "name", "text")}


def movements_are_named(world: World) -> None:
    """H4: every movement names document, action, version and person, and everything recounts."""
    aud = world.be("aud")
    items: list[dict[str, Any]] = []
    after = "0"
    while True:
        page = aud.get("stock/movements", after=after, limit="500")
        items += page["items"]
        if not page["next"]:
            break
        after = str(page["items"][-1]["seq"])
    assert items
    for each in items:
        assert all(each[name] for name in ("record", "reason", "version", "person")), each
    report = aud.does("POST", "verify")
    assert (report["clean"], report["faults"]) == (True, []), report


def remember(world: World) -> None:
    """Take down the history of every record, to be compared later."""
    for record, form in world.records.items():
        reply = world.be("aud").send("GET", f"records/{form}/{record}/history")
        if reply.status == 200:
            world.told[record] = reply.body["items"]


def histories_grow(world: World) -> None:
    """H7: each line says who, when, from, to and version; what was told once stays as it was told."""
    before = dict(world.told)
    remember(world)
    for record, lines in world.told.items():
        kept = before.get(record, [])
        assert lines[: len(kept)] == kept, "history was rewritten"
        for each in lines:
            assert all((each["at"], each["person"], "to" in each, "version" in each)), each
        assert [each["at"] for each in lines] == sorted(each["at"] for each in lines)


def buttons_are_transitions(world: World, form: str, record: str) -> None:
    """H5: the buttons are the transitions that are accepted of this person; tasks are of those who can act."""
    known = world.actions.get(form, [])
    for person in world.people():
        seen = person.send("GET", f"records/{form}/{record}")
        tasks = person.tasks(form, record)
        if seen.status == 404:
            assert tasks == [], (person.account, tasks)
            assert all(_tried(person, form, record, action).status == 404 for action in known[:1])
            continue
        offered = {each["name"] for each in seen.body["actions"]}
        assert {each["id"] for each in seen.body["tasks"] if each["actions"]} >= {each["id"] for each in tasks}
        for action in known:
            tried = _tried(person, form, record, action)
            if action in offered:
                wants = {each["code"] for each in tried.body["errors"]} if tried.status == 422 else set()
                assert tried.status == 200 or wants or _on_the_way(tried), (person.account, action, tried.text)
            else:
                gone = tried.status == 404  # an action of another version
                assert gone or tried.status in (403, 409), (person.account, action, tried.text)


def _on_the_way(tried: Any) -> bool:
    """Refused by what is found only where the action would lead: a step without a limit, or without people."""
    return tried.status == 409 and {each["code"] for each in tried.body["errors"]} <= {
        "condition_empty",
        "nobody_found",
    }


def _tried(person: Person, form: str, record: str, action: str) -> Any:
    return person.send("POST", f"records/{form}/{record}/actions/{action}", {}, preview="true")


def without_a_task(world: World, form: str, record: str) -> None:
    """H5: whoever has no task of it cannot decide it, though the task's id be known."""
    known: dict[str, str] = {}
    for person in world.people():
        for each in person.tasks(form, record):
            known.setdefault(each["id"], person.account)
    for person in world.people():
        own = {each["id"] for each in person.tasks(form, record)}
        for task in known:
            if task not in own:
                reply = person.send("POST", f"tasks/{task}/approve")
                assert reply.status in (403, 404, 409), (person.account, reply.text)


def hidden(world: World, account: str, form: str, record: str, names: Sequence[str], values: Sequence[str]) -> None:
    """H2: what somebody may not see is in no channel, by name or by value, and nothing can be asked by it."""
    person = world.be(account)
    channels = [
        f"records/{form}/{record}", f"records/{form}/{record}/history", f"records/{form}/{record}/route",
        f"records/{form}/{record}/trail", f"records/{form}/{record}/fill", f"forms/{form}", "notices", "tasks",
    ]  # fmt: skip
    for path in channels:
        reply = person.send("GET", path)
        assert reply.status in (200, 403, 404), (path, reply.text)
        told = reply.text
        for value in values:
            assert f'"{value}"' not in told, (account, path, value)
        for name in names:
            assert world.shuffle.name(name) not in reply.raw, (account, path, name)
    listed = person.get(f"records/{form}")
    assert all(f'"{value}"' not in json.dumps(listed) for value in values)
    for name in names:
        path = name if name in world.forms[form] else f"lines.{name}"
        nonsense = person.send("GET", f"records/{form}", filter="nosuch == 'x'")
        for query in ({"filter": f"empty({path})"}, {"sort": path}, {"fields": path}):
            reply = person.send("GET", f"records/{form}", **query)
            assert reply.status == 422, (account, query, reply.text)
        assert nonsense.status == 422
    exported = person.send("GET", f"records/{form}/export")
    assert exported.status in (403, 404) or not any(value in exported.text for value in values)

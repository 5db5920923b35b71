"""How a person wants to be told: by kind of message inside the application, by mail too, or not; at once or gathered.

Used by `commands`, and by `informing` for everybody whom it tells. Who chose nothing is told inside the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored, zone_named
from engine.errors import Text, forbidden, invalid_at, say, text
from engine.operations import bodies, zones
from engine.operations.calls import Answer
from engine.records import channels

if TYPE_CHECKING:
    from engine.operations.operation import Operation

APP, MAIL, NONE = "app", "mail", "none"
WAYS = (APP, MAIL, NONE)
AT_ONCE, HOURLY, DAILY = "at_once", "hourly", "daily"
GATHERING = (AT_ONCE, HOURLY, DAILY)
EIGHT = 8
KINDS: Mapping[str, Text] = {
    "notice": text("What a process tells", "流程通知"),
    "mention": text("Somebody mentions me", "有人提到我"),
    "returned": text("What I submitted was returned", "我提交的被退回"),
    "task": text("A new task of mine", "我的新任务"),
    "handed": text("A task is handed over to me", "任务转交给我"),
    "added": text("Somebody asks me to sign too", "请我加签"),
    "nudged": text("Somebody reminds me", "有人催办"),
    "copied": text("I am copied in", "抄送我的"),
}
"""Kinds of messages. What the engine itself tells has a template that begins with @; the rest are notices."""
LISTED = ("task",)
"""Kinds that have a list of their own inside the application: nobody is told of them there a second time, unless he
wants mail, and nobody can close the list."""


def kind_of(template: str) -> str:
    """The kind of a message by its template."""
    kind = template.removeprefix("@")
    return kind if template.startswith("@") and kind in KINDS else "notice"


def way(chosen: Mapping[str, Any] | None, template: str) -> str:
    """How somebody who chose this (None: nothing) is told of a template."""
    found: str = ((chosen or {}).get("kinds") or {}).get(kind_of(template), APP)
    return found


def silent(chosen: Mapping[str, Any] | None, template: str) -> bool:
    """Whether somebody who chose this is not told of a template at all, or has it in a list of its own."""
    found = way(chosen, template)
    return found == NONE or (found == APP and kind_of(template) in LISTED)


def since(operation: Operation, chosen: Mapping[str, Any]) -> int | None:
    """When what is gathered for him goes out next; None when nothing is gathered."""
    gathered = chosen.get("gather", AT_ONCE)
    if gathered == AT_ONCE:
        return None
    zone = zone_named(chosen.get("zone")) or operation.zone
    return to_stored(next_time(operation.now.astimezone(zone), gathered, chosen.get("hour", EIGHT)))


def next_time(now: datetime, gathered: str, hour: int) -> datetime:
    """The next full hour, or the next time that it is this hour, where the person is."""
    if gathered == HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    today = datetime.combine(now.date(), time(hour), tzinfo=now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), time(hour), tzinfo=now.tzinfo)


def show(operation: Operation) -> Answer:
    """`{kinds: [{kind, title, way}], gather, hour, zone, mail, possible}` of the actor."""
    chosen = channels.of(operation.connection, [operation.actor_id]).get(operation.actor_id, {})
    return Answer(200, _told(operation, chosen))


def put(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{kinds: {kind: way}, gather?, hour?, zone?}`: how I am told from now on; what is not said stays."""
    bodies.only(body, {"kinds", "gather", "hour", "zone"})
    actor = operation.call.actor
    if actor is None or actor.grants is not None:
        raise forbidden("key_is_limited", text("This key may not do that.", "此密钥无权执行该操作。"))
    old = channels.of(operation.connection, [operation.actor_id]).get(operation.actor_id, {})
    kinds = {**(old.get("kinds") or {}), **_kinds(operation, body)}
    chosen = {
        "kinds": kinds,
        "gather": _one_of(body.get("gather", old.get("gather", AT_ONCE)), GATHERING, "/gather"),
        "hour": _hour(body.get("hour", old.get("hour", EIGHT))),
        "zone": _zone_name(body.get("zone", old.get("zone"))),
    }
    channels.keep(operation.connection, operation.actor_id, chosen, to_stored(operation.now))
    return Answer(200, _told(operation, chosen))


def _told(operation: Operation, chosen: Mapping[str, Any]) -> dict[str, Any]:
    language = operation.call.language
    person = operation.directory.persons.get(operation.actor_id)
    kinds = [
        {"kind": each, "title": say(title, language), "way": _way_of(chosen, each)} for each, title in KINDS.items()
    ]
    return {
        "kinds": kinds,
        "gather": chosen.get("gather", AT_ONCE),
        "hour": chosen.get("hour", EIGHT),
        "zone": chosen.get("zone") or operation.zone.key,
        "mail": (person.mail if person else "") or None,
        "possible": operation.services.settings.smtp is not None,
    }


def _way_of(chosen: Mapping[str, Any], kind: str) -> str:
    found: str = (chosen.get("kinds") or {}).get(kind, APP)
    return found


def _kinds(operation: Operation, body: Mapping[str, Any]) -> dict[str, str]:
    person = operation.directory.persons.get(operation.actor_id)
    found = {}
    for kind, sent in bodies.mapping(body, "kinds").items():
        path = f"/kinds/{kind[:80]}"
        if kind not in KINDS:
            raise invalid_at(path, "unknown_kind", text("There is no such kind of message.", "没有此类消息。"))
        found[kind] = _one_of(sent, (APP, MAIL) if kind in LISTED else WAYS, path)
        if sent == MAIL and operation.services.settings.smtp is None:
            raise invalid_at(path, "no_mail", text("This server sends no mail.", "本服务器未配置邮件发送。"))
        if sent == MAIL and (person is None or not person.mail):
            says = text("Nobody has written a mail address for you yet.", "尚未登记您的邮箱地址。")
            raise invalid_at(path, "no_address", says)
    return found


def _one_of(sent: Any, known: tuple[str, ...], path: str) -> str:
    if not isinstance(sent, str) or sent not in known:
        says = text(f"One of {', '.join(known)} is expected.", f"应为 {'、'.join(known)} 之一。")
        raise invalid_at(path, "not_one_of", says)
    return sent


def _hour(sent: Any) -> int:
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 <= sent <= 23:
        raise invalid_at("/hour", "not_an_hour", text("An hour from 0 to 23 is expected.", "应为 0 至 23 的整点。"))
    return sent


def _zone_name(sent: Any) -> str | None:
    if sent is None:
        return None
    if not isinstance(sent, str) or zone_named(sent) is None:
        raise invalid_at("/zone", "unknown_zone", zones.NO_ZONE)
    return sent

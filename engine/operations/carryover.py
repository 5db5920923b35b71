"""Carrying over records under way: all or chosen ones, tried first, and undone. Used by `commands` and `publishing`.

What is not begun yet, and masters, follow the newest version by themselves: what they hold is called as that calls it
in the transaction that publishes it (`follow`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.database.dialects import run
from engine.definitions.mappings import PLAIN, Carrying
from engine.definitions.models import Library
from engine.errors import Fault, Kind, Refusal, invalid_at, not_found, say, text
from engine.operations import bodies, carrying, mapped, presenting, settling, versions
from engine.operations.calls import Answer
from engine.operations.carrying import Landing
from engine.operations.folder import Event
from engine.records import archive, carried
from engine.records.stored import Stored
from engine.workflow import waiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.operation import Operation

MOST_CHOSEN = 5_000
LONGEST_CURSOR = 128
MOST_AT_ONCE = 1_000
"""How many of those that nobody named are carried over by one command, for the time that others wait for it."""


def carry(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{records?, form?, mapping?, again?, dry?}`: carry over to the version in force, or tell what would be."""
    versions.require(operation, "publish")
    bodies.only(body, {"records", "form", "mapping", "again", "dry", "after", "limit"})
    name = body.get("mapping")
    if name is not None and name not in operation.library.mappings:
        raise invalid_at("/mapping", "unknown_mapping", text("There is no such mapping.", "没有此映射。"))
    mapping = operation.library.mappings[name] if name else travelling(operation.library)
    after = body.get("after", "")
    if not isinstance(after, str) or len(after) > LONGEST_CURSOR:
        raise invalid_at("/after", "bad_cursor", text("This cursor is not good here.", "游标无效。"))
    named = chosen(body)
    found = landings(operation, mapping, named, form=body.get("form"), again=body.get("again") is True, after=after)
    most = _limit(body)
    more = named is None and len(found) > most
    found = found[:most] if more else found
    following = f"{found[-1].stored.form}/{found[-1].stored.id}" if more else None
    if body.get("dry") is True:
        return Answer(200, {"items": [told(operation, each) for each in found], "next": following})
    done = do(operation, found, named=named is not None)
    return Answer(200, {"run": done, **_counts(found), "next": following})


def _limit(body: Mapping[str, Any]) -> int:
    most = body.get("limit", MOST_AT_ONCE)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 < most <= MOST_AT_ONCE:
        says = text(f"From 1 to {MOST_AT_ONCE}.", f"应为 1 到 {MOST_AT_ONCE}。")
        raise invalid_at("/limit", "bad_limit", says)
    return most


def is_running(body: Mapping[str, Any]) -> bool:
    """Whether what is under way is to be carried over with what is published: `running` of a body."""
    running = body.get("running", "leave")
    if running not in ("leave", "carry_over"):
        says = text("It is one of: leave, carry_over.", "只能是：leave、carry_over。")
        raise invalid_at("/running", "choice", says)
    return bool(running == "carry_over")


def with_version(operation: Operation, mapping: Carrying, body: Mapping[str, Any]) -> dict[str, Any]:
    """Carry over in the transaction that publishes; refused where that would keep everybody else waiting."""
    named = chosen(body)
    found = landings(operation, mapping, named, again=body.get("again") is True)
    if named is None and len(found) > MOST_AT_ONCE:
        says = text(
            f"More than {MOST_AT_ONCE} records are under way. Publish first, then carry them over in parts.",
            f"进行中的单据超过 {MOST_AT_ONCE} 条。请先发布，再分批迁移。",
        )
        raise Refusal(Kind.LIMIT, "too_many", says, faults=[Fault("/running", "too_many", says)])
    return {"run": do(operation, found, named=named is not None), **_counts(found)}


def _counts(found: Sequence[Landing]) -> dict[str, int]:
    left = sum(bool(each.faults) for each in found)
    return {"carried": len(found) - left, "left": left}


def travelling(library: Library) -> Carrying:
    """The newest of the mappings that travel with a library, when none is named."""
    return max(library.mappings.values(), key=lambda each: each.since or 0, default=PLAIN)


def chosen(body: Mapping[str, Any]) -> list[str] | None:
    """The records that are named; None is all that are under way."""
    if body.get("records") is None:
        return None
    named = bodies.words(body, "records")
    if len(named) > MOST_CHOSEN:
        says = text(f"At most {MOST_CHOSEN} at once.", f"一次最多 {MOST_CHOSEN} 条。")
        raise invalid_at("/records", "too_many", says)
    return named


def landings(
    operation: Operation,
    mapping: Carrying,
    named: list[str] | None,
    *,
    form: Any = None,
    again: bool = False,
    after: str = "",
) -> list[Landing]:
    """Where each record comes to; of those that were not named what is under way, one more than goes at once.

    `after` is `form/id`: what comes behind that.
    """
    if named is not None:
        there = archive.load(operation.connection, named, lock=True)
        lost = [index for index, each in enumerate(named) if each not in there]
        if lost:
            says = text("There is no such record.", "没有此单据。")
            raise Refusal(
                Kind.INVALID,
                "unknown_record",
                says,
                faults=[Fault(f"/records/{at}", "unknown_record", says) for at in lost],
            )
        return [carrying.landing(operation, there[each], mapping, again=again) for each in dict.fromkeys(named)]
    begin, _, last = after.partition("/")
    waiting_there = (
        each
        for name in sorted(operation.library.forms)
        if form in (None, name) and name >= begin
        for each in under_way(operation, name, lock=True, after=last if name == begin else "")
    )
    return [carrying.landing(operation, each, mapping, again=again) for each in islice(waiting_there, MOST_AT_ONCE + 1)]


def under_way(operation: Operation, form: str, *, lock: bool = False, after: str = "") -> Iterator[Stored]:
    """Records that follow an older version and have not ended, a few hundred at a time."""
    sql = (
        "SELECT id FROM record WHERE form = :form AND version IS NOT NULL AND version <> :version AND id > :after "
        "ORDER BY id LIMIT :most"
    )
    asked = {"form": form, "version": operation.library.version, "after": after, "most": archive.AT_ONCE}
    while ids := list(run(operation.connection, sql, asked).scalars()):
        for each in archive.load(operation.connection, ids, lock=lock).values():
            if not carrying.is_finished(operation, operation.unfold(each)):
                yield each
        asked["after"] = ids[-1]


def do(operation: Operation, found: Sequence[Landing], *, named: bool) -> str:
    """Carry over what can be; of records that were named every one must. Gives the run, by which it is undone."""
    bad = [(index, each) for index, each in enumerate(found) if each.faults]
    if named and bad:
        faults = [
            Fault(f"/records/{index}", fault.code, fault.says, params={"id": each.stored.id, "at": fault.path})
            for index, each in bad
            for fault in each.faults
        ]
        raise Refusal(Kind.RULE, faults[0].code, faults[0].says, faults=faults, rule=faults[0].code)
    going = [each for each in found if not each.faults]
    name = operation.new_id()
    for each in going:
        carrying.begin(operation, each)
    if going:
        settling.settle(operation)
    pairs = [(each.stored, each.stored.revision + 1) for each in going]
    carried.note(operation.connection, name, pairs)
    return name


def told(operation: Operation, found: Landing) -> dict[str, Any]:
    """A landing as JSON: from where to where, who is asked there, what is missing, not repeated, or wrong."""
    stored, folder, language = found.stored, found.folder, operation.call.language
    body: dict[str, Any] = {
        "form": stored.form,
        "id": stored.id,
        "number": stored.number,
        "from": {"version": stored.version, "state": stored.state, "step": found.step},
        "to": None,
        "missing": list(found.missing),
        "passed": list(found.passed),
        "errors": [
            {"path": each.path, "code": each.code, "message": say(each.says, language)} for each in found.faults
        ],
    }
    if folder is not None:
        approval = folder.memory.approval
        people = dict.fromkeys(person for wait in folder.waits or () for person in wait.people)
        body["to"] = {
            "version": folder.version,
            "state": folder.state,
            "step": approval.step if approval is not None else None,
            "people": [presenting.person(operation, each) for each in people],
        }
    return body


def show(operation: Operation, name: str) -> Answer:
    """The records of a run that have not been carried back."""
    versions.require(operation, "see")
    found = carried.of_run(operation.connection, name)
    if not found:
        raise not_found()
    items = [
        {"form": each.form, "id": each.record, "revision": each.revision, "version": each.before["version"]}
        for each in found
    ]
    return Answer(200, {"items": items, "next": None})


def undo(operation: Operation, name: str) -> Answer:
    """Carry back what nobody has touched since; the rest stays where it is, and is counted."""
    versions.require(operation, "publish")
    kept = carried.of_run(operation.connection, name)
    if not kept:
        raise not_found()
    there = archive.load(operation.connection, [each.record for each in kept], lock=True)
    going = [each for each in kept if each.record in there and there[each.record].revision == each.revision]
    for each in going:
        carrying.back(operation, there[each.record], each)
    if going:
        settling.settle(operation)
    for each in going:
        carried.drop(operation.connection, name, each.record)
    return Answer(200, {"run": name, "carried": len(going), "left": len(kept) - len(going)})


# -- what follows the newest version by itself -------------------------------------------------------------------------


def follow(operation: Operation, before: Library, mapping: Carrying) -> int:
    """Records that follow the newest version hold what they have as that calls it; roles that people hold too."""
    roles = mapped.roles(operation.library, mapping)
    count = 0
    for name, form in operation.library.forms.items():
        old = before.forms.get(name)
        if old is None or not mapped.touches(old, form, mapping, roles):
            continue
        for stored in archive.walk(operation.connection, name):
            if stored.version is None:
                changed = mapped.followed(stored, old, form, mapping, roles)
                if changed is not stored:
                    _rename(operation, stored, changed)
                    count += 1
    if count:
        settling.settle(operation)
    _ask_others(operation.connection, roles)
    return count


def _rename(operation: Operation, stored: Stored, changed: Stored) -> None:
    folder = operation.unfold(changed)
    folder.stored = stored
    if changed.state != stored.state:
        folder.place_before = None
        folder.waits = waiting(operation.situation(folder))
    operation.folders[folder.id] = folder
    folder.note(Event(carrying.DEED, operation.actor_id, None, stored.state, changed.state))


def _ask_others(connection: Connection, roles: Mapping[str, str]) -> None:
    """Open tasks that ask for a role that is no more ask for the one that stands for it."""
    for old, new in roles.items():
        asked = {"old": old, "new": new}
        twice = (
            "DELETE FROM task_ask WHERE role = :old AND EXISTS (SELECT 1 FROM task_ask o WHERE o.task = task_ask.task "
            "AND o.role = :new AND o.relation = task_ask.relation AND o.unit = task_ask.unit "
            "AND o.person = task_ask.person)"
        )
        run(connection, twice, asked)
        run(connection, "UPDATE task_ask SET role = :new WHERE role = :old", asked)

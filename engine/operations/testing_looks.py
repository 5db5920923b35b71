"""Whether a step of a process test came to what it should: refusals, states, values, tasks, stock, movements.

Used by `testing`. Everything is asked by the same commands as everybody's: values, buttons and tasks as the person of
the step, stock and movements as *system*, who sees all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.definitions.process_tests import Step
from engine.errors import Refusal, text
from engine.operations.calls import Answer
from engine.operations.problems import problem
from engine.operations.testing_scratch import Scratch
from engine.operations.testing_steps import Differs, tasks_of
from engine.records import archive

Came = Answer | Refusal | None
FIGURES = ("on_hand", "reserved", "available")
MOST = 500


def refused(step: Step, came: Came) -> None:
    """A refusal that was expected is the one that came, and none came that was not."""
    wanted = step.data.get("refused")
    if isinstance(came, Refusal):
        if wanted is None:
            raise Differs((), text(f"Refused: {_words(came, 'en')}", f"被拒绝：{_words(came, 'zh')}"))
        _as_wanted(wanted, came)
    elif wanted is not None:
        says = text(
            f"Expected a refusal ({_spelled(wanted)}), but it was done.", f"应被拒绝（{_spelled(wanted)}），却已执行。"
        )
        raise Differs(("refused",), says)


def _words(refusal: Refusal, language: str) -> str:
    """What a refusal says, with the places of its faults."""
    told = problem(refusal, language)
    faults = [
        f"{each['message']} [{each['code']}{' ' + each['path'] if each['path'] else ''}]" for each in told["errors"]
    ]
    return " ".join(faults[:3])


def _as_wanted(wanted: Mapping[str, Any], came: Refusal) -> None:
    told = problem(came, "en")
    found = {
        "kind": {told["kind"]},
        "code": {each["code"] for each in told["errors"]},
        "path": {each["path"] for each in told["errors"]},
        "rule": {told.get("rule", "")},
    }
    for word, value in wanted.items():
        if value not in found[word]:
            got = ", ".join(sorted(found[word])) or "-"
            says = text(
                f"Expected a refusal of {word} '{value}', found '{got}': {_words(came, 'en')}",
                f"应以 {word}“{value}”被拒绝，实为“{got}”：{_words(came, 'zh')}",
            )
            raise Differs(("refused", word), says)


def _spelled(wanted: Mapping[str, Any]) -> str:
    return ", ".join(f"{word} {value}" for word, value in wanted.items())


def looks(scratch: Scratch, step: Step, since: tuple[int, frozenset[str]]) -> Iterator[Differs]:
    """Everything in which a step did not come to what it should. `since` is what was there before it."""
    wanted = step.expected
    about = step.name if step.verb == "make" else step.data.get("of")
    record = scratch.records.get(about) if about is not None else None
    if "made" in wanted:
        yield from _made(scratch, wanted["made"], since[1])
    if record is not None:
        yield from _record(scratch, step, record)
    elif {"state", "values", "hidden", "offered", "tasks"} & set(wanted):
        yield Differs(("expect",), text("There is no record to look at.", "没有可查看的单据。"))
    for name, line in wanted.get("stock", {}).items():
        yield from _stock(scratch, name, line)
    if "movements" in wanted:
        yield from _movements(scratch, wanted["movements"], since[0])


def _differs(path: tuple[str | int, ...], wanted: Any, came: Any) -> Differs:
    says = text(f"Expected {_plain(wanted)}, found {_plain(came)}.", f"应为 {_plain(wanted)}，实为 {_plain(came)}。")
    return Differs(path, says)


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return "nothing" if value is None else f"'{value}'"


def _record(scratch: Scratch, step: Step, record: tuple[str, str]) -> Iterator[Differs]:
    form, key = record
    wanted = step.expected
    if "state" in wanted:
        with scratch.services.database.reading() as connection:
            state = archive.heads(connection, [key])[key].state
        if state != wanted["state"]:
            yield _differs(("expect", "state"), wanted["state"], state)
    for who, steps in wanted.get("tasks", {}).items():
        came = sorted(_task(each) for each in tasks_of(scratch, who, form, key))
        if came != sorted(steps):
            yield _differs(("expect", "tasks", who), sorted(steps), came)
    if {"values", "hidden", "offered"} & set(wanted):
        seen = scratch.send(step.data.get("by"), "GET", f"records/{form}/{key}")
        if isinstance(seen, Refusal):
            yield Differs(("expect",), text(f"Not seen: {_words(seen, 'en')}", f"无法查看：{_words(seen, 'zh')}"))
        else:
            yield from _seen(wanted, seen.body)


def _task(each: Mapping[str, Any]) -> str:
    """A task by its step and part, or by the action that is waited for."""
    return f"{each['step']}/{each['part']}" if each.get("part") else str(each["step"])


def _seen(wanted: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Differs]:
    yield from _values(wanted.get("values", {}), body["values"], ("expect", "values"))
    for path in wanted.get("hidden", ()):
        if _shown(body["values"], path.split(".")):
            says = text(f"'{path}' is seen.", f"“{path}”可见。")
            yield Differs(("expect", "hidden"), says)
    if "offered" in wanted:
        offered = sorted(each["name"] for each in body["actions"])
        if offered != sorted(wanted["offered"]):
            yield _differs(("expect", "offered"), sorted(wanted["offered"]), offered)


def _shown(values: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a field is there, in any row when it is one of a table."""
    if path[0] not in values:
        return False
    inner = values[path[0]]
    return len(path) == 1 or any(_shown(each, path[1:]) for each in inner or ())


def _values(wanted: Any, came: Any, path: tuple[str | int, ...]) -> Iterator[Differs]:
    """Only what is named is compared; rows by their place."""
    if isinstance(wanted, Mapping) and isinstance(came, Mapping):
        for name, value in wanted.items():
            yield from _values(value, came.get(name), (*path, name))
    elif isinstance(wanted, list) and isinstance(came, list) and len(wanted) == len(came):
        for index, (one, other) in enumerate(zip(wanted, came, strict=True)):
            yield from _values(one, other, (*path, index))
    elif not _equal(wanted, came):
        yield _differs(path, wanted, came)


def _equal(wanted: Any, came: Any) -> bool:
    """The same value; numbers by what they come to, records by their code or title."""
    if isinstance(came, Mapping):
        return wanted in (came.get("code"), came.get("title"), came.get("id"))
    if isinstance(wanted, bool) or isinstance(came, bool) or wanted is None or came is None:
        return wanted is came
    return str(wanted) == str(came) or _number(wanted) == _number(came) is not None


def _number(value: Any) -> Decimal | None:
    words = str(value)
    plain = words.removeprefix("-").replace(".", "", 1)
    return Decimal(words) if plain.isascii() and plain.isdigit() else None


def _made(scratch: Scratch, wanted: Mapping[str, str], known: frozenset[str]) -> Iterator[Differs]:
    """Each name is one new record of its form; it may be named from then on."""
    new = new_records(scratch, known)
    for name, form in wanted.items():
        found = sorted(key for key, of in new.items() if of == form)
        times = sum(other == form for other in wanted.values())
        if len(found) != times:
            yield _differs(("expect", "made", name), f"{times} {form}", f"{len(found)} {form}")
        else:
            scratch.records[name] = (form, found[[each for each in wanted if wanted[each] == form].index(name)])


def new_records(scratch: Scratch, known: frozenset[str]) -> dict[str, str]:
    """Ids of what was made since, with their forms."""
    with scratch.services.database.reading() as connection:
        forms = scratch.library.forms
        return {each.id: name for name in forms for each in archive.of_form(connection, name) if each.id not in known}


def _stock(scratch: Scratch, name: str, line: Mapping[str, Any]) -> Iterator[Differs]:
    query = {"item": line["item"], **_place(scratch, line["place"])}
    if "lot" in line:
        query["lot"] = line["lot"]
    answer = scratch.send(None, "GET", "stock", **query, limit=str(MOST))
    path = ("expect", "stock", name)
    if isinstance(answer, Refusal):
        yield Differs(path, text(_words(answer, "en"), _words(answer, "zh")))
        return
    for word in FIGURES:
        if word in line:
            came = sum((Decimal(each[word]) for each in answer.body["items"]), Decimal(0))
            if Decimal(str(line[word])) != came:
                yield _differs((*path, word), line[word], f"{came.normalize():f}")


def _place(scratch: Scratch, word: str) -> dict[str, str]:
    """How a place is asked for: one of a record of this test as `asked/transit`."""
    name, slash, part = word.partition("/")
    if slash and name in scratch.records:
        return {"place": part, "record": scratch.records[name][1]}
    return {"place": word}


def _movements(scratch: Scratch, wanted: Mapping[str, Mapping[str, Any]], since: int) -> Iterator[Differs]:
    """Exactly these were posted, in whatever order."""
    answer = scratch.send(None, "GET", "stock/movements", after=str(since), limit=str(MOST))
    if isinstance(answer, Refusal):
        yield Differs(("expect", "movements"), text(_words(answer, "en"), _words(answer, "zh")))
        return
    came = Counter(_moved(scratch, each) for each in answer.body["items"])
    for name, line in wanted.items():
        key = _wanted(line)
        if came[key]:
            came[key] -= 1
        else:
            left = [_spell(each) for each in came.elements()]
            says = text(
                f"Not posted: {_spell(key)}. Posted and not named: {'; '.join(left) or 'nothing'}.",
                f"未过账：{_spell(key)}。其余已过账：{'；'.join(left) or '无'}。",
            )
            yield Differs(("expect", "movements", name), says)
            return
    if left := [_spell(each) for each in came.elements()]:
        says = text(f"Also posted: {'; '.join(left)}.", f"还过账了：{'；'.join(left)}。")
        yield Differs(("expect", "movements"), says)


Key = tuple[str, str, str, Decimal, str]


def _moved(scratch: Scratch, each: Mapping[str, Any]) -> Key:
    lot = each["lot"]["code"] if each["lot"] else ""
    origin, target = _called(scratch, each["from"]), _called(scratch, each["to"])
    return each["item"]["code"], origin, target, Decimal(each["quantity"]), lot


def _called(scratch: Scratch, place: Mapping[str, Any]) -> str:
    """A place as tests call it: by code, or as the place of a record that has a name here."""
    record, slash, part = place["id"].partition("/")
    named = next((name for name, (_, key) in scratch.records.items() if key == record), None)
    if slash and named is not None and part in scratch.library.forms[scratch.records[named][0]].places:
        form = scratch.library.forms[scratch.records[named][0]]
        if "place" not in (form.told.get("ledger") or {}):
            return f"{named}/{part}"
    return str(place["code"])


def _wanted(line: Mapping[str, Any]) -> Key:
    quantity = _number(line["quantity"])
    return line["item"], line["from"], line["to"], quantity if quantity is not None else Decimal(0), line.get("lot", "")


def _spell(key: Key) -> str:
    item, origin, target, quantity, lot = key
    return f"{quantity.normalize():f} {item}{' ' + lot if lot else ''} {origin} → {target}"

"""What narrows a list field by field, as words of an address: `f.state=draft`, `f.total.from=10`. Used by `listing`.

A field that the actor cannot be sure to see in every record is answered as one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Form
from engine.errors import Fault, invalid, text
from engine.expressions import Reference, Type, Value
from engine.fields import BY_NAME, widget_of
from engine.operations import gone, oldstates, presenting, rights
from engine.operations.condition_values import BOUNDS, Wrong, bound, chosen, day, number, truth
from engine.operations.knowing import Knowing

if TYPE_CHECKING:
    from engine.operations.operation import Operation

PREFIX = "f."
LONGEST, MOST, SEVERAL = 200, 20, 50
ME = "me"
_OF_EVERY: Mapping[str, str] = {"choice": "choice", "person": "record", "text": "text", "moment": "day"}
OF_EVERY_RECORD: Mapping[str, str] = {
    "state": "choice",
    "number": "text",
    "created": "moment",
    "created_by": "person",
    "updated": "moment",
    "submitted": "moment",
}
"""What is kept of every record, by the type by which it is asked."""
UNKNOWN = text("There is no such field.", "没有这个字段。")


@dataclass(frozen=True, slots=True)
class Asked:
    """A field by which a list is narrowed: how it is asked, what it holds, what may be chosen."""

    name: str
    kind: str
    how: str
    holds: Type
    to: str = ""
    options: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        """How it may be asked: as it is (``), `from` and `to`, or `has`."""
        if self.how == "text":
            return ("", "has")
        return ("", *BOUNDS) if self.how in ("number", "day") else ("",)


@dataclass(slots=True)
class Narrowed:
    """Conditions as an expression: its words, the values that stand in it by name, the records that were named.

    `bounds` are what a range begins and ends with.
    """

    words: list[str] = field(default_factory=list)
    types: dict[str, Type] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    bounds: dict[str, Any] = field(default_factory=dict)

    def hold(self, holds: Type, value: Value) -> str:
        """Keep a value; the name by which the expression knows it."""
        name = f"asked_{len(self.types)}"
        self.types[name], self.values[name] = holds, value
        return name


def fields_of(operation: Operation, form: Form) -> Iterator[Asked]:
    """The fields by which this person may narrow a list of the form."""
    workflow = operation.library.workflows.get(form.name)
    states = (*workflow.states, *oldstates.of(operation.library, form.name)) if workflow else ()
    for name, kind in OF_EVERY_RECORD.items() if workflow else ():
        if kind == "choice":
            yield Asked(name, kind, _OF_EVERY[kind], Type("choice", options=states), options=states)
        elif kind == "person":
            yield Asked(
                name, kind, _OF_EVERY[kind], Type("reference", form=operation.person_form), operation.person_form
            )
        else:
            yield Asked(name, kind, _OF_EVERY[kind], Type(kind))
    hidden = rights.everywhere_hidden(operation, form)
    for each in form.fields.values():
        kind, way = each.type, widget_of(BY_NAME[each.type]).asked
        if not way or (way == "text" and each.value_type.kind != "text"):
            continue
        if each.path in hidden or each.live is not None:
            continue
        if way == "record":
            to = operation.person_form if kind == "person" else str(each.options.get("to") or "org_unit")
            if to == "org_unit" or rights.sees_form(operation, to):
                yield Asked(each.name, kind, way, each.value_type, to)
        else:
            yield Asked(each.name, kind, way, each.value_type, options=each.value_type.options)


def told(operation: Operation, form: Form) -> list[dict[str, str]]:
    """The same, as a client is told of them."""
    return [
        {"name": each.name, "type": each.kind, "how": each.how, **({"to": each.to} if each.to else {})}
        for each in fields_of(operation, form)
    ]


def narrowed(operation: Operation, form: Form, query: Mapping[str, str]) -> Narrowed:
    """What the words of an address ask; every fault of them at once, each at its word."""
    found, faults = Narrowed(), []
    sent = {word: value for word, value in query.items() if word.startswith(PREFIX) and value.strip()}
    if not sent:
        return found
    if len(sent) > MOST:
        says = text(f"At most {MOST} filters at once.", f"最多同时使用 {MOST} 个筛选条件。")
        raise invalid([Fault("/filter", "too_many", says)])
    known = {each.name: each for each in fields_of(operation, form)}
    for word, value in sent.items():
        name, _, way = word.removeprefix(PREFIX).partition(".")
        asked = known.get(name)
        try:
            if asked is None and (said := gone.says(operation, form, [name])) is not None:
                raise Wrong("archived", said)
            if asked is None or way not in asked.ways:
                raise Wrong("unknown_field", UNKNOWN)
            if len(value) > LONGEST:
                raise Wrong("too_long", text("This is too long.", "内容过长。"))
            _condition(operation, form, found, asked, way, value.strip())
        except Wrong as wrong:
            faults.append(Fault(f"/{word[:80]}", wrong.code, wrong.says))
    faults += _crossed(found)
    if faults:
        raise invalid(faults)
    return found


def _condition(operation: Operation, form: Form, found: Narrowed, asked: Asked, way: str, value: str) -> None:
    name = asked.name
    if asked.how == "record":
        held = _record(operation, asked, value)
        found.named[name] = presenting.reference(operation, held)
        found.words.append(f"{name} == {found.hold(asked.holds, held)}")
    elif asked.how == "choice":
        several = chosen(value, asked.options, SEVERAL)
        if name == "state":
            old = oldstates.of(operation.library, form.name)
            several = list(dict.fromkeys([*several, *(old[each] for each in several if each in old)]))
        found.words.append(_any(name, [found.hold(asked.holds, each) for each in several]))
    elif asked.how == "truth":
        found.words.append(name if truth(value) else f"{name} == false")
    elif asked.how == "text":
        held_text = found.hold(Type("text"), value)
        found.words.append(f"contains(lower({name}), lower({held_text}))" if way else f"{name} == {held_text}")
    elif asked.how == "number":
        figure = found.bounds[f"{name}.{way}"] = number(value, asked.holds)
        found.words.append(f"{name} {bound(way)} {found.hold(asked.holds, figure)}")
    else:
        _days(operation, found, asked, way, value)


def _any(name: str, held: list[str]) -> str:
    return f"{name} == {held[0]}" if len(held) == 1 else f"({' or '.join(f'{name} == {each}' for each in held)})"


def _days(operation: Operation, found: Narrowed, asked: Asked, way: str, value: str) -> None:
    """A day asks a moment from its beginning, or up to its end, where the person is."""
    written = found.bounds[f"{asked.name}.{way}"] = day(value, operation.today)
    if asked.holds.kind == "date":
        found.words.append(f"{asked.name} {bound(way)} {found.hold(asked.holds, written)}")
        return
    for each in (way,) if way else BOUNDS:
        moment = day(value, operation.today, operation.zone, after=each == "to")
        found.words.append(f"{asked.name} {'<' if each == 'to' else '>='} {found.hold(asked.holds, moment)}")


def _record(operation: Operation, asked: Asked, value: str) -> Reference:
    """The record of this code, number or id, as far as the actor may see it; one that he may not see is not there."""
    if value == ME and asked.to == operation.person_form:
        return Reference(asked.to, operation.actor_id)
    knowing = Knowing(operation, None)
    record = value.lower() if knowing.seen(asked.to, value.lower()) else knowing.find(asked.to, value)
    record = record or knowing.numbered(asked.to, value)
    stored = operation.shelf.head(record) if record else None
    if stored is None:
        raise Wrong("unknown_record", text("There is no such record that you may see.", "没有您可查看的此记录。"))
    return Reference(stored.form, stored.id)


def _crossed(found: Narrowed) -> Iterator[Fault]:
    """Ranges that end before they begin: nothing can be in them."""
    for word, low in found.bounds.items():
        stem, _, way = word.rpartition(".")
        high = found.bounds.get(f"{stem}.to")
        if way == "from" and high is not None and low > high:
            yield Fault(
                f"/{PREFIX}{stem}.to", "order", text("This range ends before it begins.", "范围的终点小于起点。")
            )

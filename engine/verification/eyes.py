"""What expressions may ask during a walk: answered from the stage; what is not on it is invented. Used by `stage`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.definitions.models import Fact, Form, Library
from engine.expressions import Environment, Place, Reference, Subject, Value
from engine.records import facts
from engine.verification import invented
from engine.verification.played import Played
from engine.verification.scratch import Scratch
from engine.workflow import recollect

CHAIN = "chain"
PERSON = "#person"
"""The form of whoever acts: all that is asked of him is his unit."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """The answers for one record and one actor."""

    library: Library
    limit: Decimal
    records: Mapping[str, Played]
    scratch: Scratch
    played: Played
    actor: str

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A field of a record, or a place."""
        if isinstance(of, Place):
            return None
        if of.form == CHAIN:
            kept = self.library.places.get(name)
            return Place(f"outside:{name}", kept.kind, kept.negative) if kept else None
        if of.form == PERSON:
            return Reference("", f"{of.id}.unit")
        form = self._form(of)
        if form is None:
            return None
        return self._place(form, of, name) if name == "#place" or name in form.places else self._field(form, of, name)

    def _place(self, form: Form, of: Reference | Subject, name: str) -> Place | None:
        if name in form.places:
            kept = form.places[name]
            return Place(f"{of.id}/{name}", kept.kind, kept.negative)
        told = (form.told.get("ledger") or {}).get("place")
        return Place(of.id, told["kind"], told.get("negative", "forbidden")) if told else None

    def _field(self, form: Form, of: Reference | Subject, name: str) -> Value:
        known = self.records.get(of.id)
        if known is not None:
            found: Value = known.subject().values.get(name)
            return found
        column = form.fields.get(name)
        return invented.value(column, of.id) if column is not None else None

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Limits and stock from the stage, history from the memory; nothing else is known."""
        memory = self.played.memory
        if function == "limit":
            return self.limit
        if function in ("on_hand", "available", "reserved", "moved"):
            return self._stock(function, args, named)
        if function in ("did", "wrote"):
            return (recollect.did if function == "did" else recollect.wrote)(memory, str(args[0]), self.actor)
        if function in ("outcome", "agreed", "changed"):
            return self._past(function, args)
        fact = self.library.facts.get(function)
        return None if fact is None else self._fact(fact, args, named)

    def _fact(self, fact: Fact, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """What the records on the stage add up to; empty when a parameter is."""
        asked = {**dict(zip(fact.parameters, args, strict=False)), **named}
        if any(each is None for each in asked.values()):
            return None
        key = facts.key_of(asked, fact)
        total = Decimal(0)
        for record in self.records.values():
            if record.form.name in fact.forms and not (fact.except_this and record is self.played):
                seen = Environment({}, replace(self, played=record), invented.NOW, invented.TODAY)
                total += facts.contributions(fact, record.subject(), seen).get(key, Decimal(0))
        return int(total) if fact.gives.kind == "integer" else total

    def _past(self, function: str, args: Sequence[Value]) -> Value:
        memory = self.played.memory
        if function == "outcome":
            return recollect.outcome(memory, str(args[0]["row"])) if isinstance(args[0], dict) else None
        path = tuple(str(word) for word in args[0]) if isinstance(args[0], (tuple, list)) else (str(args[0]),)
        row = args[1] if len(args) > 1 and isinstance(args[1], str) else None
        if function == "changed":
            return recollect.changed(memory, self.played.values, path, row)
        kept: Value = recollect.agreed(memory, path, row)
        return kept

    def _form(self, of: Reference | Subject) -> Form | None:
        known = self.records.get(of.id)
        return known.form if known is not None else self.library.forms.get(of.form)

    def _stock(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        item, place, lot, *_ = [*args, None, None, None]
        item, place, lot = named.get("item", item), named.get("place", place), named.get("lot", lot)
        key = place.key if isinstance(place, Place) else getattr(place, "id", None)
        if not isinstance(item, (Reference, Subject)) or key is None:
            return None
        if function == "reserved":
            return self.scratch.reserved(item.id, key)
        if function == "moved":
            return Decimal(0)
        on_hand = self.scratch.on_hand(item.id, key, getattr(lot, "id", None))
        return on_hand if function == "on_hand" else on_hand - self.scratch.reserved(item.id, key)

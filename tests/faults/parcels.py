"""A process that changes all the time: parcels on their way from store to store, and random changes of how that goes.

A version is a value (`Parcels`); `texts` writes it down as definitions, `change` draws another, and says how what it
takes away could be mapped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Chance = random.Random
Mapped = dict[str, dict[str, Any]]
TYPES = {"text": "text", "whole": "integer", "sum": "money", "day": "date", "yes": "boolean"}
"""The type of a field that is added, by the word that its name begins with."""
LOOK = ("finance", "director")
"""Who is asked, in turn."""


@dataclass(frozen=True)
class Extra:
    """A field that comes and goes."""

    name: str
    required: bool = False
    was: str | None = None
    type: str = ""

    @property
    def written(self) -> str:
        """As a line of the form."""
        kind = self.type or TYPES[self.name.rstrip("0123456789")]
        told = [
            f"type: {kind}",
            *(["required: true"] if self.required else []),
            *([f"was: {self.was}"] if self.was else []),
        ]
        return f"  {self.name}: {{{', '.join(told)}}}\n"


@dataclass(frozen=True)
class Parcels:
    """What one version says."""

    extras: tuple[Extra, ...] = (Extra("text0"),)
    options: tuple[str, ...] = ("plain", "frail")
    steps: Mapping[str, int] = field(default_factory=lambda: {"look0": 0, "look1": 500})
    """Who looks at it first, and above which amount."""
    legs: tuple[str, ...] = ("leg0",)
    """States in which the goods are on their way, one after the other, each reached by the action of its name."""
    drawn: int = 1
    """Names are not used twice."""

    def named(self, stem: str) -> str:
        """A name that was never used before."""
        return f"{stem}{self.drawn}"


def texts(now: Parcels) -> tuple[str, str]:
    """Form and workflow."""
    return _form(now), _flow(now)


def rights(now: Parcels) -> list[str]:
    """The lines of the policy that it needs."""
    taken = ("see", "create", "edit", "submit", "send", "arrive", "drop", *now.legs[1:])
    return [
        *(f"p, clerk, parcel, {each}, own" for each in taken),
        *(f"p, {role}, parcel, {each}, chain" for role in LOOK for each in ("see", "approve", "reject")),
        "p, auditor, parcel, see, chain",
    ]


def _form(now: Parcels) -> str:
    options = ", ".join(f"{each}: {{en: {each}, zh: {each}}}" for each in now.options)
    return f"""format: 1
form: parcel
title: {{en: Parcel, zh: 包裹}}
kind: document
org: [from_store, to_store]
number: {{text: "PA-{{period}}-{{counter:6}}", period: year, given_at: submit}}
places:
  way: {{title: {{en: On the way, zh: 路上}}, kind: transit, negative: forbidden, empty_at_end: true}}
search: [number, lines.item]
list: [number, from_store, to_store, state, amount, created]
fields:
  from_store: {{type: reference, to: store, required: true, default: actor.store}}
  to_store: {{type: reference, to: store, required: true}}
  amount: {{type: money, required: true}}
  sort: {{type: choice, options: {{{options}}}}}
{"".join(each.written for each in now.extras)}  lines:
    type: table
    minimum: 1
    fields:
      item: {{type: reference, to: item, required: true}}
      quantity: {{type: quantity, of: item, required: true, above: 0}}
"""


def _flow(now: Parcels) -> str:
    asked = ", ".join(
        [
            "from_store",
            "to_store",
            "amount",
            "sort",
            *(each.name for each in now.extras),
            "lines.item",
            "lines.quantity",
        ]
    )
    extras = ", ".join(["sort", *(each.name for each in now.extras)])
    states = "".join(
        f"  {each}: {{title: {{en: {each}, zh: {each}}}, expects: [{after}]}}\n" for each, after in _pairs(now)
    )
    steps = "".join(
        f"      {name}: {{ask: [{LOOK[number % 2]} at chain], decide: {{need: 1}}"
        + (f', when: "record.amount > {above}"' if above else "")
        + "}\n"
        for number, (name, above) in enumerate(now.steps.items())
    )
    moves = "".join(
        f"  {each}: {{from: {before}, to: {each}, by: [clerk at from_store, clerk at to_store]}}\n"
        for before, each in zip(now.legs, now.legs[1:], strict=False)
    )
    line = "each: lines, item: row.item, lot: empty, quantity: row.quantity"
    return f"""format: 1
workflow: parcel
form: parcel
start: draft
states:
  draft:
    title: {{en: Draft, zh: 草稿}}
    edit: {{maker: {{by: [clerk at from_store], fields: [{asked}], rows: free}}}}
  approval:
    title: {{en: In approval, zh: 审批中}}
    steps: looks
    edit: {{maker: {{by: [submitter], fields: [{extras}]}}}}
  agreed: {{title: {{en: Agreed, zh: 已同意}}, expects: [send]}}
{states}  done: {{title: {{en: There, zh: 已到}}, end: true}}
  refused: {{title: {{en: Refused, zh: 已拒绝}}, end: true}}
  dropped: {{title: {{en: Dropped, zh: 已放弃}}, end: true}}
transitions:
  submit: {{from: draft, to: approval, by: [clerk at from_store]}}
  accept: {{from: approval, to: agreed, by: [system]}}
  refuse: {{from: approval, to: refused, by: [system]}}
  drop: {{from: [draft, agreed], to: dropped, by: [clerk at from_store]}}
  send:
    from: agreed
    to: {now.legs[0]}
    by: [clerk at from_store]
    do: {{leave: {{move: {{{line}, from: record.from_store, to: record.way}}}}}}
{moves}  arrive:
    from: {now.legs[-1]}
    to: done
    by: [clerk at to_store]
    do: {{come: {{move: {{{line}, from: record.way, to: record.to_store}}}}}}
approvals:
  looks:
    approved: accept
    refused: refuse
    steps:
{steps}    route: evaluated_at_each_step
    same_person: acts_once
    nobody_found: {{otherwise: refuse}}
    submitter_may_decide: false
"""


def _pairs(now: Parcels) -> list[tuple[str, str]]:
    return list(zip(now.legs, (*now.legs[1:], "arrive"), strict=True))


# -- changes -----------------------------------------------------------------------------------------------------------

Change = Callable[[Chance, Parcels], tuple[Parcels, Mapped]]


def add_field(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """Something more is asked."""
    extra = Extra(now.named(chance.choice(sorted(TYPES))), required=chance.random() < 0.4)
    return replace(now, extras=(*now.extras, extra)), {}


def rename_field(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """It is called otherwise, and says so."""
    if not now.extras:
        return add_field(chance, now)
    old = chance.choice(now.extras)
    new = replace(old, name=now.named(old.name.rstrip("0123456789")), was=old.name)
    return replace(now, extras=tuple(new if each is old else each for each in now.extras)), {}


def take_field(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """It is asked no more; what stands in it is archived, or goes to another of its kind."""
    if not now.extras:
        return add_field(chance, now)
    old = chance.choice(now.extras)
    kept = tuple(each for each in now.extras if each is not old)
    stem = old.name.rstrip("0123456789")
    others = [each.name for each in kept if each.name.startswith(stem) and (each.type, old.type) == ("", "")]
    goes = chance.choice(["archive", *others])
    return replace(now, extras=kept), {"fields": {"parcel": {old.name: goes}}}


def turn_field(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """It has another type from now on."""
    if not now.extras:
        return add_field(chance, now)
    old = chance.choice(now.extras)
    new = replace(old, type=chance.choice(["text", "integer"]))
    return replace(now, extras=tuple(new if each is old else each for each in now.extras)), {}


def require_field(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """It must be filled from now on, or need not."""
    if not now.extras:
        return add_field(chance, now)
    old = chance.choice(now.extras)
    new = replace(old, required=not old.required)
    return replace(now, extras=tuple(new if each is old else each for each in now.extras)), {}


def add_option(_: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """One more to choose."""
    return replace(now, options=(*now.options, now.named("sort"))), {}


def take_option(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """One less; another stands for it."""
    if len(now.options) < 2:
        return add_option(chance, now)
    old = chance.choice(now.options)
    kept = tuple(each for each in now.options if each != old)
    return replace(now, options=kept), {"options": {"parcel": {"sort": {old: chance.choice(kept)}}}}


def add_step(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """Somebody else looks too, at some place."""
    if len(now.steps) > 3:
        return take_step(chance, now)
    steps = list(now.steps.items())
    steps.insert(chance.randrange(len(steps) + 1), (now.named("look"), chance.choice([0, 100, 900])))
    return replace(now, steps=dict(steps)), {}


def take_step(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """Nobody looks there any more; what waits there waits at another step."""
    if len(now.steps) < 2:
        return add_step(chance, now)
    old = chance.choice(sorted(now.steps))
    steps = {name: above for name, above in now.steps.items() if name != old}
    return replace(now, steps=steps), {"steps": {"parcel": {old: chance.choice(sorted(steps))}}}


def rename_step(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """It is called otherwise."""
    old, new = chance.choice(sorted(now.steps)), now.named("look")
    steps = {new if name == old else name: above for name, above in now.steps.items()}
    return replace(now, steps=steps), {"steps": {"parcel": {old: new}}}


def move_limit(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """A step is asked above another amount."""
    name = chance.choice(sorted(now.steps))
    return replace(now, steps={**now.steps, name: chance.randrange(0, 1000, 50)}), {}


def add_leg(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """The goods come through one more state."""
    free = sorted({f"leg{each}" for each in range(10)} - set(now.legs))
    if len(now.legs) > 3:
        return take_leg(chance, now)
    legs = list(now.legs)
    legs.insert(chance.randrange(len(legs) + 1), chance.choice(free))
    return replace(now, legs=tuple(legs)), {}


def take_leg(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped]:
    """One state less; what stands there stands in another."""
    if len(now.legs) < 2:
        return add_leg(chance, now)
    old = chance.choice(now.legs)
    legs = tuple(each for each in now.legs if each != old)
    return replace(now, legs=legs), {"states": {"parcel": {old: chance.choice(legs)}}}


CHANGES: tuple[Change, ...] = (
    add_field, rename_field, take_field, turn_field, require_field, add_option, take_option,
    add_step, take_step, rename_step, move_limit, add_leg, take_leg,
)  # fmt: skip


def change(chance: Chance, now: Parcels) -> tuple[Parcels, Mapped, str]:
    """Another version, what becomes of what it takes away, and what was done."""
    drawn = chance.choice(CHANGES)
    found, mapping = drawn(chance, now)
    extras = tuple(replace(each, was=None) if each.was and each in now.extras else each for each in found.extras)
    return replace(found, extras=extras, drawn=now.drawn + 1), mapping, drawn.__name__

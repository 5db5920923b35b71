"""What a report over stock may name: the ledger told as a form with tables, made from a library. Used by `reports`.

`over: stock.balances` runs over `stock` as `over: ask.lines` runs over requests, and `row` is one line of it. What a
line refers to has the name of its form: the item, the lot, each org unit over the place, each document that moved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.models import NOTHING, Field, Form, Option, RecordPlace
from engine.errors import Text, text
from engine.expressions import Type

STOCK = "stock"
"""What the policy, the address and the page call it too; no form may have this name."""
BALANCES, MOVEMENTS, IN_TRANSIT = "balances", "movements", "in_transit"
OTHER = "other_"
"""Before the name of an org unit: that of the place at the other end of a movement."""

QUANTITY = Type("quantity")
MOST_PLACES = 6
WORDS: Mapping[str, Mapping[str, tuple[Type, Text]]] = {
    BALANCES: {
        "on_hand": (QUANTITY, text("On hand", "在库")),
        "reserved": (QUANTITY, text("Reserved", "已预留")),
        "available": (QUANTITY, text("Available", "可用")),
    },
    MOVEMENTS: {
        "quantity": (QUANTITY, text("Quantity", "数量")),
        "change": (QUANTITY, text("Change", "增减")),
        "happened": (Type("moment"), text("Happened", "发生时间")),
        "recorded": (Type("moment"), text("Recorded", "记账时间")),
    },
    IN_TRANSIT: {
        "quantity": (QUANTITY, text("Quantity", "数量")),
        "since": (Type("moment"), text("Since", "在途起始")),
    },
}
"""What each source has beside what follows from the library."""
TITLES: Mapping[str, Text] = {
    BALANCES: text("Stock", "库存"),
    MOVEMENTS: text("Movements", "出入库流水"),
    IN_TRANSIT: text("In transit", "在途库存"),
}
PART, OTHER_PART, PERSON = (
    text("Part of the place", "库区"),
    text("Other part", "对方库区"),
    text("Person", "经办人"),
)


def stock_form(forms: Mapping[str, Form], places: Mapping[str, RecordPlace]) -> Form:
    """The ledger of a library with these forms and places of the chain, as reports see it."""
    tables = {name: _table(name, forms, places) for name in WORDS}
    return Form(name=STOCK, title=TITLES[BALANCES], kind="report", fields=tables)


def _table(name: str, forms: Mapping[str, Form], places: Mapping[str, RecordPlace]) -> Field:
    fields: dict[str, Field] = {}
    for each in _fields(name, forms, places):
        fields.setdefault(each.name, each)
    return Field(
        name=name, type="table", title=TITLES[name], value_type=Type("table", form=STOCK, table=name), fields=fields
    )


def _fields(table: str, forms: Mapping[str, Form], places: Mapping[str, RecordPlace]) -> Iterator[Field]:
    """What is said of every library first: no form takes such a name away."""
    places_of = Type("quantity", scale=places_told(forms))
    for name, (said, title) in WORDS[table].items():
        kind = places_of if said == QUANTITY else said
        yield Field(name=name, type=kind.kind, title=title, value_type=kind, table=table, signed=True)
    for told in ("item", "lot"):
        yield from (_named(table, each.name, each) for each in told_of(forms, told))
    parts = parts_of(forms, places, table)
    if parts:
        yield _choice(table, "part", PART, parts)
    if table != IN_TRANSIT:
        yield from (_named(table, each.name, each) for each in units_of(forms))
    if table == MOVEMENTS:
        yield from _of_movements(forms, parts)
    if table != BALANCES:
        yield from (_named(table, each.name, each) for each in papers_of(forms, table))


def _of_movements(forms: Mapping[str, Form], parts: Mapping[str, Text]) -> Iterator[Field]:
    for each in units_of(forms):
        other = text(*(f"{before}{each.title.get(tongue, each.name)}" for before, tongue in OTHERS))
        yield _named(MOVEMENTS, f"{OTHER}{each.name}", each, other)
    if parts:
        yield _choice(MOVEMENTS, "other_part", OTHER_PART, parts)
    person = next((each for each in forms.values() if each.told.get("account") is not None), None)
    if person is not None:
        yield _named(MOVEMENTS, "person", person, PERSON)


OTHERS = (("Other ", "en"), ("对方", "zh"))


def _named(table: str, name: str, form: Form, title: Text | None = None) -> Field:
    """A field that refers to records of a form."""
    return Field(
        name=name,
        type="reference",
        title=title or form.title,
        value_type=Type("reference", form=form.name),
        table=table,
        options={"to": form.name},
    )


def _choice(table: str, name: str, title: Text, parts: Mapping[str, Text]) -> Field:
    options: Mapping[str, Any] = {"options": tuple(Option(value, said) for value, said in parts.items())}
    kind = Type("choice", options=tuple(parts))
    return Field(name=name, type="choice", title=title, value_type=kind, table=table, options=options)


def places_told(forms: Mapping[str, Form]) -> int:
    """Digits after the point that quantities of this library's items can have; all, where each item says its own."""
    said = [each.told["ledger"]["item"].get("scale") for each in told_of(forms, "item")]
    return max((each if isinstance(each, int) else MOST_PLACES for each in said), default=MOST_PLACES)


def told_of(forms: Mapping[str, Form], told: str) -> list[Form]:
    """The forms whose records are items (lots, places) of the ledger."""
    return [each for each in forms.values() if told in (each.told.get("ledger") or NOTHING)]


def units_of(forms: Mapping[str, Form]) -> list[Form]:
    """The forms of org units: a place lies in one of each, as far as the tree has them."""
    return [each for each in forms.values() if each.told.get("org_unit") is not None]


def papers_of(forms: Mapping[str, Form], table: str) -> list[Form]:
    """The documents that a line may be of: those that move, or those that have places of their own."""
    papers = [each for each in forms.values() if each.kind == "document"]
    return papers if table == MOVEMENTS else [each for each in papers if each.places]


def parts_of(forms: Mapping[str, Form], places: Mapping[str, RecordPlace], table: str) -> dict[str, Text]:
    """Titles of what comes after the stroke in a place's name; those of the chain are named by it alone."""
    of = papers_of(forms, IN_TRANSIT)
    if table != IN_TRANSIT:
        of = [*told_of(forms, "place"), *of]
    found = {name: each.title for form in of for name, each in form.places.items()}
    return found if table == IN_TRANSIT else {**found, **{name: each.title for name, each in places.items()}}

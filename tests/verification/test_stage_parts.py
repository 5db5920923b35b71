"""The parts of a walk: its ledger conserves goods, its copies are apart, and what it invents is always the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.effects.outcomes import Hold, Move, Release, Reserve, Unhold
from engine.errors import Kind, Refusal
from engine.expressions import Place, Reference, Subject
from engine.verification import invented
from engine.verification.eyes import PERSON, Eyes
from engine.verification.played import Played, plain
from engine.verification.scratch import PLENTY, Scratch
from engine.workflow import memory as memories
from engine.workflow import recollect
from engine.workflow.plan import Memory
from tests.verification.test_walking import pack
from tests.workflow.building import refusal_of

ITEMS = [Reference("item", each) for each in "AB"]
LOTS = [None, *(Reference("lot", each) for each in ("L1", "L2"))]
SHOPS = [Place("S1", "store"), Place("S2", "store")]
OWN = [Place("doc/transit", "transit"), Place("doc/back", "transit"), Place("other/transit", "transit")]
AMOUNTS = st.decimals(Decimal("0.001"), Decimal(9), places=3)
MOVES = st.builds(
    Move,
    item=st.sampled_from(ITEMS),
    quantity=AMOUNTS,
    origin=st.sampled_from([*SHOPS, *OWN]),
    target=st.sampled_from([*SHOPS, *OWN]),
    lot=st.sampled_from(LOTS),
    owner=st.sampled_from([None, "V1"]),
    effect=st.just("it"),
)


def posted(moves: list[Move]) -> tuple[Scratch, list[Move]]:
    """A ledger after those moves that it did not refuse."""
    scratch, taken = Scratch(), []
    for each in moves:
        trial = scratch.copy()
        refused = refusal_of(partial(trial.move, "doc", "go", each))
        if refused is None:
            scratch = trial
            taken.append(each)
        else:
            assert (refused.kind, refused.code, refused.rule) == (Kind.RULE, "short", "it")
    return scratch, taken


@given(st.lists(MOVES, max_size=8))
def test_goods_are_neither_made_nor_lost_and_a_place_of_a_record_never_owes_any(moves: list[Move]) -> None:
    scratch, _taken = posted(moves)
    sums: dict[Any, Decimal] = {}
    for (_place, *what), amount in scratch.balances.items():
        sums[tuple(what)] = sums.get(tuple(what), Decimal(0)) + amount
    assert not any(sums.values())
    assert all(amount >= 0 for key, amount in scratch.balances.items() if "/" in key[0])
    for place in OWN:
        assert scratch.at(place.key) == sum(scratch.on_hand(item.id, place.key, None) for item in ITEMS)


@given(st.lists(MOVES, max_size=8))
def test_what_a_transition_moved_goes_back_whole_in_whatever_order_it_came(moves: list[Move]) -> None:
    scratch, taken = posted(moves)
    blank = Scratch().signature()
    if not taken:
        assert scratch.signature() == blank
        return
    backwards = scratch.copy()
    refused = refusal_of(lambda: backwards.reverse("doc", "go"))
    assert not any(backwards.balances.values()) if refused is None else refused.code == "short"
    with pytest.raises(Refusal) as caught:
        backwards.reverse("doc", "go")
    assert caught.value.code == "nothing_to_reverse"
    with pytest.raises(Refusal):
        scratch.reverse("other", "go")


@given(st.lists(MOVES, max_size=5))
def test_two_ledgers_with_the_same_figures_go_on_alike(moves: list[Move]) -> None:
    scratch, taken = posted(moves)
    longer, _ = posted([replace(each, quantity=each.quantity * Decimal("1.000")) for each in taken])
    assert longer.signature() == scratch.signature()
    more = scratch.copy()
    more.move("doc", "more", Move(ITEMS[0], Decimal(1), SHOPS[0], OWN[0], effect="it"))
    assert more.signature() != scratch.signature()


@given(st.lists(st.tuples(st.sampled_from(["doc", "other"]), st.sampled_from(["1", "2", None]), AMOUNTS), max_size=6))
def test_a_promise_is_set_never_added_and_ends_with_its_record_or_row(
    promises: list[tuple[str, str | None, Decimal]],
) -> None:
    scratch, model = Scratch(), {}
    for record, row, amount in promises:
        scratch.reserve(record, Reserve(ITEMS[0], amount, SHOPS[0], row=row, effect="it"))
        scratch.hold(record, Hold(ITEMS[0], SHOPS[0], row=row, effect="it"))
        model[record, row] = amount
    assert scratch.reserved("A", "S1") == sum(model.values())
    assert (scratch.reserved("B", "S1"), scratch.reserved("A", "S2")) == (0, 0)
    scratch.release("doc", Release(row="1"))
    scratch.unhold("doc", Unhold(row="1"))
    model.pop(("doc", "1"), None)
    assert scratch.reserved("A", "S1") == sum(model.values())
    scratch.release("doc", Release())
    scratch.unhold("doc", Unhold())
    assert list(scratch.left_by("doc")) == []
    left = [row for record, row in model if record == "other"]
    words = [f"it {row or ''}".strip() for row in left]
    assert list(scratch.left_by("other")) == [
        *(("reserved", each) for each in words),
        *(("held", each) for each in words),
    ]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Decimal(1), Decimal("1.000"), True),
        ({"b": Decimal("2.0"), "a": None}, {"a": None, "b": Decimal(2)}, True),
        ([Decimal(10)], (Decimal("1E+1"),), True),
        (Decimal(1), Decimal("1.001"), False),
        ([1, 2], [2, 1], False),
        ({"a": None}, {"a": Decimal(0)}, False),
        ([], None, False),
    ],
)
def test_values_are_worded_alike_exactly_when_they_are_equal(one: Any, other: Any, alike: bool) -> None:
    assert (plain(one) == plain(other)) is alike


def played(form: str = "transfer") -> Played:
    library = pack()
    found = library.forms[form]
    return Played(form, found, library.workflows[form], library.workflows[form].start, invented.values(found, form))


def test_a_copy_of_a_record_is_apart_down_to_its_rows() -> None:
    first = played()
    second = first.copy()
    assert second.signature() == first.signature()
    second.values["lines"][0]["requested"] = Decimal(3)
    assert first.values["lines"][0]["requested"] is None
    assert second.signature() != first.signature()
    third = first.copy()
    third.memory = memories.did(third.memory, ["send"], ["person1"])
    assert third.signature() == first.signature()
    third.memory = replace(first.memory, occurrences={"submit": 1})
    assert third.signature() != first.signature()
    third = first.copy()
    third.state = "approval"
    assert third.signature() != first.signature()


@pytest.mark.parametrize("form", sorted(pack().forms))
def test_what_is_invented_is_of_the_fields_types_leaves_quantities_open_and_is_the_same_again(form: str) -> None:
    found = pack().forms[form]
    values = invented.values(found, "doc")
    assert values == invented.values(found, "doc")
    assert set(values) == set(found.fields)
    flat = [(found.fields[name], value) for name, value in values.items() if found.fields[name].type != "table"]
    for name, rows in values.items():
        if found.fields[name].type == "table":
            assert [row["row"] for row in rows] == [f"doc.{name}.1"]
            flat += [(column, rows[0][column.name]) for column in found.fields[name].fields.values()]
    for field, value in flat:
        derived = field.compute is not None or field.live is not None or field.default is not None
        if derived or field.value_type.kind == "quantity":
            assert value is None
        elif field.required is True:
            assert value is not None
        if isinstance(value, Reference):
            assert value.form == (field.value_type.form or "")
    references = [value for _field, value in flat if isinstance(value, Reference)]
    assert len({each.id for each in references}) == len(references)


def test_everybody_of_the_staff_may_do_everything_and_nobody_is_his_own_manager() -> None:
    anybody = invented.Anybody()
    assert anybody.holders("clerk", "at", None) == invented.STAFF == anybody.owners_of("x")
    assert anybody.holds("person1", "boss", "above", "S1")
    assert not anybody.holds("stranger", "boss", "above", "S1")
    assert "person2" not in anybody.manager_of("person2")
    assert set(anybody.manager_of("person2")) | {"person2"} == set(invented.STAFF)


def eyes(record: Played | None = None, **records: Played) -> Eyes:
    one = record or played()
    scratch = Scratch()
    scratch.move("doc", "go", Move(ITEMS[0], Decimal(3), SHOPS[0], OWN[0], LOTS[1]))
    scratch.reserve("doc", Reserve(ITEMS[0], Decimal(2), SHOPS[0], effect="it"))
    return Eyes(pack(), Decimal(700), {one.id: one, **records}, scratch, one, "person3")


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        (Reference("chain", "chain"), "loss", Place("outside:loss", "loss", "allowed")),
        (Reference("chain", "chain"), "nowhere", None),
        (Reference("store", "S1"), "#place", Place("S1", "store", "forbidden")),
        (Reference("item", "A"), "#place", None),
        (Reference("transfer", "transfer"), "transit", Place("transfer/transit", "transit", "forbidden")),
        (Reference("transfer", "transfer"), "state", "draft"),
        (Reference("transfer", "transfer"), "number", "transfer"),
        (Reference("item", "A"), "cost", Decimal(10)),
        (Reference("item", "A"), "category", Reference("category", "A.category")),
        (Reference("item", "A"), "nothing", None),
        (Reference("unheard", "A"), "name", None),
        (Reference(PERSON, "person3"), "store", Reference("", "person3.unit")),
        (Place("S1", "store"), "damaged", None),
    ],
)
def test_what_is_on_the_stage_is_answered_and_the_rest_invented(of: Any, name: str, value: Any) -> None:
    assert eyes().fetch(of, name) == value


@pytest.mark.parametrize(
    ("word", "args", "named", "value"),
    [
        ("limit", ["transfer", "store"], {}, Decimal(700)),
        ("on_hand", [ITEMS[0], OWN[0]], {}, Decimal(3)),
        ("on_hand", [ITEMS[0], OWN[0], LOTS[1]], {}, Decimal(3)),
        ("on_hand", [ITEMS[0], OWN[0], LOTS[2]], {}, Decimal(0)),
        ("on_hand", [ITEMS[0], SHOPS[0]], {}, PLENTY - 3),
        ("on_hand", [], {"item": ITEMS[0], "place": Subject("store", "S1", {})}, PLENTY - 3),
        ("reserved", [ITEMS[0], SHOPS[0]], {}, Decimal(2)),
        ("reserved", [ITEMS[1], SHOPS[0]], {}, Decimal(0)),
        ("available", [ITEMS[0], SHOPS[0]], {}, PLENTY - 5),
        ("available", [ITEMS[0]], {"lot": LOTS[1]}, None),
        ("on_hand", [None, SHOPS[0]], {}, None),
        ("moved", [ITEMS[0], SHOPS[0]], {}, Decimal(0)),
        ("did", ["submit"], {}, True),
        ("did", ["ship"], {}, False),
        ("wrote", ["lines"], {}, True),
        ("agreed", [("record", "note")], {}, "then"),
        ("changed", [("record", "note")], {}, True),
        ("unheard", [], {}, None),
    ],
)
def test_questions_are_answered_from_the_walks_own_ledger_and_memory(
    word: str, args: list[Any], named: dict[str, Any], value: Any
) -> None:
    record = played()
    memory = memories.did(Memory(), ["submit"], ["person3"])
    memory = memories.wrote(memory, ["lines.requested"], "person3")
    record.memory = recollect.agree(memory, {"note": "then"})
    record.values["note"] = "now"
    assert eyes(record).call(word, args, named) == value

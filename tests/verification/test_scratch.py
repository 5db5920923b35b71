"""The ledger of a walk counts what lies in the places of records, and refuses what is not there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.effects.outcomes import Hold, Move, Release, Reserve, Unhold
from engine.errors import Refusal
from engine.expressions import Place, Reference
from engine.verification.scratch import PLENTY, Scratch

ITEM = Reference("item", "A")
SHOP, TRANSIT = Place("shop", "store"), Place("doc/transit", "transit")


def sending(quantity: int) -> Move:
    return Move(ITEM, Decimal(quantity), SHOP, TRANSIT, effect="leave")


def test_goods_arrive_leave_and_never_go_below_zero_in_a_place_of_a_record() -> None:
    scratch = Scratch()
    scratch.move("doc", "ship", sending(3))
    assert scratch.at("doc/transit") == 3
    assert scratch.on_hand("A", "shop", None) == PLENTY - 3
    scratch.move("doc", "receive", Move(ITEM, Decimal(2), TRANSIT, SHOP, effect="good"))
    with pytest.raises(Refusal) as caught:
        scratch.move("doc", "receive", Move(ITEM, Decimal(2), TRANSIT, SHOP, effect="good"))
    assert (caught.value.code, caught.value.rule) == ("short", "good")
    assert scratch.at("doc/transit") == 1


def test_a_reversal_takes_back_exactly_what_was_moved_and_only_once() -> None:
    scratch = Scratch()
    scratch.move("doc", "ship", sending(3))
    scratch.move("doc", "ship", sending(1))
    scratch.reverse("doc", "ship")
    assert scratch.at("doc/transit") == 0
    with pytest.raises(Refusal):
        scratch.reverse("doc", "ship")


def test_promises_and_holds_belong_to_a_record_until_they_end() -> None:
    scratch = Scratch()
    scratch.reserve("doc", Reserve(ITEM, Decimal(5), SHOP, row="1", effect="promise"))
    scratch.reserve("doc", Reserve(ITEM, Decimal(2), SHOP, row="1", effect="promise"))
    scratch.reserve("doc", Reserve(ITEM, Decimal(1), SHOP, row="2", effect="promise"))
    scratch.hold("other", Hold(ITEM, SHOP, effect="freeze"))
    assert scratch.reserved("A", "shop") == 3
    assert list(scratch.left_by("doc")) == [("reserved", "promise 1"), ("reserved", "promise 2")]
    scratch.release("doc", Release(row="1"))
    scratch.reserve("doc", Reserve(ITEM, Decimal(0), SHOP, row="2", effect="promise"))
    scratch.unhold("doc", Unhold())
    assert (list(scratch.left_by("doc")), list(scratch.left_by("other"))) == ([], [("held", "freeze")])
    scratch.unhold("other", Unhold())
    assert list(scratch.left_by("other")) == []


def test_a_copy_goes_its_own_way_and_the_signature_tells_them_apart() -> None:
    scratch = Scratch()
    scratch.move("doc", "ship", sending(3))
    other = scratch.copy()
    assert other.signature() == scratch.signature()
    other.move("doc", "ship", sending(1))
    assert other.signature() != scratch.signature()
    assert scratch.at("doc/transit") == 3

"""A form is taken apart once: what is derived from what, what is live, what is asked in which round."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.records import filling_plan
from engine.records.filling_plan import plan_of, plan_of_fields, whole
from tests.fields.samples import form, made, table

LIVE = form(
    made("plain", "integer", compute="1 + 1"),
    table(
        "lines",
        made("item", "reference", to="item"),
        made("cost", "money", live="row.item.cost", fixed_at="submit"),
        made("stock", "quantity", of="item", live="on_hand(row.item, row.item)"),
        made("double", "money", compute="row.cost + row.cost"),
    ),
    made("total", "money", compute="sum(lines.double)"),
    made("most", "money", compute="max(lines, row.cost)"),
    made("twice", "money", compute="record.total + record.total"),
    made("rows", "integer", compute="count(lines)"),
    derived=("plain", "lines.cost", "lines.stock", "lines.double", "total", "most", "twice", "rows"),
)


def test_a_form_is_taken_apart_once() -> None:
    assert plan_of(LIVE) is plan_of(LIVE)
    same = replace(LIVE)
    assert plan_of(same) is not plan_of(LIVE)
    asks = {"why": made("why", "text")}
    assert plan_of_fields(asks) is plan_of_fields(asks)


def test_plans_are_forgotten_when_there_are_too_many_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling_plan, "KEPT_PLANS", 3)
    forms = [replace(LIVE) for _ in range(10)]
    assert all(plan_of(each).derived == plan_of(LIVE).derived for each in forms)


def test_what_is_computed_from_live_fields_is_live_through_any_number_of_steps() -> None:
    plan = plan_of(LIVE)
    cost, stock = frozenset({"lines.cost"}), frozenset({"lines.stock"})
    assert plan.lives == {
        "lines.cost": cost,
        "lines.stock": stock,
        "lines.double": cost,
        "total": cost,
        "most": cost,
        "twice": cost,
    }
    assert plan.fixable == {"lines.cost"}


def test_the_order_of_the_form_is_kept_and_what_it_does_not_name_comes_last() -> None:
    assert [each.path for each in plan_of(LIVE).derived] == list(LIVE.derived)
    unnamed = replace(LIVE, derived=("total",))
    paths = [each.path for each in plan_of(unnamed).derived]
    assert paths[0] == "total"
    assert sorted(paths) == sorted(LIVE.derived)


def test_what_is_visible_is_asked_in_rounds() -> None:
    of = form(
        made("d", "text", visible="not empty(record.c)"),
        made("c", "text", visible="record.b > 1"),
        made("b", "integer", compute="record.a + 1"),
        made("a", "integer", visible="record.kind == 'x'"),
        made("kind", "text"),
        made("e", "text", visible="record.kind == 'y'"),
        derived=("b",),
    )
    rounds = plan_of(of).shown
    assert [([each.name for each in found.fields], found.derives) for found in rounds] == [
        (["a", "e"], False),
        (["c"], True),
        (["d"], False),
    ]


def test_fields_that_hide_each_other_do_not_hang() -> None:
    of = form(made("a", "text", visible="not empty(record.b)"), made("b", "text", visible="not empty(record.a)"))
    assert sorted(each.name for found in plan_of(of).shown for each in found.fields) == ["a", "b"]


def test_a_working_copy_is_whole_and_its_own() -> None:
    given = {"plain": 1, "kept": "from before", "lines": [{"row": "a", "old": 5}]}
    work = whole(plan_of(LIVE), given)
    work["lines"][0]["cost"] = 1
    assert given["lines"] == [{"row": "a", "old": 5}]
    assert (work["kept"], work["total"], work["lines"][0]["old"]) == ("from before", None, 5)
    assert set(work["lines"][0]) == {"row", "old", "item", "cost", "stock", "double"}
    assert whole(plan_of(LIVE), {"lines": None})["lines"] == []

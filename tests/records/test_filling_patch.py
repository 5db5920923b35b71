"""A request is put on by field and by row; whatever is wrong with it is said at once, and nothing else happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from engine.errors import Kind
from engine.expressions import Reference
from engine.records import filling
from engine.records.filling import Filled
from tests.fields.samples import KNOWN, form, ids, made, table

SHOP = Reference("shop", "shop-1")
PEN = Reference("item", "pen")
RICE = Reference("item", "rice")


@dataclass(frozen=True)
class May:
    fields: frozenset[str] = frozenset()
    rows: Mapping[str, str] = field(default_factory=dict)


def may(*fields: str, rows: str = "free") -> May:
    return May(frozenset(fields), {"lines": rows})


ORDER = form(
    made("shop", "reference", to="shop"),
    made("note", "text"),
    made("count", "integer"),
    table(
        "lines",
        made("item", "reference", to="item"),
        made("asked", "quantity", of="item", above=0),
        made("sent", "quantity", of="item"),
        made("lost", "quantity", of="item", signed=True),
        made("cost", "money", live="row.item.cost", fixed_at="submit"),
        made("left", "quantity", of="item", compute="row.asked - row.sent"),
        made("remark", "text"),
        maximum=5,
    ),
    made("total", "money", compute="sum(lines.cost)"),
)
ALL = may("shop", "note", "count", "lines.item", "lines.asked", "lines.sent", "lines.lost", "lines.remark")


def row(id_: str, **values: Any) -> dict[str, Any]:
    return {"row": id_, **values}


def put(
    patch: Any, values: Mapping[str, Any] | None = None, writer: May = ALL, hidden: set[str] | None = None
) -> Filled:
    return filling.patch(ORDER, values or {}, patch, writer, frozenset(hidden or ()), KNOWN, ids())


def told(filled: Filled) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in filled.faults]


def test_fields_are_written_and_null_empties_them() -> None:
    filled = put({"note": "hello", "shop": {"code": "S01"}, "count": None}, {"count": 3})
    assert filled.faults == ()
    assert (filled.values["note"], filled.values["shop"], filled.values["count"]) == ("hello", SHOP, None)
    assert filled.wrote == {("note", None), ("shop", None), ("count", None)}


def test_the_values_given_are_not_changed_and_what_is_not_named_stays() -> None:
    before: dict[str, Any] = {"note": "old", "count": 2, "lines": [row("a", asked=Decimal(1))]}
    filled = put({"note": "new", "lines": [{"row": "a", "asked": "5"}]}, before)
    assert before["note"] == "old"
    assert before["lines"][0]["asked"] == 1
    assert filled.values["count"] == 2
    assert filled.values["lines"][0]["asked"] == 5


def test_rows_are_added_changed_and_removed_by_id_and_the_others_stay() -> None:
    before = {"lines": [row("a", item=PEN, asked=Decimal(1)), row("b", item=PEN), row("c", remark="stays")]}
    patch = [{"row": "a", "asked": "3"}, {"row": "b", "remove": True}, {"item": "rice", "asked": "0.5"}]
    filled = put({"lines": patch}, before)
    assert filled.faults == ()
    lines = filled.values["lines"]
    assert [each["row"] for each in lines] == ["a", "c", ids()()]
    assert (lines[0]["asked"], lines[1]["remark"], lines[2]["asked"]) == (3, "stays", Decimal("0.5"))
    assert lines[2]["sent"] is None
    assert filled.fresh == {lines[2]["row"]}
    assert filled.order == {"a": 0, "b": 1, lines[2]["row"]: 2}
    assert ("lines", "b") in filled.wrote


def test_a_client_may_choose_the_id_of_a_new_row() -> None:
    chosen = str(uuid4())
    filled = put({"lines": [{"row": chosen.upper(), "item": "pen"}]})
    assert filled.faults == ()
    assert filled.values["lines"][0]["row"] == chosen


@pytest.mark.parametrize("id_", ["a1", 7, "", "not-a-uuid", "{0b0e7a4e-1111-4222-8333-444455556666}", "a" * 500])
def test_an_id_that_is_no_row_and_no_uuid_is_refused(id_: Any) -> None:
    assert told(put({"lines": [{"row": id_, "item": "pen"}]})) == [("/lines/0", "unknown_row")]


def test_one_row_named_twice_is_refused() -> None:
    chosen = str(uuid4())
    assert told(put({"lines": [{"row": chosen}, {"row": chosen}]})) == [("/lines/1", "twice")]
    again = put({"lines": [{"row": "a"}, {"row": "a", "remove": True}]}, {"lines": [row("a")]})
    assert told(again) == [("/lines/1", "twice")]


@pytest.mark.parametrize(
    ("entry", "code"),
    [({"row": "zz", "remove": True}, "unknown_row"), ({"row": "a", "remove": 1}, "remove"),
     ({"row": "a", "remove": True, "remark": "x"}, "remove"), ({"remove": True}, "unknown_row"), (5, "type")],
)  # fmt: skip
def test_a_removal_must_say_exactly_which_row(entry: Any, code: str) -> None:
    filled = put({"lines": [entry]}, {"lines": [row("a")]})
    assert told(filled) == [("/lines/0", code)]
    assert [each["row"] for each in filled.values["lines"]] == ["a"]


def test_null_removes_all_rows_where_rows_are_free_only() -> None:
    before = {"lines": [row("a"), row("b")]}
    assert put({"lines": None}, before).values["lines"] == []
    assert told(put({"lines": None}, before, may("lines.item", rows="fixed"))) == [("/lines", "not_writable")]


def test_every_fault_is_told_at_once_with_its_place_in_the_request() -> None:
    patch = {
        "count": "5",
        "shop": "nowhere",
        "lines": [
            {"item": "pen", "asked": "1.5"},
            {"item": "pen", "asked": "0", "sent": "-1"},
            {"item": "pen", "asked": "4"},
        ],
    }
    filled = put(patch)
    assert sorted(told(filled)) == [
        ("/count", "type"), ("/lines/0/asked", "scale"), ("/lines/1/asked", "above"), ("/lines/1/sent", "negative"),
        ("/shop", "reference"),
    ]  # fmt: skip
    assert {each.row for each in filled.faults if each.path.startswith("/lines")} == {
        each["row"] for each in filled.values["lines"][:2]
    }


def test_an_unknown_field_and_a_hidden_one_are_refused_alike_to_the_byte() -> None:
    def answer(name: str, hidden: set[str]) -> Any:
        refused = filling.refusal(put({name: "5", "lines": [{name: "5", "item": "pen"}]}, hidden=hidden).faults)
        assert refused is not None
        faults = [
            (each.path.replace(name, "X"), each.code, dict(each.says), each.row, dict(each.params))
            for each in refused.faults
        ]
        return refused.kind, refused.code, dict(refused.says), faults

    hidden = answer("cost", {"cost", "lines.cost"})
    assert hidden == answer("nonsense", set())
    assert hidden[0] == Kind.INVALID
    assert hidden[3][0][1] == "unknown_field"


def test_a_hidden_table_hides_all_its_columns() -> None:
    assert told(put({"lines": [{"item": "pen"}]}, hidden={"lines"})) == [("/lines", "unknown_field")]


@pytest.mark.parametrize("name", ["state", "number", "id", "created_by", "revision"])
def test_what_the_engine_keeps_is_not_writable(name: str) -> None:
    filled = put({name: "approved"})
    assert told(filled) == [(f"/{name}", "not_writable")]
    refused = filling.refusal(filled.faults)
    assert refused is not None
    assert (refused.kind, refused.status, refused.code) == (Kind.RIGHT, 403, "not_writable")


def test_what_is_computed_or_live_is_never_writable_even_when_named() -> None:
    everything = may("total", "lines", "lines.cost", "lines.left")
    filled = put(
        {"total": "1", "lines": [{"row": "a", "cost": "1", "left": "1", "remark": "ok"}]},
        {"lines": [row("a")]},
        everything,
    )
    assert told(filled) == [
        ("/total", "not_writable"),
        ("/lines/0/cost", "not_writable"),
        ("/lines/0/left", "not_writable"),
    ]
    assert filled.values["lines"][0]["remark"] == "ok"


def test_the_refusal_follows_the_order_of_the_contract() -> None:
    unknown, closed, wrong = {"nope": 1}, {"state": "x"}, {"count": "x"}
    kinds = [
        filling.refusal(put(each).faults) for each in ({**wrong, **closed, **unknown}, {**wrong, **closed}, wrong, {})
    ]
    assert [each.code if each else None for each in kinds] == ["invalid", "not_writable", "invalid", None]
    first = kinds[0]
    assert first is not None
    assert [each.code for each in first.faults] == ["unknown_field"]


def test_fixed_rows_are_changed_but_neither_added_nor_removed() -> None:
    writer, before = may("lines.remark", rows="fixed"), {"lines": [row("a"), row("b")]}
    assert put({"lines": [{"row": "a", "remark": "ok"}]}, before, writer).faults == ()
    patch = {"lines": [{"remark": "new"}, {"row": "a", "remove": True}, {"split_of": "b", "remark": "x"}]}
    filled = put(patch, before, writer)
    assert told(filled) == [(f"/lines/{index}", "not_writable") for index in range(3)]
    assert [each["row"] for each in filled.values["lines"]] == ["a", "b"]


def test_more_rows_than_the_field_allows_are_refused() -> None:
    assert put({"lines": [{"item": "pen"}] * 5}).faults == ()
    assert told(put({"lines": [{"item": "pen"}] * 6})) == [("/lines", "too_many")]


def test_ten_thousand_rows_are_over_the_limit_of_the_platform() -> None:
    refused = filling.refusal(put({"lines": [{}] * 10_000}).faults)
    assert refused is not None
    assert (refused.kind, refused.status) == (Kind.LIMIT, 413)


@pytest.mark.parametrize("patch", [None, [], "x", 5])
def test_a_patch_is_an_object(patch: Any) -> None:
    assert told(put(patch)) == [("", "type")]


def test_a_table_is_a_list() -> None:
    assert told(put({"lines": {"row": "a"}})) == [("/lines", "type")]


def test_names_that_a_client_invents_are_answered_safely() -> None:
    filled = put({"a/b~c": 1, "\ud800": 1, "x" * 5000: 1, "n\x00\u202e": 1})
    paths = [each.path for each in filled.faults]
    assert paths[0] == "/a~1b~0c"
    assert all(each.encode().isascii() and len(each) < 200 for each in paths)


def test_a_quantity_that_stays_must_fit_the_item_that_comes() -> None:
    before = {"lines": [row("a", item=RICE, asked=Decimal("0.5"), sent=Decimal(2))]}
    assert told(put({"lines": [{"row": "a", "item": "pen"}]}, before)) == [("/lines/0/asked", "scale")]
    assert put({"lines": [{"row": "a", "item": "pen", "asked": "1"}]}, before).faults == ()
    assert put({"lines": [{"row": "a", "item": "rod"}]}, before).faults == ()


def test_a_quantity_is_read_at_the_scale_of_the_item_sent_with_it_in_whatever_order() -> None:
    assert (
        put({"lines": [{"asked": {"quantity": "2", "unit": "case"}, "item": "pen"}]}).values["lines"][0]["asked"] == 24
    )


def test_quantities_of_an_item_in_the_header_are_looked_at_again_when_it_changes() -> None:
    of = form(
        made("item", "reference", to="item"),
        made("sum", "quantity", of="item"),
        table("lines", made("part", "quantity", of="item")),
    )
    before = {"item": RICE, "sum": Decimal("1.5"), "lines": [row("a", part=Decimal("0.5")), row("b", part=Decimal(1))]}
    writer = may("item", "sum", "lines.part")
    told_of = [
        [
            (each.path, each.code, each.row)
            for each in filling.patch(of, before, sent, writer, frozenset(), KNOWN, ids()).faults
        ]
        for sent in (
            {"item": "pen"},
            {"item": "pen", "sum": "2", "lines": [{"row": "a", "part": "1"}]},
            {"item": "rod"},
        )
    ]
    assert told_of == [[("/sum", "scale", None), ("/lines/0/part", "scale", "a")], [], []]


SPLITTER = may("lines.sent", "lines.remark", rows="split")
SENT = {
    "lines": [row("a", item=PEN, asked=Decimal(12), sent=Decimal(10), lost=Decimal(1), remark="as it was"), row("b")]
}


def test_a_split_row_takes_its_share_of_every_quantity_and_sums_stay() -> None:
    filled = put({"lines": [{"split_of": "a", "sent": "4", "remark": "box 2"}]}, SENT, SPLITTER)
    assert filled.faults == ()
    old, new, other = filled.values["lines"]
    assert (old["asked"], old["sent"], old["lost"]) == (8, 6, 0)
    assert (new["asked"], new["sent"], new["lost"], new["remark"], new["item"]) == (4, 4, 1, "box 2", PEN)
    assert other["row"] == "b"
    assert old["remark"] == "as it was"
    assert [(each.table, each.origin, each.row, each.quantity) for each in filled.splits] == [
        ("lines", "a", new["row"], 4)
    ]
    for name in ("asked", "sent", "lost"):
        assert old[name] + new[name] == SENT["lines"][0][name]


def test_what_the_writer_sets_on_the_old_row_himself_stays_in_whatever_order() -> None:
    entries = [{"row": "a", "sent": "6"}, {"split_of": "a", "sent": "4"}]
    for patch in (entries, entries[::-1]):
        filled = put({"lines": patch}, SENT, SPLITTER)
        assert [each["sent"] for each in filled.values["lines"][:2]] == [6, 4]
        assert [each["asked"] for each in filled.values["lines"][:2]] == [8, 4]


def test_a_row_may_be_split_more_than_once_in_one_request() -> None:
    filled = put({"lines": [{"split_of": "a", "sent": "4"}, {"split_of": "a", "sent": "3"}]}, SENT, SPLITTER)
    assert filled.faults == ()
    assert sorted(each["sent"] for each in filled.values["lines"] if each["sent"]) == [3, 3, 4]
    assert sum(each["asked"] for each in filled.values["lines"] if each["asked"]) == 12


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"split_of": "a", "remark": "no quantity"}, ("/lines/0", "split")),
        ({"split_of": "a", "sent": "0"}, ("/lines/0", "split")),
        ({"split_of": "a", "sent": "11"}, ("/lines/0/sent", "split")),
        ({"split_of": "zz", "sent": "1"}, ("/lines/0", "unknown_row")),
        ({"split_of": ["a"], "sent": "1"}, ("/lines/0", "unknown_row")),
        ({"split_of": "a", "row": "b", "sent": "1"}, ("/lines/0", "split")),
        ({"split_of": "a", "sent": "1", "asked": "1"}, ("/lines/0/asked", "not_writable")),
    ],
)
def test_a_split_that_does_not_come_out_is_refused(entry: Any, fault: tuple[str, str]) -> None:
    assert fault in told(put({"lines": [entry]}, SENT, SPLITTER))


def test_splitting_does_not_allow_adding() -> None:
    assert told(put({"lines": [{"sent": "1"}]}, SENT, SPLITTER)) == [("/lines/0", "not_writable")]


def test_what_an_action_asks_is_read_like_any_field() -> None:
    asks = {"why": made("why", "text", required=True), "signed": made("signed", "signature")}
    good = filling.answers(asks, {"why": "torn", "signed": {"typed": "Li"}}, KNOWN, ids())
    bad = filling.answers(asks, {"why": 5, "other": 1}, KNOWN, ids())
    assert good.faults == ()
    assert good.values == {"why": "torn", "signed": "Li"}
    assert told(bad) == [("/other", "unknown_field"), ("/why", "type")]

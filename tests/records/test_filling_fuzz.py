"""Whatever is sent, filling answers with faults and never breaks, and never writes what may not be written."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import Reference
from engine.records import filling, forms_json
from engine.records.filling import Moment
from tests.fields.samples import KNOWN, env_of, form, ids, made, table

PEN = Reference("item", "pen")

ORDER = form(
    made("note", "text"),
    made("kind", "choice", options=["normal", "urgent"], default="'normal'"),
    made("why", "text", visible="record.kind == 'urgent'", required=True),
    made("secret", "money"),
    made("closed", "integer"),
    table(
        "lines",
        made("item", "reference", to="item", only="it.active"),
        made("asked", "quantity", of="item", above=0),
        made("sent", "quantity", of="item", default="row.asked", at_most="row.asked"),
        made("lost", "quantity", of="item"),
        made("cost", "money", live="row.item.cost"),
        made("value", "money", compute="round(row.sent * row.cost, 2)"),
        minimum=1,
    ),
    made("total", "money", compute="sum(lines.value)"),
    derived=("kind", "lines.sent", "lines.cost", "lines.value", "total"),
)
NAMES = (*ORDER.fields, *ORDER.fields["lines"].fields, "row", "remove", "split_of", "state", "nonsense")
BEFORE: Mapping[str, Any] = {
    **forms_json.blank(ORDER),
    "secret": Decimal("9.99"),
    "closed": 7,
    "lines": [
        {
            "row": "a",
            "item": PEN,
            "asked": Decimal(10),
            "sent": Decimal(8),
            "lost": Decimal(3),
            "cost": None,
            "value": None,
        },
        {"row": "b", "item": PEN, "asked": Decimal(1), "sent": None, "lost": None, "cost": None, "value": None},
    ],
}


@dataclass(frozen=True)
class May:
    fields: frozenset[str] = frozenset({"note", "kind", "why", "lines.item", "lines.asked", "lines.sent"})
    rows: Mapping[str, str] = field(default_factory=lambda: {"lines": "free"})


HIDDEN = frozenset({"secret"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["a", "b", "pen", "rice", "5", "0.5", "-1", "normal", "urgent", "1e9"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)
PATCHES = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=3),
    SCALARS | JSON | st.lists(st.dictionaries(st.sampled_from(NAMES), SCALARS, max_size=5), max_size=4),
    max_size=5,
)
MODES = st.sampled_from(["free", "split", "fixed"])


@given(PATCHES, MODES)
def test_whatever_is_sent_is_answered_and_only_what_may_be_written_is_written(sent: Any, mode: str) -> None:
    before = copy.deepcopy(dict(BEFORE))
    filled = filling.patch(ORDER, before, sent, May(rows={"lines": mode}), HIDDEN, KNOWN, ids())
    assert before == BEFORE
    assert (filled.values["secret"], filled.values["closed"]) == (Decimal("9.99"), 7)
    assert {path for path, _ in filled.wrote} <= May().fields | {"lines"}
    rows = [each["row"] for each in filled.values["lines"]]
    assert len(set(rows)) == len(rows)
    if mode != "free":
        assert {"a", "b"} <= set(rows)
    for each in filled.faults:
        assert each.path.encode("utf-8") or each.path == ""
        assert each.says["en"]
        assert each.says["zh"]
    if set(sent) & {"secret", "nonsense"}:
        refused = filling.refusal(filled.faults)
        assert refused is not None
        assert {each.code for each in refused.faults} == {"unknown_field"}


@given(PATCHES)
def test_whatever_was_accepted_is_worked_out_checked_stored_and_read_again_unchanged(sent: Any) -> None:
    filled = filling.patch(ORDER, BEFORE, sent, May(), HIDDEN, KNOWN, ids())
    derived = filling.derive(ORDER, filled.values, env_of, Moment(touched=filled.wrote, fresh=filled.fresh))
    filling.check(ORDER, derived.values, env_of, None)
    header, rows = forms_json.encode(ORDER, derived.values, frozenset())

    @dataclass
    class Kept:
        values: Any
        rows: Any

    kept = Kept(json.loads(json.dumps(header)), json.loads(json.dumps(rows)))
    back = filling.derive(ORDER, forms_json.decode(ORDER, kept), env_of, Moment(starting=False))
    assert back.values == derived.values


QUANTITY = st.integers(0, 20).map(str)
SPLITS = st.lists(
    st.fixed_dictionaries(
        {"split_of": st.sampled_from(["a", "b"]), "sent": QUANTITY},
        optional={"asked": QUANTITY, "item": st.just("pen")},
    ),
    min_size=1,
    max_size=4,
)


@given(SPLITS)
def test_splitting_never_makes_or_loses_anything(sent: list[dict[str, Any]]) -> None:
    filled = filling.patch(ORDER, BEFORE, {"lines": sent}, May(rows={"lines": "split"}), HIDDEN, KNOWN, ids())
    if filled.faults:
        return
    assert len(filled.splits) == len(sent)
    for name in ("asked", "sent", "lost"):
        before = sum(each[name] or 0 for each in BEFORE["lines"])
        stated = name in ("sent", "asked")
        after = sum(each[name] or 0 for each in filled.values["lines"])
        empty_before = any(each[name] is None for each in BEFORE["lines"])
        assert after == before or (stated and empty_before and after > before)
        assert all((each[name] or 0) >= 0 for each in filled.values["lines"])


@given(st.permutations([{"row": "a", "sent": "5"}, {"item": "pen", "asked": "2"}, {"row": "b", "remove": True}]))
def test_the_order_of_rows_in_a_request_does_not_matter(rows: list[dict[str, Any]]) -> None:
    filled = filling.patch(ORDER, BEFORE, {"lines": rows}, May(), HIDDEN, KNOWN, ids())
    assert filled.faults == ()
    assert [(each["asked"], each["sent"]) for each in filled.values["lines"]] == [(10, 5), (2, None)]


@given(st.permutations(list(ORDER.fields)), st.permutations(list(ORDER.fields["lines"].fields)))
def test_the_order_of_fields_in_a_request_does_not_matter(header: list[str], columns: list[str]) -> None:
    full = {"note": "x", "kind": "urgent", "why": "y"}
    line = {"item": "rice", "asked": "1.5", "sent": "0.5"}
    sent: dict[str, Any] = {name: full[name] for name in header if name in full}
    sent["lines"] = [{name: line[name] for name in columns if name in line}]
    filled = filling.patch(ORDER, {}, sent, May(), HIDDEN, KNOWN, ids())
    assert filled.faults == ()
    assert filled.values["lines"][0]["sent"] == Decimal("0.5")

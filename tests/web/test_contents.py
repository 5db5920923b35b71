"""What a record's page makes of values, rows, history and links before anything is drawn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.web.pages import contents, happened
from engine.web.pages.cells import Cell, sized
from tests.web.told import of

RICE, OIL = {"id": "i1", "code": "A100", "title": "Rice"}, {"id": "i2", "code": "B200", "title": "Oil"}
COLUMNS = {
    "item": of("reference", to="item", title="Item"),
    "asked": of("quantity", of="item", title="Asked"),
    "unit_cost": of("money", title="Unit cost", each=True),
    "value": of("money", title="Value"),
    "remark": of("text", title="Remark"),
}
FORM: dict[str, Any] = {
    "currency": "CNY",
    "fields": {
        "note": of("text", title="Note"),
        "total": of("money", title="Total"),
        "photo": of("image", title="Photo"),
        "lines": of("table", title="Lines", fields=COLUMNS),
    },
    "states": [],
}


def row(item: Any, asked: str | None, **more: Any) -> dict[str, Any]:
    return {
        "row": f"r-{item['id']}-{asked}",
        "item": item,
        "asked": asked,
        "unit_cost": None,
        "value": None,
        "remark": None,
        **more,
    }


def found(*rows: Any, units: Any = None, files: Any = None, **values: Any) -> dict[str, Any]:
    return {"values": {"lines": list(rows), **values}, "units": units or {"i1": "kg", "i2": "kg"}, "files": files or {}}


def table(record: dict[str, Any], *, whole: bool = False) -> dict[str, Any]:
    return contents.tables(FORM, record, "en", whole=whole)[0]


def test_only_columns_in_which_anything_stands_are_shown() -> None:
    shown = table(found(row(RICE, "2", value="0.00"), row(OIL, "3.5")))
    assert [each["title"] for each in shown["columns"]] == ["Item", "Asked"]
    assert [(cell.shown, cell.unit) for cell in shown["rows"][1]] == [("B200 Oil", ""), ("3.5", "kg")]


def test_quantities_are_summed_only_in_one_unit_and_never_a_price() -> None:
    rows = [row(RICE, "2", unit_cost="5.00", value="10.00"), row(OIL, "1000.5", unit_cost="1.00", value="1000.50")]
    same = table(found(*rows))["totals"]
    assert [(each.shown, each.unit) if each else None for each in same] == [
        None, ("1,002.5", "kg"), None, ("1,010.50", "CNY"),
    ]  # fmt: skip
    mixed = table(found(*rows, units={"i1": "kg", "i2": "l"}))["totals"]
    assert mixed[1] is None
    assert table(found(rows[0]))["totals"] == []


def test_what_is_only_offered_to_a_later_hand_is_not_shown_before() -> None:
    """A default that an approver will say yes to looked like his word on a draft."""
    form = {**FORM, "states": [{"name": "draft"}, {"name": "asked"}], "later": ["lines.asked", "total"]}
    for state, columns, fields in (("draft", ["Item"], ["Note"]), ("asked", ["Item", "Asked"], ["Note", "Total"])):
        record = {**found(row(RICE, "2"), note="soon", total="5.00"), "state": state}
        shown = contents.tables(form, record, "en", whole=False)[0]
        assert [each["title"] for each in shown["columns"]] == columns
        assert [each["title"] for each in contents.fields(form, record, "en")] == fields


@given(st.lists(st.decimals(0, 10**9, places=3, allow_nan=False), min_size=2, max_size=20))
def test_a_total_is_exact(amounts: list[Decimal]) -> None:
    shown = table(found(*(row(RICE, str(each)) for each in amounts)))
    totals = [each for each in shown["totals"] if each is not None]
    if any(amounts):
        assert Decimal(totals[0].shown.replace(",", "")) == sum(amounts)
    else:
        assert totals == []


def test_a_long_table_is_cut_and_its_total_is_of_all() -> None:
    rows = [row(RICE, "1") for _ in range(500)]
    cut, whole = table(found(*rows)), table(found(*rows), whole=True)
    assert (len(cut["rows"]), cut["left"], cut["count"]) == (100, 400, 500)
    assert (len(whole["rows"]), whole["left"]) == (500, 0)
    assert cut["totals"][1].shown == whole["totals"][1].shown == "500"


def test_what_is_empty_comes_last_and_a_file_by_its_name() -> None:
    files = {
        "f1": {"name": "外箱.jpg", "type": "image/jpeg", "size": 2048},
        "f2": {"name": "a.pdf", "type": "application/pdf", "size": 5},
    }
    shown = contents.fields(FORM, found(note=None, total="5.00", photo="f1", files=files), "en")
    assert [(each["title"], each["cell"].kind) for each in shown] == [
        ("Total", "number"),
        ("Photo", "image"),
        ("Note", "nothing"),
    ]
    assert (shown[0]["cell"].unit, shown[1]["cell"].shown, shown[1]["cell"].hint) == ("CNY", "外箱.jpg", "2 KB")
    other = contents.fields(FORM, found(photo="f2", files=files), "en")[0]["cell"]
    assert (other.kind, other.shown, other.hint) == ("file", "a.pdf", "5 B")
    gone = contents.fields(FORM, found(photo="f3"), "zh")[0]["cell"]
    assert (gone.kind, gone.shown) == ("file", "附件")


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 * 1024 * 1024, "5 MB")])
def test_a_size_is_said_as_people_do(count: int, said: str) -> None:
    assert sized(count) == said


@pytest.mark.parametrize(
    ("title", "face"), [("欧阳建国", "建国"), ("Sun Lei", "SL"), ("cher", "C"), ("", ""), ("Anna Maria Luisa", "AM")]
)
def test_a_face_is_one_or_two_signs(title: str, face: str) -> None:
    assert happened.initials({"title": title, "code": None}) == face
    assert happened.initials(None) == ""


def line(*changes: Any, action: str = "edit", **more: Any) -> dict[str, Any]:
    base = {
        "action": action,
        "person": {"title": "Sun Lei"},
        "from": "draft",
        "to": "draft",
        "at": "2026-01-01T00:00:00Z",
        "comment": None,
        "asked": [],
    }
    return {**base, "changes": list(changes), **more}


def change(path: str, old: Any, new: Any, name: str | None = "A100") -> dict[str, Any]:
    return {"path": path, "old": old, "new": new, **({"row": name} if path.count("/") == 3 else {})}


def test_rows_that_came_went_and_changed_are_told_by_name() -> None:
    told = happened.history(
        FORM,
        [
            line(
                change("/note", "a", "b"),
                change("/lines/1/item", None, RICE),
                change("/lines/1/asked", None, "2"),
                change("/lines/2/item", OIL, None, "B200"),
                change("/lines/3/asked", "1", None, "C1"),
                change("/lines/4/gone", "1", "2"),
            )
        ],
        "en",
    )[0]
    assert told["changes"] == [{"title": "Note", "old": Cell("text", "a"), "new": Cell("text", "b")}]
    assert [(each["kind"], each["title"]) for each in told["rows"]] == [
        ("added", "A100"), ("removed", "B200"), ("changed", "C1"),
    ]  # fmt: skip
    assert told["rows"][0]["changes"][0]["new"].shown == "A100 Rice"


def test_comments_have_a_place_of_their_own() -> None:
    lines = [line(), line(action="comment", comment="first"), line(action="comment", comment="second")]
    assert len(happened.history(FORM, lines, "en")) == 1
    assert [(each["words"], each["face"]) for each in happened.comments(lines)] == [("first", "SL"), ("second", "SL")]


def test_a_route_says_when_and_how_a_step_was_decided() -> None:
    step = {
        "step": "area",
        "part": "money",
        "title": "Area",
        "people": [{"title": "Li", "code": "l"}],
        "state": "done",
        "because": "",
    }
    voted = line(action="reject:area/money", comment="too much", at="2026-02-03T00:00:00Z")
    done = happened.route([step], [line(action="approve:area"), voted], [])[0]
    assert (done["verdict"], done["at"], done["comment"]) == ("reject", "2026-02-03T00:00:00Z", "too much")
    task = {"step": "area", "part": "money", "since": "s", "deadline": "d"}
    now = happened.route([{**step, "state": "now"}], [voted], [task])[0]
    assert (now["verdict"], now["since"], now["deadline"]) == ("", "s", "d")


def test_a_link_tells_how_much_of_which_row() -> None:
    record = found(row(RICE, "2"))
    link = {
        "direction": "to",
        "id": "x",
        "state": {"name": "s", "title": "S", "end": True, "means": "good"},
        "quantity": "1500",
        "row": "r-i1-2",
    }
    linked = happened.links([link, {**link, "row": "unknown"}, {**link, "id": "y"}])
    happened.trail(FORM, record, linked)
    assert [(each["id"], each["rows"], each["tone"]) for each in linked] == [("x", 2, "good"), ("y", 1, "good")]
    assert linked[0]["quantities"][0] == {"row": "r-i1-2", "quantity": "1,500", "title": "A100", "unit": "kg"}
    assert linked[0]["quantities"][1]["title"] == ""


def test_a_warning_says_in_which_row_and_field_it_stands() -> None:
    record = found(row(RICE, "2"), {**row(RICE, "3"), "item": None})
    places = ("/lines/0/asked", "/lines/1/asked", "/note", "")
    told = {**record, "warnings": [{"path": path, "message": "Much."} for path in places]}
    assert contents.heeded(FORM, told) == ["A100 · Asked · Much.", "2 · Asked · Much.", "Note · Much.", "Much."]


def test_what_is_warned_of_in_many_rows_alike_is_said_once_with_how_often() -> None:
    record = found(*(row(RICE, str(each)) for each in range(1, 4)))
    places = ("/lines/0/asked", "/note", "/lines/1/asked", "/lines/2/asked")
    told = {**record, "warnings": [{"path": path, "message": "Much."} for path in places]}
    assert contents.heeded(FORM, told) == ["A100 · Asked · Much. × 3", "Note · Much."]

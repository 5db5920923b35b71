"""Reports: rows of a declared query, as far as their reader sees records and fields, in every channel."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Refusal
from engine.operations.calls import Call
from tests.days import there
from tests.operations.conftest import Copy
from tests.operations.house import Desk, House

WEEK = "asks_by_week"
FOLDER = Path(__file__).parent / "definitions"
FOOD, OTHER = ("A100", "A101"), ("B200", "B201")


def ask(clerk: Desk, *lines: tuple[str, str], day: str = "2026-11-05", action: str | None = "agree") -> str:
    """A request of lines `(item, value)`."""
    rows = [{"item": {"code": item}, "value": value} for item, value in lines]
    return clerk.makes("ask", {"day": day, "lines": rows}, action)


def exported(house: House, account: str, report: str, **query: str) -> list[dict[str, str]]:
    """The lines of a file."""
    _, media, content = house.doors.export(house_call(house, account), report, {"format": "csv", **query})
    assert media.startswith("text/csv")
    return list(csv.DictReader(io.StringIO(b"".join(content).decode("utf-8-sig"))))


def house_call(house: House, account: str) -> Any:
    """Somebody as the doors know him."""
    return Call(house.be(account).actor, "en")


@pytest.fixture(scope="module")
def filled(copy_of: Copy, lab_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two stores that have asked; for tests that only read."""
    made = House(copy_of(lab_url), tmp_path_factory.mktemp("data"), None)
    ask(made.be("clerk1"), ("A100", "10"), ("A101", "60"), ("B200", "5.50"))
    ask(made.be("clerk1"), ("A100", "1"), day="2026-11-12")
    ask(made.be("clerk2"), ("B201", "7"), action=None)
    yield made
    made.close()


def rows(desk: Desk, report: str = WEEK, **query: str) -> list[dict[str, Any]]:
    """What the list shows."""
    found: list[dict[str, Any]] = [each["values"] for each in desk.get(f"records/{report}", **query)["items"]]
    return found


def test_a_report_groups_by_what_its_columns_say_and_sums_the_rest(filled: House) -> None:
    shown = rows(filled.be("clerk1"))
    told = [(each["week"], each["category"]["code"], each["lines"], each["dear"], each["value"]) for each in shown]
    assert told == [
        ("2026-11-09", "FOOD", 1, 0, "1.00"),
        ("2026-11-02", "FOOD", 2, 1, "70.00"),
        ("2026-11-02", "NONFOOD", 1, 0, "5.50"),
    ]
    assert [(each["least"], each["most"], each["mean"]) for each in shown][1] == ("10.00", "60.00", "35.00")


def test_a_report_tells_how_it_is_narrowed_as_a_form_does(filled: House) -> None:
    clerk = filled.be("clerk1")
    told = {each["name"]: each["how"] for each in clerk.get(f"forms/{WEEK}")["narrows"]}
    assert (told["week"], told["category"], told["lines"]) == ("day", "record", "number")
    assert {frozenset(each) - {"to"} for form in (WEEK, "ask") for each in clerk.get(f"forms/{form}")["narrows"]} == {
        frozenset({"name", "type", "how"})
    }


def test_rows_are_of_records_that_both_lines_let_one_see(filled: House) -> None:
    stores = {
        who: {each["store"]["code"] for each in rows(filled.be(who))} for who in ("clerk1", "clerk2", "aud", "ame")
    }
    assert stores == {"clerk1": {"S01"}, "clerk2": {"S02"}, "aud": {"S01", "S02"}, "ame": {"S01", "S02"}}
    assert rows(filled.be("clerk3")) == []
    for who in ("buyA", "des"):
        reply, nothing = (filled.be(who).send("GET", f"records/{name}") for name in (WEEK, "no_such_form"))
        assert reply.status == 404
        assert reply.raw == nothing.raw
        assert filled.be(who).send("GET", f"forms/{WEEK}").status == 404
        assert WEEK not in {each["form"] for each in filled.be(who).get("forms")["items"]}


HIDDEN = [
    {"sort": "cost"},
    {"sort": "-dearness"},
    {"filter": "cost > 1"},
    {"filter": "dearness > 1"},
    {"f.cost.from": "1"},
    {"totals": "cost"},
    {"fields": "cost"},
    {"fields": "store,dearness"},
]


def test_what_one_may_not_see_is_in_no_channel(filled: House) -> None:
    clerk = filled.be("clerk1")
    assert {name for each in rows(clerk) for name in each} & {"cost", "dearness"} == set()
    assert {"cost", "dearness"} & set(clerk.get(f"forms/{WEEK}")["fields"]) == set()
    assert "cost" not in clerk.send("GET", f"forms/{WEEK}").raw.decode()
    assert {"cost", "dearness"} & set(exported(filled, "clerk1", WEEK)[0]) == set()
    assert next(each["dearness"] for each in rows(filled.be("aud"), fields="dearness")) == "20.00"


@pytest.mark.parametrize("asked", HIDDEN)
def test_what_one_may_not_see_is_refused_as_what_is_not_there(filled: House, asked: dict[str, str]) -> None:
    clerk = filled.be("clerk1")
    unknown = {word.replace("cost", "nothing"): each.replace("cost", "nothing").replace("dearness", "nothing")
               for word, each in asked.items()}  # fmt: skip
    refused, missing = (clerk.send("GET", f"records/{WEEK}", **each) for each in (asked, unknown))
    assert (refused.status, refused.code) == (422, "unknown_field")
    assert refused.raw.replace(b"cost", b"nothing").replace(b"dearness", b"nothing") == missing.raw
    assert filled.be("aud").send("GET", f"records/{WEEK}", sort="cost").status == 200


def test_a_key_that_is_hidden_does_not_part_rows(filled: House) -> None:
    assert rows(filled.be("aud"), "asks_by_cost") == [
        {"cost": "5.00", "lines": 1},
        {"cost": "8.00", "lines": 1},
        {"cost": "10.00", "lines": 2},
        {"cost": "50.00", "lines": 1},
    ]
    assert rows(filled.be("clerk1"), "asks_by_cost") == [{"lines": 4}]


def test_a_report_whose_condition_is_hidden_is_not_there(filled: House) -> None:
    assert filled.be("clerk1").send("GET", "records/dear_items").status == 404
    assert {each["code"] for each in rows(filled.be("aud"), "dear_items", limit="500")} >= {"A100", "B200"}
    assert "dear_items" not in filled.be("clerk1").get("me")["may"]


def test_a_report_is_narrowed_sorted_counted_and_summed_like_any_list(filled: House) -> None:
    clerk = filled.be("clerk1")
    body = clerk.get(f"records/{WEEK}", count="exact", totals="value,lines", filter="value > 5", sort="value")
    assert [each["values"]["value"] for each in body["items"]] == ["5.50", "70.00"]
    assert (body["count"], body["totals"]["value"]["sum"], body["totals"]["lines"]["sum"]) == (2, "75.50", "3")
    assert [each["value"] for each in rows(clerk, **{"f.week": "2026-11-09"})] == ["1.00"]
    assert [each["value"] for each in rows(clerk, **{"f.category": "NONFOOD"})] == ["5.50"]
    assert [each["value"] for each in rows(clerk, **{"f.value.from": "2", "f.value.to": "6"})] == ["5.50"]
    assert {each["item_name"] for each in rows(clerk, "ask_lines", q="lamp")} == {"Lamp"}
    assert rows(clerk, WEEK, q="lamp") == []
    assert clerk.send("GET", f"records/{WEEK}", sort="mean").code == "unknown_field"
    assert clerk.send("GET", f"records/{WEEK}", filter="category.code == 'FOOD'").code == "unknown_field"
    assert clerk.send("GET", f"records/{WEEK}", filter="limit('loss', 'store') > 1").code == "not_for_lists"
    for words in ("lines / 3 > 1", "add_days(week, lines) == week"):
        refused = clerk.send("GET", f"records/{WEEK}", filter=words)
        assert (refused.status, refused.errors) == (422, [("/filter", "not_for_lists")]), words
        with pytest.raises(Refusal) as told:
            exported(filled, "clerk1", WEEK, filter=words)
        assert [(each.path, each.code) for each in told.value.faults] == [("/filter", "not_for_lists")]
    assert clerk.send("GET", f"records/{WEEK}", colour="red").code == "unknown_parameter"
    assert clerk.send("GET", f"records/{WEEK}", limit="501").status == 413


def test_pages_neither_lose_nor_repeat_a_row_and_cursors_are_ones_own(filled: House) -> None:
    aud = filled.be("aud")
    whole = [each["id"] for each in aud.get("records/ask_lines", limit="500")["items"]]
    met: list[str] = []
    query = {"limit": "2"}
    while True:
        body = aud.get("records/ask_lines", **query)
        met += [each["id"] for each in body["items"]]
        if body["next"] is None:
            break
        query["cursor"] = body["next"]
    assert met == whole
    assert len(set(whole)) == 5
    back = aud.get("records/ask_lines", limit="2", before=body["previous"])
    assert [each["id"] for each in back["items"]] == whole[2:4]
    first = aud.get("records/ask_lines", limit="2")["next"]
    assert filled.be("ame").send("GET", "records/ask_lines", limit="2", cursor=first).code == "bad_cursor"


def test_a_line_of_a_report_names_its_record_and_row(filled: House) -> None:
    clerk = filled.be("clerk1")
    for each in clerk.get("records/ask_lines")["items"]:
        assert each["id"] == f"{each['record']['id']}.{each['row']}"
        record = clerk.reads("ask", each["record"]["id"])
        (row,) = [row for row in record["lines"] if row["row"] == each["row"]]
        assert (row["item"], row["value"]) == (each["values"]["item"], each["values"]["value"])
        assert each["values"]["state"] == "agreed"
    assert clerk.get("forms/ask_lines")["fields"]["state"]["options"][0] == {"value": "draft", "title": "Draft"}


def test_a_report_is_exported_by_who_may(filled: House) -> None:
    lines = exported(filled, "clerk1", WEEK, sort="value")
    assert next((each["store"], each["category"], each["value"], each["mean"]) for each in lines) == (
        "S01",
        "FOOD",
        "1.00",
        "1.00",
    )
    readable = exported(filled, "clerk1", WEEK, readable="true", fields="week,value")
    assert list(readable[0]) == ["Week", "Value (CNY)"]
    assert filled.be("ame").get("me")["may"][WEEK] == ["see"]
    with pytest.raises(Refusal):
        exported(filled, "ame", WEEK)


def test_days_of_moments_are_the_chains(filled: House) -> None:
    shown = rows(filled.be("aud"), "ask_lines")
    assert {each["made_on"] for each in shown} == {local_day(each["made"]) for each in shown}


def local_day(moment: str) -> str:
    """The day in Shanghai."""
    return there(moment).date().isoformat()


def test_a_report_adds_up_what_its_records_say(own_house: House) -> None:
    chance = random.Random(20_261_130)
    clerks = [own_house.be(who) for who in ("clerk1", "clerk2")]
    should: Mapping[tuple[str, str], list[Decimal]] = defaultdict(list)
    for _ in range(12):
        at = chance.randrange(2)
        day = date(2026, 11, 1) + timedelta(days=chance.randrange(40))
        lines = [
            (chance.choice([*FOOD, *OTHER]), f"0.{chance.randrange(100):02}") for _ in range(chance.randrange(1, 5))
        ]
        ask(clerks[at], *lines, day=day.isoformat())
        for item, value in lines:
            kind = "FOOD" if item in FOOD else "NONFOOD"
            week = (day - timedelta(days=day.weekday())).isoformat()
            should[f"S0{at + 1} {week}", kind].append(Decimal(value))
    shown = rows(own_house.be("aud"), limit="500")
    told = {
        (f"{each['store']['code']} {each['week']}", each["category"]["code"]): (
            each["lines"],
            each["value"],
            each["least"],
            each["most"],
        )
        for each in shown
    }
    assert told == {key: (len(each), f"{sum(each)}", f"{min(each)}", f"{max(each)}") for key, each in should.items()}


def test_views_are_kept_of_reports_too(filled: House) -> None:
    clerk = filled.be("clerk1")
    kept = {
        "form": WEEK,
        "name": "Dear",
        "filters": {"f.value.from": "5"},
        "sort": "-value",
        "columns": ["week", "value"],
    }
    assert clerk.send("PUT", "me/views/dear", kept).status == 200
    assert clerk.get("me/views", form=WEEK)["items"][0]["name"] == "Dear"
    for wrong in ({"sort": "cost"}, {"columns": ["cost"]}, {"filters": {"f.cost.from": "1"}}):
        assert clerk.send("PUT", "me/views/worse", {**kept, "name": "Worse", **wrong}).code == "unknown_field"


def test_an_empty_report_is_empty(own_house: House) -> None:
    body = own_house.be("clerk1").get(f"records/{WEEK}", count="exact", totals="value")
    assert (body["items"], body["next"], body["count"]) == ([], None, 0)
    assert exported(own_house, "clerk1", WEEK) == []


def test_nobody_writes_into_a_report(filled: House) -> None:
    aud = filled.be("aud")
    line: Sequence[Any] = aud.get("records/ask_lines")["items"]
    assert aud.send("POST", "records/ask_lines", {"values": {}}).status == 403
    assert aud.send("GET", f"records/ask_lines/{line[0]['record']['id']}").status == 404


LARGE = 5_000_000_000_000_000_000
DAYS = """\
format: 1
report: memo_days
title: {en: Days, zh: 天数}
over: memo
columns:
  store: {value: it.store}
  days: {sum: it.days}
"""
EACH = DAYS.replace("memo_days", "memo_each").replace("sum: it.days", "value: it.days")


def test_a_sum_beyond_64_bits_is_refused_alike_and_never_told_roughly(own_house: House) -> None:
    words = ("see", "export")
    policy = [f"p, clerk, {name}, {word}, own" for name in ("memo_days", "memo_each") for word in words]
    own_house.publish(DAYS, EACH, policy=policy)
    clerk = own_house.be("clerk1")
    clerk.makes("memo", {"days": LARGE})
    assert [each["days"] for each in rows(clerk, "memo_days")] == [LARGE]
    clerk.makes("memo", {"days": LARGE})
    queries: tuple[dict[str, str], ...] = ({}, {"totals": "days"}, {"filter": "days > 1"}, {"sort": "days"})
    for query in queries:
        refused = clerk.send("GET", "records/memo_days", **query)
        assert (refused.status, refused.code) == (422, "too_large")
    assert clerk.send("GET", "records/memo_each", totals="days").code == "too_large"
    assert [each["days"] for each in rows(clerk, "memo_each")] == [LARGE, LARGE]
    with pytest.raises(Refusal) as caught:
        exported(own_house, "clerk1", "memo_days")
    assert caught.value.code == "too_large"


def test_a_column_for_who_stands_above_the_store_is_there_for_an_area_manager(own_house: House) -> None:
    """His region has no records of its own: what he sees in every record of its stores, he sees in all."""
    form = (FOLDER / "ask.form.yaml").read_text("utf-8")
    secret = "  day:"
    assert form.count(secret) == 1
    guarded = "  margin: {type: money, default: 7, sees: {by: [area_manager above store, auditor at chain]}}\n"
    report = (FOLDER / "ask_lines.report.yaml").read_text("utf-8").replace(
        "  day: {value: it.day}\n", "  day: {value: it.day}\n  margin: {value: it.margin}\n"
    )  # fmt: skip
    own_house.publish(form.replace(secret, guarded + secret), report)
    ask(own_house.be("clerk1"), ("A100", "10"))
    ask(own_house.be("clerk2"), ("A101", "10"))
    for who, seen in (("clerk1", False), ("ame", True), ("aud", True)):
        desk = own_house.be(who)
        assert ("margin" in desk.get("forms/ask_lines")["fields"]) is seen
        assert desk.send("GET", "records/ask_lines", sort="margin").status == (200 if seen else 422)
        assert desk.send("GET", "records/ask", filter="margin > 1").status == (200 if seen else 422)
    assert [each["margin"] for each in rows(own_house.be("ame"), "ask_lines")] == ["7.00", "7.00"]

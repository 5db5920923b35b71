"""Sheets in and out: all or what is good, a dry run, and nothing that a spreadsheet would run."""

from __future__ import annotations

import codecs
import csv
import io
import threading
import uuid

import pytest

from engine.errors import Refusal
from engine.operations import exporting, loading
from engine.operations.calls import Call
from tests.operations.house import House, Reply, replied


def imports(
    house: House,
    account: str,
    sheet: str | bytes,
    mode: str = "all",
    *,
    dry: bool = False,
    form: str = "memo",
    key: str | None = None,
) -> Reply:
    call = Call(house.be(account).actor, "en", key)
    content = sheet.encode() if isinstance(sheet, str) else sheet
    return replied(lambda: house.doors.import_rows(call, form, content, "memo.csv", mode, dry=dry))


def exports(house: House, account: str, language: str = "en", **query: str) -> list[list[str]]:
    call = Call(house.be(account).actor, language)
    _name, _type, content = house.doors.export(call, "memo", query)
    return list(csv.reader(io.StringIO(b"".join(content).decode("utf-8-sig"))))


def found(house: House, mark: str) -> int:
    return len(house.be("clerk1").get("records/memo", filter=f"note == '{mark}'")["items"])


def test_every_line_makes_a_record(house: House) -> None:
    mark = uuid.uuid4().hex
    reply = imports(house, "clerk1", f"note,amount,days\n{mark},1.50,2\n{mark},,\n")
    assert reply.status == 200
    assert [(each["row"], each["errors"]) for each in reply.body["rows"]] == [(2, []), (3, [])]
    read = house.be("clerk1").reads("memo", reply.body["rows"][0]["id"])
    assert (read["amount"], read["days"], read["store"]["code"]) == ("1.50", 2, "S01")


def test_rows_of_a_table_follow_their_record(house: House) -> None:
    mark = uuid.uuid4().hex
    sheet = f"note,lines.word,lines.worth\n{mark},a,1\n,b,2\n{mark}2,c,\n"
    reply = imports(house, "clerk1", sheet)
    assert len(reply.body["rows"]) == 2
    lines = house.be("clerk1").reads("memo", reply.body["rows"][0]["id"])["lines"]
    assert [(each["word"], each["worth"]) for each in lines] == [("a", "1.00"), ("b", "2.00")]


def test_all_or_nothing_or_what_is_good(house: House) -> None:
    mark = uuid.uuid4().hex
    sheet = f"note,days\n{mark},1\n{mark},x\n{mark},3\n"
    refused = imports(house, "clerk1", sheet)
    assert [bool(each["errors"]) for each in refused.body["rows"]] == [False, True, False]
    assert refused.body["rows"][1]["errors"][0]["path"].endswith("/days")
    assert found(house, mark) == 0
    assert imports(house, "clerk1", sheet, "good").status == 200
    assert found(house, mark) == 2


def test_a_dry_run_changes_nothing(house: House) -> None:
    mark = uuid.uuid4().hex
    reply = imports(house, "clerk1", f"note\n{mark}\n", dry=True)
    assert [each["errors"] for each in reply.body["rows"]] == [[]]
    assert found(house, mark) == 0


def test_roles_of_a_dry_run_are_nobodys_when_others_are_given_next(own_house: House) -> None:
    adm, clerk = own_house.be("adm"), own_house.be("clerk1").person
    reply = imports(own_house, "adm", f"person,role\n{clerk},director\n{clerk},planner\n", dry=True, form="assignment")
    assert [each["errors"] for each in reply.body["rows"]] == [[], []]
    adm.makes("person", {"account": "newcomer", "name": "Newcomer"})
    services = own_house.services
    with services.database.reading() as connection:
        directory = loading.state_of(services, connection, services.now(connection)).directory
    assert directory.person_of_account("newcomer") is not None
    assert set(directory.roles_of(clerk)) == {"clerk"}


def test_one_sheet_sent_by_many_at_once_tells_only_of_records_that_are_there(house: House) -> None:
    mark, key, start = uuid.uuid4().hex, uuid.uuid4().hex, threading.Barrier(4)
    replies: list[Reply] = []

    def send() -> None:
        start.wait()
        replies.append(imports(house, "clerk1", "note\n" + f"{mark}\n" * 30, key=key))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [reply.status for reply in replies] == [200] * 4
    told = {row["id"] for reply in replies if isinstance(reply.body["rows"], list) for row in reply.body["rows"]}
    there = house.be("clerk1").get("records/memo", filter=f"note == '{mark}'", limit="100")["items"]
    assert told == {each["id"] for each in there}
    assert len(told) == 30


def test_the_same_rules_as_by_hand(house: House) -> None:
    mark = uuid.uuid4().hex
    reply = imports(house, "clerk1", f"note,store\n{mark},S02\n")
    assert reply.body["rows"][0]["errors"][0]["code"]
    assert found(house, mark) == 0
    assert imports(house, "clerk1", f"note,action\n{mark},hand_in\n").status == 200
    assert house.be("clerk1").get("records/memo", filter=f"note == '{mark}'")["items"][0]["state"] == "open"


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ("", "empty"),
        ("note,nothing\na,b\n", "unknown_field"),
        ("note,note\na,b\n", "twice"),
        (b"note\n\xff\xfe\n", "encoding"),
        ("note\na\x00b\n", "encoding"),
        ('note\n"open\n', "not_a_table"),
    ],
)
def test_what_is_no_sheet_is_refused_whole(house: House, sheet: str | bytes, code: str) -> None:
    reply = imports(house, "clerk1", sheet)
    assert (reply.status, reply.code) == (422, code)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@a", "-a"])
def test_formulas_are_not_read(house: House, cell: str) -> None:
    reply = imports(house, "clerk1", f"note\n{cell}\n")
    assert reply.body["rows"][0]["errors"][0]["code"] == "formula"


def test_importing_is_a_right_of_its_own(house: House) -> None:
    assert imports(house, "aud", "note\na\n").status == 403
    assert imports(house, "sec1", "note\na\n").status == 404
    assert imports(house, "clerk1", "note\na\n", "some").code == "bad_mode"


def test_other_separators_are_understood(house: House) -> None:
    mark = uuid.uuid4().hex
    assert imports(house, "clerk1", f"\ufeffnote;days\n{mark};1\n").status == 200
    assert imports(house, "clerk1", f"note\tdays\n{mark}\t1\n").status == 200
    assert found(house, mark) == 2


def test_what_goes_out_is_what_one_may_see(house: House) -> None:
    mark, clerk = uuid.uuid4().hex, house.be("clerk1")
    record = clerk.makes("memo", {"note": mark, "amount": "2", "lines": [{"word": "a"}, {"word": "b"}]})
    rows = exports(house, "clerk1", filter=f"note == '{mark}'", format="csv")
    head, lines = rows[0], rows[1:]
    assert "lines.veiled" not in head
    assert [each[head.index("lines.word")] for each in lines] == ["a", "b"]
    assert {each[head.index("id")] for each in lines} == {record}
    assert {each[head.index("store")] for each in lines} == {"S01"}


@pytest.mark.parametrize(
    ("language", "titles", "told"),
    [
        (
            "en",
            ["Number", "Note", "State", "Created by", "Urgent", "Shade"],
            ["Open", "Chen Jing", "Yes", "Replenishment"],
        ),
        ("zh", ["单号", "内容", "状态", "创建人", "Urgent", "Shade"], ["处理中", "Chen Jing", "是", "补货"]),
    ],
)
def test_what_people_read_goes_out_as_they_read_it(
    house: House, language: str, titles: list[str], told: list[str]
) -> None:
    """The columns that they look at, with their titles; a line for each record, whatever its tables hold."""
    mark = uuid.uuid4().hex
    values = {
        "note": f"={mark}",
        "urgent": True,
        "why": "-",
        "shade": "replenishment",
        "lines": [{"word": "a"}, {"word": "b"}],
    }
    house.be("clerk1").makes("memo", values, "hand_in")
    fields = "number,note,state,created_by,urgent,shade"
    narrowed = {"filter": f"note == '={mark}'", "fields": fields, "readable": "true"}
    head, *lines = exports(house, "clerk1", language, **narrowed)
    assert head == titles
    assert len(lines) == 1
    assert lines[0][0].startswith("ME-")
    assert [lines[0][1], *(word for word in told if any(word in cell for cell in lines[0]))] == [f"'={mark}", *told]
    call = Call(house.be("clerk1").actor, language)
    with pytest.raises(Refusal) as refused:
        house.doors.export(call, "memo", {**narrowed, "fields": "nothing"})
    assert [(each.path, each.code) for each in refused.value.faults] == [("/fields", "unknown_field")]


def test_a_sheet_is_readable_or_not(house: House) -> None:
    call = Call(house.be("clerk1").actor, "en")
    with pytest.raises(Refusal) as refused:
        house.doors.export(call, "memo", {"readable": "perhaps"})
    assert [(each.path, each.code) for each in refused.value.faults] == [("/readable", "choice")]
    name, _type, content = house.doors.export(call, "memo", {"readable": "true"})
    assert b"".join(content).startswith(codecs.BOM_UTF8)
    assert name == "Memo.csv"
    name, _type, content = house.doors.export(call, "memo", {})
    assert not b"".join(content).startswith(codecs.BOM_UTF8)
    assert name == "memo.csv"


def test_nothing_that_a_spreadsheet_would_run_goes_out(house: House) -> None:
    clerk = house.be("clerk1")
    mark = uuid.uuid4().hex
    dangerous = ("=cmd|", "+", "-x", "@", "=1+", "-1+", "+1")
    for start in dangerous:
        clerk.makes("memo", {"note": f"{start}{mark}"})
    rows = exports(house, "clerk1")
    at = rows[0].index("note")
    cells = [each[at] for each in rows[1:] if mark in each[at]]
    assert len(cells) == len(dangerous)
    assert all(each.startswith("'") for each in cells), cells


def test_exporting_is_a_right_of_its_own(house: House) -> None:
    call = Call(house.be("aud").actor, "en")
    assert replied(lambda: house.doors.export(call, "memo", {})).status == 403  # type: ignore[arg-type,return-value]
    call = Call(house.be("sec1").actor, "en")
    assert replied(lambda: house.doors.export(call, "memo", {})).status == 404  # type: ignore[arg-type,return-value]


def test_cells_beyond_the_head_are_refused_and_nothing_is_kept(house: House) -> None:
    mark = uuid.uuid4().hex
    refused = imports(house, "clerk1", f"note,days\n{mark},1\n{mark},2,lost\n", "good")
    assert (refused.status, refused.errors) == (422, [("/file/2/2", "too_many_cells")])
    assert found(house, mark) == 0
    assert imports(house, "clerk1", f"note,days\n{mark},1,, \n").status == 200
    assert found(house, mark) == 1


def test_a_list_that_is_too_long_is_refused_and_never_cut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    for _ in range(3):
        house.be("clerk1").makes("memo", {"store": {"code": "S01"}, "note": mark})
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    monkeypatch.setattr(exporting, "MOST", 3)
    assert len(exports(house, "clerk1", filter=f"note == '{mark}'")) == 4
    monkeypatch.setattr(exporting, "MOST", 2)
    asked = {"filter": f"note == '{mark}'"}
    call = Call(house.be("clerk1").actor, "zh")
    answer = replied(lambda: house.doors.export(call, "memo", asked), "zh")  # type: ignore[arg-type,return-value]
    assert (answer.status, answer.errors) == (413, [("", "too_many")])
    assert "2" in answer.body["detail"]
    assert "筛选" in answer.body["detail"]

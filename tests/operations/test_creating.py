"""Making records: what is sent, what follows by itself, and which refusal comes first."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from tests.days import there
from tests.operations.house import House


def memo(**more: object) -> dict[str, object]:
    return {"note": "hello", **more}


def test_a_write_answers_the_small_answer_and_nothing_else(house: House) -> None:
    reply = house.be("clerk1").send("POST", "records/memo", {"values": memo()})
    assert reply.status == 201
    assert list(reply.body) == ["form", "id", "number", "state", "revision", "version", "seq"]
    assert (reply.body["form"], reply.body["state"], reply.body["revision"]) == ("memo", "draft", 1)
    assert reply.body["seq"] > 0


def test_a_client_may_name_the_record_itself_once(house: House) -> None:
    clerk, record = house.be("clerk1"), str(uuid.uuid4())
    assert clerk.send("POST", "records/memo", {"id": record, "values": memo()}).body["id"] == record
    again = clerk.send("POST", "records/memo", {"id": record, "values": memo()})
    assert (again.status, again.body["kind"], again.code) == (409, "conflict", "id_taken")


@pytest.mark.parametrize(
    "bad", ["x", "", 5, "0190A6F0-0000-7000-8000-000000000000", "{0190a6f0-0000-7000-8000-000000000000}", ["a"]]
)
def test_an_id_that_is_no_uuid_in_lower_case_is_refused(house: House, bad: object) -> None:
    reply = house.be("clerk1").send("POST", "records/memo", {"id": bad, "values": memo()})
    assert (reply.status, reply.errors) == (422, [("/id", "bad_id")])


def test_the_unit_of_the_maker_is_the_default_and_numbers_follow_the_fiscal_year(house: House) -> None:
    clerk = house.be("clerk1")
    first = clerk.get(f"records/memo/{clerk.makes('memo', memo())}")
    second = clerk.get(f"records/memo/{clerk.makes('memo', memo())}")
    assert first["values"]["store"]["code"] == "S01"
    today = there(clerk.get("me/waiting")["now"])
    year = today.year if today.month >= 4 else today.year - 1
    store, text, counter = first["number"].removeprefix("ME-").split("-")
    assert (store, text, len(counter)) == ("S01", str(year), 3)
    assert int(second["number"].rpartition("-")[2]) == int(counter) + 1


def test_every_store_counts_for_itself(house: House) -> None:
    one, other = house.be("clerk1"), house.be("clerk2")
    one.makes("memo", memo())
    numbers = [other.get(f"records/memo/{other.makes('memo', memo())}")["number"] for _ in range(2)]
    assert all(each.startswith("ME-S02-") for each in numbers)
    assert int(numbers[1][-3:]) == int(numbers[0][-3:]) + 1


def test_a_number_that_is_given_by_an_action_is_not_there_before_it(house: House) -> None:
    clerk, item = house.be("clerk1"), house.item()
    wish = clerk.makes("wish", {"lines": [{"item": {"code": item}, "quantity": "1"}]})
    assert clerk.get(f"records/wish/{wish}")["number"] is None
    assert clerk.acts("wish", wish, "grant").body["number"].startswith("WI-S01-")


def test_every_kind_of_field_reads_back_as_it_was_meant(house: House) -> None:
    clerk, item = house.be("clerk1"), house.item()
    code = uuid.uuid4().hex
    sent = memo(
        code=code,
        body="two\nlines",
        urgent=True,
        why="fire",
        shade="other",
        shades=["recall", "slow"],
        size="1.5",
        days=3,
        due="2026-05-01",
        when="2026-05-01T10:00:00+08:00",
        amount="12.3",
        friend={"code": "mgr1"},
        unit={"code": "EAST"},
        bar="6901234567892",
        link="https://example.com/a",
        item={"code": item},
        sign={"typed": "Chen Jing"},
    )
    read = clerk.reads("memo", clerk.makes("memo", sent))
    assert (read["size"], read["days"], read["amount"], read["twice"]) == ("1.50", 3, "12.30", "24.60")
    assert (read["shade"], read["shades"], read["due"]) == ("other", ["recall", "slow"], "2026-05-01")
    assert datetime.fromisoformat(read["when"]) == datetime.fromisoformat("2026-05-01T02:00:00+00:00")
    assert (read["friend"]["code"], read["unit"]["code"], read["item"]["code"]) == ("mgr1", "EAST", item)
    assert (read["body"], read["urgent"], read["why"], read["code"]) == ("two\nlines", True, "fire", code)
    assert read["sign"]["typed"] == "Chen Jing"


def test_a_reference_is_read_as_id_code_and_title(house: House) -> None:
    clerk = house.be("clerk1")
    assert set(clerk.reads("memo", clerk.makes("memo", memo()))["store"]) == {"id", "code", "title"}
    assert clerk.reads("memo", clerk.makes("memo", memo()))["store"]["title"] == "Riverside"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 12.5),
        ("amount", "NaN"),
        ("amount", "Infinity"),
        ("amount", "1e3"),
        ("amount", "-1"),
        ("amount", "1.005"),
        ("days", "3"),
        ("days", True),
        ("days", 1.0),
        ("size", "1.234"),
        ("due", "2026-02-30"),
        ("due", 20260201),
        ("when", "2026-05-01T10:00:00"),
        ("shade", "purple"),
        ("shades", ["other", "purple"]),
        ("shades", "other"),
        ("urgent", "yes"),
        ("friend", {"code": "nobody"}),
        ("unit", {"code": "NOWHERE"}),
        ("item", "not-an-id"),
        ("paper", "0190a6f0-0000-7000-8000-000000000001"),
        ("link", "javascript:alert(1)"),
        ("sign", "no signature"),
        ("note", 5),
        ("note", "a\x00b"),
        ("lines", {"word": "a"}),
    ],
)
def test_what_does_not_fit_its_type_is_refused_at_its_path(house: House, field: str, value: object) -> None:
    reply = house.be("clerk1").send("POST", "records/memo", {"values": memo(**{field: value})})
    assert (reply.status, reply.body["kind"]) == (422, "invalid")
    assert [path for path, _code in reply.errors if path.startswith(f"/values/{field}")]


def test_every_fault_is_told_at_once_with_its_row(house: House) -> None:
    row = str(uuid.uuid4())
    sent = memo(days="x", amount=1, lines=[{"word": "a"}, {"row": row, "word": 7, "worth": "-1"}])
    reply = house.be("clerk1").send("POST", "records/memo", {"values": sent})
    paths = [path for path, _ in reply.errors]
    assert set(paths) == {"/values/days", "/values/amount", "/values/lines/1/word", "/values/lines/1/worth"}
    assert {each.get("row") for each in reply.body["errors"] if "/lines/" in each["path"]} == {row}


def test_hidden_and_unknown_fields_are_refused_with_the_same_bytes(house: House) -> None:
    finder = house.be("clerk2")
    hidden = finder.send("POST", "records/transfer", {"values": {"total": "1"}})
    unknown = finder.send("POST", "records/transfer", {"values": {"totel": "1"}})
    assert hidden.status == unknown.status == 422
    assert hidden.raw == unknown.raw.replace(b"totel", b"total")
    assert hidden.code == "unknown_field"


def test_what_is_computed_or_kept_by_the_engine_is_not_writable(house: House) -> None:
    clerk = house.be("clerk1")
    for name in ("twice", "price"):
        reply = clerk.send("POST", "records/memo", {"values": memo(**{name: "1"})})
        assert (reply.status, reply.errors) == (403, [(f"/values/{name}", "not_writable")])
    for name in ("state", "number"):
        reply = clerk.send("POST", "records/memo", {"values": memo(**{name: "done"})})
        assert (reply.status, reply.code) == (403, "not_writable")


def test_unknown_words_in_the_body_are_refused(house: House) -> None:
    reply = house.be("clerk1").send("POST", "records/memo", {"values": memo(), "force": True})
    assert (reply.status, reply.errors) == (422, [("/force", "unknown_field")])
    for body in ([], "x", 5):
        assert house.be("clerk1").send("POST", "records/memo", body).status == 422
    assert house.be("clerk1").send("POST", "records/memo", {"values": []}).errors == [("/values", "not_an_object")]


def test_for_another_store_nobody_makes_records(house: House) -> None:
    reply = house.be("clerk1").send("POST", "records/memo", {"values": memo(store={"code": "S02"})})
    assert (reply.status, reply.body["kind"]) == (403, "right")


def test_a_form_that_is_not_ones_own_is_not_there(house: House) -> None:
    hidden = house.be("sec1").send("POST", "records/memo", {"values": memo()})
    nothing = house.be("sec1").send("POST", "records/mema", {"values": memo()})
    assert hidden.status == nothing.status == 404
    assert hidden.raw == nothing.raw
    seen = house.be("mgr1").send("POST", "records/memo", {"values": memo()})
    assert (seen.status, seen.body["kind"]) == (403, "right")


def test_a_field_that_is_not_visible_is_emptied(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", memo(urgent=False, why="because"))
    assert clerk.reads("memo", record)["why"] is None
    assert clerk.edits("memo", record, {"urgent": True, "why": "fire"}).status == 200
    assert clerk.reads("memo", record)["why"] == "fire"
    assert clerk.edits("memo", record, {"urgent": False}).status == 200
    assert clerk.reads("memo", record)["why"] is None
    changed = clerk.history("memo", record)[-1]["changes"]
    assert {"path": "/why", "old": "fire", "new": None} in changed


def test_what_is_required_is_asked_at_the_action_not_while_typing(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"urgent": True})
    refused = clerk.acts("memo", record, "hand_in")
    assert (refused.status, set(refused.errors)) == (
        422,
        {("/values/note", "required"), ("/values/why", "required")},
    )
    assert clerk.state("memo", record) == "draft"
    assert clerk.takes("memo", record, "hand_in", {"note": "a", "why": "b"}) == "open"


def test_at_most_is_not_asked_of_an_empty_field(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", memo(most=8))
    assert clerk.takes("memo", record, "hand_in") == "open"
    other = clerk.makes("memo", memo(taken=9, most=8))
    refused = clerk.acts("memo", other, "hand_in")
    assert (refused.body["kind"], refused.status) == ("rule", 409)
    assert refused.errors == [("/values/taken", "at_most")]


def test_a_rule_of_the_form_speaks_in_its_own_words(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", memo(days=13))
    refused = clerk.acts("memo", record, "hand_in")
    assert (refused.status, refused.body["kind"]) == (422, "invalid")
    assert [(each["path"], each["message"]) for each in refused.body["errors"]] == [("/values/days", "Not thirteen.")]


def test_a_unique_text_is_taken_once(house: House) -> None:
    clerk, code = house.be("clerk1"), uuid.uuid4().hex
    clerk.makes("memo", memo(code=code))
    again = house.be("clerk2").send("POST", "records/memo", {"values": memo(code=code)})
    assert again.status in (409, 422)
    assert again.errors[0][0].endswith("/code")
    assert clerk.makes("memo", memo(code=None))


def test_two_rows_alike_are_refused_when_they_must_differ(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", memo(lines=[{"word": "a"}, {"word": "a"}]))
    refused = clerk.acts("memo", record, "hand_in")
    assert (refused.status, refused.body["kind"]) == (422, "invalid")
    assert refused.errors[0][0].startswith("/values/lines/1")


def test_creating_and_submitting_is_one_thing(house: House) -> None:
    clerk, record = house.be("clerk1"), str(uuid.uuid4())
    refused = clerk.send("POST", "records/memo", {"id": record, "values": {"urgent": True}, "action": "hand_in"})
    assert refused.status == 422
    assert clerk.send("GET", f"records/memo/{record}").status == 404
    done = clerk.send("POST", "records/memo", {"id": record, "values": memo(), "action": "hand_in", "comment": "look"})
    assert (done.status, done.body["state"], done.body["revision"]) == (201, "open", 1)
    assert [(each["action"], each["comment"]) for each in clerk.history("memo", record)] == [
        ("create", None),
        ("hand_in", "look"),
    ]


def test_a_refused_creation_uses_up_no_number(house: House) -> None:
    clerk = house.be("clerk1")
    before = int(clerk.get(f"records/memo/{clerk.makes('memo', memo())}")["number"][-3:])
    for _ in range(3):
        assert clerk.send("POST", "records/memo", {"values": {"urgent": True}, "action": "hand_in"}).status == 422
    assert int(clerk.get(f"records/memo/{clerk.makes('memo', memo())}")["number"][-3:]) == before + 1


def test_defaults_follow_until_somebody_writes(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", memo(amount="5", lines=[{"word": "a"}, {"word": "b", "worth": "1"}]))
    assert [each["worth"] for each in clerk.reads("memo", record)["lines"]] == ["5.00", "1.00"]
    clerk.edits("memo", record, {"amount": "6"})
    assert [each["worth"] for each in clerk.reads("memo", record)["lines"]] == ["6.00", "1.00"]


def test_a_master_must_be_whole_when_it_is_made(house: House) -> None:
    buyer = house.be("buyA")
    refused = buyer.send("POST", "records/item", {"values": {"code": uuid.uuid4().hex.upper()}})
    assert (refused.status, refused.body["kind"]) == (422, "invalid")
    assert ("/values/name", "required") in refused.errors

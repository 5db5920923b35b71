"""Every verb, refused: status, kind, located code and words in both languages; and that nothing was left behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.operations.house import Desk, House

NOBODY = "00000000-0000-4000-8000-000000000000"
ANSWER = {"form", "id", "number", "state", "revision", "version", "seq"}


@pytest.fixture(scope="module")
def ids(house: House) -> dict[str, str]:
    """Records to be refused at: an open memo, a draft, a duel in approval with its task, and one of another store."""
    clerk = house.be("clerk1")
    found = {
        "draft": clerk.makes("memo", {"note": "a", "amount": "5"}),
        "open": clerk.makes("memo", {"note": "a", "amount": "5"}, "hand_in"),
        "duel": clerk.makes("duel", {"amount": "50"}, "hand_in"),
        "other": house.be("clerk2").makes("memo", {"note": "b"}),
        "nobody": NOBODY,
    }
    return {**found, "task": clerk.get(f"records/duel/{found['duel']}")["tasks"][0]["id"]}


def chinese(words: str) -> bool:
    """Whether words are Chinese."""
    return any("\u4e00" <= each <= "\u9fff" for each in words)


DRAFT, ACT, END = "records/memo/{draft}", "records/memo/{draft}/actions/hand_in", "records/memo/{open}/actions/finish"
MEMO, BULK = "records/memo", "records/memo/actions/hand_in"
INVALID, GONE, RIGHT = (422, "invalid"), (404, "not_found"), (403, "right")
UNSEEN, STALE, LATE, METHOD = (428, "conflict"), (412, "conflict"), (409, "conflict"), (405, "invalid")
UNKNOWN, KEPT, COUNT, OBJECT = "unknown_field", "not_writable", "not_a_number", "not_an_object"
ODD, SECRET = {"values": {"note": "a", "days": 13}, "action": "hand_in"}, {"password": "long enough words"}
LONG, ASKED = {"comment": "a" * 4001}, {"asks": {"word": "a", "no": 1}}

CASES: list[tuple[str, str, str, Any, int | str | None, tuple[int, str], str, str]] = [
    # who, method, path, body, revision -> status, kind, path of the fault, code
    ("clerk1", "POST", MEMO, {"values": []}, None, INVALID, "/values", OBJECT),
    ("clerk1", "POST", MEMO, [], None, INVALID, "", OBJECT),
    ("clerk1", "POST", MEMO, "x", None, INVALID, "", OBJECT),
    ("clerk1", "POST", MEMO, {"vales": {}}, None, INVALID, "/vales", UNKNOWN),
    ("clerk1", "POST", MEMO, {"values": {"no": 1}}, None, INVALID, "/values/no", UNKNOWN),
    ("clerk1", "POST", MEMO, {"id": "X"}, None, INVALID, "/id", "bad_id"),
    ("clerk1", "POST", MEMO, {"id": NOBODY.upper().replace("0", "A")}, None, INVALID, "/id", "bad_id"),
    ("clerk1", "POST", MEMO, {"id": 7}, None, INVALID, "/id", "bad_id"),
    ("clerk1", "POST", MEMO, {"values": {}, "action": ""}, None, INVALID, "/action", "not_text"),
    ("clerk1", "POST", MEMO, {"values": {}, "action": 1}, None, INVALID, "/action", "not_text"),
    ("clerk1", "POST", MEMO, {"values": {"state": "open"}}, None, RIGHT, "/values/state", KEPT),
    ("clerk1", "POST", MEMO, {"values": {"number": "1"}}, None, RIGHT, "/values/number", KEPT),
    ("clerk1", "POST", MEMO, {"values": {"twice": "1"}}, None, RIGHT, "/values/twice", KEPT),
    ("clerk1", "POST", "records/nothing", {"values": {}}, None, GONE, "", GONE[1]),
    ("sec1", "POST", MEMO, {"values": {}}, None, GONE, "", GONE[1]),
    ("aud", "POST", MEMO, {"values": {"note": "a"}}, None, RIGHT, "", "not_yours"),
    ("clerk1", "PATCH", DRAFT, {"note": "b"}, None, UNSEEN, "", "no_revision"),
    ("clerk1", "PATCH", DRAFT, {"note": "b"}, 9, STALE, "", "stale"),
    ("clerk1", "PATCH", DRAFT, {"note": "b"}, "*", STALE, "", "stale"),
    ("clerk1", "PATCH", DRAFT, {"note": "b"}, 'W/"1"', STALE, "", "stale"),
    ("clerk1", "POST", MEMO, ODD, None, INVALID, "/values/days", "not_odd"),
    ("clerk1", "PATCH", DRAFT, {"days": True}, 1, INVALID, "/days", "type"),
    ("clerk1", "PATCH", DRAFT, {"nowhere": 1}, 1, INVALID, "/nowhere", UNKNOWN),
    ("clerk1", "PATCH", DRAFT, {"revision": 4}, 1, RIGHT, "/revision", KEPT),
    ("clerk1", "PATCH", DRAFT, [1], 1, INVALID, "", OBJECT),
    ("clerk1", "PATCH", "records/memo/{other}", {"note": "b"}, 1, GONE, "", GONE[1]),
    ("clerk1", "PATCH", "records/memo/{nobody}", {"note": "b"}, 1, GONE, "", GONE[1]),
    ("clerk1", "PATCH", "records/duel/{draft}", {"note": "b"}, 1, GONE, "", GONE[1]),
    ("aud", "PATCH", DRAFT, {"note": "b"}, 1, RIGHT, "/note", KEPT),
    ("aud", "PATCH", DRAFT, {}, 1, RIGHT, "", "not_yours"),
    ("clerk1", "DELETE", DRAFT, None, 7, STALE, "", "stale"),
    ("clerk1", "DELETE", "records/memo/{other}", None, 1, GONE, "", GONE[1]),
    ("aud", "DELETE", DRAFT, None, 1, RIGHT, "", "not_yours"),
    ("clerk1", "POST", "records/memo/{draft}/actions/fly", {}, None, GONE, "", GONE[1]),
    ("clerk1", "POST", "records/memo/{draft}/actions/expire", {}, None, RIGHT, "", "not_yours"),
    ("clerk1", "POST", "records/memo/{draft}/actions/finish", {}, None, RIGHT, "", "not_yours"),
    ("clerk1", "POST", "records/memo/{open}/actions/hand_in", {}, None, LATE, "", "not_in_state"),
    ("clerk1", "POST", ACT, {"revision": 5}, None, STALE, "", "stale"),
    ("clerk1", "POST", ACT, {}, 5, STALE, "", "stale"),
    ("clerk1", "POST", ACT, {"x": 1}, None, INVALID, "/x", UNKNOWN),
    ("clerk1", "POST", ACT, {"revision": "1"}, None, INVALID, "/revision", COUNT),
    ("clerk1", "POST", ACT, {"revision": True}, None, INVALID, "/revision", COUNT),
    ("clerk1", "POST", ACT, {"comment": 3}, None, INVALID, "/comment", "bad_text"),
    ("clerk1", "POST", ACT, {"comment": "a\x00"}, None, INVALID, "/comment", "bad_text"),
    ("clerk1", "POST", ACT, LONG, None, INVALID, "/comment", "bad_text"),
    ("clerk1", "POST", ACT, {"values": "x"}, None, INVALID, "/values", OBJECT),
    ("mgr1", "POST", END, {}, None, INVALID, "/asks/word", "required"),
    ("mgr1", "POST", END, {"asks": {"word": 1}}, None, INVALID, "/asks/word", "type"),
    ("mgr1", "POST", END, ASKED, None, INVALID, "/asks/no", UNKNOWN),
    ("mgr1", "POST", END, {"asks": []}, None, INVALID, "/asks", OBJECT),
    ("clerk1b", "POST", "tasks/{task}/fly", {}, None, GONE, "", GONE[1]),
    ("clerk1b", "POST", "tasks/{nobody}/approve", {}, None, GONE, "", GONE[1]),
    ("clerk2", "POST", "tasks/{task}/approve", {}, None, GONE, "", GONE[1]),
    ("aud", "POST", "tasks/{task}/approve", {}, None, RIGHT, "", "not_yours"),
    ("clerk1b", "POST", "tasks/{task}/comment", {}, None, INVALID, "/comment", "required"),
    ("clerk1b", "POST", "tasks/{task}/comment", {"comment": " \x07"}, None, INVALID, "/comment", "bad_text"),
    ("clerk1b", "POST", "tasks/{task}/comment", {"words": "a"}, None, INVALID, "/words", UNKNOWN),
    ("clerk1b", "POST", "tasks/actions/return", {"ids": []}, None, GONE, "", GONE[1]),
    ("clerk1b", "POST", "tasks/actions/approve", {"ids": "x"}, None, INVALID, "/ids", "not_a_list"),
    ("clerk1b", "POST", "tasks/actions/approve", {"ids": [1]}, None, INVALID, "/ids", "not_a_list"),
    ("clerk1", "POST", BULK, {}, None, INVALID, "/ids", "not_a_list"),
    ("clerk1", "POST", BULK, {"ids": [], "x": 1}, None, INVALID, "/x", UNKNOWN),
    ("clerk1", "GET", "records/memo/{draft}/history/more", None, None, GONE, "", GONE[1]),
    ("clerk1", "GET", "tasks/{nobody}", None, None, GONE, "", GONE[1]),
    ("clerk1", "PATCH", "notices/{nobody}", {}, None, GONE, "", GONE[1]),
    ("clerk1", "PUT", "me/substitute", {}, None, INVALID, "/person", "not_text"),
    ("clerk1", "PUT", "me/substitute", {"person": NOBODY}, None, INVALID, "/person", "unknown_person"),
    ("clerk1", "PUT", "me/password", {}, None, INVALID, "/password", "not_text"),
    ("clerk1", "POST", "people/{nobody}/password", SECRET, None, GONE, "", GONE[1]),
    ("clerk1", "POST", "keys", {}, None, INVALID, "/name", "not_text"),
    ("clerk1", "DELETE", "keys/{nobody}", None, None, GONE, "", GONE[1]),
    ("clerk1", "POST", "verify", {}, None, GONE, "", GONE[1]),
    ("clerk1", "POST", "definitions/check", {"texts": []}, None, RIGHT, "", "not_yours"),
    ("adm", "POST", "definitions/rollback", {"version": 0}, None, GONE, "", GONE[1]),
    ("adm", "POST", "definitions/rollback", {"version": 10**9}, None, GONE, "", GONE[1]),
    ("adm", "POST", "definitions/rollback", {"version": True}, None, INVALID, "/version", COUNT),
    ("adm", "POST", "definitions/publish", {"texts": {}}, None, INVALID, "/texts", "not_a_list"),
    ("clerk1", "PUT", "clock", {"now": "2030-01-01T00:00:00Z"}, None, GONE, "", GONE[1]),
    ("clerk1", "POST", "me", {}, None, METHOD, "", "bad_method"),
    ("clerk1", "PUT", DRAFT, {}, None, METHOD, "", "bad_method"),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case[0]} {case[1]} {case[2]} {case[7]} {str(case[3])[:40]!a}"
)
def test_what_is_refused_is_refused_where_and_why_and_leaves_nothing(
    house: House, ids: dict[str, str], case: tuple[Any, ...]
) -> None:
    account, method, template, body, revision, (status, kind), where, code = case
    path = template.format(**ids)
    before = seen(house, ids)
    for language in ("en", "zh"):
        desk = Desk(house, house.be(account).actor, language)
        reply = desk.send(method, path, body, if_match=revision)
        assert (reply.status, reply.body["kind"]) == (status, kind), reply.body
        assert reply.body["status"] == status
        assert (where, code) in reply.errors
        for words in (reply.body["title"], reply.body["detail"], *(each["message"] for each in reply.body["errors"])):
            assert chinese(words) is (language == "zh"), words
    assert seen(house, ids) == before


def seen(house: House, ids: dict[str, str]) -> list[Any]:
    """What the records that are refused at look like."""
    aud = house.be("aud")
    read = [aud.get(f"records/memo/{ids[each]}") for each in ("draft", "open", "other")]
    return [*read, len(house.be("clerk1").history("duel", ids["duel"]))]


# -- and what goes well answers the small answer ----------------------------------------------------------------------


def writes(house: House) -> Iterator[tuple[str, int, Any]]:
    """Every kind of write on a record, with its status."""
    clerk, second = house.be("clerk1"), house.be("clerk1b")
    record = str(uuid.uuid4())
    yield "create", 201, clerk.send("POST", "records/duel", {"id": record, "values": {"amount": "50"}})
    yield "patch", 200, clerk.send("PATCH", f"records/duel/{record}", {"title": "x"}, if_match=1)
    yield "action", 200, clerk.acts("duel", record, "hand_in")
    task = second.tasks("duel", record)[0]["id"]
    yield "comment", 200, second.send("POST", f"tasks/{task}/comment", {"comment": "hm"})
    yield "approve", 200, second.send("POST", f"tasks/{task}/approve", {})
    other = clerk.makes("duel", {"amount": "1"})
    yield "discard", 200, clerk.send("DELETE", f"records/duel/{other}", if_match=1)
    made = {"values": {"amount": "50"}, "action": "hand_in", "comment": "at once"}
    yield "create and act", 201, clerk.send("POST", "records/duel", made)


def test_every_write_answers_the_same_seven_things(house: House) -> None:
    seqs = []
    for name, status, reply in writes(house):
        assert reply.status == status, (name, reply.body)
        assert set(reply.body) == ANSWER, name
        assert reply.body["form"] == "duel"
        assert uuid.UUID(reply.body["id"])
        seqs.append(reply.body["seq"])
    assert seqs == sorted(set(seqs)), "one order for all, and everyone has his own place in it"


@pytest.mark.parametrize("comment", ["", "好", "a" * 4000, "two\nlines\tand a tab"])
def test_a_comment_is_kept_as_it_was_written(house: House, comment: str) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"note": "a"})
    clerk.takes("memo", record, "hand_in", comment=comment)
    assert clerk.history("memo", record)[-1]["comment"] == comment


@pytest.mark.parametrize("count", [0, 1, 3])
def test_many_are_answered_one_by_one_in_their_order(house: House, count: int) -> None:
    clerk = house.be("clerk1")
    made = [clerk.makes("memo", {"note": "a"}) for _ in range(count)]
    late = clerk.makes("memo", {"note": "a"}, "hand_in")
    reply = clerk.send("POST", "records/memo/actions/hand_in", {"ids": [*made, NOBODY, late, *made]})
    assert reply.status == 200
    assert [each["id"] for each in reply.body] == [*made, NOBODY, late]
    assert [each["status"] for each in reply.body] == [*[200] * count, 404, 409]
    assert all(clerk.state("memo", each) == "open" for each in made)


def test_the_same_bulk_under_the_same_key_is_answered_alike_for_ever(house: House) -> None:
    clerk = house.be("clerk1")
    made = [clerk.makes("memo", {"note": "a"}) for _ in range(2)]
    for key in (uuid.uuid4().hex, "k" * 200):
        first = clerk.send("POST", "records/memo/actions/hand_in", {"ids": made}, key=key)
        again = clerk.send("POST", "records/memo/actions/hand_in", {"ids": made}, key=key)
        assert first.raw == again.raw
    fresh = [clerk.makes("memo", {"note": "a"})]
    other = clerk.send("POST", "records/memo/actions/hand_in", {"ids": fresh}, key="k" * 200)
    assert [each["status"] for each in other.body] == [200]


@pytest.mark.parametrize("grants", [(("memo", "see"),), (("memo", "create"), ("duel", "edit")), (), (("duel", "*"),)])
def test_a_key_that_may_not_edit_changes_and_discards_nothing(
    house: House, grants: tuple[tuple[str, str], ...]
) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a"})
    machine, path = house.be("clerk1", grants=grants), f"records/memo/{record}"
    sees = ("memo", "see") in grants
    for reply in (machine.send("PATCH", path, {"note": "b"}, if_match=1), machine.send("DELETE", path, if_match=1)):
        assert (reply.status, reply.body["kind"]) == ((403, "right") if sees else (404, "not_found"))
    assert house.be("clerk1").get(path)["revision"] == 1
    able = house.be("clerk1", grants=(("memo", "see"), ("memo", "edit")))
    assert able.send("PATCH", path, {"note": "b"}, if_match=1).status == 200
    assert able.send("DELETE", path, if_match=2).status == 200


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "records/memo", "previev"),
        ("POST", "records/memo/{id}/actions/hand_in", "previev"),
        ("POST", "tasks/{id}/approve", "preview"),
        ("POST", "tasks/actions/approve", "preview"),
        ("PATCH", "records/memo/{id}", "dry"),
        ("DELETE", "records/memo/{id}", "preview"),
        ("PUT", "me/substitute", "x"),
        ("POST", "batch", "preview"),
    ],
)
def test_a_writing_command_refuses_a_parameter_that_it_does_not_know(
    house: House, method: str, path: str, name: str
) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"note": "n"})
    refused = clerk.send(method, path.format(id=record), {}, **{name: "true"})
    assert (refused.status, refused.errors) == (422, [(f"/{name}", "unknown_parameter")])
    assert clerk.send("GET", f"records/memo/{record}").body["revision"] == 1


def test_who_may_not_create_does_not_learn_which_ids_are_taken(house: House) -> None:
    taken = house.be("clerk1").makes("memo", {"note": "n"})
    auditor = house.be("aud")
    replies = [
        auditor.send("POST", "records/memo", {"id": record, "values": {"note": "n"}})
        for record in (taken, str(uuid.uuid4()))
    ]
    assert replies[0].raw == replies[1].raw
    assert replies[0].status == 403

"""Keys, passwords, substitutes and periods at their edges: the last moment that counts, and the first that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.clock import to_stored
from engine.errors import Refusal
from engine.ledger import Book, LedgerPlace, Movement, Posting, chart, periods
from engine.operations import signing
from tests.operations.house import Desk, House

PASSWORD = "correct horse battery"


def opened(house: House, key: str) -> bool:
    """Whether a key opens anything now."""
    return signing.identify(house.services, key) is not None


# -- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        ([], ()),
        ([["memo", "see"]], (("memo", "see"),)),
        (["memo:see", "memo:edit"], (("memo", "see"), ("memo", "edit"))),
        ({"memo": ["see", "edit"]}, (("memo", "see"), ("memo", "edit"))),
        ({"memo": "see"}, (("memo", "see"),)),
        ({"*": ["*"]}, (("*", "*"),)),
        ([["memo", "see"], "duel:see"], (("memo", "see"), ("duel", "see"))),
    ],
)
def test_grants_are_written_in_three_ways_and_kept_in_one(house: House, sent: Any, kept: Any) -> None:
    made = house.be("clerk1").does("POST", "keys", {"name": "x", "grants": sent})
    actor = house.doors.identify(made["key"])
    assert actor is not None
    assert actor.grants == kept


@pytest.mark.parametrize(
    "sent", ["memo:see", 1, True, [1], [["memo"]], [["memo", 1]], ["memo"], {"memo": 1}, [[]], [None]]
)
def test_grants_that_are_none_are_refused_at_their_place(house: House, sent: Any) -> None:
    reply = house.be("clerk1").send("POST", "keys", {"name": "x", "grants": sent})
    assert (reply.status, reply.errors) == (422, [("/grants", "bad_grants")])


@pytest.mark.parametrize(
    ("grants", "seen"),
    [
        (None, (200, 200, 200, 200)),
        ((), (404, 404, 200, 403)),
        ((("memo", "see"),), (200, 404, 200, 403)),
        ((("memo", "*"),), (200, 404, 200, 403)),
        ((("*", "see"),), (200, 200, 200, 403)),
        ((("*", "*"),), (200, 200, 200, 200)),
        ((("stock", "see"),), (404, 404, 200, 403)),
    ],
)
def test_a_key_sees_what_it_was_granted_and_no_more(house: House, grants: Any, seen: tuple[int, ...]) -> None:
    machine = house.be("clerk1", grants=grants)
    found = [machine.send("GET", path).status for path in ("records/memo", "records/duel", "me", "keys")]
    if grants is None:
        found[3] = house.be("clerk1").send("GET", "keys").status
    assert tuple(found[:3]) == seen[:3]
    stock = machine.get("stock", limit="5")["items"]
    assert bool(stock) is (
        grants is None or ("stock", "see") in grants or ("*", "see") in grants or ("*", "*") in grants
    )


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("keys", "GET", None),
        ("keys", "POST", {"name": "more"}),
        ("me/substitute", "PUT", {"person": "x", "from": "2026-01-01", "until": "2026-01-02"}),
        ("me/substitute", "DELETE", None),
        ("me/password", "PUT", {"old": PASSWORD, "password": "another long secret"}),
    ],
)
def test_a_limited_key_never_acts_as_its_person_in_what_is_his_alone(
    house: House, path: str, method: str, body: Any
) -> None:
    machine = house.be("clerk1", grants=(("*", "*"),))
    reply = machine.send(method, path, body)
    assert (reply.status, reply.body["kind"]) == (403, "right")
    assert reply.code in ("key_is_limited", "key_makes_key")


def test_a_key_opens_until_its_last_moment_and_not_after_it(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    now = datetime.fromisoformat(own_house.be("adm").get("clock")["now"])
    own_house.be("adm").does("PUT", "clock", {"now": (now + timedelta(minutes=1)).isoformat()})
    ends = now + timedelta(hours=1)
    made = clerk.does("POST", "keys", {"name": "x", "expires": ends.isoformat()})
    own_house.be("adm").does("PUT", "clock", {"now": (ends - timedelta(microseconds=1)).isoformat()})
    assert opened(own_house, made["key"])
    assert [each["id"] for each in clerk.get("keys")["items"]] == [made["id"]]
    own_house.be("adm").does("PUT", "clock", {"now": ends.isoformat()})
    assert not opened(own_house, made["key"])
    assert clerk.get("keys")["items"] == []


@pytest.mark.parametrize(
    "expires",
    ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z", "2099-02-28T12:00:00+14:00", "2040-01-01T00:00:00Z"],
)
def test_a_key_for_a_very_long_time_opens_today(house: House, expires: str) -> None:
    made = house.be("clerk1").send("POST", "keys", {"name": "x", "expires": expires})
    if made.status == 201:
        assert opened(house, made.body["key"])
        assert house.be("clerk1").get("keys")["items"][-1]["id"] == made.body["id"]
    else:
        assert made.errors == [("/expires", "bad_moment")]
    assert (made.status == 201) is (not expires.endswith("-14:00"))


@pytest.mark.parametrize(
    "expires", ["2026-01-01", "2099-01-01T00:00:00", "2026-02-30T00:00:00Z", "soon", 1, "", [], "10000-01-01T00:00:00Z"]
)
def test_a_moment_that_is_none_is_refused(house: House, expires: Any) -> None:
    reply = house.be("clerk1").send("POST", "keys", {"name": "x", "expires": expires})
    assert (reply.status, reply.errors) == (422, [("/expires", "bad_moment")])


def test_a_long_name_of_a_key_is_cut_and_a_key_is_told_by_its_beginning(house: House) -> None:
    clerk = house.be("clerk2")
    made = clerk.does("POST", "keys", {"name": "n" * 300})
    listed = next(each for each in clerk.get("keys")["items"] if each["id"] == made["id"])
    assert listed["name"] == "n" * 100
    assert made["key"].startswith(listed["prefix"])
    assert set(listed) == {"id", "name", "prefix", "grants", "created", "expires"}
    assert made["id"] not in {each["id"] for each in house.be("clerk1").get("keys")["items"]}


# -- passwords -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "status", "code"),
    [
        ("short", 422, "too_short"),
        ("", 422, "not_text"),
        (None, 422, "not_text"),
        (12345678901234, 422, "not_text"),
        ("a\x00 long enough password", 422, None),
        ("x" * 2000, 422, None),
        ("一二三四五六七八九十十一", 200, None),
        ("another long secret", 200, None),
    ],
)
def test_a_new_password_is_words_that_can_be_typed(
    own_house: House, password: Any, status: int, code: str | None
) -> None:
    clerk = own_house.be("clerk1")
    reply = clerk.send("PUT", "me/password", {"old": PASSWORD, "password": password})
    assert reply.status == status
    if status == 422:
        assert reply.errors[0][0] == "/password"
        assert code in (None, reply.code) or reply.code.startswith("password")
        assert signing.sign_in(own_house.services, "clerk1", PASSWORD).token
        return
    with pytest.raises(Refusal) as refused:
        signing.sign_in(own_house.services, "clerk1", PASSWORD)
    assert refused.value.status == 401
    assert signing.sign_in(own_house.services, "clerk1", password).token


def test_a_password_that_another_set_must_be_changed(own_house: House) -> None:
    clerk, adm = own_house.be("clerk2"), own_house.be("adm")
    before = signing.sign_in(own_house.services, "clerk2", PASSWORD)
    assert before.must_change is False
    adm.does("POST", f"people/{clerk.person}/password", {"password": "given by somebody"})
    assert signing.identify(own_house.services, before.token) is None
    after = signing.sign_in(own_house.services, "clerk2", "given by somebody")
    assert after.must_change is True
    clerk.does("PUT", "me/password", {"old": "given by somebody", "password": "my own long secret"})
    assert signing.sign_in(own_house.services, "clerk2", "my own long secret").must_change is False
    assert own_house.be("mgr1").send("POST", f"people/{clerk.person}/password", {"password": "x" * 20}).status == 403


# -- substitutes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"from": "2026-01-01", "until": "2026-01-02"}, "/person", "not_text"),
        ({"person": "{other}", "until": "2026-01-02"}, "/from", "not_text"),
        ({"person": "{other}", "from": "2026-01-01"}, "/until", "not_text"),
        ({"person": "{other}", "from": "2026-13-01", "until": "2026-12-02"}, "/from", "bad_date"),
        ({"person": "{other}", "from": "2026-01-01", "until": "tomorrow"}, "/until", "bad_date"),
        ({"person": "{other}", "from": "2026-01-02", "until": "2026-01-01"}, "/until", "order"),
        ({"person": "{me}", "from": "2026-01-01", "until": "2026-01-02"}, "/person", "oneself"),
        ({"person": "{other}", "from": "2026-01-01", "until": "2026-01-02", "forms": "memo"}, "/forms", "not_a_list"),
        ({"person": "{other}", "from": "2026-01-01", "until": "2026-01-02", "role": "x"}, "/role", "unknown_field"),
        (
            {"person": "{other}", "from": "2026-01-01", "until": "2026-01-02", "forms": ["transfer", "nosuch"]},
            "/forms/1",
            "unknown_form",
        ),
        (
            {"person": "{other}", "from": "2026-01-01", "until": "2026-01-02", "forms": ["opening"]},
            "/forms/0",
            "unknown_form",
        ),
    ],
)
def test_a_substitute_that_cannot_be_is_refused_where_it_is_wrong(
    house: House, body: dict[str, Any], where: str, code: str
) -> None:
    clerk, other = house.be("clerk3"), house.be("clerk4")
    told = {"{other}": other.person, "{me}": clerk.person}
    sent = {name: told.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    reply = clerk.send("PUT", "me/substitute", sent)
    assert (reply.status, reply.errors) == (422, [(where, code)])
    assert clerk.get("me/substitute")["items"] == []


def test_a_substitute_is_named_from_the_first_day_to_the_last(own_house: House) -> None:
    manager, stand_in, adm = own_house.be("mgr1"), own_house.be("mgr2"), own_house.be("adm")
    today = own_house.today()
    first, last = today + timedelta(days=2), today + timedelta(days=4)
    days = {"from": first.isoformat(), "until": last.isoformat()}
    manager.does("PUT", "me/substitute", {"person": stand_in.person, **days, "forms": ["transfer"]})
    named: list[list[Any]] = []
    acting: list[list[Any]] = []
    for day in range(1, 7):
        noon = datetime.combine(today + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=4)
        adm.does("PUT", "clock", {"now": noon.isoformat()})
        named.append([(each["person"], each["forms"]) for each in manager.get("me/substitute")["items"]])
        acting.append([(each["person"]["id"], each["until"]) for each in stand_in.get("me")["acting_for"]])
    one, other = [(stand_in.person, ("transfer",))], [(manager.person, last.isoformat())]
    assert named == [one, one, one, one, [], []], "one who is named for later is shown at once"
    assert acting == [[], other, other, other, [], []], "and acts from his first day to his last"
    assert stand_in.get("me/substitute")["items"] == []
    assert manager.get("me")["acting_for"] == []


def test_a_substitute_for_later_is_taken_back_too(own_house: House) -> None:
    manager, stand_in = own_house.be("mgr1"), own_house.be("mgr2")
    manager.does("PUT", "me/substitute", {"person": stand_in.person, "from": "2099-01-01", "until": "2099-01-02"})
    assert [each["who"]["code"] for each in manager.get("me/substitute")["items"]] == ["mgr2"]
    stand_in.does("DELETE", "me/substitute")
    assert len(manager.get("me/substitute")["items"]) == 1, "nobody takes back what another has named"
    manager.does("DELETE", "me/substitute")
    assert manager.get("me/substitute")["items"] == []


# -- periods ---------------------------------------------------------------------------------------------------------


def test_the_books_are_closed_up_to_a_moment_and_open_from_it_on(own_house: House) -> None:
    until = datetime(2026, 1, 1, tzinfo=UTC)
    database = own_house.services.database
    database.transaction(lambda connection: chart.register_item(connection, "thing", "piece", 0))
    own_house.be("cfo").does("POST", "periods", {"until": "2026-01-01T08:00:00+08:00"})
    assert own_house.be("cfo").get("periods") == {"until": "2026-01-01T00:00:00Z"}

    def post(happened: datetime, key: str) -> str | None:
        moves = (
            Movement(
                key, "thing", Decimal(1), LedgerPlace("out", "out", "allowed"), LedgerPlace("in", "in", "forbidden")
            ),
        )
        posting = Posting("source", key, happened, happened, "test", 1, "somebody", moves=moves)
        try:
            database.transaction(lambda connection: Book(connection).post(posting))
        except Refusal as refusal:
            return refusal.code
        return None

    assert post(until - timedelta(microseconds=1), "a") == "period_closed"
    assert post(until, "b") is None
    assert post(until + timedelta(microseconds=1), "c") is None
    later = until + timedelta(days=1)
    own_house.be("cfo").does("POST", "periods", {"until": later.isoformat()})
    assert post(until, "d") == "period_closed"
    with database.reading() as connection:
        assert periods.closed_until(connection) == later
        assert periods.closed_until(connection, "somewhere") is None
        assert to_stored(later) > to_stored(until)


def test_closing_says_no_in_both_languages(own_house: House) -> None:
    cfo = own_house.be("cfo")
    cfo.does("POST", "periods", {"until": "2026-01-02T00:00:00Z"})
    for language, words in (("en", "A closed period stays closed."), ("zh", "已关账的期间不能重新打开。")):
        desk = Desk(own_house, cfo.actor, language)
        reply = desk.send("POST", "periods", {"until": "2026-01-01T00:00:00Z"})
        assert (reply.status, reply.body["kind"], reply.body["errors"][0]["message"]) == (409, "rule", words)
    assert own_house.be("adm").send("GET", "periods").status == (200 if may(own_house, "adm") else 403)
    assert own_house.be("clerk1").send("GET", "periods").status == 403


def may(house: House, account: str) -> bool:
    """Whether the policy lets somebody recount the ledger."""
    policy = house.be("adm").get("definitions/permissions/policy")["text"]
    roles = {each["role"] for each in house.be(account).get("me")["roles"]}
    return any(f"p, {role}, ledger, verify, chain" in policy for role in roles)

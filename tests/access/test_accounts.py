"""Letting people in: passwords, tries, sessions, keys, substitutes and the log, on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from engine.access import accounts, passwords, security, sessions, stamps, substitutes
from engine.access.substitutes import Substitute
from engine.access.tables import account, api_key, session
from engine.database import Database
from engine.errors import Kind, Refusal

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORED = passwords.hash_password("correct horse")


def refusal(work: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as raised:
        work()
    return raised.value


@pytest.fixture
def clerk(database: Database) -> str:
    """A person with an account `clerk1` and the password `correct horse`."""

    def open_one(connection: Connection) -> None:
        accounts.open_account(connection, "p-1", "Clerk1")
        accounts.set_password(connection, "p-1", STORED, NOW)

    database.transaction(open_one)
    return "p-1"


def test_an_account_is_found_under_any_spelling_of_its_name(database: Database, clerk: str) -> None:
    with database.reading() as connection:
        found = accounts.credential(connection, "  CLERK1 ")
    assert found is not None
    assert found.person == clerk
    assert accounts.matches("correct horse", found)
    assert not accounts.matches("Correct horse", found)


def test_two_people_never_share_a_name(database: Database, clerk: str) -> None:
    taken = refusal(lambda: database.transaction(lambda each: accounts.open_account(each, "p-2", "CLERK1")))
    assert (taken.kind, taken.code) == (Kind.CONFLICT, "account_taken")
    database.transaction(lambda each: accounts.open_account(each, clerk, "clerk1.new"))
    database.transaction(lambda each: accounts.open_account(each, "p-2", "clerk1"))
    with database.reading() as connection:
        rows = {(row.name, row.person) for row in connection.execute(select(account))}
    assert rows == {("clerk1.new", clerk), ("clerk1", "p-2")}


@pytest.mark.parametrize("name", ["", " ", "a" * 65, "a b", "a,b", "a\nb", 'a"b', "*", "a\u200bb", ".", "role:admin"])
def test_names_of_accounts_are_plain(name: str) -> None:
    assert refusal(lambda: accounts.read_name(name)).kind is Kind.INVALID
    assert accounts.read_name("Zoë_1@x.y-z") == "zoë_1@x.y-z"


def test_no_account_no_password_and_not_active_all_look_alike(database: Database, clerk: str) -> None:
    database.transaction(lambda each: accounts.open_account(each, "p-2", "no.password"))
    with database.reading() as connection:
        assert accounts.credential(connection, "nobody") is None
        assert accounts.credential(connection, "no.password") is None
        assert accounts.credential(connection, "clerk1") is not None
    database.transaction(lambda each: accounts.set_active(each, clerk, NOW, active=False))
    with database.reading() as connection:
        assert accounts.credential(connection, "clerk1") is None
    assert not accounts.matches("correct horse", None)
    assert not accounts.matches("not a password of anybody", None)


def test_checking_takes_as_long_for_an_account_that_does_not_exist() -> None:
    known = accounts.Credential("p", STORED, False)

    def taken(found: accounts.Credential | None) -> float:
        begun = time.process_time()
        accounts.matches("wrong", found)
        return time.process_time() - begun

    pairs = [(taken(known), taken(None)) for _ in range(9)]
    existing, missing = (median(each) for each in zip(*pairs, strict=True))
    assert 0.5 < existing / missing < 2
    assert passwords.NOBODYS.rpartition("$")[0].rpartition("$")[0] == STORED.rpartition("$")[0].rpartition("$")[0]


@pytest.mark.parametrize(("typed", "code"), [("x" * 129, "too_long"), ("a\0b", "characters"), ("a\x1bb", "characters")])
def test_a_password_that_nobody_can_type_is_refused(typed: str, code: str) -> None:
    refused = refusal(lambda: passwords.read_password(typed))
    assert (refused.kind, refused.faults[0].code) == (Kind.INVALID, code)
    assert passwords.read_password("x" * 128) == "x" * 128


def test_a_million_characters_are_refused_before_they_are_hashed() -> None:
    begun = time.process_time()
    assert refusal(lambda: passwords.read_password("密" * 1_000_000)).kind is Kind.INVALID
    assert time.process_time() - begun < 0.5


def test_a_new_password_is_long_enough_and_an_old_one_may_be_short() -> None:
    assert refusal(lambda: passwords.read_password("short", chosen=True)).faults[0].code == "too_short"
    assert passwords.read_password("short") == "short"


def test_a_password_is_one_whatever_its_normal_form() -> None:
    composed, decomposed = "caf\u00e9-au-lait", "cafe\u0301-au-lait"
    stored = passwords.hash_password(passwords.read_password(composed))
    assert passwords.matches(passwords.read_password(decomposed), stored)


@pytest.mark.parametrize("name", ["clerk1", "nobody-at-all"])
def test_after_five_failures_a_name_is_closed_for_longer_each_time(database: Database, clerk: str, name: str) -> None:
    at = NOW
    for _ in range(accounts.FREE_TRIES):
        database.transaction(lambda each, at=at: accounts.note_failure(each, name, at))
        with database.reading() as connection:
            accounts.may_try(connection, name, at)
    waits = []
    for _ in range(3):
        database.transaction(lambda each, at=at: accounts.note_failure(each, name.upper(), at))
        with database.reading() as connection:
            closed = refusal(lambda at=at, connection=connection: accounts.may_try(connection, name, at))
        assert (closed.kind, closed.status, closed.code) == (Kind.LIMIT, 429, "too_many_tries")
        waits.append(closed.faults[0].params["wait"])
        at += timedelta(seconds=waits[-1])
        with database.reading() as connection:
            accounts.may_try(connection, name, at)
    assert waits == [2, 4, 8]


def test_a_success_forgets_the_failures_and_no_wait_is_longer_than_the_longest(database: Database) -> None:
    for _ in range(40):
        database.transaction(lambda each: accounts.note_failure(each, "x", NOW))
    with database.reading() as connection:
        closed = refusal(lambda: accounts.may_try(connection, "x", NOW))
        accounts.may_try(connection, "y", NOW)
    assert closed.faults[0].params["wait"] == accounts.LONGEST_WAIT.total_seconds()
    database.transaction(lambda each: accounts.note_success(each, "X"))
    with database.reading() as connection:
        accounts.may_try(connection, "x", NOW)


def test_a_session_names_its_person_until_it_is_over_or_ended(database: Database, clerk: str) -> None:
    token = database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR))
    other = database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR))
    assert token != other
    with database.reading() as connection:
        found = sessions.identify(connection, token, NOW + HOUR - timedelta(seconds=1))
        assert found is not None
        assert (found.person, found.account, found.via, found.grants) == (clerk, "clerk1", "session", None)
        assert sessions.identify(connection, token, NOW + HOUR) is None
        assert sessions.identify(connection, token + "x", NOW) is None
        assert sessions.identify(connection, "", NOW) is None
    assert database.transaction(lambda each: sessions.end_session(each, token, NOW))
    assert not database.transaction(lambda each: sessions.end_session(each, token, NOW))
    with database.reading() as connection:
        assert sessions.identify(connection, token, NOW) is None
        assert sessions.identify(connection, other, NOW) is not None


def test_no_secret_is_in_the_database(database: Database, clerk: str) -> None:
    token = database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR))
    key = database.transaction(lambda each: sessions.make_key(each, "k-1", clerk, "till", None, NOW, None)).key
    with database.reading() as connection:
        kept = " ".join(
            str(tuple(row)) for table in (account, session, api_key) for row in connection.execute(select(table))
        )
    assert clerk in kept
    assert "correct horse" not in kept
    assert token[4:] not in kept
    assert sessions.csrf_of(token) not in kept
    assert key[12:] not in kept
    assert key[:12] in kept


def test_a_csrf_token_belongs_to_one_session() -> None:
    assert sessions.csrf_of("css_a") == sessions.csrf_of("css_a")
    assert sessions.csrf_of("css_a") != sessions.csrf_of("css_b")


def test_a_key_is_shown_once_and_opens_what_it_was_granted(database: Database, clerk: str) -> None:
    grants = (("ticket", "post"), ("ticket", "see"))
    made = database.transaction(lambda each: sessions.make_key(each, "k-1", clerk, "till 1", grants, NOW, NOW + HOUR))
    with database.reading() as connection:
        found = sessions.identify(connection, made.key, NOW)
        assert found is not None
        assert (found.person, found.via, found.token_id, found.grants) == (clerk, "key", "k-1", grants)
        assert sessions.identify(connection, made.key, NOW + HOUR) is None
        (known,) = sessions.keys_of(connection, clerk, NOW)
        assert (known.id, known.name, known.grants, known.prefix) == ("k-1", "till 1", grants, made.key[:12])
        assert sessions.keys_of(connection, clerk, NOW + HOUR) == ()


def test_a_key_is_ended_by_its_own_person_only(database: Database, clerk: str) -> None:
    made = database.transaction(lambda each: sessions.make_key(each, "k-1", clerk, "till", None, NOW, None))
    assert not database.transaction(lambda each: sessions.end_key(each, "k-1", "p-9", NOW))
    with database.reading() as connection:
        assert sessions.identify(connection, made.key, NOW) is not None
    assert database.transaction(lambda each: sessions.end_key(each, "k-1", clerk, NOW))
    with database.reading() as connection:
        assert sessions.identify(connection, made.key, NOW) is None


def test_sessions_and_keys_die_with_their_person_and_do_not_come_back(database: Database, clerk: str) -> None:
    token = database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR))
    key = database.transaction(lambda each: sessions.make_key(each, "k-1", clerk, "till", None, NOW, None)).key
    for active in (False, True):
        database.transaction(lambda each, active=active: accounts.set_active(each, clerk, NOW, active=active))
        with database.reading() as connection:
            assert sessions.identify(connection, token, NOW) is None
            assert sessions.identify(connection, key, NOW) is None
    fresh = database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR))
    with database.reading() as connection:
        assert sessions.identify(connection, fresh, NOW) is not None


def test_a_new_password_ends_the_other_sessions_and_keeps_keys(database: Database, clerk: str) -> None:
    here, there = (database.transaction(lambda each: sessions.open_session(each, clerk, NOW, HOUR)) for _ in range(2))
    key = database.transaction(lambda each: sessions.make_key(each, "k-1", clerk, "till", None, NOW, None)).key
    changed = database.transaction(
        lambda each: accounts.set_password(each, clerk, STORED, NOW, must_change=True, keep=here)
    )
    assert changed
    assert not database.transaction(lambda each: accounts.set_password(each, "nobody", STORED, NOW))
    with database.reading() as connection:
        mine = sessions.identify(connection, here, NOW)
        assert mine is not None
        assert mine.must_change
        assert sessions.identify(connection, there, NOW) is None
        assert sessions.identify(connection, key, NOW) is not None


def away(
    number: str, absent: str, person: str, days: tuple[int, int], forms: tuple[str, ...] | None = None
) -> Substitute:
    first = date(2026, 12, 1)
    return Substitute(number, absent, person, *(first + timedelta(days=each) for each in days), forms)


def test_a_substitute_decides_from_the_first_day_to_the_last_for_his_forms(database: Database) -> None:
    database.transaction(lambda each: substitutes.set_substitute(each, away("1", "mgr", "ann", (0, 4)), NOW))
    database.transaction(
        lambda each: substitutes.set_substitute(each, away("2", "bob", "ann", (2, 2), ("paper",)), NOW)
    )

    def absent(day: int, form: str, person: str = "ann") -> tuple[str, ...]:
        with database.reading() as connection:
            there = substitutes.substitutes_on(connection, date(2026, 12, 1) + timedelta(days=day))
        return tuple(absent for absent, each in substitutes.deciding(there, form).items() if each.person == person)

    assert [absent(day, "paper") for day in (-1, 0, 2, 4, 5)] == [(), ("mgr",), ("mgr", "bob"), ("mgr",), ()]
    assert absent(2, "other") == ("mgr",)
    assert absent(2, "paper", "mgr") == ()


def test_a_substitute_has_an_amount_to_the_last_digit_or_none(database: Database) -> None:
    for number, amount in (("1", None), ("2", Decimal("0.10")), ("3", Decimal("9999999999.999999"))):
        new = replace(away(number, f"absent-{number}", "ann", (0, 4)), amount=amount)
        database.transaction(lambda each, new=new: substitutes.set_substitute(each, new, NOW))
    with database.reading() as connection:
        there = substitutes.substitutes_on(connection, date(2026, 12, 2))
    told = {each.absent: each.amount for each in there}
    assert told == {"absent-1": None, "absent-2": Decimal("0.10"), "absent-3": Decimal("9999999999.999999")}
    assert str(told["absent-2"]) == "0.10"


def who_decides(database: Database, form: str, days: Iterable[int]) -> list[str | None]:
    """Who decides for `mgr` on records of a form, day by day."""
    found = []
    for day in days:
        with database.reading() as connection:
            there = substitutes.substitutes_on(connection, date(2026, 12, 1) + timedelta(days=day))
        named = substitutes.deciding(there, form).get("mgr")
        found.append(named.person if named else None)
    return found


def name(database: Database, *new: Substitute) -> None:
    for number, each in enumerate(new):
        at = NOW + timedelta(seconds=number)
        database.transaction(lambda connection, each=each, at=at: substitutes.set_substitute(connection, each, at))


def test_on_each_day_whoever_was_named_last_for_a_form_decides_alone(database: Database) -> None:
    named = (("1", "ann", (0, 4)), ("2", "cid", (10, 14)), ("3", "bob", (3, 9)))
    name(database, *(away(number, "mgr", person, days) for number, person, days in named))
    assert who_decides(database, "paper", (1, 3, 5, 9, 12, 15)) == ["ann", "bob", "bob", "bob", "cid", None]
    assert not database.transaction(lambda each: substitutes.end_substitute(each, "3", "ann", NOW))
    assert database.transaction(lambda each: substitutes.end_substitute(each, "3", "mgr", NOW))
    assert who_decides(database, "paper", (3, 5)) == ["ann", None]


def test_two_decide_at_once_for_different_forms_and_none_goes_to_two_people(database: Database) -> None:
    name(
        database,
        away("1", "mgr", "ann", (0, 9), ("paper", "pen")),
        away("2", "mgr", "bob", (5, 14), ("ink",)),
        away("3", "mgr", "cid", (4, 6), ("pen", "ink")),
    )
    assert who_decides(database, "paper", (0, 5, 9, 10)) == ["ann", "ann", "ann", None]
    assert who_decides(database, "pen", (3, 4, 6, 7)) == ["ann", "cid", "cid", "ann"]
    assert who_decides(database, "ink", (3, 4, 6, 7, 14)) == [None, "cid", "cid", "bob", "bob"]
    name(database, away("4", "mgr", "dan", (0, 20)))
    assert {who_decides(database, each, (5,))[0] for each in ("paper", "pen", "ink", "other")} == {"dan"}
    with database.reading() as connection:
        left = substitutes.still_running(connection, date(2026, 12, 1), "mgr")
    assert [each.id for each in left] == ["4"], "what was taken over as a whole has ended"


def test_two_who_stand_in_for_each_other_on_different_forms_are_no_circle(database: Database) -> None:
    name(database, away("1", "mgr", "ann", (0, 4), ("paper",)), away("2", "ann", "mgr", (0, 4), ("ink",)))
    both = away("3", "ann", "mgr", (4, 8), ("ink", "paper"))
    assert refusal(lambda: name(database, both)).faults[0].code == "circle"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (away("9", "ann", "ann", (0, 1)), "oneself"),
        (away("9", "cid", "ann", (2, 3)), "circle"),
        (away("9", "cid", "bob", (2, 3)), "circle"),
        (away("9", "cid", "ann", (5, 4)), "order"),
    ],
)
def test_nobody_stands_in_for_himself_in_however_many_steps(database: Database, new: Substitute, code: str) -> None:
    for each in (away("1", "ann", "bob", (0, 4)), away("2", "bob", "cid", (0, 4))):
        database.transaction(lambda connection, each=each: substitutes.set_substitute(connection, each, NOW))
    refused = refusal(lambda: database.transaction(lambda each: substitutes.set_substitute(each, new, NOW)))
    assert refused.faults[0].code == code
    later = away("9", "cid", "ann", (5, 6))
    database.transaction(lambda each: substitutes.set_substitute(each, later, NOW))


def test_the_security_log_keeps_what_was_noted_and_cannot_be_changed(database: Database) -> None:
    first = security.Entry(NOW, "sign_in_failed", account="clerk1", reason="sign_in", detail={"address": "10.0.0.1"})
    second = security.Entry(NOW + HOUR, "refused", "p-1", "clerk1", "PATCH /api/records", "not_yours")
    for entry in (first, second):
        database.transaction(lambda each, entry=entry: security.note(each, entry))
    for attempt in ("UPDATE security_log SET reason = 'x'", "DELETE FROM security_log"):
        with pytest.raises(DBAPIError, match="never changed"):
            database.transaction(lambda each, attempt=attempt: each.execute(text(attempt)))
    with database.reading() as connection:
        lines = security.read_log(connection)
        assert [entry for _, entry in lines] == [first, second]
        assert security.read_log(connection, after=lines[0][0]) == lines[1:]
        assert security.read_log(connection, limit=1) == lines[:1]


def test_stamps_count_each_change_by_its_name(database: Database) -> None:
    with database.reading() as connection:
        assert dict(stamps.read(connection)) == {}
    assert [database.transaction(lambda each: stamps.bump(each, "people")) for _ in range(3)] == [1, 2, 3]
    assert database.transaction(lambda each: stamps.bump(each, "library")) == 1
    with database.reading() as connection:
        assert dict(stamps.read(connection)) == {"people": 3, "library": 1}


def test_a_change_that_is_rolled_back_is_not_counted(database: Database) -> None:
    def change_and_fail(connection: Connection) -> None:
        stamps.bump(connection, "people")
        raise LookupError

    with pytest.raises(LookupError):
        database.transaction(change_and_fail)
    with database.reading() as connection:
        assert "people" not in stamps.read(connection)

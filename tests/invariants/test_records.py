"""I8 no lost update, I9 atomic documents, I15 declared paths, I17 numbers, I21 audit, I24 refusals leave nothing."""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from engine.definitions import shelf
from tests.invariants.building import Books, Chain, Outcome, parsed
from tests.invariants.story import Story
from tests.invariants.telling import accepted, refused, tell


def draft(chain: Chain, quantity: str = "3", submit: bool = False, item: str = "A100") -> str:
    """A transfer from S01 to S02 by the clerk of S01."""
    line = {"item": {"code": item}, "requested": quantity}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}
    return chain.be("clerk1").makes("transfer", values, "submit" if submit else None)


def listens(chain: Chain) -> None:
    """Somebody outside is told of transfers that are on their way."""
    values = {"code": "OUT", "name": "Outside", "channel": "transfers", "url": "https://hooks.example.com/in"}
    chain.be("adm").makes("subscriber", {**values, "reader": {"code": "adm"}})


def revision(chain: Chain, record: str) -> int:
    """The revision that a record is at."""
    return int(chain.one("SELECT revision FROM record WHERE id = :id", id=record))


# -- I8 ----------------------------------------------------------------------------------------------------------------


def test_i8_every_accepted_edit_is_one_revision_and_an_old_one_never_lands(house: Chain) -> None:
    record = draft(house)
    chance, landed = random.Random(8), 0
    writers = [house.be("clerk1"), house.be("clerk1b"), house.be("clerk2")]
    for number in range(30):
        now = revision(house, record)
        seen = now - chance.choice([0, 0, 1, 2, -1])
        reason = ["slow", "recall", "balancing"][number % 3]
        done = chance.choice(writers).sends("PATCH", f"records/transfer/{record}", {"reason": reason}, seen=seen)
        assert done.well is (seen == now), (seen, now, done)
        if done.well:
            landed += 1
            assert done.body["revision"] == now + 1
        kept = house.be("aud").gets(f"records/transfer/{record}")
        assert (kept["values"]["reason"] == reason) or not done.well
    assert 5 < landed < 30
    assert revision(house, record) == 1 + landed


def test_i8_of_edits_at_once_with_one_revision_one_lands(house: Chain) -> None:
    record = draft(house)
    for _ in range(5):
        seen, answers = revision(house, record), []
        ready = threading.Barrier(4)

        def edit(
            account: str,
            reason: str,
            seen: int = seen,
            found: list[Outcome] = answers,
            ready: threading.Barrier = ready,
        ) -> None:
            person = house.be(account)
            ready.wait(10)
            found.append(person.sends("PATCH", f"records/transfer/{record}", {"reason": reason}, seen=seen))

        wanted = [("clerk1", "slow"), ("clerk1b", "recall"), ("clerk1c", "balancing"), ("clerk2", "customer")]
        threads = [threading.Thread(target=edit, args=each) for each in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(each.status for each in answers) == [200, 412, 412, 412]
        assert revision(house, record) == seen + 1


def test_i8_revisions_count_up_by_one_in_every_story(house: Chain) -> None:
    def check(books: Books) -> None:
        counted: dict[str, list[int]] = defaultdict(list)
        for line in sorted(books.history, key=lambda line: (line.record, line.n)):
            counted[line.record].append(line.revision)
        for record, found in counted.items():
            steps = [later - earlier for earlier, later in zip([0, *found], found, strict=False)]
            assert steps[0] == 1, record
            assert set(steps) <= {0, 1}, record
            if record in books.records:
                assert books.records[record].revision == found[-1], record

    assert accepted(tell(house, check, stories=2)) > 8


# -- I9 ----------------------------------------------------------------------------------------------------------------


def test_i9_record_ledger_history_outbox_and_tasks_change_together(house: Chain) -> None:
    def check(books: Books) -> None:
        told = Counter(
            (row.record, row.seq, parsed(row.payload)["action"], parsed(row.payload)["state"])
            for row in house.rows("SELECT record, seq, payload FROM outbox WHERE topic = 'webhook'")
        )
        sent = [line for line in books.history if line.form == "transfer" and line.action == "ship"]
        assert told == Counter((line.record, line.seq, line.action, line.target) for line in sent)
        written = {(line.record, line.seq) for line in books.history}
        assert not [move.seq for move in books.moves if (move.source, move.seq) not in written]
        for record in books.records.values():
            lines = books.lines(record.id)
            last = lines[-1]
            assert (record.seq, record.revision, record.state) == (last.seq, last.revision, last.target), record.id
            assert record.head == f"{last.n}.{last.hash}"
        waiting = Counter(
            row.record
            for row in house.rows(
                "SELECT record FROM task WHERE ended IS NULL AND kind <> 'look' AND form = 'transfer'"
            )
        )
        for record in books.of("transfer"):
            due = record.state in ("approval", "approved", "in_transit", "returning")
            assert (waiting[record.id] > 0) is due, (record.state, waiting[record.id])

    listens(house)
    assert accepted(tell(house, check)) > 30
    assert house.one("SELECT count(*) FROM outbox") > 0


WRITTEN = {
    "posting": "INSERT",
    "movement": "INSERT",
    "balance": "UPDATE",
    "reservation": "DELETE",
    "record": "UPDATE",
    "history": "INSERT",
    "outbox": "INSERT",
    "task": "INSERT",
    "timer": "INSERT",
    "notice": "INSERT",
    "fact_value": "INSERT",
    "request_key": "INSERT",
}


@contextmanager
def broken(chain: Chain, table: str, act: str) -> Iterator[None]:
    """A database that fails when this is done to a table."""
    if chain.services.database.dialect == "sqlite":
        made = [f"CREATE TRIGGER broken BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"]
        gone = ["DROP TRIGGER broken"]
    else:
        made = [
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$",
            f"CREATE TRIGGER broken BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()",
        ]
        gone = [f"DROP TRIGGER broken ON {table}", "DROP FUNCTION broken"]
    for statements in (made, gone):
        with chain.sql() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        if statements is made:
            yield


def test_i9_whatever_table_fails_nothing_at_all_is_left(house: Chain) -> None:
    listens(house)
    record = draft(house, submit=True)
    house.be("mgr1").decides(record)
    clerk, before = house.be("clerk1"), house.digest()
    for table, act in WRITTEN.items():
        with broken(house, table, act), pytest.raises(DBAPIError, match="broken"):
            clerk.sends("POST", f"records/transfer/{record}/actions/ship", {}, key="once")
        assert house.digest() == before, table
        assert not house.rows("SELECT * FROM request_key WHERE key = 'once'")
    done = clerk.sends("POST", f"records/transfer/{record}/actions/ship", {}, key="once")
    assert done.well, done
    after = house.digest()
    assert {name for name in before if before[name] != after[name]} >= set(WRITTEN) - {"request_key"}


# -- I15 ---------------------------------------------------------------------------------------------------------------


def test_i15_every_transition_is_an_edge_of_the_pinned_definition_and_its_guard_held(house: Chain) -> None:
    with house.services.database.reading() as connection:
        version = shelf.published(connection)
        library = shelf.load(connection, version, house.services.vocabulary)
    seen: Counter[str] = Counter()

    def check(books: Books) -> None:
        seen.clear()
        for line in books.history:
            workflow = library.workflows[line.form]
            if line.origin is None or line.origin == line.target:
                continue
            assert line.version in (None, version)
            transition = workflow.transitions.get(line.action)
            if transition is None:
                assert line.action == "return", line.action
                assert workflow.states[line.origin].steps, line.origin
                continue
            assert line.origin in transition.origins, (line.action, line.origin)
            assert line.target in {each.state for each in transition.to}, (line.action, line.target)
            seen[line.action] += 1
        for record in books.of("transfer"):
            guards(books, record)

    told = tell(house, check, stories=8)
    assert accepted(told) > 40
    assert refused(told) > 20
    assert {"submit", "accept", "ship", "receive"} <= set(seen), seen
    record = draft(house)
    for action in ("ship", "receive", "take_back", "accept", "close", "nothing"):
        for account in ("clerk1", "clerk2", "adm"):
            path = f"records/transfer/{record}/actions/{action}"
            done = house.be(account).sends("POST", path, {"asks": {"why": "x"}})
            assert 400 <= done.status < 500, (action, account, done)
    assert house.books().records[record].state == "draft"
    refused_by_guards(house)


def refused_by_guards(house: Chain) -> None:
    """Nothing may be shipped as nothing; what somebody has decided on may not be withdrawn."""
    record = draft(house, quantity="1", submit=True, item="B201")
    house.be("mgr1").decides(record)
    row = house.books().rows_of(record)[0]["row"]
    nothing = {"values": {"lines": [{"row": row, "shipped": "0"}]}}
    done = house.be("clerk1").sends("POST", f"records/transfer/{record}/actions/ship", nothing)
    assert (done.status, done.body.get("rule")) == (409, "something"), done
    for each in house.be("adm").gets("records/limit")["items"]:
        if each["values"]["level"] == "store":
            house.be("adm").does(
                f"records/limit/{each['id']}", {"amount": "1.00"}, "PATCH", revision(house, each["id"])
            )
    record = draft(house, quantity="1", submit=True, item="B201")
    assert house.be("mgr1").decides(record) == "approval"
    done = house.be("clerk1").sends("POST", f"records/transfer/{record}/actions/withdraw", {})
    assert (done.status, done.body.get("rule")) == (409, "undecided"), done


def guards(books: Books, record: Any) -> None:
    """The guards of a transfer, once more and by hand, on what history says of the moment."""
    lines = books.lines(record.id)
    rows = books.rows_of(record.id)
    for line in lines:
        if line.action == "ship":
            assert sum(Decimal(row.get("shipped") or 0) for row in rows) > 0
        if line.action == "receive":
            missing = [
                Decimal(row["shipped"]) - Decimal(row["received"]) - Decimal(row.get("damaged") or 0) for row in rows
            ]
            assert all(each >= 0 for each in missing)
            assert line.target == ("different" if sum(missing) > 0 else "done")
        if line.action == "withdraw":
            since = max(each.n for each in lines if each.action == "submit")
            assert not [each for each in lines if since < each.n < line.n and ":" in each.action]


# -- I17 ---------------------------------------------------------------------------------------------------------------


def test_i17_no_number_is_given_twice_nor_left_out_across_restarts(small_url: str, tmp_path: Path) -> None:
    for _ in range(3):
        chain = Chain(small_url, tmp_path / "data")
        clerk = chain.be("clerk1")
        for number in range(4):
            record = draft(chain, submit=True)
            short = {"supplier": {"code": "V1"}, "store": {"code": "S01"}}
            lines = [{"item": {"code": "A100"}, "quantity": "1"}]
            assert clerk.posts("receipt", {**short, "lines": lines}).well
            assert not clerk.posts("receipt", {**short, "lines": [{"item": {"code": "H900"}, "quantity": "1"}]}).well
            if number % 2:
                clerk.takes("transfer", record, "withdraw")
        ready, answers = threading.Barrier(4), []

        def submit(chain: Chain = chain, ready: threading.Barrier = ready, found: list[str] = answers) -> None:
            ready.wait(10)
            found.append(draft(chain, submit=True))

        threads = [threading.Thread(target=submit) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(answers) == 4
        books = chain.books()
        chain.close()
        numbers = [record.number for record in books.records.values() if record.number]
        assert len(numbers) == len(set(numbers))
        counted: dict[str, set[int]] = defaultdict(set)
        for number_ in numbers:
            prefix, _, counter = number_.rpartition("-")
            counted[prefix].add(int(counter))
        assert {"RC", "TR"} <= {prefix[:2] for prefix in counted}
        assert all(found == set(range(1, len(found) + 1)) for found in counted.values()), "no number is left out"


# -- I21 ---------------------------------------------------------------------------------------------------------------


def line_hash(line: Any) -> str:
    """The hash of a line of history, by what its documentation says: everything but the hash, keys in order."""
    values = {name: parsed(value) if name in ("changes", "because", "asks") else value for name, value in line.items()}
    values.pop("hash")
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def test_i21_every_change_has_its_line_with_who_when_which_door_and_what_it_was_before(house: Chain) -> None:
    first = house.one("SELECT max(seq) FROM history")
    told = tell(house, lambda books: None)
    answers = [each.body for story in told for each in story.accepted]
    assert len(answers) > 30
    books = house.books()
    by_seq: dict[int, list[Any]] = defaultdict(list)
    for line in books.history:
        by_seq[line.seq].append(line)
    for answer in answers:
        assert [line for line in by_seq[answer["seq"]] if line.record == answer["id"]], answer
    assert {seq for seq in by_seq if seq > first} == {answer["seq"] for answer in answers}
    for line in books.history:
        if line.seq > first:
            assert line.actor == "system" or line.actor in books.records
            assert line.at > 0
            assert line.route.startswith(("POST /api/", "PATCH /api/")), line.route
            assert len(line.after_hash) == 64
            assert line_hash(line._mapping) == line.hash
    for record in books.records:
        lines = books.lines(record)
        assert [line.n for line in lines] == list(range(1, len(lines) + 1))
        for earlier, later in pairwise(lines):
            assert later.previous == f"{earlier.n}.{earlier.hash}"
            same = earlier.revision == later.revision
            assert later.before_hash == (earlier.before_hash if same else earlier.after_hash)
            assert same == (earlier.after_hash == later.after_hash)
    pinned = [line for line in books.history if line.action == "submit"]
    assert pinned
    assert all(line.version is not None for line in pinned)


def test_i21_a_line_tells_what_changed_from_what_to_what(house: Chain) -> None:
    record = draft(house)
    house.be("clerk1").does(f"records/transfer/{record}", {"reason": "slow"}, "PATCH", 1)
    line = next(line for line in house.books().lines(record) if line.action == "edit")
    assert parsed(line.changes) == [{"path": "/reason", "old": "other", "new": "slow"}]
    shown = house.be("aud").gets(f"records/transfer/{record}/history")["items"]
    assert [each["person"]["code"] for each in shown] == ["clerk1", "clerk1"]


# -- I24 ---------------------------------------------------------------------------------------------------------------


ROW = "6f1b0d6e-8b1c-4c5e-9d1f-2a3b4c5d6e7f"


def requests(chain: Chain) -> list[tuple[str, str, str, Any, int | None]]:
    """Commands that must all be refused, each for a reason of its own."""
    open_, sent = draft(chain), draft(chain, submit=True)
    shipped = draft(chain, submit=True)
    chain.be("mgr1").decides(shipped)
    chain.be("clerk1").takes("transfer", shipped, "ship")
    task = chain.be("mgr1").task(sent)
    row = chain.books().rows_of(shipped)[0]["row"]
    too_many = {"lines": [{"row": row, "received": "9", "damaged": "0"}]}
    good = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other"}
    line = {"item": {"code": "A100"}, "requested": "1", "row": ROW}
    bring = {"supplier": {"code": "V1"}, "store": {"code": "S01"}, "lines": [{"item": {"code": "A100"}}]}
    sell = {"store": {"code": "S01"}, "lines": [{"item": {"code": "A100"}, "quantity": "9999", "price": "1"}]}
    return [
        ("clerk1", "POST", "records/transfer", {"values": {**good, "lines": []}, "action": "submit"}, None),
        ("clerk1", "POST", "records/transfer", {"values": {**good, "reason": "no"}}, None),
        ("clerk1", "POST", "records/transfer", {"values": {**good, "nothing": 1}}, None),
        ("clerk1", "POST", "records/transfer", {"values": {**good, "lines": [line, line]}, "action": "submit"}, None),
        ("clerk3", "POST", "records/transfer", {"values": {**good, "lines": [line]}, "action": "submit"}, None),
        ("clerk1", "POST", "records/transfer", {"id": open_, "values": good}, None),
        ("clerk1", "POST", "records/transfer", {"values": {**good, "lines": [line]}, "action": "ship"}, None),
        ("clerk1", "PATCH", f"records/transfer/{open_}", {"reason": "slow"}, 7),
        ("clerk1", "PATCH", f"records/transfer/{open_}", {"reason": "slow"}, None),
        ("clerk1", "PATCH", f"records/transfer/{sent}", {"reason": "slow"}, 1),
        ("clerk1", "PATCH", f"records/transfer/{open_}", {"reason": None, "total": "1"}, 1),
        ("clerk1", "DELETE", f"records/transfer/{sent}", None, 1),
        ("clerk2", "POST", f"records/transfer/{open_}/actions/ship", {}, None),
        ("clerk2", "POST", f"records/transfer/{shipped}/actions/receive", {"values": too_many}, None),
        ("clerk1", "POST", f"records/transfer/{shipped}/actions/ship", {}, None),
        ("clerk1", "POST", f"tasks/{task}/approve", {}, None),
        ("mgr2", "POST", f"tasks/{task}/approve", {}, None),
        ("mgr1", "POST", f"tasks/{task}/approve", {"values": {"reason": "slow"}}, None),
        ("clerk1", "POST", "records/receipt", {"values": bring, "action": "post"}, None),
        ("clerk1c", "POST", "records/ticket", {"values": sell, "action": "post"}, None),
        ("adm", "POST", "records/item", {"values": {"code": "A100", "name": "Again"}}, None),
        ("clerk1", "POST", "records/item", {"values": {"code": "Z1", "name": "Mine"}}, None),
        ("adm", "POST", "records/person", {"values": {"account": "clerk1", "name": "Again"}}, None),
        ("des", "POST", "definitions/publish", {"texts": []}, None),
        ("adm", "POST", "definitions/publish", {"texts": [{"kind": "form", "name": "item", "text": "form: x"}]}, None),
        ("adm", "POST", "definitions/rollback", {"version": 99}, None),
        ("adm", "POST", "nothing", {}, None),
        ("clerk1", "PUT", "me/substitute", {"nobody": 1}, None),
    ]


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
def test_i24_a_refusal_leaves_nothing_behind(house: Chain, keyed: bool) -> None:
    asked = requests(house)
    before = house.digest()
    assert sum(map(len, before.values())) > 500
    for number, (account, method, path, body, seen) in enumerate(asked):
        key = f"no-{number}" if keyed else ""
        done = house.be(account).sends(method, path, body, seen=seen, key=key)
        assert 400 <= done.status < 500, (account, method, path, body, done)
        after = house.digest()
        assert [name for name in before if before[name] != after[name]] == [], (account, method, path, body, done)
        again = house.be(account).sends(method, path, body, seen=seen, key=key)
        assert again.status == done.status
        assert again.bytes == done.bytes or not keyed  # ids of new rows differ


def test_i24_every_refusal_of_a_story_leaves_nothing_behind(house: Chain) -> None:
    class Watched(Story):
        """Looks at every table before and after each try."""

        def tries(self, account: str, method: str, path: str, body: Any = None, seen: int | None = None) -> Outcome:
            """Try it; what was refused must have left nothing."""
            before = house.digest()
            done = super().tries(account, method, path, body, seen)
            if not done.well:
                assert house.digest() == before, (account, method, path, body, done)
            return done

    story = Watched(house, 24)
    while len(story.refused) < 6:
        story.run(3)
    assert story.accepted

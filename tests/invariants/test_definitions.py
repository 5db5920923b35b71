"""I12 definition versions, I13 an approval binds content, I14 segregation, I18 timers, I19 exactness."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import timing
from tests.invariants.building import SIGNED, UNIT, Books, Chain
from tests.invariants.telling import ALL, accepted, tell

IN_APPROVAL = "approval: {title: {en: In approval, zh: 审批中}, steps: transfer_approval}"
MAY_EDIT = "edit: {ends: {by: [clerk at from_store], fields: [lines.approved], rows: fixed}}"


def asked(chain: Chain, who: str = "clerk2", rice: str = "500", lamps: str = "10") -> str:
    """A transfer from DC1 to S02, by whomever."""
    wanted = {"A100": rice, "B200": lamps}
    lines = [{"item": {"code": code}, "requested": quantity} for code, quantity in wanted.items()]
    values = {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "other", "lines": lines}
    return chain.be(who).makes("transfer", values, "submit")


def state(chain: Chain, record: str) -> str:
    """The state that a record is in."""
    return str(chain.one("SELECT state FROM record WHERE id = :id", id=record))


def came(chain: Chain, record: str, missing: int = 0) -> dict[str, Any]:
    """All of it came, but for some of the first row."""
    rows = chain.books().rows_of(record)
    gone = [missing, *[0] * len(rows)]
    return {
        "lines": [
            {"row": row["row"], "received": str(int(row["shipped"]) - less), "damaged": "0", "remark": "counted"}
            for row, less in zip(rows, gone, strict=False)
        ]
    }


# -- I12 ---------------------------------------------------------------------------------------------------------------


def test_i12_what_is_under_way_finishes_under_the_version_it_began_with(house: Chain) -> None:
    old, draft = asked(house, rice="5"), asked(house, rice="7")
    for each in (old, draft):
        house.be("dckm").decides(each)
    house.be("dck").does(f"records/transfer/{old}", {"carrier": "SF Express"}, "PATCH", _revision(house, old))
    begun = house.one("SELECT version FROM record WHERE id = :id", id=old)
    house.publish(
        "workflow",
        "transfer",
        (
            "short: {state: different, when: sum(lines.missing) > 0}",
            "short: {state: different, when: sum(lines.missing) > 2}",
        ),
        ("fields: [carrier, lines.lot, lines.shipped]", "fields: [lines.lot, lines.shipped]"),
    )
    gone = ("  carrier: {type: text, title: {en: Carrier, zh: 承运人}}\n", "")
    version = house.publish("form", "transfer", gone, mapping={"fields": {"transfer": {"carrier": "archive"}}})
    assert version > begun
    new = asked(house, rice="5")
    house.be("dckm").decides(new)
    assert house.one("SELECT version FROM record WHERE id = :id", id=new) == version
    for each in (old, new):
        house.be("dck").takes("transfer", each, "ship")
    assert house.be("aud").gets(f"records/transfer/{old}")["values"]["carrier"] == "SF Express"
    assert house.be("clerk2").takes("transfer", old, "receive", came(house, old, 1), SIGNED) == "different"
    refused = house.be("clerk2").sends(
        "POST", f"records/transfer/{new}/actions/receive", {"asks": SIGNED, "values": came(house, new, 1)}
    )
    assert refused.status == 409, refused
    assert house.be("clerk2").takes("transfer", new, "receive", came(house, new), SIGNED) == "done"
    assert house.one("SELECT version FROM record WHERE id = :id", id=old) == begun
    assert house.be("aud").gets(f"records/transfer/{old}")["values"]["carrier"] == "SF Express"
    versions = {line.version for line in house.books().lines(old) if line.n > 1}
    assert versions == {begun}


def _revision(chain: Chain, record: str) -> int:
    return int(chain.one("SELECT revision FROM record WHERE id = :id", id=record))


# -- I13 ---------------------------------------------------------------------------------------------------------------


def test_i13_whoever_changes_what_was_approved_voids_the_approval(house: Chain) -> None:
    house.publish("workflow", "transfer", (IN_APPROVAL, IN_APPROVAL[:-1] + ", " + MAY_EDIT + "}"))
    record = asked(house)
    first = house.be("dckm").task(record)
    assert house.be("dckm").decides(record) == "approval"
    second = house.be("ame").task(record)
    row = house.books().rows_of(record)[0]["row"]
    less = {"lines": [{"row": row, "approved": "490"}]}
    house.be("dck").does(f"records/transfer/{record}", less, "PATCH", _revision(house, record))
    for account, task in (("ame", second), ("dckm", first)):
        late = house.be(account).sends("POST", f"tasks/{task}/approve", {})
        assert late.status in (403, 409), late
    assert state(house, record) == "approval"
    assert not [each for each in house.be("ame").gets("tasks")["items"] if each["record"]["id"] == record]
    assert house.be("dckm").task(record) != first
    assert house.be("dckm").decides(record) == "approval"
    shown = house.be("ame").gets(f"records/transfer/{record}")["values"]["lines"]
    assert house.be("ame").decides(record) == "approved"
    promised = house.rows("SELECT line, quantity FROM reservation WHERE source = :record", record=record)
    assert {each.line: Decimal(each.quantity) / UNIT for each in promised} == {
        each["row"]: Decimal(each["approved"]) for each in shown
    }
    assert {each["row"]: each["approved"] for each in shown}[row] == "490"
    votes = house.rows("SELECT v.content, t.content AS asked FROM vote v JOIN task t ON t.id = v.task")
    assert len(votes) == 3
    assert all(each.content == each.asked for each in votes)


def test_i13_an_edit_that_writes_nothing_voids_nothing(house: Chain) -> None:
    record = asked(house)
    assert house.be("dckm").decides(record) == "approval"
    task = house.be("ame").task(record)
    for account in ("dck", "clerk2"):
        for body in ({}, {"lines": []}):
            done = house.be(account).sends("PATCH", f"records/transfer/{record}", body, seen=_revision(house, record))
            assert done.status == 403, done
    assert house.be("ame").task(record) == task
    assert house.be("ame").decides(record) == "approved"


def test_i13_what_is_carried_out_is_what_the_last_vote_saw(house: Chain) -> None:
    def check(books: Books) -> None:
        for record in books.of("transfer"):
            lines = books.lines(record.id)
            voted = [line.n for line in lines if line.action.startswith("approve:")]
            edited = [line.n for line in lines if line.action == "edit" and line.origin == "approval"]
            accepted_at = [line.n for line in lines if line.action == "accept"]
            assert not accepted_at or voted, record.number
            assert not edited or not voted or max(edited) < max(voted)

    assert accepted(tell(house, check, stories=2)) > 8


# -- I14 ---------------------------------------------------------------------------------------------------------------


def test_i14_nobody_decides_what_he_made_sent_or_edited(house: Chain) -> None:
    house.publish("workflow", "transfer", (IN_APPROVAL, IN_APPROVAL[:-1] + ", " + MAY_EDIT + "}"))
    for account in ("clerk1", "clerk1b"):
        who = {"person": house.be(account).actor.person, "role": "manager", "at": house.id("store", "S01")}
        house.be("adm").makes("assignment", who)
    line = {"item": {"code": "A100"}, "requested": "5"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}
    record = house.be("clerk1").makes("transfer", values, "submit")

    def tries(account: str) -> tuple[int, str | None]:
        task = house.one("SELECT id FROM task WHERE record = :r AND ended IS NULL", r=record)
        done = house.be(account).sends("POST", f"tasks/{task}/approve", {})
        return done.status, done.body.get("rule")

    assert tries("clerk1") == (409, "submitter_may_decide")
    row = house.books().rows_of(record)[0]["row"]
    less = {"lines": [{"row": row, "approved": "4"}]}
    house.be("clerk1b").does(f"records/transfer/{record}", less, "PATCH", _revision(house, record))
    assert tries("clerk1b") == (409, "submitter_may_decide")
    assert tries("clerk1") == (409, "submitter_may_decide")
    assert tries("mgr1")[0] == 200
    assert state(house, record) == "approved"


def test_i14_two_approvals_are_two_people(house: Chain) -> None:
    limits = house.be("adm").gets("records/limit")["items"]
    for each in limits:
        if each["values"]["form"] == "transfer":
            body = {"amount": "1.00"}
            house.be("adm").does(f"records/limit/{each['id']}", body, "PATCH", _revision(house, each["id"]))
    record = asked(house, rice="5", lamps="1")
    for account in ("dckm", "ame", "plan1"):
        assert house.be(account).decides(record) == "approval"
    task = house.be("fin1").task(record)
    assert house.be("fin1").decides(record) == "approval"
    open_ = [row.id for row in house.rows("SELECT id FROM task WHERE record = :r AND ended IS NULL", r=record)]
    for each in {task, *open_}:
        for _ in range(2):  # another session, another key
            assert house.be("fin1").sends("POST", f"tasks/{each}/approve", {}).status in (403, 409)
    assert state(house, record) == "approval"
    assert house.be("fin2").decides(record) == "approved"
    votes = house.rows("SELECT step, part, person FROM vote WHERE record = :r AND verdict = 'approve'", r=record)
    assert len(votes) == len({tuple(each) for each in votes}) == 5


def test_i14_holds_for_every_vote_of_every_story(house: Chain) -> None:
    def check(books: Books) -> None:
        for vote in house.rows("SELECT record, person, on_behalf, seq FROM vote"):
            earlier = [line for line in books.lines(vote.record) if line.seq < vote.seq]
            wrote = {line.actor for line in earlier if line.action in ("create", "edit", "submit")}
            assert not {vote.person, vote.on_behalf} & wrote, vote

    assert accepted(tell(house, check, stories=2)) > 8
    assert house.one("SELECT count(*) FROM vote") > 2


# -- I18 ---------------------------------------------------------------------------------------------------------------


def test_i18_a_timer_fires_once_when_it_is_due_and_never_before(small_url: str, tmp_path: Path) -> None:
    house = Chain(small_url, tmp_path / "data", test_clock="now")
    begins = datetime.now(UTC) + timedelta(hours=1)

    def put(chain: Chain, later: timedelta) -> None:
        chain.be("adm").does("clock", {"now": (begins + later).isoformat()}, "PUT")

    def fired(chain: Chain) -> Counter[tuple[str, str]]:
        rows = chain.rows("SELECT record, action FROM history WHERE action LIKE 'timer:%'")
        return Counter((row.record, row.action) for row in rows)

    put(house, timedelta())
    late, received, unshipped = (asked(house, rice=rice, lamps="1") for rice in ("5", "6", "7"))
    for each in (late, received, unshipped):
        house.be("dckm").decides(each)
    for each in (late, received):
        house.be("dck").takes("transfer", each, "ship")
    house.be("clerk2").takes("transfer", received, "receive", came(house, received), SIGNED)
    before = timedelta(microseconds=1)
    put(house, timedelta(hours=48) - before)
    assert not fired(house)
    assert state(house, unshipped) == "approved"
    put(house, timedelta(hours=48))
    assert fired(house) == {(unshipped, "timer:unshipped"): 1}
    assert state(house, unshipped) == "cancelled"
    house.close()
    again = [Chain(small_url, tmp_path / "data", test_clock="now") for _ in range(2)]
    put(again[0], timedelta(days=3) - before)
    assert sum(fired(again[0]).values()) == 1
    with again[0].sql() as connection:
        due = int((begins + timedelta(days=3)).timestamp() * 1_000_000)
        connection.exec_driver_sql(f"UPDATE stamp SET value = {due} WHERE name = 'clock'")
    threads = [threading.Thread(target=timing.fire_due, args=[each.services]) for each in again for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    put(again[1], timedelta(days=9))
    assert fired(again[1]) == {(unshipped, "timer:unshipped"): 1, (late, "timer:late"): 1}
    told = again[1].rows("SELECT person FROM notice WHERE template = 'transfer_late'")
    assert len(told) == len(set(told)) == 1
    for row in again[1].rows("SELECT due, fired, cancelled FROM timer"):
        assert row.fired is None or (row.fired >= row.due and row.cancelled is None)
    for each in again:
        each.close()


# -- I19 ---------------------------------------------------------------------------------------------------------------


def test_i19_an_accepted_decimal_comes_back_exactly_as_it_is(house: Chain) -> None:
    category = house.be("adm").gets("records/category")["items"][0]["id"]
    values = {"code": "RICE", "name": "Loose rice", "category": category, "base_unit": "kg", "tracking": "none"}
    house.be("adm").makes("item", {**values, "cost": "1.00", "price": "2.00"})
    total = Decimal(0)

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=ALL)
    @given(st.decimals("0.001", "999999999999.999", places=3))
    def bring(quantity: Decimal) -> None:
        nonlocal total
        line = {"item": {"code": "RICE"}, "quantity": format(quantity, "f")}
        record = house.be("adm").makes("opening", {"store": {"code": "S01"}, "lines": [line]}, "post")
        total += quantity
        shown = house.be("aud").gets(f"records/opening/{record}")["values"]["lines"][0]["quantity"]
        assert isinstance(shown, str)
        assert Decimal(shown) == quantity
        there = house.be("aud").gets("stock", item="RICE", place="S01")["items"][0]["on_hand"]
        assert Decimal(there) == total
        moved = house.be("aud").gets("stock/movements", record=record)["items"]
        assert [Decimal(each["quantity"]) for each in moved] == [quantity]

    bring()
    for wrong in ("0.0001", "1e3", "NaN", "+1", " 1", "１", "0x1", "1.", ".5", 1.5, True):
        line = {"item": {"code": "RICE"}, "quantity": wrong}
        assert house.be("adm").posts("opening", {"store": {"code": "S01"}, "lines": [line]}).status == 422, wrong


def test_i19_a_unit_that_does_not_come_out_even_is_refused(house: Chain) -> None:
    def post(quantity: str) -> Any:
        line = {"item": {"code": "B201"}, "quantity": {"quantity": quantity, "unit": "case"}}
        return house.be("adm").posts("opening", {"store": {"code": "S03"}, "lines": [line]})

    for quantity in ("0.0001", "0.00001", "1.000001"):
        assert post(quantity).status == 422
    for quantity, pieces in (("2", "24"), ("0.5", "6"), ("0.25", "3")):
        before = house.rows("SELECT coalesce(sum(quantity), 0) AS all_ FROM movement")[0].all_
        assert post(quantity).well
        after = house.rows("SELECT coalesce(sum(quantity), 0) AS all_ FROM movement")[0].all_
        assert after - before == int(pieces) * UNIT

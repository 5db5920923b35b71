"""What whoever listens is told: what he may see and nothing else, nothing lost, whichever process wrote it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from engine.access import sessions
from engine.database import Database
from engine.operations import events, events_found, signing
from engine.operations.calls import Actor, Call, Ear, Heard
from engine.operations.events import Watch
from engine.web.joined import Doors
from tests.operations.house import House

PASSWORD = "correct horse battery"
T = TypeVar("T")


@dataclass
class Room:
    """A process that looks, and people who listen to it."""

    house: House
    watch: Watch
    ears: list[Ear] = field(default_factory=list)

    def joins(self, account: str, after: str | None = None) -> Ear:
        """Somebody begins to listen with a session of his own."""
        token = signing.sign_in(self.house.services, account, PASSWORD).token
        actor = signing.identify(self.house.services, token)
        assert actor is not None
        ear = Ear(token, actor, after)
        self.ears.append(ear)
        return ear

    def look(self, *, beat: bool = False) -> list[Heard | None]:
        return list(self.watch.look(self.ears, beat=beat))

    def hears(self, ear: Ear, *, beat: bool = False) -> list[tuple[str, Any]]:
        """What one of them is told at the next look."""
        heard = self.look(beat=beat)[self.ears.index(ear)]
        return list(heard.events) if heard else []

    def mark(self) -> str:
        """A mark up to which everything has been told; other transactions must have ended."""
        return next(heard.mark for _ in range(5) for heard in self.look(beat=True)[-1:] if heard and self._whole(heard))

    def _whole(self, heard: Heard) -> bool:
        return int(heard.mark) == self.watch._head


@pytest.fixture
def room(house: House) -> Room:
    """A process of its own on the database that everybody shares; it has looked once."""
    made = Room(house, Watch(house.services))
    made.look()
    return made


def stock_of(told: list[tuple[str, Any]]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """The stock events by codes of item and place."""
    return {
        (one["item"]["code"], one["place"]["code"]): (one["on_hand"], one["reserved"], one["available"])
        for kind, one in told
        if kind == "stock"
    }


def records_of(told: list[tuple[str, Any]], form: str) -> list[tuple[str, str, int]]:
    return [
        (one["id"], one["state"], one["revision"]) for kind, one in told if kind == "record" and one["form"] == form
    ]


def crate(house: House, item: str, quantity: str = "3", account: str = "clerk1") -> str:
    line = {"item": {"code": item}, "quantity": quantity}
    return house.be(account).makes("crate", {"lines": [line]})


def test_stock_that_changed_is_told_to_who_sees_the_place_and_to_nobody_else(room: Room) -> None:
    here, there, chain = room.joins("clerk1"), room.joins("clerk2"), room.joins("aud")
    room.look()
    item = room.house.item()
    room.look()
    room.house.bring(item, "S01", 7)
    told = room.look()
    assert stock_of(list(told[0].events))[item, "S01"] == ("7", "0", "7")
    assert stock_of(list(told[1].events if told[1] else ())) == {}
    assert stock_of(list(told[2].events))[item, "S01"] == ("7", "0", "7")
    assert room.hears(here) == room.hears(there) == room.hears(chain) == []


def test_what_is_promised_and_freed_again_is_told_though_nothing_moved(room: Room) -> None:
    item = room.house.item(S01=5)
    made = crate(room.house, item)
    ear = room.joins("clerk1")
    room.look()
    clerk = room.house.be("clerk1")
    clerk.takes("crate", made, "promise")
    assert stock_of(room.hears(ear))[item, "S01"] == ("5", "3", "2")
    clerk.takes("crate", made, "free_one")
    assert stock_of(room.hears(ear))[item, "S01"] == ("5", "0", "5")


def test_a_record_is_told_by_state_and_revision_to_who_sees_it_without_any_value(room: Room) -> None:
    here, there = room.joins("clerk1"), room.joins("clerk2")
    room.look()
    item = room.house.item(S01=5)
    room.look()
    made = crate(room.house, item, "2.5")
    first, second = room.look()
    assert records_of(list(first.events), "crate") == [(made, "draft", 1)]
    assert [one for kind, one in (second.events if second else ()) if kind == "record"] == []
    told = [one for kind, one in first.events if kind == "record"]
    assert [set(one) for one in told] == [{"form", "id", "state", "revision"}]
    assert {here.actor.account, there.actor.account} == {"clerk1", "clerk2"}


def test_a_hidden_value_is_in_no_event(room: Room) -> None:
    everybody = ("clerk1", "mgr1", "buyA", "fin1", "aud", "adm")
    for account in everybody:
        room.joins(account)
    room.look()
    canary = "73519.46"
    room.house.be("adm").makes(
        "item", {"code": "CANARY1", "name": "Canary", "category": {"code": "FOOD"}, "tracking": "none", "cost": canary}
    )
    room.house.bring("CANARY1", "S01", 2)
    told = json.dumps([heard.events for heard in room.look() if heard])
    assert "CANARY1" in told
    assert canary not in told


def test_several_changes_of_one_thing_are_told_once_with_the_newest(room: Room) -> None:
    ear = room.joins("clerk1")
    item = room.house.item(S01=5)
    room.look()
    made = crate(room.house, item)
    room.house.be("clerk1").takes("crate", made, "promise")
    told = room.hears(ear)
    assert records_of(told, "crate") == [(made, "promised", 2)]
    assert stock_of(told) == {(item, "S01"): ("5", "3", "2")}


def test_a_right_that_is_withdrawn_while_listening_ends_what_is_told(own_house: House) -> None:
    room = Room(own_house, Watch(own_house.services))
    ear = room.joins("clerk1")
    room.look()
    item = own_house.item(S01=3)
    assert (item, "S01") in stock_of(room.hears(ear))
    adm = own_house.be("adm")
    held = adm.get("records/assignment", filter="person.account == 'clerk1'", limit="10")["items"]
    for each in held:
        adm.does("POST", f"records/assignment/{each['id']}/actions/retire", {})
    room.look()
    own_house.bring(item, "S01", 4)
    assert [kind for kind, _ in room.hears(ear) if kind in ("stock", "record")] == []


@pytest.mark.parametrize("how", ["signed out", "password set", "account closed"])
def test_a_session_that_ends_is_told_nothing_more_and_ends(own_house: House, how: str) -> None:
    room = Room(own_house, Watch(own_house.services))
    ear = room.joins("clerk1")
    room.joins("aud")
    room.look()
    if how == "signed out":
        signing.sign_out(own_house.services, ear.token)
    elif how == "password set":
        own_house.be("adm").does("POST", f"people/{ear.actor.person}/password", {"password": "another horse battery"})
    else:
        own_house.be("adm").edits("person", ear.actor.person, {"active": False})
    own_house.item(S01=3)
    told = room.look(beat=True)
    assert told[0] is not None
    assert (told[0].ended, told[0].events) == (True, ())
    assert told[1] is not None
    assert not told[1].ended
    assert stock_of(list(told[1].events))


def test_a_session_that_ends_while_nothing_changes_ends_with_the_next_beat(room: Room) -> None:
    ear = room.joins("clerk1")
    signing.sign_out(room.house.services, ear.token)
    assert [heard.ended for heard in room.look(beat=True) if heard] == [True]


def test_a_key_hears_what_it_was_granted(room: Room) -> None:
    clerk = room.house.be("clerk1")
    key = clerk.does("POST", "keys", {"name": "reads crates", "grants": [["crate", "see"]]})["key"]
    actor = signing.identify(room.house.services, key)
    assert actor is not None
    ear = Ear(key, actor)
    room.ears.append(ear)
    room.look()
    item = room.house.item(S01=5)
    made = crate(room.house, item)
    told = room.hears(ear)
    assert records_of(told, "crate") == [(made, "draft", 1)]
    assert stock_of(told) == {}


def test_my_tasks_are_told_when_one_comes_and_when_it_goes_and_not_to_others(room: Room) -> None:
    room.house.item(S01=1)
    for account in ("mgr1", "clerk2"):
        room.joins(account)
    clerk = room.house.be("clerk1")
    room.look(beat=True)
    values = {"to_store": {"code": "S02"}, "reason": "slow"}
    made = clerk.makes("transfer", {**values, "lines": [{"item": {"code": "A100"}, "requested": "1"}]}, "submit")
    first = room.look()
    assert ("tasks", {}) in first[0].events
    assert room.look() == [None, None]
    clerk.takes("transfer", made, "withdraw")
    told = room.look()
    assert told[0] is not None
    assert told[1] is not None
    assert ("tasks", {}) in told[0].events
    assert records_of(list(told[1].events), "transfer") == [(made, "withdrawn", 2)]
    assert ("tasks", {}) not in told[1].events


def test_a_notice_is_told_to_whom_it_is_for_and_again_when_he_read_it(room: Room) -> None:
    receiver = room.joins("clerk2")
    room.look(beat=True)
    item = room.house.item(S01=5)
    values = {"to_store": {"code": "S02"}, "reason": "slow", "lines": [{"item": {"code": item}, "requested": "1"}]}
    clerk = room.house.be("clerk1")
    made = clerk.makes("transfer", values, "submit")
    room.house.be("mgr1").decides("transfer", made)
    assert ("notices", {}) not in room.hears(receiver)
    clerk.takes("transfer", made, "ship")
    assert ("notices", {}) in room.hears(receiver)
    me = room.house.be("clerk2")
    me.does("PATCH", f"notices/{me.get('notices')['items'][0]['id']}")
    assert ("notices", {}) in room.hears(receiver, beat=True)
    assert ("notices", {}) not in room.hears(receiver, beat=True)


def test_who_comes_again_with_his_mark_is_told_what_he_missed_by_another_process(room: Room) -> None:
    room.joins("clerk1")
    room.look()
    mark = room.mark()
    item = room.house.item(S01=5)
    made = crate(room.house, item)
    other = Room(room.house, Watch(room.house.services))
    ear = other.joins("clerk1", mark)
    stranger = other.joins("clerk2", mark)
    fresh = other.joins("clerk1")
    told = other.look()
    mine = list(told[other.ears.index(ear)].events)
    assert records_of(mine, "crate") == [(made, "draft", 1)]
    assert stock_of(mine)[item, "S01"] == ("5", "0", "5")
    heard = told[other.ears.index(stranger)]
    assert heard is not None
    assert {kind if kind != "record" else one["form"] for kind, one in heard.events} <= {"item", "notices"}
    heard = told[other.ears.index(fresh)]
    assert heard is not None
    assert heard.events[0] == ("ready", {})
    assert (made, "draft", 1) in records_of(list(heard.events), "crate")
    assert ("ready", {}) not in mine


@pytest.mark.parametrize("mark", ["", "x", "-1", "1e3", "9" * 18, "9" * 40, "1\u0661", "0x10", " 1", "null"])
def test_a_mark_that_is_none_of_ours_reads_anew(room: Room, mark: str) -> None:
    ear = room.joins("clerk1", mark)
    assert ("reset", {}) in room.hears(ear)
    assert ("reset", {}) not in room.hears(ear, beat=True)


def test_a_mark_that_is_too_old_reads_anew(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "OLDEST", 3)
    mark = room.mark() if room.joins("clerk1") else ""
    room.house.item(S01=1)
    room.house.item(S01=1)
    assert ("reset", {}) in room.hears(room.joins("clerk1", mark))


def test_more_than_can_be_told_is_one_word_and_what_comes_after_is_told(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = room.joins("clerk1")
    room.look()
    monkeypatch.setattr(events_found, "MOST", 3)
    item = room.house.item(S01=5)
    for _ in range(4):
        crate(room.house, item)
    assert ("reset", {}) in room.hears(ear)
    made = crate(room.house, item)
    assert records_of(room.hears(ear), "crate") == [(made, "draft", 1)]


def test_a_change_that_is_taken_back_is_not_told_and_a_later_one_is(room: Room) -> None:
    ear = room.joins("clerk1")
    item = room.house.item(S01=2)
    made = crate(room.house, item, "9")
    room.look()
    assert room.house.be("clerk1").acts("crate", made, "promise").status == 409
    assert room.hears(ear) == []
    room.house.bring(item, "S01", 1)
    assert stock_of(room.hears(ear)) == {(item, "S01"): ("3", "0", "3")}


def test_who_commits_late_with_an_early_number_is_told_all_the_same(room: Room, kind: str) -> None:
    """PostgreSQL draws a number, and another transaction with a later one is committed before it."""
    ear = room.joins("clerk1")
    first, second = room.house.item(S01=1), room.house.item(S01=1)
    room.look()
    drawn, go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=lambda: _late(room.house, first, drawn, go_on, alone=kind == "sqlite"))
    slow.start()
    assert drawn.wait(20)
    quick = crate(room.house, second)
    told = [records_of(room.hears(ear), "crate") for _ in range(4)]
    assert told == [[(quick, "draft", 1)], [], [], []]
    before = room.watch._floor
    go_on.set()
    slow.join(20)
    after = [stock_of(room.hears(ear)) for _ in range(4)]
    if kind == "postgresql":
        assert before < room.watch._head
        assert [(first, "S01") in each for each in after] == [True, False, False, False]
    assert room.mark() == str(room.watch._head)


def _late(house: House, item: str, drawn: threading.Event, go_on: threading.Event, *, alone: bool) -> None:
    """Write in a transaction that waits for its end, where others may write beside it."""
    if alone:
        house.bring(item, "S01", 1)
        drawn.set()
        return

    class Slow(Database):
        def transaction(self, work: Callable[[Any], T]) -> T:
            def longer(connection: Any) -> T:
                answer = work(connection)
                drawn.set()
                assert go_on.wait(20)
                return answer

            return super().transaction(longer)

    slow = Slow(house.services.database.engine)
    doors = Doors(replace(house.services, database=slow))
    line = {"item": {"code": item}, "quantity": "1"}
    values = {"store": {"code": "S01"}, "lines": [line]}
    call = Call(house.be("adm").actor, "en")
    doors.run(call, "POST", "/api/records/opening", {"values": values, "action": "post"}, {}, None)


def test_nothing_is_read_while_nothing_changes(room: Room) -> None:
    room.joins("clerk1")
    room.mark()
    assert room.look() == [None]
    assert room.look(beat=True)[0] == Heard(str(room.watch._head))


def test_two_windows_of_one_person_are_told_the_same(room: Room) -> None:
    one, two = room.joins("clerk1"), room.joins("clerk1")
    item = room.house.item()
    room.look()
    room.house.bring(item, "S01", 2)
    told = room.look()
    assert told[0] is not None
    assert told[1] is not None
    assert stock_of(list(told[0].events)) == stock_of(list(told[1].events)) != {}
    assert one.token != two.token


def test_a_token_of_another_person_never_speaks_for_this_one(room: Room) -> None:
    stolen = room.joins("aud")
    room.ears.append(Ear(stolen.token, Actor("nobody", "nobody", "Nobody", "session")))
    room.house.item(S01=1)
    told = room.look()
    assert told[1] is None or told[1].ended
    assert sessions.SESSION in stolen.token

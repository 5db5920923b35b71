"""An older copy of the database is put back: what was taken away since stays away, and the log says so (attack P10)."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine import bootstrap
from engine.access import security
from engine.operations import restoring, signing
from tests.operations.conftest import Copy
from tests.operations.house import House

PASSWORD = "correct horse battery"


def lines(house: House, event: str) -> list[security.Entry]:
    """What the security log says of an event."""
    with house.services.database.reading() as connection:
        return [each for _, each in security.read_log(connection, limit=10_000) if each.event == event]


def opens(house: House, *tokens: str) -> list[bool]:
    """Which of these tokens name somebody here."""
    return [signing.identify(house.services, each) is not None for each in tokens]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of one machine."""
    return tmp_path / "machine"


def test_what_was_ended_since_a_copy_was_made_is_not_alive_in_it(copy_of: Copy, lab_url: str, data: Path) -> None:
    url = copy_of(lab_url)
    house = House(url, data, None)
    clerk = house.be("clerk1")
    made = clerk.does("POST", "keys", {"name": "till"})
    session = signing.sign_in(house.services, "clerk1", PASSWORD).token
    house.close()
    backup = copy_of(url)

    house = House(url, data, None)
    assert bootstrap.prepare(house.services) == []
    assert opens(house, made["key"], session) == [True, True]
    house.be("clerk1").does("DELETE", f"keys/{made['id']}")
    signing.sign_out(house.services, session)
    record = house.be("clerk1").makes("duel", {"amount": "5"}, "hand_in")
    restoring.note(house.services)
    house.close()

    house = House(backup, data, None)
    assert opens(house, made["key"], session) == [True, True]  # as an attacker would have it
    told = bootstrap.prepare(house.services)
    assert told == ["this is an older copy of the database: every session and key has ended"]
    assert opens(house, made["key"], session) == [False, False]
    assert house.be("clerk1").send("GET", f"records/duel/{record}").status == 404
    assert [each.reason for each in lines(house, "restored")] == ["older_copy"]
    again = signing.sign_in(house.services, "clerk1", PASSWORD).token
    assert bootstrap.prepare(house.services) == []
    assert opens(house, again) == [True]
    assert len(lines(house, "restored")) == 1
    assert house.verified()
    house.close()


def test_the_same_or_a_newer_database_ends_nothing(copy_of: Copy, lab_url: str, data: Path) -> None:
    house = House(copy_of(lab_url), data, None)
    session = signing.sign_in(house.services, "clerk1", PASSWORD).token
    for _ in range(2):
        assert bootstrap.prepare(house.services) == []
        house.be("clerk1").makes("duel", {"amount": "5"}, "hand_in")
    assert opens(house, session) == [True]
    assert lines(house, "restored") == []
    house.close()


@pytest.mark.parametrize(
    "words", ["", "{", "[]", "null", '{"other": [9, 9]}', '{"own": 9}', '{"own": [9]}', '{"own": ["9", "9"]}']
)
def test_a_note_that_cannot_be_read_says_nothing_of_this_database(house: House, data: Path, words: str) -> None:
    data.mkdir()
    own = hashlib.sha256(b"chainstock database\0" + house.services.secret).hexdigest()[:16]
    (data / restoring.FILE).write_text(words.replace("own", own))
    settings = house.services.settings.model_copy(update={"data": data})
    services = replace(house.services, settings=settings)
    assert restoring.look(services) is False
    assert restoring.look(services) is False


def test_the_note_only_grows_while_the_server_runs(copy_of: Copy, lab_url: str, data: Path) -> None:
    house = House(copy_of(lab_url), data, None)
    restoring.note(house.services)
    first = (data / restoring.FILE).read_bytes()
    restoring.note(house.services)
    assert (data / restoring.FILE).read_bytes() == first
    signing.sign_in(house.services, "clerk1", PASSWORD)
    restoring.note(house.services)
    second = (data / restoring.FILE).read_bytes()
    assert second != first
    assert [each.name for each in data.iterdir() if each.name.startswith(".")] == []
    house.close()


def test_a_database_of_another_chain_is_told_apart(copy_of: Copy, lab_url: str, empty_url: str, data: Path) -> None:
    large = House(copy_of(lab_url), data, None)
    restoring.note(large.services)
    small = House(empty_url, data, None)
    assert restoring.look(small.services) is False
    assert lines(small, "restored") == []
    assert restoring.look(large.services) is False
    large.close()
    small.close()


def test_an_ended_key_leaves_a_line_without_the_key(house: House) -> None:
    clerk = house.be("clerk2")
    made = clerk.does("POST", "keys", {"name": "till"})
    clerk.does("DELETE", f"keys/{made['id']}")
    ended = [each for each in lines(house, "key_ended") if each.detail == {"id": made["id"]}]
    assert [(each.person, each.account) for each in ended] == [(clerk.person, None)]
    assert clerk.send("DELETE", f"keys/{made['id']}").status == 404
    assert len(lines(house, "key_ended")) == len({str(each.detail) for each in lines(house, "key_ended")})


def test_processes_that_look_at_once_do_not_trip_over_each_other(own_house: House) -> None:
    file = own_house.services.settings.data / restoring.FILE
    start, faults = threading.Barrier(4), []

    def look() -> None:
        start.wait()
        for _ in range(60):
            file.unlink(missing_ok=True)
            try:
                restoring.note(own_house.services)
            except OSError as fault:
                faults.append(fault)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    restoring.note(own_house.services)
    assert [each.name for each in file.parent.iterdir() if restoring.FILE in each.name] == [restoring.FILE]


def test_a_note_that_cannot_be_written_leaves_nothing_lying_about(house: House, data: Path) -> None:
    settings = house.services.settings.model_copy(update={"data": data})
    services = replace(house.services, settings=settings)
    (data / restoring.FILE).mkdir(parents=True)
    for _ in range(3):
        with pytest.raises(OSError, match=restoring.FILE):
            restoring.note(services)
    assert [each.name for each in data.iterdir()] == [restoring.FILE]


def test_a_note_of_what_came_while_it_looked_is_no_older_copy(
    copy_of: Copy, lab_url: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = copy_of(lab_url)
    house, other = House(url, data, None), House(url, data, None)
    restoring.note(house.services)
    plain = restoring.reached

    def meanwhile(connection: Connection) -> restoring.Reached:
        found = plain(connection)
        monkeypatch.setattr(restoring, "reached", plain)
        signing.sign_in(other.services, "clerk1", PASSWORD)
        restoring.note(other.services)
        return found

    monkeypatch.setattr(restoring, "reached", meanwhile)
    assert restoring.look(house.services) is False
    assert lines(house, "restored") == []
    other.close()
    house.close()

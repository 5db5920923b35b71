"""A chain that is drawn: always the same, within what is there, under the law of everything else, into nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.operations.ids import new_id
from engine.seed import Command, Seed, Size, is_seed, read
from engine.settings import pack_folder
from tests.serving import command, environment, serving

TODAY = date(2026, 4, 1)
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = {"opening": "quantity", "receipt": "quantity", "ticket": "quantity", "transfer": "requested"}


def drawn(days: int, percent: int) -> list[Command]:
    seed = Seed(read(pack_folder(), "seed"), Size(days, percent), TODAY, ZONE, new_id)
    masters = [each for _, commands in seed.masters() for each in commands]
    return masters + [each for _, commands in seed.days() for each in commands]


def test_the_same_seed_draws_the_same_chain() -> None:
    first = drawn(9, 4)
    assert first == drawn(9, 4)
    assert len({each.record for each in first if each.kind == "make"}) == sum(each.kind == "make" for each in first)


def test_the_whole_chain_has_fifty_stores_two_thousand_items_and_a_year() -> None:
    told = read(pack_folder(), "seed")
    counted = Counter[str]()
    seed = Seed(told, Size().within(told), TODAY, ZONE, new_id)
    for form, commands in seed.masters():
        counted[form] += len(commands)
    assert (counted["store"], counted["item"]) == (50, 2000)
    assert told["days"] == 365


def test_a_share_of_the_chain_has_a_share_of_its_stores_and_items_but_two_at_least() -> None:
    made = Counter(each.form for each in drawn(1, 10))
    assert (made["store"], made["item"], made["region"]) == (5, 200, 5)
    assert Counter(each.form for each in drawn(1, 1))["store"] == 2


def test_the_days_end_yesterday_and_every_command_is_of_its_day() -> None:
    business = [each for each in drawn(9, 4) if each.form in NAMES]
    first, last = min(each.at for each in business), max(each.at for each in business)
    assert first.date() == date(2026, 3, 23)
    assert last.date() == date(2026, 3, 31)
    assert last < datetime(2026, 3, 31, 16, 0, tzinfo=UTC)


def test_nothing_is_taken_that_was_not_there_when_the_day_began() -> None:
    left: Counter[tuple[str, str]] = Counter()
    taken = coming = 0
    for day in range(40):
        arrived: Counter[tuple[str, str]] = Counter()
        for each in (each for each in DRAWN if (each.at.astimezone(ZONE).date() - date(2026, 2, 20)).days == day):
            if each.kind != "make":
                continue
            values = each.body["values"]
            brings = each.form in ("opening", "receipt")
            place = values["from_store"] if each.form == "transfer" else values["store"]
            for line in values["lines"]:
                quantity = int(line[NAMES[each.form]])
                if brings:
                    arrived[place, line["item"]] += quantity
                    coming += 1
                else:
                    left[place, line["item"]] -= quantity
                    taken += 1
                    assert left[place, line["item"]] >= 0
        left += arrived
    assert min(taken, coming) > 100


def test_what_is_moved_is_agreed_sent_and_received_by_those_whose_it_is() -> None:
    asked = next(each for each in DRAWN if each.form == "transfer")
    steps = [each for each in DRAWN if each.record == asked.record]
    assert [(each.kind, each.action) for each in steps] == [
        ("make", "submit"),
        ("approve", ""),
        ("act", "ship"),
        ("act", "receive"),
    ]
    assert [str(each.account).rpartition("-")[0] for each in steps] == ["clerk", "manager", "clerk", "clerk"]
    assert steps[0].account == steps[3].account != steps[2].account
    assert [each.at for each in steps] == sorted(each.at for each in steps)


DRAWN = [each for each in drawn(40, 4) if each.form in NAMES]


def test_only_a_file_with_a_seed_is_drawn() -> None:
    assert is_seed(pack_folder(), "seed")
    assert not is_seed(pack_folder(), "small")
    assert not is_seed(pack_folder(), "nothing")


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without anything, on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'seed.db'}"
    fresh: Callable[..., str] = request.getfixturevalue("fresh_postgres")
    return fresh(schema=False)


def test_a_loaded_chain_adds_up_and_is_loaded_once(nothing: str, tmp_path: Path) -> None:
    env = environment(nothing, tmp_path)
    loaded = command("demo", "load", "seed", "--days", "31", "--scale", "4", env=env)
    assert loaded.returncode == 0, loaded.stderr
    assert "day 30, " in loaded.stderr
    assert "day 30, " not in loaded.stdout
    recount = command("verify", env=env)
    assert recount.returncode == 0, recount.stdout
    figures = dict(line.split(" ", 1) for line in recount.stdout.splitlines())
    made = Counter(each.form for each in DRAWN)
    assert int(figures["record"]) > 300
    assert int(figures["movements"]) > 1000
    assert min(made.values()) > 1

    again = command("demo", "load", "seed", "--days", "2", env=env)
    assert again.returncode == 1
    assert "empty database only" in again.stderr
    assert "Traceback" not in again.stderr


def test_people_of_a_drawn_chain_sign_in_and_see_a_year_that_went_by(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'seed.db'}"
    loaded = command("demo", "load", "seed", "--days", "9", "--scale", "4", env=environment(url, tmp_path))
    assert loaded.returncode == 0, loaded.stderr
    with serving(url, tmp_path / "data") as server:
        auditor = server.be("auditor")
        tickets = auditor.get("records/ticket", limit="500")["items"]
        assert {each["state"] for each in tickets} == {"posted"}
        moved = auditor.get("records/transfer", limit="500")["items"]
        assert {each["state"] for each in moved} == {"done"}
        history = auditor.get(f"records/transfer/{moved[0]['id']}/history")["items"]
        assert [each["action"] for each in history][-2:] == ["ship", "receive"]
        assert len({str(each["person"]) for each in history}) >= 3
        assert server.be("till-S001").get("records/ticket", limit="500")["items"]


def test_a_chain_that_has_records_is_left_alone(small_url: str, tmp_path: Path) -> None:
    env = environment(small_url, tmp_path)
    before = command("verify", env=env).stdout
    refused = command("demo", "load", "seed", env=env)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "demo seed is loaded into an empty database only; this one has records\n"
    assert command("verify", env=env).stdout == before

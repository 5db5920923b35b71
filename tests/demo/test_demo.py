"""Demo files: in order, each by whom and when; a refusal stops the demo and is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.demo import DemoFault, load_demo, names, read_steps
from engine.settings import pack_folder

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


class Chain:
    """Notes what it is asked and says yes, but to one key."""

    def __init__(self, refused: str = "") -> None:
        self.asked: list[tuple[str | None, datetime, str]] = []
        self.bodies: dict[str, Any] = {}
        self.refused = refused

    def run(self, account: str | None, at: datetime, commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        self.asked += [(account, at, each["key"]) for each in commands]
        self.bodies |= {each["key"]: each["body"] for each in commands}
        return [{"key": c["key"], "status": 409 if c["key"] == self.refused else 201, "body": {}} for c in commands]


def test_small_is_run_by_the_founder_at_one_moment() -> None:
    chain = Chain()
    count = load_demo(pack_folder(), "small", "secret", NOW, ZONE, chain.run)
    assert count == len(chain.asked)
    assert {(account, at) for account, at, _ in chain.asked} == {(None, NOW)}


def test_small_sales_builds_on_small_and_goes_forward_in_time() -> None:
    chain = Chain()
    load_demo(pack_folder(), "small_sales", "secret", NOW, ZONE, chain.run)
    small = [step.command["key"] for step in read_steps(pack_folder(), "small", NOW, ZONE)]
    assert [key for _, _, key in chain.asked[: len(small)]] == small
    sales = [at for _, at, key in chain.asked if key.startswith(("demo/ticket", "demo/receipt"))]
    assert sales == sorted(sales)
    assert min(sales) == datetime(2025, 12, 31, 0, 0, tzinfo=UTC)
    assert max(sales) <= NOW
    assert min(at for _, at, _ in chain.asked) == min(sales) - timedelta(days=1)


def test_every_account_gets_the_password_that_was_given() -> None:
    chain = Chain()
    load_demo(pack_folder(), "small", "secret", NOW, ZONE, chain.run)
    people = [key for key in chain.bodies if key.startswith("demo/person/")]
    given = [key for key, body in chain.bodies.items() if body.get("password") == "secret"]
    assert len(people) == len(given) == 29


def test_every_key_and_every_id_is_there_once() -> None:
    steps = list(read_steps(pack_folder(), "small_sales", NOW, ZONE))
    keys = Counter(step.command["key"] for step in steps)
    ids = Counter(step.command["body"]["id"] for step in steps if "id" in step.command["body"])
    assert max(keys.values()) == 1
    assert max(ids.values()) == 1


def test_what_was_sold_was_received_before_so_that_the_opening_stock_is_left() -> None:
    left: Counter[tuple[str, str]] = Counter()
    for step in read_steps(pack_folder(), "small_sales", NOW, ZONE):
        form = step.command["path"].rsplit("/", 1)[1]
        if form in ("receipt", "ticket"):
            values = step.command["body"]["values"]
            for line in values["lines"]:
                where = (values["store"]["code"], line["item"]["code"])
                left[where] += int(line["quantity"]) * (1 if form == "receipt" else -1)
                assert left[where] >= 0
    assert len(left) > 5
    assert not +left


def test_the_first_refusal_stops_and_names_the_command() -> None:
    chain = Chain(refused="demo/store/S02")
    with pytest.raises(DemoFault, match="demo/store/S02 was refused: 409"):
        load_demo(pack_folder(), "small", "secret", NOW, ZONE, chain.run)


@pytest.mark.parametrize("name", ["large", "../small", "", "Small"])
def test_an_unknown_demo_says_which_there_are(name: str) -> None:
    with pytest.raises(DemoFault, match="small, small_sales"):
        load_demo(pack_folder(), name, "secret", NOW, ZONE, Chain().run)


@pytest.mark.parametrize("moment", ["yesterday", "3d 08:00", "-3d 8:00", "-3d 08:00x"])
def test_a_moment_that_is_none_is_refused(moment: str, tmp_path: Path) -> None:
    demo = tmp_path / "form_definitions" / "demo"
    demo.mkdir(parents=True)
    (demo / "odd.json").write_text(f'{{"after": {{}}, "commands": [{{"at": "{moment}", "key": "k", "body": null}}]}}')
    assert names(tmp_path) == ("odd",)
    with pytest.raises(DemoFault, match="is no moment"):
        list(read_steps(tmp_path, "odd", NOW, ZONE))

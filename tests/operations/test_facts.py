"""Facts over several sources, by what rows and references say: exact after everything that can happen to a record."""

from __future__ import annotations

import os
import random
import threading
from decimal import Decimal
from typing import Any

import pytest

from engine.operations.factbook import FactBook
from engine.records import facts
from tests.operations.house import Desk, House

ROUNDS = int(os.environ.get("CHAINSTOCK_ROUNDS", "200"))
NOVEMBER, DECEMBER = "2026-11-05", "2026-12-05"


def ask(clerk: Desk, *lines: tuple[str, str], day: str = NOVEMBER, action: str | None = "agree") -> str:
    """A request of lines `(item, value)`."""
    rows = [{"item": {"code": item}, "value": value} for item, value in lines]
    return clerk.makes("ask", {"day": day, "lines": rows}, action)


def seen(clerk: Desk, item: str, day: str = NOVEMBER) -> str:
    """What is spent in the month on the category of an item, as a draft of the clerk shows it."""
    draft = ask(clerk, (item, "0"), day=day, action=None)
    value: str = clerk.reads("ask", draft)["lines"][0]["spent"]
    clerk.does("DELETE", f"records/ask/{draft}", if_match=1)
    return value


def of(house: House, form: str, code: str) -> str:
    """The id of a record by its code."""
    (item,) = house.be("adm").get(f"records/{form}", filter=f"code == '{code}'")["items"]
    return str(item["id"])


def category(house: House) -> str:
    """A category of one's own; its code."""
    code = f"C{random.randrange(10**9)}"
    house.be("adm").makes("category", {"code": code, "name": code})
    return code


def counted(house: House, fact: str) -> dict[str, Decimal]:
    """What is kept of a fact, by its key; what is nothing is left out."""
    with house.services.database.reading() as connection:
        sql = "SELECT key, value FROM fact_value WHERE fact = %(fact)s AND value <> 0"
        if connection.dialect.name == "sqlite":
            sql = sql.replace("%(fact)s", ":fact")
        lines = connection.exec_driver_sql(sql, {"fact": fact}).all()
    return {line.key: Decimal(line.value) / 10**6 for line in lines}


def test_two_sources_add_up_by_store_month_and_the_category_of_a_rows_item(own_house: House) -> None:
    house = own_house
    food, other = house.item(category="FOOD"), house.item(category="NONFOOD")
    clerk = house.be("clerk1")
    ask(clerk, (food, "100"), (other, "20"))
    december = ask(clerk, (food, "50"), day=DECEMBER)
    assert (seen(clerk, food), seen(clerk, other), seen(clerk, food, DECEMBER)) == ("100.00", "20.00", "50.00")
    assert seen(house.be("clerk2"), food) == "0.00"
    assert clerk.takes("ask", december, "turn") == "turned"
    assert seen(clerk, food, DECEMBER) == "50.00", "what became a deal is counted once"
    (deal,) = clerk.get("records/deal", filter="total == 50")["items"]
    assert clerk.takes("deal", deal["id"], "shut") == "shut"
    assert seen(clerk, food, DECEMBER) == "0.00"
    assert house.verified()


def test_a_record_does_not_stand_in_its_own_way(own_house: House) -> None:
    clerk, item = own_house.be("clerk1"), own_house.item(category="FOOD")
    record = ask(clerk, (item, "250"))
    assert clerk.reads("ask", record)["lines"][0]["spent"] == "0.00"
    refused = clerk.send("POST", "records/ask", {"values": {"day": NOVEMBER, "lines": [
        {"item": {"code": item}, "value": "51"}]}, "action": "agree"})  # fmt: skip
    assert (refused.status, refused.body["rule"]) == (409, "room")
    assert clerk.takes("ask", record, "drop") == "dropped"
    assert ask(clerk, (item, "300"))


def test_what_is_read_through_a_reference_is_counted_anew_when_it_changes(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    item, still = house.item(category="FOOD"), house.item(category="FOOD")
    record = ask(clerk, (item, "100"), (still, "10"))
    assert seen(clerk, item) == "110.00"
    target = of(house, "item", item)
    assert house.be("adm").edits("item", target, {"category": {"code": "NONFOOD"}}).status == 200
    assert (seen(clerk, item), seen(clerk, still)) == ("100.00", "10.00")
    assert house.verified()
    row = clerk.reads("ask", record)["lines"][0]["row"]
    assert clerk.edits("ask", record, {"lines": [{"row": row, "value": "70"}]}).status == 200
    assert (seen(clerk, item), seen(clerk, still)) == ("70.00", "10.00")
    assert house.verified()


def test_a_reference_of_a_reference_is_followed_too(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    ask(clerk, ("A100", "1"), ("B200", "1"))
    ask(clerk, ("A100", "1"))
    before = counted(house, "asked_by_code")
    assert before == {'{"code":"FOOD"}': 2, '{"code":"NONFOOD"}': 1}
    assert adm.edits("category", of(house, "category", "FOOD"), {"code": "FRESH"}).status == 200
    assert counted(house, "asked_by_code") == {'{"code":"FRESH"}': 2, '{"code":"NONFOOD"}': 1}
    east, west = of(house, "region", "EAST"), of(house, "region", "WEST")
    assert counted(house, "asked_in_regions") == {f'{{"region":"{east}"}}': 2}
    assert adm.edits("store", of(house, "store", "S01"), {"region": {"code": "WEST"}}).status == 200
    assert counted(house, "asked_in_regions") == {f'{{"region":"{west}"}}': 2}
    assert house.verified()


def test_facts_are_what_a_recount_finds_after_anything(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    chance = random.Random(20_261_129)
    items = [house.item(category=chance.choice(["FOOD", "NONFOOD"])) for _ in range(3)]
    records: list[str] = []
    for _ in range(40):
        deed = chance.choice(["ask", "ask", "edit", "move", "turn", "drop"])
        if deed == "ask" or not records:
            rows = [(chance.choice(items), str(chance.randrange(3))) for _ in range(chance.randrange(1, 4))]
            records.append(ask(clerk, *rows, day=chance.choice([NOVEMBER, DECEMBER])))
        elif deed == "move":
            code = chance.choice(["FOOD", "NONFOOD"])
            assert (
                adm.edits("item", of(house, "item", chance.choice(items)), {"category": {"code": code}}).status == 200
            )
        elif deed == "edit":
            record = chance.choice(records)
            lines = [{"item": {"code": chance.choice(items)}, "value": str(chance.randrange(3))}]
            assert clerk.edits("ask", record, {"lines": lines}).status in (200, 403)
        else:
            clerk.acts("ask", chance.choice(records), deed)
    assert counted(house, "spent")
    assert house.verified()


def test_without_counting_anew_the_recount_would_find_it(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    item = own_house.item(category="FOOD")
    ask(own_house.be("clerk1"), (item, "100"))
    monkeypatch.setattr(FactBook, "_referring", lambda *_: iter(()))
    adm = own_house.be("adm")
    assert adm.edits("item", of(own_house, "item", item), {"category": {"code": "NONFOOD"}}).status == 200
    faults = own_house.be("aud").send("POST", "verify").body["faults"]
    assert sorted(each.partition(" ")[0] for each in faults) == ["asked_by_code", "asked_by_code", "spent", "spent"]


def test_an_exact_number_is_one_key_however_it_is_written() -> None:
    written = {facts.key_of({"much": each}) for each in (Decimal("1.50"), Decimal("1.5"))}
    assert written == {'{"much":"1.5"}'}


def race(house: House, *work: Any) -> list[Any]:
    """All of it at once; what each came to."""
    found: list[Any] = [None] * len(work)
    gate = threading.Barrier(len(work))

    def run(index: int) -> None:
        gate.wait()
        found[index] = work[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(work))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def two_of_200_against_300(house: House, turns: int, says: str | None = "room") -> None:
    """Two requests of 200 against a rest of 300, each turn for a category of its own. `says` is the guard's name."""
    for _ in range(turns):
        item = house.item(category=category(house))
        drafts = [ask(house.be(who), (item, "200"), action=None) for who in ("clerk1", "clerk1b")]
        replies = race(
            house,
            lambda one=drafts[0]: house.be("clerk1").acts("ask", one, "agree"),
            lambda other=drafts[1]: house.be("clerk1b").acts("ask", other, "agree"),
        )
        refused = [each for each in replies if each.status != 200]
        assert [each.status for each in refused] == [409 if says else 422]
        assert says is None or refused[0].body["rule"] == says
        assert seen(house.be("clerk1"), item) == "200.00"


def test_of_two_against_one_rest_only_one_passes(own_house: House) -> None:
    two_of_200_against_300(own_house, 3)
    assert own_house.verified()


ROOM = "all(lines, record.total + spent(record.store, month(record.day), row.item.category) <= 300)"
BY_LIVE = "all(lines, record.total + row.spent <= 300)"
RULE = """rules:
  room: {check: "state != 'draft' or %s", says: {en: Only 300 a month., zh: 每月最多 300。}}
"""


WAYS = {"live": (BY_LIVE, ""), "rule": ("true", RULE % ROOM), "rule over live": ("true", RULE % BY_LIVE)}
each_way = pytest.mark.parametrize("way", WAYS)


def ask_by(house: House, way: str) -> str | None:
    """Publish the rest of the budget as it is asked this way; the name of the guard that refuses, if one does."""
    guard, rules = WAYS[way]
    text = {kind: house.be("adm").get(f"definitions/{kind}/ask")["text"] for kind in ("form", "workflow")}
    assert ROOM in text["workflow"]
    house.publish(text["form"] + rules, text["workflow"].replace(ROOM, guard))
    return "room" if guard == BY_LIVE else None


@each_way
def test_of_two_against_one_rest_only_one_passes_however_it_is_asked(own_house: House, way: str) -> None:
    """By a live field that asks the fact, and by a rule of the form, which is looked at before the guards."""
    two_of_200_against_300(own_house, 3, says=ask_by(own_house, way))
    assert own_house.verified()


@pytest.mark.long
def test_of_two_against_one_rest_only_one_passes_many_times(own_house: House) -> None:
    two_of_200_against_300(own_house, ROUNDS)
    assert own_house.verified()


@pytest.mark.long
@each_way
def test_of_two_against_one_rest_only_one_passes_many_times_however_it_is_asked(own_house: House, way: str) -> None:
    two_of_200_against_300(own_house, ROUNDS, says=ask_by(own_house, way))
    assert own_house.verified()


def moved_while_asked(house: House, turns: int) -> None:
    """An item changes its category while it is asked for: whoever is first, what is kept is what a recount finds."""
    item = house.item(category="FOOD")
    target = of(house, "item", item)
    for turn in range(turns):
        code = ("NONFOOD", "FOOD")[turn % 2]
        race(
            house,
            lambda: ask(house.be("clerk1"), (item, "1")),
            lambda code=code: house.be("adm").edits("item", target, {"category": {"code": code}}),
        )
    assert house.verified()


def test_an_item_changes_its_category_while_it_is_asked_for(own_house: House) -> None:
    moved_while_asked(own_house, 4)


@pytest.mark.long
def test_an_item_changes_its_category_while_it_is_asked_for_many_times(own_house: House) -> None:
    moved_while_asked(own_house, ROUNDS)

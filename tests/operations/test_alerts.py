"""Alerts of the library: once each time that a figure crosses, by whatever moves it, in whichever process."""

from __future__ import annotations

import uuid
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from engine.database.dialects import run
from engine.operations import timing
from tests.operations.house import Desk, House
from tests.operations.test_stock import crate

LOW = """alerts:
  low:
    title: {en: Running low, zh: 库存不足}
    watch: {available: {item: item, place: store}}
    when: watched < 10
    do:
      tell: {notify: {to: [manager at each, owner of item.category], template: running_low}}
"""
SPENT = """alerts:
  nearly_spent:
    title: {en: Budget nearly used, zh: 预算将尽}
    watch: {fact: spent}
    when: watched >= 90 and category.code == 'FOOD'
    do:
      note: {create: {form: memo, values: {store: each, note: "'spent ' + category.code"}}}
"""
RIPE = """alerts:
  ripe:
    watch: {fact: granted_wishes}
    about: item
    when: watched > 5
    do:
      renamed: {set: {values: {name: "'Wanted'"}}}
"""
NOTICE = """format: 1
notice: running_low
text:
  en: "{{ alert.item.code }} at {{ alert.place.code }}: {{ alert.watched }} left."
  zh: "{{ alert.place.code }} 的 {{ alert.item.code }} 仅剩 {{ alert.watched }}。"
"""


def with_alerts(house: House, words: str, *more: str, policy: tuple[str, ...] = ()) -> None:
    library = house.be("adm").get("definitions/library/library")["text"].partition("alerts:")[0]
    house.publish(f"{library.rstrip()}\n{words}", *more, policy=policy)


@pytest.fixture
def watched(own_house: House) -> House:
    """A house in which whatever runs low is told."""
    with_alerts(own_house, LOW, NOTICE)
    return own_house


def told(desk: Desk, item: str) -> list[str]:
    """What somebody was told of an item, oldest first, when everything that is due has been done."""
    timing.fire_due(desk.house.services)
    found = [each["text"] for each in desk.get("notices", limit="500")["items"] if item in each["text"]]
    return found[::-1]


def send(house: House, item: str, quantity: int) -> str:
    return crate(house.be("clerk1"), item, str(quantity), "send")


def test_it_is_told_once_until_it_was_above_again(watched: House) -> None:
    house, mgr = watched, watched.be("mgr1")
    item = house.item(S01=20)
    assert told(mgr, item) == []
    send(house, item, 11)
    assert told(mgr, item) == [f"{item} at S01: 9 left."]
    send(house, item, 2)
    assert len(told(mgr, item)) == 1
    house.bring(item, "S01", 5)
    send(house, item, 4)
    assert told(mgr, item) == [f"{item} at S01: 9 left.", f"{item} at S01: 8 left."]
    assert told(house.be("mgr2"), item) == []
    assert told(Desk(house, mgr.actor, "zh"), item)[0] == f"S01 的 {item} 仅剩 9。"
    assert house.verified()


def test_a_promise_its_end_and_a_reversal_move_what_is_available_as_well(watched: House) -> None:
    house, mgr, clerk = watched, watched.be("mgr1"), watched.be("clerk1")
    item = house.item(S01=12)
    record = crate(clerk, item, "4", "promise")
    assert len(told(mgr, item)) == 1
    clerk.takes("crate", record, "free_one")
    crate(clerk, item, "3", "promise")
    assert told(mgr, item)[1:] == [f"{item} at S01: 9 left."]
    sent = send(house, item, 1)
    house.bring(item, "S01", 1)
    clerk.takes("crate", sent, "undo")
    crate(clerk, item, "2", "send")
    assert told(mgr, item) == [f"{item} at S01: {left} left." for left in (8, 9, 8)]


def test_of_a_batch_that_is_written_together_too(watched: House) -> None:
    house, clerk = watched, watched.be("clerk1")
    item = house.item(S01=20)

    def command(form: str, quantity: str, action: str) -> dict[str, Any]:
        values = {"store": {"code": "S01"}, "lines": [{"item": {"code": item}, "quantity": quantity}]}
        body = {"id": str(uuid.uuid4()), "values": values, "action": action}
        return {"key": str(uuid.uuid4()), "method": "POST", "path": f"/api/records/{form}", "body": body}

    def sends(desk: Desk, *commands: dict[str, Any]) -> None:
        assert [each["status"] for each in desk.does("POST", "batch", list(commands))] == [201] * len(commands)

    sends(clerk, *(command("crate", "4", "send") for _ in range(4)))
    assert told(house.be("mgr1"), item) == [f"{item} at S01: 8 left."]
    sends(house.be("adm"), *(command("opening", "2", "post") for _ in range(5)))
    sends(clerk, *(command("crate", "3", "send") for _ in range(2)))
    assert told(house.be("mgr1"), item)[1:] == [f"{item} at S01: 8 left."]


def test_what_is_refused_turns_nothing_on(watched: House) -> None:
    house = watched
    item = house.item(S01=12)
    before = _marks(house)
    refused = house.be("clerk1").acts("crate", crate(house.be("clerk1"), item, "13"), "send")
    assert refused.status == 409
    assert _marks(house) == before
    assert told(house.be("mgr1"), item) == []


def _marks(house: House) -> list[tuple[Any, ...]]:
    with house.services.database.reading() as connection:
        rows = run(connection, "SELECT name, key, active, times FROM alert_mark ORDER BY name, key")
        return [tuple(row) for row in rows]


def test_one_process_turns_it_on_and_dies_and_others_at_once_tell_it_once(watched: House, tmp_path: Path) -> None:
    url = watched.services.settings.database
    first = House(url, tmp_path / "first")
    items = [watched.item(S01=20) for _ in range(3)]
    for item in items:
        send(first, item, 15)
    first.close()
    others = [House(url, tmp_path / str(number)) for number in range(3)]
    start = Barrier(len(others))

    def fire(house: House) -> None:
        start.wait()
        timing.fire_due(house.services)

    _at_once([lambda house=house: fire(house) for house in others])
    for house in others:
        house.close()
    for item in items:
        assert told(watched.be("mgr1"), item) == [f"{item} at S01: 5 left."]


def _at_once(works: list[Any]) -> None:
    threads = [Thread(target=each) for each in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_two_who_each_take_a_part_at_once_do_not_both_miss_it(watched: House, tmp_path: Path) -> None:
    """Neither alone takes it below; of two lots, so that no row of the balance is both's."""
    url, house = watched.services.settings.database, watched
    other = House(url, tmp_path / "other")
    for _ in range(4):
        item = house.item(tracking="lot")
        lots = []
        for name in ("A", "B"):
            values = {"code": f"{item}{name}", "item": {"code": item}, "expires": "2030-01-01"}
            lots.append(house.be("adm").makes("lot", values))
            house.bring(item, "S01", 12, lots[-1])
        line = {"item": {"code": item}, "quantity": "8"}
        records = [house.be("clerk1").makes("crate", {"lines": [{**line, "lot": lot}]}) for lot in lots]
        start = Barrier(2)

        def take(at: House, record: str, start: Barrier = start) -> None:
            start.wait()
            at.be("clerk1").takes("crate", record, "send")

        _at_once([lambda a=at, r=record: take(a, r) for at, record in zip((house, other), records, strict=True)])
        assert told(house.be("mgr1"), item) == [f"{item} at S01: 8 left."]
    other.close()


def test_who_may_not_see_the_stock_is_not_told_how_much_there_is(watched: House) -> None:
    """Told of it he is, since the process says so; the figure is left out by his own rights, when he reads it."""
    house = watched
    item = house.item(S01=20)
    send(house, item, 13)
    assert told(house.be("mgr1"), item) == [f"{item} at S01: 7 left."]
    adm = house.be("adm")
    policy = adm.get("definitions/permissions/policy")["text"]
    lines = [each for each in policy.splitlines() if not each.startswith("p, manager, stock,")]
    text = "\n".join(lines) + "\n"
    sent = [{"kind": "permissions", "name": "policy", "text": text}]
    adm.does("POST", "definitions/publish", {"texts": sent, "note": "in a test"})
    assert told(house.be("mgr1"), item) == [f"{item} at S01:  left."]


VEILED = """format: 1
overlay: veiled
over: retail
change:
  form ask:
    fields:
      lines:
        fields:
          margin: {type: money, default: 5, sees: {by: [auditor at chain]}}
          level: {type: text, default: "'x'", sees: {by: [auditor at chain]}}
"""
COUNTS = {
    "by_sum": "sum: row.margin, where: it.store == store",
    "by_condition": "where: it.store == store and row.margin > 0",
    "by_key": "where: it.store == store and row.level == level",
    "beyond": "where: it.store == store and row.item.cost > 0",
    "open": "sum: row.value, where: it.store == store",
}
"""What a fact over the lines of asks reads, by the name of the fact."""
CODE = "{{ alert.store.code }}:{{ alert.watched }}:{{ alert.level }}"


def test_what_is_counted_from_something_hidden_is_not_told_to_whom_that_is_hidden_from(own_house: House) -> None:
    house, adm = own_house, own_house.be("adm")
    keyed = {name: ", level: text" if name == "by_key" else "" for name in COUNTS}
    facts = "".join(
        f"  {name}: {{for: {{store: store{keyed[name]}}}, over: ask.lines, {words}}}\n"
        for name, words in COUNTS.items()
    )
    tells = "{tell: {notify: {to: [clerk at each, auditor at chain], template: %s}}}"
    alerts = "".join(
        f"  {name}: {{watch: {{fact: {name}}}, when: watched > 0, do: {tells % name}}}\n" for name in COUNTS
    )
    library = adm.get("definitions/library/library")["text"]
    library = library.replace("facts:\n", f"facts:\n{facts}").replace("layers: []", "layers: [retail, veiled]")
    notices = [f"format: 1\nnotice: {name}\ntext: {{en: '{name} {CODE}', zh: '{name} {CODE}'}}\n" for name in COUNTS]
    wide = ["p, clerk, ask, see, chain"]
    house.publish(f"{library.rstrip()}\nalerts:\n{alerts}", VEILED, *notices, policy=wide)
    line = {"item": {"code": house.item()}, "value": "7"}
    house.be("clerk1").makes("ask", {"store": {"code": "S01"}, "lines": [line]})
    timing.fire_due(house.services)

    def said(account: str) -> set[str]:
        return {each["text"] for each in house.be(account).get("notices", limit="500")["items"]}

    everything = {"by_sum S01:5:", "by_condition S01:1:", "by_key S01:1:x", "beyond S01:1:", "open S01:7:"}
    assert everything <= said("aud")
    hidden = {"by_sum S01::", "by_condition S01::", "by_key S01::", "beyond S01::", "open S01:7:"}
    assert hidden <= said("clerk1")
    assert not (everything - hidden) & said("clerk1")


def test_of_a_fact_a_record_is_made_for_the_unit(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    with_alerts(house, SPENT)

    items = {category: house.item(category=category) for category in ("FOOD", "NONFOOD")}

    def spend(value: str, category: str = "FOOD") -> None:
        line = {"item": {"code": items[category]}, "value": value}
        clerk.makes("ask", {"store": {"code": "S01"}, "day": "2031-05-05", "lines": [line]}, "agree")

    def notes() -> list[str]:
        timing.fire_due(house.services)
        items = clerk.get("records/memo", limit="100", fields="note,store")["items"]
        return [each["values"]["note"] for each in items if each["values"]["note"].startswith("spent ")]

    spend("50")
    spend("95", "NONFOOD")
    assert notes() == []
    spend("45")
    spend("1")
    assert notes() == ["spent FOOD"]
    assert house.verified()


def test_it_acts_on_the_record_that_it_is_about_and_history_says_why(own_house: House) -> None:
    house = own_house
    with_alerts(house, RIPE)
    item, adm = house.item(S01=50), house.be("adm")
    record = adm.get("records/item", filter=f"code == '{item}'")["items"][0]["id"]
    for _ in range(2):
        house.be("clerk1").makes("wish", {"lines": [{"item": {"code": item}, "quantity": "4"}]}, "grant")
    timing.fire_due(house.services)
    assert adm.reads("item", record)["name"] == "Wanted"
    line = adm.history("item", record)[-1]
    assert (line["person"]["id"], line["action"]) == ("system", "alert:ripe")
    assert "has come on" in line["because"]


def test_an_alert_that_is_gone_does_nothing_more_and_begins_anew_when_it_comes_back(watched: House) -> None:
    house, mgr = watched, watched.be("mgr1")
    item = house.item(S01=20)
    send(house, item, 15)
    with_alerts(house, "")
    assert told(mgr, item) == []
    send(house, item, 1)
    with_alerts(house, LOW)
    assert told(mgr, item) == []
    send(house, item, 1)
    assert told(mgr, item) == [f"{item} at S01: 3 left."]

"""Records are found by what the newest definition says, those that were made under an older one too."""

from __future__ import annotations

from typing import Any

from tests.operations.house import House

SEARCH = "search: [number, note, body]"


def publish(house: House, form: str, *changes: tuple[str, str]) -> Any:
    """Publish a form with these changes of its text."""
    adm = house.be("adm")
    text = adm.get(f"definitions/form/{form}")["text"]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return adm.send("POST", "definitions/publish", {"texts": [{"kind": "form", "name": form, "text": text}]})


def found(house: House, word: str) -> int:
    return len(house.be("clerk1").get("records/memo", q=word)["items"])


def test_older_records_are_found_by_new_words_and_no_longer_by_old_ones(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    clerk.makes("memo", {"note": "walnut", "code": "pistachio", "body": "almond"})
    clerk.makes("memo", {"note": "hazel", "code": "cashew"}, "hand_in")
    assert [found(own_house, word) for word in ("pistachio", "cashew", "almond")] == [0, 0, 1]
    assert publish(own_house, "memo", (SEARCH, "search: [number, note, code]")).status == 200
    assert [found(own_house, word) for word in ("pistachio", "cashew", "almond", "walnut")] == [1, 1, 0, 1]
    assert own_house.verified()
    version = own_house.be("adm").get("definitions/form/memo")["version"]
    own_house.be("adm").does("POST", "definitions/rollback", {"version": version - 1})
    assert [found(own_house, word) for word in ("pistachio", "almond")] == [0, 1]
    assert own_house.verified()


def test_a_pinned_record_that_is_written_again_stays_found_by_the_newest(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    record = clerk.makes("memo", {"note": "walnut", "code": "pistachio"}, "hand_in")
    assert publish(own_house, "memo", (SEARCH, "search: [number, note, code]")).status == 200
    own_house.be("mgr1").edits("memo", record, {"note": "chestnut"})
    assert [found(own_house, word) for word in ("pistachio", "walnut", "chestnut")] == [1, 0, 1]
    assert own_house.verified()


def test_borrowed_words_follow_the_lender(own_house: House) -> None:
    item, clerk = own_house.item(S01=5), own_house.be("clerk1")
    assert publish(own_house, "memo", (SEARCH, "search: [number, note, item]")).status == 200
    clerk.makes("memo", {"note": "n", "item": {"code": item}})
    assert found(own_house, item) == 1
    text = own_house.be("adm").get("definitions/form/item")["text"]
    line = next(each for each in text.splitlines() if each.startswith("search:"))
    assert "code" in line
    assert publish(own_house, "item", (line, "search: [name]")).status == 200
    assert found(own_house, item) == 1, "the name has the code in it"
    assert publish(own_house, "item", ("search: [name]", "search: [spec]")).status == 200
    assert found(own_house, item) == 0
    assert own_house.verified()


def test_a_value_that_is_there_twice_cannot_become_unique(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    for _ in range(2):
        clerk.makes("memo", {"note": "n", "bar": "4006381333931"})
    before = own_house.be("adm").get("definitions/form/memo")["version"]
    refused = publish(own_house, "memo", ("bar: {type: barcode}", "bar: {type: barcode, unique: true}"))
    assert (refused.status, refused.errors) == (422, [("/form/memo/bar", "not_unique")])
    assert own_house.be("adm").get("definitions/form/memo")["version"] == before
    assert own_house.verified()


def test_what_becomes_unique_is_held_against_those_that_are_there(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    clerk.makes("memo", {"note": "n", "bar": "4006381333931"})
    assert publish(own_house, "memo", ("bar: {type: barcode}", "bar: {type: barcode, unique: true}")).status == 200
    refused = clerk.send("POST", "records/memo", {"values": {"note": "n", "bar": "4006381333931"}})
    assert (refused.status, refused.code) == (422, "not_unique")
    assert own_house.verified()


def test_references_in_rows_and_org_units_are_kept_for_older_records(own_house: House) -> None:
    item, clerk = own_house.item(), own_house.be("clerk1")
    wish = clerk.makes("wish", {"lines": [{"item": {"code": item}, "quantity": "1"}]}, "grant")
    changes = ("item: {type: reference, to: item, required: true}", "item: {type: reference, to: item, index: true}")
    assert publish(own_house, "wish", changes).status == 200
    assert [
        each["id"] for each in clerk.get("records/wish", filter=f"any(lines, row.item.code == '{item}')")["items"]
    ] == [wish]
    assert publish(own_house, "memo", ("org: [store]", "org: [unit]")).status == 200
    assert own_house.verified()

"""Facts are held against the records by `verify`, and put right when definitions change; stock is summed by groups."""

from __future__ import annotations

from sqlalchemy import text

from tests.operations.house import House

WRONG = text('INSERT INTO fact_value (fact, key, value) VALUES (:fact, \'{"nobody":"knows"}\', 5000000)')
STILL = text('SELECT count(*) FROM fact_value WHERE key = \'{"nobody":"knows"}\'')


def plant(house: House) -> str:
    """A fact that no record bears out; its name."""
    library = house.be("adm").get("definitions/library/library")["text"]
    fact = "granted_wishes"
    assert f"  {fact}:" in library
    house.services.database.transaction(lambda connection: connection.execute(WRONG, {"fact": fact}))
    return fact


def planted(house: House) -> int:
    """How many planted values are still kept."""
    with house.services.database.reading() as connection:
        return int(connection.execute(STILL).scalar_one())


def test_a_fact_that_its_records_do_not_bear_out_is_found_by_the_recount(own_house: House) -> None:
    assert own_house.verified()
    fact = plant(own_house)
    report = own_house.be("aud").send("POST", "verify").body
    assert report["faults"] == [f'{fact} {{"nobody":"knows"}}: 5 is kept, the records add up to 0']


def test_facts_are_counted_anew_when_forms_change_and_not_when_a_message_does(own_house: House) -> None:
    adm = own_house.be("adm")
    plant(own_house)
    notice = adm.get("definitions/template/memo_told")["text"]
    own_house.publish(notice + "\n# said again\n")
    assert planted(own_house) == 1
    form = adm.get("definitions/form/memo")["text"]
    own_house.publish(form + "\n# said again\n")
    assert planted(own_house) == 0
    assert own_house.verified()


def test_stock_is_summed_by_what_items_and_units_belong_to(house: House) -> None:
    item = house.item(category="FOOD", S01=5, S02=7)
    aud = house.be("aud")
    by_category = aud.get("stock", item=item, group="category")["items"]
    assert [(each["category"]["code"], each["on_hand"]) for each in by_category] == [("FOOD", "12")]
    by_region = aud.get("stock", item=item, group="region")["items"]
    assert sum(int(each["on_hand"]) for each in by_region if each["region"]) == 12
    refused = aud.send("GET", "stock", group="cost")
    assert refused.errors == [("/group", "bad_group")]

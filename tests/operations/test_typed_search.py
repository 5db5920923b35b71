"""Chinese names are found as they are typed in Latin letters, by everybody who may see them, in old databases too."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.operations import publishing
from engine.operations.publishing import STAMP
from tests.operations.house import House
from tests.operations.test_reindexing import found, publish

BODY = ("body: {type: long_text}", "body: {type: long_text, sees: {by: [manager at store]}}")


def forget(house: House) -> None:
    """Leave what an older program left: no word in Latin letters but those that a text has."""

    def work(connection: Connection) -> None:
        connection.execute(text("DELETE FROM record_token WHERE token IN ('kfd', 'fd', 'gfd', 'jfd')"))
        connection.execute(text("DELETE FROM stamp WHERE name = :name"), {"name": STAMP})

    house.services.database.transaction(work)


def test_a_record_is_found_as_it_is_typed_also_after_its_name_has_changed(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    memo = clerk.makes("memo", {"note": "咖啡豆", "body": "重庆小面"})
    words = ("kfd", "KF", "fd", "cqxm", "咖啡 xm")
    assert [found(own_house, each) for each in words] == [1] * len(words)
    assert [found(own_house, each) for each in ("kdf", "zqxm", "k%", "' OR 1=1 --")] == [0, 0, 1, 0]
    clerk.edits("memo", memo, {"note": "绿茶"})
    assert [found(own_house, each) for each in ("kfd", "lc", "cqxm")] == [0, 1, 1]
    assert own_house.verified()


def test_what_refers_to_a_record_is_found_by_its_name_as_it_is_typed(own_house: House) -> None:
    assert publish(own_house, "memo", ("search: [number, note, body]", "search: [number, note, item]")).status == 200
    adm = own_house.be("adm")
    values = {"code": "KF1", "name": "咖啡豆", "category": {"code": "FOOD"}, "tracking": "none", "cost": "1"}
    adm.makes("item", values)
    own_house.be("clerk1").makes("memo", {"note": "n", "item": {"code": "KF1"}})
    assert found(own_house, "kfd") == 1
    assert [each["values"]["code"] for each in adm.get("records/item", q="kf")["items"]] == ["KF1"]


def test_a_database_of_an_older_program_is_cut_anew_once(own_house: House) -> None:
    own_house.be("clerk1").makes("memo", {"note": "咖啡豆"})
    forget(own_house)
    assert found(own_house, "kfd") == 0
    assert publishing.cut_words(own_house.services) > 10
    assert found(own_house, "kfd") == 1
    assert publishing.cut_words(own_house.services) == 0
    assert own_house.verified()


def test_nobody_finds_by_what_is_kept_from_some(own_house: House) -> None:
    """Not even who may see it: one list of words serves all. Of older records the words go when the field is closed."""
    clerk, manager = own_house.be("clerk1"), own_house.be("mgr1")
    older = clerk.makes("memo", {"note": "绿茶", "body": "咖啡豆"})
    assert [found(own_house, each) for each in ("kfd", "咖啡")] == [1, 1]
    assert publish(own_house, "memo", BODY).status == 200
    assert manager.reads("memo", older)["body"] == "咖啡豆"
    clerk.makes("memo", {"note": "红茶"})
    for who in (clerk, manager):
        assert [who.get("records/memo", q=each)["items"] for each in ("kfd", "咖啡", "kf")] == [[], [], []]
        assert [len(who.get("records/memo", q=each)["items"]) for each in ("lc", "hc")] == [1, 1]
    assert own_house.verified()


def test_who_may_not_see_a_field_by_policy_finds_nothing_by_words(own_house: House) -> None:
    own_house.be("clerk1").makes("memo", {"note": "咖啡豆"})
    own_house.publish(policy=["p, manager, memo.body, see, own"])
    assert len(own_house.be("mgr1").get("records/memo", q="kfd")["items"]) == 1
    assert own_house.be("clerk1").get("records/memo", q="kfd")["items"] == []
    assert len(own_house.be("clerk1").get("records/memo")["items"]) == 1

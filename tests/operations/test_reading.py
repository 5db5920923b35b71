"""What one person sees of forms, records, himself; and lists, pages, filters and counts of them."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from engine.operations import reading
from tests.operations.house import House


def memos(house: House, mark: str, *amounts: str) -> list[str]:
    clerk = house.be("clerk1")
    return [clerk.makes("memo", {"note": mark, "amount": each}) for each in amounts]


def test_a_record_has_the_shape_of_the_contract(house: House) -> None:
    clerk = house.be("clerk1")
    read = clerk.get(f"records/memo/{clerk.makes('memo', {'note': 'a'})}")
    assert set(read) >= {"id", "form", "number", "state", "revision", "version", "values", "tasks", "actions", "links"}
    assert (read["form"], read["state"], read["links"]) == ("memo", "draft", [])
    assert set(read["actions"][0]) == {"name", "title", "asks"}
    assert read["actions"][0]["title"] == "Hand in"


def test_tasks_of_a_record_name_who_could_act(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("duel", {"amount": "50"}, "hand_in")
    tasks = clerk.get(f"records/duel/{record}")["tasks"]
    assert [(each["step"], {one["code"] for one in each["people"]}) for each in tasks] == [
        ("peers", {"clerk1b", "clerk1c"})
    ]
    assert set(tasks[0]) >= {"id", "record", "step", "actions", "since", "deadline", "because"}
    assert tasks[0]["record"] == {"form": "duel", "id": record, "number": None, "title": "Duel"}


def test_what_has_a_number_is_called_by_it_and_not_by_a_text_that_stands_in_it(house: House) -> None:
    clerk, lines = house.be("clerk1"), [{"item": {"code": house.item()}, "quantity": "1", "price": "2"}]
    back = {"reason": "other", "note": "it broke", "lines": lines}
    record = clerk.makes("customer_return", back, "submit")
    named = clerk.get(f"records/customer_return/{record}")["named"]
    number = clerk.get(f"records/customer_return/{record}")["number"]
    assert number.startswith("CR-S01-")
    assert named == {"id": record, "code": number, "title": number}


def test_what_is_not_there_and_what_is_not_mine_look_alike(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a"})
    other = house.be("clerk2")
    for below in ("", "/history", "/trail", "/route"):
        hidden = other.send("GET", f"records/memo/{record}{below}")
        nothing = other.send("GET", f"records/memo/{uuid.uuid4()}{below}")
        assert hidden.status == nothing.status == 404
        assert hidden.raw == nothing.raw


def test_forms_are_those_that_one_may_see(house: House) -> None:
    names = {each["form"] for each in house.be("clerk1").get("forms")["items"]}
    assert {"memo", "wish", "transfer"} <= names
    assert "opening" not in names
    assert house.be("clerk1").send("GET", "forms/opening").status == 404
    assert "memo" not in {each["form"] for each in house.be("sec1").get("forms")["items"]}


def test_a_form_is_shown_as_this_person_sees_it(house: House) -> None:
    clerk, chief = house.be("clerk1").get("forms/memo"), house.be("mgr1").get("forms/memo")
    assert "veiled" not in clerk["fields"]["lines"]["fields"]
    assert "veiled" in chief["fields"]["lines"]["fields"]
    assert "veiled" not in str(clerk["schema"])
    assert (clerk["title"], clerk["fields"]["note"]) == (
        "Memo",
        {"type": "text", "title": "Note", "widget": "text", "holds": "text", "required": True},
    )
    assert {"value": "recall", "title": "Called back"} in clerk["fields"]["shade"]["options"]
    assert clerk["fields"]["store"]["to"] == "store"
    assert [each["name"] for each in clerk["states"]] == ["draft", "open", "done", "late"]
    assert [each["name"] for each in clerk["actions"]] == ["hand_in"]
    assert [each["name"] for each in chief["actions"]] == ["finish"]


def test_a_person_or_unit_is_chosen_among_the_records_that_the_reader_may_look_into(house: House) -> None:
    adm, clerk = house.be("adm"), house.be("clerk1")
    assert adm.get("forms/category")["fields"]["owner"]["among"] == ["person"]
    assert set(adm.get("forms/assignment")["fields"]["at"]["among"]) == {"region", "store"}
    seen = {each["form"] for each in clerk.get("forms")["items"]}
    told = clerk.get("forms/category")["fields"]["owner"].get("among", [])
    assert told == (["person"] if "person" in seen else [])
    assert "among" not in adm.get("forms/category")["fields"]["name"]


def test_what_one_may_not_look_into_is_nothing_to_choose_from(house: House) -> None:
    lender, keeper = house.be("mgr1"), house.be("clerk1b")
    asked = [each.get("forms/customer_return")["fields"]["customer"] for each in (lender, keeper)]
    assert [each["to"] for each in asked] == ["customer", "customer"]
    assert [each.get("among") for each in asked] == [["customer"], None]


def test_titles_come_in_the_language_of_the_reader(house: House) -> None:
    clerk = house.be("clerk1")
    chinese = type(clerk)(house, clerk.actor, "zh").get("forms/memo")
    assert (chinese["title"], chinese["fields"]["note"]["title"]) == ("备忘", "内容")


def test_i_am_told_who_i_am_and_what_i_may_do(house: House) -> None:
    me = house.be("clerk1").get("me")
    assert (me["account"], me["person"]["id"]) == ("clerk1", house.be("clerk1").person)
    assert [each["code"] for each in me["units"]] == ["S01"]
    assert [(each["role"], each["title"], each["at"]["code"]) for each in me["roles"]] == [
        ("clerk", "Store clerk", "S01")
    ]
    assert "hand_in" in me["may"]["memo"]
    assert "finish" not in me["may"]["memo"]
    assert "opening" not in me["may"]


def test_lists_are_cut_to_what_one_may_see(house: House) -> None:
    mark = uuid.uuid4().hex
    mine = memos(house, mark, "1", "2")
    house.be("clerk2").makes("memo", {"note": mark})
    found = house.be("clerk1").get("records/memo", filter=f"note == '{mark}'", count="exact")
    assert {each["id"] for each in found["items"]} == set(mine)
    assert found["count"] == 2
    assert len(house.be("aud").get("records/memo", filter=f"note == '{mark}'")["items"]) == 3


def test_filters_and_sorts(house: House) -> None:
    mark, clerk = uuid.uuid4().hex, house.be("clerk1")
    memos(house, mark, "1", "30", "2")

    def amounts(filter: str, sort: str = "amount") -> list[str]:
        page = clerk.get("records/memo", filter=f"note == '{mark}' and {filter}", sort=sort)
        return [each["values"]["amount"] for each in page["items"]]

    assert amounts("amount > 1") == ["2.00", "30.00"]
    assert amounts("amount > 0", "-amount") == ["30.00", "2.00", "1.00"]
    assert amounts("amount in [1, 30]") == ["1.00", "30.00"]
    assert amounts("state == 'draft' and store.code == 'S01'") == ["1.00", "2.00", "30.00"]
    assert amounts("amount > 0", "-amount,number") == ["30.00", "2.00", "1.00"]


def test_pages_go_through_everything_once(house: House) -> None:
    mark, clerk = uuid.uuid4().hex, house.be("clerk1")
    made = memos(house, mark, *"12345")
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = clerk.get("records/memo", filter=f"note == '{mark}'", limit="2", sort="-amount", **more)
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        more = {"cursor": page["next"]}
    assert seen == made[::-1]
    first = clerk.get("records/memo", filter=f"note == '{mark}'", limit="2")["next"]
    other = clerk.send("GET", "records/memo", filter="note == 'x'", limit="2", cursor=first)
    assert other.status == 422
    assert clerk.send("GET", "records/memo", cursor="abc").status == 422
    stolen = house.be("clerk1b").send("GET", "records/memo", filter=f"note == '{mark}'", limit="2", cursor=first)
    assert stolen.status == 422


def test_only_the_fields_that_are_asked_for(house: House) -> None:
    mark, clerk = uuid.uuid4().hex, house.be("clerk1")
    memos(house, mark, "1")
    item = clerk.get("records/memo", filter=f"note == '{mark}'", fields="note,amount")["items"][0]
    assert item["values"] == {"note": mark, "amount": "1.00"}
    assert clerk.send("GET", "records/memo", fields="note,nothing").errors == [("/fields", "unknown_field")]


def test_words_are_found(house: House) -> None:
    mark, clerk = f"zebra{uuid.uuid4().hex[:8]}", house.be("clerk1")
    record = clerk.makes("memo", {"note": f"a {mark} runs"})
    assert [each["id"] for each in clerk.get("records/memo", q=mark)["items"]] == [record]
    assert house.be("clerk2").get("records/memo", q=mark)["items"] == []
    assert clerk.get("records/memo", q="nobodywritesthis")["items"] == []


@pytest.mark.parametrize("name", ["filter", "sort", "fields"])
def test_hidden_fields_cannot_be_asked_for(house: House, name: str) -> None:
    words = {"filter": "{} > 1", "sort": "{}", "fields": "{}"}[name]
    finder = house.be("clerk2")
    hidden = finder.send("GET", "records/transfer", **{name: words.format("total")})
    unknown = finder.send("GET", "records/transfer", **{name: words.format("totel")})
    assert hidden.status == unknown.status == 422
    assert hidden.raw == unknown.raw
    assert hidden.code == "unknown_field"


def test_hidden_fields_cannot_be_asked_for_through_a_reference(house: House) -> None:
    clerk = house.be("clerk1")
    refused = clerk.send("GET", "records/memo", filter="item.cost > 1")
    assert (refused.status, refused.code) == (422, "unknown_field")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"colour": "red"},
        {"filter": "note =="},
        {"filter": "note + 1"},
        {"filter": "note == 1"},
        {"filter": "a" * 2001},
        {"sort": "lines"},
        {"sort": "nothing"},
        {"filter": "lines.veiled == 'x'"},
    ],
)
def test_odd_lists_are_refused(house: House, query: dict[str, str]) -> None:
    assert house.be("clerk1").send("GET", "records/memo", **query).status == 422


def test_a_route_that_is_not_there(house: House) -> None:
    clerk = house.be("clerk1")
    assert clerk.send("GET", "nothing").status == 404
    assert (clerk.send("PUT", "forms").status, clerk.send("PUT", "forms").code) == (405, "bad_method")
    assert clerk.send("GET", "records/nothing").status == 404


def test_prices_are_found_for_the_nearest_unit_and_the_day(own_house: House) -> None:
    house = own_house
    item, clerk, buyer = house.item(), house.be("clerk1"), house.be("buyA")
    record = clerk.makes("memo", {"note": "a", "item": {"code": item}})

    def price(amount: str, since: str, until: str | None = None, store: str | None = None) -> None:
        values = {"item": {"code": item}, "price": amount, "from": since, "until": until}
        buyer.makes("price", {**values, **({"store": {"code": store}} if store else {})})

    assert clerk.reads("memo", record)["price"] is None
    price("1", "2020-01-01")
    assert clerk.reads("memo", record)["price"] == "1.00"
    price("2", "2020-01-01", store="EAST")
    assert clerk.reads("memo", record)["price"] == "2.00"
    price("3", "2020-01-01", "2020-12-31", store="S01")
    price("4", "2099-01-01", store="S01")
    assert clerk.reads("memo", record)["price"] == "2.00"
    price("5", "2021-01-01", "2098-12-31", store="S01")
    assert clerk.reads("memo", record)["price"] == "5.00"
    price("6", "2020-01-01", store="S02")
    assert clerk.reads("memo", record)["price"] == "5.00"
    house.be("fin1").makes("limit", {"form": "memo", "level": "store", "amount": "10"})
    clerk.takes("memo", record, "hand_in")
    assert house.be("mgr1").takes("memo", record, "finish", asks={"word": "a"}) == "done"
    for each in buyer.get("records/price", filter="price == 5")["items"]:
        buyer.edits("price", each["id"], {"price": "9"})
    assert clerk.reads("memo", record)["price"] == "5.00"


def test_two_prices_for_one_day_are_refused(own_house: House) -> None:
    buyer, item = own_house.be("buyA"), own_house.item()
    values = {"item": {"code": item}, "price": "1", "from": "2020-01-01", "until": "2020-06-30"}
    first = buyer.makes("price", values)
    for since, until in (("2020-06-30", "2020-12-31"), ("2019-01-01", None), ("2020-02-01", "2020-02-02")):
        again = buyer.send("POST", "records/price", {"values": {**values, "from": since, "until": until}})
        assert (again.status, again.errors) == (409, [("/from", "overlap")])
    second = buyer.makes("price", {**values, "from": "2020-07-01", "until": None})
    assert buyer.edits("price", second, {"from": "2020-06-30"}).code == "overlap"
    assert buyer.edits("price", first, {"price": "2"}).status == 200
    assert buyer.makes("price", {**values, "store": {"code": "S01"}})
    buyer.takes("price", first, "retire")
    assert buyer.edits("price", second, {"from": "2020-06-30"}).status == 200


def test_history_is_told_from_its_end_page_by_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, each line once, and the rest behind `next`; the other way as before."""
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"note": "0"})
    path = f"records/memo/{record}"
    for revision in range(1, 6):
        assert clerk.send("PATCH", path, {"note": str(revision)}, if_match=revision).status == 200
    whole = clerk.get(f"{path}/history")["items"]
    monkeypatch.setattr(reading, "LINES", 4)
    first = clerk.get(f"{path}/history", newest="true")
    second = clerk.get(f"{path}/history", newest="true", cursor=first["next"])
    assert (len(first["items"]), second["next"]) == (4, None)
    assert first["items"] + second["items"] == whole[::-1]
    assert clerk.get(f"{path}/history")["items"] == whole[:4]
    assert clerk.send("GET", f"{path}/history", newest="yes").errors == [("/newest", "choice")]


def test_limits_name_forms_and_levels_by_their_titles(house: House) -> None:
    """As the reader's language says them; what is not his to see, or is no form, stays the word that it is."""
    found = replace(house.be("fin1"), language="zh").get("forms/limit")["fields"]
    assert found["form"]["names"]["transfer"] == "调拨单"
    assert found["level"]["names"]["area"] == "区域审批"
    assert "nothing" not in found["form"]["names"]
    assert "names" not in found["amount"]


def test_whoever_keeps_the_limits_reads_what_they_are_of(house: House) -> None:
    """The administrator writes limits of papers that he may not see; their titles are no paper."""
    keeper = house.be("adm")
    assert keeper.send("GET", "forms/transfer").status == 404
    found = keeper.get("forms/limit")["fields"]
    assert (found["form"]["names"]["transfer"], found["level"]["names"]["area"]) == ("Stock transfer", "Area approval")


def test_a_form_tells_what_is_offered_to_a_later_hand_and_what_has_no_sum(house: House) -> None:
    told = house.be("mgr1").get("forms/transfer")
    assert told["later"] == ["lines.approved", "lines.damaged"]
    columns = told["fields"]["lines"]["fields"]
    assert (columns["requested"]["summed"], columns["value"]["summed"]) == (True, True)
    assert "summed" not in columns["available"], "two rows may tell the same goods"
    assert house.be("adm").get("forms/item")["later"] == []


def test_what_may_be_made_anew_says_where_what_was_sought_goes(house: House) -> None:
    """A code and words have each their field; who may make none is told of none."""
    of = {
        who: house.be(who).get(f"forms/{form}")["fields"]["lines"]["fields"]
        for who, form in (("clerk1", "receipt"), ("adm", "opening"), ("aud", "receipt"))
    }
    assert of["clerk1"]["lot"]["makes"]["into"] == {"code": "code"}
    assert of["adm"]["item"]["makes"]["into"] == {"code": "code", "words": "name"}
    assert "makes" not in of["aud"]["lot"]

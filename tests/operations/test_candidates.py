"""What may be chosen in a field: what `only` leaves of what its reader may see, from both databases alike."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.operations.house import Desk, House, Reply
from tests.operations.test_reindexing import publish

ROW = "6a1b6f3e-5d3c-4b7e-9a55-1f1f6f0a0001"
ITEM = "item: {type: reference, to: item, required: true, index: true, only: it.active,"


def asks(desk: Desk, form: str, values: dict[str, Any], **choose: str) -> Reply:
    """What may be chosen there."""
    return desk.send("POST", f"records/{form}/fill", {"values": values, "choose": choose})


def offers(desk: Desk, form: str, values: dict[str, Any], **choose: str) -> list[str]:
    """The same, by code."""
    reply = asks(desk, form, values, **choose)
    assert reply.status == 200, reply.body
    return sorted(each["code"] for each in reply.body["choices"])


def numbered(house: House, count: int) -> tuple[str, list[str]]:
    """An item that is kept by lots, and the numbers of its lots."""
    item = house.item(tracking="lot")
    codes = [f"L{uuid.uuid4().hex[:8].upper()}" for _ in range(count)]
    for code in codes:
        house.be("adm").makes("lot", {"code": code, "item": {"code": item}})
    return item, sorted(codes)


def line(item: str, **more: Any) -> dict[str, Any]:
    return {"lines": [{"row": ROW, "item": {"code": item}, **more}]}


def test_the_lots_of_the_row_s_item_are_offered_and_no_others(house: House) -> None:
    (one, lots), (other, others) = numbered(house, 2), numbered(house, 1)
    clerk = house.be("clerk1")
    assert offers(clerk, "transfer", line(one), path="lines.lot", row=ROW) == lots
    assert offers(clerk, "transfer", line(other), path="lines.lot", row=ROW) == others
    assert offers(clerk, "transfer", line(one), path="lines.lot", row=ROW, q=lots[0]) == lots[:1]
    assert offers(clerk, "transfer", line(one), path="lines.lot", row=ROW, q=others[0]) == []
    (first,) = asks(clerk, "transfer", line(other), path="lines.lot", row=ROW).body["choices"]
    assert {"id", "code", "title", "values"} == first.keys()
    assert first["values"]["item"]["code"] == other


def test_a_record_that_is_there_is_asked_by_what_it_holds(house: House) -> None:
    item, lots = numbered(house, 2)
    clerk = house.be("clerk1")
    values = {"to_store": {"code": "S02"}, **line(item)}
    record = clerk.send("POST", "records/transfer", {"values": values}).body["id"]
    row = clerk.get(f"records/transfer/{record}")["values"]["lines"][0]["row"]
    assert offers(clerk, f"transfer/{record}", {}, path="lines.lot", row=row) == lots
    assert offers(clerk, f"transfer/{record}", {"lines": [{"row": row, "item": None}]}, path="lines.lot", row=row) == []


def test_the_record_itself_is_compared_and_nothing_is_kept(house: House) -> None:
    clerk = house.be("clerk1")
    stores = offers(clerk, "transfer", {}, path="to_store")
    assert "S02" in stores
    assert "S01" not in stores
    assert "S01" in offers(clerk, "transfer", {"from_store": {"code": "S02"}}, path="to_store")


def test_what_has_a_code_is_offered_by_its_code_whenever_it_was_made(house: House) -> None:
    item, codes = numbered(house, 3)
    made = [f"Z{codes[0]}", f"A{codes[0]}", f"M{codes[0]}"]
    for code in made:
        house.be("adm").makes("lot", {"code": code, "item": {"code": item}})
    clerk = house.be("clerk1")
    found = [each["code"] for each in asks(clerk, "transfer", line(item), path="lines.lot", row=ROW).body["choices"]]
    assert found == sorted([*codes, *made])
    listed = [each["named"]["code"] for each in clerk.get("records/store", sort="named")["items"]]
    assert listed == sorted(listed)
    papers = [each["created"] for each in clerk.get("records/transfer", sort="named")["items"]]
    assert papers == sorted(papers, reverse=True)


def test_at_most_twenty_are_told(house: House) -> None:
    item, lots = numbered(house, 21)
    found = offers(house.be("clerk1"), "transfer", line(item), path="lines.lot", row=ROW)
    assert found == lots[:20]


@pytest.mark.parametrize(
    ("language", "nothing", "missed"),
    [
        ("en", "Nothing of this can be chosen here. It depends on: Item.", "Nothing that can be chosen here is called"),
        ("zh", "此处没有可选的内容。可选内容取决于：商品。", "可选的内容中没有匹配的结果。"),
    ],
)
def test_an_empty_answer_says_on_what_it_depends(house: House, language: str, nothing: str, missed: str) -> None:
    item, _ = numbered(house, 1)
    clerk = replace(house.be("clerk1"), language=language)
    plain = line(house.item())
    assert asks(clerk, "transfer", plain, path="lines.lot", row=ROW).body == {"choices": [], "says": nothing}
    assert asks(clerk, "transfer", {}, path="lines.lot", row=ROW).body["says"] == nothing
    said = asks(clerk, "transfer", line(item), path="lines.lot", row=ROW, q="nowhere").body["says"]
    assert said.startswith(missed)
    assert asks(clerk, "transfer", line(item), path="lines.lot", row=ROW).body["says"] is None


@pytest.mark.parametrize(
    ("language", "rule"), [("en", "What can: Lot · Item is Item."), ("zh", "可选条件：批次 · 商品 为 商品。")]
)
def test_what_may_not_be_chosen_is_refused_with_the_rule_in_words(house: House, language: str, rule: str) -> None:
    (one, _), (_, others) = numbered(house, 1), numbered(house, 1)
    clerk = replace(house.be("clerk1"), language=language)
    values = {"to_store": {"code": "S02"}, "reason": "slow", **line(one, lot={"code": others[0]}, requested="1")}
    reply = clerk.send("POST", "records/transfer", {"values": values, "action": "submit"})
    (said,) = [each["message"] for each in reply.body["errors"] if each["code"] == "only"]
    assert said.endswith(rule)


@pytest.mark.parametrize(
    ("language", "rule"), [("en", "What can: Lot · Item is Item."), ("zh", "可选条件：批次 · 商品 为 商品。")]
)
def test_what_is_pasted_or_scanned_is_told_beside_its_cell_at_once(house: House, language: str, rule: str) -> None:
    (one, mine), (_, others) = numbered(house, 1), numbered(house, 1)
    clerk = replace(house.be("clerk1"), language=language)

    def told(lot: str, store: str = "S02") -> list[tuple[str, str, str | None]]:
        values = {"to_store": {"code": store}, **line(one, lot={"code": lot})}
        found = clerk.send("POST", "records/transfer/fill", {"values": values}).body["errors"]
        return [(each["path"], each["message"], each["row"]) for each in found]

    ((path, says, row),) = told(others[0])
    assert (path, row) == ("/lines/0/lot", ROW)
    assert says.endswith(rule)
    assert told(mine[0]) == []
    assert [path for path, _, _ in told(mine[0], "S01")] == ["/to_store"]


@pytest.mark.parametrize("path", ["lines.available", "lines.received", "lines.requested", "nothing", "lines", "", "it"])
def test_a_path_where_nothing_is_chosen_is_refused_alike(house: House, path: str) -> None:
    reply = asks(house.be("clerk1"), "transfer", {}, path=path)
    assert (reply.status, reply.errors) == (422, [("/choose/path", "no_choice")])


def test_a_question_that_is_none_is_refused(house: House) -> None:
    clerk = house.be("clerk1")
    for wrong in ([], {"path": "lines.lot", "form": "lot"}, {"path": 1}):
        reply = clerk.send("POST", "records/transfer/fill", {"values": {}, "choose": wrong})
        assert reply.status == 422, wrong


def test_who_may_not_write_there_is_told_nothing(house: House) -> None:
    assert asks(house.be("aud"), "transfer", {}, path="lines.lot").status == 403
    assert asks(house.be("vendor1"), "transfer", {}, path="lines.lot").status == 404
    item, _ = numbered(house, 1)
    values = {"to_store": {"code": "S02"}, "reason": "slow", **line(item, requested="1")}
    record = house.be("clerk1").send("POST", "records/transfer", {"values": values}).body["id"]
    assert asks(house.be("clerk3"), f"transfer/{record}", {}, path="lines.lot").status == 404
    assert asks(house.be("aud"), f"transfer/{record}", {}, path="lines.lot").errors == [("/choose/path", "no_choice")]


def test_whoever_names_another_store_first_chooses_by_it(house: House) -> None:
    """The record would not be his there, so nothing is worked out from it; that he named it is known to himself."""
    stores = offers(house.be("clerk1"), "transfer", {"from_store": {"code": "S02"}, "to_store": None}, path="to_store")
    assert "S01" in stores
    assert "S02" not in stores


def test_a_field_says_where_it_is_narrowed(house: House) -> None:
    fields = house.be("clerk1").get("forms/transfer")["fields"]
    columns = fields["lines"]["fields"]
    assert [fields["to_store"].get("narrowed"), columns["lot"].get("narrowed")] == [True, True]
    assert "narrowed" not in fields["from_store"]
    assert "narrowed" not in columns["requested"]


def ruled(house: House, only: str) -> None:
    """Publish that only such items may be moved."""
    published = publish(house, "transfer", (ITEM, ITEM.replace("only: it.active", f'only: "{only}"')))
    assert published.status == 200, published.body


def stocked(house: House, price: str, *units: str) -> str:
    """An item with a price and other units; its code."""
    values = {"code": f"X{uuid.uuid4().hex[:10].upper()}", "name": "Thing", "category": {"code": "FOOD"}, "cost": "5"}
    factors = [{"unit": unit, "factor": "6"} for unit in units]
    house.be("adm").makes("item", {**values, "price": price, "units": factors})
    return str(values["code"])


@pytest.mark.parametrize("only", ["it.price / 3 > 1", "any(it.units, row.factor > 5)"])
def test_what_no_database_works_out_is_looked_through(own_house: House, only: str) -> None:
    """A division; and rows of what is chosen, in which `row` is not the row that it is chosen for."""
    ruled(own_house, only)
    fits, misses = stocked(own_house, "4", "case"), stocked(own_house, "2")
    found = offers(own_house.be("clerk1"), "transfer", {}, path="lines.item")
    assert fits in found
    assert misses not in found
    assert offers(own_house.be("clerk1"), "transfer", {}, path="lines.item", q=misses) == []


def test_what_reads_what_is_hidden_narrows_nothing(own_house: House) -> None:
    """Which items are offered would tell the clerk what they cost; neither is he told that there is such a rule."""
    ruled(own_house, "it.active and it.cost > 9")
    code = stocked(own_house, "4")
    clerk, keeper = own_house.be("clerk1"), own_house.be("clerk2")
    assert "narrowed" not in clerk.get("forms/transfer")["fields"]["lines"]["fields"]["item"]
    assert own_house.be("aud").get("forms/transfer")["fields"]["lines"]["fields"]["item"]["narrowed"] is True
    assert offers(clerk, "transfer", {}, path="lines.item", q=code) == [code]
    assert offers(keeper, "transfer", {}, path="lines.item", q="nowhere") == []
    tried = clerk.send("POST", "records/transfer/fill", {"values": line(code), "action": "submit"})
    (said,) = [each["message"] for each in tried.body["errors"] if each["code"] == "only"]
    assert said == "This cannot be chosen here."
    assert (
        clerk.send("POST", "records/transfer/fill", {"values": line(code)}).body["errors"] == []
    )  # nor while he types


def test_who_may_not_see_a_record_is_not_offered_it(own_house: House) -> None:
    """Within what `only` allows the list's own rights stand: a store's memos are its own people's."""
    tie = 'friend: {type: reference, to: memo, only: "it.note == record.note"}'
    clerk, other = own_house.be("clerk1"), own_house.be("clerk2")
    assert publish(own_house, "memo", ("friend: {type: person}", tie)).status == 200
    mine, theirs, unlike = (
        desk.makes("memo", {"note": note}) for desk, note in ((clerk, "n"), (other, "n"), (clerk, "m"))
    )
    found = {each["id"] for each in asks(clerk, "memo", {"note": "n"}, path="friend").body["choices"]}
    listed = {each["id"] for each in clerk.get("records/memo", limit="500")["items"]}
    assert mine in found
    assert unlike not in found
    assert theirs not in found
    assert theirs not in listed


def questioned(house: House) -> None:
    """Publish a memo whose end asks for an item by what its note says."""
    adm = house.be("adm")
    text = adm.get("definitions/workflow/memo")["text"]
    word = "word: {type: text, required: true}"
    assert word in text
    new = text.replace(word, f'{word}\n      what: {{type: reference, to: item, only: "it.code == record.note"}}', 1)
    sent = {"texts": [{"kind": "workflow", "name": "memo", "text": new}]}
    assert adm.send("POST", "definitions/publish", sent).status == 200


def test_what_a_question_leaves_is_offered_and_what_it_does_not_is_told_at_once(own_house: House) -> None:
    questioned(own_house)
    one, other = own_house.item(), own_house.item()
    record = own_house.be("clerk1").makes("memo", {"note": one}, "hand_in")
    chief, path = own_house.be("mgr1"), f"records/memo/{record}/fill"
    offered = chief.get(f"records/memo/{record}", actions="all")["actions"]
    (finish,) = [each for each in offered if each["name"] == "finish"]
    assert finish["asks"]["what"]["narrowed"] is True

    def sends(desk: Desk, **asked: Any) -> Reply:
        return desk.send("POST", path, {"values": {}, "action": "finish", **asked})

    chosen = sends(chief, choose={"path": "asks.what"}).body["choices"]
    assert [each["code"] for each in chosen] == [one]
    assert sends(chief, choose={"path": "asks.word"}).errors == [("/choose/path", "no_choice")]
    assert sends(chief, choose={"path": "asks.nothing"}).errors == [("/choose/path", "no_choice")]
    assert sends(own_house.be("clerk1"), choose={"path": "asks.what"}).status == 403
    wrong = sends(chief, asks={"word": one, "what": {"code": other}}).body["errors"]
    assert [(each["path"], each["code"]) for each in wrong] == [("/asks/what", "only")]
    assert sends(chief, asks={"word": one, "what": {"code": one}}).body["errors"] == []
    refused = chief.acts("memo", record, "finish", asks={"word": one, "what": {"code": other}})
    assert refused.errors == [("/asks/what", "only")]

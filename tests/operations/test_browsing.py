"""What a browser is told to work out by itself: only what this person may see every part of."""

from __future__ import annotations

import json

from tests.operations.house import House
from tests.operations.test_reindexing import publish


def told(house: House, account: str, path: str = "transfer") -> dict[tuple[str, str], str]:
    """Trees by kind and path, as text."""
    found = house.be(account).get(f"records/{path}/fill")["live"]["trees"]
    return {(each["kind"], each["path"]): json.dumps(each["tree"]) for each in found}


def test_conditions_and_computed_fields_come_as_trees(house: House) -> None:
    trees = told(house, "clerk1")
    assert ("visible", "lines.lot") in trees
    assert ("compute", "lines.missing") in trees
    assert ("required", "lines.remark") in trees


def made(house: House) -> str:
    """A record that the clerk wrote, as a path."""
    line = {"item": {"code": house.item(S01=5)}, "requested": "1"}
    values = {"to_store": {"code": "S02"}, "lines": [line]}
    return f"transfer/{house.be('clerk1').send('POST', 'records/transfer', {'values': values}).body['id']}"


def test_what_names_a_hidden_field_is_left_to_the_server(house: House) -> None:
    """The clerk may see no cost: neither the fields that come from it, nor a word of how they are worked out."""
    record = made(house)
    clerk, manager = told(house, "clerk1", record), told(house, "mgr1", record)
    assert {("compute", "lines.value"), ("compute", "total")} <= manager.keys()
    assert not {("compute", "lines.value"), ("compute", "total")} & clerk.keys()
    assert not any("cost" in tree or '"value"' in tree for tree in clerk.values())


def test_a_condition_of_a_seen_field_that_names_a_hidden_one_is_left_to_the_server(own_house: House) -> None:
    """What it is compared with would tell what stands there."""
    closed = "body: {type: long_text, sees: {by: [manager at store]}}"
    asks = "code: {type: text, unique: true, visible: \"record.body == 'canary'\"}"
    published = publish(
        own_house, "memo", ("body: {type: long_text}", closed), ("code: {type: text, unique: true}", asks)
    )
    assert published.status == 200, published.body
    memo = "memo/" + own_house.be("clerk1").makes("memo", {"note": "n"})
    assert ("visible", "code") in told(own_house, "mgr1", memo)
    answer = own_house.be("clerk1").get(f"records/{memo}/fill")
    assert "code" in answer["unseen"]
    assert "canary" not in json.dumps(answer)


def test_what_only_the_server_knows_is_left_to_it(house: House) -> None:
    """Stock and what is live have no tree; defaults neither, for the server knows who wrote what."""
    trees = told(house, "clerk1")
    assert not {path for _, path in trees} & {"lines.available", "lines.approved", "from_store"}
    assert {kind for kind, _ in trees} == {"visible", "compute", "required"}


def test_trees_come_once_and_not_with_every_try(house: House) -> None:
    clerk = house.be("clerk1")
    assert "live" not in clerk.send("POST", "records/transfer/fill", {"values": {}}).body
    assert "live" not in clerk.send("POST", "records/transfer/fill", {}).body


def test_what_trees_ask_of_other_records_comes_with_its_type(house: House) -> None:
    types = house.be("clerk1").get("records/transfer/fill")["live"]["types"]
    assert types["item"]["tracking"] == "choice"
    assert "cost" not in types["item"]

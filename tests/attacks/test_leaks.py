"""Reading what one may not see: hidden fields in every channel, other stores' records on every door (L, J, X09)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from tests.attacks.houses import SIGNED, House, line, transfer, words

HIDDEN = ("cost", "unit_cost", "total", "loss", "written_value")
CANARY = "7123.45"
"""What the item K900 costs; nobody but who may see costs ever meets these figures, or three times them."""
CANARIES = (CANARY, "7123", "21370.35", "14246.90")


@pytest.fixture(scope="module")
def costly(sqlite_house: House) -> Mapping[str, str]:
    """An item with a cost that is a canary, two transfers of it, one with a difference, all told and listed."""
    house = sqlite_house
    item = house.be("buyA").makes(
        "item", {"code": "K900", "name": "Canary", "category": {"code": "FOOD"}, "cost": CANARY}
    )
    receipt = {"supplier": {"code": "V1"}, "store": {"code": "DC1"}, "lines": [{"item": item, "quantity": "50"}]}
    house.be("dck").makes("receipt", receipt, "post")
    own = line("K900", "3")
    moved = house.be("clerk2").makes("transfer", transfer("DC1", "S02", own), "submit")
    house.be("dckm").decides("transfer")
    house.be("ame").decides("transfer")
    house.be("dck").takes("transfer", moved, "ship")
    came = {"lines": [{"row": own["row"], "received": "2", "damaged": "0", "remark": "one short"}]}
    house.be("clerk2").takes("transfer", moved, "receive", came, SIGNED)
    waiting = house.be("clerk2").makes("transfer", transfer("DC1", "S02", line("K900", "3")), "submit")
    difference = house.be("dckm").get("records/discrepancy")["items"][0]["id"]
    draft = house.be("clerk2").makes("transfer", transfer("DC1", "S02", line("K900", "2")))
    return {"item": item, "moved": moved, "waiting": waiting, "difference": difference, "draft": draft}


CHANNELS = (
    "records/transfer/{moved}",
    "records/transfer/{waiting}",
    "records/transfer/{moved}?actions=all",
    "records/transfer/{moved}/history",
    "records/transfer/{moved}/route",
    "records/transfer/{waiting}/route",
    "records/transfer/{moved}/trail",
    "records/transfer",
    "records/transfer?fields=number,lines",
    "records/transfer?q=K900",
    "records/transfer?q=7123",
    "records/transfer?filter=it.from_store.code=='DC1'",
    "records/discrepancy",
    "records/discrepancy/{difference}",
    "records/discrepancy/{difference}/history",
    "records/item",
    "records/item?q=7123.45",
    "records/item/{item}",
    "records/item/{item}/history",
    "records/transfer/export?format=csv",
    "records/transfer/export?readable=true",
    "forms",
    "forms/transfer",
    "forms/discrepancy",
    "forms/item",
    "openapi.json",
    "tasks",
    "tasks?all=true",
    "notices",
    "stock",
    "stock?item=K900",
    "stock?group=item",
    "stock/movements",
    "stock/movements?record={moved}",
    "stock/trail?item=K900&place=S02",
    "why?form=transfer&id={waiting}&action=withdraw",
    "why?form=transfer&id={waiting}&action=accept",
    "why?form=transfer&id={moved}&action=close",
    "me",
)


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_tells_a_clerk_what_things_cost(house: House, costly: Mapping[str, str], channel: str) -> None:
    answer = house.be("clerk2").client.get(f"/api/{channel.format(**costly)}")
    assert answer.status_code == 200, answer.text
    shown = words(answer)
    for canary in CANARIES:
        assert canary not in shown, (channel, canary)
    # What a ticket comes to is no secret, and all forms stand in one description; `forms/transfer` tells this one's.
    open_names = {"total"} if channel == "openapi.json" else set()
    for name in set(HIDDEN) - open_names:
        assert f'"{name}"' not in shown, (channel, name)


def test_who_may_see_costs_sees_them_in_the_same_channels(house: House, costly: Mapping[str, str]) -> None:
    assert CANARY in house.be("dckm").client.get(f"/api/records/transfer/{costly['moved']}").text
    assert "21370.35" in house.be("dckm").client.get("/api/records/transfer").text
    assert CANARY in house.be("buyA").client.get(f"/api/records/item/{costly['item']}").text
    assert CANARY in house.be("dckm").client.get(f"/api/records/transfer/{costly['moved']}/history").text
    assert '"unit_cost"' in house.be("dckm").client.get("/api/openapi.json").text
    for asked in ("format=csv", "readable=true&fields=number,total"):
        assert "21370.35" in house.be("dckm").client.get(f"/api/records/transfer/export?{asked}").text


@pytest.mark.parametrize("action", ["submit"])
def test_a_preview_tells_no_cost(house: House, costly: Mapping[str, str], action: str) -> None:
    path = f"records/transfer/{costly['draft']}/actions/{action}?preview=true"
    before = house.digest()
    answer = house.be("clerk2").send("POST", path)
    assert answer.status_code == 200
    assert not any(canary in answer.text for canary in CANARIES)
    assert house.digest() == before


FILTERS = (
    "it.{} > 1",
    "it.{} == 7123.45",
    "it.{} == 'text'",
    "it.{}",
    "{} > 1",
    "record.{} > 1",
    "empty(it.{})",
    "it.{} / 0 > 1",
    "it.{} in [1, 2]",
    "otherwise(it.{}, 0) > 1",
    "not it.{}",
    "round(it.{}, 1) > 1",
    "it.{} > today",
)


@pytest.mark.parametrize("filter", FILTERS)
def test_a_hidden_field_in_a_filter_is_a_field_that_does_not_exist(either: House, filter: str) -> None:
    for form, name in (("transfer", "total"), ("item", "cost"), ("discrepancy", "loss")):
        hidden = filtered(either, "clerk2", form, filter.format(name))
        unknown = filtered(either, "clerk2", form, filter.format("nothing"))
        assert hidden.status_code == 422
        assert hidden.json()["errors"][0]["code"] == "unknown_field"
        assert hidden.content == unknown.content, filter


def filtered(house: House, account: str, form: str, filter: str) -> Any:
    """A list by a filter."""
    return house.be(account).client.get(f"/api/records/{form}", params={"filter": filter})


ROW_FILTERS = (
    "any(it.lines, row.{} > 1)",
    "any(lines, row.{} > 1)",
    "sum(it.lines.{}) > 1",
    "sum(it.lines, row.{}) > 1",
    "max(it.lines, row.{}) > 1",
    "count(it.lines, row.{} > 1) > 0",
    "all(it.lines, not empty(row.{}))",
    "first(it.lines.{}) == 'a'",
)


@pytest.mark.parametrize("filter", ROW_FILTERS)
def test_a_hidden_column_is_no_column(either: House, filter: str) -> None:
    for name in ("unit_cost", "value", "item.cost"):
        hidden = filtered(either, "clerk2", "transfer", filter.format(name))
        assert hidden.status_code == 422, hidden.text
        unknown = filtered(
            either, "clerk2", "transfer", filter.format(name.replace("cost", "nope").replace("value", "nope"))
        )
        assert hidden.content == unknown.content


@pytest.mark.parametrize(
    "filter",
    [
        "lookup('item', code='K900').cost > 7000",
        "not empty(lookup('item', cost=7123.45))",
        "lookup('limit', form='transfer', level='store').amount > 1",
        "limit('transfer', 'store') > 4999",
        "on_hand(lookup('item', code='A100'), lookup('store', code='S03')) > 1",
        "incoming(lookup('store', code='S03'), lookup('item', code='A100')) > 0",
        "any(it.lines, on_hand(row.item, it.from_store) > 1)",
        "moved(lookup('item', code='A100'), chain.loss) > 0",
        "any(it.lines, row.item.supplier.nothing == 'a')",
        "it.created_by.account == 'clerk2'",
        "actor.person.cost == 1",
    ],
)
def test_a_filter_sees_with_the_eyes_of_who_typed_it(either: House, filter: str) -> None:
    either.refused("clerk2", "GET", f"records/transfer?filter={httpx_quote(filter)}", status=422)


def httpx_quote(words: str) -> str:
    """As it stands in an address."""
    return "".join(each if each.isalnum() else "".join(f"%{byte:02X}" for byte in each.encode()) for each in words)


@pytest.mark.parametrize(
    ("account", "filter"),
    [
        ("dckm", "it.to_store.code == 'S02'"),
        ("clerk2", "any(it.lines, row.item.code == 'A100') or it.state == 'draft'"),
        ("plan1", "it.total > limit('transfer', 'store') or it.total >= 0"),
        ("plan1", "any(it.lines, row.unit_cost > 0)"),
        ("clerk2", "it.created_by == actor or it.number != 'x'"),
    ],
)
def test_what_one_sees_one_filters_by(either: House, account: str, filter: str) -> None:
    assert filtered(either, account, "transfer", filter).status_code == 200


@pytest.mark.parametrize("parameter", ["sort={}", "sort=-{}", "sort=number,{}", "fields={}", "fields=number,{}"])
def test_a_hidden_field_cannot_be_sorted_by_or_chosen(either: House, parameter: str) -> None:
    for form, name in (("transfer", "total"), ("item", "cost"), ("discrepancy", "loss")):
        first, second = (f"records/{form}?{parameter.format(each)}" for each in (name, "nothing"))
        assert either.same("clerk2", "GET", first, second).status_code == 422
    assert either.be("dckm").client.get("/api/records/transfer?fields=total").status_code == 200
    assert either.be("plan1").client.get("/api/records/transfer?sort=-total").status_code == 200


def test_a_hidden_field_cannot_be_written(house: House, costly: Mapping[str, str]) -> None:
    draft = costly["draft"]
    head = {"If-Match": '"1"'}
    hidden = house.refused("clerk2", "PATCH", f"records/transfer/{draft}", {"total": "1.00"}, status=422, **head)
    unknown = house.refused("clerk2", "PATCH", f"records/transfer/{draft}", {"nope1": "1.00"}, status=422, **head)
    assert hidden.text == unknown.text.replace("nope1", "total")


def test_aggregates_of_a_hidden_field_cannot_be_asked(house: House) -> None:
    for aggregate in ("min(cost)", "sum(cost)", "avg(cost)"):
        for parameter in ("fields", "sort"):
            first, second = (f"records/item?{parameter}={each}" for each in (aggregate, aggregate.replace("cost", "x")))
            assert house.same("clerk2", "GET", first, second).status_code == 422
    house.refused("clerk2", "GET", "records/item?group=category&aggregate=sum(cost)", status=422)


# -- other stores ----------------------------------------------------------------------------------------------------

DOORS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "records/transfer/{}", None),
    ("GET", "records/transfer/{}?actions=all", None),
    ("GET", "records/transfer/{}/history", None),
    ("GET", "records/transfer/{}/trail", None),
    ("GET", "records/transfer/{}/route", None),
    ("GET", "why?form=transfer&id={}&action=withdraw", None),
    ("GET", "why?form=transfer&id={}&action=nothing", None),
    ("PATCH", "records/transfer/{}", {"reason": "slow"}),
    ("PATCH", "records/transfer/{}", {"nothing": 1}),
    ("DELETE", "records/transfer/{}", None),
    ("POST", "records/transfer/{}/actions/submit", {}),
    ("POST", "records/transfer/{}/actions/ship", {"values": {"nothing": 1}}),
    ("POST", "records/transfer/{}/actions/nothing", {}),
    ("POST", "records/transfer/{}/actions/submit?preview=true", {}),
    ("GET", "stock?place=transit&record={}", None),
    ("GET", "stock/movements?record={}", None),
    ("GET", "stock/movements?record={}&place=S01", None),
    ("GET", "records/receipt/{}", None),
    ("GET", "records/person/{}", None),
    ("GET", "attachments/{}", None),
    ("GET", "tasks/{}", None),
    ("POST", "tasks/{}/approve", {}),
    ("POST", "tasks/{}/comment", {"comment": "hello"}),
    ("POST", "tasks/{}/nothing", {}),
    ("POST", "people/{}/password", {"password": "some long password"}),
)


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_what_belongs_to_others_is_not_there(either: House, method: str, path: str, body: Any) -> None:
    theirs = either.be("clerk3").makes("transfer", transfer("S03", "S04"), "submit")
    if path.startswith("tasks"):
        theirs = either.be("mgr3").tasks("transfer")[-1]["id"]
    head = {"If-Match": '"1"'} if method in ("PATCH", "DELETE") else {}
    answer = either.same("clerk1", method, path.format(theirs), path.format(uuid.uuid4()), body, **head)
    assert answer.status_code == 404


def test_what_is_ones_own_is_there(either: House) -> None:
    record = either.be("clerk3").makes("transfer", transfer("S03", "S04"), "submit")
    for path in ("", "/history", "/trail", "/route"):
        assert either.be("clerk3").get(f"records/transfer/{record}{path}")
    assert either.be("clerk3").get("why", form="transfer", id=record, action="withdraw")["allowed"] is True
    assert either.be("clerk3").takes("transfer", record, "withdraw") == "withdrawn"


def test_bulk_and_batch_tell_no_more(either: House) -> None:
    theirs = either.be("clerk3").makes("transfer", transfer("S03", "S04"))
    nothing = str(uuid.uuid4())
    before = either.digest()
    answers = either.be("clerk1").does("records/transfer/actions/submit", {"ids": [theirs, nothing]})
    assert [each["status"] for each in answers] == [404, 404]
    assert answers[0]["body"] == answers[1]["body"]
    commands = [
        {
            "key": str(uuid.uuid4()),
            "method": method,
            "path": f"/api/records/transfer/{each}{tail}",
            "body": {},
            "if_match": 1,
        }
        for each in (theirs, nothing)
        for method, tail in (("PATCH", ""), ("DELETE", ""), ("POST", "/actions/submit"))
    ]
    told = either.be("clerk1").does("batch", commands)
    assert {each["status"] for each in told} == {404}
    assert len({str(each["body"]) for each in told}) == 1
    assert either.digest() == before
    assert either.be("clerk3").does("records/transfer/actions/submit", {"ids": [theirs]})[0]["status"] == 200


def test_lists_hold_ones_own_and_no_more_whatever_is_asked(either: House) -> None:
    theirs = either.be("clerk3").makes("transfer", transfer("S03", "S04", line("A100", "7")))
    client = either.be("clerk1").client
    for query in (
        "filter=it.from_store.code=='S03'",
        "filter=it.to_store.code=='S04' or true",
        "filter=true",
        f"filter=it.id=='{theirs}'",
        "q=S03",
        "count=exact&filter=it.from_store.code=='S03'",
        "sort=-created&limit=500",
    ):
        answer = client.get(f"/api/records/transfer?{query}")
        assert answer.status_code == 200, answer.text
        assert theirs not in answer.text
        assert answer.json().get("count", 0) == 0
    for query in ("store=S03", "org=S03", "scope=chain", "expand=lines.item.cost", "include=history"):
        either.refused("clerk1", "GET", f"records/transfer?{query}", status=422, code="unknown_parameter")
    either.refused("clerk1", "GET", "records/transfer?limit=1&limit=2", status=422, code="duplicate_parameter")
    assert theirs in either.be("clerk3").client.get("/api/records/transfer?limit=500").text
    assert theirs not in client.get("/api/records/transfer/export?format=csv").text
    assert theirs in either.be("clerk3").client.get("/api/records/transfer/export?format=csv").text


def test_the_length_of_an_empty_list_is_the_same_for_what_is_hidden_and_for_nothing(either: House) -> None:
    either.be("clerk3").makes("transfer", transfer("S03", "S04"))
    client = either.be("clerk1").client
    hidden = client.get(
        "/api/records/transfer?filter=it.from_store.code=='S03' and it.to_store.code=='S04'&count=exact"
    )
    nothing = client.get(
        "/api/records/transfer?filter=it.from_store.code=='S9' and it.to_store.code=='S04'&count=exact"
    )
    assert hidden.content == nothing.content
    assert hidden.headers["content-length"] == nothing.headers["content-length"]


@pytest.mark.parametrize(
    "query",
    [
        "place={}",
        "place={}&below=true",
        "place={}&item=A100",
        "place={}/damaged",
        "place={}&at=5",
        "place={}&group=item",
    ],
)
def test_stock_of_others_is_stock_of_nowhere(either: House, query: str) -> None:
    other, nowhere = (either.be("clerk1").client.get(f"/api/stock?{query.format(each)}") for each in ("S03", "NOWHERE"))
    assert other.status_code == 200
    assert other.content == nowhere.content
    for each in ("stock/movements", "stock/trail"):
        both = [either.be("clerk1").client.get(f"/api/{each}?place={place}&item=A100") for place in ("S03", "NOWHERE")]
        assert both[0].content == both[1].content
    assert "S03" not in either.be("clerk1").client.get("/api/stock?limit=500").text
    assert either.be("clerk3").get("stock", place="S03")["items"]


def test_a_record_of_ones_own_does_not_open_the_places_of_others(either: House) -> None:
    mine = either.be("clerk1").makes("transfer", transfer("S01", "S02"))
    store = either.id_of("store", "S03")
    for place in (store, "S03", f"../{store}", "chain/loss", f"/{store}"):
        answer = either.be("clerk1").client.get(f"/api/stock?place={httpx_quote(place)}&record={mine}")
        assert answer.json()["items"] == [], answer.text
        moved = either.be("clerk1").client.get(f"/api/stock/movements?place={httpx_quote(place)}&record={mine}")
        assert moved.json()["items"] == []


@pytest.mark.parametrize("form", ["person", "assignment", "limit", "customer", "opening", "subscriber", "nothing"])
def test_a_form_that_one_may_not_see_does_not_exist(house: House, form: str) -> None:
    for path in ("records/{}", "forms/{}", "records/{}/" + str(uuid.uuid4()), "records/{}/export"):
        house.same("clerk1", "GET", path.format(form), path.format("nonesuch"))
    house.same("clerk1", "POST", f"records/{form}", "records/nonesuch", {"values": {"x": 1}})
    names = {each["form"] for each in house.be("clerk1").get("forms")["items"]}
    assert form not in names
    assert {"transfer", "item"} <= names
    assert f'"/api/records/{form}"' not in house.be("clerk1").client.get("/api/openapi.json").text


def test_a_reference_to_what_one_may_not_see_is_a_reference_to_nothing(either: House) -> None:
    theirs = either.be("clerk3").makes("transfer", transfer("S03", "S04"))
    for other in (theirs, either.id_of("person", "adm")):
        answers = [
            either.refused(
                "clerk1",
                "POST",
                "records/transfer",
                {"values": {**transfer("S01", "S02"), "to_store": each}},
                status=422,
            ).content
            for each in (other, str(uuid.uuid4()))
        ]
        assert answers[0] == answers[1]


def test_ones_store_comes_from_the_record_of_ones_assignment_alone(house: House) -> None:
    client = house.be("clerk1").client
    before = client.get("/api/records/transfer?limit=500").content
    headers = {
        "X-Store": "S03",
        "X-Org": "S03",
        "X-Forwarded-User": "adm",
        "X-User": "adm",
        "X-Original-URL": "/api/keys",
    }
    assert client.get("/api/records/transfer?limit=500", headers=headers).content == before
    cookies = {"store": "S03", "role": "administrator"}
    with_cookies = client.get(
        "/api/records/transfer?limit=500",
        headers={"Cookie": "; ".join(f"{name}={value}" for name, value in {**client.cookies, **cookies}.items())},
    )
    assert with_cookies.content == before
    house.refused("clerk1", "PATCH", "me", {"store": "S03"}, status=405)
    assignment = house.be("adm").get("records/assignment", limit="500")["items"][0]["id"]
    body = {"at": house.id_of("store", "S03")}
    house.refused("clerk1", "PATCH", f"records/assignment/{assignment}", body, status=404, **{"If-Match": '"1"'})
    house.refused("mgr1", "PATCH", f"records/assignment/{mine(house)}", body, status=403, **{"If-Match": '"1"'})


def mine(house: House) -> str:
    """The assignment of the manager of S01, whom he may see."""
    found: str = house.be("mgr1").get("records/assignment")["items"][0]["id"]
    return found


def test_nobody_signed_in_learns_of_no_form(house: House) -> None:
    import_free = house.be("clerk1").client
    answer = import_free.build_request("GET", "/api/openapi.json")
    del answer.headers["cookie"]
    shown = import_free.send(answer).text
    assert "transfer" not in shown
    assert "/api/session" in shown

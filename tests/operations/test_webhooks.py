"""Webhooks from an action to a real endpoint: what is told, in which order, signed, never lost, none taken back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.operations.calls import Call
from tests.operations import bulletins
from tests.operations.bulletins import bulletin, listens, office, says, sent
from tests.operations.conftest import Copy
from tests.operations.house import House
from tests.receiving import Endpoint, Got, endpoint


@pytest.fixture
def chain(copy_of: Copy, lab_url: str, tmp_path: Path) -> Iterator[House]:
    """A chain that may send to this machine, with bulletins."""
    made = House(copy_of(lab_url), tmp_path / "data", allow_private_webhooks=True, public_url="https://stock.example/")
    bulletins.publish(made)
    yield made
    made.close()


@pytest.fixture
def hook() -> Iterator[Endpoint]:
    """An endpoint that listens."""
    with endpoint() as made:
        yield made


def signed(got: Got, secret: str) -> bool:
    """Whether one of its signatures is of this secret, worked out by the published rules."""
    message = f"{got.key}.{got.headers['webhook-timestamp']}.".encode() + got.body
    made = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), message, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}" in got.headers["webhook-signature"].split(" ")


def test_an_endpoint_is_told_signed_and_with_all_that_its_reader_may_see(chain: House, hook: Endpoint) -> None:
    _, secret = listens(chain, hook.url)
    item = chain.item()
    record = bulletin(chain, cost="12.50", lines=[{"item": {"code": item}, "secret": "hush"}])
    says(chain, record)
    assert [each["state"] for each in sent(chain)] == ["waiting"]
    assert office(chain).send_due() == 1
    (got,) = hook.got
    assert signed(got, secret)
    assert not signed(got, "whsec_" + base64.b64encode(b"x" * 32).decode())
    told = got.said
    assert (told["type"], told["data"]["form"], told["data"]["id"]) == ("transfers", "bulletin", record)
    assert told["data"]["url"] == f"https://stock.example/records/bulletin/{record}"
    values = told["data"]["values"]
    shown = chain.be("adm").reads("bulletin", record)
    assert {name: values[name] for name in ("what", "cost", "twice", "store")} == {
        name: shown[name] for name in ("what", "cost", "twice", "store")
    }
    assert values["of"] == shown["store"]["title"]
    assert values["store"]["code"] == "S01"
    assert values["lines"] == [{"item": item, "secret": "hush"}]
    assert office(chain).send_due() == 0
    assert [each["said"] for each in sent(chain, "delivered")] == ["answered 200"]


def test_what_its_reader_may_not_see_is_left_out_also_when_a_right_has_gone_meanwhile(
    chain: House, hook: Endpoint
) -> None:
    listens(chain, hook.url, "mgr1")
    listens(chain, hook.url, "mgr2")
    record = bulletin(chain, cost="12.50", lines=[{"secret": "hush"}])
    says(chain, record)
    assert office(chain).send_due() == 2
    (told,) = hook.told  # the manager of another store may not see the record at all
    assert set(told["values"]) == {"what", "store", "of", "lines"}
    assert told["values"]["lines"] == [{"item": None}]
    assert b"12.5" not in hook.got[0].body
    assert sorted(each["said"] for each in sent(chain, "delivered")) == ["answered 200", "not for this reader"]
    says(chain, record)
    policy = chain.be("adm").get("definitions/permissions/policy")["text"]
    text = policy.replace("p, manager, bulletin, see, own\n", "")
    told_to = {"texts": [{"kind": "permissions", "name": "policy", "text": text}], "note": "closed"}
    chain.be("adm").does("POST", "definitions/publish", told_to)
    assert office(chain).send_due() == 2
    assert len(hook.got) == 1


def test_a_rolled_back_change_tells_nobody(chain: House, hook: Endpoint) -> None:
    listens(chain, hook.url)
    record = bulletin(chain, lines=[{"item": {"code": chain.item()}}])
    says(chain, record)
    before = len(sent(chain))
    refused = chain.be("adm").acts("bulletin", record, "refuse_late")
    assert refused.status == 409
    preview = chain.be("adm").send("POST", f"records/bulletin/{record}/actions/publish", {}, preview="true")
    assert "webhook" in [each["kind"] for each in preview.body["outcomes"]]
    assert len(sent(chain)) == before
    office(chain).send_due()
    assert len(hook.got) == 1


def test_a_receiver_that_fails_gets_each_event_in_order_per_record_at_last(chain: House, hook: Endpoint) -> None:
    """It answers 500, then cuts the line, then says nothing, then takes twice what it took already."""
    hook.answers[:0] = [(500, b"no"), lambda line: line.connection.close()]
    listens(chain, hook.url)
    first, second = bulletin(chain, "a"), bulletin(chain, "b")
    for record, what in ((first, "a1"), (second, "b1"), (first, "a2"), (second, "b2")):
        says(chain, record, what)
    sender = office(chain)
    for _ in range(40):
        sender.send_due()
        if not sent(chain):
            break
        chain.pass_time(minutes=1)
    assert sent(chain) == []
    keys = list(dict.fromkeys(each.key for each in hook.got))
    assert len(keys) == 4
    assert len(hook.got) == 6
    arrived = [each["values"]["what"] for each in hook.told[2:]]
    assert sorted(arrived) == ["a1", "a2", "b1", "b2"]
    assert arrived.index("a1") < arrived.index("a2")
    assert arrived.index("b1") < arrived.index("b2")


def test_a_process_that_dies_while_sending_leaves_the_message_to_another(chain: House, hook: Endpoint) -> None:
    listens(chain, hook.url)
    says(chain, bulletin(chain))
    died, lives = office(chain), office(chain)
    chain.services.database.transaction(died._claim)  # and then nothing: it is gone
    assert lives.send_due() == 0
    chain.pass_time(minutes=1)
    assert lives.send_due() == 0
    chain.pass_time(minutes=2)
    assert lives.send_due() == 1
    assert len(hook.got) == 1


def test_what_is_given_up_is_dead_holds_nobody_back_and_is_sent_again_by_right(chain: House, hook: Endpoint) -> None:
    hook.answers[:0] = [(410, b"")]
    made, _ = listens(chain, hook.url)
    record = bulletin(chain)
    says(chain, record, "one")
    says(chain, record, "two")
    sender = office(chain)
    sender.send_due()
    sender.send_due()
    assert [each["values"]["what"] for each in hook.told] == ["one", "two"]
    (dead,) = sent(chain, "dead")
    assert (dead["said"], dead["tries"], dead["target"]["id"]) == ("answered 410", 1, made)
    assert "one" not in json.dumps(dead)
    number = chain.be("adm").get(f"records/bulletin/{record}")["number"]
    assert dead["record"] == {"form": "bulletin", "id": record, "number": number}
    chain.publish(policy=["p, auditor, bulletin, see, own"])
    (unseen,) = chain.be("aud").get("deliveries", state="dead")["items"]
    assert unseen["record"] == {"form": "bulletin", "id": record, "number": None}
    mgr = chain.be("mgr1")
    unseen = mgr.send("GET", "records/nothing_like_it")
    for method, path in (("GET", ""), ("POST", f"/{dead['id']}/resend"), ("POST", "/resend")):
        refused = mgr.send(method, f"deliveries{path}")
        assert (refused.status, refused.raw) == (404, unseen.raw), path
        assert chain.be("aud").send(method, f"deliveries{path}").status == (403 if path else 200), path
    assert chain.be("adm").send("POST", "deliveries/nothing/resend").status == 404
    assert chain.be("adm").does("POST", f"deliveries/{dead['id']}/resend")["state"] == "waiting"
    again = chain.be("adm").send("POST", f"deliveries/{dead['id']}/resend")
    assert (again.status, again.code) == (409, "not_dead")
    sender.send_due()
    assert [each["values"]["what"] for each in hook.told] == ["one", "two", "one"]
    assert hook.got[0].key == hook.got[2].key
    assert sent(chain, "dead") == []


def test_all_that_was_given_up_is_sent_again_at_once_and_in_order(chain: House, hook: Endpoint) -> None:
    hook.answers[:] = [(410, b"")]
    listens(chain, hook.url)
    record, adm = bulletin(chain), chain.be("adm")
    for word in ("one", "two", "three"):
        says(chain, record, word)
        office(chain).send_due()
    assert len(sent(chain, "dead")) == 3
    hook.got.clear()
    hook.answers[:] = [(200, b"{}")]
    assert adm.send("POST", "deliveries/resend", {"ids": []}).status == 422
    assert adm.does("POST", "deliveries/resend", {}) == {"resent": 3}
    assert adm.does("POST", "deliveries/resend", {}) == {"resent": 0}
    for _ in range(3):
        office(chain).send_due()
    assert [each["values"]["what"] for each in hook.told] == ["one", "two", "three"]
    assert (sent(chain, "dead"), sent(chain)) == ([], [])
    noted = adm.get("security", event="messages_resent")["items"]
    assert [(each["person"]["code"], each["detail"]) for each in noted] == [("adm", {"many": 3})]


def test_tries_end_after_as_many_as_are_set(copy_of: Copy, lab_url: str, tmp_path: Path, hook: Endpoint) -> None:
    house = House(copy_of(lab_url), tmp_path / "data", allow_private_webhooks=True, delivery_tries=3)
    bulletins.publish(house)
    hook.answers[:] = [(503, b"")]
    listens(house, hook.url)
    says(house, bulletin(house))
    sender = office(house)
    for _ in range(6):
        sender.send_due()
        house.pass_time(minutes=5)
    assert len(hook.got) == 3
    assert [(each["said"], each["tries"]) for each in sent(house, "dead")] == [("answered 503", 3)]
    figures = house.doors.metrics(_call(house)).decode()
    assert 'chainstock_messages_total{topic="webhook",outcome="failed"} 2' in figures
    assert 'chainstock_messages_total{topic="webhook",outcome="dead"} 1' in figures
    assert 'chainstock_messages{topic="webhook",state="dead"} 1' in figures
    house.close()


def _call(house: House) -> Call:
    return Call(house.be("adm").actor, "en")


def test_a_new_secret_signs_beside_the_old_one_for_a_day_and_neither_is_ever_shown(
    chain: House, hook: Endpoint
) -> None:
    made, old = listens(chain, hook.url)
    adm = chain.be("adm")
    new = adm.does("POST", f"endpoints/{made}/secrets", {})["secret"]
    record = bulletin(chain)
    says(chain, record)
    office(chain).send_due()
    assert signed(hook.got[0], old)
    assert signed(hook.got[0], new)
    chain.pass_time(hours=25)
    says(chain, record)
    office(chain).send_due()
    assert not signed(hook.got[1], old)
    assert signed(hook.got[1], new)
    shown = [adm.get(path) for path in (
        f"endpoints/{made}/secrets", f"records/subscriber/{made}", f"records/subscriber/{made}/history",
        "records/subscriber", "deliveries",
    )]  # fmt: skip
    assert not [each for each in (old, new) if each in json.dumps(shown)]
    with chain.services.database.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM endpoint_secret").all())
    assert new not in stored
    assert base64.b64encode(new.encode()).decode() not in stored


def test_a_secret_is_made_by_who_may_edit_the_endpoint_and_fits_its_format(chain: House) -> None:
    made, _ = listens(chain, "http://127.0.0.1:9/hook")
    assert chain.be("mgr1").send("POST", f"endpoints/{made}/secrets", {}).status == 404
    assert chain.be("aud").send("POST", f"endpoints/{made}/secrets", {}).status == 403
    store = chain.be("adm").get("records/store", limit="1")["items"][0]["id"]
    assert chain.be("adm").send("POST", f"endpoints/{store}/secrets", {}).status == 404
    for wrong in ("short", "whsec_????", "whsec_" + base64.b64encode(b"x" * 23).decode(), 5, "a\nb"):
        reply = chain.be("adm").send("POST", f"endpoints/{made}/secrets", {"secret": wrong})
        assert (reply.status, reply.errors) == (422, [("/secret", "bad_secret")]), wrong
    key = chain.be("adm").send("POST", f"endpoints/{made}/secrets", {}, key="once-more")
    replay = chain.be("adm").send("POST", f"endpoints/{made}/secrets", {}, key="once-more")
    assert key.body["id"] == replay.body["id"]
    assert "secret" not in replay.body


def test_an_address_inside_is_refused_when_it_is_written_and_when_it_is_sent_to(
    copy_of: Copy, lab_url: str, tmp_path: Path, hook: Endpoint
) -> None:
    house = House(copy_of(lab_url), tmp_path / "data")
    bulletins.publish(house)
    adm = house.be("adm")
    values = {"code": "E1", "name": "E", "channel": "transfers", "reader": {"code": "adm"}}
    for url in ("https://127.1/", "https://2130706433/", "https://[::ffff:10.0.0.1]/", "http://example.com/"):
        reply = adm.send("POST", "records/subscriber", {"values": {**values, "url": url}})
        assert (reply.status, reply.errors[0][0]) == (422, "/url"), url
    inside = House(house.services.settings.database, tmp_path / "data", allow_private_webhooks=True)
    listens(inside, hook.url)
    inside.close()
    says(house, bulletin(house))
    office(house).send_due()
    assert hook.got == []
    assert [each["said"] for each in sent(house)] == ["Only https addresses are sent to."]
    house.close()


def test_robots_get_words_and_what_they_refuse_is_tried_again(chain: House, hook: Endpoint) -> None:
    hook.answers[:0] = [(200, b'{"errcode":45009,"errmsg":"too often"}')]
    hook.answers[-1:] = [(200, b'{"errcode":0}')]
    made, secret = listens(chain, hook.url, format="wecom", token="KEY1")
    assert secret == ""
    says(chain, bulletin(chain, "下雨了"))
    sender = office(chain)
    sender.send_due()
    assert [each["said"] for each in sent(chain)] == ["refused by the robot (45009)"]
    chain.pass_time(minutes=1)
    sender.send_due()
    assert sent(chain) == []
    assert [each.path for each in hook.got] == ["/hook?key=KEY1"] * 2
    assert "下雨了" in hook.got[1].said["text"]["content"]
    assert made

"""What the newest definitions cannot name any more is granted, in records of older versions, as it was granted last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.operations.house import House

FORM = """format: 1
form: slip
title: {en: Slip, zh: 便条}
kind: document
org: [store]
number: {text: "SL-{counter:6}", given_at: hand_in}
list: [number, store, state]
search: [number]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  what: {type: text}
"""
SECRET = "  secret: {type: text}\n"
FLOW = """format: 1
workflow: slip
form: slip
start: draft
states:
  draft: {title: {en: Draft}, edit: {maker: {by: [clerk at store], fields: [store, what]}}}
  handed: {title: {en: Handed in}}
  sent: {title: {en: Sent}}
  done: {title: {en: Done}, end: true}
transitions:
  hand_in: {from: draft, to: handed, by: [clerk at store]}
  send: {from: handed, to: sent, by: [clerk at store, manager at store]}
  finish: {from: sent, to: done, by: [clerk at store]}
"""
ALWAYS = [
    *(f"p, clerk, slip, {each}, own" for each in ("see", "create", "edit", "hand_in", "finish")),
    "p, manager, slip, see, own",
]
WITHOUT = (
    FLOW.replace("  sent: {title: {en: Sent}}\n", "")
    .replace("  send: {from: handed, to: sent, by: [clerk at store, manager at store]}\n", "")
    .replace("finish: {from: sent,", "finish: {from: handed,")
)


def texts(house: House, *laid: tuple[str, str, str], **more: Any) -> int:
    """Publish texts, each with kind and name; the version."""
    sent = [{"kind": kind, "name": name, "text": words} for kind, name, words in laid]
    done = house.be("adm").send("POST", "definitions/publish", {"texts": sent, "note": "slips", **more})
    assert done.status == 200, done.body
    version: int = done.body["version"]
    return version


def lays(house: House, form: str, flow: str, *lines: str) -> int:
    """Publish the slips with these policy lines beside those that hold always; the version."""
    adm = house.be("adm")
    old = [each for each in adm.get("definitions/permissions/policy")["text"].splitlines() if ", slip" not in each]
    policy = "\n".join([*old, *ALWAYS, *lines]) + "\n"
    return texts(house, ("form", "slip", form), ("workflow", "slip", flow), ("permissions", "policy", policy))


def handed(house: House, **values: str) -> str:
    return house.be("clerk1").makes("slip", values, "hand_in")


def actions(house: House, account: str, record: str) -> Sequence[str]:
    return [each["name"] for each in house.be(account).get(f"records/slip/{record}")["actions"]]


def test_an_action_that_is_no_more_is_taken_in_older_records_by_whoever_could_last(own_house: House) -> None:
    house = own_house
    lays(house, FORM, FLOW, "p, clerk, slip, send, own")
    old, other, third = (handed(house, what="a") for _ in range(3))
    lays(house, FORM, WITHOUT)
    new = handed(house, what="b")
    assert (actions(house, "clerk1", old), actions(house, "clerk1", new)) == (["send"], ["finish"])
    assert "send" not in actions(house, "mgr1", old), "it was never granted to him"
    told = {
        each["action"]: each["lines"] for each in house.be("adm").get("why", person="clerk1", form="slip")["rights"]
    }
    line = {"role": "clerk", "object": "slip", "action": "send", "where": "own", "file": None, "line": None}
    assert told["send"] == [{**line, "kept": True}]
    assert [each["kept"] for each in told["finish"]] == [False]
    assert "send" not in {each["action"] for each in house.be("adm").get("why", person="mgr1", form="slip")["rights"]}
    assert house.be("clerk2").send("GET", f"records/slip/{old}").status == 404, "as far as it reached"
    assert house.be("clerk1").acts("slip", old, "send").body["state"] == "sent"
    assert house.be("clerk1").acts("slip", old, "finish").body["state"] == "done"
    # a version later it is still so
    lays(house, FORM + "  more: {type: text}\n", WITHOUT)
    assert house.be("clerk1").acts("slip", other, "send").body["state"] == "sent"
    assert house.be("clerk1").acts("slip", other, "finish").body["state"] == "done"
    # when it can be named again, what the policy says of it holds, and nothing else
    lays(house, FORM, FLOW, "p, manager, slip, send, own")
    assert (actions(house, "clerk1", third), actions(house, "mgr1", third)) == ([], ["send"])
    lays(house, FORM, WITHOUT)
    assert (actions(house, "clerk1", third), actions(house, "mgr1", third)) == ([], ["send"])
    assert house.verified()


def test_a_field_that_is_no_more_stays_closed_to_whom_it_was_closed(own_house: House) -> None:
    house = own_house
    flow = FLOW.replace("fields: [store, what]", "fields: [store, what, secret]")
    closed = [f"p, clerk, slip.secret, {each}, own" for each in ("see", "edit")]
    lays(house, FORM + SECRET, flow, "p, clerk, slip, send, own", *closed)
    record = handed(house, secret="xyzzy")
    assert house.be("clerk1").reads("slip", record)["secret"] == "xyzzy"
    assert "secret" not in house.be("mgr1").reads("slip", record)
    adm = house.be("adm")
    old = [
        each for each in adm.get("definitions/permissions/policy")["text"].splitlines() if ", slip.secret" not in each
    ]
    policy = ("permissions", "policy", "\n".join(old) + "\n")
    archived = {"fields": {"slip": {"secret": "archive"}}}
    texts(house, ("form", "slip", FORM), ("workflow", "slip", FLOW), policy, mapping=archived)
    assert house.be("clerk1").reads("slip", record)["secret"] == "xyzzy"
    assert "secret" not in house.be("mgr1").reads("slip", record)
    assert "xyzzy" not in str(house.be("mgr1").get(f"records/slip/{record}/history"))


def test_a_field_that_is_called_otherwise_is_closed_in_older_records_too(own_house: House) -> None:
    house = own_house
    flow = FLOW.replace("fields: [store, what]", "fields: [store, what, secret]")
    lays(house, FORM + SECRET, flow, "p, clerk, slip, send, own")
    record = handed(house, secret="xyzzy")
    assert house.be("mgr1").reads("slip", record)["secret"] == "xyzzy"
    form = FORM + SECRET.replace("secret: {", "hidden: {was: secret, ")
    closed = [f"p, clerk, slip.hidden, {each}, own" for each in ("see", "edit")]
    lays(house, form, flow.replace("what, secret", "what, hidden"), "p, clerk, slip, send, own", *closed)
    assert house.be("clerk1").reads("slip", record)["secret"] == "xyzzy"
    assert "xyzzy" not in str(house.be("mgr1").get(f"records/slip/{record}"))
    assert "xyzzy" not in str(house.be("mgr1").get(f"records/slip/{record}/history"))


def test_whoever_stands_for_a_role_that_is_no_more_has_what_it_could_do(own_house: House) -> None:
    house = own_house
    adm, clerk = house.be("adm"), house.be("clerk1")
    roles = adm.get("definitions/permissions/roles")["text"]
    library = adm.get("definitions/library/library")["text"]
    role = "  deputy: {title: {en: Deputy, zh: 副手}, purpose: {en: Stands in., zh: 代理。}}\n"
    chosen = library.replace("\n  role:\n", "\n  role:\n    deputy: {en: Deputy, zh: 副手}\n")
    texts(house, ("permissions", "roles", roles.rstrip("\n") + "\n" + role), ("library", "library", chosen))
    flow = FLOW.replace("[clerk at store, manager at store]", "[deputy at store]")
    lays(house, FORM, flow, "p, deputy, slip, send, own")
    adm.makes("assignment", {"person": house.be("mgr1").person, "role": "deputy", "at": {"code": "S01"}})
    record = handed(house)
    assert (actions(house, "mgr1", record), actions(house, "clerk1", record)) == (["send"], [])
    policy = adm.get("definitions/permissions/policy")["text"].replace("p, deputy, slip, send, own\n", "")
    texts(
        house,
        ("permissions", "roles", roles),
        ("library", "library", library),
        ("workflow", "slip", WITHOUT),
        ("permissions", "policy", policy),
        mapping={"roles": {"deputy": "manager"}},
    )
    assert (actions(house, "mgr1", record), actions(house, "clerk1", record)) == (["send"], [])
    assert house.be("mgr1").acts("slip", record, "send").body["state"] == "sent"
    assert clerk.acts("slip", record, "finish").body["state"] == "done"

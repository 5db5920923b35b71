"""What rules and guards say names values, as far as whoever reads it may see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.days import there
from tests.operations.house import Desk, House

FOLDER = Path(__file__).parent / "definitions"
RULES = """
rules:
  cheap:
    check: row.item.cost < 8
    field: lines.item
    says:
      en: "{row.item} costs {row.item.cost}: {row.quantity} of it is too dear for {record.store.region}."
      zh: "{row.item.name}成本 {row.item.cost}，数量 {row.quantity} 过多。"
"""
GUARD = """
    guard:
      few:
        check: count(lines) < 3
        says:
          en: "No more than two; it is {today}, state {record.state}, set aside: {record.aside}."
          zh: "最多两行，今天 {today}，{record.aside}。"
"""
VAULT = """format: 1
form: vault
title: {en: Vault, zh: 保险柜}
kind: document
org: [store]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  amount: {type: money}
"""
SPENT = """format: 1
workflow: vault
form: vault
start: open
states:
  open: {title: {en: Open, zh: 开}, edit: {maker: {by: [clerk at store], fields: [store, amount]}}}
  kept: {title: {en: Kept, zh: 锁}}
  spent: {title: {en: Spent, zh: 空}, end: true}
transitions:
  keep: {from: open, to: kept, by: [clerk at store]}
  spend:
    from: kept
    to: spent
    by: [clerk at store, system]
    guard:
      enough:
        check: record.amount < 5
        says: {en: "It holds {record.amount} in {record.store}.", zh: "{record.store} 有 {record.amount}。"}
"""
POKE = """format: 1
form: poke
title: {en: Poke, zh: 动用}
kind: document
org: [store]
fields:
  store: {type: reference, to: store, required: true}
  vault: {type: reference, to: vault}
"""
POKED = """format: 1
workflow: poke
form: poke
start: open
states:
  open: {title: {en: Open, zh: 开}, edit: {maker: {by: [director at chain], fields: [store, vault]}}}
  done: {title: {en: Done, zh: 完成}, end: true}
transitions:
  go:
    from: open
    to: done
    by: [clerk at store, director at chain]
    do: {it: {act: {on_record: record.vault, action: spend}}}
"""
REACHED = [
    *(f"p, clerk, vault, {each}, own" for each in ("see", "create", "edit", "keep", "spend")),
    *(f"p, clerk, poke, {each}, own" for each in ("see", "go")),
    *(f"p, director, poke, {each}, chain" for each in ("see", "create", "edit", "go")),
    "p, director, vault, see, chain",
]
AGREE = "  agree: {from: draft, to: agreed, by: [clerk at store]}\n"


@pytest.fixture
def told(own_house: House) -> House:
    """The chain where needs must be cheap and few."""
    form = (FOLDER / "need.form.yaml").read_text("utf-8").rstrip()
    flow = (FOLDER / "need.workflow.yaml").read_text("utf-8")
    assert flow.count(AGREE) == 1
    form = form.replace("  lines:\n", "  aside: {type: boolean}\n  lines:\n") + RULES
    by = f"  agree:\n    from: draft\n    to: agreed\n    by: [clerk at store, manager at store]{GUARD}"
    own_house.publish(
        form, flow.replace(AGREE, by), policy=["p, manager, need, see, own", "p, manager, need, agree, own"]
    )
    return own_house


def draft(clerk: Desk, *lines: tuple[str, str]) -> str:
    """A need that nobody has agreed to."""
    return clerk.makes("need", {"lines": [{"item": {"code": item}, "quantity": each} for item, each in lines]})


def test_a_rule_names_values_and_what_is_hidden_stays_hidden(told: House) -> None:
    clerk, manager = told.be("clerk1"), told.be("mgr1")
    record = draft(clerk, ("B200", "2"), ("A100", "3"))
    row = clerk.reads("need", record)["lines"][1]["row"]
    blind, seeing = (who.acts("need", record, "agree") for who in (clerk, manager))
    assert (blind.status, seeing.status) == (422, 422)
    said = {who: next(each for each in reply.body["errors"] if each.get("row") == row)["message"]
            for who, reply in (("clerk", blind), ("manager", seeing))}  # fmt: skip
    assert said == {
        "clerk": "A100 Rice costs …: 3 of it is too dear for EAST East.",
        "manager": "A100 Rice costs 10: 3 of it is too dear for EAST East.",
    }
    assert "costs 10" not in blind.raw.decode()
    zh = Desk(told, clerk.actor, "zh").acts("need", record, "agree").body["errors"]
    assert zh[-1]["message"] == "Rice成本 …，数量 3 过多。"
    tried = clerk.send("POST", f"records/need/{record}/fill", {"action": "agree"})
    assert said["clerk"] in {each["message"] for each in tried.body["errors"]}


def test_a_record_that_an_action_reaches_tells_nothing_to_who_does_not_see_it(own_house: House) -> None:
    """The action of one store ends at the guard of another store's record."""
    own_house.publish(VAULT, SPENT, POKE, POKED, policy=REACHED)
    blind, owner, seeing = (own_house.be(each) for each in ("clerk1", "clerk2", "dir1"))
    vault = owner.makes("vault", {"amount": "4711"}, "keep")
    record = seeing.makes("poke", {"store": {"code": "S01"}, "vault": vault})
    assert blind.send("GET", f"records/vault/{vault}").status == 404
    path = f"records/poke/{record}/actions/go"
    for reply in (blind.send("POST", path, {}), blind.send("POST", path, {}, preview="true")):
        assert (reply.status, reply.body["rule"], reply.body["detail"]) == (409, "enough", "It holds … in ….")
    assert seeing.send("POST", path, {}).body["detail"] == "It holds 4711 in S02 Market Street."
    assert owner.acts("vault", vault, "spend").body["detail"] == "It holds 4711 in S02 Market Street."


def test_the_same_key_says_the_same_again(told: House) -> None:
    clerk = told.be("clerk1")
    record = draft(clerk, ("A100", "3"))
    first, again = (clerk.send("POST", f"records/need/{record}/actions/agree", {}, key="twice") for _ in range(2))
    assert first.raw == again.raw
    assert "costs …" in first.raw.decode()


def test_a_guard_names_values_in_words_wherever_it_is_told(told: House) -> None:
    adm, clerk = told.be("adm"), told.be("clerk1")
    items = [told.item() for _ in range(3)]
    for item in items:
        found = adm.get("records/item", **{"f.code": item})["items"][0]
        assert adm.edits("item", found["id"], {"cost": "1"}).status == 200
    record = draft(clerk, *((item, "1") for item in items))
    refused = clerk.acts("need", record, "agree")
    day = there(adm.get("clock")["now"]).date()
    assert (refused.status, refused.body["rule"]) == (409, "few")
    assert refused.body["detail"] == f"No more than two; it is {day}, state Draft, set aside: nothing."
    offered = clerk.get(f"records/need/{record}", actions="all")["actions"]
    assert [each["because"] for each in offered if each["name"] == "agree"] == [refused.body["detail"]]


FAULTS = [
    ("{row.item.cost}", "{row.item.price_of}", "unknown_field"),
    ("{row.item.cost}", "{it.cost}", "unknown_name"),
    ("{row.item.cost}", "{record.lines}", "not_named"),
]


@pytest.mark.parametrize(("old", "new", "code"), FAULTS)
def test_what_cannot_be_named_is_found_at_its_rule(house: House, old: str, new: str, code: str) -> None:
    text = (FOLDER / "need.form.yaml").read_text("utf-8").rstrip() + RULES.replace(old, new)
    texts = [{"kind": "form", "name": "need", "text": text}]
    found = house.be("adm").send("POST", "definitions/check", {"texts": texts}).body
    told = [each for each in found if each["code"] == code]
    assert told, found
    assert {each["path"].rpartition(".")[2] for each in told} == {"says"}

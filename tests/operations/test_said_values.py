"""What rules and guards say names values, as far as whoever reads it may see them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

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
    day = datetime.fromisoformat(adm.get("clock")["now"]).astimezone(ZoneInfo("Asia/Shanghai")).date()
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

"""What live records use of what a version takes away: refused with the list, at its place, unless it is mapped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import Desk, House, Reply, kind_of, name_of
from tests.operations.test_variants import OVERLAY, overlaid

ROLE = "  deputy: {title: {en: Deputy, zh: 副手}, purpose: {en: Stands in., zh: 代理。}}\n"


def texts(house: House) -> tuple[str, str]:
    """Form and workflow of duels as they are published."""
    adm = house.be("adm")
    return adm.get("definitions/form/duel")["text"], adm.get("definitions/workflow/duel")["text"]


def publishes(house: House, *laid: str, **more: Any) -> Reply:
    """Try to publish texts."""
    sent = [{"kind": kind_of(each), "name": name_of(each), "text": each} for each in laid]
    return house.be("adm").send("POST", "definitions/publish", {"texts": sent, "note": "less", **more})


def waits(clerk: Desk, count: int, **values: str) -> list[str]:
    """Duels that wait for the first votes."""
    return [clerk.makes("duel", {"amount": "50", **values}, "hand_in") for _ in range(count)]


def taken(reply: Reply) -> dict[str, tuple[str, int]]:
    """Code and count by the place of what is in use."""
    assert (reply.status, reply.body["kind"]) == (409, "rule"), reply.body
    return {each["path"]: (each["code"], each["count"]) for each in reply.body["errors"]}


def without_peers(flow: str) -> str:
    """The workflow without its first step."""
    lines = flow.splitlines(keepends=True)
    kept = [each for each in lines if not each.strip().startswith(("peers:", "slow:", "reworded:"))]
    return (
        "".join(kept)
        .replace("[submitter, peers, left]", "[submitter, left]")
        .replace(", except: [did(peers)]", "")
        .replace("timers:\n", "")
    )


HINT = "  hint: {type: text}\n"


def hinted(house: House) -> None:
    """A field that nothing else reads."""
    form, flow = texts(house)
    assert publishes(house, form + HINT, flow.replace("[store, title,", "[store, hint, title,")).status == 200


def without_hint(form: str, flow: str) -> tuple[str, str]:
    """Both without it."""
    return form.replace(HINT, ""), flow.replace("[store, hint, title,", "[store, title,")


def test_a_field_that_holds_values_and_a_step_that_tasks_wait_at_are_told_together(own_house: House) -> None:
    hinted(own_house)
    clerk = own_house.be("clerk1")
    first, *others = waits(clerk, 3, hint="one")
    clerk.makes("duel", {"amount": "50", "hint": "two"})
    form, flow = without_hint(*texts(own_house))
    before = own_house.be("adm").get("definitions/form/duel")["version"]
    refused = publishes(own_house, form, without_peers(flow))
    assert taken(refused) == {
        "/form/duel/fields/hint": ("field_in_use", 4),
        "/workflow/duel/steps/peers": ("step_in_use", 3),
    }
    found = refused.body["errors"][0]["records"]
    assert {each["id"] for each in found} >= {first, *others}
    assert own_house.be("adm").get("definitions/form/duel")["version"] == before


def test_a_field_that_nobody_filled_and_a_step_that_nobody_waits_at_may_go(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    record = waits(clerk, 1, title="one")[0]
    for each in ("clerk1b", "clerk1c"):
        own_house.be(each).decides("duel", record)
    assert clerk.state("duel", record) == "accepted"
    form, flow = texts(own_house)
    assert publishes(own_house, form, without_peers(flow)).status == 200
    assert publishes(own_house, form.replace("  threshold: {type: money}\n", ""), flow).status == 422
    assert (
        publishes(
            own_house, form.replace("  remark: {type: text}\n", "  remark: {type: text}\n  extra: {type: text}\n")
        ).status
        == 200
    )
    assert publishes(own_house, form).status == 200


def test_a_state_in_which_records_stand_is_kept_until_it_is_mapped(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    record = waits(clerk, 1)[0]
    flow = texts(own_house)[1]
    renamed = flow.replace("approval: {", "asked: {").replace("  approval:\n", "  asked:\n")
    renamed = renamed.replace("to: approval", "to: asked").replace("from: approval", "from: asked")
    refused = publishes(own_house, renamed)
    assert taken(refused) == {"/workflow/duel/states/approval": ("state_in_use", 1)}
    wrong = publishes(own_house, renamed, mapping={"states": {"duel": {"approval": "nowhere"}}})
    assert wrong.errors == [("/mapping/states/duel/approval", "unknown_target")]
    done = publishes(own_house, renamed, mapping={"states": {"duel": {"approval": "asked"}}})
    assert done.status == 200, done.body
    assert clerk.state("duel", record) == "approval"
    listed = clerk.get("records/duel", filter="state == 'approval'")["items"]
    assert [each["id"] for each in listed] == [record]
    assert own_house.be("clerk1b").decides("duel", record).status == 200


def test_a_mapping_that_was_written_for_the_version_in_force_is_used_by_itself_and_no_other(own_house: House) -> None:
    hinted(own_house)
    own_house.be("clerk1").makes("duel", {"amount": "50", "hint": "one"})
    now = own_house.be("adm").get("definitions/form/duel")["version"]
    plain = without_hint(*texts(own_house))
    told = "format: 1\nmapping: away\nfrom: {}\nfields: {{duel: {{hint: archive}}}}\n"
    assert taken(publishes(own_house, *plain, told.format(now - 1))) == {"/form/duel/fields/hint": ("field_in_use", 1)}
    assert publishes(own_house, *plain, told.format(now)).status == 200


def test_an_option_that_was_chosen_is_kept_until_another_stands_for_it(own_house: House) -> None:
    form, flow = texts(own_house)
    both = "  mood: {type: choice, options: {calm: {en: Calm}, loud: {en: Loud}}}\n"
    flow = flow.replace("fields: [store, title,", "fields: [store, mood, title,")
    assert publishes(own_house, form + both, flow).status == 200
    clerk = own_house.be("clerk1")
    draft = clerk.makes("duel", {"amount": "50", "mood": "loud"})
    less = form + both.replace(", loud: {en: Loud}", "")
    refused = publishes(own_house, less)
    assert taken(refused) == {"/form/duel/fields/mood/options/loud": ("option_in_use", 1)}
    done = publishes(own_house, less, mapping={"options": {"duel": {"mood": {"loud": "calm"}}}})
    assert done.status == 200, done.body
    assert clerk.reads("duel", draft)["mood"] == "calm"
    assert clerk.history("duel", draft)[-1]["action"] == "carry_over"
    assert own_house.verified()


def test_a_field_is_renamed_with_what_it_holds_and_archived_values_stay_in_history(own_house: House) -> None:
    hinted(own_house)
    clerk = own_house.be("clerk1")
    draft = clerk.makes("duel", {"amount": "50", "hint": "one"})
    form, flow = texts(own_house)
    named = form.replace("  hint: {type: text}\n", "  clue: {type: text, was: hint}\n")
    assert publishes(own_house, named, flow.replace("hint", "clue")).status == 200
    assert clerk.reads("duel", draft)["clue"] == "one"
    plain = without_hint(form, flow)
    refused = publishes(own_house, *plain)
    assert taken(refused) == {"/form/duel/fields/clue": ("field_in_use", 1)}
    assert publishes(own_house, *plain, mapping={"fields": {"duel": {"clue": "archive"}}}).status == 200
    assert "clue" not in clerk.reads("duel", draft)
    paths = [change["path"] for line in clerk.history("duel", draft) for change in line["changes"]]
    assert "clue" in " ".join(paths)
    assert own_house.verified()


def test_a_role_that_people_hold_goes_when_another_stands_for_it(own_house: House) -> None:
    adm, clerk = own_house.be("adm"), own_house.be("clerk1")
    roles = adm.get("definitions/permissions/roles")["text"]
    policy = adm.get("definitions/permissions/policy")["text"]
    _, flow = texts(own_house)
    asked = flow.replace(
        "peers: {ask: [clerk at store], decide: {need: 2, refusal: counts}",
        "peers: {ask: [deputy at store], decide: {need: 1}",
    )
    lines = "".join(f"p, deputy, duel, {each}, own\n" for each in ("see", "approve", "reject", "return"))

    def rights(roles_text: str, policy_text: str) -> list[dict[str, str]]:
        pairs = (("roles", roles_text), ("policy", policy_text))
        return [{"kind": "permissions", "name": name, "text": each} for name, each in pairs]

    library = adm.get("definitions/library/library")["text"]
    chosen = library.replace("\n  role:\n", "\n  role:\n    deputy: {en: Deputy, zh: 副手}\n")

    def whole(*parts: dict[str, str], words: str, flow_text: str) -> dict[str, Any]:
        named = {"library": ("library", words), "workflow": ("duel", flow_text)}
        return {"texts": [*parts, *({"kind": k, "name": n, "text": t} for k, (n, t) in named.items())]}

    body = whole(*rights(roles + ROLE, policy + lines), words=chosen, flow_text=asked)
    adm.does("POST", "definitions/publish", body)
    person = {"account": "dep1", "name": "Deputy", "language": "en"}
    made = adm.makes("person", person)
    adm.makes("assignment", {"person": made, "role": "deputy", "at": {"code": "S01"}, "from": "2020-01-01"})
    record = waits(clerk, 1)[0]
    assert len(own_house.be("dep1").tasks("duel", record)) == 1
    gone = whole(*rights(roles, policy), words=library, flow_text=flow)
    refused = adm.send("POST", "definitions/publish", gone)
    assert ("/permissions/roles", "role_in_use") in refused.errors
    assert [each["tasks"] for each in refused.body["errors"] if each["code"] == "role_in_use"] == [1]
    adm.does("POST", "definitions/publish", {**gone, "mapping": {"roles": {"deputy": "manager"}}})
    assert clerk.get(f"records/duel/{record}")["version"] < adm.get("definitions/form/duel")["version"]
    for account in ("dep1", "mgr1"):
        assert len(own_house.be(account).tasks("duel", record)) == 1, account
    assert own_house.be("mgr1").decides("duel", record).body["state"] == "accepted"
    assert own_house.verified()


def test_what_an_overlay_alone_has_is_kept_too(own_house: House) -> None:
    overlaid(own_house, OVERLAY)
    clerk = own_house.be("clerk2")
    clerk.makes("duel", {"amount": "50", "reasoning": "so"}, "hand_in")
    less = "\n".join(line for line in OVERLAY.splitlines() if "reasoning" not in line or "maker" in line)
    less = less.replace(", reasoning", "").replace("    fields:\n", "").replace("    transitions:\n", "")
    assert taken(publishes(own_house, less))["/form/duel/fields/reasoning"] == ("field_in_use", 1)
    mapping = {"fields": {"duel": {"reasoning": "archive"}}}
    assert publishes(own_house, less, mapping=mapping).status == 200


@pytest.mark.parametrize("mapping", [3, ["x"], "nothing", {"spells": {}}])
def test_what_is_no_mapping_is_refused(own_house: House, mapping: Any) -> None:
    assert publishes(own_house, mapping=mapping).status == 422

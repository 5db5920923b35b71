"""Records under way are carried over to a newer version: tried first, all or chosen ones, and back again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations import test_kept_rights as kept
from tests.operations.house import Desk, House
from tests.operations.test_in_use import hinted, publishes, texts, waits, without_peers
from tests.operations.test_rowwise import basket

OWNER = "      owner_first: {ask: [manager at store], when: record.amount > 10}\n"
PROJECT = "  project: {type: text}\n"


def newer(house: House) -> tuple[str, str]:
    """A step before the first one, and a field that is required when it is handed in."""
    form, flow = texts(house)
    flow = flow.replace("    steps:\n      peers:", f"    steps:\n{OWNER}      peers:")
    flow = flow.replace(
        "by: [clerk at store, manager at store]}", "by: [clerk at store, manager at store], required: [project]}"
    )
    flow = flow.replace("fields: [store, title,", "fields: [store, project, title,")
    flow = flow.replace("by: [submitter], fields: [title]", "by: [submitter], fields: [title, project]")
    return form + PROJECT, flow


def dry(house: House, **body: Any) -> dict[str, dict[str, Any]]:
    """Where each record would come to, by its id."""
    found = house.be("adm").does("POST", "definitions/carry", {"dry": True, **body})["items"]
    return {each["id"]: each for each in found}


def seen(desk: Desk, record: str) -> tuple[int, str]:
    """Version and state."""
    found = desk.get(f"records/duel/{record}")
    return found["version"], found["state"]


def test_chosen_records_are_carried_over_and_the_others_stay(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    first, second, third = waits(clerk, 3)
    house.be("clerk1b").decides("duel", second)
    ended = clerk.makes("duel", {"amount": "5"}, "hand_in")
    draft = clerk.makes("duel", {"amount": "50"})
    before = adm.get("definitions/form/duel")["version"]
    movements = house.be("aud").get("stock/movements")
    published = publishes(house, *newer(house)).body["version"]
    trying = dry(house, form="duel")
    assert set(trying) == {first, second, third}
    assert trying[first]["from"] == {"version": before, "state": "approval", "step": "peers"}
    assert trying[first]["to"]["step"] == "peers"
    assert (trying[first]["passed"], trying[first]["missing"]) == (["owner_first"], ["project"])
    assert seen(clerk, first) == (before, "approval")
    done = adm.does("POST", "definitions/carry", {"records": [first, second]})
    assert (done["carried"], done["left"]) == (2, 0)
    assert [seen(clerk, each)[0] for each in (first, second, third)] == [published, published, before]
    line = clerk.history("duel", first)[-1]
    assert (line["action"], line["version"], line["person"]["id"]) == ("carry_over", published, adm.person)
    assert f"from version {before}" in str(line["because"])
    asked = clerk.tasks("duel", first)
    assert any("Fill in" in str(each) for each in asked)
    assert house.be("clerk1c").decides("duel", second).body["state"] == "accepted"
    refused = adm.send("POST", "definitions/carry", {"records": [third, second, ended, draft]})
    assert refused.errors == [
        ("/records/1", "is_there"),
        ("/records/2", "finished"),
        ("/records/3", "not_begun"),
    ]
    assert seen(clerk, third)[0] == before
    assert house.be("aud").get("stock/movements") == movements
    assert house.verified()


def test_what_is_missing_is_filled_in_without_a_vote_being_void_and_anything_else_voids_it(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    first, second = waits(clerk, 2)
    publishes(house, *newer(house))
    house.be("adm").does("POST", "definitions/carry", {"records": [first, second]})
    for record, sent in ((first, {"project": "x"}), (second, {"project": "x", "title": "other"})):
        house.be("clerk1b").decides("duel", record)
        assert "fill_in" in [each["step"] for each in clerk.tasks("duel", record)]
        assert clerk.edits("duel", record, sent).status == 200
        assert "fill_in" not in [each["step"] for each in clerk.tasks("duel", record)]
    house.be("clerk1c").decides("duel", first)
    assert clerk.state("duel", first) == "accepted"
    assert house.be("clerk1c").tasks("duel", second) == []
    assert house.be("mgr1").tasks("duel", second) != [], "it is asked anew from the first step"
    assert house.verified()


@pytest.mark.parametrize("declared", ["", "required: [project], "])
def test_what_is_lacking_blocks_no_decider_unless_his_step_requires_it(own_house: House, declared: str) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    record = waits(clerk, 1)[0]
    form, flow = newer(house)
    form = form.replace(PROJECT, PROJECT.replace("type: text", "type: text, required: true"))
    flow = flow.replace("      peers: {", f"      peers: {{{declared}")
    assert publishes(house, form, flow, running="carry_over").status == 200
    assert any("Fill in" in str(each) for each in clerk.tasks("duel", record))
    first = house.be("clerk1b").decides("duel", record)
    assert (first.status, first.errors if declared else []) == (
        (422, [("/values/project", "required")]) if declared else (200, [])
    )
    if not declared:
        assert house.be("clerk1c").decides("duel", record).body["state"] == "accepted"
        assert any("Fill in" in str(each) for each in clerk.tasks("duel", record)), "what follows requires it"
    assert clerk.edits("duel", record, {"project": "A"}).status == 200
    if declared:
        assert house.be("clerk1b").decides("duel", record).status == 200
    assert house.verified()


def test_what_is_lacking_blocks_nobody_who_decides_by_row(own_house: House) -> None:
    house = own_house
    record, _rows = basket(house, ("buyA", 1, None))
    form, flow = (house.be("adm").get(f"definitions/{kind}/basket")["text"] for kind in ("form", "workflow"))
    form = form.replace("  one: {type: person}", "  project: {type: text, required: true}\n  one: {type: person}")
    flow = flow.replace("fields: [store, earlier,", "fields: [store, project, earlier,")
    assert publishes(house, form, flow, running="carry_over").status == 200
    assert any("Fill in" in str(each) for each in house.be("clerk1").tasks("basket", record))
    assert house.be("buyA").decides("basket", record).body["state"] == "whole"
    assert house.verified()


def test_all_are_carried_over_when_it_is_published_and_meet_the_new_step_if_that_is_chosen(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    record = waits(clerk, 1)[0]
    old = house.be("clerk1b").tasks("duel", record)[0]["id"]
    form, flow = newer(house)
    done = publishes(house, form, flow, running="carry_over", again=True)
    assert done.status == 200, done.body
    assert seen(clerk, record) == (done.body["version"], "approval")
    stale = house.be("clerk1b").send("POST", f"tasks/{old}/approve", {})
    assert (stale.status, stale.body["kind"]) == (409, "conflict")
    for account in ("clerk1b", "clerk1c"):
        house.be(account).decides("duel", record)
    assert house.be("mgr1").decides("duel", record).body["state"] == "accepted"
    assert house.verified()


def test_what_would_be_decided_by_it_stays_and_a_step_that_is_gone_leads_to_the_next(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    small = waits(clerk, 1)[0]
    dear = clerk.makes("duel", {"amount": "500"}, "hand_in")
    asked = house.be("clerk1b").tasks("duel", dear)[0]["id"]
    form, flow = texts(house)
    mapping = {"steps": {"duel": {"peers": "pair"}}}
    done = publishes(house, form, without_peers(flow), mapping=mapping, running="carry_over")
    assert done.status == 200, done.body
    version = done.body["version"]
    late = house.be("clerk1b").send("POST", f"tasks/{asked}/approve", {})
    assert (late.status, late.body["errors"][0]["code"]) == (409, "task_done"), "its step is no more, and it was his"
    found = dry(house, form="duel")
    assert set(found) <= {small}
    assert seen(clerk, dear) == (version, "approval")
    assert {each["step"] for each in house.be("mgr1").tasks("duel", dear)} == {"pair"}


def test_what_is_much_is_carried_over_in_parts(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    records = waits(clerk, 5)
    published = publishes(house, *newer(house)).body["version"]
    seen_there, after, runs = [], "", []
    while True:
        asked = {"form": "duel", "limit": 2, "after": after}
        tried = adm.does("POST", "definitions/carry", {**asked, "dry": True})
        done = adm.does("POST", "definitions/carry", asked)
        assert (done["carried"], done["next"]) == (len(tried["items"]), tried["next"])
        seen_there += [each["id"] for each in tried["items"]]
        runs.append(done["run"])
        if done["next"] is None:
            break
        after = done["next"]
    assert (sorted(seen_there), len(set(runs))) == (sorted(records), 3)
    assert {seen(clerk, each) for each in records} == {(published, "approval")}
    for wrong in ({"limit": 0}, {"limit": 10_000}, {"limit": "2"}, {"after": 7}, {"after": "x" * 200}):
        assert adm.send("POST", "definitions/carry", wrong).status == 422


def test_it_is_undone_for_what_nobody_has_touched(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    first, second = waits(clerk, 2, title="one")
    before = seen(clerk, first)
    publishes(house, *newer(house))
    name = adm.does("POST", "definitions/carry", {"records": [first, second]})["run"]
    assert len(adm.get(f"definitions/carry/{name}")["items"]) == 2
    house.be("clerk1b").decides("duel", second)
    assert adm.does("POST", f"definitions/carry/{name}/undo") == {"run": name, "carried": 1, "left": 1}
    assert seen(clerk, first) == before
    assert clerk.reads("duel", first)["title"] == "one"
    assert not any("Fill in" in str(each) for each in clerk.tasks("duel", first))
    assert clerk.history("duel", first)[-1]["action"] == "carry_back"
    assert seen(clerk, second)[0] > before[0]
    for account in ("clerk1b", "clerk1c"):
        house.be(account).decides("duel", first)
    assert clerk.state("duel", first) == "accepted"
    assert adm.send("GET", "definitions/carry/nothing").status == 404
    assert adm.send("POST", "definitions/carry/nothing/undo").status == 404
    assert house.verified()


@pytest.mark.parametrize(
    ("now", "fits", "unfit"),
    [
        ("integer", ("12", 12), "1_2"),
        ("decimal, scale: 2", ("1.50", "1.50"), "a lot"),
        ("date", ("2026-01-31", "2026-01-31"), "2026-02-31"),
        ("reference, to: item", None, "A100"),
        ("quantity, of: item", ("3", "3"), "much"),
    ],
)
def test_every_type_takes_what_fits_it_and_tells_the_rest(
    own_house: House, now: str, fits: tuple[str, Any] | None, unfit: str
) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    hinted(house)
    other = waits(clerk, 1, hint=unfit)[0]
    form = texts(house)[0].replace("  hint: {type: text}\n", f"  hint: {{type: {now}}}\n")
    if "quantity" in now:
        form = form.replace("  hint:", "  item: {type: reference, to: item}\n  hint:")
    good = waits(clerk, 1, hint=fits[0])[0] if fits else None
    reply = publishes(house, form)
    assert reply.status == 200, reply.body
    found = dry(house, form="duel")
    assert [(each["path"], each["code"]) for each in found[other]["errors"]] == [("/hint", "does_not_convert")]
    if fits:
        assert found[good]["errors"] == []
        house.be("adm").does("POST", "definitions/carry", {"form": "duel"})
        assert clerk.reads("duel", good)["hint"] == fits[1]


def test_changed_types_convert_or_are_refused_per_value(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    hinted(house)
    number, words = waits(clerk, 1, hint="12")[0], waits(clerk, 1, hint="twelve")[0]
    form = texts(house)[0]
    changed = publishes(house, form.replace("  hint: {type: text}\n", "  hint: {type: integer}\n"))
    assert changed.status == 200, changed.body
    found = dry(house, form="duel")
    assert found[number]["errors"] == []
    assert [(each["path"], each["code"]) for each in found[words]["errors"]] == [("/hint", "does_not_convert")]
    done = house.be("adm").does("POST", "definitions/carry", {"form": "duel"})
    assert (done["carried"], done["left"]) == (1, 1)
    assert clerk.reads("duel", number)["hint"] == 12
    assert clerk.reads("duel", words)["hint"] == "twelve"


def test_what_is_carried_over_with_the_publishing_is_undone_by_its_run(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    record = waits(clerk, 1)[0]
    before = seen(clerk, record)
    done = publishes(house, *newer(house), running="carry_over").body
    assert (done["carried"], done["left"], seen(clerk, record)[0]) == (1, 0, done["version"])
    adm.does("POST", f"definitions/carry/{done['run']}/undo")
    assert seen(clerk, record) == before
    back = adm.does("POST", "definitions/rollback", {"version": before[0], "running": "carry_over"})
    assert (back["carried"], seen(clerk, record)[0]) == (1, back["version"])
    assert house.verified()


def test_what_is_missing_is_filled_by_the_mapping(own_house: House) -> None:
    house, clerk = own_house, own_house.be("clerk1")
    record = waits(clerk, 1)[0]
    mapping = {"missing": {"duel": {"project": "none"}}}
    done = publishes(house, *newer(house), mapping=mapping, running="carry_over")
    assert done.status == 200, done.body
    assert clerk.reads("duel", record)["project"] == "none"
    assert clerk.tasks("duel", record) == []


def test_carrying_over_is_for_who_may_publish_and_names_records_that_are_there(house: House) -> None:
    assert house.be("des").send("POST", "definitions/carry", {}).status == 403
    adm = house.be("adm")
    lost = adm.send("POST", "definitions/carry", {"records": ["nothing"]})
    assert (lost.status, lost.errors) == (422, [("/records/0", "unknown_record")])
    assert adm.send("POST", "definitions/carry", {"mapping": "nothing"}).status == 422
    assert publishes(house, running="fly").errors == [("/running", "choice")]


def test_rolling_back_does_not_wait_for_what_stays_on_its_version(own_house: House) -> None:
    house, clerk, adm = own_house, own_house.be("clerk1"), own_house.be("adm")
    before = adm.get("definitions/form/duel")["version"]
    publishes(house, *newer(house))
    record = clerk.makes("duel", {"amount": "50", "project": "x"}, "hand_in")
    back = adm.does("POST", "definitions/rollback", {"version": before})
    assert back["version"] == before + 2
    assert seen(clerk, record) == (before + 1, "approval")
    assert house.be("mgr1").decides("duel", record).status == 200
    assert "project" not in clerk.reads("duel", clerk.makes("duel", {"amount": "50"}))


def test_what_is_lacking_is_filled_in_where_nobody_may_write_and_asked_for_once(own_house: House) -> None:
    """Without that a record that waits to be sent could go nowhere any more."""
    house, adm = own_house, own_house.be("adm")
    form, flow = kept.FORM, kept.FLOW
    rows = "  lines:\n    type: table\n    fields:\n      item: {type: reference, to: item}\n"
    flow = flow.replace(
        "fields: [store, what]",
        "fields: [store, what, lines.item]}, more: {by: [clerk at store], rows: free, fields: [lines.item]",
    )
    kept.lays(house, form + rows, flow, "p, clerk, slip, send, own")
    record = house.be("clerk1").makes("slip", {"lines": [{"item": {"code": "A100"}}]}, "hand_in")
    row = house.be("clerk1").get(f"records/slip/{record}")["values"]["lines"][0]["row"]
    wanted = (
        form.replace("what: {type: text}", "what: {type: text, required: true}")
        + rows
        + "      size: {type: integer, required: true}\n"
    )
    wide = flow.replace("lines.item", "lines.item, lines.size")
    for more in ("", "  note: {type: text}\n", "  hint: {type: text}\n"):
        kept.lays(house, wanted.replace("  lines:\n", f"{more}  lines:\n"), wide, "p, clerk, slip, send, own")
        adm.does("POST", "definitions/carry", {"records": [record]})
        (task,) = house.be("clerk1").tasks("slip", record)
        assert "Fill in" in str(task)
    refused = house.be("clerk1").acts("slip", record, "send")
    assert refused.errors == [("/values/what", "required"), ("/values/lines/0/size", "required")]
    assert house.be("mgr1").edits("slip", record, {"what": "b"}).status == 403, "he was not asked"
    assert house.be("clerk1").edits("slip", record, {"store": {"code": "S01"}}).status == 403, "nor for that"
    assert house.be("clerk1").edits("slip", record, {"what": "b", "lines": [{"row": row, "size": 3}]}).status == 200
    assert house.be("clerk1").tasks("slip", record) == []
    assert house.be("clerk1").edits("slip", record, {"what": "c"}).status == 403, "it is there now"
    for action in ("send", "finish"):
        assert house.be("clerk1").acts("slip", record, action).status == 200
    assert house.verified()

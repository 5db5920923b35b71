"""A name that stood for something once: of a field, a type, a role. What it stood for then is not found under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import chores
from engine.definitions.documents import read_folder
from engine.definitions.findings import Findings
from engine.settings import Settings
from tests.operations import test_kept_rights as slips
from tests.operations.house import House
from tests.operations.test_gone import kept, told
from tests.operations.test_in_use import publishes, taken, texts

OPEN = "  secret: {type: text, title: {en: Remark, zh: 备注}}\n"
ARCHIVED = {"fields": {"duel": {"secret": "archive"}}}


def renamed(house: House) -> tuple[str, str]:
    """The definitions in which what was hidden is called otherwise."""
    form, flow = texts(house)
    return form.replace("  secret: {", "  private: {was: secret, "), flow.replace("secret", "private")


def test_no_new_field_takes_the_name_that_another_had(own_house: House) -> None:
    """By that name older records would show what is hidden."""
    record = kept(own_house)
    clerk = own_house.be("clerk1")
    form, flow = renamed(own_house)
    at_once = publishes(own_house, form + OPEN, flow)
    assert (at_once.status, [code for _, code in at_once.errors]) == (422, ["name_used"])
    assert publishes(own_house, form, flow).status == 200
    later = publishes(own_house, form + OPEN)
    assert (later.status, [code for _, code in later.errors]) == (422, ["name_used"])
    assert "hush" not in str(clerk.reads("duel", record))
    assert "hush" not in told(clerk, record).values()


def test_a_folder_takes_no_name_that_another_had(own_house: House, tmp_path: Path) -> None:
    kept(own_house)
    assert publishes(own_house, *renamed(own_house)).status == 200
    settings = Settings(database=own_house.services.settings.database, data=own_house.services.settings.data)
    chores.pull(settings, tmp_path)
    (file,) = (each for each in tmp_path.rglob("duel.yaml") if "form_definitions" in str(each))
    file.write_text(file.read_text() + OPEN)
    version, findings = chores.publish(settings, tmp_path, "")
    assert (version, [each.code for each in findings if each.severity == "error"]) == (None, ["name_used"])


def test_values_that_the_new_type_cannot_have_are_told(own_house: House) -> None:
    record = kept(own_house)
    form, _ = texts(own_house)
    refused = publishes(own_house, form.replace("secret: {type: text", "secret: {type: quantity"))
    assert taken(refused) == {"/form/duel/fields/secret": ("field_in_use", 1)}
    assert own_house.be("mgr1").reads("duel", record)["secret"] == "hush"


@pytest.mark.parametrize("now", ["text", "quantity", "boolean", "date"])
def test_what_was_archived_comes_back_only_by_going_back(own_house: House, now: str) -> None:
    record = kept(own_house)
    clerk, adm = own_house.be("clerk1"), own_house.be("adm")
    form, flow = texts(own_house)
    before = adm.get("definitions/form/duel")["version"]
    less = "".join(line for line in form.splitlines(keepends=True) if "secret" not in line)
    assert publishes(own_house, less, flow.replace("secret, ", ""), mapping=ARCHIVED).status == 200
    refused = publishes(own_house, less + f"  secret: {{type: {now}}}\n")
    assert taken(refused) == {"/form/duel/fields/secret": ("field_in_use", 1)}
    assert "secret" not in clerk.reads("duel", record)
    adm.does("POST", "definitions/rollback", {"version": before})
    assert own_house.be("mgr1").reads("duel", record)["secret"] == "hush"
    assert "hush" not in str(clerk.reads("duel", record))


def test_a_new_role_has_nothing_that_another_of_its_name_had(own_house: House) -> None:
    house, adm = own_house, own_house.be("adm")
    roles, library = (adm.get(f"definitions/{each}")["text"] for each in ("permissions/roles", "library/library"))
    packer = "  packer: {title: {en: Packer, zh: 包装员}, purpose: {en: Packs., zh: 包装。}}\n"
    with_packers = (
        ("permissions", "roles", roles.rstrip("\n") + "\n" + packer),
        ("library", "library", library.replace("\n  role:\n", "\n  role:\n    packer: {en: Packer, zh: 包装员}\n")),
    )
    flow = slips.FLOW.replace("[clerk at store, manager at store]", "[packer at store, manager at store]")
    slips.texts(house, *with_packers)
    slips.lays(house, slips.FORM, flow, "p, packer, slip, send, own")
    old = slips.handed(house, what="a")
    slips.lays(house, slips.FORM, slips.WITHOUT)
    slips.texts(house, ("permissions", "roles", roles), ("library", "library", library))
    slips.texts(house, *with_packers)
    adm.makes("assignment", {"person": house.be("mgr1").person, "role": "packer", "at": {"code": "S01"}})
    assert slips.actions(house, "mgr1", old) == []


def test_who_fills_in_what_is_missing_writes_over_nothing_of_others(own_house: House) -> None:
    house, clerk, manager = own_house, own_house.be("clerk1"), own_house.be("mgr1")
    form, flow = texts(house)
    column = "      kind: {type: text}\n"
    whose = "maker: {by: [submitter], fields: [title]}"
    more = flow.replace(whose, f"{whose}, boss: {{by: [manager at store], fields: [lines.kind], rows: fixed}}")
    assert publishes(house, form + column, more).status == 200
    lines = [{"item": {"code": house.item()}} for _ in range(2)]
    record = clerk.makes("duel", {"amount": "50", "lines": lines}, "hand_in")
    first, second = (each["row"] for each in clerk.reads("duel", record)["lines"])
    assert manager.edits("duel", record, {"lines": [{"row": first, "kind": "mine"}]}).status == 200
    required = column.replace("text", "text, required: true")
    assert publishes(house, form + required, more, running="carry_over").status == 200
    over = clerk.edits("duel", record, {"lines": [{"row": first, "kind": "stolen"}, {"row": second, "kind": "his"}]})
    assert (over.status, over.errors) == (403, [("/lines/0/kind", "not_writable")])
    both = {"lines": [{"row": first, "kind": "stolen"}, {"row": second, "kind": "his"}]}
    acted = clerk.acts("duel", record, "withdraw", both)
    assert (acted.status, acted.errors) == (403, [("/values/lines/0/kind", "not_writable")]), "by an action neither"
    assert clerk.edits("duel", record, {"lines": [{"row": second, "kind": "his"}]}).status == 200
    assert [each["kind"] for each in clerk.reads("duel", record)["lines"]] == ["mine", "his"]


def test_a_folder_that_lies_elsewhere_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "mine.yaml").write_text("format: 1\nnotice: mine\n")
    (tmp_path / "library" / "templates").mkdir(parents=True)
    (tmp_path / "library" / "templates" / "notices").symlink_to(outside)
    findings = Findings()
    assert read_folder(tmp_path / "library", 0, findings) == []
    assert [each.code for each in findings.all] == ["symlink"]

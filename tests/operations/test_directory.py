"""Who people are, as forms say it: their manager, the code of a unit, and roles held at a record that holds roles."""

from __future__ import annotations

from engine.operations import loading
from tests.operations.house import House

PATRON = """format: 1
form: patron
title: {en: Patron, zh: 负责人}
kind: master
assignment: {person: who, role: role, at: category}
fields:
  who: {type: reference, to: person, required: true, title: {en: Who, zh: 人员}}
  role: {type: choice, options: role, required: true, title: {en: Role, zh: 角色}}
  category: {type: reference, to: category, required: true, title: {en: Category, zh: 品类}}
"""
FLOW = """format: 1
workflow: patron
form: patron
start: active
states:
  active: {title: {en: Active, zh: 有效}, edit: {all: {by: [administrator at chain], fields: [who, role, category]}}}
  ended: {title: {en: Ended, zh: 结束}, end: true}
transitions:
  finish: {title: {en: Finish, zh: 结束}, from: active, to: ended, by: [administrator at chain]}
"""
RIGHTS = [f"p, administrator, patron, {action}, chain" for action in ("see", "create", "edit", "finish")]
BOSS = "  boss: {type: reference, to: person, title: {en: Manager, zh: 上级}}\n"


def test_people_units_and_owners_are_read_as_their_forms_say(own_house: House) -> None:
    adm = own_house.be("adm")
    category = adm.get("definitions/form/category")["text"].replace(
        "kind: master\n", "kind: master\nholds_roles: true\n"
    )
    person = adm.get("definitions/form/person")["text"]
    person = person.replace("active: active, ", "active: active, manager: boss, ") + BOSS
    flow = adm.get("definitions/workflow/person")["text"].replace("mail, active]", "mail, active, boss]")
    assert "boss" in flow
    own_house.publish(category, person, flow, PATRON, FLOW, policy=RIGHTS)
    buyer, clerk = own_house.be("buyA"), own_house.be("clerk1")
    food = adm.get("records/category", filter="it.code == 'FOOD'")["items"][0]["id"]
    adm.makes("patron", {"who": buyer.person, "role": "buyer", "category": {"code": "FOOD"}})
    assert adm.edits("person", clerk.person, {"boss": buyer.person}).status == 200
    services = own_house.services
    with services.database.reading() as connection:
        directory = loading.state_of(services, connection, services.now(connection)).directory
    assert directory.owners_of(food) == (buyer.person,)
    assert directory.manager_of(clerk.person) == (buyer.person,)
    assert [at for role, at in directory.held(buyer.person) if role == "buyer"] == [None]
    units = [each for each in directory.units.values() if each.code == "S01"]
    assert [each.form for each in units] == ["store"]

"""The second pair of eyes: where the library asks for it, whoever wrote a change does not publish it, by any door."""

from __future__ import annotations

import pytest

from engine import chores
from engine.errors import Refusal
from engine.settings import Settings
from tests.definitions.sample import FILES, lay
from tests.operations.house import Desk, House, Reply
from tests.operations.test_drafts import FORM, begin

ASKED = "publishing: {second_person: true}\n"


@pytest.fixture
def careful(own_house: House) -> House:
    """A chain whose library asks for two people; an auditor's colleague may publish too."""
    words = own_house.be("adm").get("definitions/library/library")["text"]
    own_house.publish(words + ASKED, policy=["p, designer, definitions, publish, chain"])
    return own_house


def publish(desk: Desk, **more: object) -> Reply:
    """Publish the draft of the form."""
    return desk.send("POST", "definitions/publish", {"drafts": ["form/duel"], **more})


def test_who_wrote_a_draft_does_not_publish_it_and_another_does(careful: House) -> None:
    adm, des = careful.be("adm"), careful.be("des")
    begin(des, FORM)
    refused = publish(des)
    assert (refused.status, refused.body["kind"], refused.body["rule"]) == (409, "rule", "second_person")
    assert refused.errors == [("/drafts/0", "second_person")]
    library = adm.get("definitions/library/library")["text"]
    assert f"(form_definitions/library.yaml:{library.count(chr(10))})" in refused.body["detail"]
    assert des.actor is not None
    assert des.actor.name in refused.body["errors"][0]["message"]
    chinese = Desk(careful, des.actor, "zh").send("POST", "definitions/publish", {"drafts": ["form/duel"]})
    assert "须由他人发布" in chinese.body["errors"][0]["message"]
    version = publish(adm).body["version"]
    [newest, *_] = adm.get("definitions/form/duel/history")["items"]
    assert (newest["version"], newest["author"], newest["proposed_by"]) == (version, adm.person, [des.person])
    assert newest["changes"] == ["form duel.fields.stamp is new"]


def test_everybody_who_had_a_hand_in_it_counts(careful: House) -> None:
    """Another's last word over it makes it nobody's own: both have written."""
    adm, des, other = careful.be("adm"), careful.be("des"), careful.be("des2")
    begin(des, FORM)
    begin(other, FORM, des.get(FORM)["text"] + "  seal: {type: text}\n")
    assert [publish(each).errors for each in (des, other)] == [[("/drafts/0", "second_person")]] * 2
    assert publish(adm).status == 200
    assert adm.get("definitions/form/duel/history")["items"][0]["proposed_by"] == [des.person, other.person]


def test_what_is_sent_with_the_publish_was_written_by_who_sends_it(careful: House) -> None:
    adm, des = careful.be("adm"), careful.be("des")
    words = adm.get("definitions/form/duel")["text"]
    alone = {"texts": [{"kind": "form", "name": "duel", "text": words + "  stamp: {type: text}\n"}]}
    assert adm.send("POST", "definitions/publish", alone).errors == [("/texts", "second_person")]
    begin(des, FORM)
    mapped = publish(adm, mapping={"missing": {"duel": {"amount": "1"}}})
    assert mapped.errors == [("/mapping", "second_person")]
    assert publish(adm).status == 200


def test_it_takes_two_to_take_it_away_and_one_to_go_back(careful: House) -> None:
    adm, des = careful.be("adm"), careful.be("des")
    with_it = adm.get("definitions")["items"][0]["version"]
    words = adm.get("definitions/library/library")["text"]
    begin(des, FORM)
    assert publish(adm).status == 200
    back = adm.send("POST", "definitions/rollback", {"version": with_it - 1})
    assert back.errors == [("/version", "second_person")]
    mapped = {"version": with_it, "mapping": {"missing": {"duel": {"amount": "1"}}}}
    assert adm.send("POST", "definitions/rollback", mapped).errors == [("/mapping", "second_person")]
    assert adm.send("POST", "definitions/rollback", {"version": with_it}).status == 200
    library = "definitions/drafts/library/library"
    begin(adm, library, words.replace(ASKED, ""))
    taken = {"drafts": ["library/library"]}
    assert adm.send("POST", "definitions/publish", taken).errors == [("/drafts/0", "second_person")]
    assert des.send("POST", "definitions/publish", taken).status == 200
    begin(adm, FORM)
    assert publish(adm).status == 200


def test_the_command_line_names_two(careful: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = careful.services.settings.database
    folder = tmp_path_factory.mktemp("library")
    settings = Settings(database=url, data=careful.services.settings.data)
    chores.pull(settings, folder)
    with (folder / "form_definitions" / "library.yaml").open("a") as file:
        file.write("# a remark\n")
    tried = {
        chores.People(): "--proposed-by",
        chores.People("adm", "adm"): "--proposed-by",
        chores.People("adm"): "--proposed-by",
        chores.People(None, "des"): "--by",
    }
    for people, path in tried.items():
        with pytest.raises(Refusal) as refused:
            chores.publish(settings, folder, "", people)
        assert [each.path for each in refused.value.faults] == [path]
    for people in (chores.People("clerk1", "des"), chores.People("adm", "nobody")):
        with pytest.raises(Refusal):
            chores.publish(settings, folder, "", people)
    version, _ = chores.publish(settings, folder, "", chores.People("adm", "des"))
    newest = careful.be("adm").get("definitions/library/library/history")["items"][0]
    assert (newest["version"], newest["author"]) == (version, careful.be("adm").person)
    assert newest["proposed_by"] == [careful.be("des").person]


def test_an_empty_chain_is_founded_by_one(empty_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """There is nobody else yet."""
    path = "form_definitions/library.yaml"
    folder = lay(tmp_path_factory.mktemp("library"), {**FILES, path: FILES[path] + ASKED})
    settings = Settings(database=empty_url, data=folder / "data")
    assert chores.publish(settings, folder, "")[0] == 1

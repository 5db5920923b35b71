"""Why somebody can or cannot; keys and passwords; files."""

from __future__ import annotations

import uuid
from dataclasses import replace

from engine.access.matrix import Matrix
from engine.operations.calls import Call
from tests.operations.house import Desk, House, Reply, replied


def test_why_tells_right_rule_and_who_could(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a", "amount": "5"}, "hand_in")
    told = house.be("clerk1").get("why", form="memo", id=record, action="finish")
    assert told["allowed"] is False
    assert {each["check"]: each["holds"] for each in told["reasons"]}["policy"] is False
    assert [each["code"] for each in told["who"]] == ["mgr1"]
    other = house.be("aud").get("why", form="memo", id=record, action="hand_in", person="clerk1")
    assert [each["check"] for each in other["reasons"] if not each["holds"]] == ["not_in_state"]
    assert house.be("clerk2").send("GET", "why", form="memo", id=record, action="finish").status == 404
    assert house.be("clerk1").send("GET", "why", form="memo", id=record).errors == [("/action", "required")]
    assert house.be("clerk1").send("GET", "why", form="memo", id=record, action="fly").status == 404


def test_a_key_is_shown_once_and_opens_what_it_was_made_for(house: House) -> None:
    clerk = house.be("clerk1")
    made = clerk.send("POST", "keys", {"name": "till", "grants": [["memo", "see"]]})
    assert made.status == 201
    assert set(made.body) == {"id", "name", "key"}
    actor = house.doors.identify(made.body["key"])
    assert actor is not None
    assert (actor.account, actor.via, actor.grants) == ("clerk1", "key", (("memo", "see"),))
    listed = clerk.get("keys")["items"]
    assert made.body["key"] not in str(listed)
    assert Desk(house, actor).send("POST", "keys", {"name": "more"}).status == 403
    assert house.be("clerk1b").send("DELETE", f"keys/{made.body['id']}").status == 404
    assert clerk.send("DELETE", f"keys/{made.body['id']}").status == 200
    assert house.doors.identify(made.body["key"]) is None
    for body in ({"name": ""}, {"name": "a", "grants": "all"}, {"name": "a", "expires": "soon"}, {"colour": 1}):
        assert clerk.send("POST", "keys", body).status == 422


def test_a_key_is_made_by_whom_the_policy_lets_and_by_nobody_when_it_is_broken(own_house: House) -> None:
    clerk, caches = own_house.be("clerk1"), own_house.services.caches
    assert own_house.be("aud").send("POST", "keys", {"name": "mine"}).status == 403
    assert clerk.send("POST", "keys", {"name": "till"}).status == 201
    rights = caches.libraries[max(caches.libraries)].rights
    for version in tuple(caches.matrices):
        caches.matrices[version] = Matrix(replace(rights, lines=()))
    assert clerk.send("POST", "keys", {"name": "till"}).status == 403
    assert own_house.be("adm").send("POST", "keys", {"name": "till"}).status == 403


def test_a_password_is_set_by_its_owner_or_by_who_edits_people(own_house: House) -> None:
    clerk, adm = own_house.be("clerk1"), own_house.be("adm")
    short = clerk.send("PUT", "me/password", {"old": "correct horse battery", "password": "x"})
    assert short.status == 422
    wrong = clerk.send("PUT", "me/password", {"old": "wrong horse battery", "password": "another long secret"})
    assert wrong.errors == [("/old", "wrong_password")]
    fine = clerk.send("PUT", "me/password", {"old": "correct horse battery", "password": "another long secret"})
    assert fine.status == 200
    assert own_house.doors.sign_in("clerk1", "another long secret", "en").token
    other = own_house.be("clerk1b").person
    assert clerk.send("POST", f"people/{other}/password", {"password": "another long secret"}).status in (403, 404)
    assert adm.send("POST", f"people/{other}/password", {"password": "another long secret"}).status == 200
    assert own_house.doors.sign_in("clerk1b", "another long secret", "en").must_change


def test_wrong_sign_ins_are_all_alike(house: House) -> None:
    tries = [("clerk1c", "wrong horse battery"), ("nobody-at-all", "wrong horse battery")]
    replies = [replied(lambda each=each: house.doors.sign_in(*each, "en")) for each in tries]  # type: ignore[misc]
    assert [each.status for each in replies] == [401, 401]
    assert replies[0].raw == replies[1].raw


def png() -> bytes:
    """The smallest picture: one grey pixel."""
    import_chunks = (
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
    )
    return bytes.fromhex(import_chunks)


def upload(house: House, account: str, name: str, content: bytes) -> Reply:
    return replied(lambda: house.doors.store_attachment(Call(house.be(account).actor, "en"), name, content))


def download(house: House, account: str, attachment: str) -> Reply:
    def read() -> object:
        name, media, content = house.doors.read_attachment(Call(house.be(account).actor, "en"), attachment)
        return type("Found", (), {"status": 200, "body": [name, media, len(b"".join(content))], "headers": {}})

    return replied(read)


def test_a_file_is_read_through_a_record_that_shows_it(house: House) -> None:
    kept = upload(house, "clerk1", "a.txt", b"hello there\n")
    assert kept.status == 201, kept.body
    assert set(kept.body) == {"id", "name", "type", "size"}
    file = kept.body["id"]
    assert download(house, "clerk1", file).status == 200
    assert download(house, "clerk1b", file).status == 404
    record = house.be("clerk1").makes("memo", {"note": "a", "paper": file})
    assert house.be("clerk1").reads("memo", record)["paper"]
    assert download(house, "clerk1b", file).status == 200
    assert download(house, "clerk2", file).status == 404
    assert download(house, "clerk2", str(uuid.uuid4())).raw == download(house, "clerk2", file).raw


def test_nobody_shows_the_file_of_somebody_else(house: House) -> None:
    file = upload(house, "clerk2", "a.txt", b"mine\n").body["id"]
    refused = house.be("clerk1").send("POST", "records/memo", {"values": {"note": "a", "paper": file}})
    assert (refused.status, refused.errors[0][0]) == (422, "/values/paper")


def test_a_picture_is_a_picture(house: House) -> None:
    text = upload(house, "clerk1", "a.txt", b"hello there\n").body["id"]
    refused = house.be("clerk1").send("POST", "records/memo", {"values": {"note": "a", "photo": text}})
    assert (refused.status, refused.errors[0][0]) == (422, "/values/photo")
    photo = upload(house, "clerk1", "a.png", png())
    assert (photo.status, photo.body["type"]) == (201, "image/png")
    record = house.be("clerk1").makes("memo", {"note": "a", "photo": photo.body["id"], "sign": photo.body["id"]})
    assert house.be("clerk1").reads("memo", record)["photo"]


def test_the_document_of_the_contract_is_cut_to_its_reader(house: House) -> None:
    clerk = house.doors.openapi(Call(house.be("clerk1").actor, "en"))
    assert "/api/records/memo/{id}/actions/hand_in" in clerk["paths"]
    assert "/api/records/memo/{id}/actions/finish" not in clerk["paths"]
    assert "/api/records/opening" not in clerk["paths"]
    assert "veiled" not in str(clerk["components"]["schemas"]["memo"])
    nobody = house.doors.openapi(Call(None, "en"))
    assert list(nobody["paths"]) == ["/api/session"]

"""I5 idempotency, I6 immutable history, I16 stores do not interfere, I22 read your writes: seen from outside."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from tests.invariants.building import Chain
from tests.invariants.story import Story
from tests.invariants.telling import accepted, tell
from tests.serving import Server, command, environment, serving


def wanted(quantity: str = "5", item: str = "A100") -> dict[str, Any]:
    """A transfer from DC1 to S02."""
    line = {"item": {"code": item}, "requested": quantity}
    return {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}


# -- I5 ----------------------------------------------------------------------------------------------------------------


def test_i5_one_key_is_one_effect_and_one_answer_for_ever(chain: Server, small_url: str, tmp_path: Path) -> None:
    body = {"values": wanted(), "action": "submit"}
    bad = {"values": {**wanted(), "reason": "no"}}

    def send(server: Server, account: str, key: str, sent: Any) -> httpx.Response:
        return server.be(account).send("POST", "records/transfer", sent, **{"Idempotency-Key": key})

    first, refused = send(chain, "clerk2", "k1", body), send(chain, "clerk2", "k2", bad)
    assert (first.status_code, refused.status_code) == (201, 422)
    for key, sent, was in (("k1", body, first), ("k2", bad, refused)):
        again = send(chain, "clerk2", key, sent)
        assert (again.status_code, again.content) == (was.status_code, was.content)
    for key, sent in (("k1", {"values": wanted("6"), "action": "submit"}), ("k1", bad), ("k2", body)):
        other = send(chain, "clerk2", key, sent)
        assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "key_reused")
    own = send(chain, "dck", "k1", body)
    assert own.status_code == 201
    assert own.json()["id"] != first.json()["id"]
    answers: list[httpx.Response] = []
    ready = threading.Barrier(6)
    person = chain.be("clerk2")

    def at_once() -> None:
        with httpx.Client(base_url=chain.url, cookies=person.client.cookies, headers=person.client.headers) as client:
            ready.wait(20)
            headers = {"Idempotency-Key": "k3"}
            answers.append(client.post("/api/records/transfer", json=body, headers=headers, timeout=60))

    threads = [threading.Thread(target=at_once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    made = [each for each in answers if each.status_code == 201]
    assert len(answers) == 6
    assert made
    assert len({each.content for each in made}) == 1
    assert all(each.json()["errors"][0]["code"] == "in_progress" for each in answers if each.status_code != 201)
    count = len(chain.be("aud").get("records/transfer")["items"])
    assert count == 3
    chain.kill()
    with serving(small_url, tmp_path / "data") as later:
        for key, sent, was in (("k1", body, first), ("k2", bad, refused), ("k3", body, made[0])):
            again = send(later, "clerk2", key, sent)
            assert (again.status_code, again.content) == (was.status_code, was.content)
        assert len(later.be("aud").get("records/transfer")["items"]) == count


# -- I6 ----------------------------------------------------------------------------------------------------------------

FOR_EVER = ("movement", "posting", "history", "vote")


def test_i6_no_statement_and_no_route_changes_what_was_posted(house: Chain) -> None:
    assert accepted(tell(house, lambda books: None, stories=3)) > 10
    before = house.digest()
    for table in FOR_EVER:
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET seq = seq + 1", f"UPDATE {table} SET seq = seq"):
            with pytest.raises(DBAPIError), house.sql() as connection:
                connection.exec_driver_sql(sql)
    assert {table: before[table] for table in FOR_EVER} == {table: house.digest()[table] for table in FOR_EVER}
    posted = [row for row in house.books().records.values() if row.state in ("posted", "done", "reversed")]
    assert posted
    for record in posted:
        for account in ("adm", "clerk1", "clerk1c"):
            path, seen = f"records/{record.form}/{record.id}", record.revision
            tries = [
                house.be(account).sends("PATCH", path, {"lines": []}, seen=seen),
                house.be(account).sends("PATCH", path, {"store": {"code": "S02"}}, seen=seen),
                house.be(account).sends("DELETE", path, None, seen=seen),
                house.be(account).sends("POST", f"{path}/actions/post", {}),
            ]
            assert all(400 <= each.status < 500 for each in tries), tries
    assert before == house.digest()


def test_i6_a_correction_is_a_reversal_that_names_its_origin_once(house: Chain) -> None:
    line = {"item": {"code": "A100"}, "quantity": "7", "damaged": "2"}
    values = {"supplier": {"code": "V1"}, "store": {"code": "S01"}, "lines": [line]}
    record = house.be("clerk1").makes("receipt", values, "post")
    undo = {"asks": {"why": "wrong"}}
    answers = [house.be("mgr1").sends("POST", f"records/receipt/{record}/actions/undo", undo) for _ in range(2)]
    assert [each.status for each in answers] == [200, 409]
    moves = [move for move in house.books().moves if move.source == record]
    origins = {move.id: move for move in moves if move.reverses is None}
    reversals = [move for move in moves if move.reverses is not None]
    assert len(origins) == len(reversals) == 2
    assert {move.reverses for move in reversals} == set(origins)
    for move in reversals:
        was = origins[move.reverses]
        assert (move.origin, move.target, move.quantity, move.item) == (was.target, was.origin, was.quantity, was.item)


def test_i6_one_changed_byte_is_reported(house: Chain, small_url: str, tmp_path: Path) -> None:
    values = {"supplier": {"code": "V1"}, "store": {"code": "S01"}}
    record = house.be("clerk1").makes(
        "receipt", {**values, "lines": [{"item": {"code": "A100"}, "quantity": "7"}]}, "post"
    )
    seq = house.one("SELECT seq FROM movement WHERE source = :record", record=record)
    env = environment(small_url, tmp_path / "data")
    assert command("verify", env=env).returncode == 0
    with house.sql() as connection:
        for each in dropped(house, "movement"):
            connection.exec_driver_sql(each)
        connection.exec_driver_sql(f"UPDATE movement SET kind = 'receipx' WHERE seq = {seq}")
    told = command("verify", env=env)
    assert told.returncode != 0
    assert f"/posting/{seq}: hash" in told.stdout, told.stdout


def dropped(house: Chain, table: str) -> list[str]:
    """Statements that take every trigger off a table."""
    if house.services.database.dialect == "postgresql":
        return [f"ALTER TABLE {table} DISABLE TRIGGER USER"]
    found = house.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table", table=table)
    return [f"DROP TRIGGER {row.name}" for row in found]


# -- I16 ---------------------------------------------------------------------------------------------------------------

FORMS = ("transfer", "receipt", "ticket", "discrepancy", "opening", "item", "store", "lot")


def seen_by(house: Chain, account: str, ids: list[str]) -> dict[str, bytes]:
    """Every byte that somebody is sent, by what he asks."""
    person = house.be(account)
    asked: list[tuple[str, dict[str, str]]] = [("me", {}), ("forms", {}), ("tasks", {}), ("notices", {}), ("stock", {})]
    asked += [("stock", {"group": group}) for group in ("place", "item")] + [("stock/movements", {"limit": "200"})]
    asked += [("stock/trail", {"item": "A100", "place": place}) for place in ("S01", "S02", "S03", "DC1", "loss")]
    asked += [("stock", {"item": "A100", "place": place, "below": "true"}) for place in ("S01", "S03", "DC1")]
    for form in FORMS:
        asked += [(f"records/{form}", {"limit": "200"}), (f"records/{form}", {"limit": "200", "q": "A100"})]
        asked += [(f"records/{form}", {"sort": "created"})]
    asked += [(f"records/transfer/{each}{part}", {}) for each in ids for part in ("", "/history", "/trail", "/route")]
    return {f"{path} {query}": person.sends("GET", path, **query).bytes for path, query in asked}


def test_i16_what_one_store_is_sent_does_not_depend_on_another(house: Chain) -> None:
    later = "00000000-0000-4000-8000-000000000001"
    line = {"item": {"code": "A100"}, "requested": "5"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}
    own = {**values, "from_store": {"code": "S04"}, "to_store": {"code": "S03"}}
    mine = house.be("clerk3").makes("transfer", own, "submit")
    people = ("clerk3", "mgr3", "clerk4", "amw")
    before = {account: seen_by(house, account, [later, mine]) for account in people}
    assert before["clerk3"][f"records/transfer/{mine} {{}}"].startswith(b'{"id"')
    record = house.be("clerk2").does("records/transfer", {"id": later, "values": values, "action": "submit"})["id"]
    house.be("mgr1").decides(record)
    house.be("clerk1").takes("transfer", record, "ship")
    brought = {
        "supplier": {"code": "V1"},
        "store": {"code": "S01"},
        "lines": [{"item": {"code": "A100"}, "quantity": "9"}],
    }
    house.be("clerk1").makes("receipt", brought, "post")
    sold = {"store": {"code": "S01"}, "lines": [{"item": {"code": "B200"}, "quantity": "1", "price": "89.00"}]}
    house.be("clerk1c").makes("ticket", sold, "post")
    after = {account: seen_by(house, account, [later, mine]) for account in people}
    for account in people:
        changed = [asked for asked in before[account] if before[account][asked] != after[account][asked]]
        assert not changed, (account, changed)
    assert seen_by(house, "clerk1", [later]) != seen_by(house, "clerk3", [later])


def test_i16_a_story_of_other_stores_changes_no_byte(house: Chain) -> None:
    people = ("clerk4", "mgr4")
    before = {account: seen_by(house, account, []) for account in people}
    story = Story(house, 16)
    story.run(40)
    assert len(story.accepted) > 5
    assert {account: seen_by(house, account, []) for account in people} == before


# -- I22 ---------------------------------------------------------------------------------------------------------------


def test_i22_another_process_shows_at_once_what_was_acknowledged(small_url: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(small_url, data) as one, serving(small_url, data) as two:
        for number in range(3):
            here, there = (one, two) if number % 2 else (two, one)
            shown = there.be("aud").get("records/item", filter="code == 'A100'")["items"][0]
            name = f"Rice{number}grain"
            body, match = {"name": name}, {"If-Match": str(shown["revision"])}
            assert here.be("adm").send("PATCH", f"records/item/{shown['id']}", body, **match).status_code == 200
            read = there.be("clerk2").get(f"records/item/{shown['id']}")
            assert read["values"]["name"] == name
            assert [each["id"] for each in there.be("clerk2").get("records/item", q=name)["items"]] == [shown["id"]]
            record = here.be("clerk2").makes("transfer", wanted("3"), "submit")
            listed = there.be("dckm").get("records/transfer")["items"]
            assert [each["state"] for each in listed if each["id"] == record] == ["approval"]
            assert [each for each in there.be("dckm").tasks("transfer") if each["record"]["id"] == record]
            assert there.be("dckm").decides("transfer") == "approved"
            before = int(there.be("dck").on_hand("A100", "DC1"))
            here.be("dck").takes("transfer", record, "ship")
            assert int(there.be("dck").on_hand("A100", "DC1")) == before - 3
            moved = there.be("aud").get("stock/movements", record=record)["items"]
            assert [each["quantity"] for each in moved] == ["3"]
            history = there.be("aud").get(f"records/transfer/{record}/history")["items"]
            assert history[-1]["action"] == "ship"
        place = one.be("adm").get("records/store", filter="code == 'S04'")["items"][0]["id"]
        assert two.be("clerk3").send("GET", "stock?place=S04").json()["items"] == []
        person = one.be("adm").get("records/person", filter="account == 'clerk3'")["items"][0]["id"]
        one.be("adm").makes("assignment", {"person": person, "role": "clerk", "at": place})
        assert two.be("clerk3").get("stock", place="S04")["items"]
        version = one.be("adm").get("definitions")["items"][0]["version"]
        text = one.be("adm").get("definitions/form/transfer")["text"]
        changed = text.replace("title: {en: Carrier, zh: 承运人}", "title: {en: Haulier, zh: 承运人}")
        told = {"texts": [{"kind": "form", "name": "transfer", "text": changed}], "note": "in a test"}
        assert one.be("adm").does("definitions/publish", told)["version"] == version + 1
        assert "Haulier" in two.be("clerk2").send("GET", "forms/transfer").text

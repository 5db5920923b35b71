"""The security log by right: line after line, of one event, and nothing for anybody else."""

from __future__ import annotations

from tests.operations.house import House, replied


def test_whoever_looks_after_it_reads_who_was_let_in_and_refused_and_goes_on_where_he_stopped(own_house: House) -> None:
    house, adm, aud = own_house, own_house.be("adm"), own_house.be("aud")
    adm.does("POST", f"people/{house.be('clerk1').person}/password", {"password": "another long secret"})
    house.doors.sign_in("clerk1", "another long secret", "en")
    refused = replied(lambda: house.doors.sign_in("clerk1", "wrong", "en"))  # type: ignore[arg-type, return-value]
    assert refused.status == 401
    made = house.be("clerk1").does("POST", "keys", {"name": "till"})
    told = aud.get("security")["items"]
    assert [each["number"] for each in told] == sorted(each["number"] for each in told)
    mine = [each for each in told if each["account"] == "clerk1"]
    assert [each["event"] for each in mine] == ["sign_in", "sign_in_failed", "key_made"]
    assert (mine[0]["person"]["code"], mine[1]["person"], mine[1]["reason"]) == ("clerk1", None, "sign_in")
    assert mine[2]["detail"] == {"id": made["id"]}
    assert made["key"] not in str(told)
    assert "wrong" not in str(told)

    # line by line, and of one event
    read, after = [], "0"
    while after is not None:
        page = adm.get("security", after=after, limit="1")
        read += page["items"]
        after = page["next"]
    assert [each["number"] for each in read] == [each["number"] for each in told]
    assert [each["event"] for each in aud.get("security", event="key_made")["items"]] == ["key_made"]
    assert aud.get("security", after=str(told[-1]["number"]))["items"] == []
    for wrong in ({"after": "x"}, {"limit": "0"}, {"colour": "red"}):
        assert aud.send("GET", "security", **wrong).status == 422

    # nobody else finds anything here
    for account in ("clerk1", "mgr1", "des"):
        refused = house.be(account).send("GET", "security")
        assert (refused.status, refused.raw) == (404, house.be(account).send("GET", "records/no_such_form").raw)

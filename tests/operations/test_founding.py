"""What a chain begins with: nobody, then one person whom the library names."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import bootstrap
from engine.errors import Refusal
from engine.operations import founding
from engine.operations.operation import Operation
from engine.settings import Settings
from tests.operations.house import Desk, House


def test_a_chain_that_has_people_is_not_founded_again(house: House) -> None:
    with house.services.database.reading() as connection:
        operation = Operation(house.services, connection, bootstrap.SYSTEM_CALL)
        with pytest.raises(Refusal) as refused:
            founding.found(house.services, operation, "another long password")
    assert refused.value.code == "not_empty"


def test_the_founder_is_whom_the_library_names_and_may_sign_in(empty_url: str, tmp_path: Path) -> None:
    services = bootstrap.build(Settings(database=empty_url, data=tmp_path))
    bootstrap.prepare(services)
    services.database.transaction(
        lambda connection: founding.found(
            services, Operation(services, connection, bootstrap.SYSTEM_CALL), "correct horse battery"
        )
    )
    services.database.close()
    house = House(empty_url, tmp_path, None)
    adm = house.be("adm")
    ((role, title, at),) = ((each["role"], each["title"], each["at"]) for each in adm.get("me")["roles"])
    assert (role, title, at) == ("administrator", "Administrator", None)
    signed = house.doors.sign_in("adm", "correct horse battery", "en")
    assert house.doors.identify(signed.token) is not None
    history = adm.history("person", adm.person)
    assert [(each["action"], each["person"]["id"]) for each in history] == [("create", "system")]
    house.close()


def test_without_a_library_nothing_is_served(empty_url: str, tmp_path: Path) -> None:
    house = House(empty_url, tmp_path, None)
    assert house.doors.ready() == (False, "no_library")
    desk = Desk(house, bootstrap.SYSTEM_CALL.actor)
    refused = desk.send("GET", "forms")
    assert (refused.status, refused.code) == (503, "no_library")
    house.close()

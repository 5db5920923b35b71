"""Operations that are written down together are held to the rules of those that come alone."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Connection

from engine.errors import Refusal
from engine.operations import creating, together
from engine.operations.calls import Call
from engine.operations.operation import Operation
from tests.operations.house import House


def hold(house: House, *roles: str) -> None:
    """Give somebody new these roles, in operations that are written down together."""
    account = f"n{uuid.uuid4().hex[:8]}"
    adm = house.be("adm")
    person = adm.makes("person", {"account": account, "name": account})
    bodies = [{"values": {"person": person, "role": role}} for role in roles]

    def work(connection: Connection) -> None:
        made = [Operation(house.services, connection, Call(adm.actor, "en")) for _ in bodies]
        for operation, body in zip(made, bodies, strict=True):
            creating.prepare(operation, "assignment", body)
        together.settle(made)

    house.services.database.transaction(work)


def test_roles_that_exclude_each_other_are_not_held_by_who_gets_them_together(house: House) -> None:
    hold(house, "finance", "planner")
    with pytest.raises(Refusal) as refused:
        hold(house, "auditor", "finance")
    assert refused.value.code == "role_excluded"

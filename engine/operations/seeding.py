"""Commands of a drawn chain, hundreds in one transaction: prepared as everybody's, written down together.

Used by bootstrap for demos. Each is by somebody at a moment of the past, with his rights and under his form's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engine.access import accounts, passwords
from engine.database.dialects import run
from engine.errors import rule, text
from engine.ledger import periods
from engine.operations import acting, creating, deciding, loading, together
from engine.operations.calls import Actor, Call
from engine.operations.operation import Operation
from engine.operations.shelf import Shelf
from engine.operations.testclock import StoodClock
from engine.records import tasks
from engine.seed import Command, Seed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from engine.operations.services import Services

TOGETHER = 250
TOLD_EVERY = 10


def is_empty(connection: Connection) -> bool:
    """Whether there is no record yet, and never was one."""
    return run(connection, "SELECT 1 FROM record_id LIMIT 1").first() is None


def load(services: Services, drawn: Seed, tell: Callable[[str], None]) -> int:
    """Write down everything that is drawn, telling how far it is; how many commands that were."""
    count = 0
    for form, commands in drawn.masters():
        write(services, commands)
        count += len(commands)
        tell(f"{len(commands)} x {form}")
    for day, commands in drawn.days():
        write(services, commands)
        count += len(commands)
        if (day + 1) % TOLD_EVERY == 0:
            tell(f"day {day + 1}, {count} commands")
    return count


def write(services: Services, commands: Sequence[Command]) -> None:
    """Do these, in groups of a few hundred; a group is one transaction. Raises `Refusal` at the first refusal."""
    for group in _groups(commands):
        services.database.transaction(partial(_group, services, group))


def _groups(commands: Sequence[Command]) -> Iterator[list[Command]]:
    """In their order, so that nothing is done twice to one record within a group."""
    group: dict[str, Command] = {}
    for each in commands:
        if each.record in group or len(group) == TOGETHER:
            yield list(group.values())
            group = {}
        group[each.record] = each
    if group:
        yield list(group.values())


def _group(services: Services, group: Sequence[Command], connection: Connection) -> None:
    state = loading.state_of(services, connection, group[0].at)
    shelf: Shelf | None = None
    prepared = []
    for each in group:
        then = replace(services, clock_for=partial(_stood, each.at))
        operation = Operation(then, connection, Call(_actor(state, each), "en", route="demo"))
        operation.shelf = shelf = shelf or operation.shelf
        _prepare(operation, each)
        prepared.append(operation)
    together.settle(prepared)


def _stood(at: datetime, _connection: Connection) -> StoodClock:
    return StoodClock(at)


def _prepare(operation: Operation, command: Command) -> None:
    if command.kind == "make":
        creating.prepare(operation, command.form, command.body)
    elif command.kind == "act":
        acting.prepare(operation, command.form, command.record, command.action, command.body, None)
    else:
        deciding.prepare(operation, _task(operation, command.record), "approve", command.body)


def _task(operation: Operation, record: str) -> str:
    """The oldest task of a record that waits for a decision."""
    waiting = [each.id for each in tasks.of(operation.connection, record) if each.kind == "decide"]
    return waiting[0] if waiting else ""


def _actor(state: loading.State, command: Command) -> Actor:
    name = command.account or str(state.library.settings["founder"]["account"])
    person = state.directory.person_of_account(name)
    if person is None:
        raise rule("no_account", text(f"There is no account {name}.", f"没有账号 {name}。"))
    return Actor(person.id, person.account, person.name, "system")


def open_accounts(services: Services, password: str, now: datetime) -> list[str]:
    """Give everybody this password; their accounts. It is hashed once: it is the same anyway."""
    stored = passwords.hash_password(password)

    def work(connection: Connection) -> list[str]:
        people = loading.state_of(services, connection, now).directory.persons
        for person in people:
            accounts.set_password(connection, person, stored, now)
        return sorted(each.account for each in people.values())

    return services.database.transaction(work)


def build_months(services: Services, now: datetime) -> int:
    """Build the balances of the months that were drawn, so that the past is asked as quickly as later on."""
    return services.database.transaction(lambda connection: periods.build_months(connection, now))

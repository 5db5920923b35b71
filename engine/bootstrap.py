"""The only place that chooses and joins: databases, vocabulary, clock, operations, web. Used by `cli` and `chores`."""

from __future__ import annotations

import gc
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Connection

from engine import demo, seed
from engine.access import stamps
from engine.access.sealing import seal_of
from engine.clock import Clock, SystemClock
from engine.database import open_database
from engine.database.embedded import start_server
from engine.database.migrations import migrate as migrate_database
from engine.definitions import Loaded, Vocabulary, read_library, shelf
from engine.definitions.documents import PARTS
from engine.definitions.vocabulary import vocabulary
from engine.delivery import sending
from engine.delivery.mailing import mailer
from engine.delivery.posting import Poster
from engine.delivery.watching import watch
from engine.effects import EFFECTS
from engine.errors import rule, text
from engine.fields import FIELD_TYPES
from engine.operations import (
    batch,
    founding,
    letters,
    loading,
    once,
    publishing,
    restoring,
    seeding,
    testclock,
    testing,
    timing,
)
from engine.operations.calls import Actor, Call
from engine.operations.events import Watch
from engine.operations.ids import new_id
from engine.operations.operation import Operation
from engine.operations.services import Services
from engine.operations.testclock import StoodClock
from engine.records.listing import signing_secret
from engine.settings import Settings, pack_folder
from engine.verification.judging import judge
from engine.web.app import create_app
from engine.web.joined import Doors
from engine.web.rendering import render_words
from engine.web.serving import serve as serve_app

FIELD_AND_EFFECTS: Vocabulary = vocabulary(FIELD_TYPES, EFFECTS)
COLLECTED = (20_000, 20, 20)
"""How many new objects before Python looks for cycles: an operation makes thousands, and hardly a cycle."""
SYSTEM_CALL = Call(Actor("system", "system", "system", "system"), "en", route="start")


def build(settings: Settings) -> Services:
    """Open the database, bring it up to date, and join everything that operations need."""
    if settings.production and settings.test_clock is not None:
        raise rule("production", text("The settable clock is for tests only.", "可设置时钟仅用于测试。"))
    database = open_database(url_of(settings), settings.pool)
    migrate_database(database)
    settable = settings.test_clock is not None

    def clock_for(connection: Connection) -> Clock:
        return testclock.clock_from(stamps.read(connection)) if settable else SystemClock()

    secret = database.transaction(signing_secret)
    services = Services(
        database=database,
        settings=settings,
        vocabulary=FIELD_AND_EFFECTS,
        clock_for=clock_for,
        secret=secret,
        attachments=settings.data / "attachments",
        render=render_words,
        seal=seal_of(_plain(settings.secret_key), settings.data),
        judge=judge,
        rehearse=testing.failures,
    )
    if settings.test_clock is not None:
        start = SystemClock().now() if settings.test_clock == "now" else datetime.fromisoformat(settings.test_clock)
        database.transaction(lambda connection: testclock.start(connection, start))
    publishing.cut_words(services)
    return services


def url_of(settings: Settings) -> str:
    """Where the database is; `postgres` is a server of our own, which is started."""
    if settings.database == "postgres":
        return start_server(settings.data / "postgres").url()
    return settings.database


def prepare(services: Services) -> list[str]:
    """Publish into an empty database and load the demo chain if asked; gives what is worth telling."""
    told: list[str] = []
    folder = services.settings.library or pack_folder()
    with services.database.reading() as connection:
        version = shelf.published(connection)
    if not version:
        version = _publish(services, layers_of(folder), "start", "first version")
        told.append(f"published version {version} from {folder.name}")
    if services.settings.demo:
        told += load_demo_into(services, folder, services.settings.demo)
    if restoring.look(services):
        told.append("this is an older copy of the database: every session and key has ended")
    return told


def layers_of(folder: Path) -> tuple[Path, ...]:
    """The folders of a library, lowest first. A folder with a policy model stands alone, another lies over the pack.

    Refused when there are no definitions in it: somebody mistook a path.
    """
    if not any((folder / part).is_dir() for part in PARTS):
        en, zh = f"There are no definitions in {folder}.", f"{folder} 中没有定义。"
        raise rule("no_definitions", text(en, zh))
    stands_alone = (folder / "permissions" / "model.conf").exists()
    return (folder,) if stands_alone else (pack_folder(), folder)


def _publish(services: Services, layers: Sequence[Path], author: str, note: str) -> int:
    loaded = read(services, layers)
    return once.tested(services, lambda connection: publishing.put(services, connection, loaded, author, note))


def read(services: Services, layers: Sequence[Path]) -> Loaded:
    """A library from its folders, lowest first, with its findings. What the pack has of tests stays with the pack:

    they hold for what is shipped, and a chain that changes it would else be refused by tests that it never wrote.
    """
    return read_library(layers, services.vocabulary, _shipped(layers))


def read_whole(folder: Path) -> Loaded:
    """A library as it is checked and tested by itself: with its own tests, also when it is the pack."""
    layers = layers_of(folder)
    return read_library(layers, FIELD_AND_EFFECTS, _shipped(layers) if len(layers) > 1 else ())


def _shipped(layers: Sequence[Path]) -> frozenset[int]:
    """Which of these layers is the pack."""
    pack = pack_folder().resolve()
    return frozenset(number for number, each in enumerate(layers) if each.resolve() == pack)


def load_demo_into(services: Services, folder: Path, name: str) -> list[str]:
    """Load a demo chain into a database without people; nothing when there are people already."""
    if seed.is_seed(folder, name):
        return load_seed(services, folder, name) if services.database.transaction(seeding.is_empty) else []
    with services.database.reading() as connection:
        now = services.now(connection)
        state = loading.state_of(services, connection, now)
    if state.directory.persons:
        return []
    password, shown = _password(services)
    _found(services, password)

    def run(account: str | None, at: datetime, commands: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        then = replace(services, clock_for=lambda _connection: StoodClock(at))
        answers: list[Mapping[str, Any]] = batch.run(
            then, Call(_actor(services, account), "en", route="demo"), commands
        ).body
        return answers

    count = demo.load_demo(folder, name, password, now, state.zone, run)
    return [f"demo {name}: {count} commands", f"sign in as {_accounts(services)}", f"with the password {shown}"]


def _password(services: Services) -> tuple[str, str]:
    """The password of everybody in a demo, and what is told of it."""
    given = services.settings.demo_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(9)
    return password, "of CHAINSTOCK_DEMO_PASSWORD" if given else password


def _found(services: Services, password: str) -> None:
    services.database.transaction(
        lambda connection: founding.found(services, Operation(services, connection, SYSTEM_CALL), password)
    )


def load_seed(services: Services, folder: Path, name: str, size: seed.Size = seed.WHOLE) -> list[str]:
    """Draw a chain into a database without records, telling how far it is; refused when there are some."""
    with services.database.reading() as connection:
        now = services.now(connection)
        zone = loading.state_of(services, connection, now).zone
        if not seeding.is_empty(connection):
            raise demo.DemoFault(f"demo {name} is loaded into an empty database only; this one has records")
    told, (password, shown) = seed.read(folder, name), _password(services)
    drawn = seed.Seed(told, size.within(told), now.astimezone(zone).date(), zone, new_id)
    _found(services, password)
    count = seeding.load(services, drawn, partial(tell, where=2))
    accounts = seeding.open_accounts(services, password, now)
    seeding.build_months(services, now)
    people = f"{len(accounts)} people, such as {', '.join(accounts[:4])}"
    return [f"demo {name}: {count} commands", f"sign in as one of {people}", f"with the password {shown}"]


def _accounts(services: Services) -> str:
    """The accounts of everybody, for who tries the demo."""
    with services.database.reading() as connection:
        state = loading.state_of(services, connection, services.now(connection))
    return ", ".join(sorted(each.account for each in state.directory.persons.values()))


def _actor(services: Services, account: str | None) -> Actor:
    with services.database.reading() as connection:
        state = loading.state_of(services, connection, services.now(connection))
    wanted = account or str(state.library.settings["founder"]["account"])
    person = state.directory.person_of_account(wanted)
    if person is None:
        raise demo.DemoFault(f"there is no account {wanted}")
    return Actor(person.id, person.account, person.name, "system")


# -- the commands ------------------------------------------------------------------------------------------------------


def serve(settings: Settings) -> None:
    """Prepare the database, then serve until told to end."""
    settings = settings.model_copy(update={"database": url_of(settings)})
    services = build(settings)
    for line in prepare(services):
        tell(line)
    services.database.close()
    code = serve_app(application, settings)
    if code:
        raise SystemExit(code)


def tell(line: str, where: int = 1) -> None:
    """Say something to whoever started us, on standard output unless it is how far we are."""
    os.write(where, f"{line}\n".encode())


def application(settings: Settings, worker: int) -> FastAPI:
    """The web application of one process."""
    services = build(settings)
    with services.database.reading() as connection:
        loading.state_of(services, connection, services.now(connection))
    gc.freeze()  # what was compiled stays: a page of stock took three times as long while it was looked through
    gc.set_threshold(*COLLECTED)
    background = [partial(_watch, services), partial(sending.watch, office(services))]
    return create_app(Doors(services), settings, partial(Watch, services), background)


def office(services: Services) -> sending.Office:
    """What sends the messages of this chain."""
    settings = services.settings
    smtp = _plain(settings.smtp)
    return sending.Office(
        database=services.database,
        now=services.now,
        compose=partial(letters.compose, services),
        new_id=new_id,
        poster=Poster(settings.allow_private_webhooks),
        mailer=mailer(smtp, settings.mail_from) if smtp else None,
        tries=settings.delivery_tries,
    )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _watch(services: Services, ending: threading.Event) -> None:
    def due() -> int:
        fired = timing.fire_due(services)
        restoring.note(services)
        return fired

    watch(due, ending)

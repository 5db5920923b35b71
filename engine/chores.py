"""What the command line asks for beside the server: definitions, what recounts, passwords, demos, logs.

Used by `cli`; each opens the database by `bootstrap` and gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from engine import bootstrap, seed
from engine.access import accounts, passwords, security
from engine.database import open_database
from engine.database.migrations import migrate as migrate_database
from engine.definitions import Finding, Loaded, read_library, shelf
from engine.definitions.comparing import diff as text_diff
from engine.definitions.documents import read_folder
from engine.definitions.findings import Findings
from engine.definitions.folders import pull as pull_files
from engine.definitions.loading import load_documents
from engine.errors import Fault, Kind, Refusal, rule, text
from engine.operations import (
    counting,
    founding,
    once,
    previewing,
    publishing,
    recount,
    restoring,
    second_person,
    testing,
    versions,
)
from engine.operations.calls import Actor, Call
from engine.operations.operation import Operation
from engine.operations.recount import Recount
from engine.operations.services import Services
from engine.operations.testing import Outcome
from engine.settings import Settings, pack_folder
from engine.verification.diagram import diagram
from engine.verification.judging import judge

UNREAD = ("file_name", "symlink", "too_many", "too_large", "encoding", "unreadable")
"""What is found of files that were left out."""
LINES = 1000
"""So many lines of a log are read at once."""


@contextmanager
def _working(settings: Settings) -> Iterator[Services]:
    """What a command needs, for as long as it runs; its connections are given back at the end."""
    services = bootstrap.build(settings)
    with closing(services.database):
        yield services


def check(folder: Path) -> tuple[Finding, ...]:
    """Every finding about a library in a folder."""
    loaded = bootstrap.read_whole(folder)
    return loaded.findings if loaded.library is None else (*loaded.findings, *judge(loaded.library))


def test(folder: Path) -> tuple[Loaded, Iterator[Outcome]]:
    """The process tests of a library in a folder, as they are run, on chains that are thrown away."""
    loaded = bootstrap.read_whole(folder)

    def outcomes() -> Iterator[Outcome]:
        with TemporaryDirectory(prefix="chainstock-") as scratch:
            place = Path(scratch)
            settings = Settings(database=f"sqlite:///{place / 'none.db'}", data=place, test_clock=None, secret_key=None)
            with _working(settings) as services:
                yield from testing.run(services, loaded)

    return loaded, outcomes()


def picture(folder: Path, form: str, language: str) -> str:
    """The workflow of a form as a Mermaid diagram."""
    library = read_library(bootstrap.layers_of(folder), bootstrap.FIELD_AND_EFFECTS).library
    if library is None or form not in library.workflows:
        raise rule("no_form", text("There is no such form, or the library has faults.", "没有此表单，或定义存在错误。"))
    return diagram(library.workflows[form], language)


@dataclass(frozen=True, slots=True)
class People:
    """Who publishes and who has written it, by account; nobody is named where the command line itself stands for it."""

    publishes: str | None = None
    wrote: str | None = None


def publish(
    settings: Settings, folder: Path, note: str, people: People = People()
) -> tuple[int | None, tuple[Finding, ...]]:
    """Publish a folder as the next version; None when findings stand against it."""
    with _working(settings) as services:
        loaded = bootstrap.read(services, bootstrap.layers_of(folder))
        if loaded.library is None:
            return None, loaded.findings
        with services.database.reading() as connection:
            newest = shelf.published(connection)
            before = shelf.load(connection, newest, services.vocabulary) if newest else None
            loaded = _numbered(services, connection, loaded) if newest else loaded
        if loaded.library is None:
            return None, loaded.findings
        loaded = replace(loaded, findings=(*loaded.findings, *judge(loaded.library, before), *services.tested(loaded)))
        if any(each.severity == "error" for each in loaded.findings):
            return None, loaded.findings

        def work(connection: Connection) -> int:
            author = _who(services, connection, people.publishes, "publish") or "command line"
            writer = _who(services, connection, people.wrote, "edit")
            wrote = second_person.by_account(writer) if writer else second_person.NOBODY
            return publishing.put(services, connection, loaded, author, note, wrote)

        return once.tested(services, work), loaded.findings


def _numbered(services: Services, connection: Connection, loaded: Loaded) -> Loaded:
    """What was read of files, its fields told apart by the numbers that they have had ever since."""
    again = load_documents(loaded.documents, services.vocabulary, numbers=shelf.numbers(connection))
    more = (each for each in again.findings if each not in loaded.findings)
    return replace(loaded, library=again.library, findings=(*loaded.findings, *more))


def _who(services: Services, connection: Connection, account: str | None, action: str) -> str | None:
    """The id of somebody who is named and may do this with definitions."""
    if account is None:
        return None
    person = Operation(services, connection, bootstrap.SYSTEM_CALL).directory.person_of_account(account)
    if person is None:
        raise rule("no_account", text("There is no such account.", "没有此账号。"))
    actor = Actor(person.id, person.account, person.name, "system")
    versions.require(Operation(services, connection, Call(actor, "en", route="publish")), action)
    return person.id


def pull(settings: Settings, folder: Path) -> int:
    """Write the published files into a folder; the version that they are. Of a chain over the pack, its own files."""
    with _working(settings) as services, services.database.reading() as connection:
        pack = [each for each in read_folder(pack_folder(), 0, Findings()) if each.kind != "tests"]
        pull_files(connection, folder, below=pack)
        return shelf.published(connection)


def diff(settings: Settings, folder: Path) -> tuple[str, ...]:
    """How a folder differs from what is published; refused when files in it cannot even be read."""
    with _working(settings) as services:
        loaded = bootstrap.read(services, bootstrap.layers_of(folder))
        unread = [each for each in loaded.findings if each.code in UNREAD]
        if unread:
            faults = [Fault(f"{each.file}:{each.line}", each.code, each.message) for each in unread]
            raise Refusal(
                Kind.INVALID, "unreadable", text("The folder cannot be read.", "文件夹无法读取。"), faults=faults
            )
        with services.database.reading() as connection:
            published = shelf.texts(connection, shelf.published(connection))
        return text_diff(published, {each.key: each.text for each in loaded.documents})


def preview(settings: Settings, folder: Path, form: str | None, running: str) -> Iterator[dict[str, Any]]:
    """What publishing a folder would do to the records there are, piece by piece; refused for what is wrong with it."""
    with _working(settings) as services:
        loaded = bootstrap.read(services, bootstrap.layers_of(folder))
        with services.database.reading() as connection:
            operation = Operation(services, connection, bootstrap.SYSTEM_CALL)
            asked = {"running": running, **({"form": form} if form else {})}
            yield from previewing.whole(operation, loaded, asked)


def verify(settings: Settings) -> Recount:
    """Recount everything; may run beside a server."""
    with _working(settings) as services, services.database.reading() as connection:
        if not shelf.published(connection):
            return recount.report(connection, None)
        operation = Operation(services, connection, bootstrap.SYSTEM_CALL)
        return recount.report(connection, operation.library, counting.faults(operation))


def migrate(settings: Settings) -> str:
    """Bring the database to the newest revision and give its name."""
    with closing(open_database(bootstrap.url_of(settings))) as database:
        return migrate_database(database)


def set_password(settings: Settings, account: str, password: str) -> None:
    """Set the password of an account; founds the chain with it when there is nobody yet."""
    with _working(settings) as services:
        stored = passwords.hash_password(passwords.read_password(password, chosen=True))

        def work(connection: Connection) -> None:
            operation = Operation(services, connection, bootstrap.SYSTEM_CALL)
            if not operation.directory.persons:
                founding.found(services, operation, password)
                return
            person = operation.directory.person_of_account(account)
            if person is None or not accounts.set_password(connection, person.id, stored, operation.now):
                raise rule("no_account", text("There is no such account.", "没有此账号。"))

        services.database.transaction(work)


def restored(settings: Settings) -> None:
    """A database was put back from a backup: nobody is signed in any more, and no key opens."""
    with _working(settings) as services:
        restoring.forget(services)
        restoring.note(services, anew=True)


def security_log(settings: Settings, after: int, event: str | None) -> Iterator[tuple[int, security.Entry]]:
    """Every line of the security log above a number, oldest first."""
    with _working(settings) as services, services.database.reading() as connection:
        while lines := security.read_log(connection, after, LINES, event):
            yield from lines
            after = lines[-1][0]


def load_demo(settings: Settings, name: str, days: int | None = None, percent: int = 100) -> Iterable[str]:
    """Load a demo chain by a command of its own; `days` and `percent` are for one that is drawn."""
    folder = settings.library or pack_folder()
    if not seed.is_seed(folder, name):
        yield from bootstrap.prepare(bootstrap.build(settings.model_copy(update={"demo": name})))
        return
    services = bootstrap.build(settings.model_copy(update={"demo": None}))
    yield from bootstrap.prepare(services)
    yield from bootstrap.load_seed(services, folder, name, seed.Size(days, percent))

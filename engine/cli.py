"""`chainstock ...`: reads options, calls `bootstrap` and `chores`, words the answers. The only module that prints.

Every option of `serve` is also an environment variable `CHAINSTOCK_...` (see `settings`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from engine import bootstrap, chores
from engine.database.embedded import NoPostgres
from engine.definitions.findings import Finding
from engine.demo import DemoFault
from engine.errors import Refusal, say
from engine.operations.previewlines import Said
from engine.settings import Settings, pack_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Forms, approvals and a stock ledger for a chain.",
)
demo_app = typer.Typer(no_args_is_help=True, help="Demo chains.")
app.add_typer(demo_app, name="demo")

UNUSABLE = 2
"""How a command for pipelines ends when it could not even begin."""

Address = Annotated[str | None, typer.Option("--database", help="sqlite:///FILE, postgresql://... or postgres")]
Folder = Annotated[Path, typer.Argument(help="A folder with form_definitions, workflow_definitions and permissions")]


def _settings(**given: Any) -> Settings:
    """Options that were given win over the environment, the environment over the defaults."""
    return Settings(**{name: value for name, value in given.items() if value is not None})


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="0 picks a free port")] = None,
    database: Address = None,
    data: Annotated[Path | None, typer.Option(help="Folder for attachments and databases of our own")] = None,
    library: Annotated[Path | None, typer.Option(help="Definitions for an empty database")] = None,
    demo: Annotated[str | None, typer.Option(help="Demo chain for an empty database")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes")] = None,
    test_clock: Annotated[str | None, typer.Option(help="A settable clock, from this moment or `now`")] = None,
    smtp: Annotated[str | None, typer.Option(help="smtp://user:password@host:587 or smtps://... for mail")] = None,
    mail_from: Annotated[str | None, typer.Option(help="The address that mail is from")] = None,
    public_url: Annotated[str | None, typer.Option(help="Where people open this server, for links")] = None,
    allow_private_webhooks: Annotated[
        bool | None, typer.Option("--allow-private-webhooks", help="Webhooks may go to addresses inside")
    ] = None,
) -> None:
    """Run the server; prints `ready http://...` when it answers."""
    bootstrap.serve(
        _settings(
            host=host,
            port=port,
            database=database,
            data=data,
            library=library,
            demo=demo,
            workers=workers,
            test_clock=test_clock,
            smtp=smtp,
            mail_from=mail_from,
            public_url=public_url,
            allow_private_webhooks=allow_private_webhooks,
        )
    )


@contextmanager
def _usable() -> Iterator[None]:
    """What cannot even be asked ends a command for pipelines otherwise than an answer."""
    try:
        yield
    except (Refusal, NoPostgres) as error:
        _say_refused(error)
        raise typer.Exit(UNUSABLE) from error


def _say_refused(error: Exception) -> None:
    typer.echo(say(error.says, "en") if isinstance(error, Refusal) else str(error), err=True)
    for fault in error.faults if isinstance(error, Refusal) else ():
        typer.echo(f"{fault.path}: {say(fault.says, 'en')} [{fault.code}]", err=True)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@app.command()
def check(folder: Folder) -> None:
    """Check a library; ends with 1 when something is wrong."""
    findings = chores.check(folder)
    for finding in findings:
        typer.echo(_worded(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    typer.echo(f"{_counted(errors, 'error')}, {_counted(len(findings) - errors, 'warning')}")
    raise typer.Exit(1 if errors else 0)


@app.command()
def test(folder: Folder) -> None:
    """Run the process tests of a library; ends with 1 when one fails, with 2 when the library cannot be used."""
    with _usable():
        loaded, outcomes = chores.test(folder)
    if loaded.library is None:
        for finding in loaded.findings:
            typer.echo(_worded(finding))
        raise typer.Exit(UNUSABLE)
    count = failed = 0
    for outcome in outcomes:
        count += 1
        failed += bool(outcome.findings)
        typer.echo(f"{'failed' if outcome.findings else 'passed'} {outcome.tests} {outcome.case}".rstrip())
        for finding in outcome.findings:
            typer.echo(_worded(finding))
    typer.echo(f"{_counted(count, 'test')}, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def diagram(
    form: Annotated[str, typer.Argument(help="The form whose workflow is drawn")],
    folder: Annotated[Path | None, typer.Option("--library", help="The pack when not given")] = None,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
) -> None:
    """Draw a workflow as a Mermaid state diagram."""
    typer.echo(chores.picture(folder or pack_folder(), form, language), nl=False)


@app.command()
def publish(
    folder: Folder,
    note: Annotated[str, typer.Option(help="Why")] = "",
    by: Annotated[str | None, typer.Option(help="The account of who publishes")] = None,
    proposed_by: Annotated[str | None, typer.Option(help="The account of who has written it")] = None,
    database: Address = None,
) -> None:
    """Publish a library as the next version."""
    people = chores.People(by, proposed_by)
    version, findings = chores.publish(_settings(database=database), folder, note, people)
    for finding in findings:
        typer.echo(_worded(finding))
    if version is None:
        raise typer.Exit(1)
    typer.echo(f"version {version}")


@app.command()
def pull(folder: Folder, database: Address = None) -> None:
    """Write the published definitions into a folder, and take away those that are not; ends with 2 when it cannot."""
    with _usable():
        typer.echo(f"version {chores.pull(_settings(database=database), folder)}")


@app.command()
def diff(folder: Folder, database: Address = None) -> None:
    """Show how a folder differs from what is published; ends with 1 when it does, with 2 when that cannot be said."""
    with _usable():
        lines = chores.diff(_settings(database=database), folder)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(1 if lines else 0)


@app.command()
def preview(
    folder: Folder,
    form: Annotated[str | None, typer.Option(help="Only records of this form")] = None,
    running: Annotated[str, typer.Option(help="What is under way: leave or carry_over")] = "leave",
    database: Address = None,
) -> None:
    """Tell what publishing a folder would do to records; ends with 1 when some would strand or lack something.

    With 2 when that cannot be said: the folder has errors, or there is no database.
    """
    said = Said()
    with _usable():
        for piece in chores.preview(_settings(database=database), folder, form, running):
            for line in said.lines(piece):
                typer.echo(line)
            if piece["next"] is not None:
                typer.echo(f"{piece['done']} of {piece['total']}", err=True)
    for line in said.last():
        typer.echo(line)
    raise typer.Exit(1 if said.bad else 0)


@app.command()
def verify(database: Address = None) -> None:
    """Recount everything; ends with 1 when something does not add up. May run beside a server."""
    report = chores.verify(_settings(database=database))
    for name, figure in report.figures.items():
        typer.echo(f"{name} {figure}")
    for fault in report.faults:
        typer.echo(f"fault {fault}")
    typer.echo(f"root {report.root}")
    raise typer.Exit(1 if report.faults else 0)


@app.command()
def security(
    after: Annotated[int, typer.Option(help="Only lines above this number")] = 0,
    event: Annotated[str | None, typer.Option(help="Only of this event, such as sign_in_failed")] = None,
    database: Address = None,
) -> None:
    """Print the security log, a line of JSON each, oldest first; the last `number` is where to go on `--after`."""
    for number, entry in chores.security_log(_settings(database=database), after, event):
        told = {"number": number, **asdict(entry), "at": entry.at.isoformat()}
        typer.echo(json.dumps({name: value for name, value in told.items() if value is not None}))


@app.command()
def migrate(database: Address = None) -> None:
    """Bring the database to the newest revision; `serve` does it too."""
    typer.echo(f"revision {chores.migrate(_settings(database=database))}")


@app.command()
def account(
    name: Annotated[str, typer.Argument(help="The account of a person")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    database: Address = None,
) -> None:
    """Set the password of an account."""
    chores.set_password(_settings(database=database), name, password)
    typer.echo(f"password of {name} set")


@app.command()
def restored(database: Address = None) -> None:
    """After a backup was put back: end every session and key, so that none that was ended since lives again."""
    chores.restored(_settings(database=database))
    typer.echo("every session and key has ended")


@demo_app.command("load")
def demo_load(
    name: Annotated[str, typer.Argument(help="small, small_sales, seed ...")],
    library: Annotated[Path | None, typer.Option(help="Definitions for an empty database")] = None,
    database: Address = None,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="seed: days of business")] = None,
    scale: Annotated[int, typer.Option(min=1, max=1000, help="seed: stores and items, in a hundred")] = 100,
) -> None:
    """Load a demo chain into a database without people (seed: without records; takes minutes)."""
    for line in chores.load_demo(_settings(database=database, library=library), name, days, scale):
        typer.echo(line)


def _worded(finding: Finding) -> str:
    hint = f" ({say(finding.hint, 'en')})" if finding.hint else ""
    where = f"{finding.file}:{finding.line}: {finding.path}"
    example = "".join(f"\n    {say(each, 'en')}" for each in finding.example)
    return f"{where}: {finding.severity}: {say(finding.message, 'en')}{hint} [{finding.code}]{example}"


def main() -> None:
    """The entry point; what a person did wrong is one sentence, not a stack."""
    try:
        app()
    except (Refusal, NoPostgres, DemoFault) as error:
        _say_refused(error)
        raise SystemExit(1) from error

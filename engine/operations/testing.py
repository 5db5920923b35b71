"""Runs the process tests of a library on a scratch chain, through the same operations as everybody's.

Handed to `Services` by bootstrap, so that whatever publishes can have them run before its transaction;
`chainstock test` runs them too. Each file is founded once; every test begins with a copy of that chain.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic_ns
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.definitions import Loaded
from engine.definitions.findings import Finding, finding
from engine.definitions.process_tests import Case, ProcessTests, Step, before
from engine.errors import Refusal, text
from engine.operations import testing_looks, testing_steps
from engine.operations.testing_scratch import Moment, Scratch, founded, name_id
from engine.operations.testing_steps import Differs
from engine.records import archive

if TYPE_CHECKING:
    from engine.definitions.models import Form, Library
    from engine.operations.services import Services

BEGINS = "2026-03-02 09:00"
"""A Monday, where no file says when."""
SECOND = timedelta(seconds=1)
LONGEST = 120
"""Seconds in which all tests of a library are through; whoever publishes waits for them."""
TOO_LONG = text(f"All tests together take longer than {LONGEST} seconds.", f"全部测试用时超过 {LONGEST} 秒。")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one test came to; without a name it is what was to be there before any."""

    tests: str
    case: str
    findings: tuple[Finding, ...]


def failures(services: Services, loaded: Loaded) -> tuple[Finding, ...]:
    """Everything that the tests of a library find wrong with it."""
    return tuple(each for outcome in run(services, loaded) for each in outcome.findings)


def run(services: Services, loaded: Loaded) -> Iterator[Outcome]:
    """Every test of every file, in order; nothing where there are none."""
    library = loaded.library
    if library is None or not any(each.cases for each in loaded.tests):
        return
    known = {each.name: each for each in loaded.tests}
    until = monotonic_ns() + LONGEST * 1_000_000_000
    with tempfile.TemporaryDirectory(prefix="chainstock-tests-") as folder:
        for number, each in enumerate(loaded.tests):
            if each.cases:
                yield from _file(services, loaded, known, each, Path(folder) / str(number), until)


def _file(
    services: Services,
    loaded: Loaded,
    known: Mapping[str, ProcessTests],
    each: ProcessTests,
    folder: Path,
    until: int,
) -> Iterator[Outcome]:
    folder.mkdir()
    files = before(each, known)
    zone = ZoneInfo(str(loaded.library.settings.get("zone", "UTC"))) if loaded.library else ZoneInfo("UTC")
    word = next((file.at for file in reversed(files) if file.at is not None), BEGINS)
    try:
        moment = Moment(datetime.strptime(word, "%Y-%m-%d %H:%M").replace(tzinfo=zone))
    except ValueError:
        says = text(f"There is no such moment: {word}.", f"没有此时间：{word}。")
        yield Outcome(each.name, "", (finding(each.place(("at",)), "bad_moment", says),))
        return
    base = replace(founded(services, loaded, folder / "base.db", moment), until=until)
    try:
        found = next((one for file in files for one in _prepare(base, file)), None)
    finally:
        base.close()
    if found is not None:
        yield Outcome(each.name, "", (found,))
        return
    for number, case in enumerate(each.cases):
        scratch = base.copied(folder / f"{number}.db")
        try:
            yield Outcome(each.name, case.name, tuple(_case(scratch, each, case)))
        finally:
            scratch.close()
            scratch.file.unlink(missing_ok=True)


def _prepare(scratch: Scratch, file: ProcessTests) -> Iterator[Finding]:
    """What is there before the tests of a file: records of the chain, people, records that people made."""
    founder = str(scratch.library.settings["founder"]["account"])
    for word in ("chain", "given"):
        for step in file.records(word):
            came = testing_steps.make(scratch, step, founder)
            scratch.moment.put(SECOND)
            if isinstance(came, Refusal):
                yield _told(file, step, "not_there", _caught(step, came))
        if word == "chain":
            yield from _people(scratch, file, founder)


def _caught(step: Step, came: Refusal) -> Differs:
    try:
        testing_looks.refused(step, came)
    except Differs as differs:
        return differs
    raise AssertionError("unreachable")


def _people(scratch: Scratch, file: ProcessTests, founder: str) -> Iterator[Finding]:
    library = scratch.library
    account = _told_forms(library, "account")[0]
    for who, roles in file.people.items():
        told, key = account.told["account"], name_id("person", who)
        values = {told["account"]: who, told.get("name", "name"): who}
        sent = {name: value for name, value in values.items() if name in account.fields}
        came = scratch.send(founder, "POST", f"records/{account.name}", {"id": key, "values": sent})
        step = Step(who, "make", {}, ("people", who))
        if isinstance(came, Refusal):
            yield _told(file, step, "not_there", _caught(step, came))
            continue
        scratch.records.setdefault(who, (account.name, key))
        for role, places in roles.items():
            for place in places:
                yield from _assign(scratch, file, founder, (who, key), (role, place))


def _assign(
    scratch: Scratch, file: ProcessTests, founder: str, person: tuple[str, str], held: tuple[str, str]
) -> Iterator[Finding]:
    """Give somebody a role: for the `chain`, at a unit by its code, or at a record of the tests by its name."""
    role, place = held
    at = None if place == "chain" else scratch.records.get(place, ("", scratch.unit(place) or ""))[1]
    path = ("people", person[0], role)
    step = Step(person[0], "make", {}, path)
    if at == "":
        says = text(f"There is no org unit or record '{place}'.", f"没有组织单元或单据“{place}”。")
        yield _told(file, step, "not_there", Differs((), says))
        return
    form = _assignment_form(scratch.library, scratch.records.get(place, ("",))[0])
    told = form.told["assignment"]
    values = {told["person"]: person[1], told["role"]: role, **({told["at"]: at} if at else {})}
    key = name_id("role", *person, role, place)
    came = scratch.send(founder, "POST", f"records/{form.name}", {"id": key, "values": values})
    if isinstance(came, Refusal):
        yield _told(file, step, "not_there", _caught(step, came))


def _told_forms(library: Library, word: str) -> list[Form]:
    return [form for form in library.forms.values() if form.told.get(word)]


def _assignment_form(library: Library, at: str) -> Form:
    """The form of roles that are held at records of a form; else the first."""
    found = _told_forms(library, "assignment")
    fields = {form.name: form.fields.get(form.told["assignment"].get("at", "at")) for form in found}
    named = [form for form in found if (field := fields[form.name]) is not None and field.options.get("to") == at]
    return (named or found)[0]


def _case(scratch: Scratch, file: ProcessTests, case: Case) -> Iterator[Finding]:
    """One test, up to the first step that does not come to what it should."""
    for step in case.steps:
        if scratch.until is not None and monotonic_ns() > scratch.until:
            yield finding(file.place(step.path), "too_long", TOO_LONG)
            return
        scratch.moment.put(SECOND)
        found = list(_step(scratch, file, case, step))
        yield from found
        if found:
            return


def _step(scratch: Scratch, file: ProcessTests, case: Case, step: Step) -> Iterator[Finding]:
    since = _since(scratch) if step.expected else (0, frozenset[str]())
    try:
        testing_looks.refused(step, testing_steps.do(scratch, step))
    except Differs as differs:
        yield _told(file, step, "test_failed", differs, case)
        return
    for each in testing_looks.looks(scratch, step, since):
        yield _told(file, step, "test_failed", each, case)


def _since(scratch: Scratch) -> tuple[int, frozenset[str]]:
    """What was there before a step: the last movement, and every record."""
    answer = scratch.send(None, "GET", "stock/movements", newest="true", limit="1")
    items = [] if isinstance(answer, Refusal) else answer.body["items"]
    with scratch.services.database.reading() as connection:
        ids = [each.id for form in scratch.library.forms for each in archive.of_form(connection, form)]
    return (items[0]["seq"] if items else 0), frozenset(ids)


def _told(file: ProcessTests, step: Step, code: str, differs: Differs, case: Case | None = None) -> Finding:
    title = f"{case.name}, {step.name}" if case is not None else step.name
    says = text(f"{title}: {differs.says['en']}", f"{title}：{differs.says['zh']}")
    return finding(file.place((*step.path, *differs.path)), code, says)

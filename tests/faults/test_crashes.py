"""Killed at every statement of every kind of operation: acknowledged is there, the rest is absent or whole.

Whatever was cut off is sent again with its key, and is then done exactly once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.access import stamps
from engine.clock import to_stored
from engine.database import open_database
from engine.operations import loading, recount, testclock
from engine.operations.services import Services
from tests.faults.contents import Contents, contents, differences, lasting, shape
from tests.faults.copies import Copies
from tests.faults.dying import do, services_of

ROOT = Path(__file__).resolve().parents[2]
RECORDS = {
    name: f"00000000-0000-4000-8000-{number:012}"
    for number, name in enumerate(
        ("made", "batch1", "batch2", "draft", "approval", "bulk1", "bulk2", "approved", "transit", "different")
    )
}
ROWS = {name: record.replace("4000", "4001") for name, record in RECORDS.items()}
SIGNED = {"signature": {"typed": "Sun Lei"}}
SHIFT = timedelta(hours=49)


def said(who: str, method: str, path: str, body: Any = None, if_match: str | None = None) -> dict[str, Any]:
    """One thing that somebody does."""
    return {"as": who, "method": method, "path": path, "body": body, "if_match": if_match, "key": f"{method} {path}"}


def asked(name: str) -> dict[str, Any]:
    """What is asked of the warehouse."""
    lines = [{"row": ROWS[name], "item": {"code": "A100"}, "requested": "5"}]
    return {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "other", "lines": lines}


def create(name: str, **more: str) -> dict[str, Any]:
    """The body that makes one of the transfers."""
    return {"id": RECORDS[name], "values": asked(name), **more}


def act(who: str, name: str, action: str, body: Any = None) -> dict[str, Any]:
    """Somebody takes an action on one of the transfers."""
    return said(who, "POST", f"records/transfer/{RECORDS[name]}/actions/{action}", body or {})


def received(name: str, good: str) -> dict[str, Any]:
    """What the receiver writes."""
    line = {"row": ROWS[name], "received": good, "damaged": "0", "remark": "counted twice"}
    return {"values": {"lines": [line]}, "asks": SIGNED}


def task_of(services: Services, name: str) -> str:
    """The open task about a transfer."""
    _, body = do(services, said("dckm", "GET", f"records/transfer/{RECORDS[name]}"))
    task: str = body["tasks"][0]["id"]
    return task


def furnish(services: Services) -> None:
    """Transfers in every state, on a clock that stands."""
    with services.database.reading() as connection:
        now = services.now(connection)
    services.database.transaction(lambda connection: stamps.put(connection, testclock.STAMP, to_stored(now)))
    do(services, {**said("clerk2", "POST", "records/transfer", create("draft")), "key": None})
    for name in ("approval", "bulk1", "bulk2", "approved", "transit", "different"):
        do(services, {**said("clerk2", "POST", "records/transfer", create(name, action="submit")), "key": None})
    for name in ("approved", "transit", "different"):
        do(services, said("dckm", "POST", f"tasks/{task_of(services, name)}/approve", {}))
    for name in ("transit", "different"):
        do(services, act("dck", name, "ship"))
    do(services, act("clerk2", "different", "receive", received("different", "3")))


@dataclass(frozen=True)
class Chain:
    """A furnished chain, kept untouched; and the process that makes lives."""

    url: str
    services: Services
    copies: Copies
    process: subprocess.Popen[str]

    def live(self, url: str, doing: Mapping[str, Any], last: int = 0) -> Any:
        """Do something in a process that dies before statement number `last`; None when it did."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"url": url, "said": doing, "last": last}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def look(self, url: str) -> Contents:
        """What is in a database now, which must recount."""
        database = open_database(url)
        with database.reading() as connection:
            state = loading.state_of(self.services, connection, self.services.now(connection))
            assert recount.report(connection, state.library).faults == ()
        found = contents(database)
        database.close()
        return found


@pytest.fixture(scope="module")
def chain(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The furnished chain on each kind of database."""
    data = tmp_path_factory.mktemp("data")
    url = copies.fresh()
    services = services_of(url, data)
    furnish(services)
    services.database.close()
    program = f"from tests.faults.dying import nursery; nursery({url!r}, {str(data)!r})"
    start = [sys.executable, "-c", program]
    with subprocess.Popen(start, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Chain(url, services, copies, process)
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


@dataclass(frozen=True)
class Kind:
    """A kind of operation: what is done, and what of it alone would be done when it is several transactions."""

    doing: Mapping[str, Any]
    parts: tuple[Mapping[str, Any], ...] = ()
    later: timedelta = timedelta()


def person_of(services: Services, account: str) -> str:
    """The record of somebody."""
    _, body = do(services, said(account, "GET", "me"))
    found: str = body["person"]["id"]
    return found


def settle(services: Services) -> dict[str, Any]:
    """The two that are missing are lost."""
    _, body = do(services, said("dckm", "GET", "records/discrepancy"))
    found = body["items"][0]["id"]
    _, body = do(services, said("dckm", "GET", f"records/discrepancy/{found}"))
    line = {"row": body["values"]["lines"][0]["row"], "written_off": "2", "reason": "fell off"}
    return said("dckm", "POST", f"records/discrepancy/{found}/actions/settle", {"values": {"lines": [line]}})


def bulk(*names: str) -> dict[str, Any]:
    """Several transfers are withdrawn."""
    return said("clerk2", "POST", "records/transfer/actions/withdraw", {"ids": [RECORDS[name] for name in names]})


def batch(first: int = 3) -> dict[str, Any]:
    """Two are made, which is one transaction, and one of them submitted, in one call; or the first of these only."""
    path = "/api/records/transfer"
    commands = [
        {"key": "batch-1", "method": "POST", "path": path, "body": create("batch1")},
        {"key": "batch-2", "method": "POST", "path": path, "body": create("batch2")},
        {"key": "batch-3", "method": "POST", "path": f"{path}/{RECORDS['batch1']}/actions/submit", "body": {}},
    ]
    return said("clerk2", "POST", "batch", commands[:first])


def publish(services: Services) -> dict[str, Any]:
    """Another title of a form, and a field more."""
    _, body = do(services, said("adm", "GET", "definitions/form/transfer"))
    words = body["text"].replace(
        "  carrier:", "  lorry: {type: text, index: true, title: {en: Lorry, zh: 车牌}}\n  carrier:"
    )
    assert words != body["text"]
    texts = [{"kind": "form", "name": "transfer", "text": words}]
    return said("adm", "POST", "definitions/publish", {"texts": texts, "note": "lorries"})


def carry(services: Services) -> dict[str, Any]:
    """A step is called otherwise, and what waits there is carried over with it."""
    _, body = do(services, said("adm", "GET", "definitions/workflow/transfer"))
    words = body["text"].replace("      store: {title: {en: Store approval", "      shop: {title: {en: Store approval")
    words = words.replace("may_return_to: [submitter, store]", "may_return_to: [submitter, shop]")
    texts = [{"kind": "workflow", "name": "transfer", "text": words}]
    mapping = {"steps": {"transfer": {"store": "shop"}}}
    how = {"texts": texts, "note": "shops", "mapping": mapping, "running": "carry_over"}
    return said("adm", "POST", "definitions/publish", how)


DRAFT = f"records/transfer/{RECORDS['draft']}"


def approve(services: Services) -> dict[str, Any]:
    """The manager approves."""
    return said("dckm", "POST", f"tasks/{task_of(services, 'approval')}/approve", {})


def set_password(services: Services) -> dict[str, Any]:
    """The administrator sets somebody's password."""
    return said("adm", "POST", f"people/{person_of(services, 'clerk1')}/password", {"password": "a new long one"})


KINDS: Mapping[str, Callable[[Services], Kind]] = {
    "create": lambda _: Kind(said("clerk2", "POST", "records/transfer", create("made", action="submit"))),
    "patch": lambda _: Kind(said("clerk2", "PATCH", DRAFT, {"reason": "slow"}, "1")),
    "submit": lambda _: Kind(act("clerk2", "draft", "submit")),
    "approve": lambda services: Kind(approve(services)),
    "ship": lambda _: Kind(act("dck", "approved", "ship")),
    "receive with a difference": lambda _: Kind(act("clerk2", "transit", "receive", received("transit", "4"))),
    "settle": lambda services: Kind(settle(services)),
    "discard": lambda _: Kind(said("clerk2", "DELETE", DRAFT, None, "1")),
    "bulk": lambda _: Kind(bulk("bulk1", "bulk2"), (bulk("bulk1"),)),
    "batch": lambda _: Kind(batch(), (batch(2),)),
    "publish": lambda services: Kind(publish(services)),
    "publish and carry over": lambda services: Kind(carry(services)),
    "timer": lambda _: Kind({"method": "FIRE"}, later=SHIFT),
    "password": lambda services: Kind(set_password(services)),
    "key": lambda _: Kind(said("clerk1", "POST", "keys", {"name": "till"})),
}
kinds = pytest.mark.parametrize("name", KINDS)


@dataclass(frozen=True)
class Story:
    """What an operation does when nothing cuts it off."""

    chain: Chain
    kind: Kind
    origin: str
    whole: tuple[Contents, ...]
    """Before, after each part, and after all."""
    answer: Any
    statements: int

    def cut(self, last: int) -> None:
        """Let it die before statement number `last`, look, and send it again, twice."""
        url = self.chain.copies.fresh(self.origin)
        assert self.chain.live(url, self.kind.doing, last) is None
        left = self.chain.look(url)
        found = [number for number, each in enumerate(self.whole) if each == left]
        assert found, [differences(each, left) for each in self.whole]
        if last == self.statements:
            assert found == [len(self.whole) - 1]
        again = [self.chain.live(url, self.kind.doing)["answer"] for _ in range(2)]
        if self.kind.doing["method"] != "FIRE":
            assert [lasting(each) for each in again] == [lasting(self.answer)] * 2
        assert differences(shape(self.whole[-1]), shape(self.chain.look(url))) == []
        self.chain.copies.drop(url)


def tell(chain: Chain, name: str) -> Story:
    """Do it undisturbed, and look at every state that it may be found in."""
    database = open_database(chain.url)
    services = replace(chain.services, database=database)
    found = KINDS[name](services)
    origin = chain.url
    database.close()
    if found.later:
        origin = chain.copies.fresh(chain.url)
        wait(chain, origin, found.later)
    url = chain.copies.fresh(origin)
    states = [chain.look(url)]
    for doing in found.parts:
        chain.live(url, doing)
        states.append(chain.look(url))
    chain.copies.drop(url)
    url = chain.copies.fresh(origin)
    lived = chain.live(url, found.doing)
    states.append(chain.look(url))
    chain.copies.drop(url)
    assert isinstance(lived["answer"], int) or lived["answer"][0] < 300, lived["answer"]
    assert differences(states[0], states[-1])
    return Story(chain, found, origin, tuple(states), lived["answer"], lived["statements"])


def wait(chain: Chain, url: str, time: timedelta) -> None:
    """Put the clock of a database forward."""
    database = open_database(url)
    with database.reading() as connection:
        now = chain.services.now(connection)
    database.transaction(lambda connection: stamps.put(connection, testclock.STAMP, to_stored(now + time)))
    database.close()


@kinds
def test_what_is_cut_off_is_absent_or_whole(chain: Chain, name: str) -> None:
    story = tell(chain, name)
    for last in (story.statements - 1, story.statements):
        story.cut(last)


@pytest.mark.long
@kinds
def test_what_is_cut_off_at_any_statement_is_absent_or_whole(chain: Chain, name: str, rounds: int) -> None:
    story = tell(chain, name)
    for last in range(1, story.statements + 1, max(1, story.statements // rounds)):
        story.cut(last)

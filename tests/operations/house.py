"""Operations in this process: the doors, people at their desks, and libraries published on top of the pack."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from engine import bootstrap
from engine.errors import Refusal
from engine.operations import loading
from engine.operations.calls import Actor, Answer, Call
from engine.operations.problems import problem
from engine.operations.services import Services
from engine.settings import Settings
from engine.web.joined import Doors
from tests.days import there
from tests.operations import lab


@dataclass(frozen=True)
class Reply:
    """What a command came to: an answer, or a refusal as the problem document that the web would send."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Path and code of every fault."""
        return [(each["path"], each["code"]) for each in self.body["errors"]]

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return str(self.body["errors"][0]["code"])

    @property
    def raw(self) -> bytes:
        """The body as it would travel."""
        return orjson.dumps(self.body)


class House:
    """One process on one database."""

    def __init__(self, url: str, data: Path, test_clock: str | None = "now", **more: Any) -> None:
        password = SecretStr("correct horse battery")
        settings = Settings(database=url, data=data, test_clock=test_clock, demo_password=password, pool=4, **more)
        self.services: Services = bootstrap.build(settings)
        self.doors = Doors(self.services)

    def close(self) -> None:
        """Let the database go."""
        self.services.database.close()

    def be(self, account: str, grants: tuple[tuple[str, str], ...] | None = None) -> Desk:
        """Somebody, signed in; with grants, by a key."""
        with self.services.database.reading() as connection:
            state = loading.state_of(self.services, connection, self.services.now(connection))
        person = state.directory.person_of_account(account)
        assert person is not None, account
        via = "session" if grants is None else "key"
        return Desk(self, Actor(person.id, person.account, person.name, via, grants))

    def publish(self, *texts: str, policy: Sequence[str] = ()) -> int:
        """Lay definitions over what is published; gives the version. Policy lines are added to those there are."""
        sent = [{"kind": kind_of(each), "name": name_of(each), "text": each} for each in texts]
        adm = self.be("adm")
        if policy:
            old = adm.get("definitions/permissions/policy")["text"]
            sent.append({"kind": "permissions", "name": "policy", "text": old + "\n" + "\n".join(policy) + "\n"})
        reply = adm.send("POST", "definitions/publish", {"texts": sent, "note": "in a test"})
        assert reply.status == 200, reply.body
        version: int = reply.body["version"]
        return version

    def publish_lab(self) -> None:
        """The definitions of `lab`, over the pack."""
        adm = self.be("adm")
        library = adm.get("definitions/library/library")["text"].replace("facts:\n", f"facts:\n{lab.FACTS}")
        self.publish(library, *lab.TEXTS, policy=lab.policy())

    def item(self, tracking: str = "none", category: str = "FOOD", **stock: int) -> str:
        """An item of one's own, with opening stock by store; its code."""
        code = f"X{uuid.uuid4().hex[:10].upper()}"
        adm = self.be("adm")
        values = {
            "code": code,
            "name": f"Thing {code}",
            "category": {"code": category},
            "tracking": tracking,
            "cost": "10",
        }
        adm.makes("item", values)
        for store, quantity in stock.items():
            self.bring(code, store, quantity)
        return code

    def bring(self, item: str, store: str, quantity: int | str, lot: str | None = None) -> None:
        """Goods come from before the beginning."""
        line = {"item": {"code": item}, "quantity": str(quantity), **({"lot": lot} if lot else {})}
        self.be("adm").makes("opening", {"store": {"code": store}, "lines": [line]}, "post")

    def today(self) -> date:
        """The day where the chain is."""
        return there(self.be("adm").get("clock")["now"]).date()

    def pass_time(self, **by: int) -> None:
        """Put the clock forward; what is due by then has happened when this returns."""
        adm = self.be("adm")
        now = datetime.fromisoformat(adm.get("clock")["now"]) + timedelta(**by)
        adm.does("PUT", "clock", {"now": now.isoformat()})

    def verified(self) -> bool:
        """Whether everything recounts."""
        report = self.be("aud").send("POST", "verify").body
        assert report["faults"] == []
        return bool(report["clean"])


def kind_of(words: str) -> str:
    """What a definition's text defines: its second word."""
    kind = words.strip().splitlines()[1].partition(":")[0]
    return "template" if kind == "notice" else kind


def name_of(words: str) -> str:
    """The name that a definition's text gives."""
    found = words.strip().splitlines()[1].partition(":")
    return "library" if found[0] == "library" else found[2].strip()


@dataclass(frozen=True)
class Desk:
    """One person. Paths are below `/api/`."""

    house: House
    actor: Actor | None
    language: str = "en"

    @property
    def person(self) -> str:
        """The id of his record."""
        assert self.actor is not None
        return self.actor.person

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        if_match: int | str | None = None,
        key: str | None = None,
        **query: str,
    ) -> Reply:
        """Send a command; what it came to, whatever it is."""
        call = Call(self.actor, self.language, key)
        sent = None if if_match is None else str(if_match)
        return replied(lambda: self.house.doors.run(call, method, f"/api/{path}", body, query, sent), self.language)

    def get(self, path: str, **query: str) -> Any:
        """What is there; fails when it is not."""
        reply = self.send("GET", path, **query)
        assert reply.status == 200, reply.body
        return reply.body

    def does(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A command that must go well."""
        reply = self.send(method, path, body, **more)
        assert reply.status in (200, 201), reply.body
        return reply.body

    def makes(self, form: str, values: Mapping[str, Any], action: str | None = None, **body: Any) -> str:
        """Make a record, and act on it at once if asked; its id."""
        record = str(uuid.uuid4())
        sent = {"id": record, "values": values, **body, **({"action": action} if action else {})}
        self.does("POST", f"records/{form}", sent)
        return record

    def acts(self, form: str, record: str, action: str, values: Any = None, **body: Any) -> Reply:
        """Try an action."""
        sent = {**({"values": values} if values is not None else {}), **body}
        return self.send("POST", f"records/{form}/{record}/actions/{action}", sent)

    def takes(self, form: str, record: str, action: str, values: Any = None, **body: Any) -> str:
        """Take an action; the state that it led to."""
        reply = self.acts(form, record, action, values, **body)
        assert reply.status == 200, reply.body
        state: str = reply.body["state"]
        return state

    def edits(self, form: str, record: str, values: Any) -> Reply:
        """Edit the newest revision."""
        revision = self.get(f"records/{form}/{record}")["revision"]
        return self.send("PATCH", f"records/{form}/{record}", values, if_match=revision)

    def reads(self, form: str, record: str) -> dict[str, Any]:
        """The record's values, as he sees them."""
        values: dict[str, Any] = self.get(f"records/{form}/{record}")["values"]
        return values

    def state(self, form: str, record: str) -> str:
        """The record's state."""
        state: str = self.get(f"records/{form}/{record}")["state"]
        return state

    def offered(self, form: str, record: str) -> list[str]:
        """The buttons that he would be shown."""
        return [each["name"] for each in self.get(f"records/{form}/{record}")["actions"]]

    def tasks(self, form: str, record: str | None = None) -> list[dict[str, Any]]:
        """His tasks of a form (of one record), oldest first."""
        items = self.get("tasks", form=form, limit="500")["items"]
        return [each for each in items if record in (None, each["record"]["id"])]

    def decides(self, form: str, record: str, verdict: str = "approve", **body: Any) -> Reply:
        """Decide his task of a record."""
        found = self.tasks(form, record)
        assert found, f"no task for {self.actor}"
        return self.send("POST", f"tasks/{found[0]['id']}/{verdict}", body)

    def history(self, form: str, record: str) -> list[dict[str, Any]]:
        """The record's history."""
        items: list[dict[str, Any]] = self.get(f"records/{form}/{record}/history")["items"]
        return items

    def stock(self, item: str, place: str, **query: str) -> tuple[str, str, str]:
        """On hand, reserved and available of an item at a place, all lots together."""
        items = self.get("stock", item=item, place=place, group="item", **query)["items"]
        if not items:
            return "0", "0", "0"
        return items[0]["on_hand"], items[0]["reserved"], items[0]["available"]


def replied(work: Any, language: str = "en") -> Reply:
    """Run what may refuse."""
    try:
        answer: Answer = work()
    except Refusal as refusal:
        return Reply(refusal.status, problem(refusal, language))
    return Reply(answer.status, answer.body, answer.headers)

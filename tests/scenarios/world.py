"""A chain on the starting point under names of its own, its people over HTTP, and what is changed: definitions alone.

Tests are written in the names of `tests/libraries/starter_minimal`; `shuffle` says what those are called in this run.
Requests are renamed on their way there and answers on their way back, so that the engine never meets a name that a test
knows. Every scenario uses this; `rules` holds the house rules that are asserted in each.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from engine import bootstrap
from engine.operations.events import Watch as News
from engine.settings import Settings
from engine.web.app import create_app
from engine.web.joined import Doors
from engine.web.limits import Limit, Limits
from tests.attacks.houses import Watch, digest_of
from tests.days import there
from tests.scenarios import table
from tests.scenarios.shuffle import Shuffle, read
from tests.scenarios.wire import Wire

STARTER = Path(__file__).parents[1] / "libraries" / "starter_minimal"
PASSWORD = "correct horse battery"
ROOM = Limit("room", 1000, 100_000)
ROOMY = Limits(ROOM, ROOM, ROOM, ROOM, ROOM, ROOM, ROOM)
KINDS = {
    "RIGHT": ("right", (403,)),
    "RULE": ("rule", (409,)),
    "CONFLICT": ("conflict", (409, 412)),
    "INVALID": ("invalid", (422,)),
    "NOTFOUND": ("not_found", (404,)),
}
"""How a scenario calls a refusal: kind and statuses of the contract."""

CAST = [
    "clerk1",
    "clerk1b",
    "clerk1c",
    "clerk2",
    "clerk3",
    "clerk4",
    "mgr1",
    "mgr2",
    "mgr3",
    "mgr4",
    "ame",
    "amw",
    "buyA",
    "buyB",
    "bmgr",
    "fin1",
    "fin2",
    "cfo",
    "dck",
    "dckm",
    "qa",
    "aud",
    "sec1",
    "des",
    "des2",
    "adm",
]


@dataclass(frozen=True)
class Reply:
    """What a request came to, in the names of the tests."""

    status: int
    text: str
    headers: Mapping[str, str]
    raw: str = ""
    """The same as it came, under the names of this run."""

    @property
    def body(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return str(self.body["errors"][0]["code"])

    @property
    def paths(self) -> list[str]:
        """Where its faults are."""
        return [each["path"] for each in self.body["errors"]]

    @property
    def says(self) -> list[str]:
        """What its faults say."""
        return [each["message"] for each in self.body["errors"]]


@dataclass
class Session:
    """How somebody is known to the server."""

    cookie: str
    csrf: str


@dataclass
class Ground:
    """A database with the starting point, only to be copied: its address, names, and everybody signed in."""

    url: str
    shuffle: Shuffle
    texts: dict[tuple[str, str], str]
    sessions: dict[str, Session]


def starting_point(folder: Path, shuffle: Shuffle) -> dict[tuple[str, str], str]:
    """Write the renamed library to a folder; gives the texts as they were, by kind and name."""
    texts: dict[tuple[str, str], str] = {}
    files = sorted(STARTER.rglob("*.yaml"))
    for path in files:
        told = read(path.read_text())
        shuffle.learn(told)
        texts[key_of(told)] = path.read_text()
    texts[("permissions", "policy")] = (STARTER / "permissions" / "policy.csv").read_text()
    for path in files:
        named = path.stem in ("library", "roles")
        called = path.name if named else f"{shuffle.name(path.stem)}.yaml"
        _put(folder / path.relative_to(STARTER).with_name(called), shuffle.document(path.read_text()))
    _put(folder / "permissions" / "policy.csv", shuffle.policy(texts[("permissions", "policy")]))
    _put(folder / "permissions" / "model.conf", (STARTER / "permissions" / "model.conf").read_text())
    fields = {name: read(words)["fields"] for (kind, name), words in texts.items() if kind == "form"}
    demo = json.loads((STARTER / "form_definitions" / "demo" / "small.json").read_text())
    for command in demo["commands"]:
        parts = command["path"].split("/")
        if parts[2] == "records":
            form = parts[3]
            command["path"] = "/".join([*parts[:3], shuffle.name(form), *parts[4:]])
            command["body"]["values"] = renamed(shuffle, fields[form], command["body"]["values"])
            if "action" in command["body"]:
                command["body"]["action"] = shuffle.name(command["body"]["action"])
    _put(folder / "form_definitions" / "demo" / "small.json", json.dumps(demo))
    return texts


def _put(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


def renamed(shuffle: Shuffle, fields: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a form, or answers to questions, as they are called in this run."""
    return {shuffle.name(name): _renamed(shuffle, fields.get(name, {}), value) for name, value in values.items()}


def _renamed(shuffle: Shuffle, told: Mapping[str, Any], value: Any) -> Any:
    if told.get("type") == "table" and isinstance(value, list):
        return [renamed(shuffle, told["fields"], row) if isinstance(row, Mapping) else row for row in value]
    if told.get("type") == "choice" and isinstance(value, str):
        return shuffle.value(value)
    if told.get("type") == "choices" and isinstance(value, list):
        return [shuffle.value(each) for each in value]
    return value


def settings_of(url: str, data: Path, library: Path | None = None) -> Settings:
    """The settings of a chain in this process; its clock can be set, and nobody is signed out by it."""
    return Settings(
        database=url,
        data=data,
        library=library,
        test_clock="now",
        demo="small",
        demo_password=SecretStr(PASSWORD),
        pool=6,
        session_hours=24 * 400,
        allow_private_webhooks=True,
    )


class World:
    """One chain, its server in this process, and what happened in it."""

    def __init__(self, ground: Ground, url: str, data: Path) -> None:
        self.shuffle = ground.shuffle
        self.texts = dict(ground.texts)
        self.sessions = dict(ground.sessions)
        self.forms: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, dict[str, Any]] = {}
        self.actions: dict[str, list[str]] = {}
        self.administered: list[tuple[str, str, str]] = []
        self.versions: list[int] = []
        self.warned: list[str] = []
        self.changed = 0
        self.gone: set[str] = set()
        self.records: dict[str, str] = {}
        self.told: dict[str, list[Any]] = {}
        for words in ground.texts.values():
            self._know(words)
        settings = settings_of(url, data)
        self.services = bootstrap.build(settings)
        app = create_app(Doors(self.services), settings, partial(News, self.services), limits=ROOMY)
        self.client = Wire(app)
        self.watch = Watch(url)

    def __enter__(self) -> World:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.watch.close()
        self.client.__exit__(None, None, None)
        self.services.database.close()

    # -- definitions ---------------------------------------------------------------------------------------------------

    def _know(self, words: str) -> None:
        """Remember the fields and questions that a text defines or changes, so that values can be renamed."""
        if words.lstrip().startswith(("p,", "#", "remove,")):
            return
        told = read(words)
        changes = told.get("change") or {}
        for key, change in changes.items():
            self._know_part(*key.split(" "), change)
        kind, name = key_of(told)
        if kind in ("form", "workflow"):
            self._know_part(kind, name, told)

    def _know_part(self, kind: str, name: str, told: Mapping[str, Any]) -> None:
        if kind == "form":
            self.forms[name] = _merged(self.forms.get(name, {}), told.get("fields") or {})
            return
        for action, each in (told.get("transitions") or {}).items():
            known = self.actions.setdefault(name, [])
            if action not in known:
                known.append(action)
            self._ask(name, each)
        for approval in (told.get("approvals") or {}).values():
            for questions in (approval.get("asks") or {}).values():
                self._ask(name, {"asks": questions})
            for step in (approval.get("steps") or {}).values():
                self._ask(name, step)
                for part in (step.get("parts") or {}).values() if isinstance(step, Mapping) else ():
                    self._ask(name, part)

    def _ask(self, workflow: str, told: Any) -> None:
        if isinstance(told, Mapping) and isinstance(told.get("asks"), Mapping):
            self.asked.setdefault(workflow, {}).update(told["asks"])

    def publish(
        self, *texts: str, policy: Sequence[str] = (), note: str = "a change", by: str = "adm", **more: Any
    ) -> int:
        """Check and publish definitions over HTTP: the only administrative call. Gives the version."""
        reply = self.tries(*texts, policy=policy, note=note, by=by, **more)
        assert not isinstance(reply.body, list), reply.text
        assert reply.status == 200, reply.text
        assert self.warned == [], self.warned
        version: int = reply.body["version"]
        self.versions.append(version)
        return version

    def tries(
        self, *texts: str, policy: Sequence[str] = (), note: str = "a change", by: str = "adm", **more: Any
    ) -> Reply:
        """Check, then publish; the answer of the publish, or of the check if that finds errors.

        What becomes of what is taken away, and of what is under way, is said by `more`: `mapping`, `running`.
        """
        found = {key_of(read(words)): words for words in texts}
        if policy:
            held = self.texts[("permissions", "policy")].splitlines()
            lines = [line for line in held if f"remove {line}" not in policy]
            added = [line for line in policy if not line.startswith("remove ")]
            found[("permissions", "policy")] = "\n".join([*lines, *added]) + "\n"
        for key, words in found.items():
            if key[0] != "permissions" or key[1] == "roles":
                self.shuffle.learn(read(words))
        sent = [self._sent(kind, name, words) for (kind, name), words in found.items()]
        checked = self.be("des").send("POST", "definitions/check", {"texts": sent})
        assert checked.status == 200, checked.text
        about_people = {"nobody_there", "one_for_both"}
        self.unstaffed = [each for each in checked.body if each["code"] in about_people]
        self.warned = [
            f"{each['path']}: {each['message']}" for each in checked.body if each["code"] not in about_people
        ]
        if any(each["severity"] == "error" for each in checked.body):
            return checked
        reply = self.be(by).send("POST", "definitions/publish", {"texts": sent, "note": note, **more})
        if reply.status == 200:
            for (kind, name), words in found.items():
                self.changed += table.changed(self.texts.get((kind, name), ""), words)
                self.texts[(kind, name)] = words
                if (kind, name) != ("permissions", "policy"):
                    self._know(words)
        return reply

    def _sent(self, kind: str, name: str, words: str) -> dict[str, str]:
        if (kind, name) == ("permissions", "policy"):
            return {"kind": kind, "name": name, "text": self.shuffle.policy(words)}
        called = name if kind == "permissions" else self.shuffle.name(name)
        return {"kind": kind, "name": called if kind != "library" else "library", "text": self.shuffle.document(words)}

    def text(self, kind: str, name: str, *changes: tuple[str, str]) -> str:
        """A published text with some of its words replaced by others."""
        words = self.texts[(kind, name)]
        for old, new in changes:
            assert words.count(old) == 1, (old, words.count(old))
            words = words.replace(old, new)
        return words

    def library(self, added: str) -> str:
        """The text of the library with more at its end."""
        return self.texts[("library", "starter_minimal")].rstrip() + "\n" + added

    # -- people --------------------------------------------------------------------------------------------------------

    def be(self, account: str) -> Person:
        """Somebody, signed in."""
        if account not in self.sessions:
            self.sessions[account] = sign_in(self.client, account)
        return Person(self, account)

    def people(self) -> Iterator[Person]:
        """Everybody of the starting point."""
        return (self.be(each) for each in CAST if each not in self.gone)

    def tasked(self, form: str, record: str) -> list[str]:
        """Who has a task of a record: everybody is asked."""
        return [each.account for each in self.people() if each.tasks(form, record)]

    def person(self, account: str) -> str:
        """The id of somebody's record."""
        return self.found("person", f"account == '{account}'")

    def leaves(self, account: str) -> None:
        """Somebody who may no longer sign in: ordinary data."""
        assert self.be("adm").edits("person", self.person(account), {"active": False}).status == 200
        self.gone.add(account)

    def hires(self, account: str, role: str, at: str | None = None) -> str:
        """Somebody new, in a post: ordinary data. Gives the id of the person."""
        adm = self.be("adm")
        person = adm.makes("person", {"account": account, "name": account.title(), "language": "en"})
        where = {} if at is None else {"at": {"code": at}}
        adm.makes("assignment", {"person": person, "role": role, **where})
        adm.does("POST", f"people/{person}/password", {"password": PASSWORD})
        return person

    def found(self, form: str, condition: str, by: str = "adm") -> str:
        """The id of the one record that meets a condition, as somebody (the administrator) sees it."""
        items = self.be(by).get(f"records/{form}", filter=condition)["items"]
        assert len(items) == 1, (form, condition, items)
        return str(items[0]["id"])

    def stock(self, place: str, item: str, which: str = "on_hand", **query: str) -> str:
        """Stock of an item at a place, all lots together, as the auditor reads it."""
        items = self.be("aud").get("stock", item=item, place=place, group="item", **query)["items"]
        return str(items[0][which]) if items else "0"

    # -- time ----------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The moment, by the chain's own clocks."""
        return there(self.be("adm").get("clock")["now"])

    def pass_time(self, **by: float) -> None:
        """Put the clock forward; what is due by then has happened when this returns."""
        self.be("adm").does("PUT", "clock", {"now": (self.now() + timedelta(**by)).isoformat()})

    def delivers(self) -> int:
        """Send what waits to be sent outside; how many messages that was."""
        return bootstrap.office(self.services).send_due()

    # -- together ------------------------------------------------------------------------------------------------------

    def together(self, *asked: Callable[[], Reply]) -> list[Reply]:
        """Several requests in the same instant."""
        with ThreadPoolExecutor(len(asked)) as pool:
            return [each.result() for each in [pool.submit(ask) for ask in asked]]

    # -- refusals ------------------------------------------------------------------------------------------------------

    def refused(self, kind: str, ask: Callable[[], Reply], *, code: str | None = None) -> Reply:
        """What is asked is refused in this way, and nothing has changed: not a row of any table (H3)."""
        before = self.watch_digest()
        reply = ask()
        word, statuses = KINDS[kind]
        assert reply.status in statuses, (kind, reply.status, reply.text)
        assert reply.body["kind"] == word, (kind, reply.text)
        assert code is None or code in [each["code"] for each in reply.body["errors"]], (code, reply.text)
        assert self.watch_digest() == before, f"a refusal left a trace: {reply.text}"
        return reply

    def unchanged(self, ask: Callable[[], Any]) -> Any:
        """What is asked leaves no trace in any table."""
        before = self.watch_digest()
        answer = ask()
        assert self.watch_digest() == before, f"it left a trace: {answer}"
        return answer

    def watch_digest(self) -> str:
        """One figure over everything that a refusal must not change."""
        mark = self.watch.mark()
        if self.watch.last[0] != mark:
            self.watch.last = (mark, digest_of(self.watch.connection))
        return self.watch.last[1]


def key_of(told: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of a definition."""
    if "roles" in told:
        return "permissions", "roles"
    for kind in ("overlay", "workflow", "form", "library", "notice", "report", "mapping"):
        if kind in told:
            return ("template" if kind == "notice" else kind), str(told[kind])
    raise AssertionError(f"this defines nothing: {sorted(told)}")


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        if value == "remove":
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def sign_in(client: Wire, account: str) -> Session:
    """Begin a session."""
    answer = client.request("POST", "/api/session", json={"account": account, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return Session(cookie, answer.json()["csrf"])


@dataclass(frozen=True)
class Person:
    """One person at a desk. Paths are below `/api/`; names are those of the tests."""

    world: World
    account: str
    language: str = field(default="en")

    # -- asking --------------------------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        form: str | None = None,
        if_match: int | None = None,
        key: str | None = None,
        files: Any = None,
        **query: str,
    ) -> Reply:
        """Send a request; what it came to, whatever it is. `form` says of which form its values are."""
        parts = path.split("/")
        if parts[0] == "records":
            form = parts[1]
        if path == "why" and form is not None:
            query["form"] = form
        headers = self._headers()
        headers |= {} if if_match is None else {"If-Match": f'"{if_match}"'}
        headers |= {} if key is None else {"Idempotency-Key": key}
        sent = self._body(method, parts, form, body)
        asked: dict[str, Any] = {"files": files, "data": body} if files else {"json": sent}
        params = {name: self._query(name, value) for name, value in query.items()}
        if self.account in ("adm", "des", "des2") and method != "GET":
            self.world.administered.append((self.account, method, path))
        answer = self.world.client.request(
            method, f"/api/{self._path(parts)}", params=params, headers=headers, **({} if method == "GET" else asked)
        )
        return Reply(answer.status_code, self.world.shuffle.back(answer.text), answer.headers, answer.text)

    def _headers(self) -> dict[str, str]:
        session = self.world.sessions[self.account]
        return {"Cookie": session.cookie, "X-CSRF-Token": session.csrf, "Accept-Language": self.language}

    def raw(self, method: str, path: str, body: Any = None) -> Any:
        """An answer as it comes, to a request as it stands: nothing is renamed."""
        sent = {} if method == "GET" else {"json": body}
        answer = self.world.client.request(method, f"/api/{path}", headers=self._headers(), **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _path(self, parts: Sequence[str]) -> str:
        name = self.world.shuffle.name
        kept = list(parts)
        if kept[0] in ("records", "forms") and len(kept) > 1:
            kept[1] = name(kept[1])
        if kept[0] == "records" and "actions" in kept:
            kept[-1] = name(kept[-1])
        if kept[0] == "definitions" and len(kept) > 2 and kept[1] not in ("permissions", "library"):
            kept[2] = name(kept[2])
        return "/".join(kept)

    def _query(self, name: str, value: str) -> str:
        if name in ("filter", "sort", "fields", "form", "action", "step", "approval", "field", "state", "totals"):
            return self.world.shuffle.expression(value)
        return value

    def _body(self, method: str, parts: Sequence[str], form: str | None, body: Any) -> Any:
        shuffle, world = self.world.shuffle, self.world
        if isinstance(body, Mapping) and parts[0] == "definitions":
            return self._of_definitions(body)
        if not isinstance(body, Mapping) or form is None:
            return body or {}
        fields = world.forms.get(str(form), {})
        if method == "PATCH" or parts[-1] == "raw":
            return renamed(shuffle, fields, body)
        sent = dict(body)
        if isinstance(sent.get("values"), Mapping):
            sent["values"] = renamed(shuffle, fields, sent["values"])
        if isinstance(sent.get("asks"), Mapping):
            sent["asks"] = renamed(shuffle, world.asked.get(str(form), {}), sent["asks"])
        for key in ("action", "step", "to"):
            if isinstance(sent.get(key), str):
                sent[key] = shuffle.name(sent[key])
        return sent

    def _of_definitions(self, body: Mapping[str, Any]) -> dict[str, Any]:
        sent = dict(body)
        if "form" in sent:
            sent["form"] = self.world.shuffle.name(sent["form"])
        if "mapping" in sent:
            sent["mapping"] = self.world.shuffle.mapping(sent["mapping"])
        return sent

    def get(self, path: str, **query: str) -> Any:
        """What is there; fails when it is not."""
        reply = self.send("GET", path, **query)
        assert reply.status == 200, reply.text
        return reply.body

    def does(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A request that must go well."""
        reply = self.send(method, path, body, **more)
        assert reply.status in (200, 201), reply.text
        return reply.body

    # -- records -------------------------------------------------------------------------------------------------------

    def tries(self, form: str, values: Mapping[str, Any], action: str | None = None, **body: Any) -> Reply:
        """Try to make a record, and to act on it at once if asked."""
        asked = {"action": action} if action else {}
        return self.send("POST", f"records/{form}", {"values": values, **body, **asked})

    def makes(self, form: str, values: Mapping[str, Any], action: str | None = None, **body: Any) -> str:
        """Make a record, and act on it at once if asked; its id."""
        record = str(uuid.uuid4())
        reply = self.tries(form, values, action, id=record, **body)
        assert reply.status == 201, reply.text
        self.world.records[record] = form
        return record

    def acts(self, form: str, record: str, action: str, values: Any = None, **body: Any) -> Reply:
        """Try an action."""
        sent = {**({"values": values} if values is not None else {}), **body}
        return self.send("POST", f"records/{form}/{record}/actions/{action}", sent)

    def takes(self, form: str, record: str, action: str, values: Any = None, **body: Any) -> str:
        """Take an action; the state that it led to."""
        reply = self.acts(form, record, action, values, **body)
        assert reply.status == 200, reply.text
        state: str = reply.body["state"]
        return state

    def edits(self, form: str, record: str, values: Any) -> Reply:
        """Edit the newest revision."""
        revision = self.get(f"records/{form}/{record}")["revision"]
        return self.send("PATCH", f"records/{form}/{record}", values, if_match=revision)

    def reads(self, form: str, record: str) -> dict[str, Any]:
        """The record's values, as this person sees them."""
        values: dict[str, Any] = self.get(f"records/{form}/{record}")["values"]
        return values

    def state(self, form: str, record: str) -> str:
        """The record's state."""
        state: str = self.get(f"records/{form}/{record}")["state"]
        return state

    def offered(self, form: str, record: str) -> list[str]:
        """The buttons that this person is shown."""
        return [each["name"] for each in self.get(f"records/{form}/{record}")["actions"]]

    def history(self, form: str, record: str) -> list[dict[str, Any]]:
        """The record's history."""
        items: list[dict[str, Any]] = self.get(f"records/{form}/{record}/history")["items"]
        return items

    def route(self, form: str, record: str) -> list[dict[str, Any]]:
        """The predicted route."""
        items: list[dict[str, Any]] = self.get(f"records/{form}/{record}/route")["items"]
        return items

    # -- files ---------------------------------------------------------------------------------------------------------

    def sends_file(self, form: str, words: str, mode: str = "all") -> Reply:
        """Bring records in from a file whose first line names the columns."""
        head, _, rest = words.partition("\n")
        columns = ",".join(self.world.shuffle.expression(each) for each in head.split(","))
        files = {"file": ("lines.csv", f"{columns}\n{rest}".encode(), "text/csv")}
        return self.send("POST", f"records/{form}/import", {"mode": mode}, files=files)

    def imports(self, form: str, words: str, mode: str = "all") -> Any:
        """The same; it is read. Gives what became of each row."""
        reply = self.sends_file(form, words, mode)
        assert reply.status in (200, 201, 422), reply.text
        return reply.body

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def tasks(self, form: str, record: str | None = None) -> list[dict[str, Any]]:
        """Tasks of a form (of one record), oldest first."""
        items = self.get("tasks", form=form, limit="500")["items"]
        return [each for each in items if record in (None, each["record"]["id"])]

    def tries_to(self, verdict: str, form: str, record: str, **body: Any) -> Reply:
        """Try to decide the task that one has of a record."""
        found = self.tasks(form, record)
        assert found, f"{self.account} has no task of it"
        return self.send("POST", f"tasks/{found[0]['id']}/{verdict}", body, form=form)

    def decides(self, form: str, record: str, verdict: str = "approve", **body: Any) -> str:
        """Decide the task of a record; the state that it led to."""
        reply = self.tries_to(verdict, form, record, **body)
        assert reply.status == 200, reply.text
        state: str = reply.body["state"]
        return state


def line(item: str, quantity: int | str, **more: Any) -> dict[str, Any]:
    """A line of a document."""
    return {"item": {"code": item}, "quantity": str(quantity), **more}


def text(path: str) -> str:
    """A definition that a scenario changes, from its folder."""
    return (Path(__file__).parent / path).read_text()


def rights(path: str) -> list[str]:
    """Lines of rights that a scenario adds; `remove p, ...` takes one away."""
    return [line for line in text(path).splitlines() if line and not line.startswith("#")]

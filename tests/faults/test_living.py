"""A process that is changed while everybody works: every publishing is refused with the list, or nobody is left stuck.

Parcels in all states; people who read, make, decide and send without pause; and an administrator who publishes one
random change after another, mapped or not, carried over or not, and goes back now and then. No request fails because of
it. In the end every parcel is led to its end by its own people, and everything recounts.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from tests.faults.arena import Arena
from tests.faults.parcels import Chance, Parcels, change, rights, texts
from tests.serving import Person

FULL = 1000
"""So many parcels there are when it is changed so often as is told."""
ENDS = ("done", "refused", "dropped")
UPTO = (
    "draft", "approval", "approval", "approval", "agreed", "agreed", "leg0", "leg0", "leg0", "done", "refused",
    "dropped",
)  # fmt: skip
IN_USE = {f"{each}_in_use" for each in ("field", "state", "step", "option", "action")}
FILLED: dict[str, Any] = {
    "text": "7", "integer": 7, "money": "7.00", "date": "2026-01-31", "boolean": True, "choice": None,
}  # fmt: skip
PEOPLE = ("clerk1", "clerk2", "fin1", "dir1")


def begin(arena: Arena, now: Parcels) -> int:
    """Parcels come into the chain; the version."""
    arena.receive("clerk1", "S01", "A100", "100000")
    answer = publish(arena, now)
    assert answer.status_code == 200, answer.text
    version: int = answer.json()["version"]
    return version


def publish(arena: Arena, now: Parcels, **how: Any) -> httpx.Response:
    """Try to publish a version."""
    adm = arena.be("adm")
    form, flow = texts(now)
    old = adm.get("definitions/permissions/policy")["text"].splitlines()
    policy = "\n".join([*(each for each in old if ", parcel, " not in each), *rights(now)]) + "\n"
    named = (("form", "parcel", form), ("workflow", "parcel", flow), ("permissions", "policy", policy))
    sent = [{"kind": kind, "name": name, "text": words} for kind, name, words in named]
    return adm.send("POST", "definitions/publish", {"texts": sent, "note": "otherwise", **how})


# -- people ------------------------------------------------------------------------------------------------------------


@dataclass
class Works:
    """Somebody at work, whose every request is answered well or with a refusal that says what he has to do."""

    arena: Arena
    chance: Chance
    failed: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def be(self, account: str) -> Person:
        """Somebody, over a connection of his own."""
        return self.arena.be(account)

    def sends(self, account: str, path: str, body: Any = None, method: str = "POST", **headers: str) -> httpx.Response:
        """Send it. A refusal must be one that the process itself could have given a moment earlier."""
        answer = self.be(account).send(method, path, body, **headers)
        if answer.status_code >= 400:
            kind = answer.json()["kind"]
            self.told[kind] += 1
            if answer.status_code >= 500 or kind not in ("conflict", "invalid"):
                self.failed.append(f"{method} {path} {answer.status_code} {answer.text}")
        return answer

    def make(self, upto: str = "approval") -> str:
        """A parcel is made and led as far as that, whatever is asked on the way."""
        record = str(uuid.uuid4())
        values = {
            "from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "amount": str(self.chance.randrange(1000)),
            "lines": [{"item": {"code": "A100"}, "quantity": str(self.chance.randrange(1, 9))}],
        }  # fmt: skip
        made = self.sends("clerk1", "records/parcel", {"id": record, "values": values})
        if made.status_code != 201:
            self.failed.append(f"make {made.text}")
        self.lead(record, upto)
        return record

    def lead(self, record: str, upto: str | None = None) -> str:
        """Its people take what is to be taken next, until it has come to a state, or to an end; the state."""
        for _ in range(30):
            state: str = self.be("aud").get(f"records/parcel/{record}")["state"]
            if state == upto or state in ENDS:
                return state
            if not any(self._take(account, record, upto) for account in PEOPLE):
                return state
        return state

    def _take(self, account: str, record: str, upto: str | None) -> bool:
        found = self.be(account).client.get(f"/api/records/parcel/{record}")
        if found.status_code == 404:
            return False
        folder = found.json()
        verdict = "reject" if upto == "refused" else "approve"
        for task in folder["tasks"]:
            if verdict in task["actions"]:
                return self._did(record, self.sends(account, f"tasks/{task['id']}/{verdict}", {"comment": "x"}))
        offered = {each["name"] for each in folder["actions"]} - {"approve", "reject", "return"}
        names = sorted(offered & {"drop"} if upto == "dropped" and "drop" in offered else offered - {"drop"})
        if not names:
            return False
        answer = self.sends(account, f"records/parcel/{record}/actions/{names[0]}", {"revision": folder["revision"]})
        return self._did(record, answer)

    def _did(self, record: str, answer: httpx.Response) -> bool:
        """Whether that took it on; what it lacks is filled in by whoever submitted it."""
        if answer.status_code != 422:
            return answer.status_code == 200
        faults, fields = answer.json()["errors"], self.be("clerk1").get("forms/parcel")["fields"]
        folder = self.be("clerk1").get(f"records/parcel/{record}")
        values = {}
        for each in faults:
            name = each["path"].rpartition("/")[2]
            kind = fields.get(name, {}).get("type")
            values[name] = fields[name]["options"][0]["value"] if kind == "choice" else FILLED.get(kind)
        tag = f'"{folder["revision"]}"'
        answer = self.sends("clerk1", f"records/parcel/{record}", values, "PATCH", **{"If-Match": tag})
        return answer.status_code == 200

    def why(self, record: str) -> str:
        """What everybody could do with it, and what he is told when he tries."""
        told = []
        for account in PEOPLE:
            answer = self.be(account).client.get(f"/api/records/parcel/{record}", params={"actions": "all"})
            if answer.status_code == 200:
                found = answer.json()
                told.append(
                    (account, found["version"], found["state"], found["tasks"], found["actions"], found["values"])
                )
                for each in found["actions"]:
                    told.append(self.be(account).send("POST", f"records/parcel/{record}/actions/{each['name']}").text)
        return str(told)

    def read(self) -> None:
        """Somebody looks around: lists, one of them, its past, tasks."""
        aud = self.be("aud")
        state = self.chance.choice(["approval", "agreed", "leg0", "done"])
        for path in ("records/parcel?limit=50", f"records/parcel?filter=state == '{state}'", "forms/parcel", "tasks"):
            answer = aud.client.get(f"/api/{path}")
            if answer.status_code != 200:
                self.failed.append(f"GET {path} {answer.status_code} {answer.text}")
        for each in aud.get("records/parcel", limit="3")["items"]:
            for more in ("", "/history", "/route"):
                answer = aud.client.get(f"/api/records/parcel/{each['id']}{more}")
                if answer.status_code != 200:
                    self.failed.append(f"GET {more} {answer.status_code} {answer.text}")

    def decide(self) -> None:
        """Somebody decides what waits for him."""
        account = self.chance.choice(["fin1", "dir1"])
        tasks = self.be(account).get("tasks", form="parcel", limit="20")["items"]
        for each in self.chance.sample(tasks, min(2, len(tasks))):
            if "approve" in each["actions"]:
                self.sends(account, f"tasks/{each['id']}/approve", {"comment": "x"})


@contextmanager
def at_work(*works: Callable[[], Any]) -> Iterator[Counter[str]]:
    """They go on until this ends; how often each did."""
    over, done = threading.Event(), Counter[str]()

    def go_on(work: Callable[[], Any]) -> None:
        while not over.is_set():
            work()
            done[work.__name__] += 1

    with ThreadPoolExecutor(len(works)) as threads:
        running = [threads.submit(go_on, each) for each in works]
        try:
            yield done
        finally:
            over.set()
            for each in running:
                each.result()


# -- the test ----------------------------------------------------------------------------------------------------------


class Publishes:
    """The administrator, who publishes one change after another."""

    def __init__(self, arena: Arena, chance: Chance, now: Parcels, version: int) -> None:
        self.arena, self.chance, self.now, self.version = arena, chance, now, version
        self.of = {version: now}
        self.came: Counter[str] = Counter()

    def publish(self) -> None:
        """One more: it is the next version, or it is refused with what stands against it and nothing has changed."""
        if self.chance.random() < 0.1 and len(self.of) > 2:
            self._back()
            return
        wanted, mapping, what = change(self.chance, self.now)
        self.now = replace(self.now, drawn=wanted.drawn)
        how: dict[str, Any] = {"running": self.chance.choice(["leave", "carry_over"])}
        if mapping and self.chance.random() < 0.6:
            how["mapping"] = mapping
        self._came(publish(self.arena, wanted, **how), what, wanted)

    def _back(self) -> None:
        version = self.chance.choice(sorted(self.of))
        answer = self.arena.be("adm").send("POST", "definitions/rollback", {"version": version, "note": "back"})
        self._came(answer, "back", replace(self.of[version], drawn=self.now.drawn))

    def _came(self, answer: httpx.Response, what: str, wanted: Parcels) -> None:
        body = answer.json()
        if answer.status_code == 200:
            self.came[f"{what} published"] += 1
            self.now, self.version = wanted, body["version"]
            self.of[self.version] = wanted
            return
        codes = {each["code"] for each in body["errors"]}
        self.came[f"{what} refused: {', '.join(sorted(codes))}"] += 1
        assert (answer.status_code, body["kind"]) == (409, "rule"), (what, answer.text)
        assert codes <= IN_USE, (what, answer.text)
        assert all(each["count"] > 0 and each["records"] for each in body["errors"]), (what, answer.text)
        assert self.arena.be("adm").get("definitions/form/parcel")["version"] <= self.version


@pytest.mark.long
def test_random_changes_under_load_leave_nobody_stuck(arena: Arena, rounds: int) -> None:
    chance = random.Random(20261129)
    now = Parcels()
    version = begin(arena, now)
    here = Works(arena, chance)
    made = [here.make(UPTO[each % len(UPTO)]) for each in range(max(len(UPTO), FULL * rounds // 200))]
    assert {arena.state(each, "parcel") for each in made} == set(UPTO)
    admin = Publishes(arena, chance, now, version)
    readers, makers, deciders = (Works(arena, random.Random(each)) for each in range(3))
    with at_work(readers.read, makers.make, deciders.decide) as done:
        for _ in range(rounds):
            admin.publish()
    assert [*readers.failed, *makers.failed, *deciders.failed, *here.failed] == []
    assert set(done) == {"read", "make", "decide"}
    every = [each["id"] for each in listed(arena)]
    assert set(made) <= set(every)
    left = {each: state for each in every if (state := here.lead(each)) not in ENDS}
    assert left == {}, here.why(next(iter(left)))
    assert [each["id"] for each in listed(arena)] == every
    arena.assert_clean()


def listed(arena: Arena) -> list[dict[str, Any]]:
    """Every parcel, in the order in which they were made."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = arena.be("aud").get("records/parcel", limit="500", sort="created", **more)
        found += page["items"]
        if not page["next"]:
            return found
        more = {"cursor": page["next"]}

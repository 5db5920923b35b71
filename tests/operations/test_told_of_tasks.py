"""Who is told of tasks and of what others do with them: by each one's choice, once, with nothing hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.bulletins import address, office
from tests.operations.conftest import Copy
from tests.operations.house import House
from tests.operations.test_moves import moves, plea
from tests.receiving import MailServer, mail_server

PEOPLE = ("mgr1", "fin1", "plan1", "clerk1")


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server."""
    with mail_server() as made:
        yield made


@pytest.fixture
def chain(copy_of: Copy, lab_url: str, tmp_path: Path, server: MailServer) -> Iterator[House]:
    """A chain that sends mail to some of its people."""
    made = House(copy_of(lab_url), tmp_path / "data", smtp=server.url, mail_from="Chain <stock@chain.example>")
    for account in PEOPLE:
        address(made, account, f"{account}@shop.example")
    yield made
    made.close()


def wants(house: House, account: str, **kinds: str) -> None:
    house.be(account).does("PUT", "me/channels", {"kinds": kinds})


def mailed(house: House, server: MailServer) -> list[tuple[str, str]]:
    """Send what waits; to whom each mail went since, with its subject."""
    before = len(server.got)
    while office(house).send_due():
        pass
    return sorted((mail["To"].addresses[0].username, str(mail["Subject"])) for mail in server.got[before:])


def told(house: House, account: str) -> list[str]:
    return [str(each["text"]) for each in house.be(account).get("notices")["items"]]


def test_a_new_task_is_mailed_once_to_who_chose_so_and_else_stands_in_the_list_alone(
    chain: House, server: MailServer
) -> None:
    wants(chain, "fin1", task="mail")
    record = plea(chain)
    assert mailed(chain, server) == []
    assert told(chain, "mgr1") == []
    wants(chain, "mgr1", task="mail")
    record = plea(chain, title="of nobody's business")
    ((to, subject),) = mailed(chain, server)
    assert (to, "waits for you" in subject) == ("mgr1", True)
    assert "business" not in server.got[-1].as_string()
    chain.be("clerk1").does("POST", f"records/plea/{record}/comments", {"comment": "please"})
    assert mailed(chain, server) == []  # the same task, changed in nothing
    assert chain.be("clerk1").edits("plea", record, {"title": "another"}).status == 200
    assert [each for each, _ in mailed(chain, server)] == ["mgr1"]  # a task for another content


def test_a_task_that_was_done_before_the_mail_went_is_not_mailed(chain: House, server: MailServer) -> None:
    wants(chain, "mgr1", task="mail")
    record = plea(chain)
    assert chain.be("mgr1").decides("plea", record).status == 200
    assert mailed(chain, server) == []


def test_nobody_closes_his_list_of_tasks(chain: House) -> None:
    reply = chain.be("mgr1").send("PUT", "me/channels", {"kinds": {"task": "none"}})
    assert (reply.status, reply.errors) == (422, [("/kinds/task", "not_one_of")])


def test_who_is_given_a_task_or_must_sign_too_is_told_by_his_choice(chain: House, server: MailServer) -> None:
    wants(chain, "fin1", handed="mail", added="mail")
    mgr, fin = chain.be("mgr1"), chain.be("fin1")
    record = plea(chain)
    assert moves(mgr, record, "hand_over", to=fin.person, comment="you know it").status == 200
    ((to, subject),) = mailed(chain, server)
    assert (to, "handed" in subject, "you know it" in subject) == ("fin1", True, True)
    second = plea(chain)
    assert moves(mgr, second, "add_signer", to=fin.person, where="beside").status == 200
    ((to, subject),) = mailed(chain, server)
    assert (to, "sign" in subject) == ("fin1", True)
    wants(chain, "fin1", handed="none")
    third, before = plea(chain), told(chain, "fin1")
    assert moves(mgr, third, "hand_over", to=fin.person).status == 200
    assert mailed(chain, server) == []
    assert told(chain, "fin1") == before


def test_reminders_copies_and_returns_go_by_the_choice_of_who_is_told(chain: House, server: MailServer) -> None:
    wants(chain, "mgr1", nudged="mail")
    wants(chain, "plan1", copied="mail")
    wants(chain, "clerk1", returned="mail")
    record = plea(chain, "500")
    (task,) = chain.be("clerk1").get(f"records/plea/{record}")["tasks"]
    assert chain.be("clerk1").send("POST", f"tasks/{task['id']}/nudge", {"comment": "soon?"}).status == 200
    ((to, subject),) = mailed(chain, server)
    assert (to, "soon?" in subject) == ("mgr1", True)
    assert chain.be("mgr1").decides("plea", record).status == 200
    assert [to for to, _ in mailed(chain, server)] == ["plan1"]
    other = plea(chain)
    asked = {"to": "submitter", "asks": {"reason": "numbers are missing"}, "comment": "see the list"}
    reply = chain.be("mgr1").decides("plea", other, "return", **asked)
    assert reply.status == 200, reply.body
    ((to, subject),) = mailed(chain, server)
    assert (to, "returned" in subject) == ("clerk1", True)
    wants(chain, "plan1", copied="none")
    third, before = plea(chain, "500"), told(chain, "plan1")
    assert chain.be("mgr1").decides("plea", third).status == 200
    assert mailed(chain, server) == []
    assert told(chain, "plan1") == before

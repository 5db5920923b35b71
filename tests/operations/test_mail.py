"""Mail from an action to a real mail server: by each person's choice, with the reader's eyes, at once or gathered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from engine.database.dialects import run
from engine.operations.choosing import KINDS, kind_of, next_time, way
from tests.operations import bulletins
from tests.operations.bulletins import address, bulletin, office, says, sent
from tests.operations.conftest import Copy
from tests.operations.house import House
from tests.receiving import MailServer, mail_server

FROM = "Chain <stock@chain.example>"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server."""
    with mail_server() as made:
        yield made


@pytest.fixture
def chain(copy_of: Copy, lab_url: str, tmp_path: Path, server: MailServer) -> Iterator[House]:
    """A chain that sends mail, with bulletins; two people have addresses."""
    more = {"smtp": server.url, "mail_from": FROM, "public_url": "https://stock.example"}
    made = House(copy_of(lab_url), tmp_path / "data", **more)
    bulletins.publish(made)
    for account in ("adm", "mgr1"):
        address(made, account, f"{account}@shop.example")
    yield made
    made.close()


def chooses(house: House, account: str, **choices: object) -> None:
    """By mail, with the rest as said."""
    house.be(account).does("PUT", "me/channels", {"kinds": {"notice": "mail"}, **choices})


def test_who_chose_nothing_is_told_inside_alone_and_who_chose_none_not_at_all(chain: House, server: MailServer) -> None:
    chain.be("mgr1").does("PUT", "me/channels", {"kinds": {"notice": "none"}})
    record = bulletin(chain)
    says(chain, record)
    office(chain).send_due()
    assert server.got == []
    told = {account: chain.be(account).get("notices")["items"] for account in ("adm", "mgr1")}
    assert [each["record"]["id"] for each in told["adm"]] == [record]
    assert record not in json.dumps(told["mgr1"])


def test_each_reads_in_his_language_what_he_may_see_with_a_link(chain: House, server: MailServer) -> None:
    chooses(chain, "adm")
    chooses(chain, "mgr1")
    assert chain.be("adm").edits("person", chain.be("mgr1").actor.person, {"language": "zh"}).status == 200
    record = bulletin(chain, "rain <i>", cost="12.50")
    says(chain, record)
    assert office(chain).send_due() == 2
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in server.got}
    link = f"https://stock.example/records/bulletin/{record}"
    parts = {}
    for to, mail in mails.items():
        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert rich is not None
        parts[to] = plain.get_content(), rich.get_content()
        assert link in parts[to][0]
        assert f'href="{link}"' in parts[to][1]
        assert "rain &lt;i&gt;" in parts[to][1]
    assert "12.5" in parts["adm@shop.example"][0]
    assert "12.5" not in "".join(parts["mgr1@shop.example"])
    assert str(mails["mgr1@shop.example"]["Subject"]) == "公告：rain <i>"
    assert office(chain).send_due() == 0


def test_who_may_not_see_the_record_any_more_or_is_gone_gets_nothing(chain: House, server: MailServer) -> None:
    chooses(chain, "mgr1")
    says(chain, bulletin(chain))
    adm = chain.be("adm")
    assert adm.edits("person", chain.be("mgr1").actor.person, {"active": False}).status == 200
    office(chain).send_due()
    assert server.got == []
    assert [each["said"] for each in sent(chain, "delivered")] == ["nobody there any more"]


def test_an_address_that_is_none_is_refused_where_it_is_written(chain: House) -> None:
    for wrong in ("nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example"):
        reply = chain.be("adm").edits("person", chain.be("clerk1").actor.person, {"mail": wrong})
        assert (reply.status, reply.errors[0][0]) == (422, "/mail"), wrong


def test_what_is_gathered_goes_out_in_one_mail_at_its_hour_once(chain: House, server: MailServer) -> None:
    now = datetime.fromisoformat(chain.be("adm").get("clock")["now"]).astimezone(SHANGHAI)
    hour = (now.hour + 2) % 24
    chooses(chain, "mgr1", gather="daily", hour=hour)
    first, second = bulletin(chain, "one"), bulletin(chain, "two")
    says(chain, first)
    says(chain, second)
    both = office(chain), office(chain)
    assert [each.send_due() for each in both] == [0, 0]
    chain.pass_time(hours=2)
    for _ in range(2):
        for each in both:
            each.gather()
        for each in both:
            each.send_due()
    (mail,) = server.got
    plain = mail.get_body(("plain",))
    assert plain is not None
    said = plain.get_content()
    assert said.index("one") < said.index("two")
    assert "2" in str(mail["Subject"])
    chain.pass_time(hours=24)
    assert [each.send_due() for each in both] == [0, 0]
    assert len(server.got) == 1


def garble(house: House, payload: str) -> None:
    """What waits to be gathered says something else."""
    sql = "UPDATE outbox SET payload = :said WHERE topic = 'gathered'"
    house.services.database.transaction(lambda connection: run(connection, sql, {"said": payload}))


def test_what_cannot_be_gathered_for_one_keeps_nobody_from_his_mail_and_is_given_up_at_last(
    chain: House, server: MailServer
) -> None:
    begun = datetime.fromisoformat(chain.be("adm").get("clock")["now"])
    chain.pass_time(minutes=70 - begun.minute)  # ten past, so that no hour is full within the minutes that follow
    chooses(chain, "mgr1", gather="hourly")
    says(chain, bulletin(chain, "one"))
    garble(chain, "{}")
    chooses(chain, "adm")
    chain.pass_time(hours=1)
    says(chain, bulletin(chain, "two"))
    sender = replace(office(chain), tries=3)
    with capture_logs() as logs:
        assert sender.send_due() == 1  # the administrator's
        assert [str(each["To"].addresses[0].addr_spec) for each in server.got] == ["adm@shop.example"]
        assert [(each["topic"], each["tries"]) for each in sent(chain)] == [("gathered", 0), ("gathered", 1)]
        for _ in range(2):
            sender.send_due()
            chain.pass_time(minutes=1)
            sender.send_due()
    assert [each["event"] for each in logs].count("what was gathered broke") == 3
    (given_up,) = sent(chain, "dead")
    assert (given_up["topic"], given_up["tries"], given_up["said"]) == ("gathered", 3, "broke (KeyError)")
    garble(chain, '{"notices": []}')
    chain.be("adm").does("POST", f"deliveries/{given_up['id']}/resend")
    sender.gather()
    assert sent(chain, "dead") == []


def test_a_mail_server_that_is_away_is_tried_again_and_the_mail_keeps_its_name(
    chain: House, server: MailServer
) -> None:
    chooses(chain, "mgr1")
    server.refuses[:] = [451]
    says(chain, bulletin(chain))
    sender = office(chain)
    sender.send_due()
    (waiting,) = sent(chain)
    assert waiting["said"] == "recipient refused (451)"
    chain.pass_time(minutes=1)
    sender.send_due()
    assert server.got[0]["Message-ID"] == f"<{waiting['id']}@chain.example>"


def test_a_mention_is_a_kind_of_its_own(chain: House, server: MailServer) -> None:
    chain.be("mgr1").does("PUT", "me/channels", {"kinds": {"mention": "mail"}})
    record = bulletin(chain)
    body = {"comment": "look", "mentions": [chain.be("mgr1").actor.person]}
    chain.be("adm").does("POST", f"records/bulletin/{record}/comments", body)
    says(chain, record)
    office(chain).send_due()
    assert len(server.got) == 1
    assert [kind_of(each) for each in ("@mention", "@returned", "@unheard_of", "mention", "late")] == [
        "mention", "returned", "notice", "notice", "notice",
    ]  # fmt: skip
    assert {way(None, each) for each in KINDS} == {"app"}


def test_choices_are_told_and_wrong_ones_refused(chain: House, own_house: House) -> None:
    mgr = chain.be("mgr1")
    told = mgr.get("me/channels")
    assert (told["gather"], told["hour"], told["zone"], told["mail"], told["possible"]) == (
        "at_once", 8, "Asia/Shanghai", "mgr1@shop.example", True,
    )  # fmt: skip
    assert [(each["kind"], each["way"]) for each in told["kinds"]] == [(each, "app") for each in KINDS]
    kept = mgr.does("PUT", "me/channels", {"gather": "hourly", "zone": "Europe/Paris"})
    assert (kept["gather"], kept["zone"], kept["hour"]) == ("hourly", "Europe/Paris", 8)
    assert mgr.does("PUT", "me/channels", {"kinds": {"returned": "mail"}})["zone"] == "Europe/Paris"
    wrong = [
        ({"kinds": {"weather": "mail"}}, "/kinds/weather", "unknown_kind"),
        ({"kinds": {"notice": "pigeon"}}, "/kinds/notice", "not_one_of"),
        ({"kinds": []}, "/kinds", "not_an_object"),
        ({"gather": "weekly"}, "/gather", "not_one_of"),
        ({"hour": 24}, "/hour", "not_an_hour"),
        ({"hour": True}, "/hour", "not_an_hour"),
        ({"zone": "Mars/Base"}, "/zone", "unknown_zone"),
        ({"zone": "../etc/passwd"}, "/zone", "unknown_zone"),
        ({"zone": "right/UTC"}, "/zone", "unknown_zone"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ]
    for body, path, code in wrong:
        reply = mgr.send("PUT", "me/channels", body)
        assert (reply.status, reply.errors) == (422, [(path, code)]), body
    nowhere = chain.be("clerk1").send("PUT", "me/channels", {"kinds": {"notice": "mail"}})
    assert nowhere.code == "no_address"
    none = own_house.be("mgr1").send("PUT", "me/channels", {"kinds": {"notice": "mail"}})
    assert none.code == "no_mail"
    assert chain.be("mgr1", (("bulletin", "see"),)).send("PUT", "me/channels", {}).status == 403


@pytest.mark.parametrize(
    ("gathered", "hour", "at", "expected"),
    [
        ("hourly", 8, "2026-03-01T07:59:59+08:00", "2026-03-01T08:00:00+08:00"),
        ("daily", 8, "2026-03-01T07:59:59+08:00", "2026-03-01T08:00:00+08:00"),
        ("daily", 8, "2026-03-01T08:00:00+08:00", "2026-03-02T08:00:00+08:00"),
        ("daily", 0, "2026-12-31T12:00:00+08:00", "2027-01-01T00:00:00+08:00"),
    ],
)
def test_what_is_gathered_goes_out_at_the_next_such_hour(gathered: str, hour: int, at: str, expected: str) -> None:
    found = next_time(datetime.fromisoformat(at).astimezone(SHANGHAI), gathered, hour)
    assert found == datetime.fromisoformat(expected)


def test_the_hour_is_the_persons_also_on_the_day_that_clocks_change() -> None:
    paris = ZoneInfo("Europe/Paris")
    found = next_time(datetime(2026, 3, 28, 12, tzinfo=UTC).astimezone(paris), "daily", 8)
    assert found.astimezone(UTC) == datetime(2026, 3, 29, 6, tzinfo=UTC)

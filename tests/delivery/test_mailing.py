"""Mail to a real server: two parts, heads that nobody can add to, one name however often, refusals that last or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.delivery.failing import NotDelivered
from engine.delivery.mailing import Mailer, mailer
from engine.errors import Refusal
from engine.records.parcels import Letter
from tests.receiving import MailServer, mail_server

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LETTER = Letter("k1", "lin@shop.example", "林 Lin", "调拨单 TR-1", "words\n", "<p>words</p>", "zh")
FROM = "Chain <stock@chain.example>"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


def fails(letter: Letter, by: Mailer) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        by.send(letter, NOW)
    return caught.value


def test_a_letter_has_two_parts_and_the_same_name_each_time(server: MailServer) -> None:
    by = mailer(server.url, FROM)
    assert by.send(LETTER, NOW) == "accepted by the mail server"
    by.send(LETTER, NOW)
    first, second = server.got
    assert server.recipients == ["lin@shop.example"] * 2
    assert first["Message-ID"] == second["Message-ID"] == "<k1@chain.example>"
    assert (str(first["Subject"]), str(first["From"])) == ("调拨单 TR-1", FROM)
    assert first["To"].addresses[0].display_name == "林 Lin"
    assert (first["Auto-Submitted"], first["Content-Language"]) == ("auto-generated", "zh-CN")
    plain, rich = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert (plain.get_content().strip(), rich.get_content().strip()) == ("words", "<p>words</p>")


@pytest.mark.parametrize("words", ["a\r\nBcc: evil@x.example", "a\nb", "a\r b", "a\x00b", "a\u2028b"])
def test_nothing_that_is_written_adds_a_head(server: MailServer, words: str) -> None:
    by = mailer(server.url, FROM)
    by.send(replace(LETTER, subject=words, name=words), NOW)
    assert server.recipients == ["lin@shop.example"]
    assert server.got[0]["Bcc"] is None
    assert "\n" not in str(server.got[0]["Subject"])
    failure = fails(replace(LETTER, address=f"{words}@x.example"), by)
    assert (failure.said, failure.final) == ("no mail address", True)
    assert len(server.got) == 1


def test_a_recipient_that_is_refused_for_good_is_given_up(server: MailServer) -> None:
    server.refuses[:] = [450, 550]
    by = mailer(server.url, FROM)
    now, ever = fails(LETTER, by), fails(LETTER, by)
    assert [(each.said, each.final) for each in (now, ever)] == [
        ("recipient refused (450)", False),
        ("recipient refused (550)", True),
    ]


def test_a_server_that_cannot_begin_tls_or_is_not_there_is_sent_nothing(server: MailServer) -> None:
    assert not fails(LETTER, mailer(server.url.replace("?tls=none", ""), FROM)).final
    assert not fails(LETTER, mailer("smtp://127.0.0.1:1?tls=none", FROM)).final
    assert server.got == []


@pytest.mark.parametrize(
    ("url", "sender", "option"),
    [
        ("http://mail.example", FROM, "--smtp"),
        ("smtp://", FROM, "--smtp"),
        ("smtp://mail.example:99999", FROM, "--smtp"),
        ("smtp://mail.example?tls=perhaps", FROM, "--smtp"),
        ("smtp://mail.example?ssl=1", FROM, "--smtp"),
        ("smtp://mail.example", "", "--mail-from"),
        ("smtp://mail.example", "nobody", "--mail-from"),
    ],
)
def test_settings_that_cannot_be_read_are_refused(url: str, sender: str, option: str) -> None:
    with pytest.raises(Refusal) as caught:
        mailer(url, sender)
    assert option in caught.value.says["en"]


def test_settings_say_how_tls_begins_and_who_signs_in() -> None:
    by = mailer("smtps://stock%40chain.example:p%3Aw@mail.example", "")
    assert (by.host, by.port, by.begins, by.user, by.password) == (
        "mail.example", 465, "at_once", "stock@chain.example", "p:w",
    )  # fmt: skip
    assert by.sender.addr_spec == "stock@chain.example"
    assert (mailer("smtp://mail.example", FROM).port, mailer("smtp://mail.example", FROM).begins) == (587, "starttls")

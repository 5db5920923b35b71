"""Sends mail by SMTP: the only door to smtplib. Used by `sending`, made by bootstrap.

`smtp://user:password@host:587` begins TLS before anything is said (and refuses a server that cannot), `smtps://` is
TLS from the start, `?tls=none` is for a server on the same machine.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from engine.access import postal
from engine.delivery.failing import NotDelivered
from engine.errors import Kind, Refusal, text
from engine.records.parcels import Letter

LASTING = 500
"""From this answer on trying again is no use."""


@dataclass(frozen=True)
class Mailer:
    """Sends letters. `begins` is how TLS begins: `at_once`, `starttls` or `none`."""

    host: str
    port: int
    begins: str
    user: str
    password: str
    sender: Address
    seconds: int = 20

    def send(self, letter: Letter, now: datetime) -> str:
        """Send it; what was answered, in short. Raises `NotDelivered`."""
        if not postal.is_address(letter.address):
            raise NotDelivered("no mail address", final=True)
        message = self.message(letter, now)
        try:
            with self._connected() as server:
                server.send_message(message, self.sender.addr_spec, [letter.address])
        except smtplib.SMTPRecipientsRefused as refused:
            code = next((code for code, _ in refused.recipients.values()), 0)
            raise NotDelivered(f"recipient refused ({code})", final=code >= LASTING) from None
        except smtplib.SMTPResponseException as refused:
            raise NotDelivered(f"refused by the mail server ({refused.smtp_code})") from None
        except TimeoutError:
            raise NotDelivered(f"the mail server did not answer within {self.seconds} s") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"the mail server could not be used ({type(error).__name__})") from None
        return "accepted by the mail server"

    def message(self, letter: Letter, now: datetime) -> EmailMessage:
        """The message with its two parts. A line's end in a head would begin another head, so none is let in."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = Address(_plain(letter.name), addr_spec=letter.address)
        message["Subject"] = _plain(letter.subject)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{letter.key}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message["Content-Language"] = "zh-CN" if letter.language == "zh" else "en"
        return message

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.begins == "at_once":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        try:
            if self.begins == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def mailer(url: str, sender: str) -> Mailer:
    """The mailer of a setting; refused as unavailable when it cannot be read."""
    try:
        found = urlsplit(url)
        options = parse_qs(found.query, strict_parsing=bool(found.query))
        begins = "at_once" if found.scheme == "smtps" else options.get("tls", ["starttls"])[0]
        known = found.scheme in ("smtp", "smtps") and set(options) <= {"tls"}
        host, port = found.hostname, found.port or (465 if found.scheme == "smtps" else 587)
    except ValueError:
        raise _bad("--smtp") from None
    if not known or not host or begins not in ("at_once", "starttls", "none"):
        raise _bad("--smtp")
    user = unquote(found.username or "")
    name, address = parseaddr(sender or user)
    if not postal.is_address(address):
        raise _bad("--mail-from")
    return Mailer(host, port, begins, user, unquote(found.password or ""), Address(name, addr_spec=address))


def _bad(option: str) -> Refusal:
    says = text(f"{option} cannot be read: smtp://user:password@host:587 and an address.", f"{option} 无法识别。")
    return Refusal(Kind.UNAVAILABLE, "mail_settings", says)


def _plain(words: str) -> str:
    """Words for a head: one line, whatever was written."""
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())

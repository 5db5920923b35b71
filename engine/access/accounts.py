"""Accounts: a person's name for signing in, his password, and the tries that failed. Used by operations.

Signing in is `may_try`, `credential` (reading), `matches` (no database: it takes long), then `open_session` or
`note_failure` in a transaction. A name that no account has goes the same way, takes the same time and gets the same
answer, so nobody learns which accounts exist.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from engine.access import passwords
from engine.access.directory import account_name
from engine.access.sessions import end_of_person
from engine.access.tables import account, sign_in_try
from engine.clock import to_stored
from engine.database.dialects import run
from engine.errors import Fault, Kind, Refusal, conflict, invalid, text

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=5)
FORGOTTEN = timedelta(hours=12)
_MICROS = 1_000_000

_OPEN = (
    "INSERT INTO account (person, name) VALUES (:person, :name) ON CONFLICT (person) DO UPDATE SET name = excluded.name"
)
_FAILED = (
    "INSERT INTO sign_in_try (name_hash, failed, last, closed_until) VALUES (:name_hash, 1, :at, :at) "
    "ON CONFLICT (name_hash) DO UPDATE SET failed = sign_in_try.failed + 1, last = excluded.last RETURNING failed"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What is known of an account when somebody signs in."""

    person: str
    password: str | None
    must_change: bool


def read_name(typed: str, path: str = "/account") -> str:
    """An account's name in its one spelling; refused as invalid unless it is 1 to 64 letters, digits or `. _ - @`."""
    name = account_name(typed)
    plain = name.replace(".", "").replace("_", "").replace("-", "").replace("@", "")
    if not 1 <= len(name) <= 64 or (plain and not plain.isalnum()) or not plain:
        says = text(
            "An account is letters, digits and . _ - @, at most 64.", "账号只能是字母、数字和 . _ - @，最多 64 个字符。"
        )
        raise invalid([Fault(path, "account", says)])
    return name


def open_account(connection: Connection, person: str, name: str) -> None:
    """Give a person an account, or his account another name; refused as a conflict when somebody else has the name."""
    name = read_name(name)
    other = connection.execute(
        select(account.c.person).where(account.c.name == name, account.c.person != person)
    ).scalar_one_or_none()
    if other is not None:
        raise conflict("account_taken", text("This account belongs to somebody else.", "该账号已被占用。"))
    run(connection, _OPEN, {"person": person, "name": name})


def set_active(connection: Connection, person: str, at: datetime, *, active: bool) -> None:
    """Whether a person may sign in; when not, his sessions and keys end at once and do not come back."""
    connection.execute(update(account).where(account.c.person == person).values(active=int(active)))
    if not active:
        end_of_person(connection, person, at)


def set_password(
    connection: Connection,
    person: str,
    stored: str,
    at: datetime,
    *,
    must_change: bool = False,
    keep: str | None = None,
) -> bool:
    """Store a hash that `hash_password` gave; the sessions of the person end, but the one with the token `keep`.

    False when the person has no account.
    """
    changed = connection.execute(
        update(account).where(account.c.person == person).values(password=stored, must_change=int(must_change))
    )
    end_of_person(connection, person, at, keys=False, keep=keep)
    return changed.rowcount == 1


def credential(connection: Connection, name: str) -> Credential | None:
    """What to check a password against; None for no such account, no password, or a person who is not active."""
    row = connection.execute(
        select(account.c.person, account.c.password, account.c.must_change, account.c.active).where(
            account.c.name == account_name(name)
        )
    ).one_or_none()
    if row is None or not row.active or row.password is None:
        return None
    return Credential(row.person, row.password, bool(row.must_change))


def matches(password: str, found: Credential | None) -> bool:
    """Whether this is the account's password; as slow when there is no such account."""
    return passwords.matches(password, found.password if found else None)


def may_try(connection: Connection, name: str, at: datetime) -> None:
    """Refused (429) while too many tries under this name have failed; the same whether it is an account or not."""
    until = connection.execute(
        select(sign_in_try.c.closed_until).where(sign_in_try.c.name_hash == _hash(name))
    ).scalar_one_or_none()
    wait = 0 if until is None else -(-(until - to_stored(at)) // _MICROS)
    if wait > 0:
        says = text(f"Too many tries. Wait {wait} seconds.", f"尝试次数过多，请等待 {wait} 秒。")
        raise Refusal(
            Kind.LIMIT,
            "too_many_tries",
            says,
            status=429,
            faults=[Fault("", "too_many_tries", says, params={"wait": wait})],
        )


def note_failure(connection: Connection, name: str, at: datetime) -> None:
    """Count a failed try; from the sixth on, each closes the name twice as long as the one before."""
    moment = to_stored(at)
    connection.execute(delete(sign_in_try).where(sign_in_try.c.last < to_stored(at - FORGOTTEN)))
    failed = int(run(connection, _FAILED, {"name_hash": _hash(name), "at": moment}).scalar_one())
    if failed > FREE_TRIES:
        wait = min(timedelta(seconds=2 ** min(failed - FREE_TRIES, 20)), LONGEST_WAIT)
        connection.execute(
            update(sign_in_try).where(sign_in_try.c.name_hash == _hash(name)).values(closed_until=to_stored(at + wait))
        )


def note_success(connection: Connection, name: str) -> None:
    """Forget the failed tries under this name."""
    connection.execute(delete(sign_in_try).where(sign_in_try.c.name_hash == _hash(name)))


def wrong_sign_in() -> Refusal:
    """The one answer to a sign-in that failed, whatever was wrong."""
    return Refusal(
        Kind.RIGHT, "sign_in", text("The account or the password is not right.", "账号或密码不正确。"), status=401
    )


def _hash(name: str) -> str:
    return hashlib.sha256(account_name(name).encode("utf-8", "replace")).hexdigest()

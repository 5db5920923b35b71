"""Signing in and out, keys, passwords. Used by `commands`, `standing_in` and, through bootstrap, by the web."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.access import accounts, passwords, security, sessions
from engine.clock import SystemClock
from engine.errors import forbidden, invalid_at, not_found, text
from engine.operations import bodies, rights
from engine.operations.calls import Actor, Answer, SignedIn

if TYPE_CHECKING:
    from engine.operations.operation import Operation
    from engine.operations.services import Services

SHORTEST_PASSWORD = passwords.SHORTEST


MACHINE = SystemClock()
"""Sessions last by the machine's clock: a test that sets the chain's clock stays signed in."""


def sign_in(services: Services, account: str, password: str) -> SignedIn:
    """Open a session; every wrong try gets the same answer after the same work. Raises `Refusal` (401, 429)."""
    plain = passwords.read_password(password, "/password")
    now = MACHINE.now()
    with services.database.reading() as connection:
        accounts.may_try(connection, account, now)
        found = accounts.credential(connection, account)
    fits = accounts.matches(plain, found)
    if found is None or not fits:
        services.database.transaction(lambda connection: _failed(connection, account, now))
        raise accounts.wrong_sign_in()
    person = found.person

    def work(connection: Any) -> str:
        accounts.note_success(connection, account)
        security.note(connection, security.Entry(now, "sign_in", person, account))
        return sessions.open_session(connection, person, now, timedelta(hours=services.settings.session_hours))

    token = services.database.transaction(work)
    return SignedIn(token, sessions.csrf_of(token), found.must_change)


def _failed(connection: Any, account: str, now: datetime) -> None:
    accounts.note_failure(connection, account, now)
    security.note(connection, security.Entry(now, "sign_in_failed", None, account[:64], reason="sign_in"))


def sign_out(services: Services, token: str) -> None:
    """End the session of a token; nothing happens when there is none."""
    services.database.transaction(lambda connection: sessions.end_session(connection, token, MACHINE.now()))


def identify(services: Services, token: str) -> Actor | None:
    """Whom a session's or a key's token names now; None when it names nobody."""
    with services.database.glance() as connection:
        at = MACHINE.now() if token.startswith(sessions.SESSION) else services.now(connection)
        found = sessions.identify(connection, token, at)
    if found is None:
        return None
    return Actor(found.person, found.account, found.account, found.via, found.grants)


def make_key(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{name, grants?, expires?}` -> `{id, name, key}`, the key shown this once."""
    bodies.only(body, {"name", "grants", "expires"})
    actor = operation.call.actor
    assert actor is not None
    if actor.via == "key":
        raise forbidden("key_makes_key", text("A key cannot make keys.", "密钥不能创建密钥。"))
    # A key does no more than its person: a policy that says nothing of keys leaves them to everybody.
    said = operation.matrix.fault is not None or operation.matrix.who("keys", "create")
    if said and rights.reach(operation, "keys", "create") == rights.CLOSED:
        raise forbidden()
    name = bodies.word(body, "name")
    made = sessions.make_key(
        operation.connection, operation.new_id(), actor.person, name[:100], _grants(body), operation.now, _expires(body)
    )
    security.note(
        operation.connection,
        security.Entry(operation.now, "key_made", actor.person, actor.account, detail={"id": made.id}),
    )
    return Answer(201, {"id": made.id, "name": made.name, "key": made.key}, once=("key",))


def _grants(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """`[["ticket", "create"], ...]`, `{"ticket": ["create"]}`, or words `ticket:create`; None is all that one may."""
    sent = body.get("grants")
    if sent is None:
        return None
    if isinstance(sent, Mapping):
        sent = [
            [form, action]
            for form, actions in sent.items()
            for action in (actions if isinstance(actions, list) else [actions])
        ]
    found = []
    for each in sent if isinstance(sent, list) else [None]:
        pair = each.split(":", 1) if isinstance(each, str) and ":" in each else each
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(word, str) for word in pair):
            raise invalid_at(
                "/grants", "bad_grants", text("Grants are pairs of form and action.", "授权应为表单与操作的组合。")
            )
        found.append((pair[0], pair[1]))
    return tuple(found)


def _expires(body: Mapping[str, Any]) -> datetime | None:
    sent = body.get("expires")
    if sent is None:
        return None
    try:
        found = datetime.fromisoformat(sent) if isinstance(sent, str) else None
        found = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise invalid_at("/expires", "bad_moment", text("A moment with its offset is expected.", "应为带时区的时间。"))
    return found


def set_password(operation: Operation, person: str, body: Mapping[str, Any]) -> Answer:
    """Set one's own password (`{old, password}`), or, as who may edit people, somebody's (`{password}`)."""
    bodies.only(body, {"password", "old"})
    folder = operation.open(operation.person_form, person, lock=True)
    own = person == operation.actor_id
    if own:
        require_himself(operation)
    else:
        rights.require_seen(operation, folder)
    plain = passwords.read_password(bodies.word(body, "password"), "/password", chosen=True)
    if not own and not rights.may(operation, folder, "edit"):
        raise forbidden()
    if own and not rights.may(operation, folder, "edit"):
        _require_old(operation, folder.values, body)
    stored = passwords.hash_password(plain)
    if not accounts.set_password(
        operation.connection, person, stored, operation.now, must_change=not own and _at_a_door(operation)
    ):
        raise not_found()
    security.note(
        operation.connection,
        security.Entry(operation.now, "password_set", operation.actor_id, detail={"person": person}),
    )
    revision = folder.stored.revision if folder.stored else 0
    small = {
        "form": folder.form.name,
        "id": person,
        "number": folder.number,
        "state": folder.state,
        "revision": revision,
        "version": operation.library.version,
        "seq": folder.stored.seq if folder.stored else 0,
    }
    return Answer(200, small)


def _at_a_door(operation: Operation) -> bool:
    """Whether somebody came in by a door, not the server itself loading a chain."""
    return operation.call.actor is not None and operation.call.actor.via != "system"


def csrf_of(token: str) -> str:
    """The CSRF token that belongs to a session's token."""
    return sessions.csrf_of(token)


def require_himself(operation: Operation) -> None:
    """A key that was granted single actions does not act as its person in what is his alone."""
    actor = operation.call.actor
    if actor is not None and actor.grants is not None:
        raise forbidden("key_is_limited", text("This key may not do that.", "此密钥无权执行该操作。"))


def _require_old(operation: Operation, values: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    told = operation.library.forms[operation.person_form].told["account"]
    known = accounts.credential(operation.connection, str(values.get(told["account"])))
    if not accounts.matches(bodies.word(body, "old"), known):
        raise invalid_at("/old", "wrong_password", text("This is not your password.", "原密码不正确。"))


def keys(operation: Operation) -> Answer:
    """My keys, without what opens."""
    require_himself(operation)
    found = sessions.keys_of(operation.connection, operation.actor_id, operation.now)
    items = [
        {
            "id": each.id,
            "name": each.name,
            "prefix": each.prefix,
            "grants": each.grants,
            "created": each.created.isoformat(),
            "expires": each.expires.isoformat() if each.expires else None,
        }
        for each in found
    ]
    return Answer(200, {"items": items, "next": None})


def end_key(operation: Operation, key: str) -> Answer:
    """A key of mine opens nothing any more."""
    require_himself(operation)
    if not sessions.end_key(operation.connection, key, operation.actor_id, operation.now):
        raise not_found()
    security.note(
        operation.connection,
        security.Entry(operation.now, "key_ended", operation.actor_id, detail={"id": key}),
    )
    return Answer(200, {"id": key})

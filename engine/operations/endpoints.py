"""Endpoints: records of forms that say `webhook:`, which listen to a channel.

Used by `informing`, `letters`, `settling` and `commands`.

An endpoint has an address, a channel by name, and a reader: the person with whose eyes it is told. What signs is no
field of it, so that no list, history, file or page can show it; it is shown to whoever makes it, once.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.access import addresses, postal, security
from engine.clock import to_stored
from engine.errors import Fault, Text, forbidden, invalid, invalid_at, not_found, text
from engine.operations import bodies, presenting, rights
from engine.operations.calls import Answer
from engine.records import archive, channels
from engine.records.parcels import Opens

if TYPE_CHECKING:
    from engine.definitions.models import Form
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.archive import Stored

STANDARD = "standard"
FORMATS = (STANDARD, "wecom", "dingtalk", "feishu")
"""Standard Webhooks; group robots of 企业微信, 钉钉 and 飞书."""
PREFIX = "whsec_"
BESIDE = timedelta(hours=24)
"""How long the secret before signs beside a new one."""
LONGEST = 500

NO_MAIL = text("This is no mail address.", "不是有效的邮箱地址。")
NO_SECRET = text("whsec_ and 24 to 64 bytes in base64 are expected.", "应为 whsec_ 加 24 至 64 字节的 base64。")
NO_WORD = text("Visible characters are expected.", "应为可见字符。")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a channel is sent to, with whose eyes, and how."""

    id: str
    channel: str
    url: str
    reader: str | None
    format: str
    active: bool


def _forms(operation: Operation) -> list[Form]:
    return [form for form in operation.library.forms.values() if form.told.get("webhook")]


def listening(operation: Operation, channel: str) -> list[str]:
    """Ids of the endpoints that listen to a channel now, in a steady order."""
    found = []
    for form in _forms(operation):
        each = (_endpoint(operation, form, stored) for stored in archive.of_form(operation.connection, form.name))
        found += [one.id for one in each if one.active and one.channel == channel]
    return sorted(found)


def find(operation: Operation, endpoint: str) -> Endpoint | None:
    """An endpoint as it is now; None when there is none."""
    stored = operation.shelf.head(endpoint)
    form = operation.library.forms.get(stored.form) if stored is not None else None
    if stored is None or form is None or not form.told.get("webhook"):
        return None
    return _endpoint(operation, form, stored)


def _endpoint(operation: Operation, form: Form, stored: Stored) -> Endpoint:
    told, values = form.told["webhook"], stored.values
    workflow = operation.library.workflows.get(form.name)
    state = workflow.states.get(stored.state) if workflow else None
    active = values.get(told["active"]) is not False if "active" in told else True
    return Endpoint(
        stored.id,
        str(values.get(told["name"]) or ""),
        str(values.get(told["url"]) or ""),
        values.get(told["reader"]),
        str(values.get(told.get("format", "")) or STANDARD),
        active and not (state is not None and state.end),
    )


def require(operation: Operation, folder: Folder) -> None:
    """Refuse a record whose address nothing may be sent to: of an endpoint, or the mail address of a person."""
    if folder.discarded:
        return
    faults: list[Fault] = []
    if told := folder.form.told.get("webhook"):
        url = folder.values.get(told["url"])
        try:
            addresses.read(str(url or ""), private=operation.services.settings.allow_private_webhooks)
        except addresses.Unfit as unfit:
            faults += [Fault(f"/{told['url']}", unfit.code, unfit.says)] if url else []
        faults += _of_format(folder, told)
    mail = (folder.form.told.get("account") or {}).get("mail")
    if mail and folder.values.get(mail) and not postal.is_address(str(folder.values[mail])):
        faults.append(Fault(f"/{mail}", "bad_mail", NO_MAIL))
    if faults:
        raise invalid(faults)


def _of_format(folder: Folder, told: Mapping[str, str]) -> list[Fault]:
    name = told.get("format")
    chosen = folder.values.get(name) if name else None
    if name is None or not chosen or chosen in FORMATS:
        return []
    says = text(f"One of {', '.join(FORMATS)} is expected.", f"应为 {'、'.join(FORMATS)} 之一。")
    return [Fault(f"/{name}", "unknown_format", says)]


# -- what signs ----------------------------------------------------------------------------------------------------


def opened(operation: Operation, endpoint: str) -> tuple[Opens, ...]:
    """What signs for an endpoint now, the newest first."""
    kept = channels.secrets_of(operation.connection, endpoint, to_stored(operation.now))
    return tuple(Opens(**json.loads(operation.services.seal.open(each.sealed))) for each in kept)


def make_secret(operation: Operation, endpoint: str, body: Mapping[str, Any]) -> Answer:
    """`{secret?, token?}` -> `{id, secret}`, shown this once; the secret before signs beside it for a day."""
    bodies.only(body, {"secret", "token"})
    folder = _mine(operation, endpoint)
    found = find(operation, endpoint)
    robot = found is not None and found.format != STANDARD
    secret = body.get("secret")
    if secret is None:
        secret = "" if robot else PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    _readable(secret, "/secret", NO_WORD)
    if not robot:
        _require_standard(secret)
    token = body.get("token", "")
    _readable(token, "/token", NO_WORD)
    sealed = operation.services.seal.close(json.dumps({"secret": secret, "token": token}))
    until = operation.now + BESIDE
    made = channels.Secret(operation.new_id(), sealed, to_stored(operation.now), None)
    channels.add_secret(operation.connection, endpoint, made, to_stored(until))
    detail = {"endpoint": folder.id, "id": made.id}
    entry = security.Entry(operation.now, "endpoint_secret_made", operation.actor_id, detail=detail)
    security.note(operation.connection, entry)
    return Answer(201, {"id": made.id, "secret": secret}, once=("secret",))


def secrets_of(operation: Operation, endpoint: str) -> Answer:
    """Which secrets sign for an endpoint, and until when; nothing of what they are."""
    _mine(operation, endpoint)
    items = [
        {"id": each.id, "created": presenting.moment(each.created), "until": presenting.moment(each.until)}
        for each in channels.secrets_of(operation.connection, endpoint, to_stored(operation.now))
    ]
    return Answer(200, {"items": items, "next": None})


def _mine(operation: Operation, endpoint: str) -> Folder:
    """An endpoint that the actor sees and may edit."""
    folder = operation.open(None, endpoint, lock=False)
    rights.require_seen(operation, folder)
    if not folder.form.told.get("webhook"):
        raise not_found()
    if not rights.may(operation, folder, "edit"):
        raise forbidden()
    return folder


def _readable(sent: Any, path: str, says: Text) -> None:
    if not isinstance(sent, str) or len(sent) > LONGEST or any(not "!" <= each <= "~" for each in sent):
        raise invalid_at(path, "bad_secret", says)


def _require_standard(secret: str) -> None:
    try:
        size = len(base64.b64decode(secret.removeprefix(PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not secret.startswith(PREFIX) or not 24 <= size <= 64:
        raise invalid_at("/secret", "bad_secret", NO_SECRET)

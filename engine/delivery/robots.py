"""What an endpoint is sent, by its format: Standard Webhooks, or the group robots of 企业微信, 钉钉 and 飞书.

Used by `posting`. A robot is sent words; its token belongs to its address and its secret signs as its maker wants it.
A robot answers 200 also when it refuses: what it says in its answer counts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from engine.delivery import standard
from engine.records.parcels import Opens, Parcel

MOST_BYTES = 256 * 1024
WECOM_BYTES, ROBOT_BYTES = 2048, 16_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted where."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def request_of(parcel: Parcel, now: datetime) -> Request:
    """What is posted for this parcel at this moment."""
    return _FORMATS[parcel.format](parcel, now)


def refusal_of(form: str, answer: bytes) -> str | None:
    """Why a robot refuses in an answer that looks well; None when it does not."""
    if form == "standard":
        return None
    try:
        said = json.loads(answer)
    except ValueError:
        return "no answer of a robot"
    code = said.get("errcode", said.get("code", said.get("StatusCode"))) if isinstance(said, dict) else None
    return None if code == 0 else f"refused by the robot ({code})"[:80]


def _standard(parcel: Parcel, now: datetime) -> Request:
    at = datetime.fromtimestamp(parcel.at // 1_000_000, UTC).isoformat().replace("+00:00", "Z")
    body = _json({"type": parcel.type, "timestamp": at, "data": parcel.data})
    signing = [each.secret for each in parcel.secrets]
    return Request(parcel.url, body, standard.headers(signing, parcel.key, _seconds(now), body))


def _wecom(parcel: Parcel, _now: datetime) -> Request:
    body = _json({"msgtype": "text", "text": {"content": _cut(parcel.words, WECOM_BYTES)}})
    return Request(_with(parcel.url, key=parcel.secrets[0].token), body)


def _dingtalk(parcel: Parcel, now: datetime) -> Request:
    opens = parcel.secrets[0]
    moment = str(_seconds(now) * 1000)
    signed = _signed(opens, opens.secret.encode(), f"{moment}\n{opens.secret}".encode())
    body = _json({"msgtype": "text", "text": {"content": _cut(parcel.words, ROBOT_BYTES)}})
    told = {"timestamp": moment, "sign": signed} if signed else {}
    return Request(_with(parcel.url, access_token=opens.token, **told), body)


def _feishu(parcel: Parcel, now: datetime) -> Request:
    """The moment and the secret are the key here, and nothing is what is signed."""
    opens = parcel.secrets[0]
    moment = str(_seconds(now))
    signed = _signed(opens, f"{moment}\n{opens.secret}".encode(), b"")
    told = {"timestamp": moment, "sign": signed} if signed else {}
    body = _json({**told, "msg_type": "text", "content": {"text": _cut(parcel.words, ROBOT_BYTES)}})
    return Request(f"{parcel.url.rstrip('/')}/{opens.token}" if opens.token else parcel.url, body)


_FORMATS: Mapping[str, Callable[[Parcel, datetime], Request]] = {
    "standard": _standard,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
}


def _signed(opens: Opens, key: bytes, message: bytes) -> str:
    """The signature in base64; none for a robot without a secret."""
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode() if opens.secret else ""


def _with(url: str, **told: str) -> str:
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _seconds(now: datetime) -> int:
    return int(now.timestamp())


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(words: str, most: int) -> str:
    """As much as a robot takes, no half character."""
    return words.encode()[:most].decode(errors="ignore")

"""Standard Webhooks: what signs a message, and how. Used by `robots` and `posting`.

`webhook-signature` has one `v1,...` for each secret that is in force, so that a receiver may change to the new one
whenever it likes while both sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"


def sign(secret: str, key: str, seconds: int, body: bytes) -> str:
    """The signature of one secret over id, moment and body."""
    signed = b".".join((key.encode(), str(seconds).encode(), body))
    opened = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(opened, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Iterable[str], key: str, seconds: int, body: bytes) -> Mapping[str, str]:
    """The heads that say which message this is, from when, and that it is ours."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(sign(each, key, seconds, body) for each in secrets),
    }

"""Passwords: what one may be, its argon2 hash, and checking it in the same time whoever asks. Used by `accounts`.

The only door to pwdlib. Hashing takes tens of milliseconds, so it is done outside transactions.
"""

from __future__ import annotations

import unicodedata

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from engine.errors import Fault, invalid, text

SHORTEST = 8
LONGEST = 128
_MOST_BYTES = 1024

NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$wieu7+5n/Fa+DlGVLOhzcw$NXrkMNBXB1jWLAHCfyLlKgZciNbpOBiw2ZQcBxvcHYo"
"""Hash of a password that nobody has, checked for accounts that do not exist, so that they take as long."""

_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


def read_password(typed: str, path: str = "/password", *, chosen: bool = False) -> str:
    """The password in its one spelling (NFC); refused as invalid when it is too long or holds control characters.

    `chosen`: somebody picks it now, so it must not be too short either.
    """
    if len(typed) > LONGEST or len(typed.encode("utf-8", "replace")) > _MOST_BYTES:
        says = text(f"A password has at most {LONGEST} characters.", f"密码最多 {LONGEST} 个字符。")
        raise invalid([Fault(path, "too_long", says)])
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in typed):
        raise invalid(
            [Fault(path, "characters", text("A password has no control characters.", "密码不能含控制字符。"))]
        )
    if chosen and len(typed) < SHORTEST:
        says = text(f"A password has at least {SHORTEST} characters.", f"密码至少 {SHORTEST} 个字符。")
        raise invalid([Fault(path, "too_short", says)])
    return unicodedata.normalize("NFC", typed)


def hash_password(password: str) -> str:
    """What is stored of a password that `read_password` gave."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password; takes as long when nothing is stored, and is then always no."""
    right = _hasher.verify(password, stored or NOBODYS)
    return right and stored is not None

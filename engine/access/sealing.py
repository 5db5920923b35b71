"""Secrets that must be read again are sealed with a key that is not in the database. The only door to cryptography.

Made by bootstrap, used by operations. Who has a copy of the database alone cannot sign in the chain's name.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from engine.errors import Kind, Refusal, text

FILE = "secret.key"


class Seal:
    """Seals and opens texts."""

    def __init__(self, key: bytes) -> None:
        self._box = Fernet(key)

    def close(self, plain: str) -> str:
        """The text, sealed."""
        return self._box.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed; refused as unavailable when it was sealed with another key."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            says = text("This secret was sealed with another key.", "该密钥由另一把主密钥加密，无法读取。")
            raise Refusal(Kind.UNAVAILABLE, "sealed", says) from None


def seal_of(given: str | None, folder: Path) -> Seal:
    """The seal of a key that was given, else of the one that is kept in a file of this folder, made when it is not."""
    if given is not None:
        try:
            return Seal(given.encode())
        except ValueError:
            says = text("CHAINSTOCK_SECRET_KEY is no key: 32 bytes in URL-safe base64.", "CHAINSTOCK_SECRET_KEY 无效。")
            raise Refusal(Kind.UNAVAILABLE, "secret_key", says) from None
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, made = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as written:
            written.write(Fernet.generate_key())
        with suppress(FileExistsError):
            os.link(made, path)  # whoever is first wins, and nobody reads half a key
        Path(made).unlink()
    return Seal(path.read_bytes())

"""Every setting, documented where it stands. Read once by the command line; handed down by bootstrap."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Options of `chainstock serve`; each is also an environment variable `CHAINSTOCK_...`."""

    model_config = SettingsConfigDict(env_prefix="CHAINSTOCK_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    """0 picks a free port."""

    database: str = "sqlite:///data/chainstock.db"
    """`sqlite:///FILE`, `postgresql://...`, or `postgres` for a server that we start ourselves below `data`."""

    data: Path = Path("data")
    """Folder for attachments and for databases of our own."""

    library: Path | None = None
    """Definitions to publish into an empty database; the retail pack when not given."""

    demo: str | None = None
    """Demo chain to load into an empty database: `small` or `small_sales`."""

    demo_password: SecretStr | None = None
    """Password of every demo account; one is made up and printed when not given."""

    workers: int = 1
    test_clock: str | None = None
    """Start of a settable clock (RFC 3339), `now` for the present moment; for tests only."""

    production: bool = False
    """Refuses test hooks (the settable clock, demo accounts)."""

    secure_cookies: bool = False
    """Send the session cookie over HTTPS only; on behind a TLS proxy."""

    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]", "testserver")
    session_hours: int = 12
    body_limit: int = 1_048_576
    upload_limit: int = 26_214_400
    file_quota: int = 2_000_000_000
    """Bytes of files that one person may keep here."""

    smtp: SecretStr | None = None
    """`smtp://user:password@host:587` (STARTTLS), `smtps://...:465`, or `smtp://host:25?tls=none` within a machine."""

    mail_from: str = ""
    """The address that mail is from, such as `Chain <stock@example.com>`; the user of `smtp` when not given."""

    public_url: str = ""
    """Where people open this server, such as `https://stock.example.com`: for links in what is sent."""

    allow_private_webhooks: bool = False
    """Let webhooks go to addresses inside, over http and to any port; else only to what is open to everybody."""

    delivery_tries: int = 14
    """How often a message is tried, over some three days, before it is given up."""

    secret_key: SecretStr | None = None
    """Seals secrets of endpoints: 32 bytes in URL-safe base64; kept in a file below `data` when not given."""

    pool: int = 16
    """Database connections per process."""


def pack_folder() -> Path:
    """The folder of the retail pack: what was installed with the engine, else that of the checkout we run from."""
    here = Path(__file__).resolve().parent
    installed = here / "_library"
    return installed if installed.is_dir() else here.parent

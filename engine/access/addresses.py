"""Where others may make this server connect to. Used by operations, when an address is written, and by `delivery`.

Whoever may write the address of an endpoint must not reach what only this machine reaches. A name is looked up when it
is sent to, and every address that it has must be open to everybody; the one that was looked at is the one connected to.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.errors import Text, text

PORTS = frozenset({80, 443, 8080, 8443})
LONGEST = 1000
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_CLOSED = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "192.88.99.0/24", "::/96")
)
"""Addresses that stand for others (NAT64, Teredo, 6to4): what they lead to is not seen."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NO_ADDRESS = text("This is no address to send to.", "不是可发送的地址。")
NOT_HTTPS = text("Only https addresses are sent to.", "只能发送到 https 地址。")
NOT_PORT = text("This port is not sent to.", "不允许发送到该端口。")
PRIVATE = text("This address is inside: it is not open to everybody.", "该地址属于内部网络，不允许访问。")


class Unfit(Exception):
    """Nothing is sent there."""

    def __init__(self, code: str, says: Text) -> None:
        super().__init__(code)
        self.code = code
        self.says = says


@dataclass(frozen=True, slots=True)
class Goal:
    """An address taken apart: `path` with its query, as it is sent."""

    secure: bool
    host: str
    port: int
    path: str


def read(url: str, *, private: bool) -> Goal:
    """Take an address apart; raises `Unfit`. With `private`, http, every port and addresses inside may be named."""
    goal = _parts(url)
    if not private:
        if not goal.secure:
            raise Unfit("not_https", NOT_HTTPS)
        if goal.port not in PORTS:
            raise Unfit("not_this_port", NOT_PORT)
        spelled = _spelled(goal.host)
        name = goal.host.rstrip(".").lower()
        if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
            raise Unfit("private_address", PRIVATE)
        if spelled is not None and not is_open(spelled):
            raise Unfit("private_address", PRIVATE)
    return goal


def _parts(url: str) -> Goal:
    if not _VISIBLE.fullmatch(url) or len(url) > LONGEST or "\\" in url:
        raise Unfit("bad_address", NO_ADDRESS)
    try:
        found = urlsplit(url)
        host, port = found.hostname or "", found.port
    except ValueError:
        raise Unfit("bad_address", NO_ADDRESS) from None
    named = _HOST.fullmatch(host) or _is_ip(host)
    if found.scheme not in ("http", "https") or not named or "@" in found.netloc or found.fragment or port == 0:
        raise Unfit("bad_address", NO_ADDRESS)
    secure = found.scheme == "https"
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return Goal(secure, host, port or (443 if secure else 80), path)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _spelled(host: str) -> Address | None:
    """The address that a host spells by itself, in any of the ways that a resolver reads (`127.1`, `0x7f000001`)."""
    if _is_ip(host):
        return ipaddress.ip_address(host)
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def is_open(address: Address) -> bool:
    """Whether this address is open to everybody; one that stands for another one is not."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == each.version and address in each for each in _CLOSED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved

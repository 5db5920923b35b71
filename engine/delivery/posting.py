"""Posts to endpoints: the only door to HTTP outside. Used by `sending`.

A name is looked up once; each of its addresses must be open to everybody (or addresses inside are allowed), and the
one that was looked at is the one connected to, so that no second look can lead elsewhere. Redirects are not followed,
nothing of the machine's proxies or cookies is used, and neither a slow nor an endless answer holds the sender.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime

from engine.access import addresses
from engine.delivery import robots
from engine.delivery.failing import NotDelivered
from engine.records.parcels import Parcel

GONE = 410
AGENT = "Chainstock"
MOST_ANSWERED = 64 * 1024
"""How much of an answer is read: the rest says nothing that matters here."""


@dataclass(frozen=True)
class Poster:
    """Posts parcels. `seconds` is how long one may take from beginning to end."""

    private: bool = False
    seconds: int = 10

    def post(self, parcel: Parcel, now: datetime) -> str:
        """Post it; what was answered, in short. Raises `NotDelivered`."""
        request = robots.request_of(parcel, now)
        if len(request.body) > robots.MOST_BYTES:
            raise NotDelivered("too large to send", final=True)
        try:
            goal = addresses.read(request.url, private=self.private)
            status, answer = self._exchange(goal, request)
        except addresses.Unfit as unfit:
            raise NotDelivered(unfit.says["en"]) from None
        except TimeoutError:
            raise NotDelivered(f"no answer within {self.seconds} s") from None
        except ssl.SSLError as error:
            raise NotDelivered(f"no safe connection ({error.reason or 'tls'})"[:100]) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotDelivered(f"no answer ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise NotDelivered(f"answered {status}", final=status == GONE)
        refused = robots.refusal_of(parcel.format, answer)
        if refused is not None:
            raise NotDelivered(refused)
        return f"answered {status}"

    def _exchange(self, goal: addresses.Goal, request: robots.Request) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(goal.host, goal.port, timeout=self.seconds)
        late = threading.Event()
        with closing(self._connected(goal)) as sock:
            line.sock = sock
            watch = threading.Timer(self.seconds, _cut_off, (sock, late))
            watch.daemon = True
            watch.start()
            try:
                heads = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, "Connection": "close"}
                line.request("POST", goal.path, request.body, {**heads, **request.headers})
                with line.getresponse() as answered:
                    found = answered.status, answered.read(MOST_ANSWERED)
            except (OSError, http.client.HTTPException) as error:
                if late.is_set():
                    raise TimeoutError from error
                raise
            finally:
                watch.cancel()
            if late.is_set():
                raise TimeoutError
            return found

    def _connected(self, goal: addresses.Goal) -> socket.socket:
        """A connection to an address of this host that was looked at, with TLS under the host's own name."""
        found = socket.getaddrinfo(goal.host, goal.port, type=socket.SOCK_STREAM)
        if not self.private and not all(addresses.is_open(ipaddress.ip_address(str(each[4][0]))) for each in found):
            raise addresses.Unfit("private_address", addresses.PRIVATE)
        family, kind, proto, _, place = found[0]
        sock = socket.socket(family, kind, proto)
        try:
            sock.settimeout(self.seconds)
            sock.connect(place)
            return ssl.create_default_context().wrap_socket(sock, server_hostname=goal.host) if goal.secure else sock
        except BaseException:
            sock.close()
            raise


def _cut_off(sock: socket.socket, late: threading.Event) -> None:
    """End a connection that takes too long, whatever still comes on it."""
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

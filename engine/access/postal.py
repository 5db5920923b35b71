"""Mail addresses: what may stand in a message's head. Used by operations and, when it is sent to, by `delivery`."""

from __future__ import annotations

import re

LONGEST = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    re.ASCII,
)


def is_address(typed: str) -> bool:
    """Whether this is one mail address and nothing else: no name, no second one, no line of a head."""
    return len(typed) <= LONGEST and len(typed.partition("@")[0]) <= 64 and _ADDRESS.fullmatch(typed) is not None

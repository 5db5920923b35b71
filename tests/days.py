"""The day where the tests' chains are: for eight hours of every day it is not that of a moment written in UTC."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def there(moment: str) -> datetime:
    """A moment of an answer as the chain's clocks show it, so that its date is the chain's own."""
    return datetime.fromisoformat(moment).astimezone(ZONE)

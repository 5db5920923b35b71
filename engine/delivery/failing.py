"""What goes wrong when something is sent. Raised by `posting` and `mailing`, met by `sending`."""

from __future__ import annotations


class NotDelivered(Exception):
    """It did not arrive. `said` is short and tells nothing of what was sent; `final`: trying again is no use."""

    def __init__(self, said: str, *, final: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.final = final

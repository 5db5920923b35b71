"""The arithmetic of votes: when a step is approved, refused, or still open. Pure numbers; used by approvals.

The answer never depends on the order in which votes come. A tie can only arise where exactly half is enough; it
counts when refusals are counted, and then `tie: refused` asks for one more.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from engine.definitions.models import Decide

APPROVED = "approved"
REFUSED = "refused"


def needed(decide: Decide, base: int) -> int:
    """How many approvals a step takes when `base` people are asked; a percentage rounds up, and one is the least."""
    if decide.need == "all":
        return max(base, 1)
    if not decide.need.endswith("%"):
        return max(int(decide.need), 1)
    share = Decimal(decide.need[:-1]) * base / 100
    least = max(int(share.to_integral_value(rounding=ROUND_CEILING)), 1)
    if decide.refusal == "counts" and decide.tie == "refused" and share * 2 == base and least == share:
        return least + 1
    return least


def outcome(decide: Decide, base: int, approvals: int, rejections: int) -> str | None:
    """`approved`, `refused`, or None while it is open. `wait: all` keeps it open until everybody has voted."""
    outstanding = max(base - approvals - rejections, 0)
    if decide.wait == "all" and outstanding:
        return None
    if decide.refusal == "ends" and rejections:
        return REFUSED
    least = needed(decide, base)
    if approvals >= least:
        return APPROVED
    return REFUSED if approvals + outstanding < least else None

"""The security log: one line for everybody who was refused for a lack of rights. Used by `api` and by the pages."""

from __future__ import annotations

import structlog

from engine.errors import Kind, Refusal
from engine.operations.calls import Actor
from engine.web.asking import Asked

_log = structlog.get_logger("security")
LONGEST_PATH = 200


def note(asked: Asked, actor: Actor | None, refusal: Refusal) -> None:
    """Write down who was refused what; what is wrong in itself, and not for a lack of rights, is nobody's business."""
    if refusal.kind is Kind.RIGHT or (actor is not None and refusal.kind is Kind.NOT_FOUND):
        _log.info(
            "refused",
            account=actor.account if actor else None,
            person=actor.person if actor else None,
            via=actor.via if actor else None,
            address=asked.address,
            method=asked.method,
            path=asked.path[:LONGEST_PATH],
            status=refusal.status,
            reason=refusal.code,
        )

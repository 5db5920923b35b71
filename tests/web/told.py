"""Fields as `GET /api/forms/{form}` tells them to pages and scripts, in short."""

from __future__ import annotations

from typing import Any

from engine.fields import BY_NAME, shape


def of(kind: str, **more: Any) -> dict[str, Any]:
    """A field of a type."""
    return {"type": kind, "title": kind, **shape(BY_NAME[kind], more), **more}

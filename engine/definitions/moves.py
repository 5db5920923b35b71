"""Builds what people may do with a task beside deciding it, and who is told of it. Used by the builder of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.models import NOTHING, WHERE, AddSigner, Copy, Delegate, HandOver, May, Nudge, People, TakeBack
from engine.definitions.reader import Path
from engine.definitions.scopes import Names
from engine.definitions.timers import SECONDS


def may(desk: Desk, data: Mapping[str, Any] | None, path: Path, scope: Names) -> May:
    """What an approval opens."""
    given = data or NOTHING
    hand, signer, delegate, back, nudge = (
        given.get(each) for each in ("hand_over", "add_signer", "delegate", "take_back", "nudge")
    )

    def people(words: Mapping[str, Any], move: str, word: str) -> tuple[People, ...]:
        return desk.people(words.get(word), (*path, move, word), scope)

    return May(
        hand_over=None if hand is None else HandOver(people(hand, "hand_over", "to")),
        add_signer=None
        if signer is None
        else AddSigner(tuple(signer.get("where") or WHERE), people(signer, "add_signer", "to")),
        delegate=None if delegate is None else Delegate(people(delegate, "delegate", "above")),
        take_back=None if back is None else TakeBack(_seconds(back["within"])),
        nudge=None if nudge is None else Nudge(_seconds(nudge["every"]), people(nudge, "nudge", "by")),
    )


def copies(desk: Desk, data: Mapping[str, Any] | None, path: Path, scope: Names) -> dict[str, Copy]:
    """Who is told of a step or an approval."""
    return {
        name: Copy(name, desk.people(each["to"], (*path, name, "to"), scope), tuple(each["at"]))
        for name, each in (data or NOTHING).items()
    }


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * SECONDS[duration[-1]]

"""All effects, and the one way to ask one. Used by bootstrap (vocabulary), operations and verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from engine.effects import reading
from engine.effects.act import ActEffect
from engine.effects.ask import AskEffect
from engine.effects.create import CreateEffect
from engine.effects.decide import DecideEffect
from engine.effects.effect import Effect, EffectCall
from engine.effects.hold import HoldEffect
from engine.effects.move import MoveEffect
from engine.effects.notify import NotifyEffect
from engine.effects.outcomes import Outcome
from engine.effects.release import ReleaseEffect
from engine.effects.reserve import ReserveEffect
from engine.effects.restore import RestoreEffect
from engine.effects.reverse import ReverseEffect
from engine.effects.set_fields import SetEffect
from engine.effects.task import TaskEffect
from engine.effects.unhold import UnholdEffect
from engine.effects.update import UpdateEffect
from engine.effects.webhook import WebhookEffect

EFFECTS: tuple[Effect, ...] = (
    MoveEffect(),
    ReserveEffect(),
    ReleaseEffect(),
    HoldEffect(),
    UnholdEffect(),
    CreateEffect(),
    UpdateEffect(),
    ActEffect(),
    SetEffect(),
    RestoreEffect(),
    ReverseEffect(),
    TaskEffect(),
    NotifyEffect(),
    DecideEffect(),
    AskEffect(),
    WebhookEffect(),
)

BY_NAME: Mapping[str, Effect] = MappingProxyType({effect.name: effect for effect in EFFECTS})


def propose(call: EffectCall) -> Iterator[Outcome]:
    """What one use of an effect proposes; nothing when its `when` is false."""
    if reading.holds(call, call.use.when, call.environment):
        yield from BY_NAME[call.use.effect].propose(call)

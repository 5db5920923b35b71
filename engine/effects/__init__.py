"""Where process meets stock: each effect turns its options into proposed outcomes. Map: `docs/developer/rooms.md`."""

from engine.effects.effect import Effect, EffectCall
from engine.effects.registry import BY_NAME, EFFECTS, propose

__all__ = ["BY_NAME", "EFFECTS", "Effect", "EffectCall", "propose"]

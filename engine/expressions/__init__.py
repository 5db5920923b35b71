"""The closed, typed, bounded language of guards and formulas. Map: `docs/developer/rooms.md`."""

from engine.expressions.environment import Environment
from engine.expressions.expression import Expression
from engine.expressions.values import Place, Reference, Row, Scope, Signature, Subject, Type, Value, World

__all__ = ["Environment", "Expression", "Place", "Reference", "Row", "Scope", "Signature", "Subject", "Type", "Value", "World"]

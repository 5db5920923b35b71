"""What comes from outside is held against its type before anything is made of it. Used by the Python back end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.expressions.faults import failed
from engine.expressions.values import Place, Reference, Subject, Type

_ANSWERS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "text": (str,),
        "choice": (str,),
        "integer": (int,),
        "decimal": (Decimal, int),
        "money": (Decimal, int),
        "quantity": (Decimal, int),
        "date": (date,),
        "moment": (datetime,),
        "boolean": (bool,),
        "reference": (Reference, Subject),
        "place": (Place, Reference, Subject),
        "list": (list, tuple),
        "table": (list, tuple),
    }
)


def answers(of: Type, function: str) -> Callable[[Any], Any]:
    """Refuses an answer from outside that is not of the type it was declared with."""
    allowed = _ANSWERS.get(of.kind)
    number = of.kind in ("integer", "decimal", "money", "quantity")

    def verify(value: Any) -> Any:
        if value is None or allowed is None:
            return value
        odd = isinstance(value, bool) if number else of.kind == "date" and isinstance(value, datetime)
        if isinstance(value, allowed) and not odd and not (isinstance(value, Decimal) and not value.is_finite()):
            return value
        raise failed("answer", f"{function} gave no {of.kind}.", f"{function} 未返回 {of.kind}。")

    return verify

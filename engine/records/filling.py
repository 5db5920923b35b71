"""Filling a record: putting a request onto its values, working out the rest, and asking whether it is in order.

Pure; used by operations in this order: `patch`, `derive`, `check`; then `located` words the faults for the sender and
`refusal` says which refusal they are. `answers` and `check_answers` do the same for what an action asks; `put` is
`patch` for what an effect writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.models import Field
from engine.errors import Fault
from engine.expressions import Environment
from engine.records.filling_checks import check, check_plan, warnings
from engine.records.filling_deriving import Derived, EnvOf, Moment, derive, fixed_by
from engine.records.filling_faults import field_of, kind_of, located, refusal
from engine.records.filling_patch import Filled, Writable, answers, patch
from engine.records.filling_plan import plan_of_fields
from engine.records.filling_saying import put
from engine.records.filling_splitting import Split

__all__ = [
    "Derived",
    "EnvOf",
    "Filled",
    "Moment",
    "Split",
    "Writable",
    "answers",
    "check",
    "check_answers",
    "derive",
    "field_of",
    "fixed_by",
    "kind_of",
    "located",
    "patch",
    "put",
    "refusal",
    "warnings",
]


def check_answers(fields: Mapping[str, Field], values: Mapping[str, Any], env: Environment) -> tuple[Fault, ...]:
    """Whether what an action asks was answered in order; everything is asked."""
    return check_plan(plan_of_fields(fields), values, lambda _: env, frozenset())

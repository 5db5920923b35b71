"""What a command would come to, worked out to the end and taken back: nothing of it stays. Used by `commands`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.operations.calls import Answer, Call
from engine.operations.operation import Operation

if TYPE_CHECKING:
    from engine.operations.services import Services


class _Undone(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def undone(services: Services, call: Call, look: Callable[[Operation], Answer]) -> Answer:
    """What an operation would answer, in a transaction that ends with it."""

    def work(connection: Any) -> Answer:
        raise _Undone(look(Operation(services, connection, call)))

    try:
        return services.database.transaction(work)
    except _Undone as undone:
        return undone.answer

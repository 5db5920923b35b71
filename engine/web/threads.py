"""The threads in which operations run, so that the event loop never waits for a database. Used by `api` and `pages`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.errors import Kind, Refusal, text

T = TypeVar("T")

_WAITING_PER_THREAD = 64


class Threads:
    """As many threads as there are database connections; who comes when all are long busy is sent away at once."""

    def __init__(self, count: int) -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="operation")
        self._most = count * _WAITING_PER_THREAD
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread; refused (503) when too many are waiting already."""
        if self._inside >= self._most:
            says = text("The server is busy. Try again in a moment.", "服务器繁忙，请稍后再试。")
            raise Refusal(Kind.UNAVAILABLE, "busy", says)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Let what runs come to its end."""
        self._executor.shutdown(wait=True, cancel_futures=True)

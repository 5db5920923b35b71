"""HTTP to an application of this process, without a socket; requests from any thread. Used by `world`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import httpx
from fastapi import FastAPI


class Wire:
    """An application that runs in a thread of its own until it is left."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://testserver", timeout=60
        )

    def __enter__(self) -> Wire:
        self._thread.start()
        self._live = self._app.router.lifespan_context(self._app)
        self._wait(self._live.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._client.aclose())
        self._wait(self._live.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Ask, and wait for the answer. Nothing is remembered from one request to the next."""
        answer: httpx.Response = self._wait(self._client.request(method, path, **sent))
        self._client.cookies.clear()
        return answer

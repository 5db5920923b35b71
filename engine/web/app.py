"""The web application: joins the guard, the API and the pages. Called by bootstrap, once per process.

Background work (timers, the outbox) runs in threads of its own, from the start of the application to its end.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from engine.settings import Settings
from engine.web.api import Api
from engine.web.asking import Receive, Scope, Send, asked_of
from engine.web.doors import Operations
from engine.web.events import Hub, MakesNews
from engine.web.guard import Guard
from engine.web.identity import Doorman
from engine.web.limits import Limits, Meter
from engine.web.metering import Gauge
from engine.web.pages import Pages
from engine.web.threads import Threads

Background = Callable[[threading.Event], None]
"""Works until the event is set, and looks at it often."""

_FAREWELL_SECONDS = 3


class Site:
    """Sends a request on by its path as it was sent: to a page, to the API, or nowhere."""

    def __init__(self, pages: Pages, api: Api) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_of(scope)
        if asked.path.startswith("/api/") and not self._pages.has(asked.path):
            await self._api(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


def create_app(
    operations: Operations,
    settings: Settings,
    news: MakesNews,
    background: Sequence[Background] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The whole application for these operations; `news` begins to look for what changes."""
    allowed = limits or Limits()
    meter, gauge, threads = Meter(), Gauge(), Threads(max(4, settings.pool))
    doorman = Doorman(operations, settings, meter, allowed)
    hub = Hub(news)
    api = Api(operations, settings, doorman, threads, meter, allowed, hub)
    pages = Pages(operations, doorman, threads, api, gauge)
    app = FastAPI(
        title="Chainstock",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(threads, (*background, hub.work)),
    )
    app.state.parting = hub.close
    app.mount("/", Site(pages, api))
    app.add_middleware(Guard, settings=settings, gauge=gauge, worded=pages.worded)
    return app


def _lifespan(
    threads: Threads, background: Sequence[Background]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        ending = threading.Event()
        workers = [threading.Thread(target=work, args=(ending,), daemon=True) for work in background]
        for worker in workers:
            worker.start()
        yield
        ending.set()
        for worker in workers:
            worker.join(_FAREWELL_SECONDS)
        threads.close()

    return live

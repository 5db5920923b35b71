"""Which handler answers which path. Used by `site`."""

from __future__ import annotations

from engine.web.pages import (
    deliveries,
    foresee,
    forms,
    home,
    inbox,
    lists,
    me,
    notices,
    record,
    scan,
    search,
    stock,
    waiting,
    why,
)
from engine.web.pages.visit import Handler

ROUTES: tuple[tuple[str, Handler], ...] = (
    ("/", home.home),
    ("/search", search.page),
    ("/notices", notices.page),
    ("/me", me.page),
    ("/password", me.password),
    ("/new", home.new),
    ("/tasks", inbox.page),
    ("/waiting", waiting.page),
    ("/deliveries", deliveries.page),
    ("/definitions/preview", foresee.page),
    ("/scan", scan.page),
    ("/scan/found", scan.found),
    ("/stock", stock.page),
    ("/stock/trail", stock.trail),
    ("/stock/movements", stock.movements),
    ("/records/{form}", lists.page),
    ("/records/{form}/new", forms.new),
    ("/records/{form}/{id}", record.page),
    ("/records/{form}/{id}/glance", record.glance),
    ("/records/{form}/{id}/why", why.page),
    ("/records/{form}/{id}/edit", forms.edit),
)
"""In order: the first that a path meets."""

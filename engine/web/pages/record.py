"""One record: what it says, what may be done now and why not the rest, where it came from. Used by `routes`."""

from __future__ import annotations

from engine.web.answers import Reply
from engine.web.pages import contents, told
from engine.web.pages.lines import pill
from engine.web.pages.visit import Visit


def page(visit: Visit) -> Reply:
    """The record in full."""
    found = told.of(visit, visit.words["form"], visit.words["id"], whole=visit.query.get("rows") == "all")
    return visit.shown("record.html", told=found)


def glance(visit: Visit) -> Reply:
    """The record beside its list: what it is, where it stands, what may be done next. A part of a page."""
    name, record = visit.words["form"], visit.words["id"]
    found = visit.get(f"records/{name}/{record}", actions="all")
    form = visit.get(f"forms/{name}")
    beside = {
        "form": form,
        "record": found,
        "pill": pill(form, found["state"]),
        "fields": contents.fields(form, found, visit.language),
        "tables": contents.tables(form, found, visit.language, whole=False),
        "heed": contents.heeded(form, found),
        "ballots": [],  # who has voted how stands on the record in full, as does what has changed since
        "compared": None,
        "may": told.next_first(found),
        "waits": [each for each in found["tasks"] if each["people"]],
    }
    return visit.shown("glance.html", told=beside)

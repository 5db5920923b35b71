"""Every word that our pages say themselves, in both languages; all else comes from the definitions. Used by `visit`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text
from engine.web.pages.words import deliveries, inbox, lists, me, plain, records, stock

WORDS: Mapping[str, Text] = {
    **plain.WORDS,
    **me.WORDS,
    **lists.WORDS,
    **records.WORDS,
    **inbox.WORDS,
    **stock.WORDS,
    **deliveries.WORDS,
}

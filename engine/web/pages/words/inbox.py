"""Words of my tasks. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text

WORDS: Mapping[str, Text] = {}

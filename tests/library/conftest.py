"""The libraries that this repository ships, read as a server reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions import Loaded, Vocabulary, read_library
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS
from engine.fields import FIELD_TYPES
from engine.settings import pack_folder

LIBRARIES = {
    "pack": pack_folder(),
    "starter_minimal": Path(__file__).resolve().parent.parent / "libraries" / "starter_minimal",
}


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    """Every field type and effect of the engine."""
    return vocabulary(FIELD_TYPES, EFFECTS)


@pytest.fixture(scope="session", params=LIBRARIES)
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of each library in turn."""
    return LIBRARIES[request.param]


@pytest.fixture(scope="session")
def loaded(folder: Path, words: Vocabulary) -> Loaded:
    """Each library in turn, with what was found in it."""
    return read_library([folder], words)

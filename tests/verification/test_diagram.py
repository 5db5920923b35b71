"""Pictures of workflows are drawn from the definitions, and the one in the README is of today's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.bootstrap import FIELD_AND_EFFECTS
from engine.definitions import read_library
from engine.definitions.models import Library
from engine.verification.diagram import diagram

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pack() -> Library:
    library = read_library([ROOT], FIELD_AND_EFFECTS).library
    assert library is not None
    return library


def test_the_readme_shows_the_transfer_as_it_is(pack: Library) -> None:
    shown = re.search(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    assert shown[1] == diagram(pack.workflows["transfer"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_and_transition_of_every_workflow_is_drawn(pack: Library, language: str) -> None:
    for workflow in pack.workflows.values():
        lines = diagram(workflow, language).splitlines()
        assert lines[0] == "stateDiagram-v2"
        for state in workflow.states:
            assert any(line.strip().startswith(f"{state}: ") for line in lines)
        for transition in workflow.transitions.values():
            for origin in transition.origins:
                for way in transition.to:
                    assert any(line.strip().startswith(f"{origin} --> {way.state}: ") for line in lines)


def test_titles_are_those_of_the_language(pack: Library) -> None:
    assert "draft: 草稿" in diagram(pack.workflows["transfer"], "zh")
    assert "draft: Draft" in diagram(pack.workflows["transfer"], "en")


def test_a_title_cannot_break_the_picture(pack: Library) -> None:
    lines = diagram(pack.workflows["transfer"]).splitlines()
    edges = [line for line in lines if "-->" in line]
    assert all(line.count(":") <= 1 and ";" not in line for line in edges)

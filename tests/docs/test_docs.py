"""The documentation does not lie: its examples load, its links lead somewhere, its commands exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from engine.definitions import read_library
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS
from engine.expressions.words import WORDS
from engine.fields import FIELD_TYPES
from engine.settings import Settings, pack_folder

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FIRST = ROOT / "docs" / "administrator" / "first-process.md"
LANGUAGE = ROOT / "docs" / "administrator" / "language.md"
STARTS = {
    "format: 1\nlibrary:": "form_definitions/library.yaml",
    "format: 1\nform:": "form_definitions/documents/repair.yaml",
    "format: 1\nworkflow:": "workflow_definitions/repair.yaml",
    "p, clerk": "permissions/policy.csv",
}


def blocks(page: Path) -> list[str]:
    """The code blocks of a page."""
    return re.findall(r"```\w*\n(.*?)```", page.read_text(), re.DOTALL)


def test_the_first_process_loads_over_the_pack_as_it_is_printed(tmp_path: Path) -> None:
    written = set()
    for block in blocks(FIRST):
        for start, name in STARTS.items():
            if block.startswith(start):
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(block)
                written.add(name)
    assert written == set(STARTS.values())
    loaded = read_library([pack_folder(), tmp_path], vocabulary(FIELD_TYPES, EFFECTS))
    assert [(each.file, each.line, each.message["en"]) for each in loaded.findings if each.severity == "error"] == []
    assert loaded.library is not None
    assert "repair" in loaded.library.forms


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_language_page_names_every_field_type_effect_and_word() -> None:
    page = LANGUAGE.read_text()
    named = [*(each.name for each in FIELD_TYPES), *(each.name for each in EFFECTS), *(each.name for each in WORDS)]
    assert len(named) > 60
    assert [name for name in named if not re.search(rf"\b{name}\b", page)] == []


def test_the_settings_that_are_named_exist() -> None:
    named = {name for page in PAGES for name in re.findall(r"CHAINSTOCK_([A-Z_]+)", page.read_text())}
    known = {name.upper() for name in Settings.model_fields} | {"TEST_DURABLE", "ROUNDS"}
    assert named - {""} <= known


def test_the_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"^make ([a-z]+)", page.read_text(), re.MULTILINE)}
    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_a_decision_names_tests_that_are_there(page: Path) -> None:
    enforced = re.findall(r"Enforced by.*?(?:\n\n|\n\d+\. |\Z)", page.read_text(), re.DOTALL)
    named = re.findall(r"`(tests/[^`]+)`", " ".join(enforced))
    tests = re.findall(r"`(test_\w+)`", " ".join(enforced))
    assert named, "a decision says which test enforces it"
    assert [each for each in named if not (ROOT / each).exists()] == []
    files = [
        path for each in named for path in ([ROOT / each] if each.endswith(".py") else (ROOT / each).rglob("*.py"))
    ]
    written = "\n".join(path.read_text() for path in files)
    assert [each for each in tests if f"def {each}(" not in written] == []


def test_a_decision_has_a_number_of_its_own() -> None:
    """It is called by its number (`decision 0021`), which its first line says too."""
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers) > 20
    assert [page.read_text()[:6] for page in pages] == [f"# {each}" for each in numbers]


def test_every_decision_that_everything_rests_on_is_enforced() -> None:
    page = (ROOT / "docs" / "decisions" / "0001-semantics.md").read_text()
    assert [int(each) for each in re.findall(r"^(\d+)\. .*\n +Enforced by ", page, re.MULTILINE)] == list(range(1, 14))


def test_what_developers_are_told_of_rooms_is_there() -> None:
    page = (ROOT / "docs" / "developer" / "rooms.md").read_text()
    modules: dict[str, list[str]] = {}
    for file in (ROOT / "engine").rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if file.stem == "__init__" else parts
        if "migrations" not in parts:
            modules.setdefault(parts[-1], []).append(".".join(parts))
    named = {(of, name) for of, name in re.findall(r"\b([a-z_]+)\.([A-Za-z_]+)\b", page) if of in modules}
    paths = {path for each in modules.values() for path in each}
    assert len(named) > 20
    missing = [
        f"{of}.{name}"
        for of, name in sorted(named)
        if not any(hasattr(importlib.import_module(each), name) or f"{each}.{name}" in paths for each in modules[of])
    ]
    assert missing == []


def test_the_files_that_developers_are_told_of_are_there() -> None:
    page = (ROOT / "docs" / "developer" / "README.md").read_text()
    files: list[str] = re.findall(r"`((?:engine/|tests/|web/|operations/|records/)?[a-z_/]+\.(?:py|json))`", page)
    known = [path.relative_to(ROOT).as_posix() for top in ("engine", "tests") for path in (ROOT / top).rglob("*.*")]
    assert len(files) > 15
    assert [each for each in files if not any(path.endswith(f"/{each}") or path == each for path in known)] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "zh").glob("*.md")), ids=lambda page: page.stem)
def test_what_a_chinese_page_calls_by_name_is_called_so_on_the_pages(page: Path) -> None:
    folders = ("engine/web/pages", "templates/assets/src", "form_definitions", "workflow_definitions")
    said = {word for each in folders for word in _said(ROOT / each)}
    named = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", page.read_text())
    assert len(named) > 3
    assert [each for each in named if each not in said | {"÷"}] == []


def _said(folder: Path) -> set[str]:
    """Every short Chinese text of a folder's files, as a page may show it."""
    files = (each for each in folder.rglob("*") if each.suffix in (".py", ".ts", ".tsx", ".yaml"))
    return {
        word.strip()
        for each in files
        for word in re.findall(r"zh: ([^},\n]+)|\"([^\"\n]+)\"", each.read_text())
        for word in word
    }

"""Imports stand at the top, lead in no circle, and each outside library and each database has one door."""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from tests.house.source import functions, imports, modules

DOORS = (
    "transitions",
    "casbin",
    "ruamel",
    "jsonschema",
    "jinja2",
    "alembic",
    "pwdlib",
    "PIL",
    "typer",
    "uvicorn",
    "cryptography",
)


DATABASES = ("sqlite", "postgresql")


def test_no_function_imports() -> None:
    hidden = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for function in functions(module.tree)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert hidden == []


def _graph() -> dict[str, set[str]]:
    names = {module.name for module in modules()}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for module in modules():
        for imported, _ in imports(module.tree):
            target = imported if imported in names else imported.rpartition(".")[0]
            if target in names and target != module.name:
                graph[module.name].add(target)
    return graph


def test_imports_lead_in_no_circle() -> None:
    graph = _graph()
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for each in sorted(graph[name]):
                walk(each, (*path, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())
    assert done == set(graph)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    doors = defaultdict(list)
    for module in modules():
        for imported, line in imports(module.tree):
            if imported.partition(".")[0] == library:
                doors[module.path].append(line)
    migrations = {path for path in doors if path.startswith("engine/database/migrations/versions/")}
    assert len(set(doors) - migrations) <= 1, dict(doors)


def test_nobody_imports_yaml_past_its_door() -> None:
    importing = [m.path for m in modules() for name, _ in imports(m.tree) if name.partition(".")[0] == "yaml"]
    assert importing == []


def test_only_the_room_of_the_database_knows_which_one_it_is() -> None:
    """What they spell or do differently has a name in `engine/database`; nobody else asks for SQLite or PostgreSQL."""
    asking = {
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(each, ast.Constant) and each.value in DATABASES for each in ast.walk(node))
    }
    assert any(each.startswith("engine/database/dialects.py:") for each in asking)
    assert [each for each in sorted(asking) if not each.startswith("engine/database/")] == []


def test_no_handler_of_pages_borrows_from_another() -> None:
    """What two pages share stands beside them, so that each can be read, and changed, alone."""
    room = "engine.web.pages"
    graph = {module.name: set(imports(module.tree)) for module in modules() if module.name.startswith(f"{room}.")}
    handlers = {name for name, _ in graph[f"{room}.routes"] if name.startswith(room)} - {f"{room}.visit.Handler"}
    assert f"{room}.record" in handlers
    borrowed = {
        name: sorted(each for each, _ in graph[name] if each in handlers or each.rpartition(".")[0] in handlers)
        for name in handlers
    }
    assert {name: each for name, each in borrowed.items() if each} == {}

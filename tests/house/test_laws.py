"""Laws of the source: exact numbers, one commit, one clock, all documented, no process in the engine."""

from __future__ import annotations

import ast
import re

import pytest
from ruamel.yaml import YAML

from tests.house.source import DOCUMENTED, ENGINE, ROOT, Module, docstrings, functions, modules

EXACT = ("ledger", "records", "fields", "expressions", "effects", "workflow", "operations", "verification")
CALLERS = re.compile(r"\b(by|for|of|only|through|who|from|hands|handed)\b", re.IGNORECASE)
"""How a module's documentation names who calls it."""

GENERAL = {
    *("item", "lot", "person", "assignment", "limit", "region", "guard", "manager", "store", "category"),
    *("price", "opening", "supplier", "customer", "quality", "administrator", "designer", "director"),
    *("order", "write", "off", "return", "count", "by", "week"),
}
"""Names of the pack that are ordinary words: the engine may say them, as long as they name no form."""

ALSO = {"requisition", "purchase", "invoice", "payment", "voucher", "warehouse", "franchise", "stocktake", "till"}
"""Words of processes that the pack does not have, or has inside longer names."""


def _in_exact_rooms() -> list[Module]:
    names = tuple(f"engine.{room}" for room in EXACT)
    return [each for each in modules() if each.name.startswith(names) or each.name == "engine.quantities"]


def test_no_float_on_the_path_of_a_quantity() -> None:
    found = []
    for module in _in_exact_rooms():
        likeness = _cutoffs(module.tree)
        for node in ast.walk(module.tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in likeness
            if called or literal:
                found.append(f"{module.path}:{node.lineno}")
    assert len(_in_exact_rooms()) > 20
    assert found == []


def _cutoffs(tree: ast.AST) -> set[int]:
    """How alike two words must be to be meant for each other (`difflib`): no quantity."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cutoff"}


def _calls(name: str, of: str | None = None) -> list[str]:
    """Where a method of this name is called (on `of`); but on a savepoint, which commits nothing."""
    return [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
        if (owner := getattr(node.func.value, "id", "")) != "savepoint" and of in (None, owner)
    ]


def test_there_is_one_place_that_begins_and_commits() -> None:
    assert _calls("commit") == []
    begun = {each.partition(":")[0] for each in _calls("begin", "connection")}
    assert begun == {"engine/database/connection.py"}


def test_one_module_asks_what_time_it_is() -> None:
    asking = {each.partition(":")[0] for name in ("now", "today", "utcnow") for each in _date_calls(name)}
    assert asking <= {"engine/clock.py", "engine/bootstrap.py"}  # bootstrap sets a test clock going


def _date_calls(name: str) -> list[str]:
    return [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]


def process_words() -> set[str]:
    """Names of the pack's forms, workflows and roles that are no ordinary words."""
    forms = {path.stem for path in (ROOT / "form_definitions").glob("*/*.yaml")}
    workflows = {path.stem for path in (ROOT / "workflow_definitions").glob("*.yaml")}
    roles = set(YAML(typ="safe").load(ROOT / "permissions" / "roles.yaml")["roles"])
    parts = {part for name in forms | workflows | roles for part in name.split("_")}
    return (forms | workflows | roles | parts | ALSO) - GENERAL - {"area", "of", "purchase_manager"}


def _spoken(module: Module) -> list[tuple[int, str]]:
    """Every word of the names and strings of a module, documentation aside."""
    documentation = docstrings(module.tree)
    spoken: list[tuple[int, str]] = []
    for node in ast.walk(module.tree):
        texts: list[str] = []
        if isinstance(node, ast.Name):
            texts = [node.id]
        elif isinstance(node, ast.Attribute):
            texts = [node.attr]
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            texts = [re.sub(r"([a-z])([A-Z])", r"\1_\2", node.name)]
        elif isinstance(node, ast.arg):
            texts = [node.arg]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            texts = [node.value]
        line = getattr(node, "lineno", 0)
        spoken += [(line, word) for text in texts for word in re.findall(r"[a-z]+", text.lower())]
    return spoken


def test_the_engine_knows_no_process() -> None:
    words = process_words()
    assert {"transfer", "discrepancy", "ticket", "receipt", "clerk"} <= words
    found = [f"{m.path}:{line} {word}" for m in modules() for line, word in _spoken(m) if word in words]
    assert found == []


def test_the_engine_names_no_form_of_the_pack() -> None:
    """Ordinary words too may not stand alone as a string; `actor.store` and `group=category` are of the contract."""
    forms = {"supplier", "customer", "price"}
    found = [
        f"{module.path}:{node.lineno} {node.value}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and node.value in forms and id(node) not in docstrings(module.tree)
    ]
    assert found == []


def _undocumented(module: Module) -> list[str]:
    private: set[int] = set()
    for function in functions(module.tree):
        private |= {id(inner) for inner in ast.walk(function) if inner is not function}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.name.startswith("_"):
            private |= {id(inner) for inner in ast.walk(node)}
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, DOCUMENTED) or id(node) in private:
            continue
        name = getattr(node, "name", module.name)
        overload = any(getattr(each, "id", "") == "overload" for each in getattr(node, "decorator_list", ()))
        hidden = name.startswith("_") and not isinstance(node, ast.Module)
        if not hidden and not overload and ast.get_docstring(node) is None:
            found.append(f"{module.path}:{getattr(node, 'lineno', 1)} {name}")
    return found


def test_every_module_class_and_public_function_says_what_it_is() -> None:
    assert [each for module in modules() for each in _undocumented(module)] == []


def test_every_module_says_who_calls_it() -> None:
    """A room's own page (`__init__`) is its map; every other module names its users."""
    silent = [
        module.path
        for module in modules()
        if not module.path.endswith("__init__.py")
        and "/versions/" not in module.path
        and not module.path.startswith(("engine/effects/", "engine/fields/"))  # families: the registry calls them
        and not CALLERS.search(ast.get_docstring(module.tree) or "")
    ]
    assert silent == []


@pytest.mark.parametrize("mark", ["TODO", "FIXME", "XXX", "HACK", "type: ignore", "noqa"])
def test_nothing_is_put_off_or_switched_off(mark: str) -> None:
    excused = {"noqa": 6, "type: ignore": 6}
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(ENGINE.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if mark in line
    ]
    assert len(found) <= excused.get(mark, 0), found

"""Every shipped library loads without a finding, speaks both languages, grants every action, survives a round trip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.access.matrix import Matrix
from engine.definitions import Loaded, Vocabulary, read_library, read_texts
from engine.definitions.models import Form, Library, Workflow
from engine.settings import pack_folder
from tests.house.words import HAN

SHIPPED = (
    "region store person assignment item category lot supplier customer price limit transfer discrepancy ticket "
    "requisition purchase_order receipt count write_off customer_return"
)
STARTER = "requisition purchase_order receipt transfer count write_off customer_return item supplier price"
FIRED = {"system"}


@pytest.fixture(scope="session")
def library(loaded: Loaded) -> Library:
    """Each library in turn."""
    assert loaded.library is not None, loaded.findings
    return loaded.library


def test_it_loads_without_a_finding_but_for_names_that_the_contract_asks_for(loaded: Loaded) -> None:
    """An assignment has `from`, which no expression can say."""
    serious = [each for each in loaded.findings if each.code != "unspeakable"]
    assert [(each.file, each.line, each.code, each.message["en"]) for each in serious] == []


def test_it_has_the_forms_that_it_promises(library: Library) -> None:
    promised = STARTER if "requisition" in library.forms else SHIPPED
    assert set(promised.split()) <= set(library.forms)
    assert set(library.workflows) == set(library.forms)


def _texts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every title and sentence of a model, with where it stands."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            inner = getattr(value, each.name)
            if each.name in ("title", "says", "purpose", "help") and inner:
                yield f"{path}.{each.name}", inner
            elif each.name not in ("at", "effect"):
                yield from _texts(inner, f"{path}.{each.name}")
    elif isinstance(value, dict) or hasattr(value, "items"):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}")
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner, path)


def _in_both(text: Any) -> bool:
    """Chinese has Chinese signs (or is a code, such as SKU), English has none."""
    en, zh = text.get("en", ""), text.get("zh", "")
    return bool(en) and not HAN.search(en) and bool(HAN.search(zh) or zh.isupper())


def test_everything_is_said_in_both_languages(library: Library) -> None:
    said = [
        *_texts(dict(library.forms), "forms"),
        *_texts(dict(library.workflows), "workflows"),
        *_texts(dict(library.options), "options"),
        *_texts(dict(library.places), "places"),
        *_texts(dict(library.rights.roles), "roles"),
    ]
    assert len(said) > 200
    assert [(path, dict(text)) for path, text in said if not _in_both(text)] == []


def test_every_field_has_a_title_of_its_own(library: Library) -> None:
    bare = [
        f"{form.name}.{field.path}"
        for form in library.forms.values()
        for field in _each_field(form)
        if field.title.get("zh") in (None, field.name)
    ]
    assert bare == []


def _each_field(form: Form) -> Iterator[Any]:
    for field in form.fields.values():
        yield field
        yield from field.fields.values()


def test_the_policy_opens_and_every_action_of_a_person_is_granted(library: Library) -> None:
    matrix = Matrix(library.rights)
    assert matrix.fault is None
    closed = [
        f"{name}.{transition.name}"
        for name, workflow in library.workflows.items()
        for transition in workflow.transitions.values()
        if {people.kind for people in transition.by} - FIRED and not matrix.who(name, transition.name)
    ]
    assert closed == []
    assert [name for name in library.forms if not matrix.who(name, "see")] == []


def test_no_role_is_granted_what_no_workflow_lets_it_do(library: Library) -> None:
    """A line for an action that names nobody of the role is a promise that is not kept."""
    idle = []
    for role, thing, action, _ in library.rights.lines:
        workflow = library.workflows.get(thing)
        transition = workflow.transitions.get(action) if workflow else None
        if transition is not None and not any(each.role == role or each.kind == "submitter" for each in transition.by):
            idle.append((role, thing, action))
    assert idle == []


def test_the_lines_name_only_what_there_is(library: Library) -> None:
    beside = {"stock", "definitions", "clock", "keys", "ledger", "delivery", "tasks", "security"}
    general = {"see", "create", "edit", "export", "import", "print", "bulk", "approve", "reject", "return"}
    odd = []
    for role, thing, action, _ in library.rights.lines:
        workflow = library.workflows.get(thing)
        reported = thing in library.reports and action in ("see", "export")
        known = thing in beside or reported or (workflow and action in general | set(workflow.transitions))
        if role not in library.rights.roles or not known:
            odd.append((role, thing, action))
    assert odd == []


def test_masters_begin_in_use_and_end_by_retiring(library: Library) -> None:
    masters = [form.name for form in library.forms.values() if form.kind == "master"]
    assert len(masters) > 8
    for name in masters:
        workflow = library.workflows[name]
        writable = {path for edit in workflow.states[workflow.start].edit.values() for path in edit.fields}
        required = {field.path for field in _each_field(library.forms[name]) if field.required}
        assert required <= writable, name
        assert [each.to[0].state for each in workflow.leaving(workflow.start)] == ["retired"], name
        assert workflow.states["retired"].end, name


def test_every_state_has_a_way_out_or_is_an_end(library: Library) -> None:
    stuck = [
        f"{workflow.name}.{state.name}"
        for workflow in library.workflows.values()
        for state in workflow.states.values()
        if state.end == bool(workflow.leaving(state.name))
    ]
    assert stuck == []


def _reached(workflow: Workflow) -> set[str]:
    reached, open_ = set(), {workflow.start}
    while open_:
        state = open_.pop()
        reached.add(state)
        open_ |= {to.state for each in workflow.leaving(state) for to in each.to} - reached
    return reached


def test_every_state_can_be_reached(library: Library) -> None:
    for workflow in library.workflows.values():
        assert _reached(workflow) == set(workflow.states), workflow.name


def test_its_texts_give_the_same_library_again(library: Library, words: Vocabulary) -> None:
    again = read_texts(library.texts, words)
    assert again.library is not None, again.findings
    assert dict(again.library.texts) == dict(library.texts)
    once_more = read_texts(again.library.texts, words).library
    assert once_more is not None
    assert once_more.hash == again.library.hash
    assert again.library.forms.keys() == library.forms.keys()


def test_the_demo_names_only_forms_and_fields_that_there_are(library: Library, folder: Path) -> None:
    for path in (folder / "form_definitions" / "demo").glob("*.json"):
        told = orjson.loads(path.read_bytes())
        if "seed" in told:
            continue
        commands = told["commands"]
        made = [each for each in commands if each["path"].startswith("/api/records/")]
        assert made
        for each in made:
            form = library.forms[each["path"].rsplit("/", 1)[1]]
            assert set(each["body"]["values"]) <= set(form.fields), each["key"]
            for row in each["body"]["values"].get("lines", ()):
                assert set(row) <= set(form.fields["lines"].fields), each["key"]


def test_a_drawn_demo_names_only_forms_fields_and_actions_that_there_are(words: Vocabulary) -> None:
    library = read_library([pack_folder()], words).library
    assert library is not None
    told = orjson.loads((pack_folder() / "form_definitions" / "demo" / "seed.json").read_bytes())
    for each in (*told["masters"], *told["business"]):
        form = library.forms[each["form"]]
        assert set(each["values"]) <= set(form.fields), each["form"]
        if "rows" not in each:
            continue
        columns = set(form.fields[each["rows"]["table"]].fields)
        assert {each["rows"]["item"], each["rows"]["quantity"], *each["rows"]["values"]} <= columns, each["form"]
        for step in each["steps"]:
            assert step.get("approve") or step["action"] in library.workflows[each["form"]].transitions
            assert set(step.get("rows", ())) <= columns
            assert {step[way] for way in ("in", "out") if way in step} <= set(form.fields)


def test_both_libraries_load_the_same_small_chain() -> None:
    starter = Path(__file__).parent.parent / "libraries" / "starter_minimal"
    small = Path("form_definitions") / "demo" / "small.json"
    assert (starter / small).read_bytes() == (pack_folder() / small).read_bytes()


def test_the_readme_of_the_starting_point_lists_every_form_field_state_and_action(words: Vocabulary) -> None:
    starter = Path(__file__).parent.parent / "libraries" / "starter_minimal"
    library = read_library([starter], words).library
    assert library is not None
    readme = (starter / "README.md").read_text()
    documents = [form for form in library.forms.values() if form.kind == "document" and form.name != "ticket"]
    assert len(documents) == 8
    for form in documents:
        workflow = library.workflows[form.name]
        people = (each for each in workflow.transitions.values() if {p.kind for p in each.by} - FIRED)
        for word in (form.name, *form.fields, *workflow.states, *(each.name for each in people)):
            assert word in readme, f"{form.name}: {word}"

"""The shipped libraries line by line: what stands in them is used, safe, and says the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import pytest

from engine.access.matrix import Matrix
from engine.definitions import Loaded
from engine.definitions.checks import CHECKS
from engine.definitions.models import EffectUse, Field, Form, Library, Step, Workflow
from engine.expressions import Expression

MOVING = ("move", "reserve", "hold", "create", "reverse")
CHINESE = re.compile("[\u4e00-\u9fff]")
VALUE = re.compile(r"\{\{ *([a-z_.]+)")


@pytest.fixture(scope="session")
def library(loaded: Loaded) -> Library:
    """Each library in turn."""
    assert loaded.library is not None, loaded.findings
    return loaded.library


def fields(form: Form) -> Iterator[Field]:
    """The header's fields, each table followed by its own."""
    for field in form.fields.values():
        yield field
        yield from field.fields.values()


def seers(matrix: Matrix, form: str) -> set[str]:
    """The roles that may see records of a form."""
    return {role for role, _ in matrix.who(form, "see")}


def steps(workflow: Workflow) -> Iterator[Step]:
    for approval in workflow.approvals.values():
        for step in approval.steps.values():
            yield step
            yield from step.parts.values()


def uses(workflow: Workflow) -> Iterator[EffectUse]:
    for action in workflow.transitions.values():
        yield from action.do.values()
        for way in action.to:
            yield from way.do.values()
    for timer in workflow.timers.values():
        yield from timer.do.values()


# Every check of the engine, asked one by one


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_no_check_finds_an_error_in_a_shipped_library(library: Library, check: object) -> None:
    assert callable(check)
    assert [each for each in check(library) if each.severity == "error"] == []


# Words


def test_every_title_in_chinese_is_chinese_and_in_english_is_not(library: Library) -> None:
    wrong = []
    for form in library.forms.values():
        titles = [(form.name, form.title), *((each.path, each.title) for each in fields(form))]
        workflow = library.workflows[form.name]
        titles += [(each.name, each.title) for each in workflow.states.values()]
        titles += [(each.name, each.title) for each in workflow.transitions.values()]
        for name, title in titles:
            if CHINESE.search(title["en"]) or not (CHINESE.search(title["zh"]) or title["zh"].isupper()):
                wrong.append((form.name, name, dict(title)))
    assert wrong == []


def test_two_actions_that_one_may_take_in_one_state_are_not_called_alike(library: Library) -> None:
    for workflow in library.workflows.values():
        for state in workflow.states:
            for one, other in combinations(workflow.leaving(state), 2):
                if {each.kind for each in (*one.by, *other.by)} != {"system"}:
                    assert one.title["zh"] != other.title["zh"], (workflow.name, one.name, other.name)
                    assert one.title["en"] != other.title["en"], (workflow.name, one.name, other.name)


def test_two_fields_of_one_place_and_two_states_of_one_workflow_are_not_called_alike(library: Library) -> None:
    for form in library.forms.values():
        for place in (form.fields, *(each.fields for each in form.fields.values() if each.fields)):
            for language in ("en", "zh"):
                titles = [each.title[language] for each in place.values()]
                assert len(set(titles)) == len(titles), (form.name, titles)
        states = [each.title["zh"] for each in library.workflows[form.name].states.values()]
        assert len(set(states)) == len(states), form.name


def test_a_guard_says_a_whole_sentence_in_both_languages(library: Library) -> None:
    for workflow in library.workflows.values():
        rules = [*library.forms[workflow.form].rules.values()]
        rules += [rule for action in workflow.transitions.values() for rule in action.guard.values()]
        for rule in rules:
            assert rule.says["en"][0].isupper(), (workflow.name, rule.name)
            assert rule.says["en"].endswith((".", "?", "!")), (workflow.name, rule.name)
            assert CHINESE.search(rule.says["zh"]), (workflow.name, rule.name)
            assert rule.says["zh"].endswith(("。", "？", "！")), (workflow.name, rule.name)


# Notices


def test_a_notice_names_the_same_values_in_both_languages(library: Library) -> None:
    for name, words in library.templates.items():
        assert set(words) == {"en", "zh"}, name
        assert set(VALUE.findall(words["en"])) == set(VALUE.findall(words["zh"])), name
        assert CHINESE.search(words["zh"]), name


def test_every_notice_is_sent_by_somebody_and_every_one_that_is_sent_is_there(library: Library) -> None:
    sent = {use.options["template"] for each in library.workflows.values() for use in uses(each)
            if use.effect == "notify"}  # fmt: skip
    assert sent <= set(library.templates)


def test_whoever_submits_is_told_what_was_decided(library: Library) -> None:
    """In a library that tells anybody anything: of each approval that ends, one way and the other."""
    for workflow in library.workflows.values() if library.templates else ():
        for name in [name for each in workflow.approvals.values() for name in (each.approved, each.refused)]:
            transition = workflow.transitions[name]
            ways = [transition.do, *(each.do for each in transition.to)]
            told = [use.options["to"] for do in ways for use in do.values() if use.effect == "notify"]
            assert any(who.kind == "submitter" for to in told for who in to), (workflow.name, name)


# Rights


def test_no_two_lines_grant_the_same_at_two_reaches(library: Library) -> None:
    """The wider one alone says it."""
    granted: dict[tuple[str, str, str], list[str]] = {}
    for role, thing, action, where in library.rights.lines:
        granted.setdefault((role, thing, action), []).append(where)
    assert {key: where for key, where in granted.items() if len(set(where)) != len(where)} == {}


def test_roles_that_exclude_each_other_are_roles_and_no_role_excludes_itself(library: Library) -> None:
    for role in library.rights.roles.values():
        assert role.name not in role.excludes
        assert set(role.excludes) <= set(library.rights.roles)
        assert {"en", "zh"} <= set(role.title), role.name
        assert {"en", "zh"} <= set(role.purpose), role.name


def test_every_role_may_do_something_and_everybody_who_acts_may_see(library: Library) -> None:
    matrix = Matrix(library.rights)
    roles = {role for role, *_ in library.rights.lines}
    assert roles == set(library.rights.roles)
    blind = []
    for role, thing, action, _ in library.rights.lines:
        if thing in library.workflows and action in library.workflows[thing].transitions:
            seeing = seers(matrix, thing)
            if role not in seeing:
                blind.append((role, thing, action))
    assert blind == []


def test_whoever_a_step_asks_may_see_what_he_decides(library: Library) -> None:
    matrix = Matrix(library.rights)
    blind = []
    for workflow in library.workflows.values():
        seeing = seers(matrix, workflow.form)
        for step in steps(workflow):
            blind += [
                (workflow.name, step.name, each.role) for each in step.ask if each.role and each.role not in seeing
            ]
    assert blind == []


def test_whoever_may_write_a_record_may_see_it(library: Library) -> None:
    matrix = Matrix(library.rights)
    for workflow in library.workflows.values():
        seeing = seers(matrix, workflow.form)
        for state in workflow.states.values():
            for edit in state.edit.values():
                roles = {each.role for each in edit.by if each.role}
                assert roles <= seeing, (workflow.name, state.name, edit.name)


# Fields and what they lead to


def test_every_quantity_says_whose_it_is(library: Library) -> None:
    for form in library.forms.values():
        for field in fields(form):
            if field.type == "quantity":
                assert field.options.get("of"), (form.name, field.path)


def test_what_is_listed_fits_a_line(library: Library) -> None:
    for form in library.forms.values():
        for path in form.list:
            field = form.field(path)
            assert field is None or field.type not in ("long_text", "table", "attachment"), (form.name, path)


def test_a_master_is_known_by_a_code_that_no_other_has(library: Library) -> None:
    for form in library.forms.values():
        if form.kind == "master" and "code" in form.fields and "lot" not in form.told.get("ledger", {}):
            code = form.fields["code"]
            assert code.unique, form.name
            assert code.required is True, form.name


def test_every_document_that_moves_goods_is_numbered_and_has_an_end_for_each_way(library: Library) -> None:
    for name, workflow in library.workflows.items():
        if any(use.effect in MOVING for use in uses(workflow)):
            assert library.forms[name].numbering is not None, name
            ends = [each.name for each in workflow.states.values() if each.end]
            assert ends, name
            assert not [state for state in ends if workflow.leaving(state)], name


def test_a_place_of_a_record_that_goods_pass_through_must_be_empty_at_its_end(library: Library) -> None:
    for form in library.forms.values():
        for place in form.places.values():
            if place.kind == "transit":
                assert place.empty_at_end, (form.name, place.name)


def test_what_is_reserved_is_released_somewhere(library: Library) -> None:
    for name, workflow in library.workflows.items():
        done = {use.effect for use in uses(workflow)}
        assert "reserve" not in done or done & {"release", "reverse"}, name
        assert "hold" not in done or "unhold" in done, name


def test_expressions_of_a_shipped_library_are_short_enough_to_be_read(library: Library) -> None:
    long = []
    for form in library.forms.values():
        for field in fields(form):
            for each in (field.default, field.compute, field.live, field.only, field.at_most, field.visible):
                if isinstance(each, Expression) and len(each.text) > 200:
                    long.append((form.name, field.path))
    assert long == []

"""What a good library becomes: compiled fields, numbering, people, effects, facts, approvals, timers."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from engine.definitions import form_scope, read_texts, schema_of_form
from engine.definitions.models import Form, Library, Workflow
from engine.expressions import Expression, ExpressionFault, Type, compile_expression
from tests.definitions.sample import FLOW_FILE, REQUEST_FILE, VOCABULARY, changed, read


@pytest.fixture
def library(tmp_path: Path) -> Library:
    loaded = read(tmp_path)
    assert loaded.library is not None
    return loaded.library


@pytest.fixture
def form(library: Library) -> Form:
    return library.forms["request"]


@pytest.fixture
def workflow(library: Library) -> Workflow:
    return library.workflows["request"]


def test_maps_keep_the_order_of_the_file(form: Form) -> None:
    assert list(form.fields) == ["shop", "reason", "lines", "total"]
    assert list(form.fields["lines"].fields) == ["good", "asked", "given", "cost", "value"]


def test_fields_are_typed_and_numbered(form: Form) -> None:
    assert form.fields["shop"].value_type == Type("reference", form="shop")
    assert form.fields["reason"].value_type.options == ("refill", "other")
    assert [option.title["zh"] for option in form.fields["reason"].options["options"]] == ["补货", "其他"]
    asked = form.field("lines.asked")
    assert asked is not None
    assert (asked.path, asked.table, asked.options["of"]) == ("lines.asked", "lines", "good")
    numbers = [form.fields["shop"].number, form.fields["lines"].number, asked.number, form.fields["total"].number]
    assert len(set(numbers)) == 4
    assert min(numbers) >= 1


def test_a_title_that_is_not_given_is_the_name_in_words(form: Form) -> None:
    assert form.fields["reason"].title == {"en": "Reason", "zh": "Reason"}


def test_expressions_are_compiled_also_when_yaml_typed_them(library: Library) -> None:
    default = library.forms["good"].fields["active"].default
    assert default is not None
    assert (default.text, default.type.kind) == ("true", "boolean")


def test_derived_fields_come_after_what_they_read(form: Form) -> None:
    order = form.derived
    assert set(order) == {"shop", "lines.given", "lines.cost", "lines.value", "total"}
    assert order.index("lines.given") < order.index("lines.value") < order.index("total")
    assert order.index("lines.cost") < order.index("lines.value")


def test_numbering_is_taken_apart(form: Form) -> None:
    assert form.numbering is not None
    assert form.numbering.parts == (
        ("text", "RQ-"),
        ("path", ("shop", "code")),
        ("text", "-"),
        ("period",),
        ("text", "-"),
        ("counter", 5),
    )


def test_what_the_engine_is_told_is_kept_even_when_it_says_little(library: Library) -> None:
    assert library.forms["region"].told == {"org_unit": {"parent": None}}
    assert library.forms["shop"].told["ledger"] == {"place": {"kind": "shop", "negative": "forbidden"}}


def test_people_are_read(workflow: Workflow) -> None:
    above, chain = workflow.approvals["review"].steps.values()
    (boss,) = above.ask
    assert (boss.kind, boss.role, boss.relation) == ("role", "boss", "above")
    assert boss.unit is not None
    assert (boss.unit.text, boss.unit.type.form) == ("record.shop", "shop")
    assert chain.ask[0].unit is None
    assert [each.kind for each in workflow.transitions["send"].by] == ["role", "system"]


PEOPLE = [
    ("submitter", ("submitter", None)),
    ("editor", ("editor", None)),
    ("writer", ("writer", None)),
    ("manager of submitter", ("manager_of", "submitter")),
    ("decider of first_look", ("decider_of", "first_look")),
    ("owner of lines.good", ("owner_of", None)),
    ("keeper", ("field", None)),
    ("manager of keeper", ("manager_of", None)),
]


@pytest.mark.parametrize(("words", "kind"), PEOPLE)
def test_every_way_to_name_people_is_read(tmp_path: Path, words: str, kind: tuple[str, str | None]) -> None:
    files = changed("workflow_definitions/request.yaml", "to: [boss at chain]", f"to: [{words}]")
    files[REQUEST_FILE] = files[REQUEST_FILE].replace("rules:\n", "  keeper: {type: reference, to: human}\nrules:\n")
    loaded = read(tmp_path, files)
    assert loaded.library is not None, loaded.findings
    (found,) = loaded.library.workflows["request"].transitions["send"].do["tell"].options["to"]
    assert (found.kind, found.name) == kind
    assert found.text == words


def test_effects_are_compiled_where_they_stand(workflow: Workflow) -> None:
    promise = workflow.transitions["accept"].do["promise"]
    assert (promise.effect, promise.options["each"]) == ("reserve", "lines")
    quantity = promise.options["quantity"]
    assert isinstance(quantity, Expression)
    assert quantity.names == {("row", "given")}
    assert promise.options["at"].type == Type("reference", form="shop")


def test_alternatives_keep_their_order_and_a_plain_target_is_one(workflow: Workflow) -> None:
    nothing, goods = workflow.transitions["accept"].to
    assert (nothing.state, goods.state, goods.when) == ("refused", "open", None)
    assert nothing.when is not None
    assert [each.state for each in workflow.transitions["send"].to] == ["sent"]
    assert workflow.transitions["send"].origins == ("open",)


def test_approvals_votes_and_timers_are_read(workflow: Workflow) -> None:
    approval = workflow.approvals["review"]
    second = approval.steps["second_look"]
    assert (second.decide.need, second.exclude) == ("60%", (("did", "submit"),))
    assert approval.may_return_to == ("submitter", "first_look")
    assert workflow.timers["late"].after.seconds == 3 * 86_400
    assert workflow.duties["not_alone"].not_both == ("submit", "second_look")


def test_a_fact_is_taken_apart_into_keys_and_the_rest(library: Library) -> None:
    fact = library.facts["open_requests"]
    (source,) = fact.sources
    assert {name: each.text for name, each in source.keys.items()} == {"shop": "it.shop", "good": "row.good"}
    assert source.where is not None
    assert source.where.names == {("it", "state")}
    assert (source.form, source.table, fact.except_this, fact.gives.kind) == ("request", "lines", True, "quantity")


def test_rights_are_read_with_their_lines(library: Library) -> None:
    assert ("clerk", "request", "send", "own") in library.rights.lines
    assert library.rights.roles["clerk"].excludes == ("boss",)
    assert library.rights.places["clerk", "request", "see", "own"].line == 2


def test_models_never_change(form: Form) -> None:
    with pytest.raises(FrozenInstanceError):
        form.name = "other"  # type: ignore[misc]


def test_texts_give_the_same_library_as_the_folder(tmp_path: Path, library: Library) -> None:
    loaded = read(tmp_path)
    again = read_texts({each.key: each.text for each in loaded.documents}, VOCABULARY)
    assert again.library is not None
    assert again.library.hash == library.hash
    assert list(again.library.forms["request"].fields) == list(library.forms["request"].fields)
    assert "# what this form is called" in library.texts["form", "request"]


NAMES = [
    ("filter", "it.total > 5 and shop == record.shop", "boolean"),
    ("filter", "state == 'open' and created < now", "boolean"),
    ("filter", "any(lines, row.asked > 1)", "boolean"),
    ("record", "record.transit", "place"),
    ("record", "record.shop.damaged", "place"),
    ("record", "chain.loss", "place"),
    ("record", "decided or came_from == 'draft'", "boolean"),
    ("record", "record.created_by == actor", "boolean"),
    ("record", "actor.store.region.code", "text"),
    ("record", "actor != system", "boolean"),
    ("record", "open_requests(record.shop, first(lines.good))", "quantity"),
    ("record", "days_between(date(record.created), today)", "integer"),
    ("row lines", "row.asked * 2", "quantity"),
]


@pytest.mark.parametrize(("where", "words", "kind"), NAMES)
def test_an_expression_may_name_what_stands_there(library: Library, where: str, words: str, kind: str) -> None:
    assert compile_expression(words, form_scope(library, "request", where)).type.kind == kind


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("record", "it.total"),
        ("record", "row.asked"),
        ("record", "shop"),
        ("filter", "chain.nowhere"),
        ("record", "record.nothing"),
    ],
)
def test_an_expression_may_name_nothing_else(library: Library, where: str, words: str) -> None:
    with pytest.raises(ExpressionFault):
        compile_expression(words, form_scope(library, "request", where))


def test_the_schema_for_integrators_says_strings_where_digits_count(form: Form) -> None:
    schema = schema_of_form(form, "zh")
    assert schema["title"] == "申请"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["shop", "reason"]
    assert schema["properties"]["total"]["type"] == ["string", "null"]
    assert schema["properties"]["total"]["readOnly"] is True
    assert schema["properties"]["reason"]["enum"] == ["refill", "other", None]
    row = schema["properties"]["lines"]["items"]["properties"]
    assert row["asked"]["anyOf"][1]["required"] == ["quantity", "unit"]
    assert schema["properties"]["lines"]["minItems"] == 1


def test_a_decimal_in_yaml_stays_the_digits_that_stand_there(tmp_path: Path) -> None:
    files = changed("workflow_definitions/request.yaml", "record.total > 100", "record.total > 0.1")
    loaded = read(tmp_path, files)
    assert loaded.library is not None
    when = loaded.library.workflows["request"].approvals["review"].steps["second_look"].when
    assert when is not None
    assert when.text == "record.total > 0.1"


def test_a_state_means_what_it_says_or_how_it_is_reached(tmp_path: Path) -> None:
    """What begins wants attention; what refusing leads to is wrong; a word of its own counts more."""
    loaded = read(tmp_path)
    assert loaded.library is not None
    flow = loaded.library.workflows["request"]
    found = {name: flow.meaning(name) for name in flow.states}
    assert (found[flow.start], found["sent"], found["refused"]) == ("attention", "good", "wrong")
    assert {found[each.name] for each in flow.states.values() if not each.end} == {"attention", "progress"}
    told = "refused: {title: {en: Refused, zh: 已拒绝}, end: true}"
    said = read(tmp_path, changed(FLOW_FILE, told, told.replace("end: true", "end: true, means: attention")))
    assert said.library is not None
    assert said.library.workflows["request"].meaning("refused") == "attention"


def test_a_rule_that_is_shown_in_a_column_is_asked_row_by_row_and_may_only_warn(tmp_path: Path) -> None:
    says = "{en: More., zh: 更多。}"
    rule = f"rules:\n  enough: {{check: row.given <= row.asked, field: lines.given, warns: true, says: {says}}}"
    loaded = read(tmp_path, changed(REQUEST_FILE, "rules:", rule))
    assert loaded.library is not None, loaded.findings
    made = loaded.library.forms["request"].rules
    assert {name: each.warns for name, each in made.items()} == {"enough": True, "known_shop": False}
    outside = read(tmp_path, changed(REQUEST_FILE, "rules:", rule.replace("field: lines.given, ", "")))
    assert [each.code for each in outside.findings] == ["unknown_name"]

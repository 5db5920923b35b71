"""The browser back end in a real Chromium: every vector that needs no world, and whatever else agrees with Python."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.expressions import Environment, ExpressionFault
from engine.expressions.browser import to_browser
from engine.expressions.words import WORDS
from tests.expressions.chromium import SOURCES, Ask, bundle, case, chromium, in_python, told
from tests.expressions.deeds import NOW, TODAY, VECTORS, DeedWorld, compiled, deed, names, plain, wanted
from tests.expressions.test_agreement import conditions, deeds, numbers

RUNNING = [(each, compiled(each["x"])) for each in VECTORS if "fault" not in each]
TAKEN = [(vector, expression) for vector, expression in RUNNING if to_browser(expression) is not None]
LEFT = [expression for _, expression in RUNNING if to_browser(expression) is None]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """One page for all of them."""
    with chromium(bundle(SOURCES, tmp_path_factory.mktemp("script"))) as asking:
        yield asking


def _faults(ask: Ask) -> list[str]:
    answers = ask([case(expression) for _, expression in TAKEN])
    faults = []
    for (vector, expression), answer in zip(TAKEN, answers, strict=True):
        if "refused" in vector:
            right: Any = {"refused": vector["refused"]}
        else:
            right = in_python(expression)
            assert plain(_untold(right)) == wanted(vector["is"], expression.type), vector["x"]
        if answer != right:
            faults.append(f"{vector['x']}: the browser answered {answer!r}, not {right!r}")
    return faults


def _untold(value: Any) -> Any:
    """A told value as the vectors write it."""
    if isinstance(value, list):
        return [_untold(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind, found = next(iter(value.items()))
    if kind == "exact":
        return Decimal(found)
    if kind == "moment":
        return datetime.fromisoformat(found)
    return found[1] if kind == "reference" else found


def test_the_browser_answers_every_vector_that_needs_no_world(ask: Ask) -> None:
    """Value by value, kind by kind, and each refusal by its code."""
    assert len(TAKEN) >= 650
    assert sum("refused" in vector for vector, _ in TAKEN) >= 20
    assert _faults(ask) == []


def test_what_only_the_world_answers_is_left_to_the_server() -> None:
    """`to_browser` says so, for exactly the words of outside and past and for facts."""
    outside = {word.name for word in WORDS if word.kind in ("outside", "past")} | {"open_deeds"}
    assert {word for expression in LEFT for word in expression.calls} == outside
    assert all(expression.calls for expression in LEFT)
    assert not any(expression.calls for _, expression in TAKEN)
    every = {word.name for word in WORDS} - outside
    assert {word for word in every if any(f"{word}(" in vector["x"] for vector, _ in TAKEN)} == every


PLANTED = [
    ("exact.ts", "2n * rest >= by", "2n * rest > by"),
    ("exact.ts", "size > LARGEST", "size >= LARGEST"),
    ("running.ts", "return sure ? !ends : null;", "return !ends;"),
    ("running.ts", "for (const _ of written) length += 1;", "length = written.length;"),
    ("words.ts", "values.includes(null) ? null : !ends", "!ends"),
    ("days.ts", "shiftedMonth < 10 ?", "shiftedMonth <= 10 ?"),
]
"""A file, what stands there, and a fault in its place."""


@pytest.mark.parametrize(("file", "right", "wrong"), PLANTED, ids=lambda each: str(each)[:20])
def test_a_planted_fault_is_seen_by_the_vectors(tmp_path: Path, file: str, right: str, wrong: str) -> None:
    """A comparison that cannot fail would prove nothing."""
    copied = Path(shutil.copytree(SOURCES, tmp_path / "sources"))
    text = (copied / file).read_text(encoding="utf-8")
    assert text.count(right) == 1
    (copied / file).write_text(text.replace(right, wrong), encoding="utf-8")
    with chromium(bundle(copied, tmp_path)) as asking:
        assert _faults(asking) != []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(conditions(3), numbers(3)), min_size=20, max_size=20), deeds)
def test_the_browser_agrees_with_python_on_whatever_type_checks(
    ask: Ask, texts: list[str], changes: dict[str, Any]
) -> None:
    """The same value, or the same refusal."""
    expressions = []
    for text in texts:
        try:
            expressions.append(compiled(text))
        except ExpressionFault:
            continue
    answers = ask([case(each, **changes) for each in expressions])
    changed = deed(**changes)
    more = {"record": changed, "it": changed, "row": changed.values["lines"][0]}
    for expression, answer in zip(expressions, answers, strict=True):
        assert answer == in_python(expression, **more), expression.text


TEXTS = ["", "a", "B", "é", "仓", "\ue000", "\uffee", "𝒳", "😀", "a😀", "a\uffee", "İ"]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
def test_texts_are_ordered_by_code_points_and_not_by_halves_of_them(ask: Ask, sign: str) -> None:
    expression = compiled(f"it.note {sign} it.zh")
    pairs = [(one, two) for one in TEXTS for two in TEXTS]
    answers = ask([case(expression, note=one, zh=two) for one, two in pairs])
    assert answers == [in_python(expression, it=deed(note=one, zh=two)) for one, two in pairs]


@pytest.mark.parametrize(
    "text", ["len(it.note)", "lower(it.note)", "starts(it.note, it.zh)", "contains(it.zh, it.note)"]
)
def test_texts_are_measured_and_searched_by_code_points(ask: Ask, text: str) -> None:
    expression = compiled(text)
    pairs = [(one, two) for one in TEXTS for two in TEXTS]
    answers = ask([case(expression, note=one, zh=two) for one, two in pairs])
    assert answers == [in_python(expression, it=deed(note=one, zh=two)) for one, two in pairs]


MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2037, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MOMENTS, min_size=20, max_size=20))
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
def test_a_moment_falls_on_the_same_day_in_every_zone(ask: Ask, zone: str, moments: list[datetime]) -> None:
    """Summer time, half hours, and a day that an island left out."""
    expression = compiled("date(it.at)")
    answers = ask([{**case(expression, at=moment), "zone": zone} for moment in moments])
    days = [
        expression.evaluate(
            Environment({**names(), "it": deed(at=moment)}, DeedWorld(), NOW, TODAY, None, ZoneInfo(zone))
        )
        for moment in moments
    ]
    assert answers == [told(day) for day in days]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MOMENTS, min_size=20, max_size=20))
def test_a_moment_is_as_old_as_python_says_also_when_it_is_still_to_come(ask: Ask, moments: list[datetime]) -> None:
    expression = compiled("age(it.at)")
    answers = ask([case(expression, at=moment) for moment in moments])
    assert answers == [in_python(expression, it=deed(at=moment)) for moment in moments]


def test_a_moment_has_no_day_without_a_zone(ask: Ask) -> None:
    assert ask([{**case(compiled("date(it.at)")), "zone": None}]) == [{"refused": "missing"}]


@pytest.mark.parametrize(
    "text", ["sum(it.lines, row.a * 2)", "it.n in [1, 2, 7]", "count(it.lines.a)", "actor.store.code"]
)
def test_the_fuel_of_both_ends_at_the_same_step(ask: Ask, text: str) -> None:
    expression = compiled(text)
    answers = ask([{**case(expression), "fuel": fuel} for fuel in range(45)])
    assert {"refused": "fuel"} in answers
    assert answers[-1] != {"refused": "fuel"}
    assert answers == [in_python(expression, fuel=fuel) for fuel in range(45)]


def test_a_name_that_nobody_knows_or_of_another_kind_is_a_fault_and_never_a_yes(ask: Ask) -> None:
    texts = ["record.total > 1", "not record.yes", "record.note == 'x'", "any(lines, row.ok)", "record.day < today"]
    asked = [case(compiled(text)) for text in texts]
    for each in asked:
        each["roots"]["fields"] = {"total": "200", "yes": "no", "note": 1, "lines": [1], "day": "2020-01-01"}
    assert ask(asked) == [{"refused": "value"}] * len(texts)
    assert ask([case(compiled("decided")) | {"roots": {"fields": {}}}]) == [{"refused": "missing"}]


def test_a_field_named_like_something_every_object_has_is_only_a_field(ask: Ask) -> None:
    tree = {"names": [], "node": ["attribute", "constructor", ["name", "row"]]}
    assert ask([case(compiled("1")) | {"tree": tree}]) == [None]
    odd = [
        ["constructor", None],
        ["word", ["toString"]],
        ["arithmetic", ["valueOf", 0], ["number", "1"], ["number", "1"]],
    ]
    answers = ask([case(compiled("1")) | {"tree": {"names": [], "node": node}} for node in odd])
    assert answers == [{"refused": "evaluation"}] * len(odd)


def test_a_tree_says_what_it_depends_on_and_is_plain_json() -> None:
    tree = to_browser(compiled("sum(lines, row.a) > 2.50 and record.store.open and age(record.day) > 3"))
    assert tree["names"] == [
        ["record", "day"],
        ["record", "lines"],
        ["record", "lines", "a"],
        ["record", "store", "open"],
        ["today"],
    ]
    for _, expression in TAKEN:
        made = to_browser(expression)
        assert json.loads(json.dumps(made)) == made
        assert made["names"] == sorted(list(path) for path in expression.names)


def test_nothing_is_made_of_text_and_no_float_is_parsed() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES.glob("*.ts"))
    assert re.findall(r"\beval\b\(|new Function|parseFloat|\bDate\(|innerHTML", sources) == []

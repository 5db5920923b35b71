"""Words of notices: what a template may say, and that nothing in it can run, grow or look around."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine.web.rendering import render_words

VALUES: dict[str, Any] = {
    "record": {"number": "TR-1", "from": "S01", "lines": ["a", "b"], "note": "{{7*7}}"},
    "title": "T",
}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ title }} {{ record.number }} 已发出", "T TR-1 已发出"),
        ("{% if record.number %}yes{% else %}no{% endif %}", "yes"),
        ("{% for line in record.lines %}{{ line }};{% endfor %}", "a;b;"),
        ("{{ record.lines | length }} {{ record.lines | join('+') }}", "2 a+b"),
        ("{{ record.note }}", "{{7*7}}"),
        ("<b>{{ title }}</b>", "<b>T</b>"),
        ("{{ 6 * 7 }}", "42"),
        ("a{{ record.cost }}b{{ record.cost.amount }}c{{ nothing.at.all }}d", "abcd"),
        ("{{ record.from.name }}{{ record.cost | default('-') }}", "-"),
    ],
)
def test_a_template_says_values_and_leaves_out_what_is_not_there(template: str, said: str) -> None:
    assert render_words(template, VALUES) == said


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ record.__class__ }}{{ record.__class__.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(title) }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ title | attr('__class__') }}",
        "{% for i in range(10) %}{% for j in range(1000000000) %}x{% endfor %}{% endfor %}",
        "{{ lipsum(1000) }}{{ cycler }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% extends 'base.html' %}",
        "{% set _ = record.update({'number': 'X'}) %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ record.number",
        "{% if %}",
        "{{ 'a' + 1 }}",
    ],
)
def test_a_template_that_wants_more_says_nothing_and_costs_nothing(template: str) -> None:
    before = repr(VALUES)
    begun = time.process_time()
    said = render_words(template, VALUES)
    assert time.process_time() - begun < 1
    assert said.strip(" x") == ""
    assert repr(VALUES) == before


def test_what_is_too_long_is_cut() -> None:
    assert len(render_words("{{ title }}", {"title": "x" * 100_000})) == 4000
    assert len(render_words("x" * 100_000, {})) == 4000

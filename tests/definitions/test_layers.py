"""Overlays: differences merged by name, placed, removed; conflicts with both lines; variants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.definitions import Loaded, overlays_for, read_library
from engine.expressions import Environment, Place, Reference, Subject, Value
from tests.definitions.sample import FORMS, REQUEST_FILE, VOCABULARY, errors, lay

CHAIN = """\
format: 1
library: acme
title: {en: Acme, zh: 某连锁}
layers: [base, acme, west, small]
options:
  reason:
    gift: {en: Gift, zh: 赠品}
"""
WEST = """\
format: 1
overlay: west
over: base
applies_to: it.region.code == 'WEST'
change:
  form request:
    title: {en: Western request}
    fields:
      project: {type: text, required: true, after: shop}
      reason: {required: false}
  workflow request:
    states:
      draft: {edit: {asker: {fields: [shop, project, reason, lines.good, lines.asked]}}}
    approvals:
      review:
        steps:
          extra: {ask: [boss above shop], before: second_look}
    timers:
      late: {after: 5d}
    duties: {not_alone: remove}
"""
SMALL = """\
format: 1
overlay: small
over: west
applies_to: it.code == 'S1'
change:
  form request:
    title: {en: Small request}
"""


def chain(folder: Path, overlays: Sequence[str] = (WEST, SMALL), library: str = CHAIN) -> Loaded:
    """The sample under a chain's library with these overlays."""
    files = {f"{FORMS}/library.yaml": library}
    for words in overlays:
        name = words.split("overlay: ")[1].split("\n")[0]
        files[f"{FORMS}/{name}.yaml"] = words
    return read_library([lay(folder / "base"), lay(folder / "acme", files)], VOCABULARY)


def test_every_combination_in_order_has_a_variant(tmp_path: Path) -> None:
    library = chain(tmp_path).library
    assert library is not None
    assert list(library.overlays) == ["west", "small"]
    assert set(library.variants) == {("west",), ("small",), ("west", "small")}
    titles = {names: library.variant(names).forms["request"].title["en"] for names in [(), *library.variants]}
    assert titles == {
        (): "Request",
        ("west",): "Western request",
        ("small",): "Small request",
        ("west", "small"): "Small request",
    }


def test_differences_merge_by_name_place_and_remove(tmp_path: Path) -> None:
    library = chain(tmp_path).library
    assert library is not None
    west = library.variant(("west",))
    form, workflow = west.forms["request"], west.workflows["request"]
    assert list(form.fields) == ["shop", "project", "reason", "lines", "total"]
    assert form.title == {"en": "Western request", "zh": "申请"}
    assert form.fields["reason"].required is False
    assert form.fields["reason"].value_type.options == ("refill", "other", "gift")
    assert list(workflow.approvals["review"].steps) == ["first_look", "extra", "second_look"]
    assert workflow.timers["late"].after.seconds == 5 * 86_400
    assert dict(workflow.duties) == {}


def test_what_no_overlay_touches_is_shared_and_the_library_stays_as_it_was(tmp_path: Path) -> None:
    library = chain(tmp_path).library
    assert library is not None
    assert library.variant(("west",)).forms["good"] is library.forms["good"]
    assert list(library.forms["request"].fields) == ["shop", "reason", "lines", "total"]
    shop = library.forms["request"].fields["total"].number
    assert library.variant(("west",)).forms["request"].fields["total"].number == shop


def test_a_merged_value_stands_where_its_overlay_says_it(tmp_path: Path) -> None:
    loaded = chain(tmp_path, [WEST.replace("type: text, required", "type: txt, required")])
    assert [(each.file, each.line, each.code) for each in errors(loaded)] == [
        (f"{FORMS}/west.yaml", 9, "not_an_option")
    ]


def test_an_overlay_without_a_condition_changes_the_library_itself(tmp_path: Path) -> None:
    words = SMALL.replace("over: west\n", "over: base\n").replace("applies_to: it.code == 'S1'\n", "")
    library = chain(tmp_path, [words]).library
    assert library is not None
    assert library.forms["request"].title["en"] == "Small request"
    assert dict(library.variants) == {}


def test_two_overlays_without_an_order_do_not_change_one_thing(tmp_path: Path) -> None:
    free = CHAIN.replace("[base, acme, west, small]", "[base, acme]")
    found = errors(chain(tmp_path, [WEST, SMALL.replace("over: west", "over: base")], free))
    assert [each.code for each in found] == ["unordered_layers"]
    assert {found[0].file, found[0].message["en"].split("(")[1].split(":")[0]} == {
        f"{FORMS}/west.yaml",
        f"{FORMS}/small.yaml",
    }


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("after: shop}", "after: shopp}", "unknown_word"),
        ("duties: {not_alone: remove}", "duties: {not_alon: remove}", "nothing_to_remove"),
        ("form request:", "form requests:", "unknown_name"),
        ("over: base", "over: bse", "unknown_name"),
        ("it.region.code", "it.regio.code", ""),
        ("reason: {required: false}", "reason: remove", ""),
        ("form request:", "library request:", "name"),
    ],
)
def test_an_overlay_that_does_not_fit_is_found_out(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert WEST.count(old) == 1
    found = errors(chain(tmp_path, [WEST.replace(old, new)]))
    assert found
    assert not code or code in {each.code for each in found}
    assert {each.file for each in found} <= {f"{FORMS}/west.yaml", "workflow_definitions/request.yaml", REQUEST_FILE}


def test_too_many_conditional_overlays_are_refused(tmp_path: Path) -> None:
    many = [SMALL.replace("small", f"o{index}").replace("over: west", "over: base") for index in range(7)]
    layers = ", ".join(["base", "acme", *(f"o{index}" for index in range(7))])
    found = errors(chain(tmp_path, many, CHAIN.replace("base, acme, west, small", layers)))
    assert [each.code for each in found] == ["too_many_overlays"]


def test_a_chain_adds_and_takes_away_policy_lines(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    lay(folder, {"permissions/policy.csv": "p, clerk, good, see, own\nremove, boss, stock, see, chain\n"})
    library = chain(tmp_path).library
    assert library is not None
    assert ("clerk", "good", "see", "own") in library.rights.lines
    assert ("boss", "stock", "see", "chain") not in library.rights.lines


class Shops:
    """Answers for two shops."""

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        assert isinstance(of, Reference)
        known: dict[tuple[str, str], Value] = {
            ("1", "code"): "S1",
            ("1", "region"): Reference("region", "w"),
            ("2", "code"): "S2",
            ("2", "region"): None,
            ("w", "code"): "WEST",
        }
        return known[of.id, name]

    def call(self, function: str, args: Sequence[Value], named: object) -> Value:
        raise AssertionError(function)


def test_overlays_are_asked_of_the_unit_and_empty_is_no(tmp_path: Path) -> None:
    library = chain(tmp_path).library
    assert library is not None
    environment = Environment({}, Shops(), datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1))
    assert overlays_for(library, Reference("shop", "1"), environment) == ("west", "small")
    assert overlays_for(library, Reference("shop", "2"), environment) == ()

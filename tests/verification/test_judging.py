"""What walking finds, as findings: at its line, in both languages, with the way there; and nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine import bootstrap
from engine.definitions import Finding, read_library
from engine.definitions.models import Library
from engine.settings import pack_folder
from engine.verification.judging import STAGES, judge
from engine.verification.paths import HIGH, LOW, begun_by_people, walk
from tests.definitions.faulty import Swap, line_of, loaded
from tests.definitions.sample import FILES, FLOW_FILE, POLICY_FILE, REQUEST_FILE

FREE = "free: {release: {each: lines}}"
GO = "{each: lines, item: row.good, lot: empty, quantity: row.given, from: %s, to: %s}"
OUT, BACK = GO % ("record.shop", "record.transit"), GO % ("record.transit", "record.shop")
BESIDE = Path(__file__).parents[1] / "libraries"
LIBRARIES = (pack_folder(), BESIDE / "maintenance", BESIDE / "starter_minimal")


@cache
def library(*swaps: Swap) -> Library:
    """The sample, changed so."""
    found = loaded(*swaps).library
    assert found is not None
    return found


def judged(*swaps: Swap) -> tuple[Finding, ...]:
    """What walking the sample, changed so, finds."""
    return judge(library(*swaps), library())


@pytest.mark.parametrize("folder", LIBRARIES, ids=lambda each: each.name)
def test_what_is_shipped_and_what_tests_rest_on_alarms_nobody(folder: Path) -> None:
    found = read_library(bootstrap.layers_of(folder), bootstrap.FIELD_AND_EFFECTS).library
    assert found is not None
    assert judge(found) == ()
    assert len(begun_by_people(found)) > 3


LEFT = [
    ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}"), "left_in_place", "  sent: {",
     "A record can end in 'sent' with goods left in 'transit'.", "单据可在“sent”结束，而“transit”中仍有商品。"),
    ((FLOW_FILE, FREE, "free: {unhold: {}}"), "left_reserved", "  sent: {",
     "A record can end in 'sent' and still promise goods ('promise').",
     "单据可在“sent”结束，而“promise”的预留未释放。"),
    ((FLOW_FILE, FREE, f"{FREE}\n      stop: {{hold: {{each: lines, item: row.good, at: record.shop}}}}"),
     "left_held", "  sent: {",
     "A record can end in 'sent' and still hold goods ('stop').", "单据可在“sent”结束，而“stop”的冻结未解除。"),
    ((FLOW_FILE, FREE, f"{FREE}\n      back: {{move: {BACK}}}"), "moves_nothing_there", "      back: {",
     "'back' can move goods that are not there, and no guard says so before.",
     "“back”可能移动并不存在的商品，而之前没有条件拦截。"),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "code", "at", "en", "zh"), LEFT, ids=[each[1] for each in LEFT])
def test_goods_that_are_left_or_not_there_are_found_at_their_line(
    swap: Swap, code: str, at: str, en: str, zh: str
) -> None:
    (found,) = [each for each in judged(swap) if each.code == code]
    text = FILES[FLOW_FILE].replace(*swap[1:])
    assert (found.file, found.line) == (FLOW_FILE, line_of(text, at))
    assert found.message == {"en": en, "zh": zh}


def test_the_way_to_it_is_told_deed_by_deed_and_can_be_walked_again() -> None:
    wrong = (FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}")
    (found,) = judged(wrong)
    first, *_, last = found.example
    assert first["en"].startswith("request: submit lines.asked=")
    assert last["en"] in ("request: send", "request: late")
    assert "request：同意 first_look" in "".join(each["zh"] for each in found.example)
    again = walk(library(wrong), "request", limits=(LOW,)).faults + walk(library(wrong), "request").faults
    assert tuple(each["en"] for each in found.example) in {each.path for each in again}


def test_half_of_it_taken_back_is_left_and_whatever_is_found_is_a_warning() -> None:
    less = BACK.replace("row.given", "row.given - 1")
    found = judged((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}\n      back: {{move: {less}}}"))
    assert {(each.code, each.severity) for each in found} == {("left_in_place", "warning")}


def test_a_state_that_nobody_leads_on_from_is_a_warning_where_no_rule_could_be_why() -> None:
    alone = [
        (FLOW_FILE, "by: [clerk at shop, system]", "by: [system]"),
        (FLOW_FILE, "late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}",
         "late: {in: open, after: 3d, do: {tell: {notify: {to: [boss at chain], template: told}}}}"),
        (FLOW_FILE, "expects: [send]", "expects: []"),
        (POLICY_FILE, "p, clerk, request, send, own\n", ""),
    ]  # fmt: skip
    assert [each for each in judged(*alone) if each.code == "stuck"] == []
    rule = FILES[REQUEST_FILE][FILES[REQUEST_FILE].index("rules:\n") :]
    (found,) = [each for each in judged(*alone, (REQUEST_FILE, rule, "")) if each.code == "stuck"]
    assert (found.severity, found.path) == ("warning", "states.open")
    assert found.message["zh"] == "处于“open”的单据无人能继续处理。"


NOTHING = [("row.given - row.given", ["never_posts"]), ("row.given", []), ("row.asked - row.given", [])]


@pytest.mark.parametrize(("quantity", "codes"), NOTHING)
def test_an_effect_that_never_posts_is_a_warning(quantity: str, codes: list[str]) -> None:
    move = GO.replace("row.given", quantity) % ("record.shop", "chain.loss")
    found = judged((FLOW_FILE, FREE, f"{FREE}\n      gone: {{move: {move}}}"))
    assert [(each.code, each.severity) for each in found] == [(code, "warning") for code in codes]


def test_only_what_differs_is_walked_again() -> None:
    wrong = library((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}"))
    assert judge(wrong, wrong) == ()
    assert [each.code for each in judge(wrong)] == ["left_in_place"]
    other = replace(library(), forms={**library().forms, "good": replace(library().forms["good"], show=("code",))})
    assert judge(other, library()) == ()


def test_a_walk_goes_as_far_as_it_is_told_and_says_nothing_of_the_rest() -> None:
    wrong = library((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}"))
    assert judge(wrong, library(), most=2) == ()
    assert walk(wrong, "request", 2, limits=(HIGH,)).stages == 3
    assert STAGES >= 200


TWICE = [
    (f"one: {{move: {OUT}}}\n      other: {{move: {OUT}}}", "error", "      other: {",
     "'other' moves again what 'one' moves in 'send'."),
    (f"one: {{move: {OUT}}}\n      back: {{move: {BACK}}}", "", "", ""),
    (f"one: {{move: {OUT}}}\n      other: {{when: record.total > 5, move: {OUT}}}", "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("effects", "severity", "at", "says"), TWICE, ids=range(len(TWICE)))
def test_the_same_move_twice_in_one_action_is_refused(effects: str, severity: str, at: str, says: str) -> None:
    swap = (FLOW_FILE, FREE, f"{FREE}\n      {effects}")
    found = [each for each in loaded(swap).findings if each.code == "posts_twice"]
    assert [(each.severity, each.message["en"]) for each in found] == ([(severity, says)] if says else [])
    if found:
        assert found[0].line == line_of(FILES[FLOW_FILE].replace(*swap[1:]), at)


PROMISE = "promise: {reserve: {each: lines, item: row.good, lot: empty, quantity: row.given, at: record.shop}}"
LOST = GO % ("record.shop", "chain.loss")


def test_the_same_move_in_two_actions_on_one_way_is_a_warning_with_the_way() -> None:
    both = (
        (FLOW_FILE, PROMISE, f"{PROMISE}\n      gone: {{move: {LOST}}}"),
        (FLOW_FILE, FREE, f"{FREE}\n      again: {{move: {LOST}}}"),
    )
    cut = (FLOW_FILE, ", edit: {cut: {fields: [lines.given]}}}", "}")
    (found,) = [each for each in loaded(*both, cut).findings if each.code == "posts_twice"]
    assert (found.severity, found.path) == ("warning", "transitions.send.do.again")
    assert found.message["zh"] == "“send”的“again”会重复移动“accept”的“gone”已移动的商品。"
    assert found.example == ({"en": "accept → send", "zh": "accept → send"},)
    assert [each.code for each in loaded(*both).findings] == []  # somebody may write it in between


def test_a_form_with_very_many_quantities_is_walked_within_the_same_bounds() -> None:
    names = [f"more_{each}" for each in range(12)]
    columns = "".join(f"      {name}: {{type: quantity, of: good}}\n" for name in names)
    wide = library(
        (REQUEST_FILE, "      value: {type", f"{columns}      value: {{type"),
        (FLOW_FILE, "fields: [shop, reason, lines.good, lines.asked]",
         f"fields: [shop, reason, lines.good, lines.asked, {', '.join(f'lines.{name}' for name in names)}]"),
    )  # fmt: skip
    walked = walk(wide, "request", STAGES, limits=(LOW,))
    assert walked.stages <= STAGES + 1
    assert {each.what for each in walked.faults} <= {"too_many"}
    assert ("request", "submit", "otherwise") in walked.taken
    assert judge(wide, library()) == ()

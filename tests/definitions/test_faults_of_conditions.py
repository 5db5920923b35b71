"""Conditions that never hold, amounts that fall through, rounds without anybody: what is said, and a case of it.

Each fault is a change of the sample; beside it stands what is nearly the same and right.
"""

from __future__ import annotations

import pytest

from engine.definitions import Finding
from tests.definitions.faulty import Swap, loaded
from tests.definitions.sample import FLOW_FILE, REQUEST_FILE

GUARD = 'check: "open_requests(record.shop, first(lines.good)) < 100"'
FIRST, SECOND = "first_look: {ask: [boss above shop],", "when: record.total > 100,"
NOTHING = "      nothing: {state: refused, when: sum(lines.given) == 0}\n"
SEND = "free: {release: {each: lines}}"
TWO = '{ask: [boss at chain], decide: {need: "60%"}'
TOTAL = ", index: true, sees: {by: [boss at chain]}}"


def told(*swaps: Swap) -> tuple[Finding, ...]:
    """What is found in the sample, changed so."""
    return loaded(*swaps).findings


def guard(check: str) -> Swap:
    """The guard of the submission asks this instead."""
    return (FLOW_FILE, GUARD, f'check: "{check}"')


def steps(first: str, second: str, total: str = "") -> list[Swap]:
    """The two steps are asked for these amounts, which people write."""
    written = (REQUEST_FILE, f"compute: sum(lines.value){TOTAL}", f"required: true{total}{TOTAL}")
    draft = (FLOW_FILE, "fields: [shop, reason, lines.good", "fields: [shop, total, reason, lines.good")
    return [(FLOW_FILE, FIRST, f'{FIRST} when: "{first}",'), (FLOW_FILE, SECOND, f'when: "{second}",'), written, draft]


NEVER = [
    ("sum(lines.asked) < 0", "sum(lines.asked) = 0"),
    ("count(lines) == 2.5", "count(lines) = 1"),
    ("state in ['review', 'open']", "state = draft"),
    ("sum(lines.asked) > 5 and sum(lines.asked) < 4", "sum(lines.asked) = 3.999"),
    ("not (record.shop.open or true)", ""),
    ("sum(lines.asked) * 2 > sum(lines.asked) + sum(lines.asked)", ""),
    ("record.reason == 'stock' and record.reason == 'gift'", "reason = gift"),
    ("record.shop.open if sum(lines.asked) < -1 else false", "sum(lines.asked) = -1.001"),
]  # fmt: skip


@pytest.mark.parametrize("check", [each for each, _ in NEVER if "gift" not in each])
def test_a_guard_that_never_holds_is_refused(check: str) -> None:
    (found,) = told(guard(check))
    assert (found.code, found.severity, found.path) == ("never_holds", "error", "transitions.submit.guard.room")
    assert found.message == {"en": f"'room' never holds: {check}.", "zh": f"“room”永远不成立：{check}。"}


HELD = [
    "sum(lines.asked) > 0",
    "sum(lines.asked) != 5",
    "state == 'draft' and record.shop.open",
    "record.total > 5 and record.total < 5.01 or record.shop.open",
    "record.total >= limit('request', 'boss') and record.total <= limit('request', 'boss')",
    "any(lines, row.asked > 5) and not all(lines, row.asked > 5)",
    "empty(record.reason) or record.reason == 'theft'",
    "decided or not decided and record.total > 7",
    "record.created <= now and sum(lines.asked) in [1, 2, 3]",
]


@pytest.mark.parametrize("check", HELD)
def test_a_guard_that_may_hold_and_may_not_alarms_nobody(check: str) -> None:
    options = loaded().library
    assert options is not None
    known = options.options["reason"][0].value
    assert told(guard(check.replace("'theft'", f"'{known}'"))) == ()


def test_a_guard_that_always_holds_is_a_warning() -> None:
    (found,) = told(guard("sum(lines.asked) >= 0"))
    assert (found.code, found.severity) == ("always_holds", "warning")
    assert found.message["zh"] == "“room”永远成立：sum(lines.asked) >= 0。"


def test_a_case_that_is_refused_is_shown() -> None:
    (found,) = told(guard("sum(lines.asked) > 5 and sum(lines.asked) < 4"))
    assert found.example == ({"en": "sum(lines.asked) = 0", "zh": "sum(lines.asked) = 0"},)


def test_guards_that_exclude_each_other_are_found_where_they_stand_together() -> None:
    few = "      few: {check: sum(lines.asked) < 5, says: {en: No.}}\n      room: {check"
    (found,) = told((FLOW_FILE, "      room: {check", few), guard("sum(lines.asked) > 9"))
    assert (found.code, found.path) == ("never_holds", "transitions.submit")
    assert found.message == {
        "en": "The guards of 'submit' never hold together: few, room.",
        "zh": "“submit”的条件不可能同时成立：few, room。",
    }


def test_an_alternative_that_an_earlier_one_takes_whole_is_refused_with_a_case() -> None:
    (found,) = told(
        (FLOW_FILE, NOTHING, "      some: {state: open, when: sum(lines.given) >= 0}\n" + NOTHING),
    )[:1]
    assert (found.code, found.severity, found.path) == ("never_taken", "error", "transitions.accept")
    assert found.example[0] == {
        "en": "sum(lines.given) = 0: 'some' is taken",
        "zh": "sum(lines.given) = 0：选中“some”",
    }


def test_an_alternative_that_a_guard_leaves_nothing_to_is_refused_with_a_case() -> None:
    accept = "    by: [system]\n    do:\n      promise:"
    more = (
        "    by: [system]\n    guard: {some: {check: sum(lines.given) > 0, says: {en: No.}}}\n    do:\n      promise:"
    )
    (found,) = told((FLOW_FILE, accept, more))
    assert (found.code, found.severity) == ("never_taken", "error")
    assert found.example == (
        {"en": "sum(lines.given) = 0: the guards refuse it", "zh": "sum(lines.given) = 0：被条件拒绝"},
    )


def test_a_last_resort_to_which_nothing_is_left_is_a_warning() -> None:
    all_of_it = NOTHING + "      some: {state: refused, when: sum(lines.given) > 0}\n"
    (found,) = told((FLOW_FILE, NOTHING, all_of_it))
    assert (found.code, found.severity, found.example) == ("never_taken", "warning", ())


FALLS = [
    ("record.total < 1000", "record.total > 1000", "record.total = 1000"),
    ("record.total < 1000", "1000 < record.total", "record.total = 1000"),
    ("record.total * 2 < 500", "record.total > 250", "record.total = 250"),
    ("not (record.total >= 1000)", "not (record.total <= 1000)", "record.total = 1000"),
    (
        "record.total < limit('request', 'boss')",
        "record.total > limit('request', 'boss')",
        "limit('request', 'boss') - record.total = 0",
    ),
]


@pytest.mark.parametrize(("first", "second", "case"), FALLS)
def test_a_value_between_two_steps_falls_through_and_is_named(first: str, second: str, case: str) -> None:
    (found,) = [each for each in told(*steps(first, second)) if each.code == "falls_through"]
    assert (found.severity, found.path) == ("error", "approvals.review")
    assert found.message == {
        "en": f"Nobody is asked when {case}, though on both sides somebody is.",
        "zh": f"当 {case} 时无人审批，而其上下两侧都有人审批。",
    }
    assert [each["en"] for each in found.example] == [case]


WIDE = [
    ("record.total <= 1000", "record.total >= 2000", "falls_through", "record.total = 1000.01"),
    ("record.total <= 1000", "record.total > 1000 and record.total <= 5000", "falls_through", "record.total = 5000.01"),
    ("record.total <= 1000", "record.total >= 1000", "bands_overlap", "record.total = 1000"),
    ("record.total <= 2000", "record.total > 1000", "bands_overlap", "record.total = 1000.01"),
]


@pytest.mark.parametrize(("first", "second", "code", "case"), WIDE)
def test_wider_gaps_and_overlaps_are_warnings_with_a_value(first: str, second: str, code: str, case: str) -> None:
    (found,) = told(*steps(first, second))
    assert (found.code, found.severity) == (code, "warning")
    assert [each["en"] for each in found.example] == [case]


COVERED = [
    ("record.total <= 1000", "record.total > 1000"),
    ("record.total > 1000", "record.total > 5000"),
    ("record.total < 100", "record.total < 10"),
    ("record.total < 0", "record.total > 0"),
    ("record.total <= 1000", "record.total >= 1000.01"),
    ("record.total > limit('request', 'boss')", "record.total > limit('request', 'clerk')"),
    ("count(lines) <= 3", "count(lines) >= 4"),
    ("record.total > 1000", "record.shop.open"),
]


@pytest.mark.parametrize(("first", "second"), COVERED)
def test_steps_that_share_an_amount_out_or_are_a_ladder_alarm_nobody(first: str, second: str) -> None:
    assert [each.code for each in told(*steps(first, second, ", signed: true")) if each.severity == "error"] == []
    codes = {each.code for each in told(*steps(first, second))}
    assert codes <= ({"never_holds"} if "total < 0" in first else set())


def test_a_value_below_zero_that_people_may_write_is_counted_with() -> None:
    unsigned = {each.code for each in told(*steps("record.total < 0", "record.total > 0"))}
    signed = {each.code for each in told(*steps("record.total < 0", "record.total > 0", ", signed: true"))}
    assert (unsigned, signed) == ({"never_holds"}, set())


def test_a_step_without_a_condition_is_asked_for_everything() -> None:
    first, *rest = steps("record.total < 1000", "record.total > 1000")
    assert told(*rest[1:]) == ()
    assert first[1] == FIRST


ROUND = (FLOW_FILE, "goods: {state: open}", "goods: {state: review}")


def test_an_approval_that_leads_back_to_itself_without_anybody_is_found() -> None:
    found = told(ROUND, (FLOW_FILE, FIRST, f"{FIRST} when: record.total > 9,"))
    (round_,) = [each for each in found if each.code == "round_without_person"]
    assert (round_.severity, round_.path) == ("warning", "states.review")
    assert round_.example == ({"en": "review → review", "zh": "review → review"},)
    certain = told(
        (FLOW_FILE, f"    to:\n{NOTHING}      goods: {{state: open}}\n", "    to: review\n"),
        (FLOW_FILE, FIRST, f"{FIRST} when: record.total > 9,"),
    )  # fmt: skip
    assert ("round_without_person", "error") in {(each.code, each.severity) for each in certain}


def test_an_approval_with_a_step_that_is_always_asked_may_lead_back() -> None:
    assert "round_without_person" not in {each.code for each in told(ROUND)}


def test_actions_that_set_each_other_off_are_named_in_order() -> None:
    (found,) = told((FLOW_FILE, SEND, "free: {act: {on_record: record, action: send}}"))
    assert found.message == {
        "en": "These set each other off for ever: request.send → request.send.",
        "zh": "以下操作会无止境地相互触发：request.send → request.send。",
    }
    assert told((FLOW_FILE, SEND, "free: {when: record.total > 5, act: {on_record: record, action: send}}")) == ()


def test_a_timer_into_nowhere_says_from_where_its_action_starts() -> None:
    (found,) = told((FLOW_FILE, "late: {in: open,", "late: {in: review,"))
    assert (found.code, found.path) == ("timer_nowhere", "timers.late.do.act")
    assert found.message["en"] == "'send' cannot be taken in 'review', where this timer runs."
    assert found.hint == {"en": "It starts from open.", "zh": "它只能从 open 执行。"}


SEATS = [
    ((FLOW_FILE, FIRST, "first_look: {ask: [submitter],"), "nobody_ever", "first_look"),
    ((FLOW_FILE, f"second_look: {TWO}", f"second_look: {TWO.replace('boss at chain', 'decider of first_look')}"),
     "", ""),
    ((FLOW_FILE, f"{TWO}, {SECOND} except: [did(submit)]",
      f"{TWO.replace('boss at chain', 'decider of first_look')}, {SECOND} except: [did(first_look)]"),
     "nobody_ever", "second_look"),
    ((FLOW_FILE, TWO, "{ask: [editor], decide: {need: 2}"), "too_few_votes", "second_look"),
    ((FLOW_FILE, TWO, "{ask: [boss at chain], decide: {need: 2}"), "", ""),
    ((FLOW_FILE, "    may_return_to: [submitter, first_look]\n",
      "    submitter_may_decide: true\n    may_return_to: [submitter, first_look]\n"), "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "code", "step"), SEATS)
def test_a_step_that_shuts_out_everybody_whom_it_asks_is_found(swap: Swap, code: str, step: str) -> None:
    found = [(each.code, each.path) for each in told(swap)]
    assert found == ([(code, f"approvals.review.steps.{step}")] if code else [])


def test_where_others_are_asked_instead_a_shut_step_is_a_warning() -> None:
    asks = "    nobody_found: {ask: [boss at chain], otherwise: refuse}\n    may_return_to: [submitter, first_look]\n"
    (found,) = told(
        (FLOW_FILE, FIRST, "first_look: {ask: [submitter],"),
        (FLOW_FILE, "    may_return_to: [submitter, first_look]\n", asks),
    )
    assert (found.code, found.severity) == ("nobody_ever", "warning")
    assert found.message["zh"] == "“first_look”永远找不到审批人：它请 submitter 审批，而这些人不得审批。"


def test_an_action_of_the_submitter_that_a_duty_keeps_from_him_is_found() -> None:
    (found,) = told(
        (FLOW_FILE, "by: [clerk at shop, system]", "by: [submitter]"),
        (FLOW_FILE, "not_both: [submit, second_look]", "not_both: [submit, send]"),
        (FLOW_FILE, "late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}",
         "late: {in: open, after: 3d, do: {tell: {notify: {to: [boss at chain], template: told}}}}"),
    )  # fmt: skip
    assert (found.code, found.path) == ("nobody_ever", "transitions.send")

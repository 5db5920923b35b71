"""Walks of a small library, changed in one line of its text: what strands is found with its way, and nothing else."""

from __future__ import annotations

import pytest

from engine.definitions.models import Library
from engine.verification.diagram import diagram
from engine.verification.paths import Walked, begun_by_people, walk
from tests.definitions.faulty import loaded
from tests.definitions.sample import FLOW_FILE, POLICY_FILE, REQUEST_FILE

FREE = "free: {release: {each: lines}}"
NOTHING = "nothing: {state: refused, when: sum(lines.given) == 0}"
GO = "{each: lines, item: row.good, lot: empty, quantity: row.given, from: %s, to: %s}"
OUT, BACK = GO % ("record.shop", "record.transit"), GO % ("record.transit", "record.shop")

Swap = tuple[str, str, str]


def library(*swaps: Swap) -> Library:
    """The sample, changed so."""
    found = loaded(*swaps)
    assert found.library is not None, found.findings
    return found.library


def told(walked: Walked) -> set[tuple[str, str, str]]:
    """Record, what and detail of every fault."""
    return {(each.record, each.what, each.detail) for each in walked.faults}


def test_the_sample_strands_nothing_and_every_way_of_it_is_gone() -> None:
    walked = walk(library(), "request")
    assert walked.faults == ()
    assert walked.taken == {
        ("request", "submit", "otherwise"),
        ("request", "accept", "nothing"),
        ("request", "accept", "goods"),
        ("request", "refuse", "otherwise"),
        ("request", "send", "otherwise"),
    }
    assert walked.ends > 1


def test_a_walk_is_the_same_every_time() -> None:
    one, other = walk(library(), "request"), walk(library(), "request")
    assert (one.stages, one.ends, one.taken, one.faults) == (other.stages, other.ends, other.taken, other.faults)


def test_masters_are_walked_as_well() -> None:
    for form in ("shop", "region", "good", "human"):
        walked = walk(library(), form)
        assert walked.faults == ()
        assert walked.taken == {(form, "retire", "otherwise")}
        assert walked.ends > 0


SOUND: list[tuple[Swap, ...]] = [
    ((FLOW_FILE, FREE, "free: {release: {}}"),),
    ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}\n      back: {{move: {BACK}}}"),),
    ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {GO % ('record.shop', 'chain.loss')}}}"),),
    ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}\n      undo: {{reverse: {{transition: send}}}}"),),
    ((FLOW_FILE, FREE, f"{FREE}\n      stop: {{hold: {{each: lines, item: row.good, at: record.shop}}}}\n"
                       "      go: {unhold: {}}"),),
    ((REQUEST_FILE, "empty_at_end: true", "empty_at_end: false"),
     (FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}")),
    ((FLOW_FILE, FREE, f"{FREE}\n      out: {{when: \"false\", move: {OUT}}}"),),
]  # fmt: skip


@pytest.mark.parametrize("swaps", SOUND, ids=range(len(SOUND)))
def test_what_leaves_nothing_behind_is_sound(swaps: tuple[Swap, ...]) -> None:
    assert told(walk(library(*swaps), "request")) == set()


STRANDED: list[tuple[str, tuple[Swap, ...], set[tuple[str, str, str]]]] = [
    ("a promise that is not released", ((FLOW_FILE, FREE, "free: {unhold: {}}"),),
     {("request", "reserved", "promise request.lines.1 in sent")}),
    ("goods on their way at an end", ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}"),),
     {("request", "in_place", "transit in sent")}),
    ("goods that go the other way and owe", ((FLOW_FILE, FREE, f"{FREE}\n      back: {{move: {BACK}}}"),),
     {("request", "short", "back in open")}),
    ("half of it is taken back", ((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}\n      back: {{move: "
                                   + BACK.replace("row.given", "row.given - 1") + "}"),),
     {("request", "in_place", "transit in sent")}),
    ("goods are taken back twice",
     ((FLOW_FILE, FREE,
       f"{FREE}\n      out: {{move: {OUT}}}\n      back: {{move: {BACK}}}\n      more: {{move: "
       + BACK.replace("row.given", "row.given + 0") + "}"),),
     {("request", "short", "more in open")}),
    ("a hold at an end", ((FLOW_FILE, FREE, f"{FREE}\n      stop: {{hold: {{each: lines, item: row.good,"
                                            " at: record.shop}}"),),
     {("request", "held", "stop request.lines.1 in sent")}),
    ("a promise of the refused", ((FLOW_FILE, NOTHING, "nothing: {state: refused, when: sum(lines.given) < 3}"),),
     {("request", "reserved", "promise request.lines.1 in refused")}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "swaps", "faults"), STRANDED, ids=[each[0] for each in STRANDED])
def test_what_is_left_behind_is_found_by_record_place_and_state(
    what: str, swaps: tuple[Swap, ...], faults: set[tuple[str, str, str]]
) -> None:
    walked = walk(library(*swaps), "request")
    assert told(walked) == faults, what
    for each in walked.faults:
        assert each.path[0].startswith("request: submit"), what
        assert each.path[-1].startswith("request: ")


def test_a_walk_to_the_first_fault_says_one_way_there() -> None:
    wrong = library((FLOW_FILE, FREE, f"{FREE}\n      out: {{move: {OUT}}}"))
    first = walk(wrong, "request", to_first=True)
    (fault,) = {(each.what, each.detail) for each in first.faults}
    assert fault == ("in_place", "transit in sent")
    path = first.faults[0].path
    assert path[0].startswith("request: submit lines.asked=")
    assert path[-1] in ("request: send", "request: late")
    assert first.stages <= walk(wrong, "request").stages


@pytest.mark.parametrize("most", [1, 2, 10])
def test_a_walk_stops_where_it_is_told_to_and_says_so(most: int) -> None:
    walked = walk(library(), "request", most)
    assert walked.stages == most + 1
    assert told(walked) == {("request", "too_many", f"more than {most} stages")}


LIMITED = (FLOW_FILE, "when: record.total > 100,", "when: \"record.total > limit('request', 'boss')\",")


def test_both_sides_of_a_limit_are_walked() -> None:
    """With the lowest limit every step applies, with the highest none."""
    asked = ", when: record.total > 100"
    never, always = library((FLOW_FILE, asked, ', when: "false"')), library((FLOW_FILE, asked, ""))
    limited = walk(library(LIMITED), "request")
    assert limited.faults == ()
    assert walk(never, "request").stages < limited.stages < walk(always, "request").stages
    assert limited.taken == walk(always, "request").taken
    way = "when: sum(lines.given) == 0}", "when: \"record.total >= limit('request', 'boss')\"}"
    both = walk(library((FLOW_FILE, *way)), "request").taken
    assert {("request", "accept", "nothing"), ("request", "accept", "goods")} <= both


def test_a_way_that_only_a_stranger_may_take_leaves_the_record_stuck() -> None:
    """The staff is six; a step that excludes whoever submitted finds another, one that asks for the system does not."""
    alone = library(
        (FLOW_FILE, "by: [clerk at shop, system]", "by: [system]"),
        (FLOW_FILE, "  late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}",
         "  late: {in: open, after: 3d, do: {tell: {notify: {to: [boss at chain], template: told}}}}"),
        (FLOW_FILE, "expects: [send]", "expects: []"),
        (POLICY_FILE, "p, clerk, request, send, own\n", ""),
    )  # fmt: skip
    assert ("request", "stuck", "open") in told(walk(alone, "request"))


def test_a_timer_may_be_the_only_way_out() -> None:
    alone = library(
        (FLOW_FILE, "by: [clerk at shop, system]", "by: [system]"),
        (FLOW_FILE, "expects: [send]", "expects: []"),
        (POLICY_FILE, "p, clerk, request, send, own\n", ""),
    )
    walked = walk(alone, "request")
    assert walked.faults == ()
    assert ("request", "send", "otherwise") in walked.taken


def test_forms_that_only_others_create_are_not_begun_by_people() -> None:
    assert set(begun_by_people(library())) == {"good", "human", "region", "request", "shop"}
    more = "create: {form: request, values: {shop: record.shop}}"
    made = library((FLOW_FILE, "goods: {state: open}", f"goods: {{state: open, do: {{more: {{{more}}}}}}}"))
    assert "request" in set(begun_by_people(made))  # clerks may create it as well
    only = library(
        (FLOW_FILE, "goods: {state: open}", f"goods: {{state: open, do: {{more: {{{more}}}}}}}"),
        (POLICY_FILE, "p, clerk, request, create, own\n", ""),
    )
    assert set(begun_by_people(only)) == {"good", "human", "region", "shop"}


# Pictures


def test_the_picture_of_the_sample() -> None:
    assert diagram(library().workflows["request"]) == (
        "stateDiagram-v2\n"
        "    draft: Draft\n"
        "    review: In review\n"
        "    open: Open\n"
        "    sent: Sent\n"
        "    refused: Refused\n"
        "    [*] --> draft\n"
        "    draft --> review: Submit\n"
        "    review --> refused: Accept (nothing)\n"
        "    review --> open: Accept (goods)\n"
        "    review --> refused: Refuse\n"
        "    open --> sent: Send\n"
        "    note right of review: First look, Second look\n"
        "    sent --> [*]\n"
        "    refused --> [*]\n"
    )


PICTURES: list[tuple[Swap, str, list[str]]] = [
    ((FLOW_FILE, "title: {en: Draft, zh: 草稿}", "title: {en: \"Draft: a; b\", zh: 草稿}"), "en",
     ["    draft: Draft a b"]),
    ((FLOW_FILE, "title: {en: Draft, zh: 草稿}", "title: {zh: 草稿}"), "en", ["    draft: 草稿"]),
    ((FLOW_FILE, "title: {en: Draft, zh: 草稿}", "title: {en: '\"Draft\"'}"), "zh", ["    draft: Draft"]),
    ((FLOW_FILE, "title: {en: Submit, zh: 提交}", "title: {en: '; : ', zh: 提交}"), "zh",
     ["    draft --> review: 提交"]),
    ((FLOW_FILE, NOTHING, "nothing: {state: open, when: sum(lines.given) == 0}"), "en",
     ["    review --> open: Accept (nothing, goods)"]),
    ((FLOW_FILE, "    from: draft\n", "    from: [draft, open]\n"), "en",
     ["    draft --> review: Submit", "    open --> review: Submit"]),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "language", "lines"), PICTURES)
def test_a_picture_shows_titles_ways_and_origins_and_is_not_broken_by_words(
    swap: Swap, language: str, lines: list[str]
) -> None:
    drawn = diagram(library(swap).workflows["request"], language).splitlines()
    for line in lines:
        assert drawn.count(line) == 1, drawn

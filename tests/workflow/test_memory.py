"""What the process remembers is stored exactly, grows without losing anybody, and answers what is asked of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workflow import memory as memories
from engine.workflow import recollect
from engine.workflow.plan import SYSTEM, Approving, Memory, Vote

NAMES = st.sampled_from(["area", "store", "both/first", "send"])
PEOPLE = st.sampled_from(["anna", "max", "pia", "fred"])
CROWD = st.lists(PEOPLE, unique=True, max_size=4).map(tuple)
MAYBE = st.none() | PEOPLE
VOTES = st.builds(
    Vote,
    step=NAMES,
    part=st.none() | NAMES,
    person=PEOPLE,
    verdict=st.sampled_from(["approve", "reject"]),
    on_behalf=MAYBE,
    row=st.none() | st.just("r1"),
)
APPROVALS = st.builds(
    Approving,
    name=NAMES,
    entered_from=NAMES,
    round=st.integers(1, 9),
    step=st.none() | NAMES,
    done=st.lists(NAMES, max_size=3).map(tuple),
    route=st.none() | st.lists(NAMES, max_size=3).map(tuple),
    votes=st.lists(VOTES, max_size=4).map(tuple),
    base=st.dictionaries(NAMES, st.integers(0, 9)),
    resume_at=st.none() | NAMES,
    handed=st.dictionaries(NAMES, PEOPLE),
)
STORED = st.dictionaries(NAMES, st.none() | st.text(max_size=3) | st.integers() | st.booleans())
MEMORIES = st.builds(
    Memory,
    came_from=st.none() | NAMES,
    occurrences=st.dictionaries(NAMES, st.integers(1, 9)),
    did=st.dictionaries(NAMES, CROWD),
    wrote=st.dictionaries(NAMES, CROWD),
    submitter=MAYBE,
    editor=MAYBE,
    approval=st.none() | APPROVALS,
    agreed=st.none() | STORED,
)


@given(MEMORIES)
def test_a_memory_is_stored_as_plain_json_and_comes_back_whole(memory: Memory) -> None:
    document = memories.to_json(memory)
    assert memories.from_json(json.loads(json.dumps(document))) == memory
    assert None not in document.values()


def test_a_record_that_nothing_happened_to_remembers_nothing() -> None:
    assert memories.to_json(Memory()) == {}
    assert memories.from_json({}) == Memory()


def test_nothing_agreed_and_agreed_on_nothing_are_told_apart() -> None:
    assert memories.from_json(memories.to_json(Memory(agreed={}))).agreed == {}
    assert memories.from_json(memories.to_json(Memory())).agreed is None
    fixed = Approving("a", "draft", 1, None, route=())
    assert memories.from_json(memories.to_json(Memory(approval=fixed))).approval == fixed


@given(MEMORIES, st.lists(NAMES, max_size=3), st.lists(MAYBE | st.just(SYSTEM), max_size=3))
def test_who_did_something_is_added_once_and_nobody_is_lost(
    memory: Memory, names: list[str], persons: list[str | None]
) -> None:
    after = memories.did(memory, names, persons)
    for name in {*memory.did, *names}:
        before = memory.did.get(name, ())
        new = [each for each in persons if each not in (None, SYSTEM)] if name in names else []
        assert after.did.get(name, ())[: len(before)] == before
        assert set(after.did.get(name, ())) == {*before, *new}
        assert len(set(after.did.get(name, ()))) == len(after.did.get(name, ()))
    assert memories.did(after, names, persons) == after
    assert (after.wrote, after.agreed, after.approval) == (memory.wrote, memory.agreed, memory.approval)


@given(MEMORIES, st.lists(NAMES, max_size=3), PEOPLE)
def test_whoever_wrote_last_is_the_editor_and_the_system_is_nobody(
    memory: Memory, paths: list[str], person: str
) -> None:
    after = memories.wrote(memory, paths, person)
    assert after.editor == person
    assert all(recollect.wrote(after, path, person) for path in paths)
    assert {path for path in after.wrote if path not in paths} == {path for path in memory.wrote if path not in paths}
    assert memories.wrote(after, paths, person) is after
    assert memories.wrote(memory, paths, SYSTEM) is memory


def test_writing_a_column_is_writing_in_its_table_but_not_in_one_of_a_like_name() -> None:
    memory = memories.wrote(Memory(), ["lines.quantity", "linesman"], "anna")
    assert recollect.wrote(memory, "lines", "anna")
    assert recollect.wrote(memory, "lines.quantity", "anna")
    assert not recollect.wrote(memory, "lines.item", "anna")
    assert not recollect.wrote(memory, "line", "anna")
    assert not recollect.wrote(memory, "lines", "max")


def test_somebody_has_decided_only_while_votes_of_this_round_are_there() -> None:
    vote = Vote("area", None, "anna", "approve")
    assert not recollect.decided(Memory())
    assert not recollect.decided(Memory(approval=Approving("a", "draft", 2, "area")))
    assert recollect.decided(Memory(approval=Approving("a", "draft", 2, "area", votes=(vote,))))
    assert recollect.did(Memory(did={"area": ("anna",)}), "area", "anna")
    assert not recollect.did(Memory(did={"area": ("anna",)}), "store", "anna")


ROWS = [{"row": "1", "quantity": "2", "note": None}, {"row": "2", "quantity": "3", "note": "x"}]
AGREED = {"total": "10.00", "note": None, "lines": ROWS, "codes": [{"row": "9", "quantity": "7"}]}


@pytest.mark.parametrize(
    ("path", "row", "was"),
    [
        (("record", "total"), None, "10.00"),
        (("total",), None, "10.00"),
        (("record", "note"), None, None),
        (("record", "nothing"), None, None),
        (("row", "quantity"), "2", "3"),
        (("record", "lines", "quantity"), "1", "2"),
        (("row", "quantity"), "9", "7"),
        (("row", "note"), "1", None),
        (("row", "quantity"), "gone", None),
        ((), None, None),
        (("record",), None, None),
        (("record", "lines"), None, ROWS),
    ],
)
def test_what_was_agreed_is_found_by_field_and_by_row(path: tuple[str, ...], row: str | None, was: Any) -> None:
    memory = recollect.agree(Memory(), AGREED)
    assert recollect.agreed(memory, path, row) == was
    assert recollect.agreed(Memory(), path, row) is None
    assert not recollect.changed(memory, AGREED, path, row)
    assert recollect.changed(Memory(), AGREED, path, row) is (was is not None)


def test_a_value_has_changed_when_it_differs_came_or_went() -> None:
    memory = recollect.agree(Memory(), AGREED)
    now = {**AGREED, "total": "11.00", "note": "new", "lines": [ROWS[1], {"row": "3", "quantity": "1"}]}
    seen = {
        ("total", None): True,
        ("note", None): True,
        ("quantity", "1"): True,
        ("quantity", "2"): False,
        ("quantity", "3"): True,
        ("quantity", "9"): False,
    }
    for (name, row), changed in seen.items():
        assert recollect.changed(memory, now, ("row" if row else "record", name), row) is changed, (name, row)


def test_what_is_agreed_later_does_not_follow_the_record() -> None:
    values = {"total": "1"}
    memory = recollect.agree(Memory(), values)
    values["total"] = "2"
    assert recollect.agreed(memory, ("record", "total")) == "1"

"""Who may write what, which timers run, and what is remembered of what was agreed."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.models import Timer
from engine.workflow import memory as memories
from engine.workflow import recollect, timers_for, writable
from engine.workflow.plan import Memory
from tests.workflow.building import CLERKS, Case, approval, edit, expr, ordinary, started, state, step

PLANNING = step(
    "planning",
    "planner at chain",
    edit={"quantities": edit("quantities", "lines.quantity", "lines.note", rows="split")},
)
FLOW = ordinary(approval(step("store", "manager at from_store"), PLANNING))


def test_editing_is_closed_for_whoever_is_named_nowhere() -> None:
    case = Case(FLOW)
    assert writable(case.seen_by("clara"), "clara").fields == {"note", "lines.quantity"}
    assert writable(case.seen_by("clara"), "clara").rows == {"lines": "free"}
    assert writable(case.seen_by("clara"), "clara").scan == "quantity"
    assert writable(case.seen_by("max"), "max").fields == frozenset()
    assert writable(case.seen_by("system"), "system").fields == frozenset()


def test_an_action_lets_its_taker_write_and_only_where_it_can_be_taken() -> None:
    case = started(FLOW)
    assert writable(case.seen_by("clara"), "clara", transition="send").fields == frozenset()
    case.vote("max", "store")
    case.vote("pia", "planning")
    assert writable(case.seen_by("clara"), "clara", transition="send").fields == {"lines.counted"}
    assert writable(case.seen_by("clara"), "clara").fields == frozenset()
    assert writable(case.seen_by("dora"), "dora", transition="send").fields == frozenset()


def test_a_step_lets_only_its_decider_write_and_only_while_it_is_open() -> None:
    case = started(FLOW)
    assert writable(case.seen_by("pia"), "pia", step="planning").fields == frozenset()
    case.vote("max", "store")
    assert writable(case.seen_by("pia"), "pia", step="planning").fields == {"lines.quantity", "lines.note"}
    assert writable(case.seen_by("pia"), "pia", step="planning").rows == {"lines": "split"}
    assert writable(case.seen_by("fred"), "fred", step="planning").fields == frozenset()
    assert writable(case.seen_by("pia"), "pia").fields == frozenset()


def test_several_rights_add_up_and_an_empty_condition_gives_nothing() -> None:
    rights = {
        "a": edit("a", "lines.quantity", by=CLERKS, rows="fixed"),
        "b": edit("b", "lines.note", by=CLERKS, rows="split"),
        "c": edit("c", "total", by=CLERKS, when=expr("record.note == 'yes'")),
    }
    flow = replace(FLOW, states={**FLOW.states, "draft": state("draft", edit=rights)})
    found = writable(Case(flow).seen_by("clara"), "clara")
    assert (found.fields, found.rows) == ({"lines.quantity", "lines.note"}, {"lines": "split"})


def test_timers_belong_to_a_state_a_step_or_a_moment() -> None:
    def timer(name: str, **where: str) -> Timer:
        return Timer(name, where.get("state"), where.get("step"), expr("now"), 60, {})

    timers = {each.name: each for each in (timer("late", state="approved"), timer("slow", step="store"), timer("due"))}
    flow = replace(FLOW, timers=timers)
    assert [each.name for each in timers_for(flow, "approved")] == ["late", "due"]
    assert [each.name for each in timers_for(flow, "approval", "store")] == ["slow", "due"]
    assert [each.name for each in timers_for(flow, "approval", "planning")] == ["due"]
    assert timers_for(flow, "sent") == ()


def test_changed_compares_with_what_was_agreed_and_rows_by_their_id() -> None:
    before = {"total": "10.00", "lines": [{"row": "a", "quantity": "1"}, {"row": "b", "quantity": "2"}]}
    after = {"total": "10.00", "lines": [{"row": "b", "quantity": "2"}, {"row": "a", "quantity": "5"}]}
    memory = recollect.agree(Memory(), before)
    assert recollect.agreed(memory, ("record", "total")) == "10.00"
    assert not recollect.changed(memory, after, ("record", "total"))
    assert recollect.changed(memory, after, ("row", "quantity"), "a")
    assert not recollect.changed(memory, after, ("row", "quantity"), "b")
    assert recollect.changed(memory, after, ("row", "quantity"), "c") is False
    assert memories.from_json(memories.to_json(memory)) == memory


def test_before_anything_is_agreed_every_value_is_a_change() -> None:
    assert recollect.agreed(Memory(), ("record", "total")) is None
    assert recollect.changed(Memory(), {"total": "1"}, ("record", "total"))
    assert not recollect.changed(Memory(), {"total": None}, ("record", "total"))


def test_deeds_and_words_are_remembered_by_person() -> None:
    memory = memories.wrote(Memory(did={"submit": ("clara",)}), ["lines.quantity"], "carl")
    assert recollect.did(memory, "submit", "clara")
    assert not recollect.did(memory, "submit", "carl")
    assert recollect.wrote(memory, "lines.quantity", "carl")
    assert recollect.wrote(memory, "lines", "carl")
    assert not recollect.wrote(memory, "line", "carl")
    assert not recollect.decided(memory)
    assert memory.editor == "carl"


def test_decided_is_about_this_round() -> None:
    case = started(FLOW)
    assert not recollect.decided(case.memory)
    case.vote("max", "store")
    assert recollect.decided(case.memory)

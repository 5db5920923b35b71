"""Checks of what happens by itself: timers that never run or show, and what *system* decides where nothing is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.clock import zone_named
from engine.definitions.checks.flow import effects_of
from engine.definitions.checks.forms import unknown
from engine.definitions.checks.workflows import STEP, pairs
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import Approval, EffectUse, Library, Place, Step, Timer, Workflow
from engine.errors import Text, text

RULINGS = ("decide", "ask")
SHORTEST = 300
"""Nothing repeats more often than every five minutes."""
PART = text("a part of this step", "此步骤的并行部分")


def calendars_fit(library: Library) -> Iterator[Finding]:
    """A form of calendars has tables with the columns that it names."""
    for form in library.forms.values():
        told = form.told.get("calendar")
        if not told:
            continue
        tables = [("hours", ("weekday", "from", "until")), ("days", ("date", "from", "until"))]
        for word, columns in tables:
            field = form.fields.get(told.get(word, ""))
            if field is None:
                continue
            for column in columns:
                if told.get(column) not in field.fields:
                    what = text(f"a column of '{field.name}' (calendar.{column})", f"“{field.name}”的列（{column}）")
                    yield unknown(form.at, what, str(told.get(column)), field.fields)


def the_library_has_a_clock(library: Library) -> Iterator[Finding]:
    """The zone of the chain is one: nothing at all runs without."""
    name = library.settings.get("zone", "UTC")
    if zone_named(name) is None:
        says = text(f"'{name}' is no time zone (Asia/Shanghai is one).", f"“{name}”不是时区（例如 Asia/Shanghai）。")
        yield finding(Place("form_definitions/library.yaml", 1, "zone"), "unknown_zone", says)


def timers_lead_somewhere(library: Library) -> Iterator[Finding]:
    """A timer runs in something that can be, does something or is shown, and repeats neither too often nor unasked."""
    calendars = any(form.told.get("calendar") for form in library.forms.values())
    for _, workflow in pairs(library):
        shown: dict[tuple[str | None, str | None, str | None], str] = {}
        for timer in workflow.timers.values():
            yield from _runs(workflow, timer)
            yield from _repeats(timer)
            if timer.working and not calendars:
                says = text(
                    "No form says 'calendar:', so working time is all time.",
                    "没有表单声明 calendar，工作时间即全部时间。",
                )
                yield finding(timer.at, "no_calendar", says, severity=WARNING)
            if not timer.do and not timer.deadline:
                yield finding(timer.at, "timer", text("This timer does nothing.", "此定时器不做任何事。"))
            where = (timer.state, timer.step, timer.part)
            if timer.deadline and where in shown:
                says = text(f"'{shown[where]}' is the deadline here already.", f"此处已有期限“{shown[where]}”。")
                yield finding(timer.at, "timer", says)
            if timer.deadline:
                shown[where] = timer.name


def _runs(workflow: Workflow, timer: Timer) -> Iterator[Finding]:
    approval = _approval_of(workflow, timer)
    if timer.part is not None and timer.step is None:
        yield finding(timer.at, "timer", text("'part' stands beside 'step'.", "part 须与 step 同用。"))
    if timer.step is not None and approval is None and _is_part(workflow, timer.step):
        says = text(
            f"'{timer.step}' is a part: say its step, and 'part: {timer.step}'.",
            f"“{timer.step}”是并行部分：请写所属步骤，并写 part: {timer.step}。",
        )
        yield finding(timer.at, "timer", says)
    if approval is not None and timer.part is not None and timer.part not in approval.steps[timer.step or ""].parts:
        yield unknown(timer.at, PART, timer.part, approval.steps[timer.step or ""].parts)
    state = workflow.states.get(timer.state or "")
    if approval is not None and state is not None and state.steps != approval.name:
        says = text(
            f"'{timer.step}' is never open in '{timer.state}'.", f"“{timer.state}”状态下不会有步骤“{timer.step}”。"
        )
        yield finding(timer.at, "timer", says)
    waits = timer.step is not None or (state is not None and (state.steps or state.expects))
    if timer.deadline and not waits:
        says = text(
            "A deadline needs a step, or a state that somebody is waited for in.", "期限须设在步骤或有待办的状态上。"
        )
        yield finding(timer.at, "timer", says)


def _repeats(timer: Timer) -> Iterator[Finding]:
    if timer.times is not None and timer.every is None:
        yield finding(timer.at, "timer", text("'times' stands beside 'every'.", "times 须与 every 同用。"))
    if timer.every is not None and timer.every.seconds < SHORTEST:
        yield finding(timer.at, "too_often", text("Every five minutes at most.", "最多每五分钟一次。"))


def _approval_of(workflow: Workflow, timer: Timer) -> Approval | None:
    """The approval whose step a timer names."""
    return next((each for each in workflow.approvals.values() if timer.step in each.steps), None)


def _is_part(workflow: Workflow, name: str) -> bool:
    return any(name in step.parts for each in workflow.approvals.values() for step in each.steps.values())


def schedules_make_once(library: Library) -> Iterator[Finding]:
    """What a schedule creates says by what it is never made twice."""
    for schedule in library.schedules.values():
        for use in schedule.do.values():
            if use.effect == "create" and not use.options.get("once_by"):
                says = text(
                    f"'{use.name}' does not say 'once_by', so a run could make it twice.",
                    f"“{use.name}”没有写 once_by，可能重复生成。",
                )
                yield finding(use.at, "once_by", says)
            if use.effect in RULINGS:
                says = text(f"'{use.effect}' stands in timers only.", f"“{use.effect}”只能用在定时器中。")
                yield finding(use.at, "no_step", says)


def schedules_have_a_clock(library: Library) -> Iterator[Finding]:
    """A schedule by the clock of units runs over records that lie in one; the field of a zone is a text."""
    for schedule in library.schedules.values():
        over = library.forms[schedule.over]
        if schedule.zone == "store" and "org_unit" not in over.told and not (over.org or over.variant):
            says = text(
                f"'{over.name}' belongs to no org unit, so there is no clock to go by.",
                f"“{over.name}”不属于任何组织单位，没有可依据的时区。",
            )
            yield finding(schedule.at, "no_unit", says)
    for form in library.forms.values():
        field = form.fields.get((form.told.get("org_unit") or {}).get("zone", ""))
        if field is not None and field.value_type.kind not in ("text", "choice"):
            says = text(f"'{field.name}' cannot name a time zone.", f"“{field.name}”无法表示时区。")
            yield finding(field.at, "not_a_zone", says)


def rulings_have_a_step(library: Library) -> Iterator[Finding]:
    """`decide` and `ask` stand in timers, where a step is open; what they name is there."""
    for _, workflow in pairs(library):
        for action in workflow.transitions.values():
            for use in effects_of(action):
                if use.effect in RULINGS:
                    says = text(f"'{use.effect}' stands in timers only.", f"“{use.effect}”只能用在定时器中。")
                    yield finding(use.at, "no_step", says)
        for timer in workflow.timers.values():
            for use in timer.do.values():
                if use.effect in RULINGS:
                    yield from _ruling(workflow, timer, use)


def _ruling(workflow: Workflow, timer: Timer, use: EffectUse) -> Iterator[Finding]:
    approval = _approval_of(workflow, timer)
    state = workflow.states.get(timer.state or "")
    if approval is None and state is not None:
        approval = workflow.approvals.get(state.steps or "")
    if approval is None:
        says = text(
            f"'{use.effect}' needs an open step: say 'step', or 'in' a state with 'steps'.",
            f"“{use.effect}”需要进行中的步骤：请写 step，或写 in 一个有 steps 的状态。",
        )
        yield finding(use.at, "no_step", says)
        return
    part = use.options.get("part")
    parts = _parts(approval.steps.values() if timer.step is None else (approval.steps[timer.step],))
    if part is not None and part not in parts:
        yield unknown(use.at, PART, part, parts)
    back, to = use.options.get("verdict") == "return", use.options.get("to")
    target = to or "submitter"
    if back and target not in approval.may_return_to:
        what: Text = text("in 'may_return_to' of the approval", "审批 may_return_to 中的步骤") if to is None else STEP
        yield unknown(use.at, what, target, approval.may_return_to)
    if to is not None and not back:
        yield finding(
            use.at, "no_step", text("'to' stands beside 'verdict: return'.", "to 须与 verdict: return 同用。")
        )


def _parts(steps: Iterable[Step]) -> list[str]:
    return [part for step in steps for part in step.parts]

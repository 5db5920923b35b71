"""Checks of steps that share out an amount between them: a value that falls through, and two that claim the same.

`total < 1000` and `total > 1000` leave nobody for exactly 1000. That is surely wrong where the value is a written
number or a limit; at zero ("more, or less, than was counted") it is what was meant. Wider gaps and overlaps may be
meant and are warnings. Steps of which one takes in the other (`> 1000`, `> 5000`) are a ladder, and right.

Run by `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.definitions.checks.conditions import cases_of
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import Approval, Library, Step
from engine.errors import text
from engine.expressions.cases import Case, Cases, Key

ENOUGH = 2
NUMBER = "number"


def amounts_are_covered(library: Library) -> Iterator[Finding]:
    """Every amount between those that steps are asked for has a step, and none has two by oversight."""
    for form, workflow in pairs(library):
        for approval in workflow.approvals.values():
            asked = [step for step in approval.steps.values() if step.when is not None]
            if len(asked) >= ENOUGH and len(asked) == len(approval.steps):
                cases = cases_of(form, [step.when for step in asked if step.when])
                if cases is not None:
                    yield from _points(approval, cases)
                    yield from _bands(approval, asked, cases)


def _points(approval: Approval, cases: Cases) -> Iterator[Finding]:
    """Single values on the border of two steps that neither takes."""
    for key in cases.terms:
        found = _falls_through(cases, key) if key[0] == NUMBER else None
        if found is not None:
            words, one = cases.words(found), cases.words({key: found[key]})
            says = text(
                f"Nobody is asked when {one}, though on both sides somebody is.",
                f"当 {one} 时无人审批，而其上下两侧都有人审批。",
            )
            hint = text("Write '<=' or '>=' in one of the steps.", "请在其中一个步骤中使用 <= 或 >=。")
            yield finding(approval.at, "falls_through", says, hint, example=(text(words, words),))


def _falls_through(cases: Cases, key: Key) -> Case | None:
    term = cases.terms[key]
    values = term.samples()
    of_limit = any(each.op == "outside" and each.value == "limit" for node in term.nodes for each in node.walk())
    for case in cases.every():
        at = values.index(case[key])
        meant = case[key] in term.boundaries and (case[key] != 0 or of_limit)
        if not meant or not 0 < at < len(values) - 1 or _asks(cases, case):
            continue
        below, above = ({**case, key: values[at + each]} for each in (-1, 1))
        if _asks(cases, below) and _asks(cases, above):
            return case
    return None


def _asks(cases: Cases, case: Case) -> bool:
    return any(cases.holds(each, case) for each in range(cases.count))


def _bands(approval: Approval, steps: Sequence[Step], cases: Cases) -> Iterator[Finding]:
    """Steps that ask of one number alone, as the parts of its line that each takes."""
    if len(cases.terms) != 1:
        return
    ((key, term),) = cases.terms.items()
    if key[0] != NUMBER or term.floor is None:
        return
    line = [{key: value} for value in term.samples()]
    taken = [{at for at, case in enumerate(line) if cases.holds(index, case)} for index in range(len(steps))]
    for index, one in enumerate(taken):
        for other in range(index):
            if one & taken[other] and one - taken[other] and taken[other] - one:
                shared = line[min(one & taken[other])]
                words = cases.words(shared)
                says = text(
                    f"'{steps[other].name}' and '{steps[index].name}' both take {words}.",
                    f"“{steps[other].name}”与“{steps[index].name}”都包含 {words}。",
                )
                yield finding(steps[index].at, "bands_overlap", says, severity=WARNING, example=(text(words, words),))
    if not all(one <= other or other <= one for one in taken for other in taken):  # else it is a ladder
        yield from _gap(approval, cases, key, [any(at in one for one in taken) for at in range(len(line))], line)


def _gap(approval: Approval, cases: Cases, key: Key, asks: list[bool], line: list[dict[Key, Any]]) -> Iterator[Finding]:
    """Amounts in between, or above all, for which nobody is asked although less is decided by somebody."""
    if True not in asks:
        return
    first = asks.index(True)
    gap = next((at for at in range(first, len(asks)) if not asks[at]), None)
    if gap is None or _is_point(asks, gap, line, key):
        return
    words = cases.words(line[gap])
    says = text(
        f"Nobody is asked when {words}, though for less somebody is.", f"当 {words} 时无人审批，而更小的值有人审批。"
    )
    yield finding(approval.at, "falls_through", says, severity=WARNING, example=(text(words, words),))


def _is_point(asks: list[bool], gap: int, line: list[dict[Key, Any]], key: Key) -> bool:
    """Whether it is one value alone with somebody on both sides: said already, or meant (zero)."""
    return gap + 1 < len(asks) and asks[gap + 1] and isinstance(line[gap][key], Decimal)

"""What walking the workflows of a library finds wrong, as findings: at their lines, in words, with the way there.

Run before publishing, over what differs from the version before; handed to operations by bootstrap, and called by the
command line. A walk goes so many stages and no further (`STAGES`, for each form and each of both limits): what it does
not come to is not judged. All of it is a warning: what is invented need not fit, and the ledger refuses at the end what
would strand goods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.checks.flow import effects_of
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import EffectUse, Form, Library, Transition, Workflow
from engine.errors import Refusal, Text, text
from engine.expressions import Expression
from engine.verification.paths import HIGH, LOW, Stranded, Walked, begun_by_people, walk
from engine.verification.scratch import SHORT

STAGES = 300
NUMBERS = ("quantity", "integer", "decimal", "money")
POSTS = ("move", "reserve")

_VERDICTS: Mapping[str, str] = {"approve": "同意", "reject": "拒绝", "return": "退回"}


def judge(library: Library, before: Library | None = None, most: int = STAGES) -> tuple[Finding, ...]:
    """The findings of every walk that may go otherwise than in the library before; of all walks without one."""
    found: dict[tuple[str, int, str, str], Finding] = {}
    for names, each in {(): library, **library.variants}.items():
        old = _like(names, library, before)
        for form in begun_by_people(each):
            if old is None or _differs(each, old, form):
                for one in _judged(each, form, most):
                    found.setdefault((one.file, one.line, one.code, one.message["en"]), one)
    return tuple(found.values())


def _like(names: tuple[str, ...], library: Library, before: Library | None) -> Library | None:
    """What a library, or a variant of it, is compared with; a new variant with what it varies."""
    if before is None:
        return library if names else None
    return before.variants.get(names, library) if names else before


def _differs(library: Library, before: Library, form: str) -> bool:
    """Whether a form, or any that its records make or act on, is not what it was."""
    return any(
        library.forms.get(each) != before.forms.get(each) or library.workflows.get(each) != before.workflows.get(each)
        for each in _reached(library, form)
    )


def _reached(library: Library, form: str) -> set[str]:
    """The forms whose records a walk of this one may come to."""
    seen: set[str] = set()
    todo = [form]
    while todo:
        name = todo.pop()
        if name in seen or name not in library.workflows:
            continue
        seen.add(name)
        for action in library.workflows[name].transitions.values():
            for use in effects_of(action):
                target = use.options.get("form") or getattr(use.options.get("on_record"), "type", None)
                todo.append(target if isinstance(target, str) else getattr(target, "form", None) or "")
    return seen


def _judged(library: Library, form: str, most: int) -> Iterator[Finding]:
    try:
        walks = [walk(library, form, most, limits=(limit,)) for limit in (LOW, HIGH)]
    except Refusal:
        return  # an expression that what is invented does not suit: nothing can be said
    if not any(each.ends for each in walks):
        return
    for walked in walks:
        yield from (one for fault in walked.faults if (one := _stranded(library, fault)) is not None)
    yield from _never(library, form, walks)


def _stranded(library: Library, fault: Stranded) -> Finding | None:
    form, workflow = library.forms.get(fault.form), library.workflows.get(fault.form)
    if form is None or workflow is None:
        return None  # too many stages
    state = workflow.states[fault.state]
    if fault.what == "stuck":
        if _may_fit(form, workflow, fault.state):
            return None
        says = text(f"Nobody can lead a record on from '{state.name}'.", f"处于“{state.name}”的单据无人能继续处理。")
        return finding(state.at, "stuck", says, severity=WARNING, example=_way(fault))
    if fault.what == SHORT:
        return _missing(workflow, fault)
    says = _LEFT[fault.what](state.name, fault.thing)
    return finding(state.at, f"left_{fault.what}", says, severity=WARNING, example=_way(fault))


def _left_in_place(state: str, thing: str) -> Text:
    return text(
        f"A record can end in '{state}' with goods left in '{thing}'.",
        f"单据可在“{state}”结束，而“{thing}”中仍有商品。",
    )


def _left_reserved(state: str, thing: str) -> Text:
    return text(
        f"A record can end in '{state}' and still promise goods ('{thing}').",
        f"单据可在“{state}”结束，而“{thing}”的预留未释放。",
    )


def _left_held(state: str, thing: str) -> Text:
    return text(
        f"A record can end in '{state}' and still hold goods ('{thing}').",
        f"单据可在“{state}”结束，而“{thing}”的冻结未解除。",
    )


_LEFT = {"in_place": _left_in_place, "reserved": _left_reserved, "held": _left_held}


def _missing(workflow: Workflow, fault: Stranded) -> Finding:
    """An effect moves what is not there: the ledger will refuse it, but nobody is told before."""
    uses = [use for action in workflow.transitions.values() for use in effects_of(action)]
    at = next((use.at for use in uses if use.name == fault.thing), None)
    says = text(
        f"'{fault.thing}' can move goods that are not there, and no guard says so before.",
        f"“{fault.thing}”可能移动并不存在的商品，而之前没有条件拦截。",
    )
    return finding(at, "moves_nothing_there", says, severity=WARNING, example=_way(fault))


def _may_fit(form: Form, workflow: Workflow, state: str) -> bool:
    """Whether other values than the invented ones could lead on."""
    rules = any(not rule.warns for rule in form.rules.values())
    return rules or any(action.guard for action in workflow.leaving(state))


def _never(library: Library, form: str, walks: list[Walked]) -> Iterator[Finding]:
    """Effects on stock that come to nothing although their action is taken with every quantity."""
    if any(fault.what == "too_many" for walked in walks for fault in walked.faults):
        return
    taken = {each[:2] for walked in walks for each in walked.taken}
    done = frozenset().union(*(walked.done for walked in walks))
    flow = library.workflows[form]
    for action in flow.transitions.values():
        for use in action.do.values():
            came = (form, action.name, use.name) in done
            if use.effect in POSTS and not came and (form, action.name) in taken and _by_numbers(library, form, use):
                says = text(
                    f"'{use.name}' never comes to anything: its quantity is always 0 or empty.",
                    f"“{use.name}”从不产生任何过账：其数量总是 0 或为空。",
                )
                yield finding(use.at, "never_posts", says, severity=WARNING, example=_taken(action))


def _taken(action: Transition) -> tuple[Text, ...]:
    return (text(f"{action.name}: nothing", f"{action.name}：无过账"),)


def _by_numbers(library: Library, form: str, use: EffectUse) -> bool:
    """Whether it depends on quantities alone, every one of which was tried."""
    quantity, fields = use.options.get("quantity"), library.forms[form]
    if not isinstance(quantity, Expression) or use.when is not None or quantity.calls:
        return False
    each = use.options.get("each")
    paths = [
        f"{each}.{words[1]}" if words[0] == "row" else ".".join(words[1:] if words[0] == "record" else words)
        for words in quantity.names
        if len(words) > 1
    ]
    known = [fields.field(path) for path in paths]
    return all(one is not None and one.value_type.kind in NUMBERS for one in known)


def _way(fault: Stranded) -> tuple[Text, ...]:
    """What is done, one after the other."""
    return tuple(text(words, _in_chinese(words)) for words in fault.path)


def _in_chinese(words: str) -> str:
    record, _, deed = words.partition(": ")
    verb, _, rest = deed.partition(" ")
    return f"{record}：{_VERDICTS[verb]} {rest}" if verb in _VERDICTS else f"{record}：{deed}"

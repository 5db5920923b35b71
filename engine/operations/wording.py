"""The words of notices and of history, made when they are read. Used by `inbox` and `reading`.

A template speaks of fields as `{{ record.number }}`; what the reader may not see is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Workflow
from engine.errors import Text, say, text
from engine.operations import presenting
from engine.operations.eyes_on_alerts import sees_figure, sees_key

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


DEEDS: Mapping[str, Text] = {
    "create": text("Created", "新建"),
    "edit": text("Edited", "编辑"),
    "update": text("Changed by the process", "流程更新"),
    "discard": text("Discarded", "删除草稿"),
    "comment": text("Commented", "评论"),
    "approve": text("Approved", "同意"),
    "reject": text("Rejected", "拒绝"),
    "return": text("Returned", "退回"),
    "hand_over": text("Handed over", "转交"),
    "add_signer": text("Added a signer", "加签"),
    "remove_signer": text("Removed a signer", "取消加签"),
    "take_back": text("Took the decision back", "撤回审批"),
    "nudge": text("Reminded", "催办"),
    "nobody_found": text("Nobody found", "无人可审批"),
    "left": text("Decided by who is left", "按在任人员的投票定案"),
}
"""What is done to every record, whatever its workflow."""


HEADS: Mapping[str, Text] = {
    "number": text("Number", "单号"),
    "state": text("State", "状态"),
    "created": text("Created", "创建时间"),
    "submitted": text("Submitted", "提交时间"),
    "updated": text("Changed", "更新时间"),
    "created_by": text("Created by", "创建人"),
}
"""What stands above the columns that the records of every form have."""

MENTION = "@mention"
"""The notice of who is mentioned in a comment; no template of a library is called so."""
_MENTIONED = text("{who} mentioned you: {title}", "{who} 在评论中提到了您：{title}")


RETURNED = "@returned"
"""The notice of who has to correct what was returned to him; `words` are those of who returned it."""
_RETURNED = text("{who} returned {title}: {words}", "{who} 退回了{title}：{words}")
_RETURNED_MUTELY = text("{who} returned {title}", "{who} 退回了{title}")


NUDGED, COPIED, RESUMED = "@nudged", "@copied", "@resumed"
"""Notices of who is reminded, who is copied in, and who need not decide again what has come back."""
HANDED, ADDED = "@handed", "@added"
"""Notices of to whom a task was handed over, and of who must sign too."""
TASK = "@task"
"""What who chose so is told of a new task; everybody else finds it in his list."""
_WAITS = text("{title} waits for you", "{title}等待您处理")
_RESUMED = text(
    "{title} has come back corrected; you need not decide again.", "{title}已更正并重新提交，您无需再次审批。"
)
PLAN_REFUSED = "@plan_refused"
"""The notice of whose planned publication was refused when its moment came; `says` are the words of the refusal."""
_PLAN_REFUSED = text(
    "What you planned to publish was refused when its moment came, and nothing has changed: {words}",
    "您计划的发布到时被拒绝，未做任何更改：{words}",
)
OWN: Mapping[str, tuple[Text, Text]] = {
    MENTION: (_MENTIONED, _MENTIONED),
    RETURNED: (_RETURNED, _RETURNED_MUTELY),
    NUDGED: (
        text("{who} reminds you of {title}: {words}", "{who} 催办{title}：{words}"),
        text("{who} reminds you of {title}", "{who} 催办{title}"),
    ),
    RESUMED: (_RESUMED, _RESUMED),
    HANDED: (
        text("{who} handed {title} over to you: {words}", "{who} 将{title}转交给您：{words}"),
        text("{who} handed {title} over to you", "{who} 将{title}转交给您"),
    ),
    ADDED: (
        text("{who} asks you to sign {title} too: {words}", "{who} 请您加签{title}：{words}"),
        text("{who} asks you to sign {title} too", "{who} 请您加签{title}"),
    ),
    TASK: (_WAITS, _WAITS),
}
"""How each is said, with words and without."""
MOMENTS: Mapping[str, Text] = {
    "asked": text("For your information: {title} is being approved", "抄送：{title}正在审批"),
    "approved": text("For your information: {title} was approved", "抄送：{title}已通过审批"),
    "refused": text("For your information: {title} was refused", "抄送：{title}已被拒绝"),
    "returned": text("For your information: {title} was returned", "抄送：{title}已被退回"),
}


def deed(workflow: Workflow, action: str, language: str) -> str:
    """What was done, in the words of the definition: a transition's title, a verdict with its step's."""
    transition = workflow.transitions.get(action)
    if transition is not None:
        return say(transition.title, language) or action
    word, _, where = action.partition(":")
    told = say(DEEDS[word], language) if word in DEEDS else word
    names = {step.name: step for approval in workflow.approvals.values() for step in approval.steps.values()}
    step = names.get(where.replace("/", ".").partition(".")[0])
    return f"{told} · {say(step.title, language) or step.name}" if step is not None else told


def notice(operation: Operation, folder: Folder, template: str, params: Mapping[str, Any]) -> str:
    """The template in the reader's language with the record's values; its title and number when there is none."""
    language = operation.call.language
    found = operation.library.templates.get(template, {})
    pattern = found.get(language) or found.get("en")
    plain = f"{say(folder.form.title, language)} {folder.number or ''}".strip()
    if template == COPIED:
        return say(MOMENTS[str(params.get("moment"))], language).format(title=plain)
    if template == PLAN_REFUSED:
        return say(_PLAN_REFUSED, language).format(words=say(params["says"], language))
    if template in OWN:
        who, words = presenting.person(operation, str(params.get("by", ""))) or {}, params.get("words")
        said = OWN[template][0 if words else 1]
        return say(said, language).format(who=who.get("title") or who.get("code") or "", title=plain, words=words)
    if pattern is None:
        return plain
    told = {"record": _shown(operation, folder), "title": plain, "alert": alerted(operation, params)}
    return operation.services.render(pattern, told)


def alerted(operation: Operation, params: Mapping[str, Any]) -> dict[str, Any]:
    """What an alert is about, and how much there was of it: only for who may see the figure."""
    alert = operation.library.alerts.get(str(params.get("alert")))
    if alert is None:
        return {}
    names: Mapping[str, Any] = params["names"]
    told = {
        name: _plain(presenting.named(operation, each)) if name in alert.parameters else each
        for name, each in names.items()
        if sees_key(operation, alert, name)
    }
    return {**told, "watched": params["watched"]} if sees_figure(operation, alert, names) else told


def _shown(operation: Operation, folder: Folder) -> dict[str, Any]:
    values = presenting.values(operation, folder)
    plain = {name: _plain(value) for name, value in values.items() if not isinstance(value, list)}
    return {**plain, "number": folder.number or "", "state": folder.state}


def _plain(value: Any) -> Any:
    """A reference as its code and its title, which templates also call its name."""
    if not isinstance(value, dict):
        return value
    code, title = value.get("code") or "", value.get("title") or value.get("typed") or ""
    return {"code": code, "title": title, "name": title or code}

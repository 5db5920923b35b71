"""Words of my tasks. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "by_form": text("By form", "按单据"),
    "every_form": text("All forms", "全部单据"),
    "by_unit": text("By unit", "按单位"),
    "every_unit": text("All units", "全部单位"),
    "by_due": text("Deadline", "截止时间"),
    "overdue_since": text("overdue since", "已逾期："),
    "why_mine": text("Why is this mine?", "为何由我处理？"),
    "in_place_of": text("in place of", "代理"),
    "waiting_where": text("What waits where", "待办分析"),
    "of_days": text("Of the last days", "统计天数"),
    "last_days": text("{} days", "近 {} 天"),
    "nobody_can": text("Nobody can do these", "无人可处理的事项"),
    "nobody_stuck": text("Every open task has somebody who can do it.", "所有待办都有人可以处理。"),
    "by_step": text("By step", "按步骤"),
    "step": text("Step", "步骤"),
    "waits_now": text("Waiting now", "当前待办"),
    "oldest": text("Oldest since", "最早开始"),
    "answered": text("Answered", "已处理"),
    "average": text("On average after", "平均用时"),
    "longest": text("At most after", "最长用时"),
    "by_people": text("By person", "按人员"),
    "person": text("Person", "人员"),
    "nobody_answered": text("Nobody has decided anything in these days.", "此期间无人审批。"),
    "by_reason": text("Returns by reason", "退回原因"),
    "reason": text("Reason", "原因"),
    "times": text("Times", "次数"),
    "nothing_returned": text("Nothing was returned in these days.", "此期间没有退回。"),
    "select": text("Select", "选择"),
    "overdue": text("overdue", "已逾期"),
    "wants": text("from {who}", "来自 {who}"),
    "wanted_by_itself": text("from the system", "来自系统"),
    "task_gone": text("That task is done, or somebody else's by now.", "该事项已处理，或已转由他人处理。"),
    "nothing_waits_why": text(
        "What needs your decision or your hands appears here by itself.", "需要您审批或处理的事项会自动出现在这里。"
    ),
}

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
    "select": text("Select", "选择"),
    "overdue": text("overdue", "已逾期"),
    "wants": text("from {who}", "来自{who}"),
    "wanted_by_itself": text("from the system", "来自系统"),
    "task_gone": text("That task is done, or somebody else's by now.", "该事项已处理，或已转由他人处理。"),
    "nothing_waits_why": text(
        "What needs your decision or your hands appears here by itself.", "需要您审批或处理的事项会自动出现在这里。"
    ),
}

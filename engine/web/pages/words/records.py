"""Words of a record and of the inbox. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "edit": text("Edit", "编辑"),
    "save": text("Save", "保存"),
    "cancel": text("Cancel", "取消"),
    "discard": text("Discard", "删除草稿"),
    "back": text("Back", "返回"),
    "more": text("More", "更多"),
    "route": text("Route", "审批路径"),
    "history": text("History", "历史"),
    "links": text("Linked", "关联单据"),
    "came_from": text("came from", "来自"),
    "went_to": text("went to", "生成"),
    "waiting_for": text("Waiting for", "等待"),
    "since": text("since", "自"),
    "until": text("until", "截止"),
    "comment": text("Comment", "意见"),
    "approve": text("Approve", "同意"),
    "reject": text("Reject", "拒绝"),
    "return": text("Return", "退回"),
    "why_not": text("Why not", "为何不能"),
    "step_done": text("done", "已完成"),
    "step_now": text("now", "进行中"),
    "step_next": text("to come", "待进行"),
    "step_skipped": text("not asked", "跳过"),
    "by_system": text("System", "系统"),
    "rows": text("rows", "行"),
    "changes": text("Changes", "修改内容"),
}

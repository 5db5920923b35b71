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
    "row": text("row", "行"),
    "rows": text("rows", "行"),
    "changes": text("Changes", "修改内容"),
    "total": text("Total", "合计"),
    "all_rows": text("Show all rows", "显示全部行"),
    "more_rows": text("more rows", "行未显示"),
    "empty_fields": text("Empty fields", "未填写字段"),
    "nothing_filled": text("Nothing is filled in yet.", "尚未填写内容。"),
    "no_rows": text("No rows yet.", "暂无明细。"),
    "earlier": text("Earlier", "更早"),
    "row_added": text("Added", "新增"),
    "row_removed": text("Removed", "删除"),
    "row_changed": text("Changed", "修改"),
    "asked_since": text("asked", "提交审批"),
    "verdict_approve": text("Approved", "已同意"),
    "verdict_reject": text("Rejected", "已拒绝"),
    "verdict_return": text("Returned", "已退回"),
    "comments": text("Comments", "评论"),
    "acting_for_whom": text("for", "代"),
    "open_file": text("Open", "打开"),
}

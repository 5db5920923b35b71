"""Words of a list. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "number": text("Number", "单号"),
    "state": text("State", "状态"),
    "created": text("Created", "创建时间"),
    "updated": text("Changed", "更新时间"),
    "created_by": text("Created by", "创建人"),
    "no_records": text("There is nothing here yet.", "这里还没有内容。"),
    "no_match": text("Nothing matches these filters.", "没有符合条件的记录。"),
    "clear_filters": text("Clear filters", "清除筛选"),
    "filter": text("Filter", "筛选"),
    "any_state": text("Any state", "全部状态"),
    "next_page": text("Next page", "下一页"),
    "first_page": text("First page", "第一页"),
    "export": text("Export", "导出"),
    "select_page": text("Select this page", "全选本页"),
    "at_records": text("At least", "至少"),
    "no_number": text("No number yet", "未编号"),
    "records": text("records", "条"),
}

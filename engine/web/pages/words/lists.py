"""Words of a list. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text
from engine.operations.wording import HEADS

WORDS: Mapping[str, Text] = {
    **HEADS,
    "no_records": text("There is nothing here yet.", "这里还没有内容。"),
    "filter": text("Filter", "筛选"),
    "filters": text("Filters", "筛选条件"),
    "apply": text("Apply", "应用"),
    "close": text("Close", "关闭"),
    "from_end": text("From", "从"),
    "to_end": text("To", "至"),
    "code_of": text("Code, number or id", "编码或编号"),
    "contains": text("Contains", "包含"),
    "either": text("Either", "不限"),
    "remove_filter": text("Remove filter", "移除筛选"),
    "clear_all": text("Clear all", "全部清除"),
    "not_applied": text("The list cannot be shown like this:", "无法这样显示列表："),
    "without_wrong": text("Show it without what is wrong", "去掉有误的条件后显示"),
    "no_match_of": text("Nothing meets all of this.", "没有同时符合这些条件的记录。"),
    "without": text("Without", "去掉"),
    "whole_list": text("All", "全部"),
    "views": text("Views", "视图"),
    "standing": text("opens first", "默认打开"),
    "columns": text("Columns", "列"),
    "open_in_full": text("Open", "打开"),
    "previous_page": text("Previous page", "上一页"),
    "next_page": text("Next page", "下一页"),
    "export": text("Export", "导出"),
    "select_page": text("Select this page", "全选本页"),
    "at_records": text("More than", "超过"),
    "no_number": text("No number yet", "未编号"),
    "one_record": text("record", "条"),
    "records": text("records", "条"),
}

"""Words of stock and of movements. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "nothing_moves": text("Nothing has moved here yet.", "尚无流水。"),
    "item": text("Item", "商品"),
    "place": text("Place", "地点"),
    "lot": text("Lot", "批次"),
    "owner": text("Owner", "货主"),
    "on_hand": text("On hand", "在库"),
    "reserved": text("Reserved", "已预留"),
    "available": text("Available", "可用"),
    "unit": text("Unit", "单位"),
    "movements": text("Movements", "流水"),
    "quantity": text("Quantity", "数量"),
    "change": text("Change", "变动"),
    "balance": text("Balance", "结存"),
    "when": text("When", "时间"),
    "why": text("Why", "事由"),
    "from": text("From", "从"),
    "to": text("To", "到"),
    "by_whom": text("By", "经办"),
    "choose_place": text("Choose a place", "请选择地点"),
    "choose_item": text("Choose an item", "请选择商品"),
    "stock_begin": text(
        "Choose a place to see what lies there, an item to see where it is, or both.",
        "选择地点查看其库存，选择商品查看其分布，或两者都选。",
    ),
    "can_be_sold": text("Can be sold here now", "此处当前可售"),
    "can_be_sold_all": text("Can be sold now, in all places that you see", "当前可售（您可见的全部地点）"),
    "was_there": text("Was on hand here", "当时在库"),
    "was_there_all": text("Was on hand, in all places that you see", "当时在库（您可见的全部地点）"),
    "as_of": text("As it was on", "截至"),
    "as_of_when": text("As of", "截至"),
    "back_to_now": text("Back to now", "回到当前"),
    "items_here": text("Items here:", "此处商品种数："),
    "where_it_is": text("Where it is", "所在地点"),
    "by_lot": text("By place, lot and owner", "按地点、批次、货主"),
    "on_its_way": text("On its way", "在途"),
    "coming": text("coming", "发来"),
    "leaving": text("leaving", "发出"),
    "nothing_here": text("Nothing that you may see lies here.", "此处没有您可见的库存。"),
    "not_my_place": text(
        "Nothing lies at {place}, or what lies there is not yours to see.", "{place}没有库存，或您无权查看其库存。"
    ),
    "nothing_of_it": text("There is none of it anywhere that you may see.", "您可见的地点都没有该商品。"),
    "no_such_stock": text("No stock that you may see matches this.", "没有您可见的匹配库存。"),
    "see_movements": text("All movements", "全部流水"),
    "last_movements": text("Last movements", "最近流水"),
    "my_places": text("My places", "我的地点"),
    "places": text("Places", "地点"),
    "narrow": text("Narrow by code or name", "按编码或名称筛选"),
    "older": text("Older", "更早"),
    "newest": text("Newest", "最新"),
    "of_them": text("of", "/"),
    "show": text("Show", "查看"),
}

"""Words of stock and of movements. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "nothing_moves": text("No movements yet.", "尚无流水。"),
    "item": text("Item", "商品"),
    "place": text("Place", "地点"),
    "lot": text("Lot", "批次"),
    "on_hand": text("On hand", "在库"),
    "reserved": text("Reserved", "已预留"),
    "available": text("Available", "可用"),
    "movements": text("Movements", "流水"),
    "quantity": text("Quantity", "数量"),
    "balance": text("Balance", "结存"),
    "when": text("When", "时间"),
    "why": text("Why", "事由"),
    "from": text("From", "从"),
    "to": text("To", "到"),
    "choose_place": text("Choose a place", "请选择地点"),
}

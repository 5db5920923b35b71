"""The ledger's ways of saying no, each worded once, in both languages. Used by the ledger's own modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from engine.errors import Fault, Refusal, Text, conflict, rule, text
from engine.quantities import from_scaled, write

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "short": text("There is not enough of it.", "可用库存不足。"),
        "held": text("It is held and may not move.", "该库存已被冻结，不能移动。"),
        "period_closed": text("That period is closed.", "该期间已关账。"),
        "serial_elsewhere": text("This serial number is somewhere else.", "该序列号在其他地点。"),
        "serial_one": text("A serial number is exactly one piece.", "一个序列号只能对应一件。"),
        "scale": text("The item is not counted that finely.", "数量的小数位数超出该商品的精度。"),
        "quantity": text("A quantity that moves is above zero and not too large.", "移动数量必须大于零且不能过大。"),
        "same_place": text("Goods cannot move to where they are.", "商品不能移动到原地点。"),
        "unknown_item": text("The ledger does not know this item.", "库存账中没有该商品。"),
        "posted_already": text("This was posted already.", "该业务已经记账。"),
        "reversed_already": text("This was reversed already.", "该记账已被冲销。"),
        "reversal": text("A reversal cannot be reversed.", "冲销记录不能再次冲销。"),
        "nothing_to_reverse": text("Nothing was posted that could be reversed.", "没有可冲销的记账。"),
        "too_large": text("The balance would become too large.", "结存数量过大。"),
        "item_in_use": text("The item has moved; this can no longer change.", "该商品已有库存记录，不能再更改。"),
    }
)

BUSY = text("Somebody else is posting this right now; please try again.", "其他人正在处理同一业务，请重试。")


def no(code: str, faults: Iterable[Fault] = ()) -> Refusal:
    """The ledger's law `code` says no."""
    return rule(code, WORDS[code], faults=faults)


def busy() -> Refusal:
    """Two postings of one source met; the other one is done."""
    return conflict("busy", BUSY)


def fault(code: str, line: str | None, **params: object) -> Fault:
    """One line that the law `code` refuses."""
    return Fault("", code, WORDS[code], line, {name: value for name, value in params.items() if value is not None})


def short(line: str | None, available: int, asked: int, **named: object) -> Fault:
    """One line that asks for more than there is; scaled figures."""
    have, want = write(from_scaled(available)), write(from_scaled(asked))
    words = text(f"{want} asked for, {have} available.", f"需要 {want}，可用 {have}。")
    params = {"available": have, "asked": want, **{name: value for name, value in named.items() if value is not None}}
    return Fault("", "short", words, line, params)


def refused(faults: list[Fault]) -> Refusal:
    """One refusal for all faults; the first names the law."""
    return no(faults[0].code, faults)

"""Definitions for what the pack does not use: laid over it once, for every test of this room."""

from __future__ import annotations

from pathlib import Path

TEXTS = tuple(file.read_text("utf-8") for file in sorted((Path(__file__).parent / "definitions").glob("*.yaml")))

FACTS = """  granted_wishes:
    for: {store: store, item: item}
    sum: row.quantity
    over: wish.lines
    where: it.store == store and row.item == item and it.state in ['granted', 'packed']
    except: this_record
  spent:
    for: {store: store, month: integer, category: category}
    over:
      asked:
        of: ask.lines
        sum: row.value
        where: it.store == store and month(it.day) == month and row.item.category == category and it.state == 'agreed'
      agreed:
        of: deal
        sum: it.total
        where: it.store == store and month(it.day) == month and it.category == category and it.state == 'open'
    except: this_record
  asked_in_regions:
    for: {region: region}
    over: ask
    where: it.store.region == region and it.state != 'dropped'
  asked_by_code:
    for: {code: text}
    over: ask.lines
    where: row.item.category.code == code
"""

WRITES = (
    *("shorten", "encode", "pay", "weigh", "count_it", "raise_it", "visit", "scan", "sign_it", "file_it"),
    *("short_rows", "weigh_rows"),
)
"""Actions of `hand` that write what the record says in one field into another."""

ACTIONS = {
    "ask": ("agree", "turn", "drop"),
    "deal": ("shut",),
    "need": ("agree", "drop", "put_off"),
    "wish": ("grant", "drop", "pack", "pack_once", "pack_nothing"),
    "parcel": ("send_off",),
    "memo": ("hand_in",),
    "hand": ("rename", "reprice", "push", "note", "hide", "copy_it", "stamp", *WRITES),
    "plea": ("hand_in", "withdraw", "finish"),
    "duel": ("hand_in", "withdraw", "count_up", "put_back", "route_it", "approve", "reject", "return"),
    "basket": ("hand_in", "approve", "reject", "return"),
    "crate": ("freeze", "thaw", "promise", "free_one", "fill", "send", "undo", "again", "end_it", "empty_it"),
}

STOCK_REPORTS = ("stock_now", "stock_lines", "stock_moved", "stock_diary", "stock_coming")


def policy() -> list[str]:
    """Who may do what: clerks their store's, managers too, others only see and decide."""
    lines = []
    for form, actions in ACTIONS.items():
        lines += [f"p, clerk, {form}, {action}, own" for action in ("see", "create", "edit", "export", *actions)]
        lines += [f"p, auditor, {form}, see, chain"]
    lines += [f"p, manager, memo, {action}, own" for action in ("see", "edit", "finish", "import")]
    lines += ["p, clerk, memo, import, own", "p, clerk, person, see, chain"]
    for report in ("asks_by_week", "ask_lines", "dear_items", "asks_by_cost"):
        lines += [f"p, clerk, {report}, {action}, own" for action in ("see", "export")]
        lines += [f"p, auditor, {report}, {action}, chain" for action in ("see", "export")]
        lines += [f"p, area_manager, {report}, see, below"]
    lines += ["p, area_manager, ask, see, below"]
    for report in STOCK_REPORTS:
        lines += [f"p, clerk, {report}, {action}, own" for action in ("see", "export")]
        lines += [f"p, area_manager, {report}, see, below", f"p, auditor, {report}, see, chain"]
    for form in ("need", "order", "to_order"):
        lines += [f"p, {role}, {form}, see, chain" for role in ("buyer", "area_manager")]
    lines += ["p, buyer, to_order, order, chain", "p, buyer, order, send, chain", "p, buyer, order, cancel, chain"]
    verdicts = ("see", "edit", "approve", "reject", "return")
    lines += [f"p, manager, duel, {action}, own" for action in (*verdicts, "hand_in", "create")]
    lines += [f"p, area_manager, duel, {action}, below" for action in verdicts]
    roles = (("manager", "own"), ("area_manager", "below"), ("director", "chain"), ("finance", "chain"))
    lines += [f"p, {role}, plea, {action}, {where}" for role, where in roles for action in verdicts if action != "edit"]
    lines += ["p, buyer, plea, see, chain", "p, planner, plea, see, own"]
    lines += [f"p, {role}, duel, {action}, chain" for role in ("buyer", "director", "finance") for action in verdicts]
    for role in ("manager", "area_manager", "buyer", "finance"):
        lines += [f"p, {role}, basket, {action}, chain" for action in verdicts]
    return lines

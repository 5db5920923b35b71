"""What there is where: figures as lists and sums, recount. Used by `commands`; `stocktrail` asks by the same names.

The right is `stock, see` of the policy; a place belongs to the org unit that it is, or that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.errors import invalid_at, not_found, text
from engine.expressions import Reference
from engine.ledger import balances
from engine.operations import counting, presenting, recount, rights, stockwords, titles
from engine.operations.calls import Answer
from engine.operations.paging import bad_cursor, known_only, read_limit
from engine.quantities import write
from engine.records import archive

if TYPE_CHECKING:
    from engine.operations.operation import Operation

KNOWN = {"item", "place", "lot", "at", "group", "below", "record", "limit", "cursor"}
GROUPS = ("place", "item", "lot")
EVERYTHING = 1_000_000
LONGEST_SEQ = 12


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`{items, next}` of on hand, reserved and available; by place, item, lot and owner, or grouped."""
    known_only(query, KNOWN)
    group = query.get("group")
    known = (*GROUPS, *_units(operation), *_kinds(operation))
    if group is not None and group not in known:
        listed = ", ".join(known)
        raise invalid_at("/group", "bad_group", text(f"It is grouped by {listed}.", f"可按以下分组：{listed}。"))
    limit = read_limit(query)
    items = asked_items(operation, query.get("item"))
    places = asked_places(operation, query)
    lots = asked_lots(operation, query.get("lot"))
    at = _at(query.get("at"))
    if (items is not None and not items) or (places is not None and not places) or (lots is not None and not lots):
        return Answer(200, {"items": [], "next": None})
    wanted = EVERYTHING if group else limit + 1
    rows = balances.page(
        operation.connection, items, places, lots, at=at, after=_cursor(query.get("cursor")), limit=wanted
    )
    operation.shelf.prefetch(_named(rows, group))
    if group:
        summed = (
            rows
            if group == "place" or "place" in query
            else [each for each in rows if not _outside(operation, each.place)]
        )
        return Answer(200, {"items": _grouped(operation, summed, group), "next": None})
    following = rows[limit - 1].cursor if len(rows) > limit else None
    return Answer(200, {"items": [_row(operation, row) for row in rows[:limit]], "next": following})


def _named(rows: Iterable[balances.StockRow], group: str | None) -> set[str]:
    """The records that the answer names or is summed by: of two thousand items at a place, summed by place, none."""
    of_items = group not in ("place", "lot")
    of_lots = group in (None, "lot")
    found: set[str] = set()
    for row in rows:
        found.add(row.place.partition("/")[0])
        if of_items:
            found.add(row.item)
        if of_lots and row.lot:
            found.add(row.lot)
    return found


def _row(operation: Operation, row: balances.StockRow) -> dict[str, Any]:
    return {
        "item": presenting.reference(operation, Reference("", row.item)),
        "place": stockwords.place(operation, row.place),
        "lot": presenting.reference(operation, Reference("", row.lot)) if row.lot else None,
        "owner": row.owner,
        "on_hand": write(row.on_hand),
        "reserved": write(row.reserved),
        "available": write(row.available),
        "unit": stockwords.unit(operation, row.item),
    }


def _grouped(operation: Operation, rows: Iterable[balances.StockRow], group: str) -> list[dict[str, Any]]:
    sums: dict[str | None, list[Decimal]] = {}
    for row in rows:
        total = sums.setdefault(_group(operation, row, group), [Decimal(0), Decimal(0)])
        total[0] += row.on_hand
        total[1] += row.reserved
    shown = []
    for key, (on_hand, reserved) in sums.items():
        named = stockwords.place(operation, key) if group == "place" and key else None
        named = named or (presenting.reference(operation, Reference("", key)) if key else None)
        shown.append(
            {
                group: named,
                "on_hand": write(on_hand),
                "reserved": write(reserved),
                "available": write(on_hand - reserved),
                **({"unit": stockwords.unit(operation, key)} if group == "item" and key else {}),
            }
        )
    return sorted(shown, key=lambda each: str((each[group] or {}).get("code") or ""))


def _outside(operation: Operation, place: str) -> bool:
    """Whether a place is the other side of what the chain has (losses, a supplier): with it every sum is nothing."""
    record = place.partition("/")[0]
    stored = None if record == "chain" else operation.shelf.head(record)
    form = operation.library.forms.get(stored.form) if stored else None
    return form is None or bool((form.told.get("ledger") or {}).get("place") and not form.told.get("org_unit"))


def _units(operation: Operation) -> list[str]:
    """Forms of org units: stock may be summed by each level of the tree."""
    return [form.name for form in operation.library.forms.values() if form.told.get("org_unit")]


def _kinds(operation: Operation) -> list[str]:
    """References of items that everybody who sees them sees: stock may be summed by what items belong to."""
    return [
        field.name
        for form in operation.library.forms.values()
        if "item" in (form.told.get("ledger") or {})
        for field in form.fields.values()
        if field.type == "reference" and field.sees is None
    ]


def _group(operation: Operation, row: balances.StockRow, group: str) -> str | None:
    if group in GROUPS:
        return {"item": row.item, "lot": row.lot, "place": row.place}[group]
    if group in _units(operation):
        path = operation.directory.path(row.place.partition("/")[0])
        return next((unit for unit in path if operation.directory.units[unit].form == group), None)
    stored = operation.shelf.head(row.item)
    found = stored.values.get(group) if stored else None
    return str(found) if found else None


def _visible(operation: Operation) -> frozenset[str] | None:
    """Keys of the places that the actor may see; None is all."""
    within = rights.reach(operation, "stock", "see")
    if within is None:
        return None
    found: set[str] = set()
    for unit in within:
        found |= set(balances.below(operation.connection, unit))
    return frozenset(found)


def asked_places(operation: Operation, query: Mapping[str, str]) -> list[str] | None:
    """Keys of the places that are asked for, as far as the actor may see them; None is everywhere."""
    visible = _visible(operation)
    asked = query.get("place")
    if asked is None:
        return None if visible is None else sorted(visible)
    keys = _asked_places(operation, asked, query.get("record"))
    if query.get("below") == "true":
        keys = [each for key in keys for each in balances.below(operation.connection, key)]
    if query.get("record") and record_seen(operation, query["record"]):
        return keys
    return keys if visible is None else [each for each in keys if each in visible]


def record_seen(operation: Operation, record: str) -> bool:
    """A place of a record is seen by who sees the record."""
    folder = operation.open(None, record, lock=False)
    rights.require_seen(operation, folder)
    return True


def _asked_places(operation: Operation, asked: str, record: str | None) -> list[str]:
    if record is not None:
        return [f"{record}/{asked}"]
    if asked in operation.library.places:
        return [f"chain/{asked}"]
    if asked.startswith("chain/"):
        return [asked]
    code, slash, part = asked.partition("/")
    return [f"{key}{slash}{part}" for key in _by_code(operation, code, "place")]


def _by_code(operation: Operation, code: str, told: str) -> list[str]:
    """Ids of the records with this code (or id) whose forms are items, places or lots of the ledger."""
    found: list[str] = []
    for form in operation.library.forms.values():
        if told not in (form.told.get("ledger") or {}):
            continue
        field = titles.code_field(form)
        if field:
            found += archive.find(operation.connection, form.name, {field: code})
    if not found and operation.shelf.head(code) is not None:
        found = [code]
    return found


def asked_items(operation: Operation, asked: str | None) -> list[str] | None:
    """Ids of the items with a code (or id)."""
    return None if asked is None else _by_code(operation, asked, "item")


def asked_lots(operation: Operation, asked: str | None) -> list[str] | None:
    """Ids of the lots with a code (or id)."""
    return None if asked is None else _by_code(operation, asked, "lot")


def _at(asked: str | None) -> int | datetime | None:
    if asked is None:
        return None
    if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_SEQ:
        return int(asked)
    try:
        sent = datetime.fromisoformat(asked.replace(" ", "+"))
        found = sent.astimezone(UTC) if sent.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise invalid_at(
            "/at", "bad_moment", text("A moment with its offset, or a seq, is expected.", "应为带时区的时间或序号。")
        )
    return found


def _cursor(asked: str | None) -> str | None:
    if asked is None:
        return None
    parts = asked.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        raise bad_cursor()
    return asked


def verify(operation: Operation) -> Answer:
    """Recount everything; figures, faults and a root hash. By who may `see` the `definitions` or audits the chain."""
    if rights.reach(operation, "stock", "see") is not None:
        raise not_found()
    report = recount.report(operation.connection, operation.library, counting.faults(operation))
    return Answer(
        200,
        {
            "clean": not report.faults,
            "figures": report.figures,
            "faults": list(report.faults)[:500],
            "root": report.root,
        },
    )

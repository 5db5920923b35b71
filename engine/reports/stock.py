"""Where lines of stock stand for reports: balances, movements as each place saw them, what is on its way. For `table`.

A line belongs to one place inside; what lies outside (losses, suppliers) is met as the other end of a movement. So what
movements say together is what balances say, and a line is seen by who may see the stock of its place. What is on its
way lies in a place of a record, and is seen by who sees the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, literal_column

from engine.database.dialects import listed, one_of, rows_from
from engine.database.headers import after_stroke, before_stroke, form_is, from_millionths
from engine.definitions import stocked
from engine.definitions.models import Form
from engine.expressions import NotInSql, Type, sql_type
from engine.records.columns import RecordColumns

Units = frozenset[str] | None

SOURCES: Mapping[str, str] = {
    stocked.BALANCES: "balance AS b",
    stocked.IN_TRANSIT: "balance AS b",
    stocked.MOVEMENTS: (
        "(SELECT m.id, m.seq, m.item, m.lot, m.owner, m.target AS place, m.origin AS other, m.quantity, "
        "m.quantity AS change, m.source, m.happened, m.recorded FROM movement AS m UNION ALL "
        "SELECT m.id, m.seq, m.item, m.lot, m.owner, m.origin, m.target, m.quantity, -m.quantity, m.source, "
        "m.happened, m.recorded FROM movement AS m) AS b"
    ),
}
"""What runs through: each movement stands once for either of its ends."""
LINES: Mapping[str, str] = {
    stocked.BALANCES: "b.place || '.' || b.item || '.' || b.lot || '.' || b.owner",
    stocked.IN_TRANSIT: "b.place || '.' || b.item || '.' || b.lot || '.' || b.owner",
    stocked.MOVEMENTS: "b.id || '.' || b.place",
}
"""What makes a line the only one of its kind."""
CAME = (
    "(SELECT max(c.happened) FROM movement AS c "
    "WHERE c.target = b.place AND c.item = b.item AND c.lot = b.lot AND c.owner = b.owner)"
)
PLAIN: Mapping[str, Mapping[str, str]] = {
    stocked.BALANCES: {"on_hand": "b.on_hand", "reserved": "b.reserved", "available": "(b.on_hand - b.reserved)"},
    stocked.IN_TRANSIT: {"quantity": "b.on_hand", "since": CAME},
    stocked.MOVEMENTS: {
        "quantity": "b.quantity",
        "change": "b.change",
        "happened": "b.happened",
        "recorded": "b.recorded",
        "person": "nullif(g.person, 'system')",
    },
}
_LYING = (
    "w(id, key, unit) AS (SELECT p.id, p.key, p.key FROM ledger_place AS p JOIN t ON t.unit = p.key UNION "
    "SELECT p.id, p.key, w.unit FROM w JOIN ledger_place AS p ON p.parent = w.key "
    "WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.unit = p.key)) SELECT"
)
_IN_UNITS = "FROM w JOIN t ON t.unit = w.unit"
"""Places by the org unit that they are or lie in, down from units."""
NUMBERS = frozenset({"on_hand", "reserved", "available", "quantity", "change"})


@dataclass(frozen=True)
class Ground:
    """What a reader's questions about stock rest on: the org tree of today, and where he may see which documents.

    `units` are all org units, each with itself and what is above it by form. `papers` says of each form of documents in
    which units its records are seen; None is everywhere.
    """

    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    papers: Mapping[str, Units] = field(default_factory=dict)


class StockColumns:
    """`Columns` of one source of stock (`row`), and the tables that what was asked for needs."""

    def __init__(self, dialect: str, table: str, forms: Mapping[str, Form], ground: Ground) -> None:
        self.parameters: dict[str, Any] = {}
        self._dialect = dialect
        self._table = table
        self._forms = forms
        self._ground = ground
        self._levels = sorted({form for above in ground.units.values() for form in above})
        self._joined: dict[str, None] = {}

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the line, or of a record that it refers to."""
        if path[0] != "row" or len(path) < 2:
            raise NotInSql(f"{path[0]} is no line of stock")
        name, rest = path[1], path[2:]
        found = self._spelled(name)
        if rest:
            return RecordColumns(self._dialect, self._forms[self._to(name)], self._forms).behind(
                self._to(name), found, rest, type
            )
        return literal_column(found, sql_type(type))

    def rows(self, path: tuple[str, ...]) -> Any:
        """A line has no tables."""
        raise NotInSql(f"{'.'.join(path)} is no table")

    def source(self) -> str:
        """What stands in the FROM, with what was asked for so far."""
        return " ".join((SOURCES[self._table], "JOIN ledger_place AS p ON p.id = b.place", *self._joined))

    def line(self) -> ColumnElement[Any]:
        """What makes a line the only one of its kind."""
        return literal_column(LINES[self._table], Text())

    def conditions(self, scope: Units) -> list[str]:
        """Lines inside that are there and may be seen."""
        inside = ["p.negative = 0"]
        if self._table != stocked.MOVEMENTS:
            inside.append("(b.on_hand <> 0 OR b.reserved <> 0)")
        if self._table == stocked.IN_TRANSIT:
            return [*inside, self._on_its_way(scope)]
        if scope is not None:
            self._located("u", "b.place")
            self.parameters["stock_units"] = listed(self._dialect, sorted(scope))
            inside.append(one_of(self._dialect, "u.unit", "stock_units"))
        return inside

    # -- fields ----------------------------------------------------------------------------------------------------

    def _to(self, name: str) -> str:
        """The form that a field refers to."""
        if name == "person":
            return next((each.name for each in self._forms.values() if each.told.get("account") is not None), "")
        form = name.removeprefix(stocked.OTHER) if name not in self._forms else name
        if form not in self._forms:
            raise NotInSql(f"{name} refers to nothing")
        return form

    def _spelled(self, name: str) -> str:
        """A field as SQL."""
        plain = PLAIN[self._table].get(name)
        if plain is not None:
            if name == "person":
                self._join("JOIN posting AS g ON g.seq = b.seq")
            return self._number(plain) if name in NUMBERS else plain
        if name in ("part", "other_part"):
            return self._part("p" if name == "part" else self._other())
        form = self._forms[self._to(name)]
        if form.told.get("org_unit") is not None:
            return self._unit(form.name, other=name.startswith(stocked.OTHER) and name not in self._forms)
        for told, alias in (("item", "i"), ("lot", "l")):
            if told in (form.told.get("ledger") or {}):
                return self._key(told, alias, form)
        return self._paper(form)

    def _number(self, plain: str) -> str:
        """A count of millionths with the digits that items have; the rest are noughts."""
        return from_millionths(self._dialect, plain, stocked.places_told(self._forms))

    def _part(self, alias: str) -> str:
        return after_stroke(self._dialect, f"{alias}.key")

    def _other(self) -> str:
        self._join("JOIN ledger_place AS q ON q.id = b.other")
        return "q"

    def _unit(self, form: str, other: bool) -> str:
        alias = "v" if other else "u"
        self._located(alias, "b.other" if other else "b.place")
        return f"{alias}.level{self._levels.index(form)}" if form in self._levels else "NULL"

    def _key(self, told: str, alias: str, form: Form) -> str:
        self._join(f"LEFT JOIN ledger_{told} AS {alias} ON {alias}.id = b.{told}")
        if len(stocked.told_of(self._forms, told)) == 1:
            return f"{alias}.key"
        is_one = " ".join(
            ("SELECT 1 FROM record_id AS d WHERE d.id =", f"{alias}.key AND", form_is(form.name, "d.form"))
        )
        return f"(CASE WHEN EXISTS ({is_one}) THEN {alias}.key END)"

    def _paper(self, form: Form) -> str:
        """The document, if it is of this form."""
        self._papers()
        return f"(CASE WHEN {form_is(form.name, 'd.form')} THEN d.id END)"

    # -- places and documents --------------------------------------------------------------------------------------

    def _join(self, joined: str) -> None:
        self._joined[joined] = None

    def _located(self, alias: str, place: str) -> None:
        """The org unit in which a place lies, and what is above that by form."""
        shown = ", ".join(["w.id", "w.unit", *(f"t.level{at}" for at in range(len(self._levels)))])
        columns = {"unit": "words", **{f"level{at}": "words" for at in range(len(self._levels))}}
        tree = rows_from(self._dialect, "stock_tree", columns)
        self.parameters["stock_tree"] = orjson.dumps(self._tree()).decode()
        inner = " ".join(("WITH RECURSIVE t AS (SELECT * FROM", f"{tree}),", _LYING, shown, _IN_UNITS))
        self._join(f"LEFT JOIN ({inner}) AS {alias} ON {alias}.id = {place}")

    def _tree(self) -> list[dict[str, str | None]]:
        return [
            {"unit": unit, **{f"level{at}": above.get(form) for at, form in enumerate(self._levels)}}
            for unit, above in self._ground.units.items()
        ]

    def _papers(self) -> None:
        """The document that moved the goods, or in whose place they lie, where the reader may see it."""
        moved = self._table == stocked.MOVEMENTS
        of = "b.source" if moved else before_stroke(self._dialect, "p.key")
        names = self._paper_names()
        seen = " OR ".join(
            f"({form_is(each, 'd.form')}{self._within(each, 'seen', self._ground.papers.get(each, frozenset()))})"
            for each in names
        )
        self._join(f"{'LEFT JOIN' if moved else 'JOIN'} record_id AS d ON d.id = {of} AND ({seen or '1 = 0'})")

    def _paper_names(self) -> list[str]:
        return [each.name for each in stocked.papers_of(self._forms, self._table)]

    def _on_its_way(self, scope: Units) -> str:
        """Within the reader's stock too, which is narrower than where he sees the documents."""
        self._papers()
        own = [f"({form_is(each, 'd.form')}{self._within(each, 'own', scope)})" for each in self._paper_names()]
        return f"({' OR '.join(own)})" if own else "1 = 0"

    def _within(self, form: str, why: str, units: Units) -> str:
        if units is None:
            return ""
        if not units:
            return " AND 1 = 0"
        name = f"{why}_{form}"
        self.parameters[name] = listed(self._dialect, sorted(units))
        mine = f"{form_is(form, 'o.form')} AND {one_of(self._dialect, 'o.unit', name)}"
        return " ".join((" AND EXISTS (SELECT 1 FROM record_org AS o WHERE o.record = d.id AND", f"{mine})"))

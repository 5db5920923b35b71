"""The order in which computed, live and defaulted fields are worked out; circles are findings. Used by `forms`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from engine.definitions.findings import Findings
from engine.definitions.models import Field
from engine.errors import text
from engine.expressions import Expression


def all_fields(fields: Mapping[str, Field]) -> Iterator[Field]:
    """Every field of a form: the header's, each table followed by its own."""
    for each in fields.values():
        yield each
        yield from each.fields.values()


def derived_order(fields: Mapping[str, Field], findings: Findings) -> tuple[str, ...]:
    """Paths of the derived fields, each after what it reads; in the order of the file where that is free."""
    derived = {each.path: each for each in all_fields(fields) if worked_out(each)}
    graph = {
        path: sorted(reads(each, fields) & derived.keys(), key=list(derived).index) for path, each in derived.items()
    }
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        words = " -> ".join(circle)
        says = text(f"These fields are worked out in a circle: {words}.", f"这些字段循环依赖：{words}。")
        findings.add(derived[circle[0]].at, "cycle", says)
        return tuple(derived)


def worked_out(field: Field) -> bool:
    """Whether the engine works the field out."""
    return any(each is not None for each in (field.default, field.compute, field.live))


def sources(field: Field) -> tuple[Expression, ...]:
    """The expressions that a field's value comes from."""
    return tuple(each for each in (field.default, field.compute, field.live) if each is not None)


def reads(field: Field, fields: Mapping[str, Field]) -> set[str]:
    """Paths of the fields of the same record that a field's value comes from."""
    found: set[str] = set()
    for expression in sources(field):
        found |= paths_read(expression, fields, field.table)
    return found


def paths_read(expression: Expression, fields: Mapping[str, Field], table: str | None) -> set[str]:
    """Paths of the fields of the record that an expression reads. `table`: the table in whose row it stands."""
    tables = {name for name, each in fields.items() if each.type == "table"}
    named = [tuple(words) for words in expression.names]
    inner = {words[0] for words in named} & tables | {
        words[1] for words in named if words[0] == "record" and len(words) > 1
    }
    rows = [each for each in dict.fromkeys((table, *sorted(inner & tables))) if each]
    return {path for words in named for path in _paths(words, tables, rows) if _exists(path, fields)}


def _paths(words: tuple[str, ...], tables: set[str], rows: Iterable[str]) -> Iterator[str]:
    if words[0] == "row" and len(words) > 1:
        yield from (f"{each}.{words[1]}" for each in rows)
        return
    rest = words[1:] if words[0] == "record" else words
    if rest:
        yield f"{rest[0]}.{rest[1]}" if rest[0] in tables and len(rest) > 1 else rest[0]


def _exists(path: str, fields: Mapping[str, Field]) -> bool:
    head, _, tail = path.partition(".")
    found = fields.get(head)
    return found is not None and (not tail or tail in found.fields)

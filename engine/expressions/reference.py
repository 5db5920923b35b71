"""The language written down from its own tables: `docs/reference/expressions.md`. Run by the documentation's test.

`python -m engine.expressions.reference > docs/reference/expressions.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from engine.expressions.kinds import MOST_PLACES, PLACES
from engine.expressions.reading import DEPTH, LEVELS, LONGEST, TOKENS
from engine.expressions.running import LONGEST_TEXT
from engine.expressions.words import WORDS, Word

HEADINGS = (
    ("plain", "Plain words"),
    ("rows", "Words over rows"),
    ("outside", "Words that are answered outside"),
    ("past", "What was agreed"),
)

TYPES = (
    ("text", "`'open'`, `\"it's\"`; escapes: `\\\\`, `\\'`, `\\\"`. Ordered by code point"),
    ("integer", "`42`; 64 bits"),
    ("decimal(n)", "`0.25`; exact, n places"),
    ("money(2)", "a decimal that is money; the currency may say other places"),
    ("quantity", "a decimal on its item's scale, at most 6 places"),
    ("date", "`date('2026-03-31')`; `today` is the store's"),
    ("moment", "an instant; `now` is read once in an operation"),
    ("boolean", "`true`, `false`"),
    ("choice", "one of its options, written as a text; other texts are refused when it is checked"),
    ("reference(form)", "a record; its fields follow after a dot; compared by id"),
    ("place", "where goods can be: `record.transit`, `record.unit.damaged`, `chain.loss`"),
    ("table", "the rows of a record: `lines`, `record.lines`; `lines.item` is that field of every row"),
    ("list", "`['lot', 'serial']`, or many choices"),
)

OPERATORS = (
    ("+ -", "numbers; `+` also joins texts", "row.shipped - row.received"),
    ("*", "numbers; exact, the places of both", "round(row.approved * row.unit_cost, 2)"),
    (
        "/",
        f"numbers; {MOST_PLACES} places, inside `round`, `floor` or `ceil` rounded only once",
        "round(record.total / 3, 2)",
    ),
    ("== !=", "two of one type", "record.state == 'draft'"),
    ("< <= > >=", "numbers, texts, dates, moments", "record.total > 3000"),
    ("in, not in", "a value and a list", "row.item.tracking in ['lot', 'serial']"),
    ("and or not", "booleans, three-valued", "row.missing > 0 or row.damaged > 0"),
    ("a if c else b", "both of one type; empty when c is empty", "row.pack if row.full else 1"),
)

RULES = f"""\
- **Empty.** Arithmetic and comparison with empty give empty; `empty(x)` tells, `otherwise(x, y)` replaces.
  `and` is false if one side is false, else empty if one is empty; `or` is true if one side is true, else
  empty if one is empty. A condition that is empty is not a yes: guards and the `when` of steps and
  alternatives refuse. The bare word `empty` is the empty value.
- **Numbers.** Exact, never floats. A sum has as many places as the finer of both, a product the places of
  both together (at most {MOST_PLACES}), a division {MOST_PLACES}. Only `round`, `floor`, `ceil` and `/`
  round, half away from zero. What is stored must have no more places than its field: `round(..., 2)`. A
  result that leaves 64 bits of its last place (of 10^-{PLACES} at the finest) is refused. Money and quantity
  are multiplied and divided, but neither added nor compared with each other.
- **Whole numbers.** `floor`, `ceil` and `round` without places give an integer; of money or a quantity, that
  kind with no places.
- **Texts.** Compared by code point; `lower` touches A to Z only, so that every back end does the same. A text
  without characters counts as empty for `empty` and `otherwise`, and equals `''`.
- **Tables.** `sum(lines.x)` is over a field, `sum(lines, <expression of row>)` over what is worked out per
  row; inside, `row` is the row. `any` and `all` are three-valued.
- **Outside.** A function that is asked without one of its needed values is not asked; the answer is empty.
  The first text of `lookup`, `limit`, `did` and `wrote`, and the second of `traced`, is written out.
- **Bounds.** {LONGEST} characters, {TOKENS} words, {DEPTH} open brackets, {LEVELS} levels, texts of
  {LONGEST_TEXT} characters; loops and outside answers use fuel, and an operation has only so much of it.
- **In SQL** (filters, lists): what does not depend on the candidate is worked out first; divisions, joined
  texts, products that may not fit 64 bits, words marked with a dash below, and fields of what a reference
  leads to where no join is offered, are refused there, never answered roughly.
"""


def reference() -> str:
    """The whole page."""
    parts = [
        "# Expressions",
        "Guards, formulas and filters are written in one small language. It is closed (nothing but what stands here),"
        " typed (checked when a definition is published) and bounded. This page is made from the engine's own tables.",
        "## Types",
        _table(("type", "is"), TYPES),
        "## Operators",
        _table(("operator", "takes", "example"), [(f"`{a}`", b, f"`{c}`") for a, b, c in OPERATORS]),
        "`today`, `now`, `true`, `false`, `empty` stand everywhere; `record`, `row`, `it`, `actor`, `system`, `chain`,"
        " `decided` and others where a definition says so. `decided` tells whether somebody has decided already.",
    ]
    for kind, heading in HEADINGS:
        parts += [f"## {heading}", _table(("word", "takes", "gives", "is", "example", "SQL"), _rows(kind))]
    return "\n\n".join([*parts, "## Rules", RULES.rstrip()]) + "\n"


def _rows(kind: str) -> list[tuple[str, ...]]:
    return [_row(each) for each in WORDS if each.kind == kind]


def _row(word: Word) -> tuple[str, ...]:
    return f"`{word.name}`", word.takes, word.gives, word.means, f"`{word.example}`", "yes" if word.sql else "-"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(each) + " |" for each in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())

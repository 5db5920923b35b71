"""The closed, typed, bounded language of guards and formulas.

Map: `reading` guards the text; `checker` walks it, with the steps of `operators`, `naming` and `calls`, into the typed
tree of `nodes`; `running` and `running_words` make closures of it, `sql` and `sql_words` SQLAlchemy elements; `kinds`
says how types go together, `exact` how numbers do, `words` which words there are, `reference` writes them down.
`expression` is the door. The contract with other rooms: `docs/developer/rooms.md`.
"""

from engine.expressions.against import asks_row, rows_against
from engine.expressions.environment import Environment
from engine.expressions.expression import Expression, compile_expression, holds
from engine.expressions.faults import EvaluationFault, ExpressionFault, NotInSql
from engine.expressions.kinds import places
from engine.expressions.nodes import Node
from engine.expressions.sql_parts import Columns, Rows, microseconds
from engine.expressions.sql_proof import EXACT, answered_in_sql, sql_type
from engine.expressions.values import Place, Reference, Row, Scope, Signature, Subject, Teller, Type, Value, World

__all__ = [
    "EXACT",
    "Columns",
    "Environment",
    "EvaluationFault",
    "Expression",
    "ExpressionFault",
    "Node",
    "NotInSql",
    "Place",
    "Reference",
    "Row",
    "Rows",
    "Scope",
    "Signature",
    "Subject",
    "Teller",
    "Type",
    "Value",
    "World",
    "answered_in_sql",
    "asks_row",
    "compile_expression",
    "holds",
    "microseconds",
    "places",
    "rows_against",
    "sql_type",
]

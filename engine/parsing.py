"""Python's syntax trees are made by one thread at a time. Used by `expressions`, and by `access` around casbin.

CPython 3.11 counts the depth of a tree that it makes once for the whole process: where the collector lets another
thread make one meanwhile, either may end with `SystemError: AST constructor recursion depth mismatch`.
"""

from __future__ import annotations

from threading import RLock

PARSING = RLock()

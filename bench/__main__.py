"""Every figure there is a bench for: `python -m bench [--full]`. Quick and small unless told otherwise."""

from __future__ import annotations

import sys

from bench import everyday, posted_action, pure
from bench.result import HEAD

KINDS = ("postgres", "sqlite")


def main() -> None:
    """Print the table, line by line as figures come."""
    full = "--full" in sys.argv[1:]
    print(HEAD)
    for figure in pure.measure(300_000 if full else 30_000):
        print(figure.line(), flush=True)
    for kind in KINDS:
        figures = everyday.measure(kind, calls=10 if full else 2)
        figures += posted_action.measure(kind, 5, 400 if full else 40)
        for figure in figures:
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()

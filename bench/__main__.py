"""Every figure there is a bench for: `python -m bench [--full]`. Quick and small unless told otherwise."""

from __future__ import annotations

import sys

from bench import everyday, ledger_post, pages, posted_action, preview, processes, pure, seeded
from bench.result import HEAD

KINDS = ("postgres", "sqlite")


def main() -> None:
    """Print the table, line by line as figures come."""
    full = "--full" in sys.argv[1:]
    print(HEAD)
    for figure in pure.measure(300_000 if full else 30_000):
        print(figure.line(), flush=True)
    for figure in ledger_post.measure_all(1000 if full else 100):
        print(figure.line(), flush=True)
    for figure in pages.measure():
        print(figure.line(), flush=True)
    for kind in KINDS:
        for measure in (
            lambda kind: everyday.measure(kind, calls=10 if full else 2),
            lambda kind: posted_action.measure(kind, 5, 400 if full else 40),
            lambda kind: preview.measure(kind, 10_000 if full else 500, 3 if full else 1),
            lambda kind: processes.measure(kind, 5 if full else 3, 96 if full else 16),
            lambda kind: seeded.measure(kind, *((365, 100, 100_000) if full else (30, 10, 300))),
        ):
            for figure in measure(kind):
                print(figure.line(), flush=True)


if __name__ == "__main__":
    main()

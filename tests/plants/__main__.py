"""`python -m tests.plants [I07 ...]`: plant each fault in a copy of the checkout and show that its test turns red."""

from __future__ import annotations

import sys

from tests.plants.planting import PLANTS, plant


def main(wanted: list[str]) -> int:
    """Plant what is wanted, or everything; 1 when a test stays green or a patch does not apply."""
    unknown = sorted(set(wanted) - {each.invariant for each in PLANTS})
    if unknown:
        sys.stderr.write(f"no such invariant: {', '.join(unknown)}\n")
        return 2
    bad = 0
    for each in PLANTS:
        if wanted and each.invariant not in wanted:
            continue
        outcome = plant(each)
        bad += not outcome.red
        line = f"{each.invariant}  {outcome.word:<8} {outcome.seconds:6.1f} s  {each.fault:<62} {each.test}\n"
        sys.stdout.write(line if outcome.red else f"{line}{outcome.said}\n")
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

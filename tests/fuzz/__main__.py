"""Many mutants: ``python -m tests.fuzz --scenarios 50000 --geodata 10000 --first 100000``; prints what is at fault."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.fuzz.harness import faults, tried


def main() -> int:
    """Try the mutants, print the faulty ones and how many were accepted; 1 if any is at fault."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scenarios", type=int, default=40_000)
    asked.add_argument("--geodata", type=int, default=10_000)
    asked.add_argument("--first", type=int, default=100_000)
    given, bad = asked.parse_args(), 0
    for kind, count in (("scenario", given.scenarios), ("geodata", given.geodata)):
        with tempfile.TemporaryDirectory() as folder:
            found = tried(kind, range(given.first, given.first + count), Path(folder), every_accepted=50)
        for row in faults(found):
            bad += 1
            print(kind, row["number"], row["kind"], row["words"][-600:], flush=True)
        print(f"{kind}: {count} tried, {sum(r['kind'] in ('accepted', 'ran') for r in found)} accepted", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())

"""Mutants with fixed numbers: no traceback, no hang, no refusal without a place; a sample of the accepted ones runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.harness import faults, judged, tried

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize(("kind", "count", "every_accepted"), [("scenario", 300, 8), ("geodata", 60, 2)])
def test_no_mutant_gets_through_the_door_that_cannot_run(tmp_path, kind, count, every_accepted):
    found = tried(kind, range(count), tmp_path, every_accepted)
    assert faults(found) == []
    assert len(found) == count
    assert sum(row["kind"] in ("accepted", "ran") for row in found) > count // 20  # the mutants are near enough
    assert sum(row["kind"] == "ran" for row in found) >= 3  # on both engines, with all invariants


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_what_once_got_through_is_refused_with_its_place_or_runs(tmp_path, path):
    copy = tmp_path / "s.yaml"
    copy.write_text(path.read_text())
    assert judged(copy, run=True)[0] in ("refused", "ran")

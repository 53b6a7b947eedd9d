"""Delays are drawn by intervention: shared by scenarios, new in each replication, and right on average."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.model.sampled_delays import drawn_delays
from sim.scenario.changes import Change
from sim.scenario.load import Scenario, load_scenario
from sim.scenario.sampled_delays import slipped

ENTRY = """\
{id}:
  title: T
  kind: capacity
  from: 2025-01-01
  source: S
  grade: claimed
  works: {{from: 2024-01-01, share: 0.5, keys: [links.{link}.trains_per_day]}}
  changes:
    - {{key: links.{link}.trains_per_day, set: 60}}
"""
TRIANGLE = "{dist: triangular, low: 0 d, mode: 365 d, high: 730 d}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pairs = (("CAP-01", "a_b"), ("CAP-02", "b_c"))
    (tmp_path / "interventions.yaml").write_text("".join(ENTRY.format(id=i, link=link) for i, link in pairs))
    return tmp_path


def scenario(folder: Path, uses: str, name: str = "mine") -> Scenario:
    text = f"schema_version: 1\ntitle: T\nperiod: {{start: 2024-01-01, end: 2027-12-31}}\ninterventions: {uses}\n"
    (folder / f"{name}.yaml").write_text(text)
    return load_scenario(folder / f"{name}.yaml")


def dates(changes: tuple[Change, ...]) -> list[tuple]:
    return [(c.label, c.since, c.until) for c in changes]


def test_compared_scenarios_share_the_luck_of_what_they_share(folder):
    both = scenario(folder, f"[{{id: CAP-01, delay: {TRIANGLE}}}, {{id: CAP-02, delay: {TRIANGLE}}}]")
    alone = scenario(folder, f"[{{id: CAP-02, delay: {TRIANGLE}}}]", "alone")
    for replication in range(5):
        drawn = drawn_delays(both, 7, replication)
        assert drawn["CAP-02"] == drawn_delays(alone, 7, replication)["CAP-02"] != drawn["CAP-01"]
    assert drawn_delays(both, 7, 1) != drawn_delays(both, 7, 2) != drawn_delays(both, 8, 2)


def test_delays_follow_their_distribution(folder):
    """A triangle's mean is (0 + 365 + 730) / 3 = 365 d, its standard deviation 730 / sqrt(24) = 149 d."""
    late = scenario(folder, f"[{{id: CAP-01, delay: {TRIANGLE}}}]")
    days = np.array([drawn_delays(late, 1, replication)["CAP-01"] for replication in range(400)])
    assert abs(days.mean() - 365) < 4 * 149 / 20  # four standard errors
    assert days.std() == pytest.approx(149, rel=0.15)
    assert days.min() >= 0
    assert days.max() <= 730


def test_an_opening_moves_and_its_works_last_until_it(folder):
    late = scenario(folder, f"[{{id: CAP-01, delay: {TRIANGLE}}}]")
    days = drawn_delays(late, 3, 0)["CAP-01"]
    opening = date.fromordinal(date(2025, 1, 1).toordinal() + days)
    assert dates(slipped(late, {"CAP-01": days})) == [("CAP-01", date(2024, 1, 1), opening), ("CAP-01", opening, None)]
    assert late.changes[-1].since == date(2026, 1, 1)  # as written: the expected year


def test_changes_stay_in_date_order_when_one_overtakes(folder):
    late = scenario(folder, f"[{{id: CAP-01, delay: {TRIANGLE}}}, {{id: CAP-02, delay: {TRIANGLE}}}]")
    moved = slipped(late, {"CAP-01": 700, "CAP-02": 10})
    assert [c.label for c in moved] == ["CAP-01", "CAP-02", "CAP-02", "CAP-01"]
    own = Change("links.a_b.length_km", "set", 5, None, None, "f", 1, "set", layer=0)
    command = replace(own, label="--set", layer=1)
    again = slipped(replace(late, changes=(*late.changes, own, command)), {"CAP-01": 0, "CAP-02": 700})
    assert [c.label for c in again[-2:]] == ["set", "--set"]  # a scenario's own settings come last


def test_without_random_delays_nothing_moves(folder):
    fixed = scenario(folder, "[{id: CAP-01, delay: 30 d}, CAP-02]")
    assert drawn_delays(fixed, 1, 5) == {}
    assert slipped(fixed, {}) == fixed.changes

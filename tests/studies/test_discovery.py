"""Discovery: the rule of a small corridor, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.studies.discovery.run import discover

FILE = """\
schema_version: 2
title: Boxes westbound
question: When do boxes take too long?
scenario: tutorial
replications: 1
set: {period.end: 2024-03-31}
factors:
  fleets.feeders.count: {low: 1, high: 4}
  processes.border_documents.duration: {low: 1 h, high: 8 h}
design: {kind: latin_hypercube, points: 24}
words: {fleets.feeders.count: feeders}
outcome: {kpi: transit_p50, scope: W1, words: median time, good: lower, target: {at_most: 9}}
"""


def test_one_feeder_is_the_rule_and_it_holds_on_fresh_points(tmp_path: Path) -> None:
    path = tmp_path / "boxes.yaml"
    path.write_text(FILE, encoding="utf-8")
    done = discover(path, fresh=16, out=tmp_path / "results")
    assert [bound.key for bound in done.result.rule] == ["fleets.feeders.count"]
    assert done.result.rule[0].at_most == "1"
    assert done.result.fresh.points >= 12
    assert done.result.fresh.density >= 0.7  # one replication: a median near the target is luck
    assert done.result.fresh.coverage == 1.0
    assert "is missed where feeders at most 1" in " ".join(done.page.text().split())
    assert [f.name for f in done.figures] == ["box.png"]
    assert len(done.table) == 24 + done.result.fresh.points


def test_what_cannot_be_is_refused_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "boxes.yaml"
    text = FILE.replace(", target: {at_most: 9}", "").replace("points: 24", "points: 5")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        discover(path, fresh=3, out=tmp_path / "results")
    told = str(caught.value)
    assert "boxes.yaml:12: outcome: has no target" in told
    assert "boxes.yaml:10: 5 points; allowed: 16 or more" in told
    assert "--fresh: 3; allowed: 16 or more" in told
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("target", ["{}", "{at_most: 3, at_least: 2}"])
def test_a_target_has_one_end(tmp_path: Path, target: str) -> None:
    path = tmp_path / "boxes.yaml"
    path.write_text(FILE.replace("{at_most: 9}", target), encoding="utf-8")
    with pytest.raises(InputError, match="either at_most or at_least"):
        discover(path, out=tmp_path / "results")

"""A library of scenarios in a temporary folder, in place of the program's own."""

from __future__ import annotations

from pathlib import Path

import pytest

BASE = """\
schema_version: 1
title: Base
question: What if nothing changes?
period: {start: 2024-01-01, end: 2024-12-31}
replications: 3
seed: 5
set:
  facilities.crane.capacity: 2
"""

CATALOGUE = """\
CAP-01:
  title: Second track
  kind: capacity
  from: 2025-09-30
  source: a newspaper
  grade: claimed
  changes:
    - {key: links.a_b.trains_per_day, set: 60}
BAR-01:
  title: Digital papers
  kind: barrier
  from: 2025-07-01
  source: a minister
  grade: claimed
  changes:
    - {key: barriers.documents.kz.scale, scale: 0.0625, to: 2025-10-01}
CAP-02:
  title: Another second track
  kind: capacity
  from: 2025-09-30
  source: a blog
  grade: estimate
  changes:
    - {key: links.b_c.trains_per_day, set: 30}
    - {key: links.a_b.trains_per_day, set: 40}
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library's scenario folder, as in a source checkout; messages name files from its root."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "geodata").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "base.yaml").write_text(BASE)
    (folder / "interventions.yaml").write_text(CATALOGUE)
    monkeypatch.setattr("sim.scenario.library._PACKAGE", tmp_path / "sim")
    monkeypatch.chdir(tmp_path)
    return folder

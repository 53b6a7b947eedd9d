"""Schemes ranked by what shippers gain where demand answers."""

from __future__ import annotations

import json

import pytest

from sim.studies.rank.run import rank
from tests.oracle.test_markets import files, plan_times


def test_schemes_are_ranked_by_what_shippers_gain(tmp_path):
    """A second unit at the gate gains most; the gain is known of the first stage alone, so no more replications are run."""
    path = files(tmp_path, demand={"tolerance": 0.05}, **plan_times(1.5))
    schemes = {"two": {"facilities.gate.capacity": 2}, "quick": {"processes.pass.duration": "7 h"}}
    for name, change in schemes.items():
        told = {"schema_version": 1, "title": name, "extends": "more", "set": change}
        (tmp_path / f"{name}.yaml").write_text(json.dumps(told))
    study = rank(
        str(path),
        [str(tmp_path / f"{name}.yaml") for name in schemes],
        kpi="shippers_gain of corridor",
        costs={name: 1.0 for name in schemes},
        total=20,
        replications=2,
        engine="compiled",
        figures=False,
        out=tmp_path / "results",
    )
    assert study.result.replications == 2
    effects = {row.candidate: row.effect.mean for row in study.result.ranked}
    assert effects["two"] > effects["quick"] > 0
    assert study.result.stopped in ("the replications are used up", "the best is known with 95 %")
    assert effects["two"] == pytest.approx(190_000, rel=0.3)

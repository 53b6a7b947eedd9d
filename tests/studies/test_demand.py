"""The study of what comes: as it is, and where shippers weigh otherwise."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.studies.demand.run import AS_IT_IS, demand
from tests.oracle.test_markets import PLAN, files, plan_times

HOW = {"replications": 1, "engine": "compiled"}


def test_what_comes_rests_on_how_shippers_weigh(tmp_path):
    path = files(tmp_path, market={"reliability_ratio": 0.4}, demand={"tolerance": 0.05}, **plan_times(1.5))
    study = demand(path, out=tmp_path / "results", **HOW)
    found = {variant.name: variant for variant in study.result.variants}
    assert next(iter(found)) == AS_IT_IS
    assert len(found) + len(study.result.failed) == 7  # nothing is captive
    assert study.result.planned_t == pytest.approx(1.5 * PLAN)
    base = found[AS_IT_IS]
    assert base.offered_t == pytest.approx(base.part["m"] * 1.5 * PLAN)
    assert found["value of time, half"].offered_t > base.offered_t > found["value of time, twice"].offered_t
    assert found["scale of the logit, 1.6 times"].offered_t > found["scale of the logit, 0.6 times"].offered_t
    told = study.summary()
    assert "where shippers weigh otherwise" in told
    assert (study.path / "demand.csv").is_file()


def test_a_demand_as_planned_is_refused(tmp_path):
    path = files(tmp_path)
    with pytest.raises(InputError, match=r"is as planned; --set demand\.rule=between_runs lets it answer"):
        demand(path, overrides=["demand.rule=fixed"], out=tmp_path / "results", **HOW)
    assert not (tmp_path / "results").exists()

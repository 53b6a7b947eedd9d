"""What is computed for one indicator alone is what the whole run has, to the last bit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.records import RunInfo, replication_tables, run_info, wanted_tables
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.trace import Trace
from sim.errors import RunError
from sim.indicators import INDICATORS, SAMPLES, Measure
from sim.model.build import build
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.runs import worker
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.readings import reading
from sim.runs.replicate import run_world

FEW_DAYS = ("period.end=2024-01-20", "period.warm_up=10 d", "period.run_out=20 d", "replications=2")
MEAN = Measure("transit_mean", "W1")
Made = tuple[Plan, Draws, Trace, RunInfo]


@cache
def made(scenario: str) -> list[Made]:
    """Two replications of a scenario's first days."""
    model = build(prepare(scenario, FEW_DAYS))
    info = run_info(model.world)
    return [(model.plan, *worker.simulate(model, "compiled", k), info) for k in range(2)]


@pytest.fixture(scope="module", params=["tutorial", "baseline_2024"])
def whole(request: pytest.FixtureRequest):
    """A scenario's replications, and all its indicators with their contributions as a run has them."""
    runs = made(request.param)
    return runs, pooled([replication_tables(*run, k) for k, run in enumerate(runs)])


def read(runs: list[Made], wanted: set[Measure]) -> pd.DataFrame:
    return pooled([wanted_tables(*run, k, wanted) for k, run in enumerate(runs)])


def pooled(parts: list[dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """The indicators of some replications as they are pooled from their parts, without the disk."""

    def of(name: str) -> pd.DataFrame | None:
        there = [part[name] for part in parts if name in part]
        return pd.concat(there, ignore_index=True) if there else None

    scopes = of("scopes")
    samples = Samples(
        {name: of(name) for name in SAMPLES},
        {} if scopes is None else flows_of_scopes(scopes.drop_duplicates(["scope", "flow"])),
    )
    return with_contributions(of("kpis"), samples, range(len(parts)))


def assert_same(found: pd.DataFrame, kpis: pd.DataFrame, wanted: set[Measure]) -> None:
    """All lines of what was wanted are there and have the same bits; nothing is lost, nothing rounded."""

    def lines(table: pd.DataFrame) -> pd.DataFrame:
        own = [(kpi, scope) in wanted for kpi, scope in zip(table["kpi"], table["scope"], strict=True)]
        return table[own].sort_values(["replication", "kpi", "scope", "year"], ignore_index=True)

    one, other = lines(found), lines(kpis)
    assert len(one) > 0
    for column in other:
        if other[column].dtype == np.float64:
            np.testing.assert_array_equal(
                one[column].to_numpy().view(np.int64), other[column].to_numpy().view(np.int64)
            )
        else:
            assert one[column].astype(str).tolist() == other[column].astype(str).tolist(), column


def test_every_family_of_indicators_is_that_of_the_run(whole) -> None:
    runs, kpis = whole
    for family in {INDICATORS[kpi].family for kpi in kpis["kpi"].unique()}:
        own = kpis[[INDICATORS[kpi].family == family for kpi in kpis["kpi"]]]
        wanted = set(map(Measure._make, own[["kpi", "scope"]].drop_duplicates().itertuples(index=False)))
        assert_same(read(runs, wanted), kpis, wanted)


def test_the_two_scenarios_have_every_indicator_of_the_register() -> None:
    there: set[str] = set()
    for scenario in ("tutorial", "baseline_2024"):
        there |= set(replication_tables(*made(scenario)[0], 0)["kpis"]["kpi"])
    answering = {
        kpi for kpi, known in INDICATORS.items() if known.scopes == "market"
    }  # where demand is as planned there are none
    assert set(INDICATORS) - there == answering


def test_an_indicator_alone_is_that_of_the_run(whole) -> None:
    """One measure at a time: of which more than its lines is kept, or which is divided by another; else one a family."""
    runs, kpis = whole
    alone = kpis.dropna(subset="value").drop_duplicates("kpi")
    known = [INDICATORS[kpi] for kpi in alone["kpi"]]
    more = np.array([bool(one.sample or one.per) for one in known])
    if len(runs[0][2].rows) < 100_000:  # the larger scenario takes its time
        more |= ~pd.Series([one.family for one in known]).duplicated().to_numpy()
    alone = alone[more]
    assert len(alone) >= 8
    for kpi, scope in alone[["kpi", "scope"]].itertuples(index=False):
        wanted = {Measure(kpi, scope)}
        assert_same(read(runs, wanted), kpis, wanted)


def test_nothing_is_computed_and_kept_but_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.analysis import ledger

    monkeypatch.setattr(ledger, "attribute", lambda *_: pytest.fail("causes of time were not asked for"))
    plan, draws, trace, info = made("tutorial")[0]
    assert set(wanted_tables(plan, draws, trace, info, 0, {MEAN})) == {"kpis"}
    tables = wanted_tables(plan, draws, trace, info, 0, {Measure("transit_p90", "W1")})
    assert set(tables) == {"kpis", "shipments", "scopes"}
    assert set(tables["shipments"]["flow"]) == {"W1"}
    assert set(tables["shipments"]) == set(SAMPLES["shipments"].columns())


@pytest.mark.parametrize("kpi", ["transit_mean", "transit_p90"])
def test_a_reading_is_the_run_and_is_found_again(kpi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = prepare("tutorial", (*FEW_DAYS, "replications=3"))
    options = Options(out=tmp_path, figures=False)
    found = reading(world, Measure(kpi, "W1"), options)
    run = run_world(world, options)
    assert found.run_id == run.run_id
    own = run.kpis[(run.kpis["kpi"] == kpi) & (run.kpis["scope"] == "W1") & (run.kpis["year"] == 0)]
    assert found.contributions(0) == own["contribution"].tolist()
    assert found.unit(0) == "d"
    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    assert reading(world, Measure(kpi, "W1"), options).contributions(0) == found.contributions(0)


def test_a_reading_that_was_broken_off_goes_on_at_the_first_replication_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = prepare("tutorial", (*FEW_DAYS, "replications=3"))
    options = Options(out=tmp_path, figures=False, workers=1)
    simulate, done = worker.simulate, []

    def broken(model, engine: str, replication: int):
        if replication == 2:
            raise RunError("broken off")
        return simulate(model, engine, replication)

    monkeypatch.setattr(worker, "simulate", broken)
    with pytest.raises(RunError, match="broken off"):
        reading(world, MEAN, options)

    def counted(model, engine: str, replication: int):
        done.append(replication)
        return simulate(model, engine, replication)

    monkeypatch.setattr(worker, "simulate", counted)
    found = reading(world, MEAN, options).contributions(0)
    assert done == [2]
    part = next(tmp_path.rglob("00001.zip"))
    part.write_bytes(part.read_bytes()[:-7])  # a part that is damaged is thrown away and done again
    done.clear()
    assert reading(world, MEAN, options).contributions(0) == found
    assert done == [1]

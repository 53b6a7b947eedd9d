"""The primary indicator of a scenario must be one that its run will have."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.indicators import Measure
from sim.model.build import build
from sim.network.indicator_scopes import unknown_scope
from sim.runs.prepare import prepare
from sim.runs.worker import replication_tables, run_info, simulate


@pytest.mark.parametrize(
    "written",
    [
        "transit_p90",
        "transit_p50 of cargo TEU",
        "wait_total of east_berths",
        "barrier_time of documents@border",
        "round_trip of ferry",
        "volume_teu of E1",
        "transit_mean of east_to_west",
    ],
)
def test_scopes_of_every_kind_are_found(written: str) -> None:
    assert prepare("tutorial", [f"primary_kpi={written}"]).scenario.primary_kpi.startswith(written)


def test_a_scope_that_no_run_has_is_told_at_its_line(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("schema_version: 1\nextends: tutorial\nprimary_kpi: transit_p50 of cargo TUE\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        prepare(str(path))
    told = str(caught.value)
    assert told.endswith("mine.yaml:3: primary_kpi: transit_p50 has no scope 'cargo TUE'; nearest: 'cargo TEU'")
    with pytest.raises(InputError, match="--set: primary_kpi: barrier_time has no scope 'documents@nowhere'"):
        prepare("tutorial", ["primary_kpi=barrier_time of documents@nowhere"])
    with pytest.raises(InputError, match="primary_kpi: transit_p50 has no scope 'east_berths'"):
        prepare("tutorial", ["primary_kpi=transit_p50 of east_berths"])


@pytest.mark.parametrize("scenario", ["tutorial", "baseline_2024"])
def test_every_scope_that_a_run_has_is_known_before(scenario: str) -> None:
    world = prepare(scenario, ["period.end=2024-02-15", "period.warm_up=10 d"] if scenario != "tutorial" else [])
    model = build(world)
    draws, trace = simulate(model, "compiled", 0)
    kpis = replication_tables(model.plan, draws, trace, run_info(world), 0, False)["kpis"]
    found = {Measure(str(kpi), str(scope)) for kpi, scope in kpis[["kpi", "scope"]].drop_duplicates().to_numpy()}
    assert len(found) > 100
    assert [str(m) for m in sorted(found) if unknown_scope(world, m)] == []

"""The primary indicator of a scenario must be one that its run will have."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.runs.prepare import prepare


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
    assert told.endswith("mine.yaml:3: primary_kpi: the run has no scope 'cargo TUE'; nearest: 'cargo TEU'")
    with pytest.raises(InputError, match="--set: primary_kpi: the run has no scope 'documents@nowhere'"):
        prepare("tutorial", ["primary_kpi=barrier_time of documents@nowhere"])

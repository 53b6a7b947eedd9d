"""Pictures of some flows show these flows, say so, and leave those of the whole run as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.plots.figures import draw_flows
from sim.plots.from_run import inputs_from_run
from sim.plots.narrowed import OF_FLOWS, chosen_flows, narrowed
from sim.results.store import Run, verify
from sim.runs.replicate import run_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_scenario("tutorial", replications=1, out=str(tmp_path_factory.mktemp("narrowed")), figures=False)


@pytest.mark.parametrize(
    ("named", "to", "focus", "expected"),
    [
        (["E1"], [], [], ["E1"]),
        ([], ["market"], [], ["W1"]),
        ([], [], ["cn"], ["E1", "W1"]),
        (["E1"], ["market"], [], ["E1", "W1"]),
    ],
)
def test_flows_are_chosen_by_name_end_and_country(run: Run, named, to, focus, expected: list[str]) -> None:
    assert chosen_flows(run.manifest["resolved"], named, to, focus) == expected


def test_what_there_is_not_is_named_all_at_once(run: Run) -> None:
    with pytest.raises(InputError) as caught:
        chosen_flows(run.manifest["resolved"], ["W2"], ["markt", "border"], ["XX"])
    told = str(caught.value)
    assert "--flow: no flow 'W2' is followed in this run; nearest: 'W1'" in told
    assert "--to: no place 'markt'; nearest: 'market'" in told
    assert "--to: no flow of this run ends at border" in told
    assert "--focus: no flow begins or ends in 'XX'; there are: AZ, CN" in told


def test_tables_hold_the_chosen_flows_alone(run: Run) -> None:
    inputs = inputs_from_run(run)
    some = narrowed(inputs, ["E1"])
    for name in ("shipments", "journeys", "delays", "flows"):
        whole, part = getattr(inputs, name), getattr(some, name)
        assert set(part["flow"].astype(str)) == {"E1"}
        assert len(part) == (whole["flow"].astype(str) == "E1").sum()
    assert some.observed.empty
    assert some.label.scenario == "tutorial, flows E1 alone"


def test_their_pictures_lie_in_a_folder_of_their_own(run: Run) -> None:
    written = draw_flows(run, flows=["E1"], focus=["az"])
    assert [path.relative_to(run.path) for path in written] == [
        Path("figures") / "E1_AZ" / f"{stem}.png" for stem in OF_FLOWS
    ]
    assert not list((run.path / "figures").glob("*.png"))
    assert verify(run)

"""Sweep files are as strict as scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.studies.sweep.file import read_sweep, sweep_names

GOOD = """\
schema_version: 1
title: Ships and berths
question: Which helps first?
scenario: tutorial
replications: 2
set: {period.end: 2024-01-31}
grid:
  fleets.feeders.count: [1, 2]
  facilities.east_berths.capacity: [1, 2, 3]
words:
  fleets.feeders.count: feeder vessels
outcome: {kpi: transit_mean, scope: W1, words: Mean transit time, good: lower}
"""


def write(folder: Path, text: str) -> str:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return str(folder / "mine.yaml")


def messages(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_sweep(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_points_are_the_product_of_the_grid(tmp_path: Path) -> None:
    plan = read_sweep(write(tmp_path, GOOD))
    points = plan.points()
    assert len(points) == 6
    assert points[1] == {"fleets.feeders.count": 1, "facilities.east_berths.capacity": 2}
    assert plan.overrides(points[1]) == (
        "period.end=2024-01-31",
        "fleets.feeders.count=1",
        "facilities.east_berths.capacity=2",
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "parts"),
    [
        ("replications: 2", "replication: 2", 5, ("'replication'", "nearest: 'replications'")),
        ("good: lower", "good: smaller", 12, ("outcome.good", "'lower' or 'higher'")),
        ("[1, 2, 3]", "[1, 2, 2]", 9, ("facilities.east_berths.capacity", "each once")),
        ("replications: 2", "replications: 0", 5, ("replications",)),
        ("  fleets.feeders.count: feeder", "  fleets.feeder.count: feeder", 11, ("nearest: 'fleets.feeders.count'",)),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, line: int, parts: tuple[str, ...]) -> None:
    assert old in GOOD
    found = messages(tmp_path, GOOD.replace(old, new, 1))
    assert any(f"mine.yaml:{line}:" in text and all(part in text for part in parts) for text in found), found


def test_a_grid_of_too_many_points_is_refused(tmp_path: Path) -> None:
    many = ", ".join(str(k) for k in range(1, 600))
    assert (
        "1,198 points, over the limit of 1,000; give fewer values, or a larger most_points"
        in messages(tmp_path, GOOD.replace("[1, 2, 3]", f"[{many}]"))[0]
    )


def test_an_unknown_sweep_has_a_nearest_name() -> None:
    with pytest.raises(InputError, match=r"unknown sweep 'feeder_vessel'.*nearest: 'feeder_vessels'"):
        read_sweep("feeder_vessel")


@pytest.mark.parametrize("name", sweep_names())
def test_sweeps_of_the_library_name_parameters_that_exist(name: str) -> None:
    from sim.network.world import resolve
    from sim.scenario.load import load_scenario

    plan = read_sweep(name)
    for point in (plan.points()[0], plan.points()[-1]):
        world = resolve(load_scenario(plan.content.scenario, plan.overrides(point)))
        cargoes = {f"cargo {flow.cargo}" for flow in world.flows.values()}
        assert plan.content.outcome.scope in {"all", *world.flows, *cargoes}

"""Designs: where their points lie, what they refuse, and tables of points."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.studies.sweep.design import Design, points_of, unit_rows
from sim.studies.sweep.factors import Factor, FactorEntry, factor
from sim.studies.sweep.file import read_sweep
from sim.studies.sweep.run import run_sweep

HEAD = """\
schema_version: 2
title: Ships
question: How many ships are enough?
scenario: tutorial
replications: 1
set: {period.end: 2024-01-20}
outcome: {kpi: transit_mean, scope: W1, words: Mean time westbound, good: lower}
"""
A, B = Factor("a", (1, 2, 3)), Factor("b", (), 10.0, 20.0)


def sweep_file(folder: Path, more: str) -> str:
    (folder / "mine.yaml").write_text(HEAD + more, encoding="utf-8")
    return str(folder / "mine.yaml")


def told(folder: Path, more: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_sweep(sweep_file(folder, more))
    return [str(problem).replace(str(folder) + "/", "") for problem in caught.value.problems]


def test_one_at_a_time_is_the_scenario_and_each_factor_alone() -> None:
    points = points_of(Design(kind="one_at_a_time"), [A, B])
    assert points == [{}, {"a": 1}, {"a": 2}, {"a": 3}, {"b": 10.0}, {"b": 20.0}]


@given(st.integers(2, 40), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_factor(n: int, seed: int) -> None:
    rows = unit_rows(Design(kind="latin_hypercube", points=n, seed=seed), [A, B])
    assert rows.shape == (n, 2)
    for column in rows.T:
        assert sorted((column * n).astype(int)) == list(range(n))


def test_sobol_points_come_in_blocks_that_differ_in_one_factor() -> None:
    design = Design(kind="sobol", base_points=8)
    rows = unit_rows(design, [A, B]).reshape(8, 4, 2)
    assert (rows[:, 1, 1] == rows[:, 0, 1]).all()  # the first factor is another point's
    assert (rows[:, 2, 0] == rows[:, 0, 0]).all()
    assert len(points_of(design, [A, B])) == design.count([A, B]) == 32


def test_morris_moves_one_factor_at_a_time_by_the_same_step() -> None:
    rows = unit_rows(Design(kind="morris", trajectories=5), [A, B]).reshape(5, 3, 2)
    steps = np.abs(np.diff(rows, axis=1))
    assert ((steps > 0).sum(axis=2) == 1).all()
    assert np.allclose(steps[steps > 0], 2 / 3)


@given(st.floats(0, 1))
def test_a_factor_takes_its_values_and_stays_within_its_ends(u: float) -> None:
    assert A.at(u) in (1, 2, 3)
    assert 10.0 <= float(B.at(u)) <= 20.0
    assert date(2024, 1, 1) <= factor("period.end", FactorEntry(low=date(2024, 1, 1), high=date(2024, 2, 1))).at(u)  # type: ignore[operator]
    count = factor("fleets.feeders.count", FactorEntry(low=1, high=4))
    assert count.at(u) in (1, 2, 3, 4)  # the field is a whole number
    assert isinstance(factor("links.a_b.speed_kmh", FactorEntry(low=1, high=4)).at(u), float)


def test_whole_values_and_days_have_equal_shares() -> None:
    count = factor("fleets.feeders.count", FactorEntry(low=1, high=4))
    seen = Counter(count.at(u) for u in np.linspace(0, 1, 400, endpoint=False))
    assert seen == {1: 100, 2: 100, 3: 100, 4: 100}
    assert factor("processes.x.duration", FactorEntry(low="1 h", high="3 h")).at(0.5) == "7200 s"
    assert factor("a.b.c", FactorEntry(low=1.0, high=100.0, dist="loguniform")).at(0.5) == pytest.approx(10)


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        (
            "factors: {seed: [1, 2]}\ndesign: {kind: sobol, base_points: 48}",
            ["mine.yaml:9: design", "48 is no power of two; allowed: 32 or 64"],
        ),
        (
            "factors: {seed: [1, 2]}\ndesign: latin_hypercub",
            ["mine.yaml:9: design: 'latin_hypercub'", "nearest: 'latin_hypercube'"],
        ),
        (
            "factors: {seed: [1, 2]}\ndesign: {kind: grid, points: 5}",
            ["mine.yaml:9: design: points: not of a design grid"],
        ),
        ("factors: {seed: [1, 2]}\ndesign: sobol", ["a design sobol needs base_points"]),
        ("factors: {seed: [1, 2]}\ndesign: {kind: morris, trajectories: 4, levels: 5}", ["levels: 5 is not even"]),
        ("factors: {seed: {low: 1, high: 9}}", ["factors: seed: a grid needs its values"]),
        ("factors: {seed: {low: 1, high: 9, values: [3]}}", ["has values and ends"]),
        ("factors: {seed: {low: 1}}", ["has low alone"]),
        ("factors: {seed: {low: 9, high: 1}}", ["low 9 must be below high 1"]),
        ("factors: {seed: {low: 1 h, high: 9}}", ["are of two kinds"]),
        ("factors: {seed: {low: some, high: more}}", ["'some' is no number, date or length of time"]),
        ("factors: {seed: [1, 2], seed: [3]}", ["mine.yaml:8", "seed"]),
        (
            "factors:\n  seed: [1]\n  replications: {values: [1], also: [seed]}",
            ["mine.yaml:10", "seed is moved by seed already"],
        ),
        ("design: latin_hypercube", ["a design latin_hypercube needs points"]),
        ("design: {kind: latin_hypercube, points: 5}", ["a design needs one or more"]),
        (
            "factors: {seed: [1]}\ndesign: {kind: table, file: points.csv}",
            ["a design by a table has them in its columns"],
        ),
        ("factors: {seed: [1, 2]}\ngrid: {seed: [1]}", ["mine.yaml:9: grid: is of version 1"]),
        ("factors: {seed: [1, 2, 3]}\ndesign: {kind: grid, most_points: 2}", ["3 points, over the limit of 2"]),
        (
            "factors: {seed: {low: 0, high: 9}}\ndesign: {kind: sobol, base_points: 512}",
            ["1,536 points, over the limit of 1,000; give fewer base_points"],
        ),
    ],
)
def test_a_design_that_cannot_be_is_refused_by_name_and_line(tmp_path: Path, more: str, parts: list[str]) -> None:
    found = told(tmp_path, more)
    assert any(all(part in text for part in parts) for text in found), found


TABLE = "design: {kind: table, file: points.csv}\n"


def test_a_table_is_its_points_and_an_empty_cell_leaves_things_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("fleets.feeders.count, seed\n1,\n2, 7\n\n", encoding="utf-8")
    plan = read_sweep(sweep_file(tmp_path, TABLE))
    assert plan.points() == [{"fleets.feeders.count": 1}, {"fleets.feeders.count": 2, "seed": 7}]
    assert plan.overrides(plan.points()[1]) == ("period.end=2024-01-20", "fleets.feeders.count=2", "seed=7")
    done = run_sweep(tmp_path / "mine.yaml", out=tmp_path / "results", figures=True)
    assert done.result.failed == 0
    assert "as it is" in done.page.text(200)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("a.b.c,a.b.c\n1,2\n", ["points.csv:1: column 'a.b.c' is there twice"]),
        ("a.b.c,\n1,2\n", ["points.csv:1: column 2 has no name"]),
        ("a.b.c,seed\n1\n2,3,4\n", ["points.csv:2: 1 cells, but 2 columns", "points.csv:3: 3 cells, but 2 columns"]),
        ("seed\n1\n1\n", ["points.csv:3: the same point as in line 2"]),
        ("seed\n", ["has no point"]),
        ("", ["is empty"]),
        ("seed;replications\n1;2\n", ["parted by commas"]),
        ('seed\n"1\n', ["is no CSV table"]),
        ("seed\n[1\n", ["points.csv:2: seed: "]),
        ("seed\n{}\n", ["points.csv:2: seed: '{}' is not one value"]),
    ],
)
def test_a_malformed_table_is_refused_with_all_its_faults(tmp_path: Path, table: str, parts: list[str]) -> None:
    (tmp_path / "points.csv").write_text(table, encoding="utf-8")
    found = told(tmp_path, TABLE)
    assert all(any(part in text for text in found) for part in parts), found


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "points.csv: no such file" in told(tmp_path, TABLE)[0]


def test_every_factor_that_is_not_there_or_cannot_have_its_values_is_told_at_once(tmp_path: Path) -> None:
    more = """\
factors:
  fleets.feeder.count: [1, 2]
  facilities.east_berths.capacity: {low: -3, high: 2}
  interventions.nothing: [off, on]
  ranges.nothing: [0, 1]
  links.a: [3]
design: {kind: latin_hypercube, points: 4}
"""
    with pytest.raises(InputError) as caught:
        run_sweep(sweep_file(tmp_path, more), out=tmp_path / "results")
    text = str(caught.value)
    for line, part in (
        (9, "unknown row 'feeder' in fleets; allowed: feeders; nearest: 'feeders'"),
        (10, "at facilities.east_berths.capacity = -3"),
        (11, "interventions.nothing: 'nothing' is not in interventions.yaml"),
        (12, "ranges.nothing: no parameter has a range of that name"),
        (13, "links.a: unknown row 'a'"),
    ):
        assert any(f"mine.yaml:{line}:" in told and part in told for told in text.splitlines()), (part, text)
    assert not (tmp_path / "results").exists()

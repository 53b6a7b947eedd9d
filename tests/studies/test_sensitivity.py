"""Sensitivity: known functions through the study's own path, groups of inputs, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.indicators import Measure
from sim.network.uncertain import Uncertain
from sim.studies.sensitivity.designs import screen, weigh
from sim.studies.sensitivity.groups import OTHERS, groups_by_fact, largest
from sim.studies.sensitivity.page import finding
from sim.studies.sensitivity.result import OnIndicator, Share, Variance
from sim.studies.sensitivity.run import sensitivity
from sim.studies.sweep.factors import Factor

M = Measure("transit_mean", "corridor")
FILE = """\
schema_version: 2
title: Ships
question: What rules the boxes westbound?
scenario: tutorial
replications: 3
set: {period.end: 2024-01-20}
factors:
  fleets.feeders.count: {low: 1, high: 4}
  facilities.east_berths.capacity: [1, 2]
  flows.W1.quantity_per_year: {low: 1000, high: 12000}
  flows.W1.promise_days: {low: 8.0, high: 10.5}
design: {kind: latin_hypercube, points: 4}
words: {fleets.feeders.count: ships}
outcome: {kpi: volume_teu, scope: W1, words: Boxes westbound, good: higher}
"""


def known(function: Callable[..., float], sigma: float = 0.0) -> Callable[[list[list[str]]], dict[Measure, np.ndarray]]:
    """Outcomes of a function of points as a study gives them, four replications with luck in common and noise."""

    def outcomes(points: list[list[str]]) -> dict[Measure, np.ndarray]:
        chance = np.random.default_rng(11)
        values = np.array([function(*(float(text.partition("=")[2]) for text in point)) for point in points])
        return {M: values[:, None] + chance.normal(0, 2, 4) + chance.normal(0, sigma, (len(points), 4))}

    return outcomes


def test_ishigami_and_a_linear_model_come_out_as_known_through_the_studies_path() -> None:
    factors = [Factor(f"x{i}", (), -math.pi, math.pi) for i in (1, 2, 3)]
    found = weigh(
        factors, 1024, known(lambda a, b, c: math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a), 1.0)
    )[M]
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.04)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)
    slopes = (5.0, 1.0, 0.0)
    cube = [Factor(f"x{i}") for i in (1, 2, 3)]
    linear = known(lambda *x: float(np.dot(slopes, x)), 0.1)
    effects = screen(cube, 8, linear)[M]
    assert effects.size == pytest.approx(slopes, abs=0.2)
    assert effects.shown.tolist() == [True, True, False]
    assert weigh(cube, 256, linear)[M].total == pytest.approx([25 / 26, 1 / 26, 0], abs=0.02)


def one(key: str, stream: str, source: str) -> Uncertain:
    return Uncertain(key, "scale", 0.5, 2.0, "triangular", stream, source, "assumption", "f.yaml", 1)


def test_groups_hold_every_input_once_and_what_rests_on_one_fact_is_one_group() -> None:
    ranges = [
        one("a.b.c", "papers", "A001"),
        one("a.d.c", "papers", "A001"),
        one("e.f.g", "A001 e.g", "A001"),
        one("h.i.j", "h.i.j", "general knowledge"),
        one("h.k.j", "h.k.j", "general knowledge"),
        one("l.m.n", "speed", "general knowledge"),
    ]
    groups = groups_by_fact(ranges)
    assert [g.name for g in groups] == ["A001", "h j: general knowledge", "speed"]
    assert [g.keys for g in groups] == [3, 2, 1]
    streams = [stream for g in groups for stream in g.streams]
    assert sorted(streams) == sorted({one.stream for one in ranges})
    assert groups[0].factor.keys == ("ranges.papers", "ranges.A001 e.g")


def test_groups_beyond_their_number_move_together_and_none_is_left_out() -> None:
    groups = groups_by_fact(one(f"a.b{k}.c", f"s{k}", f"A{k:03d}") for k in range(10))
    moved = {g.name: [float(k), 0.0] for k, g in enumerate(groups)} | {"A003": [0.0, 9.0], "A001": [math.nan, 0.0]}
    kept = largest(groups, 4, lambda g: moved[g.name])
    assert [g.name for g in kept] == ["A001", "A003", "A009", OTHERS]
    assert sum(g.keys for g in kept) == 10
    assert largest(groups, 10, lambda g: [0.0]) == groups


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sensitivity") / "ships.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(file: Path):
    return sensitivity(file, trajectories=3, keep=1, base_points=8, out=file.parent / "results")


def test_a_study_finds_what_rules_and_what_does_nothing(done) -> None:
    effects = {e.name: e for e in done.result.found[0].screening.effects}
    assert effects["flows.W1.promise_days"].size == 0
    assert not effects["flows.W1.promise_days"].shown
    assert done.result.found[0].screening.effects[0].name == "flows.W1.quantity_per_year"
    assert done.result.found[0].screening.effects[0].shown
    assert done.result.kept == ("flows.W1.quantity_per_year",)
    stored = sorted(p.relative_to(done.path).as_posix() for p in done.path.rglob("*.png"))
    assert stored == ["figures/effects_volume_teu_of_W1.png", "figures/shares_volume_teu_of_W1.png"]
    text = done.page.text(160)
    assert "What rules the boxes westbound?" in text
    assert "shares of variance" in text
    assert set(done.table["factor"]) == {one.name for one in done.result.inputs}


def test_the_same_study_is_found_again_and_another_reuses_its_points(done, file: Path, monkeypatch) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_, **__: pytest.fail("simulated again"))
    again = sensitivity(file, trajectories=3, keep=1, base_points=8, out=file.parent / "results", figures=False)
    assert again.study_id == done.study_id
    assert (
        sensitivity(file, trajectories=3, base_points=0, out=file.parent / "results", figures=False).result.kept == ()
    )


def test_the_command_gives_what_python_gives(done, file: Path) -> None:
    arguments = ["sensitivity", str(file), "--trajectories", "3", "--keep", "1", "--base-points", "8", "--json"]
    told = CliRunner().invoke(app, [*arguments, "--no-figures", "--out", str(file.parent / "results")])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["id"] == done.study_id
    assert "Plan: " in told.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"base_points": 48}, "--base-points: 48 is no power of two from 8 on; allowed: 32 or 64"),
        ({"trajectories": 1}, "--trajectories: 1; allowed: 2 or more"),
        ({"groups": 1}, "--groups: 1; allowed: 2 or more"),
        ({"keep": 0}, "--keep: 0"),
        ({"trajectories": 0, "base_points": 0}, "there is nothing to run"),
        ({"most_points": 10}, "points for 4 factors, over the limit of 10"),
        ({"kpis": ["transit_p60"]}, "'transit_p60' is not an indicator"),
        ({"kpis": ["transit_p50 of W9"]}, "has no scope 'W9'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(tmp_path: Path, file: Path, given: dict, told: str) -> None:
    with pytest.raises(InputError) as caught:
        sensitivity(file, out=tmp_path / "results", **given)
    assert told in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_a_share_is_told_only_where_its_interval_shows_one():
    class Named:
        def title_of(self, name: str) -> str:
            return name

    def told(*shares: tuple[str, float | None, float | None]) -> str:
        found = tuple(Share(name, total, half, total, half) for name, total, half in shares)
        on = OnIndicator("m", "median", "day", None, Variance(found, 1.0, 0.1, 16, 16))
        return finding(Named(), on)  # type: ignore[arg-type]

    assert told(("ships", 1.51, 16.9), ("docks", 0.1, 0.2)) == (
        "Median: no share of the variance is shown: more base points are needed"
    )
    assert told(("ships", None, None)).endswith("more base points are needed")
    assert (
        told(("ships", 0.6, 0.2), ("docks", 0.1, 0.2))
        == "Median: of what the inputs move, ships accounts for 60% +- 20%"
    )
    assert told(("ships", 1.04, 0.1), ("docks", 0.3, 0.1)) == (
        "Median: of what the inputs move, ships accounts for 100% +- 10%, and docks accounts for 30% +- 10%"
    )

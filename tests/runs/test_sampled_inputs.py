"""Inputs drawn within their ranges: the draw itself, what it is applied to, and who shares it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError, RunError
from sim.network.world import resolve
from sim.runs import replicate
from sim.runs.identify import identify
from sim.runs.replicate import run_scenario
from sim.runs.sampled_inputs import Worlds, quantile, refuse_unfit_ranges, uncertain_inputs
from sim.scenario.changes import Change
from sim.scenario.load import load_scenario
from sim.studies.compare.page import page_of_pair
from sim.studies.compare.run import compare_scenarios
from sim.studies.sweep.run import run_sweep
from tests.oracle.line import line
from tests.oracle.world import write

SHORT = ("period.end=2024-01-31", "period.warm_up=10 d")
PAPERS = "processes.border_documents.duration"


@pytest.mark.parametrize(
    ("dist", "low", "high", "mean", "variance"),
    [
        ("uniform", 0.5, 1.5, 1.0, 1 / 12),
        ("triangular", 0.5, 2.5, 4 / 3, (0.25 + 1 + 6.25 - 0.5 - 1.25 - 2.5) / 18),
        ("triangular", 1.0, 2.0, 4 / 3, 1 / 18),
        ("loguniform", 0.5, 2.0, 1.5 / np.log(4), 3.75 / (2 * np.log(4)) - (1.5 / np.log(4)) ** 2),
    ],
)
def test_quantiles_give_the_textbook_mean_and_variance(dist, low, high, mean, variance):
    """Midpoints of 20,000 equal slices of probability: the integral over u, exact to about 1e-4."""
    drawn = np.array([quantile((k + 0.5) / 20_000, low, high, dist) for k in range(20_000)])
    assert drawn.mean() == pytest.approx(mean, rel=1e-4)
    assert drawn.var() == pytest.approx(variance, rel=1e-3)
    assert (np.diff(drawn) > 0).all()
    assert low <= drawn[0] <= drawn[-1] <= high


def test_a_journey_takes_what_was_drawn_for_it(tmp_path):
    """Nothing but a fixed ten hours of papers, wrong by a factor of U(0.5, 1.5): theory knows each replication.

    The mean journey is the drawn factor times ten hours, after the seconds of the links; all of its variance
    comes from the inputs.
    """
    tables = line([("papers", None, {"duration": "10 h"})], {"F": {"quantity_per_year": 3650}})
    links = {id_: row | {"length_km": 20} for id_, row in tables["links"].items()}  # as far as the map has it
    path = write(tmp_path, {**tables, "links": links}, start="2025-01-01", end="2025-01-31", run_out="5 d")
    ranges = {
        "papers": {
            "keys": ["processes.papers.duration"],
            "times": [0.5, 1.5],
            "dist": "uniform",
            "source": "made up",
            "grade": "assumption",
        }
    }
    (tmp_path / "geodata" / "ranges.yaml").write_text(json.dumps({"ranges": ranges}))
    run = run_scenario(str(path), replications=12, inputs="sampled", out=tmp_path / "out", figures=False)
    factors = run.inputs.set_index("replication")["value"]
    assert len(factors) == 12
    assert factors.std() > 0.1
    for hours, factor in ((run, factors), (run.fixed_inputs, factors * 0 + 1)):
        mean = hours.kpis[(hours.kpis["kpi"] == "transit_mean") & (hours.kpis["scope"] == "F")]
        taken = mean.set_index("replication")["value"]
        links_d = (taken - factor * 10 / 24).to_numpy()
        assert np.ptp(links_d) <= 1.1 / 86_400, "a second of rounding"
        assert 0 <= links_d.min() < 0.01
    assert run.fixed_inputs.manifest["inputs"] == "fixed"


def test_a_replication_draws_the_same_in_every_scenario(tmp_path):
    base, other = load_scenario("tutorial"), load_scenario("tutorial", ("fleets.feeders.count=3",))
    for replication in (0, 3):
        a, b = (Worlds(s, "sampled").changes(replication)[1] for s in (base, other))
        assert a == b
    assert Worlds(base, "sampled").changes(0)[1] != Worlds(base, "sampled").changes(1)[1]
    assert Worlds(base, "sampled").changes(0)[1] != Worlds(replace(base, seed=8), "sampled").changes(0)[1]


def test_another_range_moves_nobody_elses_draw(tmp_path):
    base = load_scenario("tutorial")
    worlds = Worlds(base, "sampled")
    fewer = Worlds(base, "sampled")
    fewer.ranges = fewer.ranges[1:]
    assert worlds.changes(2)[1][1:] == fewer.changes(2)[1]


def test_scenarios_act_on_what_was_drawn(tmp_path):
    """Scaling scales the drawn value, setting replaces it; a value that nobody changes is the drawn one."""
    plain = Worlds(load_scenario("tutorial"), "sampled")
    factor = next(d.value for d in plain.changes(1)[1] if d.name == PAPERS)
    start = plain.scenario.period_start
    drawn = plain.world(1)[0].processes["border_documents"].duration.at(start)
    assert drawn.mode == pytest.approx(factor * 10_800, abs=1)
    half = Change(PAPERS, "scale", 0.5, None, None, "f", 1, "set")
    fixed = Change(PAPERS, "set", "4 h", None, None, "f", 1, "set")
    for change, seconds in ((half, factor * 3 * 1800), (fixed, 4 * 3600)):
        scenario = replace(plain.scenario, changes=(change,))
        found = Worlds(scenario, "sampled").world(1)[0].processes["border_documents"].duration
        value = found.at(start)
        assert (value.mode if change is half else value.value) == pytest.approx(seconds, abs=1)


def test_months_and_calls_of_one_entry_move_together(tmp_path):
    drawn = {d.name: d.value for d in Worlds(load_scenario("tutorial"), "sampled").changes(0)[1]}
    months = [drawn[f"weather.storms.closed_share_by_month.{k}"] for k in range(12)]
    assert len(set(months)) == 1
    cranes = {v for name, v in drawn.items() if name.endswith("_per_unit")}
    assert len(cranes) == 1 != cranes | set(months)
    assert drawn["processes.east_dwell.duration"] != drawn["processes.west_dwell.duration"], "by grade: each by itself"


def test_an_effect_without_a_published_value_is_drawn_within_its_range():
    """A ramp keeps its shape; all keys of an intervention turn out alike; a published value stays."""
    yard = "facilities.east_yard.capacity"
    ramp = [Change(yard, "add", value, None, None, "f", 1, "CAP-1", low=100, high=400) for value in (100, 200)]
    papers = Change("barriers.documents.kz.scale", "scale", 0.5, None, None, "f", 2, "CAP-1", low=0.25, high=1.0)
    known = Change("fleets.feeders.count", "add", 1, None, None, "f", 3, "CAP-1")
    worlds = Worlds(replace(load_scenario("tutorial"), changes=(*ramp, papers, known)), "sampled")
    seen = []
    for replication in range(40):
        changes, drawn = worlds.changes(replication)
        first, second, barrier, ships = changes[-4:]
        assert abs(second.value - 2 * first.value) <= 1
        assert 100 <= second.value <= 400
        assert 0.25 <= barrier.value <= 1
        assert ships == known
        assert {d.name for d in drawn} >= {f"CAP-1 {yard}", "CAP-1 barriers.documents.kz.scale"}
        seen.append((second.value, barrier.value))
    yards, scales = np.array(seen).T
    assert np.corrcoef(yards, scales)[0, 1] > 0.9
    assert abs(yards.mean() - 700 / 3) < 4 * 62.4 / np.sqrt(40)  # triangular: mean 233, standard deviation 62.4


def test_sampled_inputs_make_another_run_and_workers_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(replicate, "code_digest", lambda: "the same program")  # also while somebody works at it
    options = {"overrides": SHORT, "replications": 2, "inputs": "sampled", "figures": False}
    one = run_scenario("tutorial", workers=1, out=tmp_path / "one", **options)
    two = run_scenario("tutorial", workers=2, out=tmp_path / "two", **options)
    assert one.run_id == two.run_id != one.fixed_inputs.run_id
    assert one.manifest["trace_digest"] == two.manifest["trace_digest"] != one.fixed_inputs.manifest["trace_digest"]
    assert one.manifest["inputs"] == "sampled"
    assert one.inputs.equals(two.inputs)
    assert "Two kinds of uncertainty" in one.summary()
    assert "Two kinds of uncertainty" not in one.fixed_inputs.summary()
    again = run_scenario("tutorial", out=tmp_path / "one", **options)
    assert again.hit
    assert again.run_id == one.run_id


def test_compared_scenarios_show_both_bands(tmp_path):
    faster = tmp_path / "faster.yaml"
    faster.write_text("schema_version: 1\ntitle: No papers\nextends: tutorial\nset: {barriers.documents.kz.scale: 0}\n")
    done = compare_scenarios(
        ["tutorial", str(faster)],
        overrides=SHORT,
        replications=3,
        inputs="sampled",
        out=tmp_path / "out",
        figures=False,
    )
    pair = done.result.comparisons[0]
    line_ = next(x for x in pair.bands if x.kpi == "transit_p50")
    primary = next(x for x in pair.lines if x.kpi == "transit_p50" and x.scope == "corridor")
    assert line_.both.mean == pytest.approx(primary.difference.mean)
    assert line_.random.mean != line_.both.mean
    assert line_.better == 3
    assert line_.both.low < line_.both.high < 0
    assert "Two kinds of uncertainty" in page_of_pair(pair).text()
    sampled, fixed = done.runs[0], done.runs[1].fixed_inputs
    with pytest.raises(InputError, match="compare like with like"):
        compare_scenarios([str(sampled.path), str(fixed.path)], out=tmp_path / "out", figures=False)


def test_each_point_of_a_sweep_has_both_intervals(tmp_path):
    content = {
        "schema_version": 1,
        "title": "T",
        "question": "Q",
        "scenario": "tutorial",
        "replications": 2,
        "set": {"period.end": "2024-01-31", "period.warm_up": "10 d"},
        "grid": {"fleets.feeders.count": [2, 3]},
        "outcome": {"kpi": "transit_mean", "scope": "corridor", "words": "W", "good": "lower"},
    }
    (tmp_path / "ships.yaml").write_text(json.dumps(content))
    points = run_sweep(tmp_path / "ships.yaml", inputs="sampled", out=tmp_path / "out", figures=False).points
    assert len(points) == 2
    assert (points["value"] != points["luck_value"]).all()
    assert (points[["half_width", "luck_half_width"]] > 0).all(axis=None)


def test_random_delays_are_drawn_with_fixed_inputs_too(tmp_path):
    """A ship that comes with the delay of the replication: each has its own world, and the run's id knows."""
    catalogue = (
        "SHIP:\n  title: T\n  kind: capacity\n  from: 2024-01-01\n  source: S\n  grade: claimed\n"
        "  changes: [{key: fleets.feeders.count, add: 1}]\n"
    )
    (tmp_path / "interventions.yaml").write_text(catalogue)
    late = tmp_path / "late.yaml"

    def of(days: int) -> None:
        late.write_text(
            "schema_version: 1\ntitle: T\nextends: tutorial\ninterventions:\n"
            f"  - {{id: SHIP, delay: {{dist: uniform, low: 0 d, high: {days} d}}}}\n"
        )

    of(60)
    run = run_scenario(str(late), overrides=SHORT, replications=3, out=tmp_path / "out", figures=False)
    drawn = run.inputs
    assert list(drawn["name"]) == ["SHIP"] * 3
    assert set(drawn["rule"]) == {"days_late"}
    assert drawn["value"].nunique() == 3
    assert drawn["value"].between(0, 60).all()
    first = identify(resolve(load_scenario(late)), "reference")
    of(61)  # the expected day of opening stays nearly the same
    assert identify(resolve(load_scenario(late)), "reference") != first


def test_what_cannot_be_drawn_is_told(tmp_path):
    with pytest.raises(
        InputError, match=r"'samples' is not known; allowed: fixed, sampled, accepted; nearest: 'sampled'"
    ):
        run_scenario("tutorial", inputs="samples", out=tmp_path)
    tables = line([("papers", None, {"duration": "10 h"})], {"F": {"quantity_per_year": 3650}})
    path = write(tmp_path, tables, start="2025-01-01", end="2025-01-31")
    with pytest.raises(InputError, match=r"no parameter has a range to draw from.*ranges\.yaml"):
        uncertain_inputs(load_scenario(path))
    assert not (tmp_path / "results").exists()


def test_draws_that_contradict_each_other_name_the_replication(tmp_path: Path):
    """A yard that may shrink below one lot: the replication that draws it says so."""
    worlds = Worlds(load_scenario("tutorial"), "sampled")
    worlds.ranges = [replace(worlds.ranges[0], key="facilities.east_yard.capacity", low=0.01, high=1.0, dist="uniform")]
    small = next(k for k in range(200) if worlds.changes(k)[1][0].value < 0.04)
    with pytest.raises(RunError, match=rf"replication {small}: the drawn inputs do not fit together"):
        worlds.world(small)


def copied_tutorial(folder: Path, old: str, new: str) -> Path:
    """The tutorial with one text of its ranges replaced."""
    source = Path(__file__).parents[2] / "scenarios" / "tutorial"
    shutil.copytree(source / "geodata", folder / "geodata")
    ranges = folder / "geodata" / "ranges.yaml"
    assert old in ranges.read_text()
    ranges.write_text(ranges.read_text().replace(old, new))
    path = folder / "s.yaml"
    path.write_text(
        "schema_version: 1\ntitle: T\ngeodata: geodata\nreplications: 1\n"
        "period: {start: 2024-01-01, end: 2024-01-31, warm_up: 1 d, run_out: 30 d}\n"
    )
    return path


@pytest.mark.parametrize(
    ("old", "new", "set_", "words"),
    [
        (
            "[0.7, 1.3]",
            "[0.7, 4]",
            (),
            r"ranges\.yaml:8: weather\.storms\.closed_share_by_month\.0: 1\.2 should be less than or equal to 1; "
            r"at the high end of the ranges",
        ),
        ("[0.8, 1.5]", "[0, 1.5]", (), r"at the low end of the ranges"),
        # what is within its bounds before the scenario scales it
        ("[0.7, 1.3]", "[0.7, 3]", ("weather.storms.closed_share_by_month.0={scale: 1.2}",), r"1\.08 should be less"),
    ],
)
def test_a_range_whose_end_leaves_what_is_allowed_is_refused_at_its_place_and_nothing_is_written(
    tmp_path, old, new, set_, words
):
    path = copied_tutorial(tmp_path, old, new)
    if "0, 1.5" in new:  # a lift of no time is allowed, a stay of less than a minute is not
        ranges = tmp_path / "geodata" / "ranges.yaml"
        lifts = '"services.ferry.rotation.*.load_per_unit"'
        ranges.write_text(ranges.read_text().replace(lifts, "weather.storms.spell"))
    with pytest.raises(InputError, match=words) as told:
        refuse_unfit_ranges(load_scenario(path, set_))
    assert "12 items" not in str(told.value)
    with pytest.raises(InputError, match=words):
        run_scenario(str(path), overrides=set_, inputs="sampled", out=tmp_path / "results", figures=False)
    assert not (tmp_path / "results").exists()


def test_ranges_that_fit_are_let_in():
    refuse_unfit_ranges(load_scenario("tutorial"))

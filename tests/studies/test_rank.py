"""Interventions and packages by effect per million USD: the effects of a comparison, and costs that are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError, Problem
from sim.studies.compare.run import compare_scenarios
from sim.studies.rank.page import finding, page
from sim.studies.rank.run import rank, read_costs

#: A month is enough to see what is asked here.
SHORT = ("period.end=2024-01-31", "period.warm_up=10 d")
SAME = "from: 2024-01-01, source: made up, grade: assumption"
CATALOGUE = f"""\
SHIP: {{title: A third ship, kind: service, cost_musd: 25, cost_year: 2023, {SAME},
       changes: [{{key: fleets.feeders.count, add: 1}}]}}
BERTH: {{title: A second berth, kind: capacity, cost_musd: 40, cost_year: 2024, {SAME},
        changes: [{{key: facilities.west_berths.capacity, add: 1}}]}}
PAPERS: {{title: No papers, kind: barrier, {SAME}, changes: [{{key: barriers.documents.kz.scale, scale: 0}}]}}
NEVER: {{title: Nothing new, kind: capacity, cost_musd: 1, {SAME},
        changes: [{{key: facilities.west_berths.capacity, add: 0}}]}}
MORE: {{title: More cargo, kind: demand, cost_musd: 1, {SAME},
       changes: [{{key: flows.W1.quantity_per_year, scale: 1.1}}]}}
IDEA: {{title: An idea, kind: service, cost_musd: 5, {SAME}, not_modelled: nobody knows what it is}}
JAM: {{title: Papers that take months, kind: barrier, cost_musd: 5, from: 2024-01-27, source: made up,
      grade: assumption, changes: [{{key: barriers.documents.kz.scale, scale: 500}}]}}
LATE: {{title: Far off, kind: service, cost_musd: 5, from: 2031-01-01, source: made up, grade: assumption,
       changes: [{{key: fleets.feeders.count, add: 2}}]}}
"""
CHILD = "schema_version: 1\ntitle: {title}\nextends: {parent}\ninterventions: [{uses}]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rank")
    (path / "interventions.yaml").write_text(CATALOGUE, encoding="utf-8")
    header = "schema_version: 1\ntitle: Today\nextends: tutorial\nprimary_kpi: transit_mean\n"
    (path / "today.yaml").write_text(header, encoding="utf-8")
    for name, uses in (("ship", "SHIP"), ("both", "SHIP, BERTH"), ("papers", "SHIP, PAPERS")):
        (path / f"{name}.yaml").write_text(CHILD.format(title=name, parent="today", uses=uses), encoding="utf-8")
    return path


def ranked(folder: Path, *names: str, **options):
    settings = {"replications": 3, "overrides": SHORT, "out": folder / "results", "figures": False} | options
    return rank(str(folder / "today.yaml"), names, **settings)


@pytest.fixture(scope="module")
def done(folder: Path):
    return ranked(folder, "SHIP", "BERTH", "PAPERS", budget_musd=70, total=8, confidence=0.99, figures=True)


def test_gain_per_cost_is_the_difference_that_compare_finds(done, folder: Path) -> None:
    """No more replications than the first stage, so that both rest on the same ones."""
    first = ranked(folder, "SHIP", "BERTH", total=1, own_dates=True).result
    by_compare = compare_scenarios(
        [str(folder / "today.yaml"), str(folder / "ship.yaml")],
        replications=3,
        overrides=SHORT,
        out=folder / "results",
        figures=False,
    )
    line = by_compare.result.comparisons[0].answer
    row = next(row for row in first.ranked if row.candidate == "SHIP")
    assert (line.kpi, first.measure) == ("transit_mean", "transit_mean of corridor")
    assert row.effect.mean == pytest.approx(line.difference.mean)
    assert row.effect.half_width == pytest.approx(line.difference.half_width)
    assert row.gain_per_musd.mean == pytest.approx(-line.difference.mean / 25)
    assert row.gain_per_musd.half_width == pytest.approx(line.difference.half_width / 25)


def test_the_ranking_is_by_gain_and_the_chances_add_up(done) -> None:
    rows = done.result.ranked
    gains = [row.gain_per_musd.mean for row in rows]
    assert gains == sorted(gains, reverse=True)
    assert sum(row.best for row in rows) + done.result.nothing_best == pytest.approx(1.0)
    assert sum(row.replications for row in rows) <= 8
    assert all(row.replications >= 3 for row in rows)


def test_what_has_no_cost_stands_apart_with_the_cost_that_it_would_be_worth(done, folder: Path) -> None:
    (row,) = done.result.cost_unknown
    top = done.result.ranked[0].gain_per_musd.mean
    assert row.candidate == "PAPERS"
    assert row.worth_musd == pytest.approx(-row.effect.mean / top)
    priced = ranked(folder, "SHIP", "BERTH", "PAPERS", total=1, costs={"PAPERS": 0.01}).result
    assert priced.cost_unknown == ()
    assert next(x for x in priced.ranked if x.candidate == "PAPERS").cost_given


def test_the_best_package_is_run_as_a_whole(done, folder: Path) -> None:
    found = done.result.budget
    assert found.cost_musd <= 70
    assert set(found.members) <= {"SHIP", "BERTH"}
    effects = {row.candidate: row.effect.mean for row in done.result.ranked}
    assert all(effects[name] < 0 for name in found.members)
    assert found.run.beyond.mean == pytest.approx(found.run.together.mean - found.run.sum.mean)
    assert found.run.sum.mean == pytest.approx(sum(one.mean for one in found.run.apart.values()))
    shown = {row.candidate: row for row in done.result.ranked}
    others = [name for name in found.run.apart if shown[name].replications != found.run.over]
    for name in found.run.apart.keys() - others:  # what is added up is what is printed above
        assert found.run.apart[name].mean == pytest.approx(shown[name].effect.mean)
    assert ("replications that all of them have, fewer than above for" in page(done.result).text(200)) == bool(others)


def test_a_package_scenario_costs_what_its_members_do(folder: Path) -> None:
    result = ranked(
        folder, str(folder / "both.yaml"), "SHIP", str(folder / "papers.yaml"), budget_musd=65, total=1
    ).result
    both = next(row for row in result.ranked if row.candidate == "both")
    assert (both.cost_musd, both.kind, both.members) == (65, "package", ("SHIP", "BERTH"))
    assert result.cost_unknown[0].unpriced == ("PAPERS",)
    assert "no published cost of PAPERS" in page(result).text(200)
    assert len(result.budget.members) <= 1  # the package and its own member cannot both be bought


def test_without_names_the_priced_part_of_the_catalogue_is_ranked(folder: Path) -> None:
    result = ranked(folder, total=1, replications=2).result
    assert {row.candidate for row in result.ranked} == {"SHIP", "BERTH", "JAM", "LATE"}
    groups = {x.candidate: x.group for x in result.left_out}
    assert groups["PAPERS"] == "cost unknown"
    assert groups["NEVER"] == "changes nothing in this run"
    assert groups["MORE"] == "is demand, which is not bought"
    assert groups["IDEA"] == "cannot be simulated"
    assert groups["CAP-01"] == "does not fit this network"
    dated = ranked(folder, total=1, replications=2, own_dates=True).result
    assert {x.candidate: x.group for x in dated.left_out}["LATE"] == "begins after the end of the run"
    assert (result.since.isoformat(), dated.since) == ("2023-12-22", None)


def to_the_end(run) -> float:
    """Mean days of all shipments of a run, those that have not arrived counted until it stops."""
    period = run.manifest["resolved"]["period"]
    stops = pd.Timestamp(period["end"], tz="UTC") + pd.Timedelta(days=1, seconds=int(period["run_out_s"]))
    lots = run.shipments[run.shipments["reported"]]
    hours = lots["transit_h"].fillna((stops - lots["set_out"]).dt.total_seconds() / 3600)
    return float(hours.mean() / 24)


def test_a_base_that_strands_the_same_shipments_drops_no_candidate(folder: Path) -> None:
    late = {"overrides": (*SHORT, "period.run_out=4 d"), "replications": 2}
    result = ranked(folder, "SHIP", "BERTH", total=1, own_dates=True, **late).result
    assert {row.candidate for row in result.ranked} == {"SHIP", "BERTH"}
    assert result.not_finite == ()
    names = [str(folder / "today.yaml"), str(folder / "ship.yaml")]
    pair = compare_scenarios(names, out=folder / "results", figures=False, **late)
    effect = next(row.effect for row in result.ranked if row.candidate == "SHIP")
    assert effect.mean == pytest.approx(to_the_end(pair.runs[1]) - to_the_end(pair.runs[0]))
    base = pair.runs[0].shipments
    left = base[base["reported"] & base["transit_h"].isna()].groupby(["flow", "replication"], observed=True).size()
    told = {(x.flow, x.replication): x.shipments for x in result.not_arrived if not x.candidate}
    assert told == left.to_dict()
    text = page(result).text(200)
    assert "base: E1: " in text
    assert "Sea" in text or "port" in text


def test_shipments_that_only_the_candidate_strands_are_its_own_loss(folder: Path) -> None:
    options = {"overrides": (*SHORT, "period.run_out=50 d"), "replications": 2, "own_dates": True, "total": 1}
    result = ranked(folder, "JAM", "SHIP", **options).result
    jam = next(row for row in result.ranked if row.candidate == "JAM")
    assert jam.effect.mean > 1  # some shipments count 50 days and more
    assert {x.candidate for x in result.not_arrived} == {"JAM"}
    assert "JAM: E1: " in page(result).text(200)
    half = ranked(folder, "JAM", "SHIP", kpi="transit_p50", **options).result
    assert half.not_finite == ()  # the median bears a tenth that is late
    last = ranked(folder, "JAM", "SHIP", kpi="transit_p95", **options).result
    assert [(row.candidate, row.why) for row in last.not_finite] == [
        ("JAM", "not reached: too many shipments have not arrived")
    ]
    assert {row.candidate for row in last.ranked} == {"SHIP"}
    assert "Not ranked" in page(last).text(200)


def test_an_error_that_is_no_refusal_is_not_left_out_in_silence(folder: Path, monkeypatch) -> None:
    from sim.scenario.interventions import CatalogueEntry

    def broken(self: CatalogueEntry, at: object) -> list[object]:
        raise InputError([Problem(f"{self.id}: from lies after until", "interventions.yaml", 3)])

    monkeypatch.setattr(CatalogueEntry, "changes", broken)
    with pytest.raises(InputError, match=r"interventions\.yaml:3: SHIP: from lies after until"):
        ranked(folder, total=1, replications=2)


def test_nothing_is_simulated_twice_and_more_only_adds(folder: Path, tmp_path: Path, monkeypatch) -> None:
    from sim.runs import worker

    calls, simulate = [], worker.simulate
    monkeypatch.setattr(worker, "simulate", lambda *all_: calls.append(all_) or simulate(*all_))
    options = {"replications": 2, "confidence": 0.9999, "out": tmp_path}
    first = ranked(folder, "SHIP", "BERTH", total=1, **options)
    assert len(calls) == 6  # the base and two candidates
    again = ranked(folder, "SHIP", "BERTH", total=1, **options)
    assert again.study_id == first.study_id
    assert again.result == first.result
    other = ranked(folder, "SHIP", "BERTH", total=1, kpi="transit_p90", **options)
    assert other.result.measure == "transit_p90 of corridor"
    assert len(calls) == 6
    more = ranked(folder, "SHIP", "BERTH", total=5, **options)
    assert len(calls) == 8  # one candidate's and the base's third
    assert sorted(row.replications for row in more.result.ranked) == [2, 3]


def test_what_is_stored(done) -> None:
    found = sorted(p.relative_to(done.path).as_posix() for p in done.path.rglob("*") if p.is_file())
    assert found == ["figures/ranking.png", "rank.csv", "rank.json", "study.json", "summary.md"]
    table = pd.read_csv(done.path / "rank.csv")
    assert table["candidate"].tolist()[-1] == "PAPERS"
    assert np.isnan(table["rank"].iloc[-1])
    shown = done.page.markdown(["figures/ranking.png"])
    for words in ("## Ranked", "## Cost unknown", "## Best package for 70 million USD", "![figures/ranking.png]"):
        assert words in shown
    assert max(map(len, done.page.text(112).splitlines())) <= 112
    assert finding(done.result)


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (("SHPI",), {}, "'SHPI' is neither an intervention .* nearest: 'SHIP'"),
        (("IDEA",), {}, "IDEA cannot be simulated: nobody knows"),
        (("MORE",), {}, "MORE changes demand, which is no gain: that of W1"),
        (("NEVER", "SHIP"), {}, "NEVER changes nothing in this run"),
        (("BERTH",), {"budget_musd": 30}, "BERTH costs more than the budget: 40 of 30"),
        (("SHIP",), {"costs": {"SHPI": 3}}, "--cost: 'SHPI' is no candidate; nearest: 'SHIP'"),
        (("SHIP",), {"costs": {"SHIP": -3}}, "--cost: SHIP: -3 million USD; it must be above 0"),
        (("SHIP",), {"replications": 1}, "--replications: one replication shows no random variation"),
        (("SHIP",), {"confidence": 1.0}, "--confidence: 1 is out of range"),
        (("SHIP",), {"kpi": "utilisation of west_berths"}, "--kpi: utilisation: neither more nor less"),
        (("SHIP",), {"kpi": "transit_p05"}, "--kpi: 'transit_p05' is not an indicator"),
        (("SHIP",), {"kpi": "transit_p50 of W7"}, "--kpi: transit_p50 has no scope 'W7'; nearest: 'W1'"),
    ],
)
def test_what_cannot_be_ranked_is_told(folder: Path, names, options, told) -> None:
    with pytest.raises(InputError, match=told):
        ranked(folder, *names, **options)


def test_every_problem_is_told_at_once(folder: Path) -> None:
    with pytest.raises(InputError) as error:
        ranked(folder, "IDEA", "SHPI", "NEVER")
    assert len(error.value.problems) == 3
    with pytest.raises(InputError, match="write NAME=MUSD"):
        read_costs(["SHIP=3", "BERTH"])
    assert read_costs(["SHIP=3", "BERTH=1.5"]) == {"SHIP": 3.0, "BERTH": 1.5}


def test_the_command(done, folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    words = [
        "rank",
        "./today.yaml",
        "SHIP",
        "BERTH",
        "--replications",
        "3",
        "--total",
        "1",
        "--no-figures",
        "--out",
        str(folder / "results"),
        *(x for text in SHORT for x in ("--set", text)),
    ]
    found = CliRunner().invoke(app, [*words, "--json", "--budget", "30", "--cost", "BERTH=20"])
    assert found.exit_code == 0, found.stderr
    result = json.loads(found.stdout)
    assert {row["cost_musd"] for row in result["ranked"]} == {25, 20}
    assert len(result["budget"]["members"]) <= 1
    wrong = CliRunner().invoke(app, [*words, "--kpi", "calls"])
    assert wrong.exit_code == 2
    assert "neither more nor less of it is better" in wrong.stderr

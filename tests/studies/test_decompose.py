"""A package taken apart: every subset run once, worths that add up, parts by intervention and by kind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError, RunError
from sim.results.store import open_run
from sim.runs.replicate import run_scenario
from sim.scenario.load import load_scenario
from sim.studies.decompose.run import decompose
from sim.studies.package_parts import parts, with_parts

#: A month is enough to see what is asked here.
SHORT = ("period.end=2024-01-31", "period.warm_up=10 d")
CATALOGUE = """\
SHIP: {title: A third ship, kind: service, from: 2024-01-01, source: made up, grade: assumption,
       changes: [{key: fleets.feeders.count, add: 1}]}
BERTH: {title: A second berth, kind: capacity, from: 2024-01-01, source: made up, grade: assumption,
        changes: [{key: facilities.west_berths.capacity, add: 1}]}
PAPERS: {title: No papers, kind: barrier, from: 2024-01-01, source: made up, grade: assumption,
         changes: [{key: barriers.documents.kz.scale, scale: 0}]}
"""
PACKAGE = """\
schema_version: 1
title: All together
question: What is each worth?
extends: tutorial
primary_kpi: transit_mean
interventions: [SHIP, BERTH, PAPERS]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("decompose")
    (path / "interventions.yaml").write_text(CATALOGUE, encoding="utf-8")
    (path / "package.yaml").write_text(PACKAGE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(folder: Path):
    return decompose("tutorial", str(folder / "package.yaml"), out=folder / "results", replications=2, overrides=SHORT)


def test_each_subset_is_run_once_and_the_worths_add_up(done) -> None:
    result = done.result
    assert (result.exact, result.subsets) == (True, 8)
    assert len({row.run_id for row in result.runs}) == 8
    primary = result.measures[0]
    assert primary.measure == "transit_mean of corridor"
    assert [row.measure for row in result.measures[1:]] == ["transit_p90 of corridor", "volume_teu of corridor"]
    for found in result.measures:
        total = sum(row.shapley.mean for row in found.parts)
        assert total == pytest.approx(found.total.mean, abs=1e-9)
        assert found.total.mean == pytest.approx(found.package.mean - found.base.mean)


def test_alone_and_last_in_are_differences_of_the_runs_they_name(done, folder: Path) -> None:
    runs = {frozenset(row.parts): row.run_id for row in done.result.runs}
    every = frozenset(["SHIP", "BERTH", "PAPERS"])

    def values(subset: frozenset[str]) -> np.ndarray:
        kpis = open_run(next((folder / "results").rglob(runs[subset]))).kpis
        rows = kpis[(kpis["kpi"] == "transit_mean") & (kpis["scope"] == "corridor") & (kpis["year"] == 0)]
        return rows.sort_values("replication")["contribution"].to_numpy()

    for row in done.result.measures[0].parts:
        alone = values(frozenset([row.part])) - values(frozenset())
        last = values(every) - values(every - {row.part})
        assert row.alone.mean == pytest.approx(alone.mean())
        # Student's t with one degree of freedom, 97.5 %
        assert row.alone.half_width == pytest.approx(12.7062 * alone.std(ddof=1) / np.sqrt(2), rel=1e-4)
        assert row.last.mean == pytest.approx(last.mean())


def test_none_and_all_are_the_runs_of_the_scenarios(done, folder: Path) -> None:
    out = folder / "results"
    for name, letter in (("tutorial", "a"), (str(folder / "package.yaml"), "b")):
        run = run_scenario(name, out=out, replications=2, figures=False, overrides=SHORT)
        assert run.hit
        assert run.run_id == getattr(done.result, letter).run_id


def test_it_goes_on_where_it_stopped_and_other_indicators_cost_nothing(done, folder: Path, monkeypatch) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    again = decompose(
        "tutorial",
        str(folder / "package.yaml"),
        out=folder / "results",
        replications=2,
        kpis=["time_vessel", "on_time of W1"],
        overrides=SHORT,
        figures=False,
    )
    assert [row.measure for row in again.result.measures] == [
        "transit_mean of corridor",
        "time_vessel of corridor",
        "on_time of W1",
    ]
    kinds = decompose(
        "tutorial",
        str(folder / "package.yaml"),
        out=folder / "results",
        replications=2,
        by="kind",
        overrides=SHORT,
        figures=False,
    )
    assert [row.part for row in kinds.result.parts] == ["service", "capacity", "barrier"]


def test_what_is_stored(done) -> None:
    found = sorted(p.relative_to(done.path).as_posix() for p in done.path.rglob("*") if p.is_file())
    assert found == ["decompose.csv", "decompose.json", "figures/worth_of_parts.png", "study.json", "summary.md"]
    assert json.loads((done.path / "decompose.json").read_text(encoding="utf-8"))["id"] == done.path.name
    assert len(pd.read_csv(done.path / "decompose.csv")) == 9
    text = done.page.text(200)
    for words in ("alone", "last in", "Shapley", "every subset was run", "together beyond the sum of alone"):
        assert words in text
    assert max(map(len, (line for line in text.splitlines() if line.startswith("  ") and "  " in line[2:]))) <= 110


def test_settings_are_parts_too(folder: Path) -> None:
    path = folder / "mixed.yaml"
    settings = "set: {facilities.east_berths.capacity: 2, facilities.east_cranes.capacity: 3}\n"
    path.write_text(PACKAGE.replace("[SHIP, BERTH, PAPERS]", "[SHIP]") + settings, encoding="utf-8")
    base, package = load_scenario("tutorial"), load_scenario(path)
    found = parts(base, package)
    assert [p.name for p in found] == ["SHIP", "facilities.east_berths.capacity", "facilities.east_cranes.capacity"]
    bundled = parts(base, package, "kind")
    assert [(p.name, len(p.members)) for p in bundled] == [("service", 1), ("set", 2)]
    only = with_parts(package, found, found[1:2])
    assert [c.key for c in only.changes] == ["facilities.east_berths.capacity"]
    assert with_parts(package, found, found) == package


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("package.yaml", "tutorial"),
            "tutorial is not package with changes added: it lacks SHIP of fleets.feeders.count",
        ),
        (("tutorial", "tutorial"), "tutorial changes nothing that tutorial does not"),
        (("tutorial", "package.yaml", "kinds"), "--by: 'kinds' is not known; allowed: .*nearest: 'kind'"),
        (("tutorial", "late.yaml"), "different periods"),
        (("tutorial", "package.yaml", "package"), r"package.yaml: package names no packages; .* --by kind"),
    ],
)
def test_what_cannot_be_taken_apart_is_told(folder: Path, arguments, told) -> None:
    (folder / "late.yaml").write_text(PACKAGE + "period: {end: 2024-01-31}\n", encoding="utf-8")
    base, package, *by = (str(folder / a) if a.endswith(".yaml") else a for a in arguments)
    with pytest.raises(InputError, match=told):
        decompose(base, package, by=by[0] if by else "intervention", out=folder / "results")


def test_an_indicator_that_the_runs_do_not_have(done, folder: Path) -> None:
    with pytest.raises(InputError, match="no on_time of E1"):
        decompose(
            "tutorial",
            str(folder / "package.yaml"),
            out=folder / "results",
            replications=2,
            overrides=SHORT,
            kpis=["on_time of E1"],
        )


def test_a_subset_that_cannot_run_is_named(tmp_path: Path) -> None:
    shut = """\
SHUT: {title: The old berth closes, kind: capacity, from: 2024-01-02, source: made up, grade: assumption,
       changes: [{key: facilities.west_berths.capacity, add: -1}]}
"""
    (tmp_path / "interventions.yaml").write_text(CATALOGUE + shut, encoding="utf-8")
    path = tmp_path / "leaning.yaml"
    path.write_text(PACKAGE.replace("[SHIP, BERTH, PAPERS]", "[BERTH, SHUT]"), encoding="utf-8")
    # the old berth may close once there is a second one, and not without it
    with pytest.raises(RunError, match=r"^leaning with only SHUT: deadlock"):
        decompose("tutorial", str(path), out=tmp_path / "results", replications=2, overrides=SHORT)

"""Runs that grow until an indicator is known well enough."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.plots.figures import OF_UNTIL, figures_for, save
from sim.plots.from_run import inputs_from_run
from sim.report.summary import summarise, summary_text
from sim.results.store import verify
from sim.runs.replicate import run_scenario
from sim.runs.until import read_rule

RULE = "transit_mean of W1 within 30%"
SHORT = {"overrides": ["period.end=2024-01-20"], "figures": False}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory):
    return run_scenario("tutorial", until=RULE, most=40, out=tmp_path_factory.mktemp("until"), **SHORT)


def test_the_rule_and_what_it_reached_stand_in_manifest_and_summary(done) -> None:
    until = done.manifest["until"]
    assert until["reached"] is True
    assert until["replications"] == done.replications == until["looks"][-1]["n"]
    assert until["half_width"] <= 0.3 * until["mean"]
    assert done.replications >= 20  # ten that decide, ten that confirm
    text = summary_text(summarise(done))
    assert f"replications until {RULE}: reached with {done.replications}" in text
    assert verify(done.path)


def test_a_run_of_as_many_replications_has_the_same_tables(done, tmp_path: Path) -> None:
    plain = run_scenario("tutorial", replications=done.replications, out=tmp_path, **SHORT)
    assert plain.run_id != done.run_id
    pd.testing.assert_frame_equal(plain.kpis, done.kpis)
    assert plain.manifest["trace_digest"] == done.manifest["trace_digest"]


def test_another_rule_takes_up_the_replications_that_are_there(done, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_, **__: pytest.fail("simulated again"))
    out = done.path.parents[1]
    again = run_scenario("tutorial", until=RULE, most=40, out=out, **SHORT)
    assert (again.run_id, again.hit) == (done.run_id, True)
    other = run_scenario("tutorial", until="transit_mean of W1 within 60%", most=40, out=out, **SHORT)
    assert other.run_id != done.run_id
    assert other.replications == 20
    capped = run_scenario("tutorial", until="transit_mean of W1 within 0.001 d", most=12, out=out, **SHORT)
    assert capped.manifest["until"]["reached"] is False
    assert capped.replications == 12
    assert "NOT reached with 12, the most that were allowed" in " ".join(summary_text(summarise(capped)).split())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"until": "transit_mean of W1"}, "is no rule; write 'transit_p50 of cargo TEU within 2%'"),
        ({"until": "transit_men within 2%"}, "nearest: 'transit_mean'"),
        ({"until": "transit_mean of W9 within 2%"}, "transit_mean has no scope 'W9'"),
        ({"until": "transit_mean within 0%"}, "within 0%: allowed is more than 0"),
        ({"until": "transit_mean within 100%"}, "less than 100%"),
        ({"until": "transit_mean within 3 h"}, "transit_mean is in d, not in h"),
        ({"until": RULE, "most": 1}, "--most: 1; allowed: 2 or more"),
        ({"most": 5}, "--most: is of --until alone"),
        ({"until": RULE, "replications": 5}, "--replications: --replications has no place beside --until"),
        ({"until": RULE, "check": True}, "--check has no place beside --until"),
        ({"until": RULE, "keep_operations": True}, "--keep-operations has no place beside --until"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_before_anything_runs(tmp_path: Path, given: dict, told: str) -> None:
    with pytest.raises(InputError) as caught:
        run_scenario("tutorial", out=tmp_path / "results", **SHORT, **given)
    assert told in str(caught.value)
    assert not list((tmp_path / "results").rglob("*.zip"))


def test_a_rule_is_read_as_it_is_written() -> None:
    rule = read_rule("transit_p50 of cargo TEU within 2%", 50)
    assert (str(rule), rule.most) == ("transit_p50 of cargo TEU within 2%", 50)
    assert str(read_rule("transit_p90 within .5 d", 50)) == "transit_p90 of corridor within 0.5 d"


def test_how_the_half_width_fell_is_drawn_for_such_runs_alone(done, tmp_path: Path) -> None:
    assert "12_convergence" in figures_for(done)
    figure = OF_UNTIL["12_convergence"](inputs_from_run(done))
    assert save(figure, tmp_path / "convergence")[0].stat().st_size > 10_000
    words = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
    told = "Mean transit time of Inland terminal – Market (W1) ± 30%"
    assert f"{told} is reached with {done.replications} replications" in words


def test_the_command_takes_the_rule(done) -> None:
    more = ["--set", "period.end=2024-01-20", "--most", "40", "--out", str(done.path.parents[1])]
    told = CliRunner().invoke(app, ["run", "tutorial", "--until", RULE, "--json", "--no-figures", *more])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["run_id"], found["hit"]) == (done.run_id, True)
    assert found["summary"]["until"]["rule"] == RULE

"""A promise counts days from midnight to midnight over the shipments of all replications, and is kept by others."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.results.store import open_run
from sim.statistics.shares import binomial_bounds, share_interval
from sim.studies.promise.page import sentence
from sim.studies.promise.result import by_month, calendar_days
from sim.studies.promise.result import promise as promise_of
from sim.studies.promise.run import promise, read_share

LEAVES = date(2024, 2, 10)
CATALOGUE = """
SHIP: {title: A third ship, kind: capacity, from: 2024-01-01, grade: assumption, source: made up,
  changes: [{key: fleets.feeders.count, add: 1}]}
LATE: {title: Too late, kind: capacity, from: 2030-01-01, grade: assumption, source: made up,
  changes: [{key: fleets.feeders.count, add: 1}]}
"""


def shipments(nights: list[float], replication: list[int], hour: int = 22) -> pd.DataFrame:
    out = pd.to_datetime(["2024-02-10"] * len(nights), utc=True) + pd.to_timedelta(hour, "h")
    landed = out + pd.to_timedelta([np.nan if np.isinf(n) else n * 24 for n in nights], "h")
    hours = {f"{cause}_h": [n if cause == "vessel" and np.isfinite(n) else 1.0 for n in nights] for cause in CAUSES}
    frame = pd.DataFrame({"replication": replication, "set_out": out, "landed": landed, **hours})
    frame["transit_h"] = (frame["landed"] - frame["set_out"]).dt.total_seconds() / 3600
    return frame


CAUSES = ("moving", "handling", "barrier", "capacity", "vessel", "formation", "asset", "closure")
NAMED = {"flow": "F", "title": "F a - b", "world": "", "run_id": "x"}


def test_days_are_counted_from_midnight_to_midnight() -> None:
    assert calendar_days(shipments([0.05, 0.1, 1.0, np.inf], [0] * 4)).tolist() == [0, 1, 1, np.inf]


def test_a_promise_is_the_day_by_which_so_many_are_there() -> None:
    nights = [float(k) for k in range(1, 21)]
    found = promise_of(shipments(nights, list(range(20))), 20, LEAVES, 0.95, date(2024, 2, 20), **NAMED)
    assert {one.share: one.days for one in found.days} == {0.5: 10, 0.8: 16, 0.9: 18, 0.95: 19}
    assert found.promised.day == "2024-02-29"
    assert found.agreed.share == 0.5
    assert (found.agreed.low, found.agreed.high) == pytest.approx(
        binomial_bounds(9.5, 19)
    )  # twenty clusters of one are worth nineteen
    assert found.causes[0].cause == "vessel"
    assert (found.causes[0].all_h, found.causes[0].tail_h) == (10.5, 19.5)


def test_what_has_not_arrived_ranks_as_the_longest_and_nothing_is_promised_beyond_it() -> None:
    nights = [5.0] * 18 + [np.inf] * 2
    found = promise_of(shipments(nights, list(range(20))), 20, LEAVES, 0.95, None, **NAMED)
    assert [one.day is None for one in found.days] == [False, False, False, True]
    assert "nothing can be promised for 95%: 2 of 20 shipments have not arrived" in sentence(found)


def test_months_are_those_of_departure() -> None:
    frame = pd.concat([shipments([2.0, 4.0], [0, 1]), shipments([1.0], [0])], ignore_index=True)
    frame.loc[2, "set_out"] = pd.Timestamp("2024-03-01", tz="UTC")
    rows = by_month(frame, "F")
    assert [(row.month, row.shipments, row.p50, row.p95) for row in rows] == [(2, 2, 2.0, 4.0), (3, 1, 1.0, 1.0)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("promise")


@pytest.fixture(scope="module")
def asked(folder: Path):
    return promise(
        ["W1"],
        LEAVES,
        scenario="tutorial",
        sure=0.9,
        around_d=10,
        replications=12,
        out=str(folder / "results"),
        figures=False,
    )


def test_a_promise_is_kept_by_other_replications(folder: Path, asked) -> None:
    (made,) = asked.result.promises
    assert made.promised.days is not None
    other = promise(
        ["W1"],
        LEAVES,
        scenario="tutorial",
        sure=0.9,
        around_d=10,
        replications=12,
        seed=4711,
        out=str(folder / "results"),
        figures=False,
    )
    run = open_run(next((folder / "results").glob(f"promise/tutorial/runs/*/{other.result.promises[0].run_id}")))
    table = run.shipments[(run.shipments["flow"].astype(str) == "W1") & run.shipments["reported"]]
    days = calendar_days(table)
    kept = share_interval(days <= made.promised.days, table["replication"].to_numpy(), 12)
    assert len(days) > 100
    assert kept.high >= 0.9, f"kept by {kept.share:.0%} only"
    tight = share_interval(days <= made.promised.days - 2, table["replication"].to_numpy(), 12)
    assert tight.high < 0.9  # a day or two less would have been no promise


def test_pooled_days_are_those_of_the_stored_shipments(folder: Path, asked) -> None:
    (made,) = asked.result.promises
    run = open_run(next((folder / "results").glob(f"promise/tutorial/runs/*/{made.run_id}")))
    table = run.shipments[(run.shipments["flow"].astype(str) == "W1") & run.shipments["reported"]]
    assert made.shipments == len(table)
    first, last = table["set_out"].min(), table["set_out"].max()
    assert (str(first.date()) >= asked.result.first, str(last.date()) <= asked.result.last) == (True, True)
    p90 = np.sort(calendar_days(table))[int(np.ceil(0.9 * len(table))) - 1]
    assert made.promised.days == p90
    assert json.loads((asked.path / "promise.json").read_text())["promises"][0]["shipments"] == len(table)


def test_with_an_intervention_both_stand_beside_each_other(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    (own / "interventions.yaml").write_text(CATALOGUE)
    (own / "plan.yaml").write_text("schema_version: 1\nextends: tutorial\ntitle: Plan\n")
    options = {"scenario": str(own / "plan.yaml"), "sure": 0.5, "replications": 2, "out": str(folder / "results")}
    done = promise(["W1", "E1"], LEAVES, interventions=["SHIP@2024-02-01"], months=True, **options)
    assert [(p.flow, p.world) for p in done.result.promises] == [
        ("W1", "as it is"),
        ("W1", "with SHIP@2024-02-01"),
        ("E1", "as it is"),
        ("E1", "with SHIP@2024-02-01"),
    ]
    assert len({p.run_id for p in done.result.promises}) == 2
    assert {row.flow for row in done.result.months} == {"W1", "E1"}
    assert [path.name for path in done.figures] == ["1_arrivals.png", "2_months.png"]
    for uses, message in (
        (["SHIPP"], "nearest: 'SHIP'"),
        (["SHIP@soon"], "'soon' is no date"),
        (["LATE"], "begins after the end of the run, on 2030-01-01; LATE@DATE"),
    ):
        with pytest.raises(InputError, match=message):
            promise(["W1"], LEAVES, interventions=uses, **options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["W9", "--leaves", "2024-02-10", "--scenario", "tutorial"], "no flow 'W9' in tutorial; nearest: 'W1'"),
        (["W1", "--leaves", "2031-02-10"], "no base of 2031"),
        (["W1", "--leaves", "9999-12-31", "--scenario", "tutorial"], "allowed: years 1900 to 2200"),
        (["W1", "--leaves", "2024-02-10", "--scenario", "tutorail"], "nearest: 'tutorial'"),
        (["W1", "--leaves", "2024-02-10", "--scenario", "tutorial", "--sure", "100"], "nothing is sure to 100 %"),
        (["W1", "--leaves", "2024-02-10", "--scenario", "tutorial", "--sure", "much"], "'much' is not a share"),
        (["W1", "--leaves", "2024-02-10", "--scenario", "tutorial", "--by", "2024-02-09"], "before the departure"),
        (["W1", "--leaves", "2024-02-10", "--scenario", "tutorial", "--around", "99"], "allowed: 0 to 60"),
        (
            ["W1", "--leaves", "2024-02-10", "--scenario", "tutorial", "--replications", "1", "--sure", "99"],
            "99 % needs at least 100: take --replications",
        ),
    ],
)
def test_what_cannot_be_promised_is_refused(folder: Path, monkeypatch, arguments: list[str], message: str) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, ["promise", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_shares_are_read_in_per_cent() -> None:
    assert [read_share(text) for text in ("95", "97.5", "80 %", " 50%")] == [0.95, 0.975, 0.8, 0.5]

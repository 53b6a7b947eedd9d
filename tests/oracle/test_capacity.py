"""Capacity and bottlenecks where theory knows them: lines of stations with given rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.report.estimate import Estimate
from sim.studies.bottleneck.run import bottleneck
from sim.studies.capacity.backlog import GROWS, OPEN, STEADY, growth_of_backlog
from sim.studies.capacity.bracket import Bracket, bracket
from sim.studies.capacity.page import answer, beyond, binds, page
from sim.studies.capacity.result import Binding, Capacity, CargoGrowth, GrowingQueue, Point, Relief
from sim.studies.capacity.run import capacity
from sim.studies.capacity.warm_up import on_the_way, settling
from tests.oracle import line as straight
from tests.oracle.line import exponential, per_hour
from tests.oracle.world import write


def line(stations: Any, flow: dict[str, Any]) -> dict[str, Any]:
    """A line of stations with one flow, whose link is as long as the places on the map are apart."""
    tables = straight.line(stations, {"f": flow})
    return {**tables, "links": {"ab": {**tables["links"]["ab"], "length_km": 9, "speed_kmh": 90}}}


def judged(steady: float, grows: float, asked: list[float] | None = None):
    """Steady up to one multiple, growing from another on, and not decided between."""

    def judge(multiple: float) -> str:
        if asked is not None:
            asked.append(multiple)
        return STEADY if multiple <= steady else GROWS if multiple >= grows else OPEN

    return judge


@pytest.mark.parametrize("threshold", [0.07, 0.3, 1.0, 1.7, 15.0])
def test_bisection_closes_in_on_the_threshold_from_both_sides(threshold: float) -> None:
    asked: list[float] = []
    found = bracket(judged(threshold, threshold, asked), precision=0.01)
    assert found.undecided is None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= threshold <= found.high <= 1.01 * found.low
    assert len(asked) == len(set(asked))  # each is a run


@pytest.mark.parametrize(("steady", "grows"), [(0.8, 1.1), (0.2, 3.0), (1.0, 2.5), (0.45, 1.0)])
def test_what_noise_hides_is_bracketed_by_what_is_shown(steady: float, grows: float) -> None:
    asked: list[float] = []
    found = bracket(judged(steady, grows, asked), precision=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.undecided is not None
    assert found.low <= steady < found.undecided[0] <= found.undecided[1] < grows <= found.high
    # each end is found to a part of what is told
    part = (found.high / found.low) ** (1 / 8)
    assert found.undecided[0] / found.low <= part + 1e-9
    assert found.high / found.undecided[1] <= part + 1e-9
    assert len(asked) == len(set(asked)) <= 16


def test_bisection_says_where_it_found_no_end() -> None:
    assert bracket(judged(20, 20), 0.01) == Bracket(16, None)
    assert bracket(judged(0, 0), 0.01) == Bracket(None, 1 / 16)
    assert bracket(judged(0, 100), 0.01) == Bracket(None, None, (1 / 16, 16))


def test_a_steady_multiple_beyond_one_that_grows_does_not_count() -> None:
    found = bracket(lambda m: STEADY if m in (0.5, 2.0) else GROWS if m in (1.0, 4.0) else OPEN, 0.5)
    assert (found.low, found.high) == (0.5, 1.0)


def test_one_replication_gives_no_verdict(tmp_path: Path) -> None:
    """One train of one replication must not decide: without an interval nothing is shown, in either direction."""
    flow = {"quantity_per_year": 730, "arrivals": "poisson"}
    path = write(tmp_path, line([("server", {}, {"duration": "13 h"})], flow), start="2025-01-01", end="2025-12-31")
    found = capacity(str(path), years=2, out=tmp_path).result  # 1.08 x what the server can do
    assert (found.multiple, found.above, found.binding) == (None, None, None)
    assert [point.multiple for point in found.points] == [1.0]
    text = page(found).text(200)
    assert "no verdict: one replication has no interval" in text
    assert "x the demand" not in text
    # what comes in is more than what goes out: the start has no end
    assert (found.warm_up.years, found.warm_up.cut_d) == (2, {"TEU": None})
    assert "MSER-5 cuts TEU more than a year; two years are cut" in " ".join(text.split())
    assert "after a warm-up of two years" in text


def test_what_is_on_its_way_is_counted_day_by_day() -> None:
    first = date(2024, 1, 2)
    table = pd.DataFrame(
        {
            "flow": ["f", "f", "other"],
            "units": [20, 5, 7],
            "set_out": pd.to_datetime(["2024-01-02 10:00", "2024-01-04 00:00", "2024-01-02 00:00"], utc=True),
            "landed": pd.to_datetime(["2024-01-04 23:00", None, None], utc=True),
        }
    )
    assert on_the_way(table, ["f"], first)[:4] == pytest.approx([20 * 14 / 24, 20, 20 * 23 / 24 + 5, 5])
    assert len(on_the_way(table, ["f"], first)) == 730


def test_a_start_of_more_than_a_year_is_seen_where_it_is_longer_than_a_year() -> None:
    assert settling([min(day, 100) for day in range(730)], 0.0) == 100
    assert settling([min(day, 500) for day in range(730)], 0.0) is None
    leap_year = [99.7] * 366 + [100.0] * 364
    assert settling(leap_year, 0.0) is None
    assert settling([0.0, *leap_year[1:]], 0.01) == 5


def test_a_train_on_its_way_at_the_end_of_the_year_is_no_growth() -> None:
    days = pd.to_datetime(["2025-12-30"] * 4, utc=True)
    table = pd.DataFrame(
        {
            "replication": [0, 0, 1, 1],
            "flow": "f",
            "units": [20] * 4,
            "set_out": days,
            "landed": pd.to_datetime([None] * 4, utc=True),
        }
    )
    # two shipments of 20 in each replication, and not one replication differs
    for trains, verdict in (({}, GROWS), ({"TEU": 40.0}, STEADY)):
        (growth,) = growth_of_backlog(table, {"f": "TEU"}, 2025, 1, 0.01, 2, trains)
        assert growth.values == (40, 40)
        assert growth.verdict == verdict
        # Student's t with one degree of freedom: 40 +- 12.7 x 5 holds what is allowed
        assert replace(growth, values=(35.0, 45.0)).verdict == OPEN


def test_a_single_server_takes_its_rate_over_the_demand(tmp_path: Path) -> None:
    # 4 a day for a demand of 2 a day. A backlog of m x 730 less 1,460 lots a year is 1 % of m x 730 at m = 2 / 0.99
    flow = {"quantity_per_year": 730, "arrivals": "regular"}
    tables = line([("server", {}, {"duration": "6 h"})], flow)
    path = write(tmp_path, tables, start="2025-01-01", end="2025-12-31")
    done = capacity(str(path), years=2, precision=0.02, replications=2, out=tmp_path, figures=False).result
    assert 2 / 0.99 / 1.02 <= done.multiple <= 2 / 0.99 <= done.above <= 2 / 0.99 * 1.02
    assert done.demand == {"TEU": 730}
    # 61 or 62 come a month, so that without chance the rule sees months; a whole year stands for them
    assert done.warm_up.years == 1
    assert done.warm_up.cut_d["TEU"] < 300
    assert done.warm_up.replications == 2
    text = " ".join(page(done).text(300).split())
    assert (
        f"demand as it is, MSER-5 cuts TEU {done.warm_up.cut_d['TEU']} d; a whole year is cut, for its seasons" in text
    )
    assert done.binding.places[0].place == "server"
    # a second server has room for all of it: what grew lands, and nothing grows any more
    growth = next(p.growth[0] for p in done.points if p.multiple == done.above)
    relief = done.binding.relief
    assert [row.name for row in relief] == ["server"]
    assert relief[0].change.mean == pytest.approx(-growth.units_a_year.mean, abs=1)


@pytest.mark.slow  # a quarter of a minute; one server and one more server are tried above
def test_the_slowest_of_a_tandem_binds(tmp_path: Path) -> None:
    # the second takes 3 a day, the others more; Poisson arrivals, exponential services; 1 a day comes
    stations = [
        ("first", {}, {"duration": exponential(6)}),
        ("second", {}, {"duration": exponential(8)}),
        ("third", {}, {"duration": exponential(5)}),
    ]
    flow = {"quantity_per_year": 365, "arrivals": "poisson"}
    path = write(tmp_path, line(stations, flow), start="2025-01-01", end="2025-12-31")
    done = capacity(str(path), years=2, tolerance=0.02, precision=0.1, replications=5, out=tmp_path, figures=False)
    found = done.result
    # the backlog grows by 2 % of the demand at 3 / 0.98; 10 years of some 1,100 arrivals and services: 5 standard
    # errors of the growth are 5 x sqrt(2 / 11,000) = 7 %
    assert found.multiple <= 3 / 0.98 * 1.07
    assert found.above >= 3 / 0.98 / 1.07
    assert found.above <= 1.25 * found.multiple  # what is not decided between included
    for end, verdict in (("multiple", STEADY), ("above", GROWS)):
        point = next(p for p in found.points if p.multiple == getattr(found, end))
        assert [row.verdict for row in point.growth] == [verdict]
    assert found.binding.places[0].place == "second"
    assert found.binding.relief[0].name == "second"
    assert binds(found).startswith("what binds: second;")
    tested = [row.p_adjusted for row in found.binding.relief if row.p_adjusted is not None]
    assert min(tested) == found.binding.relief[0].p_adjusted < 0.05
    rows = [line.split() for line in page(found).text(200).splitlines() if "for capacity" in line]
    assert rows[0][0] == "second"  # the longest queue stands first


def searched(
    relief: list[tuple[float, float, float]] = (),
    undecided: tuple[float, float] | None = None,
    ends: tuple[float | None, float | None] = (1.0, 1.1),
    replications: int = 8,
    queue: float = 1.0,
) -> Capacity:
    """A finished search: a backlog of 30 +- 5 at the upper end, 10 allowed; what was tried; a queue of 9 t."""
    growth = CargoGrowth("TEU", Estimate(30.0, 5.0, 8), 300.0, 0.1, 10.0, GROWS)
    tried = tuple(
        Relief(f"unit_{k}", "facility", f"Unit {k}", "", 1.0, "places", Estimate(mean, of, 8), p)
        for k, (mean, of, p) in enumerate(relief)
    )
    places = (GrowingQueue("yard", "Yard", "capacity", Estimate(9.0, queue, 4)),)
    return Capacity(
        scenario="line",
        title="A line",
        freeze_at=date(2025, 1, 1),
        years=2,
        tolerance=0.01,
        precision=0.02,
        seed=1,
        replications=replications,
        flows=("f",),
        multiple=ends[0],
        above=ends[1],
        undecided=undecided,
        least=1 / 16,
        most=16.0,
        demand={"TEU": 300.0},
        binding=Binding("TEU", 4, places, tried),
        points=(Point(ends[1], GROWS, "0", (growth,)),),
    )


def test_what_binds_is_corrected_for_all_units_tried() -> None:
    found = binds(searched([(-9.0, 8.0, 0.2), (-5.0, 1.0, 0.01)]))
    assert found == "what binds: Unit 1; one more unit takes 5 +- 1 TEU a year off the growth"
    found = binds(searched([(-9.0, 8.0, 0.2)]))
    assert found.startswith("the queue that grows most is at Yard, waiting for capacity, by 9 +- 1 t; no single unit")
    assert "no queue is shown to grow" in binds(searched([(-9.0, 8.0, 0.2)], queue=10.0))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, "capacity is 1.00 x the demand; at 1.10 x it the backlog grows"),
        (
            {"undecided": (1.02, 1.05)},
            "capacity lies between 1.00 x the demand, where the backlog is steady, and 1.10 x, "
            "where it grows; 8 replications show no more",
        ),
        (
            {"undecided": (1 / 16, 1.0), "ends": (None, 1.1)},
            "at 1.10 x the demand; 8 replications show it steady at no",
        ),
        (
            {"undecided": (2.0, 16.0), "ends": (1.0, None)},
            "steady at 1.00 x the demand; 8 replications show no multiple",
        ),
        ({"undecided": (1 / 16, 16.0), "ends": (None, None)}, "no verdict: 8 replications"),
        ({"ends": (16.0, None)}, "no limit found up to 16 x the demand"),
        ({"ends": (None, 1 / 16)}, "the backlog grows even at 0.0625 x the demand"),
        ({"undecided": (1.0, 1.0), "ends": (None, None), "replications": 1}, "no verdict: one replication"),
    ],
)
def test_the_answer_says_what_is_shown_and_no_more(found: dict[str, Any], told: str) -> None:
    assert told in answer(searched(**found))


def test_the_growth_just_above_is_told_with_its_size() -> None:
    assert beyond(searched()) == "at 1.10 x it grows by 30 +- 5 TEU a year, 10 are allowed"


def test_one_more_server_is_worth_what_queueing_theory_says(tmp_path: Path) -> None:
    # Burke: stations of an M/M line are independent. M/M/1: W = 1 / (mu - lambda);
    # M/M/2: W = 1 / (mu (1 - (lambda / 2 mu)^2)). Two servers leave the line's departures Poisson.
    rate, slow, quick = 0.7, 1.0, 1.4
    stations = [
        ("quick", {}, {"duration": exponential(1 / quick)}),
        ("slow", {}, {"duration": exponential(1 / slow)}),
        ("spare", {"capacity": 50}, {"duration": exponential(1)}),
    ]
    flow = {"quantity_per_year": per_hour(rate), "arrivals": "poisson", "in_corridor_total": True}
    path = write(tmp_path, line(stations, flow), start="2025-01-01", end="2025-09-30", warm_up="10 d", run_out="10 d")
    found = bottleneck(str(path), replications=4, out=tmp_path, figures=False).result
    rows = {row.name: row for row in found.rows}
    assert [row.name for row in found.rows] == ["slow", "quick", "spare"]
    for name, mu in (("slow", slow), ("quick", quick)):
        theory_h = 1 / (mu * (1 - (rate / 2 / mu) ** 2)) - 1 / (mu - rate)
        assert rows[name].effect.mean * 24 == pytest.approx(theory_h, rel=0.12)
        assert rows[name].verdict == "helps"
    assert rows["spare"].verdict == "changes nothing"
    assert rows["spare"].p_adjusted is None

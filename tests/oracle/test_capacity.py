"""Capacity and bottlenecks where theory knows them: lines of stations with given rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.analysis.capacity_page import binds, capacity_text, luck
from sim.experiment.bottleneck import bottleneck
from sim.experiment.capacity import bisect, capacity
from tests.oracle import line as straight
from tests.oracle.line import exponential, per_hour
from tests.oracle.world import write


def line(stations: Any, flow: dict[str, Any]) -> dict[str, Any]:
    """A line of stations with one flow, whose link is as long as the places on the map are apart."""
    tables = straight.line(stations, {"f": flow})
    return {**tables, "links": {"ab": {**tables["links"]["ab"], "length_km": 9, "speed_kmh": 90}}}


@pytest.mark.parametrize("threshold", [0.07, 0.3, 1.0, 1.7, 15.0])
def test_bisection_closes_in_on_the_threshold_from_both_sides(threshold: float) -> None:
    asked: list[float] = []

    def grows(multiple: float) -> bool:
        asked.append(multiple)
        return multiple > threshold

    found = bisect(grows, precision=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= threshold < found.high <= 1.01 * found.low
    assert len(asked) == len(set(asked))  # each is a run


def test_bisection_says_where_it_found_no_end() -> None:
    assert bisect(lambda _: False, 0.01).high is None
    assert bisect(lambda _: False, 0.01).low == 16
    assert bisect(lambda _: True, 0.01).low is None
    assert bisect(lambda _: True, 0.01).high == 1 / 16


def test_a_single_server_takes_its_rate_over_the_demand(tmp_path: Path) -> None:
    # 4 a day for a demand of 2 a day. A backlog of m x 730 less 1,460 lots a year is 1 % of m x 730 at m = 2 / 0.99
    flow = {"quantity_per_year": 730, "arrivals": "regular"}
    tables = line([("server", {}, {"duration": "6 h"})], flow)
    path = write(tmp_path, tables, start="2025-01-01", end="2025-12-31")
    done = capacity(str(path), years=2, precision=0.02, out=tmp_path, figures=False).result
    assert 2 / 0.99 / 1.02 <= done["multiple"] <= 2 / 0.99 <= done["above"] <= 2 / 0.99 * 1.02
    assert done["demand"] == {"TEU": 730}
    assert done["binding"]["places"][0]["place"] == "server"
    # a second server has room for all of it: what grew lands, and nothing grows any more
    growth = next(p["growth"][0] for p in done["points"] if p["multiple"] == done["above"])
    relief = done["binding"]["relief"]
    assert [row["name"] for row in relief] == ["server"]
    assert relief[0]["change"]["mean"] == pytest.approx(-growth["units_a_year"]["mean"], abs=1)


def test_the_slowest_of_a_tandem_binds(tmp_path: Path) -> None:
    # the second takes 3 a day, the others more; Poisson arrivals, exponential services; 1 a day comes
    stations = [("first", {}, {"duration": exponential(6)}), ("second", {}, {"duration": exponential(8)}),
                ("third", {}, {"duration": exponential(5)})]  # fmt: skip
    flow = {"quantity_per_year": 365, "arrivals": "poisson"}
    path = write(tmp_path, line(stations, flow), start="2025-01-01", end="2025-12-31")
    done = capacity(str(path), years=2, tolerance=0.02, precision=0.1, replications=5, out=tmp_path, figures=False)
    found = done.result
    # the backlog grows by 2 % of the demand at 3 / 0.98; 10 years of some 1,100 arrivals and services: 5 standard
    # errors of the growth are 5 x sqrt(2 / 11,000) = 7 %
    assert found["multiple"] <= 3 / 0.98 * 1.07
    assert found["above"] >= 3 / 0.98 / 1.07
    assert found["above"] <= 1.1 * found["multiple"]
    assert found["binding"]["places"][0]["place"] == "second"
    assert found["binding"]["relief"][0]["name"] == "second"
    assert binds(found).startswith("what binds: second;")
    tested = [row["p_adjusted"] for row in found["binding"]["relief"] if row["p_adjusted"] is not None]
    assert min(tested) == found["binding"]["relief"][0]["p_adjusted"] < 0.05
    assert "second, waiting for a free place" in capacity_text(found)


def searched(replications: int, relief: list[tuple[float, float | None, float | None]], half: float | None) -> Any:
    """A finished search: backlogs of 5 and 30 at both ends with a half-width, 10 allowed; what was tried."""
    ends = [{"multiple": m, "growth": [{"units_a_year": {"mean": mean, "half_width": half}, "allowed": 10.0}]}
            for m, mean in ((1.0, 5.0), (1.1, 30.0))]  # fmt: skip
    tried = [{"name": f"unit {k}", "change": {"mean": mean, "half_width": of}, "p_adjusted": p}
             for k, (mean, of, p) in enumerate(relief)]  # fmt: skip
    places = [{"place": "yard", "cause": "capacity", "tonnes": 9.0}]
    return {"replications": replications, "multiple": 1.0, "above": 1.1, "points": ends,
            "binding": {"cargo": "TEU", "places": places, "relief": tried}}  # fmt: skip


def test_what_binds_is_corrected_for_all_units_tried() -> None:
    assert binds(searched(8, [(-9.0, 8.0, 0.2), (-5.0, 1.0, 0.01)], 1.0)).startswith("what binds: unit 1; one more")
    assert "no single unit more is shown" in binds(searched(8, [(-9.0, 8.0, 0.2)], 1.0))
    alone = binds(searched(1, [(-9.0, None, None)], None))
    assert alone.startswith("what seems to bind: unit 0;")
    assert alone.endswith("no interval is known")


@pytest.mark.parametrize(("replications", "half", "told"), [
    (8, 4.0, "at both ends keep clear"),
    (8, 6.0, "luck could move it: at 1.00 x the"),  # 5 + 6 > 10
    (8, 25.0, "luck could move it: at 1.00 x and 1.10 x the"),
    (1, None, "from one replication: how far luck moves it is not known"),
])  # fmt: skip
def test_the_bracket_says_whether_luck_could_move_it(replications: int, half: float | None, told: str) -> None:
    assert told in luck(searched(replications, [], half))


def test_one_more_server_is_worth_what_queueing_theory_says(tmp_path: Path) -> None:
    # Burke: stations of an M/M line are independent. M/M/1: W = 1 / (mu - lambda);
    # M/M/2: W = 1 / (mu (1 - (lambda / 2 mu)^2)). Two servers leave the line's departures Poisson.
    rate, slow, quick = 0.7, 1.0, 1.4
    stations = [("quick", {}, {"duration": exponential(1 / quick)}), ("slow", {}, {"duration": exponential(1 / slow)}),
                ("spare", {"capacity": 50}, {"duration": exponential(1)})]  # fmt: skip
    flow = {"quantity_per_year": per_hour(rate), "arrivals": "poisson", "in_corridor_total": True}
    path = write(tmp_path, line(stations, flow), start="2025-01-01", end="2025-09-30", warm_up="10 d",
                 run_out="10 d")  # fmt: skip
    found = bottleneck(str(path), replications=4, out=tmp_path, figures=False).result
    rows = {row["name"]: row for row in found["rows"]}
    assert [row["name"] for row in found["rows"]] == ["slow", "quick", "spare"]
    for name, mu in (("slow", slow), ("quick", quick)):
        theory_h = 1 / (mu * (1 - (rate / 2 / mu) ** 2)) - 1 / (mu - rate)
        assert rows[name]["effect"]["mean"] * 24 == pytest.approx(theory_h, rel=0.12)
        assert rows[name]["verdict"] == "helps"
    assert rows["spare"]["verdict"] == "changes nothing"
    assert rows["spare"]["p_adjusted"] is None

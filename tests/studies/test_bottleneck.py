"""One more unit of each: what is tried, how large a unit is, what is stored, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import InputError
from sim.runs.prepare import prepare
from sim.runs.replicate import run_scenario
from sim.studies.bottleneck.page import page
from sim.studies.bottleneck.result import load_of_places, most_loaded
from sim.studies.bottleneck.run import bottleneck
from sim.studies.capacity.backlog import growth_of_backlog
from sim.studies.capacity.run import capacity
from sim.studies.one_more_unit import enlargements

SHORT = ("period.end=2024-01-31", "period.warm_up=10 d")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bottleneck")


@pytest.fixture(scope="module")
def done(out: Path):
    return bottleneck("tutorial", candidates=4, out=out, replications=2, overrides=SHORT)


def test_the_effect_is_the_difference_of_two_runs_on_the_same_luck(done, out: Path) -> None:
    row = next(row for row in done.result.rows if row.name == "feeders")
    options = {"out": out, "replications": 2, "figures": False}
    runs = [
        run_scenario("tutorial", overrides=(*SHORT, *more), **options) for more in ((), ("fleets.feeders.count=3",))
    ]
    assert runs[0].hit  # the base is the run that `corridor run` makes
    assert runs[0].run_id == done.result.run_id
    means = []
    for run in runs:
        kpis = run.kpis.query("kpi == 'transit_mean' and scope == 'corridor' and year == 0")
        means.append(kpis.sort_values("replication")["contribution"].to_numpy())
    assert row.effect.mean == pytest.approx((means[1] - means[0]).mean())
    assert runs[1].run_id == row.run_id


def test_the_most_helpful_stands_first_and_every_number_is_stored(done) -> None:
    result = done.result
    assert (len(result.rows), result.candidates) == (4, 15)
    effects = [row.effect.mean for row in result.rows]
    assert effects == sorted(effects)
    found = sorted(p.relative_to(done.path).as_posix() for p in done.path.rglob("*") if p.is_file())
    assert found == ["bottleneck.csv", "bottleneck.json", "figures/one_more_unit.png", "study.json", "summary.md"]
    assert json.loads((done.path / "bottleneck.json").read_text(encoding="utf-8"))["rows"][0]["key"]
    assert list(pd.read_csv(done.path / "bottleneck.csv")["name"]) == [row.name for row in result.rows]
    text = page(result).text(200)
    assert "4 of 15 candidates tried" in text
    assert all(row.title in text for row in result.rows)


def test_only_what_the_asked_for_cargo_waits_for_is_tried(done, out: Path) -> None:
    """The berths of the other port, which cargo the other way waits for longer, are no candidates."""
    tried = {}
    for flow in ("E1", "W1"):
        found = bottleneck(
            "tutorial", kpi=f"transit_mean of {flow}", out=out, replications=2, overrides=SHORT, figures=False
        ).result
        base = run_scenario("tutorial", out=out, replications=2, overrides=SHORT, figures=False)
        waits = base.delays[base.delays["cause"].isin(["capacity", "vessel", "asset"])].astype({"place": str})
        hours = waits[waits["flow"] == flow].groupby("place")["hours"].sum()
        hours = hours.groupby(lambda place: {"ferry": "feeders"}.get(place, place.split("/")[0])).sum()
        tried[flow] = {row.name for row in found.rows}
        assert found.waits_of == (flow,)
        assert found.candidates == len(found.rows)
        for row in found.rows:
            assert row.shipments_wait_h == pytest.approx(hours[row.name] / 2)
        assert f"those that {flow} waits for longest" in page(found).text(200)
    assert tried["E1"] >= {"feeders", "east_berths"}
    assert "west_berths" not in tried["E1"]
    assert "east_berths" not in tried["W1"]
    assert done.result.waits_of == ()  # the corridor is all that there is


def test_shipments_that_have_not_arrived_are_shown_and_drop_no_candidate(out: Path) -> None:
    found = bottleneck(
        "tutorial", candidates=1, out=out, replications=2, overrides=(*SHORT, "period.run_out=4 d"), figures=False
    ).result
    assert found.rows[0].effect.mean is not None
    base = [row for row in found.not_arrived if not row.candidate]
    assert {row.flow for row in base} <= {"E1", "W1"}
    text = page(found).text(200)
    assert "Shipments that had not arrived when the runs stopped" in text
    assert "base: E1: " in text


def test_where_more_is_better_the_largest_gain_stands_first(done, out: Path) -> None:
    again = bottleneck(
        "tutorial", kpi="volume_teu", candidates=4, out=out, replications=2, overrides=SHORT, figures=False
    )
    effects = [row.effect.mean for row in again.result.rows]
    assert effects == sorted(effects, reverse=True)
    assert {row.run_id for row in again.result.rows} == {row.run_id for row in done.result.rows}


def test_a_unit_is_a_mover_s_place_a_train_a_ship_or_the_room_of_a_train() -> None:
    found = {one.name: one for one in enlargements(prepare("tutorial"))}
    assert (found["west_berths"].step, found["west_berths"].change.value) == (1, 2)
    assert (found["east_yard"].step, found["east_yard"].change.value, found["east_yard"].unit) == (60, 660, "TEU")
    assert found["feeders"].waits_at == ("ferry",)
    line = found["inland_border"]
    assert (line.kind, line.change.key, line.step) == ("line", "links.inland_border.trains_per_day", 1)


def test_what_is_not_built_yet_is_not_built_sooner() -> None:
    later = "facilities.west_berths.capacity=[{value: 0}, {from: 2024-02-01, value: 1}, {from: 2024-03-01, value: 3}]"
    one = next(one for one in enlargements(prepare("tutorial", [later])) if one.name == "west_berths")
    assert one.now == 3
    assert one.change.value == [
        {"value": 0},
        {"from": date(2024, 2, 1), "value": 2},
        {"from": date(2024, 3, 1), "value": 4},
    ]
    never = enlargements(prepare("tutorial", [later.replace("2024-0", "2025-0")]))
    assert "west_berths" not in {one.name for one in never}


def test_a_yearly_capacity_grows_by_a_train_a_day_each_way() -> None:
    found = {one.name: one for one in enlargements(prepare("baseline_2024"))}
    world = prepare("baseline_2024")
    by_year = next(name for name, link in sorted(world.links.items()) if link.capacity_mt_per_year and name in found)
    assert found[by_year].step == pytest.approx(365 * 2 * world.links[by_year].net_tonnes_per_train / 1e6)
    kinds = {one.kind for one in found.values()}
    assert kinds == {"facility", "stock", "quota", "line", "fleet"}


def test_candidates_are_taken_in_turns() -> None:
    load = pd.DataFrame({"lot_h": [9.0, 0, 1, 0], "mover_h": [5.0, 7, 0, 0], "used": [0.1, 0, 0.9, 0]})
    assert most_loaded(load, 3) == [0, 1, 2]
    assert most_loaded(load, 1) == [0]
    assert most_loaded(load, 10) == [0, 1, 2]  # the last is neither used nor waited for


def test_the_load_of_a_place_is_its_mean_over_replications() -> None:
    values = [(0, "wait_total", 4.0), (1, "wait_total", 8.0), (0, "utilisation", 0.5), (1, "utilisation", 0.7)]
    kpis = pd.DataFrame(
        [(k, kpi, "berth", 0, value) for k, kpi, value in values],
        columns=["replication", "kpi", "scope", "year", "contribution"],
    )
    delays = pd.DataFrame(
        [("capacity", "berth", 6.0), ("vessel", "ferry", 10.0), ("moving", "berth", 99.0)],
        columns=["cause", "place", "hours"],
    )
    load = load_of_places(kpis, delays)
    assert load.loc["berth"].to_dict() == pytest.approx({"lot_h": 3.0, "mover_h": 6.0, "used": 0.6})
    assert load.loc["ferry", "lot_h"] == 5


def test_growth_is_what_came_less_what_left() -> None:
    days = pd.to_datetime(["2024-12-30", "2025-02-01", "2025-02-02", "2026-12-31", "2025-05-01"], utc=True)
    landed = pd.to_datetime(["2025-01-05", "2025-03-01", None, "2027-01-01", None], utc=True)
    table = pd.DataFrame(
        {"replication": [0, 0, 0, 0, 1], "flow": "f", "units": [10, 10, 10, 10, 10], "set_out": days, "landed": landed}
    )
    (growth,) = growth_of_backlog(table, {"f": "TEU"}, 2025, 2, 0.01, replications=3)
    # first replication: three came, two left (one of them had set out before); second: one came; third: nothing
    assert growth.values == pytest.approx((5, 5, 0))
    assert growth.demand == pytest.approx(40 / 3 / 2)
    assert growth.allowed == 10  # a shipment a year
    assert growth.verdict == "not shown"  # 3.3 +- 7.2


def test_wrong_options_are_told_before_anything_is_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an indicator of a run; nearest: 'transit_"):
        bottleneck("tutorial", kpi="transit_p51", out=tmp_path)
    with pytest.raises(InputError, match="utilisation: neither more nor less of it is better"):
        bottleneck("tutorial", kpi="utilisation of west_berths", out=tmp_path)
    with pytest.raises(InputError, match="0 candidates; allowed: 1 or more"):
        bottleneck("tutorial", candidates=0, out=tmp_path)
    with pytest.raises(InputError, match="'W2' is no flow with demand of its own on 2024-01-01; allowed: E1, W1"):
        capacity("tutorial", flows=["W2"], out=tmp_path)
    with pytest.raises(InputError) as caught:
        capacity("tutorial", years=1, tolerance=-0.1, precision=0, out=tmp_path)
    assert [p.file for p in caught.value.problems] == ["--years", "--tolerance", "--precision"]
    assert list(tmp_path.iterdir()) == []

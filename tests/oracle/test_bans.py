"""Loading bans by hand: what is refused is declined or comes back in order, with its own draws, and all is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.analysis.balance import balance_rows
from sim.analysis.ledger import Ledger, ledger
from sim.analysis.records import run_info
from sim.clock import DAY_S, HOUR_S, NEVER_S
from sim.contract.trace import digest
from sim.model.build import build
from sim.runs.prepare import prepare
from tests.oracle.line import exponential, line
from tests.oracle.world import Run, model, run

#: Thirty days; one shipment each noon.
JANUARY = {"start": "2025-01-01", "end": "2025-01-30", "run_out": "30 d"}
DAILY = {"arrivals": "regular", "quantity_per_year": 365, "in_corridor_total": True}
#: Ten days, 11 to 20 January.
BAN = {"flows": ["F"], "from": "2025-01-11", "to": "2025-01-21"}
LATER = {**BAN, "then": "later", "back_within": "5 d"}
LOST = {**BAN, "then": "lost"}


@dataclass(frozen=True)
class Booked(Run):
    """A replication and its ledger."""

    book: Ledger


def simulated(folder, *bans: dict[str, Any], period=JANUARY, **flow: Any) -> Booked:
    tables = line([("gate", {}, {"duration": exponential(2)})], {"F": {**DAILY, **flow}})
    tables["bans"] = {f"b{k}": ban for k, ban in enumerate(bans)}
    built = model(folder, tables, **period)
    result = run(built)
    book = ledger(result.plan, result.draws, result.trace, run_info(built.world).flows, built.origin)
    return Booked(result.plan, result.draws, result.trace, book)


def balance(result: Booked, quantity: str = "lots", scope: str = "corridor") -> dict[str, float]:
    end = f"_{quantity}"
    return {
        kpi.removeprefix("balance_").removesuffix(end): value
        for kpi, where, _, value, *_ in balance_rows(result.book)
        if where == scope and kpi.endswith(end)
    }


def departs_d(result: Booked) -> list[float]:
    """Days since the first midnight at which shipments of the period depart, in order of ordinal."""
    days = (result.draws.lot_time_s / DAY_S).round(6)
    return days[days < 30].tolist()


def hold_of(result: Booked) -> dict[int, int]:
    """Time at the gate, in seconds, by ordinal."""
    plan, draws = result.plan, result.draws
    step = plan.programs.draw[plan.operations.name.index("process/gate") == plan.programs.op]
    return dict(zip(draws.lot_ordinal.tolist(), draws.move_s[draws.lot_draw + step[0]].tolist(), strict=True))


@pytest.fixture
def plain(tmp_path):
    return simulated(tmp_path / "plain")


def test_no_ban_no_refusal(plain, tmp_path):
    """A ban of nobody's departures, and one after the run, change not a single event."""
    for k, ban in enumerate(({**LATER, "share": 0}, {**LOST, "from": "2027-01-11", "to": "2027-01-21"})):
        assert digest(simulated(tmp_path / str(k), ban).trace) == digest(plain.trace)
    assert len(plain.draws.refused_s) == 0
    assert balance(plain)["declined"] == 0


def test_what_is_lost_is_declined(plain, tmp_path):
    """Twenty of thirty depart; ten are declined, in every quantity: a shipment is 2 TEU of 1 t each."""
    result = simulated(tmp_path / "lost", LOST, quantity_per_year=730, lot=2)
    assert departs_d(result) == [k + 0.5 for k in range(30) if not 10 <= k < 20]
    for scope in ("corridor", "all"):
        assert balance(result, "lots", scope) == {
            "start": 0, "in": 20, "out": 20, "end": 0, "end_at_sea": 0, "end_waiting": 0, "end_moving": 0,
            "declined": 10, "deferred": 0, "diverted": 0, "lost": 0,
        }  # fmt: skip
        said = {
            quantity: balance(result, quantity, scope)["declined"] for quantity in ("units", "teu", "wagons", "tonnes")
        }
        assert said == {"units": 20, "teu": 20, "wagons": 0, "tonnes": 20}
    kept = hold_of(result)
    assert kept == {ordinal: s for ordinal, s in hold_of(plain).items() if ordinal in kept}


def test_what_is_put_off_departs_after_the_ban_in_order(plain, tmp_path):
    """Ten come back over five days from 21 January on, every twelve hours, the first after six."""
    result = simulated(tmp_path / "later", LATER)
    back = [20.25 + k / 2 for k in range(10)]
    assert departs_d(result) == [*(k + 0.5 for k in range(10)), *back, *(k + 0.5 for k in range(20, 30))]
    assert result.draws.lot_ordinal.tolist() == plain.draws.lot_ordinal.tolist()
    assert hold_of(result) == hold_of(plain)
    said = balance(result)
    assert (said["in"], said["out"], said["declined"], said["lost"]) == (30, 30, 0, 0)
    assert (result.draws.refused_s / DAY_S).tolist() == [k + 0.5 for k in range(10, 20)]
    assert (result.draws.refused_until_s / DAY_S).tolist() == back
    assert min(result.journey_s().values()) < 12 * HOUR_S  # the clock starts at the departure, not at the refusal


def test_random_departures_keep_their_order(tmp_path):
    flow = {"arrivals": "random", "quantity_per_year": 3650}
    before, after = (simulated(tmp_path / name, *bans, **flow) for name, bans in (("a", ()), ("b", (LATER,))))
    stopped = np.isin(before.draws.lot_time_s // DAY_S, range(10, 20))
    planned_s, time_s = before.draws.lot_time_s[stopped], after.draws.lot_time_s[stopped]
    assert (np.argsort(planned_s, kind="stable") == np.argsort(time_s, kind="stable")).all()
    assert (np.diff(np.sort(time_s)) - 5 * DAY_S / len(time_s)).round().tolist() == [0] * (len(time_s) - 1)
    assert (before.draws.lot_time_s[~stopped] == after.draws.lot_time_s[~stopped]).all()


def test_exceptions_pass_and_a_lower_share_lets_more_go(tmp_path):
    gone = []
    for share in (0.2, 0.5, 0.8, 1):
        result = simulated(tmp_path / str(share), {**LOST, "share": share}, quantity_per_year=36500)
        inside = (result.draws.lot_time_s >= 10 * DAY_S) & (result.draws.lot_time_s < 20 * DAY_S)
        gone.append(set(result.draws.lot_ordinal[inside].tolist()))
        assert balance(result)["declined"] == 1000 - len(gone[-1])
        assert abs(len(gone[-1]) - 1000 * (1 - share)) < 4.5 * np.sqrt(1000 * share * (1 - share)) + 1e-9
    assert gone[0] > gone[1] > gone[2] > gone[3] == set()


def test_what_departs_together_is_refused_together(tmp_path):
    ban = {**LATER, "share": 0.5}
    result = simulated(tmp_path, ban, quantity_per_year=3 * 3650, lots_together=3)
    by_three = result.draws.lot_time_s.reshape(-1, 3)
    assert (by_three == by_three[:, :1]).all()
    assert 0 < len(result.draws.refused_s) < 300
    assert len(result.draws.refused_s) % 3 == 0


def test_a_second_ban_refuses_what_comes_back_into_it(tmp_path):
    """Back at 20.25, 20.75, 21.25, ...: a ban of 22 January refuses two of them and that day's own one for good."""
    result = simulated(tmp_path, LATER, {**LOST, "from": "2025-01-22", "to": "2025-01-23"})
    assert balance(result)["declined"] == 3
    assert sorted((result.draws.refused_s[result.draws.refused_until_s == NEVER_S] / DAY_S).tolist()) == [
        12.5,
        13.5,
        21.5,
    ]


def test_a_run_that_begins_in_a_ban_has_what_was_refused_before_it(tmp_path):
    """From the tenth day on two runs are one, whether the first ten days are simulated or not."""
    whole = simulated(tmp_path / "whole", LATER)
    part = simulated(tmp_path / "part", LATER, period={**JANUARY, "start": "2025-01-15"})
    shift_s = 14 * DAY_S
    kept = whole.draws.lot_time_s >= shift_s
    assert part.draws.lot_ordinal.tolist() == whole.draws.lot_ordinal[kept].tolist()
    assert part.draws.lot_time_s.tolist() == (whole.draws.lot_time_s[kept] - shift_s).tolist()
    # of 12 refused from 22 December on ten fall into the year before the run
    year = simulated(tmp_path / "year", {**LATER, "from": "2024-12-22", "to": "2025-01-03"})
    assert departs_d(year)[:12] == [round(2 + 5 * (2 * k + 1) / 24, 6) for k in range(12)]
    assert len(year.draws.lot_time_s) == 70
    assert (year.draws.refused_s / DAY_S).tolist() == [0.5, 1.5]


def test_a_ban_of_the_whole_run(tmp_path):
    for then in ({"then": "lost"}, {"then": "later", "back_within": "1 d"}):
        ban = {"flows": ["F"], "from": "2024-01-01", "to": "2026-01-01", **then}
        result = simulated(tmp_path / then["then"], ban)
        assert len(result.draws.lot_time_s) == 0
        assert balance(result)["declined"] == (30 if then["then"] == "lost" else 0)
        assert len(result.draws.refused_s) == 60


def test_background_traffic_is_stopped_and_not_counted(tmp_path):
    result = simulated(tmp_path, LOST, background=True, in_corridor_total=False)
    assert len(result.draws.lot_time_s) == 50
    assert balance(result, scope="all")["declined"] == 0


def test_declined_in_the_period_alone(tmp_path):
    """Of ten refused, five would have departed before the period and five in it."""
    result = simulated(tmp_path, LOST, period={**JANUARY, "start": "2025-01-16", "warm_up": "15 d"})
    assert result.book.origin == date(2025, 1, 1)
    assert balance(result)["declined"] == 5


def test_both_engines_leave_one_trace_of_a_corridor_with_bans():
    """Trains, a ferry and storms; a ban with exceptions that puts block trains off, and one that loses all eastbound."""
    row = {"title": "a ban", "source": "made up", "grade": "assumption"}
    west = {**row, "flows": ["W1"], "from": "2024-01-20", "to": "2024-02-10", "share": 0.7, "then": "later"}
    east = {**row, "flows": ["E1"], "from": "2024-03-01", "to": "2024-03-15", "then": "lost"}
    changes = {"bans.west": {**west, "back_within": "12 d"}, "bans.east": east}
    before, after = (build(prepare("tutorial", given)) for given in ({}, changes))
    for replication in range(2):
        plain, result = run(before, replication), run(after, replication)
        lost = int((result.draws.refused_until_s == NEVER_S).sum())
        assert 0 < lost < len(result.draws.refused_s)
        assert len(result.draws.lot_time_s) == len(plain.draws.lot_time_s) - lost
        assert digest(result.trace) != digest(plain.trace)
        kept = np.isin(_names(plain), _names(result))
        for table in ("hold_s", "move_s"):
            first, last = (getattr(r.draws, table)[_slots(r)] for r in (result, plain))
            assert (first == last[kept]).all()


def _names(result: Run) -> np.ndarray:
    return result.draws.lot_flow.astype(np.int64) * 2**40 + result.draws.lot_ordinal


def _slots(result: Run) -> np.ndarray:
    """[n_lot, 5] the first slots of each lot's own draws."""
    return result.draws.lot_draw[:, None] + np.arange(5)

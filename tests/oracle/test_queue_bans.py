"""Loading bans that a queue calls and lifts, by hand: who is refused, when they depart, and that all is counted."""

from __future__ import annotations

import dataclasses
from typing import Any

from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.clock import DAY_S
from sim.contract.invariants import check
from sim.contract.trace import digest
from tests.oracle.line import line
from tests.oracle.test_bans import DAILY, JANUARY, Booked, balance
from tests.oracle.world import model, run

#: A yard of one place in which everything stays three days; one shipment each noon, so that a queue grows.
YARD = [("yard", {}, {"duration": "3 d"})]
BAN = {
    "flows": ["F"],
    "from": "2025-01-01",
    "to": "2026-01-01",
    "then": "later",
    "standing": {"facility": "yard", "above": 2, "below": 2, "back_every": "12 h"},
}
LOST = {**BAN, "then": "lost", "standing": {"facility": "yard", "above": 2, "below": 2}}


def simulated(folder, *bans: dict[str, Any], flows=None, stations=YARD, period=JANUARY) -> Booked:
    tables = line(stations, flows or {"F": DAILY})
    tables["bans"] = {f"b{k}": ban for k, ban in enumerate(bans)}
    built = model(folder, tables, **period)
    result = run(built)
    book = ledger(result.plan, result.draws, result.trace, run_info(built.world).flows, built.origin)
    return Booked(result.plan, result.draws, result.trace, book)


def departed_d(result: Booked, flow: str = "F") -> list[float]:
    """Days since the beginning at which shipments really departed, in order of ordinal."""
    born = dict(result.trace.lots[:, :2].tolist())
    number = result.plan.flow_name.index(flow)
    return [born[i] / DAY_S for i in range(result.draws.n_lot) if result.draws.lot_flow[i] == number and i in born]


def test_what_the_queue_refuses_departs_one_by_one_when_it_has_gone(tmp_path):
    """The third to stand calls the ban at 2.5; one is left at 6.5; two depart half a day apart, and it is called again."""
    result = simulated(tmp_path, BAN)
    called = [7.0, 7.5, 13.0, 13.5, 19.0, 19.5, 25.0, 25.5]
    assert departed_d(result)[:11] == [0.5, 1.5, 2.5, *called]
    said = balance(result)
    assert (said["in"], said["declined"], said["deferred"]) == (11, 0, 19)
    later = departed_d(result)[11:]
    assert later[:4] == [31.0, 31.5, 37.0, 37.5]


def test_what_is_lost_is_declined(tmp_path):
    """An end comes before a departure of the same second: at 6.5 one is left, and the seventh departs."""
    result = simulated(tmp_path, LOST)
    departed = [0.5, 1.5, 2.5, 6.5, 7.5, 12.5, 13.5, 18.5, 19.5, 24.5, 25.5]
    assert [day for day in departed_d(result) if day < 30] == departed
    said = balance(result)
    assert (said["in"], said["declined"], said["deferred"], said["lost"]) == (11, 19, 0, 0)
    assert result.trace.stopped_s < 40 * DAY_S  # the run ends with the last that departs, and waits for no lost one


def test_outside_its_days_it_refuses_nothing_and_lets_go_what_waits(tmp_path):
    """From the 4th to the 9th, called since 2.5: 3.5 to 7.5 are refused but for what departs at 7.0 and 7.5."""
    result = simulated(tmp_path, {**BAN, "from": "2025-01-04", "to": "2025-01-09"})
    # lifted at 6.5; who goes at 7.0 and 7.5 calls it again; over at 8.0, when three wait; who comes at 8.5 is the fourth
    assert departed_d(result)[:12] == [0.5, 1.5, 2.5, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 9.5, 10.5, 11.5]


def test_a_ban_that_is_never_called_changes_nothing(tmp_path):
    idle = {**BAN, "standing": {**BAN["standing"], "above": 1000}}
    off = {**BAN, "share": 0}
    plain = digest(simulated(tmp_path / "plain").trace)
    assert digest(simulated(tmp_path / "idle", idle).trace) == digest(simulated(tmp_path / "off", off).trace) == plain


def test_what_departs_together_is_refused_together(tmp_path):
    """Pairs: the second of a pair calls the ban, and goes; a pair that is put off departs as a pair."""
    pairs = {**DAILY, "quantity_per_year": 2 * 365, "lots_together": 2}
    result = simulated(tmp_path, BAN, flows={"F": pairs})
    days = departed_d(result)
    assert days[:4] == [0.5, 0.5, 1.5, 1.5]
    assert days[::2] == days[1::2]


def test_two_flows_wait_in_one_line(tmp_path):
    """Who was due first departs first, of whatever flow; a flow that no ban names is not refused."""
    flows = {"A": {**DAILY, "quantity_per_year": 365}, "F": DAILY, "G": {**DAILY, "quantity_per_year": 12}}
    result = simulated(tmp_path, {**BAN, "flows": ["A", "F"]}, flows=flows)
    assert departed_d(result, "G")[0] == 15.5
    # A calls it at 1.5, so that the F of that second is the first in line, before the A of the next day
    assert departed_d(result, "A")[:4] == [0.5, 1.5, 7.5, 13.5]
    assert departed_d(result, "F")[:3] == [0.5, 7.0, 13.0]


def test_the_invariants_notice_a_departure_against_the_ban(tmp_path):
    """Lots are moved in the trace: one departs while the ban holds, one too late, one out of turn."""
    result = simulated(tmp_path, BAN)
    for was_d, put_d, words in ((7.0, 5.0, "while b0 held"), (1.5, 1.75, "was lifted"), (13.5, 13.25, "too close")):
        lots = result.trace.lots.copy()
        lots[lots[:, 1] == int(was_d * DAY_S), 1] = int(put_d * DAY_S)
        broken = dataclasses.replace(result.trace, lots=lots)
        assert any(words in breach for breach in check(result.plan, result.draws, broken)), words

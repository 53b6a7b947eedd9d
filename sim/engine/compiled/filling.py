"""What a plan and its draws have, written into the kernel's tables.

Plain arrays are used in place; only what is read together is copied into records.
"""

from __future__ import annotations

import numpy as np

from sim.clock import DAY_S, NEVER_S
from sim.contract.draws import Draws
from sim.contract.plan import I32, Discipline, Plan, Policy
from sim.engine.compiled.calendar import IDENT_BITS, MOST_IDENTS
from sim.engine.compiled.codes import AS_IT_SAYS, DELAY, FORESEEN
from sim.engine.compiled.foresight import delays
from sim.engine.compiled.layout import CLASSES, NONE
from sim.engine.compiled.memory import Ints, Memory
from sim.engine.rules import QUEUES


def fill(memory: Memory, plan: Plan, draws: Draws, units: I32) -> None:
    """Write everything that is known before the first event; ``units`` [n_facility]: see ``foresight``."""
    for part in (_facilities, _operations, _weighings, _calls, _vessels, _stocks, _queue_bans, _lots):
        part(memory, plan, draws)
    _ahead(memory, plan, units)


def _ahead(memory: Memory, plan: Plan, units: I32) -> None:
    """How each step is done, and room for when the units of foreseeable facilities come free."""
    facility = plan.needs.facility[plan.needs.ptr[:-1]]
    way = np.where(delays(plan), DELAY, AS_IT_SAYS)
    way[(facility >= 0) & (np.append(units, 0)[facility] > 0)] = FORESEEN
    memory.new("steps", len(plan.programs.op), op=plan.programs.op, draw=plan.programs.draw, way=way[plan.programs.op])
    memory.new("units", int(units.sum()), value=-1)  # free since before the run
    facilities = memory.held["facilities"][: len(units)]
    facilities["units"], facilities["unit_first"] = units, np.cumsum(units) - units


def _facilities(memory: Memory, plan: Plan, draws: Draws) -> None:
    policy, discipline = plan.facilities.policy, plan.facilities.discipline
    n_facility = len(plan.facilities.name)
    queues = np.array([QUEUES[Discipline(d)] for d in discipline.tolist()], np.int32)
    first, last = draws.timeline_ptr[:-1], draws.timeline_ptr[1:]
    next_zero_s = _next_zero_s(draws)
    memory.use("timeline_s", draws.timeline_s)
    memory.use("timeline_capacity", draws.timeline_capacity)
    memory.use("timeline_next_zero_s", next_zero_s)
    memory.use("resets", plan.facilities.reset_s)
    memory.new(
        "facilities",
        n_facility,
        next_zero_s=next_zero_s[first],
        wait_s=plan.stocks.wait_s,
        capacity=draws.timeline_capacity[first],
        last_side=1,
        discipline=discipline,
        queues=queues,
        timeline=first,
        timeline_last=last,
        reset_first=plan.facilities.reset_ptr[:-1],
        reset_last=plan.facilities.reset_ptr[1:],
        at_work=NONE,
        stopped=NONE,
        leave_need=plan.stocks.leave_need,
        wake_first=plan.wakes.ptr[:-1],
        wake_last=plan.wakes.ptr[1:],
        ban=_first_bans(plan)[0],
        stops_work=np.isin(policy, (Policy.SUSPEND, Policy.RESTART)),
        suspends=policy == Policy.SUSPEND,
        looks_ahead=policy == Policy.NOT_STARTED,
        particular=plan.stocks.is_stock | (discipline == Discipline.ALTERNATE),
        stock=plan.stocks.is_stock,
        closes=last - first > 1,
        tells=plan.stocks.is_stock & (plan.stocks.wait_s < NEVER_S),
    )
    memory.new("queues", n_facility * CLASSES, first=NONE, last=NONE)
    memory.new("returned", n_facility, first=NONE, last=NONE)
    memory.state["n_facility"] = n_facility


def _operations(memory: Memory, plan: Plan, draws: Draws) -> None:
    first, last = plan.needs.ptr[:-1], plan.needs.ptr[1:]
    facility = plan.needs.facility[first]
    resets = np.diff(plan.facilities.reset_ptr)
    quota = (facility >= 0) & (resets[facility] > 0) if len(resets) else np.zeros(len(facility), bool)
    memory.new(
        "needs",
        len(plan.needs.op),
        op=plan.needs.op,
        facility=plan.needs.facility,
        units=plan.needs.units,
        measure=plan.needs.measure,
    )
    memory.new(
        "ops",
        len(plan.operations.kind),
        gather_units=plan.gatherings.units,
        gather_wait_s=plan.gatherings.wait_s,
        kind=plan.operations.kind,
        variant_first=plan.operations.variant_ptr[:-1],
        variant_last=plan.operations.variant_ptr[1:],
        need_first=first,
        need_last=last,
        facility=facility,
        units=plan.needs.units[first],
        measure=plan.needs.measure[first],
        side=plan.operations.side,
        gather_measure=plan.gatherings.measure,
        service=plan.boardings.service,
        voyage_first=plan.boardings.ptr[:-1],
        voyage_last=plan.boardings.ptr[1:],
        dated=np.diff(plan.operations.variant_ptr) + 1,
        queue=_queues(plan),
        branch_first=plan.choices.ptr[:-1],
        branch_last=plan.choices.ptr[1:],
        memory=plan.choices.memory,
        waiting=NONE,
        waiting_last=NONE,
        keeps=plan.operations.keeps,
        quota=quota,
        by_time=plan.choices.by_time,
    )
    memory.new(
        "voyages", len(plan.boardings.call_from), call_from=plan.boardings.call_from, call_to=plan.boardings.call_to
    )
    memory.use("variants", plan.operations.variant_s)
    remembered = np.repeat(plan.choices.memory, np.diff(plan.choices.ptr)).astype(np.int64)
    memory.new(
        "branches",
        len(plan.choices.target),
        start_s=plan.choices.start_s,
        target=plan.choices.target,
        recent=np.cumsum(remembered) - remembered,
    )
    memory.new("recent", int(remembered.sum()))


def _weighings(memory: Memory, plan: Plan, draws: Draws) -> None:
    w = plan.weighings
    n, n_month = (len(w.flow), len(w.month_end_s)) if w else (0, 0)
    n_day = int(w.month_end_s[-1]) // DAY_S + 1 if w else 0  # nothing departs beyond the last month
    memory.new("weighings", n)
    if w:
        columns = {name: getattr(w, name) for name in ("usual_s", "late_s", "permille", "after", "over")}
        starts = {"published": np.arange(n) * n_month, "on_the_way": np.arange(n) * n_day}
        memory.new("weighings", n, **columns, **starts)
    memory.new("published", n * n_month)
    memory.new("on_the_way", n * n_day)
    memory.use("month_ends", w.month_end_s if w else np.empty(0, np.int64))
    memory.use("weighing_of_flow", w.of_flow if w else np.empty(0, np.int32))
    memory.state["n_month"] = n_month


def _calls(memory: Memory, plan: Plan, draws: Draws) -> None:
    n_call = len(plan.calls.node)
    starts = plan.services.call_ptr[:-1]
    calls = np.diff(plan.services.call_ptr)
    leg = np.arange(n_call) - np.repeat(starts, calls)
    following = np.arange(n_call) + 1
    following[plan.services.call_ptr[1:][calls > 0] - 1] = starts[calls > 0]
    memory.new(
        "call_plans",
        n_call,
        entry_s=plan.calls.entry_s,
        longest_wait_s=plan.calls.longest_wait_s,
        every_s=plan.calls.every_s,
        first_s=plan.calls.first_s,
        before_closing_s=plan.calls.before_closing_s,
        berth_need=plan.calls.berth_need,
        entry_need=plan.calls.entry_need,
        exit_need=plan.calls.exit_need,
        load_need=plan.calls.load_need,
        discharge_need=plan.calls.discharge_need,
        yard_need=plan.calls.yard_need,
        moor_need=plan.calls.moor_need,
        fill_permille=plan.calls.fill_permille,
        least_permille=plan.calls.least_permille,
        following=following,
        leg=leg,
        queue=plan.calls.queue,
        at_port=NONE,
        timetable=plan.calls.timetable,
        smaller_may_pass=np.repeat(plan.services.smaller_may_pass, calls),
    )
    memory.new("board_queues", n_call * CLASSES, first=NONE, last=NONE)
    memory.state["n_call"] = n_call


def _vessels(memory: Memory, plan: Plan, draws: Draws) -> None:
    n_vessel = len(plan.vessels.name)
    memory.new(
        "vessels",
        n_vessel,
        start_s=plan.vessels.start_s,
        end_s=plan.vessels.end_s,
        ident=draws.n_lot + np.arange(n_vessel),
        service=plan.vessels.service,
        call=plan.vessels.first_call,
        sail_first=plan.vessels.sail_ptr[:-1],
        payload_first=plan.vessels.payload_ptr[:-1],
        payload_last=plan.vessels.payload_ptr[1:],
        in_hand=NONE,
        at_berth=NONE,
        waits=NONE,
        next_open=NONE,
    )
    memory.new("aboard", n_vessel, first=NONE, last=NONE)
    memory.use("limits", plan.vessels.limit.ravel().copy())
    memory.use("own_limits", plan.vessels.limit.ravel())
    memory.new("room_taken", plan.vessels.limit.size)
    memory.use("payload_s", plan.vessels.payload_s)
    memory.use("payload_t", plan.vessels.payload_t)
    memory.use("sail_needs", plan.vessels.sail_need)
    memory.use("voyage_first", draws.voyage_ptr)
    memory.use("sail_s", draws.sail_s)
    memory.use("moor_s", draws.moor_s)
    memory.state["n_vessel"] = n_vessel


def _stocks(memory: Memory, plan: Plan, draws: Draws) -> None:
    memory.new(
        "wakes",
        len(plan.wakes.flow),
        since_s=plan.wakes.since_s,
        flow=plan.wakes.flow,
        home=plan.wakes.home,
        asleep=draws.asleep_ptr[:-1],
        asleep_last=draws.asleep_ptr[1:],
    )
    memory.use("asleep", draws.asleep_lot)


def _queue_bans(memory: Memory, plan: Plan, draws: Draws) -> None:
    bans = plan.queue_bans
    n_ban = len(bans.name)
    of_lot = bans.of_flow[draws.lot_flow] if n_ban else np.empty(0, np.int32)
    ends = np.cumsum(np.bincount(of_lot + 1, minlength=n_ban + 1)[1:]) if n_ban else np.empty(0, np.int64)
    first = np.append(0, ends)[:-1]
    memory.new(
        "queue_bans",
        n_ban,
        above=bans.above,
        below=bans.below,
        start_s=bans.start_s,
        end_s=bans.end_s,
        every_s=bans.every_s,
        latest_s=NONE,
        next=first,
        last=first,
        latest_flow=NONE,
        other=_first_bans(plan)[1],
    )
    memory.new("put_off", int(ends[-1]) if n_ban else 0)
    memory.use("ban_of_flow", bans.of_flow)
    memory.use("lot_flow", draws.lot_flow)
    memory.state["n_queue_ban"] = n_ban


def _first_bans(plan: Plan) -> tuple[Ints, Ints]:
    """[n_facility] the first ban that its queue calls, and [n_ban] the next one of the same facility; NONE: no more."""
    first = np.full(len(plan.facilities.name), NONE, np.int32)
    other = np.full(len(plan.queue_bans.name), NONE, np.int32)
    for ban in reversed(range(len(other))):
        facility = plan.queue_bans.facility[ban]
        other[ban], first[facility] = first[facility], ban
    return first, other


def _lots(memory: Memory, plan: Plan, draws: Draws) -> None:
    arrivals = _order_of_arrival(draws.lot_time_s)
    memory.use("arrivals", arrivals)
    memory.use("program_first", plan.programs.ptr)
    for name in ("lot_program", "lot_time_s", "lot_priority", "lot_reported", "lot_draw", "hold_s", "move_s"):
        memory.use(name, getattr(draws, name))
    memory.use("lot_sizes", draws.lot_size.ravel())
    reported = int(draws.lot_reported.sum())
    s = memory.state
    s["n_lot"], s["n_measure"], s["n_arrivals"] = draws.n_lot, draws.lot_size.shape[1], len(arrivals)
    s["reported_left"], s["period_end_s"] = reported, draws.period_end_s
    s["stop_s"] = draws.end_s if reported else min(draws.end_s, draws.period_end_s)
    s["look_s"] = 30 * DAY_S


def _order_of_arrival(lot_time_s: Ints) -> Ints:
    """Lots in order of (time, identifier), without those that sleep. Plain numbers sort quicker than an index does."""
    lots = np.flatnonzero(lot_time_s < NEVER_S)
    keys = lot_time_s[lots]  # in place from here on: a million lots take 8 MB
    keys <<= IDENT_BITS
    keys |= lots
    keys.sort()
    keys &= MOST_IDENTS - 1
    return keys.astype(np.int32)


def _next_zero_s(draws: Draws) -> Ints:
    """For each step of each timeline the next instant, after it, at which its facility closes."""
    zeros = np.flatnonzero(draws.timeline_capacity == 0)
    step = np.arange(len(draws.timeline_s))
    last = np.repeat(draws.timeline_ptr[1:], np.diff(draws.timeline_ptr))
    following = np.append(zeros, len(step))[np.searchsorted(zeros, step, side="right")]
    closes = following < last
    next_zero_s = np.full(len(step), NEVER_S, np.int64)
    next_zero_s[closes] = draws.timeline_s[following[closes]]
    return next_zero_s


def _queues(plan: Plan) -> Ints:
    """[n_op] the queue in which lots of each BOARD wait; NONE for others."""
    queue = np.full(len(plan.operations.kind), NONE, np.int32)
    boards = np.flatnonzero(np.diff(plan.boardings.ptr))
    queue[boards] = plan.calls.queue[plan.boardings.call_from[plan.boardings.ptr[boards]]]
    return queue

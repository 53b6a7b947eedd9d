"""The kernel's main loop: runs events until the end, or until more room is needed.

All state is in the tables, so the caller may make them longer and call ``run`` again. Before each action
there is room for all that one action can add; what an action causes counts as another.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.calendar import action_of, enter, settle, time_of
from sim.engine.compiled.codes import (
    ARRIVE,
    BAN_ENDS,
    BAN_RELEASES,
    BATCHES_FULL,
    BERTHS,
    BREAK,
    CAUSED_FULL,
    CHANGE,
    DISCHARGE_NEXT,
    DONE,
    END_BOTH,
    END_HOLD,
    END_KEPT,
    EVENTS_FULL,
    GOES_ON,
    LETS_GO,
    LOAD_NEXT,
    MOVERS_FULL,
    PAUSES_FULL,
    PROCEED,
    PROCESSES,
    ROWS_FULL,
    SERVE,
    SET_OUT,
    STARTED,
    STOCK_WAITED,
    STUCK,
    TRAIN_LEAVES,
    VESSEL_LEAVES,
    WORKS_FULL,
)
from sim.engine.compiled.deadlock import somebody_is_stuck
from sim.engine.compiled.discharging import discharge_next
from sim.engine.compiled.facility import change, enter_change, serve
from sim.engine.compiled.foreseen import cut_off
from sim.engine.compiled.layout import (
    NONE,
    caused_at,
    event_at,
    helper,
    inlined,
    mover_at,
    row_at,
    vessel_at,
    work_at,
    written_out,
)
from sim.engine.compiled.loading import deadline, load_next, offer
from sim.engine.compiled.lots import (
    arrive_lot,
    end_units,
    enter_arrival,
    go_on,
    keep_units,
    lot_started,
    proceed,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.queue_bans import enter_ends_of_bans, leave_together, let_go_on, release
from sim.engine.compiled.ships import arrive, ship_ended, ship_started
from sim.engine.compiled.stocks import most_woken, stock_waited
from sim.engine.compiled.trains import waited_long
from sim.engine.compiled.works import free_work
from sim.engine.rules import ARRIVAL, BEGIN, LOOK_FOR_DEADLOCK_S

#: Events between two returns to Python, where signals are heeded: about a tenth of a second.
_BREAK_EVENTS = 1 << 20


def begin_and_run(state: Any, first: bool) -> int:
    """Run to the end or to a status that the caller must deal with (``codes``); it may call again.

    Arguments: the array of one record ``STATE``; whether this is the first call.
    """
    s = state[0]
    if first:
        _set_out(s)
    while True:
        if s.n_caused:
            status = _no_room(s, 0)
            if status != DONE:
                return status
            caused = caused_at(s, s.first_caused)
            s.first_caused = (s.first_caused + 1) & (s.caused_room - 1)
            s.n_caused -= 1
            mover = _do_caused(s, caused.action, caused.what)
        else:
            if s.status != DONE:
                return s.status
            settle(s)
            event = event_at(s, 0)
            time_s = time_of(event)
            if s.n_events == 0 or time_s > s.stop_s:
                if somebody_is_stuck(s):
                    return STUCK
                cut_off(s)
                return DONE
            if time_s >= s.look_s:
                if somebody_is_stuck(s):
                    return STUCK
                s.look_s += LOOK_FOR_DEADLOCK_S
                continue
            if s.ran >= s.break_at:
                s.break_at = s.ran + _BREAK_EVENTS
                return BREAK
            action, what, version = action_of(event), event.what, event.version
            status = _no_room(s, _most_new(s, action, what, version))
            if status != DONE:
                return status
            s.now = time_s
            s.ran += 1
            s.top_is_done = 1
            mover = _do_event(s, action, what, version)
        if mover != NONE:
            boarding = proceed(s, mover)
            if boarding != NONE:
                offer(s, boarding)


@helper
def _set_out(s: Any) -> None:
    """Fill the calendar: changes of capacity, the first arrival, the vessels."""
    stands_alone()
    s.break_at = _BREAK_EVENTS
    for f in range(s.n_facility):
        enter_change(s, f)
    enter_arrival(s)
    enter_ends_of_bans(s)
    for v in range(s.n_vessel):
        vessel = vessel_at(s, v)
        enter(s, vessel.start_s, ARRIVAL, vessel.ident, BEGIN, SET_OUT, v, 0)


@helper
def _most_new(s: Any, action: int, what: int, version: int) -> int:
    """The most lots that set out by one action; one more always may."""
    if action == STOCK_WAITED:
        return most_woken(s, what, version)
    if action == BAN_RELEASES:
        return leave_together(s, what)
    return 0


@helper
def _no_room(s: Any, woken: int) -> int:
    """DONE if there is room for one action, which may wake so many lots; else what must grow first."""
    if s.works_used > s.works_most:
        return WORKS_FULL
    if s.movers_used + woken > s.movers_most:
        return MOVERS_FULL
    if s.n_events + s.n_new + 2 * s.stopped_works > s.events_most:
        return EVENTS_FULL
    if s.n_caused > s.caused_most:
        return CAUSED_FULL
    if s.batches_used > s.batches_most:
        return BATCHES_FULL
    if s.n_rows + woken > s.rows_most:
        return ROWS_FULL
    if s.n_pauses + s.works_used > s.pauses_most:
        return PAUSES_FULL
    return DONE


@written_out
def _do_event(s: Any, action: int, what: int, version: int) -> int:
    """Do what an event says; returns the mover that proceeds now, or NONE."""
    if action == GOES_ON:
        return what
    if action <= END_KEPT and action >= END_BOTH:
        return _end(s, action, what, version)
    if action == ARRIVE:
        return arrive_lot(s, what)
    if action == CHANGE:
        change(s, what)
    elif action == TRAIN_LEAVES:
        waited_long(s, what, version)
    elif action == VESSEL_LEAVES:
        deadline(s, what, version)
    elif action == STOCK_WAITED:
        stock_waited(s, what, version)
    elif action == BAN_RELEASES:
        release(s, what)
    elif action == BAN_ENDS:
        let_go_on(s, what)
    elif action == LETS_GO:
        row_at(s, what).release = s.now
    else:
        arrive(s, what)
    return NONE


@written_out
def _end(s: Any, action: int, number: int, version: int) -> int:
    """A work's units come free, or its owner goes on, or both in this order."""
    work = work_at(s, number)
    if work.version != version:
        return NONE  # stopped meanwhile
    if action in (END_BOTH, END_HOLD):
        end_units(s, number)
    if action != END_HOLD:
        work.move_left = -1
        row_at(s, work.row).end = s.now
    if action == END_KEPT:
        keep_units(s, number)
    owner, role = work.owner, work.role
    if work.hold_left < 0 and work.move_left < 0:
        free_work(s, number)
    if action == END_HOLD:
        return NONE
    if role == PROCESSES:
        if s.n_caused == 1:
            _do_simple_start(s)
        return go_on(s, owner)
    ship_ended(s, owner, role)
    return NONE


@inlined
def _do_simple_start(s: Any) -> None:
    """Do at once a start that is the only thing caused and causes nothing itself.

    Its turn would come next: ``go_on`` has the owner wait behind whatever is caused.
    """
    caused = caused_at(s, s.first_caused)
    if caused.action == STARTED:
        work = work_at(s, caused.what)
        if work.role == PROCESSES and mover_at(s, work.owner).kept == NONE:
            s.n_caused = 0
            s.first_caused = (s.first_caused + 1) & (s.caused_room - 1)
            lot_started(s, caused.what)


@written_out
def _do_caused(s: Any, action: int, what: int) -> int:
    """Do what was caused; returns the mover that proceeds now, or NONE."""
    if action == PROCEED:
        return what
    if action == STARTED:
        if work_at(s, what).role >= BERTHS:
            ship_started(s, what)
            return NONE
        return lot_started(s, what)
    if action == SERVE:
        serve(s, what)
    elif action == LOAD_NEXT:
        load_next(s, what)
    elif action == DISCHARGE_NEXT:
        discharge_next(s, what)
    return NONE

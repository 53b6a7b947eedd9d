"""The memory of the compiled engine: one record of addresses and numbers, and tables of records behind it.

A function of the kernel gets one argument for all of this: ``s``, the record ``STATE``. ``work_at(s, w)``
is record ``w`` of the table of works, by reference, as ``&works[w]`` is in C: reading and writing its
fields needs neither bounds checks nor reference counts, and no call passes forty arrays. The arrays behind
the addresses belong to ``tables.Tables``, which outlives every call and may replace an array by a longer
one between two calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from sim.contract.plan import PRIORITY_CLASSES
from sim.engine.compiled.machine import record_reader

#: How the functions of the kernel are compiled: for each other alone, never to be called from Python.
_COMPILED: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
helper = njit(**_COMPILED)
#: The same, for what is a few instructions.
inlined = njit(**_COMPILED, forceinline=True)
#: The same, for the large parts of one function, which alone calls them: they are compiled with it and not by themselves.
written_out = njit(inline="always")

#: "Nobody", "nothing", "not yet" among indices.
NONE = -1
#: Queues for each facility and each call: one a priority class (or side).
CLASSES = PRIORITY_CLASSES


def _fields(size: int = 0, **names_of_type: str) -> np.dtype[Any]:
    """A record of so many bytes, or as many as it needs, as the processor likes them aligned."""
    pairs = [(name, code) for code, names in names_of_type.items() for name in names.split()]
    dtype = np.dtype(pairs, align=True)
    if not size:
        return dtype
    names, codes = zip(*pairs, strict=True)
    fields: Any = dtype.fields
    places = [fields[name][1] for name in names]
    longer: Any = {"names": names, "formats": codes, "offsets": places, "itemsize": size}
    return np.dtype(longer, align=True)


# -- what the calendar holds

EVENT = _fields(i8="first second", i4="what version")  # the key in two numbers
LATER = _fields(i8="first second", i4="what version next")
CAUSED = _fields(i4="action what")

# -- who acts

FACILITY = _fields(
    i8="next_zero_s used wait_s under_way held",
    i4="capacity waiting last_side discipline queues timeline timeline_last reset_first reset_last at_work stopped "
    "leave_need wake_first wake_last asked_s asked_again ban unit_first units",
    b1="stops_work suspends looks_ahead particular stock tells live closes",
)
QUEUE = _fields(i4="first last")
#: One claim on one facility: claim ``n`` of work ``w`` is number ``w * s.most_claims + n``.
CLAIM = _fields(i4="facility need units next work")
WORK = _fields(
    i8="hold_left move_left began_s since_s",
    i4="owner ident priority op step need facility units row side role version pause claims next previous",
)
#: What each event needs stands in the first half, 64 bytes: one line of the processor's memory.
MOVER = _fields(
    128,
    i8="draws born_s chosen_s part",
    i4="ident step train row kept priority members waits_for "
    "waits next previous members_last member_row join_row board voyage held chosen_op chosen_branch home weighed_s",
    b1="alive live",
)
VESSEL = _fields(
    i8="start_s end_s",
    i4="ident service call calls call_row sail_first payload_first payload_last in_hand at_berth waits "
    "next_open second_s steps",
    b1="open_for_lots loading closing overdue live",
)
BATCH = _fields(i4="facility number units next previous")

# -- the plan

OP = _fields(
    128,
    i8="gather_units gather_wait_s gathered",
    i4="kind variant_first variant_last need_first need_last facility units measure side gather_measure service "
    "voyage_first voyage_last dated queue branch_first branch_last memory waiting waiting_last",
    b1="keeps quota by_time",
)
NEED = _fields(i4="op facility units measure")
STEP = _fields(i4="op draw way")
VOYAGE = _fields(i4="call_from call_to")
BRANCH = _fields(i8="start_s sum_s", i4="target recent count next")
#: What is published of a flow's journeys: its months begin at ``published``, its days of departure at ``on_the_way``.
WEIGHING = _fields(i8="usual_s late_s permille", i4="after over month published on_the_way")
# known_s stands first: Numba would warn that a record which begins as another is a subtype of it
PUBLISHED = _fields(i8="known_s number total squares")
ON_THE_WAY = _fields(i8="number total squares")
CALL_PLAN = _fields(
    i8="entry_s longest_wait_s every_s first_s next_slot_s before_closing_s",
    i4="berth_need entry_need exit_need load_need discharge_need yard_need moor_need fill_permille "
    "least_permille following leg queue at_port",
    b1="timetable smaller_may_pass",
)
WAKE = _fields(i8="since_s", i4="flow home asleep asleep_last")
#: Lots that a ban has put off stand in ``put_off[next:last]``; ``other`` is the next ban of the same facility.
QUEUE_BAN = _fields(
    i8="above below start_s end_s every_s standing latest_s next last",
    i4="latest_flow other",
    b1="called refused releases",
)

# -- the trace; columns as in sim.contract.trace

ROW = _fields(i4="mover train need units request start end release")
PAUSE = _fields(i4="mover need from_s to_s")
MEMBER = _fields(i4="lot train joined left")
BOARD = _fields(i4="lot vessel call_from call_to queued load_start load_end discharge_request discharge_start landed")
CALL = _fields(
    i4="vessel call port arrive berthed entry_start entered moored discharged closed exit_start left "
    "lots_loaded lots_landed"
)
LOT = _fields(i4="lot born done")

#: One column, for tables that are plain arrays.
NUMBER8, NUMBER4, NUMBER1 = _fields(i8="value"), _fields(i4="value"), _fields(i1="value")

#: Table -> its records.
TABLES = {
    "events": EVENT,
    "new_events": EVENT,
    "later": LATER,
    "buckets": NUMBER4,
    "filled": NUMBER8,
    "caused": CAUSED,
    "facilities": FACILITY,
    "queues": QUEUE,
    "units": NUMBER8,
    "claims": CLAIM,
    "works": WORK,
    "movers": MOVER,
    "sizes": NUMBER8,
    "held_needs": NUMBER4,
    "vessels": VESSEL,
    "room_taken": NUMBER8,
    "limits": NUMBER8,
    "own_limits": NUMBER8,
    "batches": BATCH,
    "ops": OP,
    "needs": NEED,
    "steps": STEP,
    "voyages": VOYAGE,
    "branches": BRANCH,
    "recent": NUMBER8,
    "weighings": WEIGHING,
    "published": PUBLISHED,
    "on_the_way": ON_THE_WAY,
    "month_ends": NUMBER8,
    "weighing_of_flow": NUMBER4,
    "call_plans": CALL_PLAN,
    "board_queues": QUEUE,
    "aboard": QUEUE,
    "returned": QUEUE,
    "wakes": WAKE,
    "queue_bans": QUEUE_BAN,
    "put_off": NUMBER4,
    "ban_of_flow": NUMBER4,
    "lot_flow": NUMBER4,
    "variants": NUMBER8,
    "resets": NUMBER8,
    "payload_s": NUMBER8,
    "payload_t": NUMBER8,
    "arrivals": NUMBER4,
    "lot_time_s": NUMBER8,
    "lot_program": NUMBER4,
    "program_first": NUMBER4,
    "lot_priority": NUMBER1,
    "lot_sizes": NUMBER4,
    "lot_reported": NUMBER1,
    "lot_draw": NUMBER8,
    "asleep": NUMBER4,
    "hold_s": NUMBER4,
    "move_s": NUMBER4,
    "timeline_s": NUMBER8,
    "timeline_capacity": NUMBER4,
    "timeline_next_zero_s": NUMBER8,
    "voyage_first": NUMBER8,
    "sail_s": NUMBER4,
    "moor_s": NUMBER4,
    "sail_needs": NUMBER4,
    "rows": ROW,
    "pauses": PAUSE,
    "members": MEMBER,
    "boards": BOARD,
    "calls": CALL,
    "lots": LOT,
}
#: Numbers of the state; ``_most`` is how much of a table may be in use before an action, ``_top`` how much of a pool
#: was ever used.
_NUMBERS = """
    now stop_s look_s break_at period_end_s reported_left status culprit
    n_lot n_measure n_facility n_vessel n_call n_queue_ban n_month most_claims most_held
    n_arrivals next_arrival
    n_events n_heap n_new entered top_is_done events_most first_caused n_caused caused_room caused_most
    present window_end far later_top later_free later_used
    works_top works_free works_used works_most movers_top movers_free movers_used movers_most
    batches_top batches_free batches_used batches_most returns formed ran
    n_rows rows_most n_pauses pauses_most n_members n_boards n_calls n_lots
    stopped_works
"""
STATE = _fields(i8=" ".join(TABLES) + _NUMBERS)


def _reader(table: str) -> Callable[[Any, int], Any]:
    """``at(s, index)``: a record of a table, by reference."""
    place: Any = STATE.fields
    return record_reader(place[table][1], TABLES[table])


event_at, new_event_at, caused_at = map(_reader, ("events", "new_events", "caused"))
later_at, bucket_at, filled_at = map(_reader, ("later", "buckets", "filled"))
facility_at, queue_at, unit_at = map(_reader, ("facilities", "queues", "units"))
claim_at, work_at = map(_reader, ("claims", "works"))
mover_at, size_at, held_need_at = _reader("movers"), _reader("sizes"), _reader("held_needs")
vessel_at, room_taken_at, limit_at, own_limit_at = map(_reader, ("vessels", "room_taken", "limits", "own_limits"))
batch_at, wake_at, asleep_at = _reader("batches"), _reader("wakes"), _reader("asleep")
op_at, need_at, step_at, branch_at, recent_at = map(_reader, ("ops", "needs", "steps", "branches", "recent"))
weighing_at, published_at, on_the_way_at = map(_reader, ("weighings", "published", "on_the_way"))
month_end_at, weighing_of_flow_at = _reader("month_ends"), _reader("weighing_of_flow")
call_plan_at, board_queue_at, voyage_at = map(_reader, ("call_plans", "board_queues", "voyages"))
queue_ban_at, put_off_at = _reader("queue_bans"), _reader("put_off")
ban_of_flow_at, lot_flow_at = _reader("ban_of_flow"), _reader("lot_flow")
aboard_at, returned_at = _reader("aboard"), _reader("returned")
variant_at, reset_at, payload_s_at, payload_t_at = map(_reader, ("variants", "resets", "payload_s", "payload_t"))
arrival_at, lot_time_at = map(_reader, ("arrivals", "lot_time_s"))
lot_program_at, program_first_at = map(_reader, ("lot_program", "program_first"))
lot_priority_at, lot_size_at, lot_reported_at, lot_draw_at = map(
    _reader, ("lot_priority", "lot_sizes", "lot_reported", "lot_draw")
)
hold_at, move_at, sail_at, moor_at = map(_reader, ("hold_s", "move_s", "sail_s", "moor_s"))
voyage_first_at, sail_need_at = _reader("voyage_first"), _reader("sail_needs")
timeline_s_at, timeline_capacity_at, timeline_next_zero_at = map(
    _reader, ("timeline_s", "timeline_capacity", "timeline_next_zero_s")
)
row_at, pause_at, member_at, board_at, call_at, lot_at = map(
    _reader, ("rows", "pauses", "members", "boards", "calls", "lots")
)

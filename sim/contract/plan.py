"""What all replications of a run share: plain arrays, nothing of corridors, nothing random.

What was drawn for one replication is in ``sim.contract.draws``.
Times are integer seconds since the run's origin. Identifiers are positions in sorted names, so the
order of a file decides nothing. Lots come first among movers, in order of (flow name, ordinal);
vessel ``v`` is mover ``n_lots + v``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

#: Column of the tonnes among the measures of a load.
WEIGHT = 4
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Kind(IntEnum):
    """Kinds of operation; exact semantics in docs/concepts/operations.md."""

    PROCESS = 0  # wait for units, hold them for `hold`, go on after `move`
    ACQUIRE = 1  # take all needs at once, or wait
    RELEASE = 2  # give needs back
    GATHER = 3  # wait for companions: lots of one operation become one train
    SPLIT = 4  # the train resolves into its lots
    BOARD = 5  # wait for a vessel, go on when landed
    FINISH = 6  # the end of every program
    SAIL = 7  # a vessel's own time at sea; never in a lot's program
    CHOOSE = 8  # the lot takes the branch whose cost is least
    MEET = 9  # the ways of a choice meet: the time since it counts for those who choose next


class Policy(IntEnum):
    """What a fall of capacity does to work in progress."""

    FINISH = 0
    SUSPEND = 1
    RESTART = 2
    NOT_STARTED = 3  # work starts only if it can end before the next fall


class Discipline(IntEnum):
    """Who is next where several wait."""

    FIFO = 0
    PRIORITY = 1  # by the mover's class, within it by arrival
    ALTERNATE = 2  # the side that was not served last, within it by arrival


#: Priority classes of movers, 0 first.
PRIORITY_CLASSES = 8


class Cause(IntEnum):
    """To what the time of an operation, or of a wait, is put down. The order is the order of reports."""

    MOVING = 0
    HANDLING = 1
    BARRIER = 2
    CAPACITY = 3
    VESSEL = 4
    FORMATION = 5
    ASSET = 6
    CLOSURE = 7


@dataclass(frozen=True)
class Plan:
    """What all replications share. ``n_op`` operations, ``n_need`` needs, and so on.

    An operation has one or more needs ``need_ptr[o]:need_ptr[o+1]``; an operation that occupies
    nothing has a single need with ``need_facility`` -1. The needs of a BOARD after its first are room in the
    boarding port that the lot holds: loading gives it back. ``need_units`` 0 means: as much as the load
    in measure ``need_measure``. Trace rows name the need, which names operation and facility.
    """

    # facilities, sorted by name
    facility_name: tuple[str, ...]
    facility_policy: I8
    facility_discipline: I8
    facility_stock: Flags  # things that come back: units may return to another facility than they came from
    stock_wait_s: I64  # [n_facility] returned units travel on after this long without a load; NEVER_S = stay
    stock_leave_need: I32  # [n_facility] the need by which units travel on from a stock; -1 = they stay
    stock_pool: I32  # [n_facility] the pool of a stock, whose units may return to any stock of it; -1 = no stock
    # journeys on from stock f: wake_ptr[f]:wake_ptr[f+1], one for each flow that it wakes and each stretch of dates
    wake_ptr: I32
    wake_flow: I32
    wake_since_s: I64  # in force from here until the flow's next one
    wake_home: I32  # the stock where it ends; -1 = no way there in this stretch
    reset_ptr: I32  # quotas: reset_s[ptr[f]:ptr[f+1]] are the instants at which used passes come back
    reset_s: I64
    # operations
    op_name: tuple[str, ...]
    op_kind: I8
    op_cause: I8  # Cause of the operation's own time
    op_label: tuple[str, ...]  # the barrier's or process's name in reports
    op_node: I32  # index in node_name, the end node for a line section
    op_link: I32  # index in link_name or -1
    op_from_node: I32  # line sections and BOARD: where the movement begins; else equal to op_node
    op_keeps: Flags  # holds its units until the next operation is granted
    op_side: I8  # 0 or 1: the side from which a section is entered, for facilities that alternate
    op_variant_ptr: I32  # dated variants of the durations: variant_s[ptr[o]:ptr[o+1]]
    variant_s: I64  # instants from which variant 1, 2, ... hold (variant 0 holds before the first)
    need_ptr: I32
    need_op: I32
    need_facility: I32
    need_units: I32
    need_measure: I8
    gather_units: I64  # GATHER: the sum at which a train leaves
    gather_measure: I8
    gather_wait_s: I64  # GATHER: longest wait of the lot that is first in line; -1 = drawn for each, from when it came
    board_service: I32  # BOARD: its service
    # voyages board_ptr[o]:board_ptr[o+1] of a BOARD, the shortest first: calls of boarding and landing. A lot takes the
    # first ship that calls for one of them
    board_ptr: I32
    board_from: I32
    board_to: I32
    choose_ptr: I32  # branches choose_ptr[o]:choose_ptr[o+1] of an operation
    choose_target: I32  # first step of the branch, counted from the CHOOSE step
    choose_start_s: I64  # what a branch is taken to need before anybody has come through
    choose_memory: I32  # journeys that the mean of recent times covers
    choose_by_time: Flags  # the recent time counts; else only what was drawn
    # programs: the operations of a lot in order, the last is FINISH
    program_ptr: I32
    program_op: I32
    program_draw: I32  # offset of the step's durations within the lot's block
    # services and their calls (global call index c = call_ptr[s] + k)
    service_name: tuple[str, ...]
    call_ptr: I32
    call_node: I32
    call_queue: I32  # first call of the service at the same port: lots wait in one queue for all calls there
    call_berth_need: I32
    call_entry_need: I32  # coming in; -1 = none
    call_exit_need: I32  # leaving; -1 = none
    call_entry_s: I64  # time of passing the entry, each way
    call_load_need: I32
    call_discharge_need: I32
    call_yard_need: I32  # taken by a lot at discharge; -1 = none
    call_moor_need: I32
    call_sail_need: I32  # the leg that begins at this call, for ships that never break down
    call_timetable: Flags
    call_fill_permille: I32
    call_longest_wait_s: I64
    call_every_s: I64
    call_first_s: I64  # first timetable departure at or after the origin
    call_before_closing_s: I64  # loading ends this long before the entry closes; -1 = no forecast
    service_smaller_may_pass: Flags
    # vessels, sorted by (fleet name, number)
    vessel_name: tuple[str, ...]
    vessel_service: I32
    vessel_first_call: I32
    vessel_start_s: I64
    vessel_end_s: I64
    vessel_sail_ptr: I32  # sail needs of vessel v by call of its rotation: vessel_sail_need[ptr[v]:ptr[v+1]]
    vessel_sail_need: I32
    vessel_limit: I64  # [n_vessel, n_measure]; -1 = no limit
    # weight that the water carries: payload_t[payload_ptr[v]:payload_ptr[v+1]], each from its payload_s on (the
    # first from 0); none = the water does not limit the vessel. What holds when loading begins counts.
    payload_ptr: I32
    payload_s: I64
    payload_t: I64
    # names for reading a trace
    node_name: tuple[str, ...]
    link_name: tuple[str, ...]
    flow_name: tuple[str, ...]
    pool_name: tuple[str, ...]

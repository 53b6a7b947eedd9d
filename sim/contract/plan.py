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
#: A share of room (permille) that no limit reaches.
NEVER_FILLED = 1001
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
    WEIGH = 10  # the first step of its program: the lot goes on, or leaves at its origin by a way outside


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
class Facilities:
    """Whatever holds units, sorted by name; all arrays but the instants are [n_facility]."""

    name: tuple[str, ...]
    policy: I8  # Policy
    discipline: I8  # Discipline
    reset_ptr: I32  # quotas: reset_s[ptr[f]:ptr[f+1]] are the instants at which used acceptance slots come back
    reset_s: I64


@dataclass(frozen=True)
class Stocks:
    """Depots of returnable equipment, [n_facility]: units may return to another facility than they came from."""

    is_stock: Flags
    wait_s: I64  # returned units travel on after this long without a load; NEVER_S = stay
    leave_need: I32  # the need by which units travel on from a stock; -1 = they stay
    pool: I32  # index in pool_name: units may return to any stock of it; -1 = no stock


@dataclass(frozen=True)
class Wakes:
    """Empty journeys on from stock ``f``: ``ptr[f]:ptr[f+1]``, one for each flow that it wakes and stretch of dates."""

    ptr: I32
    flow: I32
    since_s: I64  # in force from here until the flow's next one
    home: I32  # the stock where it ends; -1 = no way there in this stretch


@dataclass(frozen=True)
class QueueBans:
    """Loading bans that a queue calls and lifts, sorted by name; arrays are [n_ban] but for ``of_flow``.

    They refuse departures in [start_s, end_s). What stands is the units of all claims on ``facility``, granted or not,
    that have not been given back.
    """

    name: tuple[str, ...]
    facility: I32
    above: I64  # called in the instant in which more than this stand
    below: I64  # lifted in the instant in which fewer than this stand
    start_s: I64
    end_s: I64
    every_s: I64  # between two departures of what was refused; -1 = it is lost
    of_flow: I32  # [n_flow]; -1 = none


@dataclass(frozen=True)
class Operations:
    """What every kind of operation has, sorted by name; all arrays but the variants' instants are [n_op]."""

    name: tuple[str, ...]
    kind: I8  # Kind
    cause: I8  # Cause of the operation's own time
    label: tuple[str, ...]  # the barrier's or process's name in reports
    node: I32  # index in node_name, the end node for a line section
    link: I32  # index in link_name or -1
    from_node: I32  # line sections and BOARD: where the movement begins; else equal to node
    keeps: Flags  # holds its units until the next operation is granted
    side: I8  # 0 or 1: the side from which a section is entered, for facilities that alternate
    variant_ptr: I32  # dated variants of the durations: variant_s[ptr[o]:ptr[o+1]]
    variant_s: I64  # instants from which variant 1, 2, ... hold (variant 0 holds before the first)


@dataclass(frozen=True)
class Needs:
    """What operation ``o`` occupies: needs ``ptr[o]:ptr[o+1]``, one or more; all other arrays are [n_need].

    An operation that occupies nothing has a single need with ``facility`` -1. The needs of a BOARD after its first are
    room in the boarding port that the lot holds: loading gives it back. ``units`` 0 means: as much as the load in measure
    ``measure``. Trace rows name the need, which names operation and facility.
    """

    ptr: I32
    op: I32
    facility: I32
    units: I32
    measure: I8


@dataclass(frozen=True)
class Gatherings:
    """When lots of a GATHER leave as one train, [n_op]."""

    units: I64  # the sum at which a train leaves
    measure: I8
    wait_s: I64  # longest wait of the lot that is first in line; -1 = drawn for each, from when it came


@dataclass(frozen=True)
class Boardings:
    """Voyages ``ptr[o]:ptr[o+1]`` of a BOARD, the shortest first. A lot takes the first ship that calls for one."""

    service: I32  # [n_op]; -1 = no BOARD
    ptr: I32
    call_from: I32  # [n_voyage] call of boarding
    call_to: I32  # [n_voyage] call of landing


@dataclass(frozen=True)
class Choices:
    """Branches ``ptr[o]:ptr[o+1]`` of a CHOOSE, or of a WEIGH, of which the first goes on and the others leave."""

    ptr: I32
    target: I32  # [n_branch] first step of the branch, counted from the step of the choice
    start_s: I64  # [n_branch] what it is taken to need before anybody has come through
    memory: I32  # [n_op] journeys that the mean of recent times covers
    by_time: Flags  # [n_op] the recent time counts; else only what was drawn


@dataclass(frozen=True)
class Weighings:
    """What is published of the journeys of each flow whose lots WEIGH, sorted by flow; all but the last two are [n_weighing].

    At the end of month ``m``, ``month_end_s[m]``, the lots that went on and arrived in the ``over`` months that end then
    are known with their days, and those that are then on their way and departed more than ``late_s`` before, on a day that
    has ended by then, with their days so far: the mean, and ``permille`` thousandths of the standard deviation on top, from
    whole minutes. Lots that depart in month ``m`` know what was published of month ``m - after``, or else ``usual_s``.
    """

    flow: I32
    usual_s: I64
    late_s: I64
    permille: I64
    after: I32
    over: I32
    of_flow: I32  # [n_flow]; -1 = its lots do not weigh
    month_end_s: I64  # [n_month] of the calendar's months, from the one in which the run begins


@dataclass(frozen=True)
class Programs:
    """The operations of a lot in order, steps ``ptr[p]:ptr[p+1]`` of program ``p``; the last is FINISH."""

    ptr: I32
    op: I32  # [n_step]
    draw: I32  # [n_step] offset of the step's durations within the lot's block


@dataclass(frozen=True)
class Services:
    """Rotations of vessels, sorted by name; call ``k`` of service ``s`` is call ``call_ptr[s] + k``."""

    name: tuple[str, ...]
    call_ptr: I32
    smaller_may_pass: Flags


@dataclass(frozen=True)
class Calls:
    """Calls of all services one after the other; all arrays are [n_call]."""

    node: I32
    queue: I32  # first call of the service at the same port: lots wait in one queue for all calls there
    berth_need: I32
    entry_need: I32  # coming in; -1 = none
    exit_need: I32  # leaving; -1 = none
    entry_s: I64  # time of passing the entry, each way
    load_need: I32
    discharge_need: I32
    yard_need: I32  # taken by a lot at discharge; -1 = none
    moor_need: I32
    sail_need: I32  # the leg that begins at this call, for ships that never break down
    timetable: Flags
    fill_permille: I32  # full with this share of any limit; NEVER_FILLED: only when nothing that waits fits
    least_permille: I32  # leaves after its longest wait with this share of some limit, and not with less
    longest_wait_s: I64
    every_s: I64
    first_s: I64  # first timetable departure at or after the origin
    before_closing_s: I64  # loading ends this long before the entry closes; -1 = no forecast


@dataclass(frozen=True)
class Vessels:
    """Ships, sorted by (fleet name, number); arrays are [n_vessel] but for what a pointer cuts."""

    name: tuple[str, ...]
    service: I32
    first_call: I32
    start_s: I64
    end_s: I64
    sail_ptr: I32  # sail needs of vessel v by call of its rotation: sail_need[ptr[v]:ptr[v+1]]
    sail_need: I32
    limit: I64  # [n_vessel, n_measure]; -1 = no limit
    # weight that the water carries: payload_t[payload_ptr[v]:payload_ptr[v+1]], each from its payload_s on (the
    # first from 0); none = the water does not limit the vessel. What holds when loading begins counts.
    payload_ptr: I32
    payload_s: I64
    payload_t: I64


@dataclass(frozen=True)
class Plan:
    """What all replications share, in parts that belong together, and the names for reading a trace."""

    facilities: Facilities
    stocks: Stocks
    wakes: Wakes
    queue_bans: QueueBans
    operations: Operations
    needs: Needs
    gatherings: Gatherings
    boardings: Boardings
    choices: Choices
    programs: Programs
    services: Services
    calls: Calls
    vessels: Vessels
    node_name: tuple[str, ...]
    link_name: tuple[str, ...]
    flow_name: tuple[str, ...]
    pool_name: tuple[str, ...]
    weighings: Weighings | None = None  # None: no lot weighs

"""What was drawn for one replication before the engine starts: an engine is a function of the plan and these arrays."""

from __future__ import annotations

from dataclasses import dataclass

from sim.contract.plan import I8, I32, I64, Flags


@dataclass(frozen=True)
class Draws:
    """One replication's draws. Durations of step ``k`` of lot ``i`` in variant ``v`` stand at
    ``lot_draw[i] + programs.draw[programs.ptr[p] + k] + v`` of ``hold_s`` and ``move_s``
    (BOARD: loading time in ``hold_s``, discharging time in ``move_s``, all variants of a voyage before those of
    the next; GATHER: longest wait in ``move_s``; CHOOSE and WEIGH: the drawn part of each branch's cost in ``move_s``, one
    slot a branch). A hold of -1 means that the mover is not concerned and passes. A train uses the block of its oldest lot.
    """

    lot_time_s: I64
    lot_flow: I32
    lot_ordinal: I64
    lot_program: I32
    lot_priority: I8
    lot_size: I32  # [n_lot, n_measure]
    lot_reported: Flags  # departs within the period and is not background
    lot_draw: I64
    # lots that bans refused: when they would have departed, when they do (NEVER_S: they are no lots of this run)
    refused_s: I64
    refused_until_s: I64
    refused_flow: I32
    refused_size: I32  # [n_refused, n_measure]
    # lots asleep (time NEVER_S), woken one after the other when units of a stock travel on by journey j:
    # asleep_ptr[j]:asleep_ptr[j+1] in asleep_lot
    asleep_ptr: I32
    asleep_lot: I32
    hold_s: I32
    move_s: I32
    # capacity timelines: steps timeline_ptr[f]:timeline_ptr[f+1]; the first is at time 0
    timeline_ptr: I32
    timeline_s: I64
    timeline_capacity: I32
    # vessels: sailing and mooring time of the k-th call stand at voyage_ptr[v] + k
    voyage_ptr: I64
    sail_s: I32
    moor_s: I32
    # when to stop: at the landing of the last reported lot, or here
    end_s: int
    period_start_s: int
    period_end_s: int

    @property
    def n_lot(self) -> int:
        """Number of lots, background included."""
        return len(self.lot_time_s)

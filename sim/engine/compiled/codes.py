"""Small numbers that say what an event does, what a work is for, and why the kernel came back."""

from __future__ import annotations

# -- actions in the calendar (4 bits) and among what is caused at once
CHANGE, ARRIVE, SET_OUT, END_BOTH, END_HOLD, END_MOVE, END_KEPT, TRAIN_LEAVES, VESSEL_LEAVES, STOCK_WAITED = range(10)
BAN_ENDS, BAN_RELEASES, GOES_ON, LETS_GO = range(10, 14)
PROCEED, STARTED, SERVE, LOAD_NEXT, DISCHARGE_NEXT = range(5)

# -- how a step of a program is done: as its kind says, or as a process whose times are known when it is asked for
AS_IT_SAYS, DELAY, FORESEEN = range(3)

# -- what a work is for: a lot's or train's own, then the steps of a vessel
PROCESSES, ACQUIRES, BERTHS, ENTERS, MOORS, TAKES_YARD, DISCHARGES, LOADS, LEAVES, SAILS = range(10)

# -- what a mover waits for
NOTHING, UNITS, COMPANIONS, A_VESSEL, ITS_TRAIN, ITS_VESSEL = range(6)

# -- why the kernel returned: finished, more room is needed, or an error that the caller puts into words
DONE, EVENTS_FULL, CAUSED_FULL, WORKS_FULL, MOVERS_FULL, BATCHES_FULL, ROWS_FULL, PAUSES_FULL = range(8)
#: So many events have run that the caller may be interrupted before it calls again.
BREAK = 8
STUCK, VOYAGES_USED_UP, JOURNEYS_USED_UP, VESSEL_LOOPS, STOCK_LOOPS, FAULT, UNFORESEEN = range(9, 16)

"""What both engines must agree on: the order of one instant, queues of a discipline, and when they look for trouble.

The reference engine and the compiled one import these; neither has a copy. A change here changes both traces.
"""

from __future__ import annotations

from sim.clock import DAY_S
from sim.contract.plan import PRIORITY_CLASSES, Discipline

#: Order of things at one instant: capacity rises, work ends, capacity falls, arrivals, deadlines. They begin at 2,
#: since SimPy's own priorities are 0 and 1.
RISE, END, FALL, ARRIVAL, DEADLINE = 2, 3, 4, 5, 6
#: Order of a vessel's own steps within an instant.
BEGIN, BERTH, ENTER, MOOR, DISCHARGE, LOAD, LEAVE, SAIL, DEADLINE_STEP = range(9)
#: Queues that a facility keeps: one, one a priority class, or one a side.
QUEUES = {Discipline.FIFO: 1, Discipline.PRIORITY: PRIORITY_CLASSES, Discipline.ALTERNATE: 2}
#: Deadlock is looked for this often in simulated time: ships keep cycling, so the end never shows it.
LOOK_FOR_DEADLOCK_S = 30 * DAY_S
#: So often within one second a ship may begin a step, or a depot look at its units, without any cargo moved: more
#: is an endless loop. Shipments need no such bound, since their programs end.
MOST_AT_ONE_SECOND = 100_000

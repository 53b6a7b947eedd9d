"""The compiled engine: the same plans and the same trace as the reference engine, by one Numba function.

The other files of this folder are that function and its memory; they mirror the reference engine. Here it is run,
given more room when it asks, and its errors get their names: what is wrong is said in the words of the
reference engine, which repeats a run that has gone wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.trace import Trace, refuse_long_clock
from sim.engine.compiled.codes import (
    BREAK,
    DONE,
    JOURNEYS_USED_UP,
    PAUSES_FULL,
    STOCK_LOOPS,
    UNFORESEEN,
    VESSEL_LOOPS,
    VOYAGES_USED_UP,
)
from sim.engine.compiled.compilation import Say, load_kernel
from sim.engine.compiled.foresight import foreseeable_units
from sim.engine.compiled.tables import Tables
from sim.engine.endless import stock_loops, vessel_loops
from sim.engine.interruption import ask
from sim.errors import DrawsExhausted, RunError


def simulate(plan: Plan, draws: Draws) -> Trace:
    """Run one replication.

    Arguments, result and errors as ``sim.engine.reference.simulation.simulate``: the trace is the same, row for row.
    The kernel releases the interpreter's lock, so that replications may run on threads, and comes back several times
    a second, so that Ctrl-C is heeded in whatever thread it runs.
    """
    refuse_long_clock(draws.end_s)
    run = load_kernel()
    units = foreseeable_units(plan, draws)
    while True:
        tables = Tables(plan, draws, units)
        status = _run(run, tables)
        if status != UNFORESEEN:
            break
        units[tables.state["culprit"][0]] = 0  # what it causes in its own second cannot be told ahead: once more
    if status != DONE:
        _refuse(status, int(tables.state["culprit"][0]), int(tables.state["now"][0]), plan, draws)
    return tables.trace()


def _run(run: Callable[[Any, bool], int], tables: Tables) -> int:
    """Run to the end, with more room when it is asked for; returns how it ended."""
    status = run(tables.state, True)
    while DONE < status <= BREAK:
        if status <= PAUSES_FULL:
            tables.grow(status)
        else:
            ask()
        status = run(tables.state, False)
    return status


def prepare(say: Say) -> None:
    """Read the kernel from disk, or compile it and ``say`` so.

    Raises ``OSError`` where there is no folder to keep it in; importing this module without Numba, ``ImportError``.
    """
    load_kernel(say)


def _refuse(status: int, culprit: int, now_s: int, plan: Plan, draws: Draws) -> None:
    if status == VOYAGES_USED_UP:
        raise DrawsExhausted(f"vessel {plan.vessels.name[culprit]} made more calls than were drawn")
    if status == JOURNEYS_USED_UP:
        raise DrawsExhausted(f"depot {plan.facilities.name[culprit]}: more empty journeys than were drawn")
    if status == VESSEL_LOOPS:
        raise vessel_loops(plan, culprit, now_s)
    if status == STOCK_LOOPS:
        raise stock_loops(plan, culprit, now_s)
    from sim.engine.reference import simulation as reference

    reference.simulate(plan, draws)  # says who waits for whom, or what else is wrong
    raise RunError(
        f"the compiled engine stopped (status {status}) where the reference engine does not: "
        "this is a fault of the program; --engine reference runs the scenario"
    )

"""What can be seen before a run to end in waiting for ever: refused with its reason, not found as a deadlock.

A facility that never opens, work that fits into no opening, and things that are taken where nothing
brings them back.
"""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np

from sim.clock import format_duration
from sim.errors import InputError, Problem
from sim.model.arrays import Cause, Kind
from sim.model.build import Model
from sim.model.facilities import timeline
from sim.model.luck import seconds
from sim.model.operations import Operation

#: Probability at which a drawn duration is taken to be its least.
LEAST = np.array([1e-9])


def refuse_impossible(model: Model) -> None:
    """Raise ``InputError`` with every such fault of a built model."""
    if problems := [*_never_open(model), *_nothing_returns(model)]:
        raise InputError(problems)


def _never_open(model: Model) -> Iterator[Problem]:
    """Hours and known closures leave no time at all, or none long enough for work that must end before closing."""
    for name, row in model.world.facilities.items():
        needed = [op for op in model.operations if any(n.facility == name for n in op.needs) and not _is_nothing(op)]
        if not needed or row.kind == "stock":
            continue
        base, narrowings, _ = model.timelines[name]
        steps = [step for step in timeline(base, narrowings, model.end_s) if step[0] < model.end_s]
        field = "hours" if row.hours else "closures" if row.closures else "capacity"
        file, line = model.world.where("facilities", name, field)
        if max(capacity for _, capacity in steps) == 0:
            message = f"facilities.{name}: is needed but never open in the run ({field}); who comes waits for ever"
            yield Problem(message, file, line)
        elif row.on_closure in ("not_started", "restart"):
            longest_s = _longest_opening_s(steps, model.end_s)
            for op in needed:
                least_s = min((int(seconds(v, LEAST, 1)[0]) for v in op.variants), default=0)
                if op.kind == Kind.PROCESS and least_s > longest_s:
                    yield Problem(
                        f"facilities.{name}: opens for {format_duration(longest_s)} at most, but '{op.key}' takes"
                        f" {format_duration(least_s)} at least and closing does not let it end"
                        f" (on_closure: {row.on_closure})", file, line,
                    )  # fmt: skip


def _is_nothing(op: Operation) -> bool:
    """A step whose time is nothing, such as a removed barrier: nobody waits for it."""
    return op.kind == Kind.PROCESS and op.cause == Cause.BARRIER and all(v.scale == 0 for v in op.variants)


def _longest_opening_s(steps: list[tuple[int, int]], end_s: int) -> int:
    """Longest stretch of open time among (time, capacity) steps."""
    longest, since = 0, None
    for at_s, capacity in [*steps, (end_s, 0)]:
        if capacity and since is None:
            since = at_s
        elif not capacity and since is not None:
            longest, since = max(longest, at_s - since), None
    return longest


def _nothing_returns(model: Model) -> Iterator[Problem]:
    """What a flow takes from a stock must find a way back there, with loads or empty."""
    facilities, plan = model.world.facilities, model.plan
    moves: dict[str, list[tuple[str, str]]] = {}  # flow -> (taken from, returned to)
    for demand in model.demands:
        moves[demand.name] = []
        for _, program in demand.programs:
            woken = demand.flow.woken_by
            held = {facilities[woken].pool: woken} if woken else {}
            for at in range(plan.program_ptr[program], plan.program_ptr[program + 1]):
                step = model.operations[plan.program_op[at]]
                row = facilities.get(step.needs[0].facility or "")
                if row is None or row.kind != "stock" or row.pool is None:
                    continue
                facility = str(step.needs[0].facility)
                if step.kind == Kind.ACQUIRE:
                    held[row.pool] = facility
                elif step.kind == Kind.RELEASE and row.pool in held:
                    moves[demand.name].append((held.pop(row.pool), facility))
    ways = nx.DiGraph(move for several in moves.values() for move in several)
    for demand in model.demands:
        for start, stop in dict.fromkeys(moves[demand.name]):
            if not demand.flow.woken_by and not nx.has_path(ways, stop, start):
                file, line = model.world.where("flows", demand.name)
                yield Problem(
                    f"flows.{demand.name}: takes from '{start}' what ends at '{stop}', from where nothing returns;"
                    f" add 'idle_wait' to '{stop}' and a flow 'woken_by' it", file, line,
                )  # fmt: skip

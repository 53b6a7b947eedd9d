"""Breaches of an invariant in words."""

from __future__ import annotations

from collections.abc import Callable

from sim.contract.plan import Plan
from sim.contract.spells import I64
from sim.contract.trace import Trace

#: Breaches of one rule that are spelt out; the rest are counted.
SHOWN = 3


def operation_of(plan: Plan, trace: Trace, row: int) -> str:
    """Name of the operation of a row of the trace."""
    return plan.operations.name[plan.needs.op[trace.rows[row, 2]]]


def some(where: I64, say: Callable[[int], str]) -> list[str]:
    """The first few breaches in words, then how many more there are."""
    lines = [say(int(i)) for i in where[:SHOWN]]
    return lines + ([f"and {len(where) - SHOWN} more"] if len(where) > SHOWN else [])

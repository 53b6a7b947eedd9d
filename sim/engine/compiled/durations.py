"""Where drawn durations stand, in the variant that is in force."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.layout import helper, op_at, step_at, variant_at


@helper
def variant(s: Any, draws: int, step: int, op: int) -> int:
    """Index of hold_s and move_s for a step of a lot whose draws begin at ``draws``, as of now."""
    return variant_then(s, draws, step, op, s.now)


@helper
def variant_then(s: Any, draws: int, step: int, op: int, when: int) -> int:
    """The same, as of the instant ``when``."""
    at = draws + step_at(s, step).draw
    operation = op_at(s, op)
    low, high = operation.variant_first, operation.variant_last
    if low == high:
        return at
    first = low
    while low < high:
        middle = (low + high) >> 1
        if when < variant_at(s, middle).value:
            high = middle
        else:
            low = middle + 1
    return at + low - first

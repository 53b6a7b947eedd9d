"""Choices of the kernel: the branch whose recent time and drawn term are least, as in ``reference.choices``."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.layout import NONE, branch_at, helper, move_at, mover_at, op_at, recent_at, step_at
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import instant_row


@helper
def choose(s: Any, slot: int, op: int) -> None:
    """Take the branch of least cost; at equal cost the first."""
    stands_alone()
    mover, choice = mover_at(s, slot), op_at(s, op)
    drawn_at = mover.draws + step_at(s, mover.step).draw
    first = choice.branch_first
    chosen, least = first, 0
    for number in range(first, choice.branch_last):
        cost = 0
        if choice.by_time:
            branch = branch_at(s, number)
            cost = branch.sum_s // branch.count if branch.count else branch.start_s
        cost += move_at(s, drawn_at + number - first).value
        if number == first or cost < least:
            chosen, least = number, cost
    mover.chosen_op, mover.chosen_branch, mover.chosen_s = op, chosen, s.now
    instant_row(s, mover.ident, -1, choice.need_first, chosen - first)
    mover.step += branch_at(s, chosen).target


@helper
def remember(s: Any, slot: int) -> None:
    """A lot that chose has come to where the ways meet, or to its end; later it tells nothing more."""
    mover = mover_at(s, slot)
    if mover.chosen_op == NONE:
        return
    memory = op_at(s, mover.chosen_op).memory
    mover.chosen_op = NONE
    if memory == 0:
        return
    branch = branch_at(s, mover.chosen_branch)
    journey = recent_at(s, branch.recent + branch.next)
    if branch.count == memory:
        branch.sum_s -= journey.value
    else:
        branch.count += 1
    journey.value = s.now - mover.chosen_s
    branch.sum_s += journey.value
    branch.next = (branch.next + 1) % memory

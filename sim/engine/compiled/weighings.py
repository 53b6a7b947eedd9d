"""Weighings of the kernel: a lot goes on, or leaves at its origin, as in ``reference.weighings``."""

from __future__ import annotations

from typing import Any

from sim.clock import DAY_S, MINUTE_S
from sim.engine.compiled.layout import (
    branch_at,
    helper,
    inlined,
    lot_flow_at,
    month_end_at,
    move_at,
    mover_at,
    on_the_way_at,
    op_at,
    published_at,
    step_at,
    weighing_at,
    weighing_of_flow_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import instant_row


@helper
def weigh(s: Any, slot: int, op: int) -> None:
    """Take the branch of least cost, at equal cost the first: what is known counts for the first one."""
    stands_alone()
    mover, choice = mover_at(s, slot), op_at(s, op)
    number = weighing_of_flow_at(s, lot_flow_at(s, mover.ident).value).value
    _publish(s, number)
    weighing = weighing_at(s, number)
    last = weighing.month - weighing.after
    least = weighing.usual_s
    if last >= 0:
        least = published_at(s, weighing.published + last).known_s
    drawn_at = mover.draws + step_at(s, mover.step).draw
    first = choice.branch_first
    least += move_at(s, drawn_at).value
    chosen = 0
    for branch in range(1, choice.branch_last - first):
        cost = move_at(s, drawn_at + branch).value
        if cost < least:
            chosen, least = branch, cost
    if chosen == 0:
        _count(on_the_way_at(s, weighing.on_the_way + s.now // DAY_S), s.now % DAY_S // MINUTE_S, 1)
        mover.weighed_s = s.now
    instant_row(s, mover.ident, -1, choice.need_first, chosen)
    mover.step += branch_at(s, first + chosen).target


@helper
def came(s: Any, slot: int) -> None:
    """A lot that went on has come to its end."""
    stands_alone()
    mover = mover_at(s, slot)
    number = weighing_of_flow_at(s, lot_flow_at(s, mover.ident).value).value
    _publish(s, number)
    weighing, since = weighing_at(s, number), mover.weighed_s
    _count(on_the_way_at(s, weighing.on_the_way + since // DAY_S), since % DAY_S // MINUTE_S, -1)
    if weighing.month < s.n_month:
        _count(published_at(s, weighing.published + weighing.month), (s.now - since) // MINUTE_S, 1)


@helper
def _publish(s: Any, number: int) -> None:
    """Close the months that have ended."""
    weighing = weighing_at(s, number)
    while weighing.month < s.n_month and s.now >= month_end_at(s, weighing.month).value:
        published_at(s, weighing.published + weighing.month).known_s = _published(s, number, weighing.month)
        weighing.month += 1


@helper
def _published(s: Any, number: int, month: int) -> int:
    stands_alone()
    weighing = weighing_at(s, number)
    end_s = month_end_at(s, month).value
    lots, total, squares = 0, 0, 0
    for k in range(max(month - weighing.over + 1, 0), month + 1):
        arrived = published_at(s, weighing.published + k)
        lots, total, squares = lots + arrived.number, total + arrived.total, squares + arrived.squares
    for day in range((end_s - weighing.late_s) // DAY_S):
        late = on_the_way_at(s, weighing.on_the_way + day)
        since = (end_s - day * DAY_S) // MINUTE_S
        lots += late.number
        total += late.number * since - late.total
        squares += late.number * since * since - 2 * since * late.total + late.squares
    if lots == 0:
        return weighing.usual_s
    mean = total // lots
    spread = _root(max(squares // lots - mean * mean, 0))
    return MINUTE_S * (mean + weighing.permille * spread // 1000)


@inlined
def _root(number: int) -> int:
    """The whole part of the square root."""
    root = int(number**0.5)
    while root * root > number:
        root -= 1
    while (root + 1) * (root + 1) <= number:
        root += 1
    return root


@inlined
def _count(sums: Any, minutes: int, by: int) -> None:
    sums.number += by
    sums.total += by * minutes
    sums.squares += by * minutes * minutes

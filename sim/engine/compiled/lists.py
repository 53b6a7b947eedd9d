"""Pools and lists of the kernel: records that are used again, and records that stand one behind the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.compiled.layout import NONE, batch_at, inlined, later_at, mover_at, work_at


def _pool(table: str, at: Callable[[Any, int], Any]) -> tuple[Callable[[Any], int], Callable[[Any, int], None]]:
    """Take a slot of a table, and give it back; free slots are linked by ``next``."""
    free, top, used = f"{table}_free", f"{table}_top", f"{table}_used"

    @inlined
    def take(s: Any) -> int:
        s[used] += 1
        slot = s[free]
        if slot != NONE:
            s[free] = at(s, slot).next
            return slot
        slot = s[top]
        s[top] = slot + 1
        return slot

    @inlined
    def give(s: Any, slot: int) -> None:
        at(s, slot).next = s[free]
        s[free] = slot
        s[used] -= 1

    return take, give


def _linked(at: Callable[[Any, int], Any]) -> tuple[Callable[[Any, Any, int], None], Callable[[Any, Any, int], None]]:
    """Put a record behind the last of a list, and take it out wherever it stands.

    Records are linked by ``next`` and ``previous``; ``ends`` is what holds the list's ``first`` and ``last``.
    """

    @inlined
    def append(s: Any, ends: Any, slot: int) -> None:
        record = at(s, slot)
        record.next, record.previous = NONE, ends.last
        if ends.last == NONE:
            ends.first = slot
        else:
            at(s, ends.last).next = slot
        ends.last = slot

    @inlined
    def drop(s: Any, ends: Any, slot: int) -> None:
        record = at(s, slot)
        if record.previous == NONE:
            ends.first = record.next
        else:
            at(s, record.previous).next = record.next
        if record.next == NONE:
            ends.last = record.previous
        else:
            at(s, record.next).previous = record.previous

    return append, drop


take_later, give_later = _pool("later", later_at)
take_work, give_work = _pool("works", work_at)
take_mover, give_mover = _pool("movers", mover_at)
take_batch, give_batch = _pool("batches", batch_at)
append_mover, drop_mover = _linked(mover_at)
append_batch, drop_batch = _linked(batch_at)

"""The textbook program does the same, operation by operation; and the measurements meet their limits."""

from __future__ import annotations

import pytest

from tests.bench import textbook
from tests.bench.__main__ import BYTES_LIMIT, START_LIMIT_S, report
from tests.bench.line import line_model, lots_of
from tests.oracle.world import run


def test_the_textbook_program_agrees_to_the_second(tmp_path):
    """On the same luck every operation of 40 days is requested, started and ended in the same seconds.

    The two share no code but SimPy's heap: queues, a gate with hours, a ferry that sails in batches.
    """
    built = line_model(tmp_path, days=40)
    result = run(built)
    luck, rows = result.luck, result.trace.rows
    order = sorted(range(luck.n_lot), key=luck.lot_time_s.tolist().__getitem__)
    _, records = textbook.run(lots_of(built, luck), until_s=result.trace.stopped_s + 1)
    theirs = {(order[lot], f"process/station{k:02d}"): times for lot, k, *times in records}
    names = [built.plan.op_name[op] for op in built.plan.need_op[rows[:, 2]]]
    ours = {
        (lot, name): [request, start, end]
        for name, (lot, _, _, _, request, start, end, _) in zip(names, rows.tolist(), strict=True)
        if name.startswith("process/station") and end >= 0
    }
    assert len(ours) > 30_000
    assert ours.keys() == theirs.keys()
    assert ours == theirs


@pytest.mark.slow
def test_speed_memory_and_start():
    """The report, with limits that hold on a busy machine too."""
    measured = report()
    assert measured["ratio"] > 1.1
    assert measured["bytes"] <= BYTES_LIMIT
    assert measured["start_s"] < 2 * START_LIMIT_S

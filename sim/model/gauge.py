"""Trains that change at a place: where gauge, length or mass limits differ, they split and form anew.

The change of gauge itself is rows of the ``processes`` table: boxes are lifted to a train beside,
wagons get other bogies, each on tracks of its own. Here is what those rows cannot say: which of them
come before the old train splits, and which after the new one has formed.
"""

from __future__ import annotations

from sim.network.tables import Process

NamedRow = tuple[str, Process]


def reforming(rows: list[NamedRow]) -> tuple[list[NamedRow], NamedRow | None, list[NamedRow]]:
    """Cut a node's rows at the one by which trains re-form.

    Args:
        rows: rows that apply to a flow at a node where it comes and goes by rail, in their order.

    Returns: the rows before, the ``reform`` row (None: the train passes as it is, and all rows are
    "before"), the rows after. Of several such rows the first counts.
    """
    for k, (_, row) in enumerate(rows):
        if row.action == "reform":
            return rows[:k], rows[k], [(n, r) for n, r in rows[k + 1 :] if r.action != "reform"]
    return rows, None, []

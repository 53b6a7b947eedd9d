"""The search for a corridor's capacity as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.analysis.intervals import ERROR_RATE
from sim.analysis.texttable import number, text_table, with_margin

_HEAD = ("x demand", "cargo", "demand a year", "backlog grows by, a year", "of demand", "verdict")
_CAUSES = {
    "capacity": "for a free place", "vessel": "for a ship", "formation": "for the train to fill",
    "asset": "for wagons or boxes", "closure": "until it opens",
}  # fmt: skip


def answer(result: dict[str, Any]) -> str:
    """The finding in a sentence."""
    if result["multiple"] is None:
        return f"the backlog grows even at {result['least']:g} x the demand"
    if result["above"] is None:
        return f"no limit found up to {result['multiple']:g} x the demand"
    return f"capacity is {result['multiple']:.2f} x the demand; at {result['above']:.2f} x it the backlog grows"


def luck(result: dict[str, Any]) -> str:
    """Whether the intervals at both ends of the bracket keep clear of the tolerance: below it and beyond it.

    Empty where an end was not found.
    """
    if result["multiple"] is None or result["above"] is None:
        return ""
    low, high = ([row for point in result["points"] if point["multiple"] == result[end] for row in point["growth"]]
                 for end in ("multiple", "above"))  # fmt: skip
    if any(row["units_a_year"]["half_width"] is None for row in (*low, *high)):
        return "from one replication: how far luck moves it is not known"

    def ends(row: dict[str, Any]) -> tuple[float, float]:
        mean, half = row["units_a_year"]["mean"], row["units_a_year"]["half_width"]
        return mean - half, mean + half

    steady = all(ends(row)[1] <= row["allowed"] for row in low)
    grows = any(ends(row)[0] > row["allowed"] for row in high)
    if steady and grows:
        return "the 95 % intervals at both ends keep clear of the tolerance"
    where = " and ".join(f"{result[end]:.2f} x" for end, shown in (("multiple", steady), ("above", grows)) if not shown)
    return f"luck could move it: at {where} the 95 % interval holds the tolerance"


def binds(result: dict[str, Any]) -> str:
    """What binds, in a sentence; empty where nothing does.

    That is what takes most off the growth by one more unit, of those shown to with Holm's correction for all that
    were tried; if nothing is shown to, where the queue grows most. One replication shows nothing, and says so.
    """
    bound = result["binding"]
    if bound is None:
        return ""
    best = next((row for row in bound["relief"] if _relieves(row)), None)
    per_year = f"{bound['cargo']} a year"
    if best is not None:
        return f"what binds: {best['name']}; one more unit takes {_size(best['change'])} {per_year} off the growth"
    if not bound["places"]:
        return "no queue grows from the first year to the last"
    first = bound["places"][0]
    if result["replications"] == 1 and bound["relief"] and bound["relief"][0]["change"]["mean"] < 0:
        most = bound["relief"][0]
        return (f"what seems to bind: {most['name']}; one more unit takes {_size(most['change'])} {per_year} off the "
                "growth in the one replication, and no interval is known")  # fmt: skip
    return (f"the queue that grows most stands at {first['place']}, waiting {_CAUSES[first['cause']]}; no single unit "
            "more is shown to relieve it")  # fmt: skip


def capacity_text(result: dict[str, Any], width: int = 110) -> str:
    """The search as plain text."""
    return "\n".join([*_opening(result), "", *text_table(_HEAD, _rows(result), width), "", *_queues(result)])


def capacity_markdown(result: dict[str, Any], figures: Sequence[str] = ()) -> str:
    """The search as a Markdown page; ``figures`` are file names beside it."""
    title, *opening = _opening(result)
    cells = [_HEAD, ["---"] * len(_HEAD), *_rows(result)]
    return "\n".join([
        f"# {title}", "", *(f"- {line.strip()}" for line in opening), "", *(f"![{f}]({f})\n" for f in figures),
        *("| " + " | ".join(row) + " |" for row in cells), "", *(f"- {line.strip()}" for line in _queues(result)), "",
    ])  # fmt: skip


def _opening(result: dict[str, Any]) -> list[str]:
    last = result["freeze_at"].year + result["years"] - 1
    return [
        f"Capacity of {result['scenario']} with the network and the rules of {result['freeze_at']}",
        f"  {answer(result)}",
        *([f"  {luck(result)}"] if luck(result) else []),
        *([f"  {binds(result)}"] if binds(result) else []),
        f"  flows multiplied: {_listed(result['flows'])}; the rest of the traffic stays",
        f"  a backlog may grow by {result['tolerance']:.1%} of a year's demand, or a lot, a year "
        f"({result['freeze_at'].year} to {last}, after a warm-up of one year); {result['replications']} replications",
    ]  # fmt: skip


def _listed(flows: Sequence[str]) -> str:
    """All names of a few, the first and the last of many."""
    return ", ".join(flows) if len(flows) <= 8 else f"{len(flows)}, from {flows[0]} to {flows[-1]}"


def _rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(f"{point['multiple']:.3f}", row["cargo"], number(row["demand"]), with_margin(row["units_a_year"]),
             f"{row['share']:.1%}", "grows" if row["grows"] else "steady")
            for point in result["points"] for row in point["growth"]]  # fmt: skip


def _queues(result: dict[str, Any]) -> list[str]:
    bound = result["binding"]
    if bound is None:
        return ["Nothing binds within the multiples looked at."]
    lines = [
        f"Where {bound['cargo']} piles up at {result['above']:.2f} x the demand (mean of "
        f"{bound['replications']} replications, tonnes standing in the last year less those in the first):"
    ]
    lines += [f"  {row['place']}, waiting {_CAUSES[row['cause']]}: {number(row['tonnes'])} t"
              for row in bound["places"]]  # fmt: skip
    lines += [f"What one more unit does to the growth there, in {bound['cargo']} a year:"]
    lines += [f"  {row['name']} (+{number(row['step'])} {row['unit']}): {with_margin(row['change'])}"
              for row in bound["relief"]]  # fmt: skip
    return lines


def _relieves(row: dict[str, Any]) -> bool:
    """Whether one more unit is shown to slow the growth."""
    return row["p_adjusted"] is not None and row["p_adjusted"] <= ERROR_RATE and row["change"]["mean"] < 0


def _size(change: dict[str, Any]) -> str:
    return with_margin(change | {"mean": -change["mean"]})

"""The search for a corridor's capacity as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


def binds(result: dict[str, Any]) -> str:
    """What binds, in a sentence; empty where nothing does.

    That is what takes most off the growth by one more unit; if nothing is shown to, where the queue grows most.
    """
    bound = result["binding"]
    if bound is None:
        return ""
    best = next((row for row in bound["relief"] if _relieves(row)), None)
    if best is not None:
        per_year = f"{bound['cargo']} a year"
        return f"what binds: {best['name']}; one more unit takes {_size(best['change'])} {per_year} off the growth"
    if not bound["places"]:
        return "no queue grows from the first year to the last"
    first = bound["places"][0]
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
    lines = [f"Where {bound['cargo']} piles up at {result['above']:.2f} x the demand (mean of "
             f"{bound['replications']} replications, tonnes standing in the last year less those in the first):"]
    lines += [f"  {row['place']}, waiting {_CAUSES[row['cause']]}: {number(row['tonnes'])} t"
              for row in bound["places"]]  # fmt: skip
    lines += [f"What one more unit does to the growth there, in {bound['cargo']} a year:"]
    lines += [f"  {row['name']} (+{number(row['step'])} {row['unit']}): {with_margin(row['change'])}"
              for row in bound["relief"]]  # fmt: skip
    return lines


def _relieves(row: dict[str, Any]) -> bool:
    """Whether one more unit is shown to slow the growth; without an interval the sign is all there is."""
    mean, half = row["change"]["mean"], row["change"]["half_width"]
    return bool(mean + (half or 0.0) < 0)


def _size(change: dict[str, Any]) -> str:
    return with_margin(change | {"mean": -change["mean"]})

"""The worth of each part of a package as plain data, as text, and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any, Protocol

import numpy as np

from sim.indicators import INDICATORS, Measure
from sim.report.stranded import HEADING, stranded_lines
from sim.report.texttable import interval_facts, number, text_table, with_margin
from sim.statistics.intervals import NOT_REACHED, clear_of_zero, interval
from sim.statistics.shapley import Design, Worth, apart, worths

_HEAD = ("part", "alone", "last in", "Shapley", "share", "orders")


class NamedPart(Protocol):
    """A part of a package."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def members(self) -> tuple[str, ...]:
        """The interventions or parameters that it bundles."""


def worth_of_parts(
    plan: Design,
    parts: Sequence[NamedPart],
    values: Mapping[Measure, Sequence[np.ndarray]],
    units: Mapping[Measure, str],
) -> dict[str, Any]:
    """What each part is worth in each indicator, with 95 % intervals over replications.

    Args:
        plan: which subsets were run.
        parts: in the order of the design.
        values: indicator -> [replication] values of each subset, in the order of ``plan.subsets``.
        units: indicator -> unit.

    Returns: ``exact`` (or estimated from ``orders``), ``subsets`` (how many were run), ``parts`` (name, members) and
    ``measures``, the first the primary: measure, words, unit, good, base, package, ``total`` (package - base),
    ``interaction`` (total - sum of alone), ``parts``: part, alone, last, shapley, share (of the total; None
    where the total is not shown to differ from 0), sampling_half_width (from the orders drawn), and
    shapley_half_width_in_all (luck and orders, which are independent: the root of the sum of their squares).
    Parts stand in order of their size.
    """
    return {
        "exact": not plan.orders, "orders": len(plan.orders), "subsets": len(plan.subsets),
        "parts": [{"part": part.name, "members": list(part.members)} for part in parts],
        "measures": [_measure(plan, parts, m, of, units[m]) for m, of in values.items()],
    }  # fmt: skip


def worth_text(result: dict[str, Any], width: int = 110) -> str:
    """The decomposition as plain text."""
    lines, names = list(_opening(result)), part_names(result)
    for found in result["measures"]:
        rows = [_row(row, names) for row in found["parts"]]
        lines += ["", f"{found['words']} of {found['scope']}, {found['unit']}: {_total(found)}"]
        lines += text_table(_HEAD, rows, width)
        lines += [f"  {_interaction(found)}"]
    left = list(stranded_lines(result["not_arrived"]))
    lines += ["", f"{HEADING}:", *(f"  {line}" for line in left)] if left else []
    return "\n".join([*lines, "", *_footnotes(result)])


def worth_markdown(result: dict[str, Any], figures: Sequence[str] = ()) -> str:
    """The decomposition as a Markdown page; ``figures`` are file names beside it."""
    title, *opening = _opening(result)
    names = part_names(result)
    lines = [f"# {title}", "", *(f"- {line.strip()}" for line in opening), "", *(f"![{f}]({f})\n" for f in figures)]
    for found in result["measures"]:
        lines += [f"## {found['words']} of {found['scope']}, {found['unit']}", "", _total(found), ""]
        cells = [_HEAD, ["---"] * len(_HEAD), *(_row(row, names) for row in found["parts"])]
        lines += ["| " + " | ".join(row) + " |" for row in cells] + ["", _interaction(found), ""]
    left = list(stranded_lines(result["not_arrived"]))
    lines += [f"## {HEADING}", "", *(f"- {line}" for line in left), ""] if left else []
    return "\n".join([*lines, *(f"- {note}" for note in _footnotes(result)), ""])


def part_names(result: Mapping[str, Any]) -> dict[str, str]:
    """What each part is called: its title, where it has one."""
    return {row["part"]: row.get("title") or row["part"] for row in result["parts"]}


def worth_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an indicator and part, intervals as columns."""
    rows = []
    for found in result["measures"]:
        for row in found["parts"]:
            ends = [(key, end) for key in ("alone", "last", "shapley") for end in ("mean", "half_width")]
            flat = {f"{key}_{end}": row[key][end] for key, end in ends}
            rows.append({"measure": found["measure"], "unit": found["unit"], "part": row["part"], **flat,
                         "share": row["share"], "sampling_half_width": row["sampling_half_width"]})  # fmt: skip
    return rows


def _measure(
    plan: Design, parts: Sequence[NamedPart], m: Measure, of: Sequence[np.ndarray], unit: str
) -> dict[str, Any]:
    values = dict(zip(plan.subsets, of, strict=True))
    base, package = values[frozenset()], values[frozenset(range(plan.parts))]
    found = worths(plan, values)
    change = apart(package, base)
    total = interval(change)
    rows = [_part(part.name, worth, total.mean if total.excludes_zero else None)
            for part, worth in zip(parts, found, strict=True)]  # fmt: skip
    rows.sort(key=lambda row: -abs(row["shapley"]["mean"] or 0.0))
    return {
        "measure": str(m), "scope": m.scope, "words": INDICATORS[m.kpi].words, "unit": unit,
        "good": INDICATORS[m.kpi].good,
        "base": interval_facts(interval(base)), "package": interval_facts(interval(package)),
        "total": interval_facts(total),
        "interaction": interval_facts(interval(apart(change, np.sum([w.alone for w in found], axis=0)))),
        "parts": rows,
    }  # fmt: skip


def _part(name: str, worth: Worth, total: float | None) -> dict[str, Any]:
    facts = {key: interval_facts(interval(getattr(worth, key))) for key in ("alone", "last", "shapley")}
    mean = facts["shapley"]["mean"]
    share = mean / total if total and mean is not None else None
    luck, drawn = facts["shapley"]["half_width"], worth.sampling_half_width
    both = luck if luck is None or drawn is None else hypot(luck, drawn)
    return {"part": name, **facts, "share": share, "sampling_half_width": drawn, "shapley_half_width_in_all": both}


def _opening(result: dict[str, Any]) -> list[str]:
    a, b = result["a"], result["b"]
    how = "every subset was run" if result["exact"] else f"Shapley values from {result['orders']} orders"
    lines = [
        f"{b['title']} taken apart against {a['title']}",
        f"  A  {a['title']} ({a['scenario']}, run {a['run_id']})",
        f"  B  {b['title']} ({b['scenario']}, run {b['run_id']})",
        f"  {len(result['parts'])} parts by {result['by']}, {result['subsets']} runs of {result['replications']} "
        f"replications; {how}",
    ]
    bundles = [row for row in result["parts"] if row["members"] != [row["part"]]]
    lines += [f"  {part_names(result)[row['part']]}: {', '.join(row['members'])}" for row in bundles]
    if result["left_out"]:
        lines.append(f"  demand differs; left out of sums and transit times: {', '.join(result['left_out'])}")
    return lines


def _total(found: dict[str, Any]) -> str:
    return (f"{number(found['base']['mean'])} in A, {number(found['package']['mean'])} in B, "
            f"difference {with_margin(found['total'])}")  # fmt: skip


def _interaction(found: dict[str, Any]) -> str:
    rest = found["interaction"]
    shown = clear_of_zero(rest["mean"], rest["half_width"], rest["n"])
    verdict = "the parts help or hinder each other" if shown else "no interaction shown at this precision"
    return f"together beyond the sum of alone: {with_margin(rest)} ({verdict})"


def _footnotes(result: dict[str, Any]) -> list[str]:
    notes = ["+- is the 95 % half-width over replications with common random numbers, of each value alone; shares "
             "are of the Shapley values, which add up to the difference"]  # fmt: skip
    if not result["exact"]:
        notes.append("'orders' is the 95 % half-width of the Shapley value over the random orders drawn")
    if any(row[key].get("note", "").startswith(NOT_REACHED) for found in result["measures"]
           for row in found["parts"] for key in ("alone", "last", "shapley")):  # fmt: skip
        notes.append("'not reached': among shipments that have not arrived in a run that it is made of, so that it is "
                     "not known")  # fmt: skip
    return notes


def _row(row: dict[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    drawn = row["sampling_half_width"]
    return (
        names[row["part"]],
        *(with_margin(row[key]) for key in ("alone", "last", "shapley")),
        "-" if row["share"] is None else f"{round(row['share'], 2) + 0.0:.0%}",
        "-" if drawn is None else f"+- {number(drawn, 2)}",
    )

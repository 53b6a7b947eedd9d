"""The worth of each part of a package as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.report.estimate import with_margin
from sim.report.page import Page, Section, Table
from sim.report.stranded import HEADING, stranded_lines
from sim.report.texttable import capital, number
from sim.studies.decompose.result import Decomposition, IndicatorWorth, PartWorth

_HEAD = ("part", "alone", "last in", "Shapley", "share", "orders")


def page(result: Decomposition) -> Page:
    """The decomposition: a section for each indicator, the primary one first."""
    names = part_names(result)
    found = [
        Section(
            f"{capital(one.indicator)}, {one.unit}",
            [_total(one)],
            Table(_HEAD, [_row(row, names) for row in one.parts]),
            [_interaction(one)],
        )
        for one in result.measures
    ]
    left = list(stranded_lines(result.not_arrived))
    found += [Section(HEADING, left)] if left else []
    title = f"{result.b.title} taken apart against {result.a.title}"
    return Page(title, list(_lead(result)), found, _notes(result))


def part_names(result: Decomposition) -> dict[str, str]:
    """What each part is called: its title, where it has one."""
    return {row.part: row.title or row.part for row in result.parts}


def _lead(result: Decomposition) -> Iterator[str]:
    for letter, run in (("A", result.a), ("B", result.b)):
        yield f"{letter}  {run.title} ({run.scenario}, run {run.run_id})"
    how = "every subset was run" if result.exact else f"Shapley values from {result.orders} orders"
    yield (
        f"{len(result.parts)} parts by {result.by}, {result.subsets} runs of {result.replications} replications; {how}"
    )
    names = part_names(result)
    for row in result.parts:
        if row.members != (row.part,):
            yield f"{names[row.part]}: {', '.join(row.members)}"
    if result.left_out:
        yield f"demand differs; left out of sums and transit times: {', '.join(result.left_out)}"


def _total(found: IndicatorWorth) -> str:
    return f"{number(found.base.mean)} in A, {number(found.package.mean)} in B, difference {with_margin(found.total)}"


def _interaction(found: IndicatorWorth) -> str:
    rest = found.interaction
    verdict = "the parts help or hinder each other" if rest.excludes_zero else "no interaction shown at this precision"
    return f"together beyond the sum of alone: {with_margin(rest)} ({verdict})"


def _notes(result: Decomposition) -> list[str]:
    notes = [
        "+- is the 95 % half-width over replications with common random numbers, of each value alone; shares "
        "are of the Shapley values, which add up to the difference"
    ]
    if not result.exact:
        notes.append("'orders' is the 95 % half-width of the Shapley value over the random orders drawn")
    if any(not worth.is_reached for found in result.measures for row in found.parts for worth in row.worths().values()):
        notes.append(
            "'not reached': among shipments that have not arrived in a run that it is made of, so that it is not known"
        )
    return notes


def _row(row: PartWorth, names: Mapping[str, str]) -> tuple[str, ...]:
    drawn = row.sampling_half_width
    return (
        names[row.part],
        *map(with_margin, row.worths().values()),
        "-" if row.share is None else f"{round(row.share, 2) + 0.0:.0%}",
        "-" if drawn is None else f"+- {number(drawn, 2)}",
    )

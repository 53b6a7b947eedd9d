"""The worth of each part of a package as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.page import Page, Section, Table
from sim.report.stranded import HEADING, stranded_lines
from sim.report.texttable import capital, number, with_margin
from sim.statistics.intervals import NOT_REACHED, clear_of_zero

_HEAD = ("part", "alone", "last in", "Shapley", "share", "orders")


def page(result: Mapping[str, Any]) -> Page:
    """The decomposition: a section for each indicator, the primary one first."""
    names = part_names(result)
    found = [
        Section(
            f"{capital(one['indicator'])}, {one['unit']}",
            [_total(one)],
            Table(_HEAD, [_row(row, names) for row in one["parts"]]),
            [_interaction(one)],
        )
        for one in result["measures"]
    ]
    left = list(stranded_lines(result["not_arrived"]))
    found += [Section(HEADING, left)] if left else []
    title = f"{result['b']['title']} taken apart against {result['a']['title']}"
    return Page(title, list(_lead(result)), found, _notes(result))


def part_names(result: Mapping[str, Any]) -> dict[str, str]:
    """What each part is called: its title, where it has one."""
    return {row["part"]: row.get("title") or row["part"] for row in result["parts"]}


def _lead(result: Mapping[str, Any]) -> Iterator[str]:
    for letter in "ab":
        run = result[letter]
        yield f"{letter.upper()}  {run['title']} ({run['scenario']}, run {run['run_id']})"
    how = "every subset was run" if result["exact"] else f"Shapley values from {result['orders']} orders"
    yield (
        f"{len(result['parts'])} parts by {result['by']}, {result['subsets']} runs of {result['replications']} "
        f"replications; {how}"
    )
    names = part_names(result)
    for row in result["parts"]:
        if row["members"] != [row["part"]]:
            yield f"{names[row['part']]}: {', '.join(row['members'])}"
    if result["left_out"]:
        yield f"demand differs; left out of sums and transit times: {', '.join(result['left_out'])}"


def _total(found: Mapping[str, Any]) -> str:
    return (
        f"{number(found['base']['mean'])} in A, {number(found['package']['mean'])} in B, "
        f"difference {with_margin(found['total'])}"
    )


def _interaction(found: Mapping[str, Any]) -> str:
    rest = found["interaction"]
    shown = clear_of_zero(rest["mean"], rest["half_width"], rest["n"])
    verdict = "the parts help or hinder each other" if shown else "no interaction shown at this precision"
    return f"together beyond the sum of alone: {with_margin(rest)} ({verdict})"


def _notes(result: Mapping[str, Any]) -> list[str]:
    notes = [
        "+- is the 95 % half-width over replications with common random numbers, of each value alone; shares "
        "are of the Shapley values, which add up to the difference"
    ]
    if not result["exact"]:
        notes.append("'orders' is the 95 % half-width of the Shapley value over the random orders drawn")
    if any(
        row[key].get("note", "").startswith(NOT_REACHED)
        for found in result["measures"]
        for row in found["parts"]
        for key in ("alone", "last", "shapley")
    ):
        notes.append(
            "'not reached': among shipments that have not arrived in a run that it is made of, so that it is not known"
        )
    return notes


def _row(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    drawn = row["sampling_half_width"]
    return (
        names[row["part"]],
        *(with_margin(row[key]) for key in ("alone", "last", "shapley")),
        "-" if row["share"] is None else f"{round(row['share'], 2) + 0.0:.0%}",
        "-" if drawn is None else f"+- {number(drawn, 2)}",
    )

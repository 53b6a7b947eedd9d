"""Candidates ranked by what one more unit of each would do, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.network.titles import apart
from sim.report.estimate import with_margin
from sim.report.page import Page, Section, Table
from sim.report.stranded import HEADING, stranded_lines
from sim.report.texttable import number, with_unit
from sim.studies.bottleneck.result import Bottlenecks

_HEAD = ("one more unit of", "kind", "now", "step", "wait h", "in use", "effect", "p, Holm", "verdict")


def page(result: Bottlenecks) -> Page:
    """The ranking: what was asked, every candidate that was tried, and shipments that had not arrived."""
    found = [Section("Ranked by effect", table=Table(_HEAD, _rows(result)))] if result.rows else []
    left = list(stranded_lines(result.not_arrived))
    found += [Section(HEADING, left)] if left else []
    return Page(f"What one more unit would do in {result.title}", list(_lead(result)), found, _notes(result))


def titles(result: Bottlenecks) -> list[str]:
    """What each row is called: its title, with the id where two are called the same."""
    rows = result.rows
    return apart([row.title for row in rows], [row.name for row in rows])


def _lead(result: Bottlenecks) -> Iterator[str]:
    why = (
        f"those that {result.scope} waits for longest"
        if result.waits_of
        else "those with the longest waits and the highest use"
    )
    yield (f"{result.indicator}: {with_margin(result.base)} {result.unit} as it is (run {result.run_id})")
    yield (
        f"{len(result.rows)} of {result.candidates} candidates tried, {why}; "
        f"replications of each with common random numbers: {result.replications}"
    )
    if not result.rows:
        yield f"{result.scope} waits for nothing that could be one unit larger"


def _rows(result: Bottlenecks) -> list[tuple[str, ...]]:
    return [
        (
            title,
            row.kind,
            number(row.now),
            f"+{with_unit(number(row.step), row.unit)}",
            number(row.shipments_wait_h if result.waits_of else row.queue_h or row.shipments_wait_h),
            f"{row.used:.0%}",
            with_margin(row.effect),
            "-" if row.p_adjusted is None else f"{row.p_adjusted:.3f}",
            row.verdict,
        )
        for title, row in zip(titles(result), result.rows, strict=True)
    ]


def _notes(result: Bottlenecks) -> list[str]:
    better = {"lower": "less is better", "higher": "more is better"}[result.good]
    whose = (
        f"the shipments of {result.scope}"
        if result.waits_of
        else "anything that queues (for ships and equipment: by reported shipments)"
    )
    return [
        f"effect: change of {result.words} in {result.unit} ({better}), with its 95 % half-width; p is corrected "
        "for the number tried (Holm)",
        f"wait h: hours waited in a replication, by {whose}; in use: share of the open capacity, of ships their load",
        "one unit is what stands under step (of a line: a train a day each way); units of different kinds do not cost "
        "the same",
    ]

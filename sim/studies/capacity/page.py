"""The search for a corridor's capacity as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.indicators import CAUSES
from sim.report.estimate import Estimate, with_margin
from sim.report.page import Page, Section, Table
from sim.report.texttable import number, with_unit
from sim.statistics.intervals import ERROR_RATE
from sim.studies.capacity.backlog import GROWS
from sim.studies.capacity.result import Capacity, Relief
from sim.studies.capacity.warm_up import YEAR_D

_HEAD = ("x demand", "cargo", "demand a year", "backlog grows by, a year", "of demand", "verdict")


def page(result: Capacity) -> Page:
    """The search: what was found, every multiple that was run, and what binds."""
    title = f"Capacity of {result.title} with the network and the rules of {result.freeze_at}"
    points = Section("Multiples of the demand", table=Table(_HEAD, _rows(result)))
    return Page(
        title,
        list(_lead(result)),
        [points, *_queues(result)],
        [
            f"a backlog may grow by {result.tolerance:.1%} of a year's demand, or a train, a year",
            "grows, steady: the whole 95 % interval (of all cargoes together) is beyond that, or within it",
        ],
    )


def answer(result: Capacity) -> str:
    """The finding in a sentence: what is shown, and where the replications do not tell."""
    low, high, few = result.multiple, result.above, result.replications
    if few == 1:
        return "no verdict: one replication has no interval; give two or more with --replications"
    if result.undecided is None:
        if low is None:
            return f"the backlog grows even at {result.least:g} x the demand"
        if high is None:
            return f"no limit found up to {low:g} x the demand"
        return f"capacity is {low:.2f} x the demand; at {high:.2f} x it the backlog grows"
    if low is not None and high is not None:
        return (
            f"capacity lies between {low:.2f} x the demand, where the backlog is steady, and {high:.2f} x, "
            f"where it grows; {few} replications show no more"
        )
    if high is not None:
        return f"the backlog grows at {high:.2f} x the demand; {few} replications show it steady at no multiple below"
    if low is not None:
        return f"the backlog is steady at {low:.2f} x the demand; {few} replications show no multiple at which it grows"
    return f"no verdict: {few} replications show the backlog neither steady nor growing at any multiple of the demand"


def beyond(result: Capacity) -> str:
    """By how much the backlog grows at the smallest multiple that is shown to grow; empty where none is."""
    if result.above is None:
        return ""
    growth = next(point.growth for point in result.points if point.multiple == result.above)
    worst = max((row for row in growth if row.verdict == GROWS), key=lambda row: row.share)
    return (
        f"at {result.above:.2f} x it grows by {with_margin(worst.units_a_year)} {worst.cargo} a year, "
        f"{number(worst.allowed)} are allowed"
    )


def binds(result: Capacity) -> str:
    """What binds, in a sentence; empty where nothing does.

    That is what takes most off the growth by one more unit, of those shown to with Holm's correction for all that
    were tried; if nothing is shown to, where the queue grows most, if that is shown.
    """
    bound = result.binding
    if bound is None:
        return ""
    best = next((row for row in bound.relief if _relieves(row)), None)
    if best is not None:
        return f"what binds: {best.title}; one more unit takes {_size(best.change)} {bound.cargo} a year off the growth"
    first = next((row for row in bound.places if _grows(row.tonnes)), None)
    if first is None:
        return "no single unit more is shown to relieve it, and no queue is shown to grow"
    return (
        f"the queue that grows most is at {first.title}, {CAUSES[first.cause]}, by "
        f"{with_margin(first.tonnes)} t; no single unit more is shown to relieve it"
    )


def _lead(result: Capacity) -> Iterator[str]:
    yield from filter(None, (answer(result), beyond(result), binds(result)))
    yield f"flows multiplied: {_listed(result.flows)}; the rest of the traffic stays"
    first = result.freeze_at.year
    years = {1: "one year", 2: "two years"}[result.warm_up.years]
    yield (
        f"growth from {first} to {first + result.years - 1}, after a warm-up of {years}; "
        f"{result.replications} replications"
    )
    if result.warm_up.cut_d:
        yield _cut(result)


def _cut(result: Capacity) -> str:
    """What the rule cuts off the start, and what is made of it."""
    by = result.warm_up
    told = [
        f"{cargo} {'more than a year' if days is None or days > YEAR_D else f'{days} d'}"
        for cargo, days in by.cut_d.items()
    ]
    made = "a whole year is cut, for its seasons" if by.years == 1 else "two years are cut"
    return (
        f"warm-up: of what is on its way from an empty network, demand as it is, MSER-5 cuts {', '.join(told)}; {made}"
    )


def _queues(result: Capacity) -> Iterator[Section]:
    bound = result.binding
    if bound is None:
        yield Section("What binds", ["it is looked for at a multiple that is shown to grow; there is none"])
        return
    yield Section(
        f"Where {bound.cargo} piles up at {result.above:.2f} x the demand",
        [f"tonnes that wait in the last year less those in the first, mean of {bound.replications} replications"],
        Table(
            ("place", "cause", "t"),
            [(row.title, CAUSES[row.cause], with_margin(row.tonnes)) for row in bound.places],
        ),
    )
    yield Section(
        "What one more unit does to the growth there",
        table=Table(
            ("one more unit of", "step", f"{bound.cargo} a year"),
            [(row.title, f"+{with_unit(number(row.step), row.unit)}", with_margin(row.change)) for row in bound.relief],
        ),
    )


def _listed(flows: Sequence[str]) -> str:
    """All names of a few, the first and the last of many."""
    return ", ".join(flows) if len(flows) <= 8 else f"{len(flows)}, from {flows[0]} to {flows[-1]}"


def _rows(result: Capacity) -> list[tuple[str, ...]]:
    return [
        (
            f"{point.multiple:.3f}",
            row.cargo,
            number(row.demand),
            with_margin(row.units_a_year),
            f"{row.share:.1%}",
            row.verdict,
        )
        for point in result.points
        for row in point.growth
    ]


def _relieves(row: Relief) -> bool:
    """Whether one more unit is shown to slow the growth."""
    shown = row.p_adjusted is not None and row.p_adjusted <= ERROR_RATE
    return shown and row.change.mean is not None and row.change.mean < 0


def _grows(tonnes: Estimate) -> bool:
    return tonnes.excludes_zero and tonnes.mean is not None and tonnes.mean > 0


def _size(change: Estimate) -> str:
    return with_margin(replace(change, mean=None if change.mean is None else -change.mean))

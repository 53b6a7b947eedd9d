"""Promises as a page: the day in one sentence, then the days by share, the agreed day, and what makes the tail."""

from __future__ import annotations

from collections.abc import Iterator

from sim.indicators import CAUSES
from sim.report.page import Page, Section, Table
from sim.report.texttable import counted, number
from sim.studies.promise.result import Promise, PromisedDay, Promises, percent

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Causes of the tail that the page shows.
_CAUSES_SHOWN = 5


def page(found: Promises) -> Page:
    """What can be promised."""
    title = f"What can be promised for cargo that leaves on {found.leaves}"
    return Page(title, [*map(sentence, found.promises), *_lead(found)], list(_sections(found)), list(_notes(found)))


def sentence(promise: Promise) -> str:
    """``F03 Xi'an - Poti: 95 % are there by 6 Dec 2026, 26 days after departure (95 % interval 23 to 31)``."""
    one = promise.promised
    head = f"{promise.title}, {promise.world}" if promise.world else promise.title
    if one.day is None:
        left = f"{promise.unfinished} of {promise.shipments} shipments have not arrived when the runs stop"
        return f"{head}: nothing can be promised for {one.share:.0%}: {left}"
    when = f"{counted(one.days or 0, 'day')} after departure ({_interval(one)})"
    return f"{head}: {100 * one.share:.3g} % are there by {one.day}, {when}"


def _interval(one: PromisedDay) -> str:
    low = "-" if one.low is None else str(one.low)
    return (
        f"95 % interval {low} to {one.high}"
        if one.high is not None
        else f"at least {low}; too few shipments for an upper end"
    )


def _lead(found: Promises) -> Iterator[str]:
    yield (
        f"scenario {found.scenario}: shipments that leave from {found.first} to {found.last}, "
        f"{counted(found.replications, 'replication')}, seed {found.seed}"
    )
    if found.interventions:
        yield f"with: {', '.join(found.interventions)}"


def _sections(found: Promises) -> Iterator[Section]:
    rows = []
    for promise in found.promises:
        for one in promise.days:
            rows.append(
                (
                    _name(promise),
                    f"{100 * one.share:.3g} %",
                    one.day or "not reached",
                    "-" if one.days is None else str(one.days),
                    "-" if one.low is None else str(one.low),
                    "-" if one.high is None else str(one.high),
                    str(promise.shipments),
                )
            )
    head = ("", "arrived", "by the end of", "days", "from", "to", "shipments")
    yield Section("Days by which so many are there", table=Table(head, rows))
    agreed = [(_name(p), p.agreed.day, percent(p.agreed)) for p in found.promises if p.agreed is not None]
    if agreed:
        yield Section("The agreed day", table=Table(("", "day", "chance to be there (95 % interval)"), agreed))
    for promise in found.promises:
        causes = [
            (CAUSES[c.cause], number(c.all_h), number(c.tail_h), number(c.tail_h - c.all_h))
            for c in promise.causes[:_CAUSES_SHOWN]
        ]
        causes_head = ("hours of a shipment", "all", "slowest tenth", "more")
        yield Section(f"What makes the slowest tenth slow: {_name(promise)}", table=Table(causes_head, causes))
    if found.months:
        months = [
            (
                m.flow,
                _MONTHS[m.month - 1],
                str(m.shipments),
                *(number(x) if x is not None else "not reached" for x in (m.p50, m.p95)),
            )
            for m in found.months
        ]
        months_head = ("flow", "departs in", "shipments", "P50, d", "P95, d")
        yield Section(
            f"By month of departure: the year of the scenario (run {found.months_run})",
            table=Table(months_head, months),
        )


def _name(promise: Promise) -> str:
    return f"{promise.title}, {promise.world}" if promise.world else promise.title


def _notes(found: Promises) -> Iterator[str]:
    yield "days are counted from midnight to midnight, UTC: leaving at any hour of the day, arriving by the end of that day"
    worth = ", ".join(f"{_name(p)}: {number(p.worth)} of {p.shipments}" for p in found.promises)
    yield (
        "intervals are binomial, for the independent shipments that tell as much as these, which share the storms and "
        f"queues of their replication: {worth}"
    )
    yield "the model is not calibrated: its P95 of past years stands beside published times in corridor validate"
    if any(p.unfinished for p in found.promises):
        yield "shipments that have not arrived when the runs stop rank as the longest"

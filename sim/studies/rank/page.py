"""A ranking by effect per million USD as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.report.estimate import with_margin
from sim.report.page import Page, Section, Table
from sim.report.stranded import HEADING, stranded_lines
from sim.report.texttable import number
from sim.studies.rank.ranking import BestPackage, CandidateRun, Order, Ranking

_HEAD = ("candidate", "MUSD", "effect", "gain per MUSD", "helps", "best", "n")
_IN_PACKAGE = ("candidate", "in the best package")
_UNKNOWN_HEAD = ("candidate", "effect", "helps", "gains most", "as good as the first at", "n")


def page(result: Ranking) -> Page:
    """The ranking: what came out, the candidates with and without a cost, and the best package."""
    title = f"Effect per million USD against {result.base.title}"
    return Page(title, list(_lead(result)), list(_sections(result)), _notes(result))


def finding(result: Order) -> str:
    """What came out, in a sentence."""
    rows = result.ranked
    if not rows:
        return _without_costs(result)
    first = rows[0]
    if result.nothing_best >= result.confidence:
        return f"No candidate with a cost does any good: probability {chance(result.nothing_best)}"
    if result.known:
        return f"{_called(first)} gains most per USD: probability {chance(first.best)}"
    close = sorted(rows, key=lambda row: -row.best)[:2]
    named = " and ".join(f"{_called(row)} {chance(row.best)}" for row in close)
    if result.nothing_best > close[0].best:
        none = f"that none does has probability {chance(result.nothing_best)}, {named}"
        return f"No candidate is shown to do any good at this precision: {none}"
    return f"The best per USD is not known at this precision: {named}"


def _without_costs(result: Order) -> str:
    """What came out where no candidate has a cost and an effect that is known."""
    unknown = result.cost_unknown
    if not unknown:
        return "Nothing can be ranked: the effect of no candidate is known"
    first = unknown[0]
    if first.helps < result.confidence:
        return "Nothing can be ranked per USD: no candidate has a cost; none is shown to do any good at this precision"
    if first.most < result.confidence:
        close = sorted(unknown, key=lambda row: -row.most)[:2]
        named = " and ".join(f"{_called(row)} {chance(row.most)}" for row in close)
        return f"Nothing can be ranked per USD: no candidate has a cost; the largest effect is not known: {named}"
    most = f"{_called(first)} has the largest effect: probability {chance(first.most)}"
    return f"Nothing can be ranked per USD: no candidate has a cost; {most}"


def _called(row: CandidateRun) -> str:
    return f"{row.candidate} ({row.title})"


def chance(share: float) -> str:
    """A probability without false certainty."""
    return "> 99 %" if share > 0.99 else "< 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _lead(result: Ranking) -> Iterator[str]:
    yield finding(result)
    good = "less" if result.good == "lower" else "more"
    yield f"indicator: {result.indicator}, {result.unit}; {good} is better"
    holds = f"from {result.since} on" if result.since else "from the catalogue's dates on"
    yield f"interventions hold {holds}; scenarios keep their dates"
    then = "where the package is in doubt" if result.budget else "by OCBA"
    yield f"{result.first_stage} replications each, then more {then}; seed {result.seed}; {result.stopped}"


def _sections(result: Ranking) -> Iterator[Section]:
    if result.ranked:
        rows = [
            _row(
                row,
                _cost(row),
                with_margin(row.effect),
                with_margin(row.gain_per_musd),
                chance(row.helps),
                chance(row.best),
                str(row.replications),
            )
            for row in result.ranked
        ]
        notes = []
        if result.nothing_best >= 0.01:
            notes.append(f"none does any good: probability {chance(result.nothing_best)}")
        yield Section("Ranked", table=Table(_HEAD, rows), notes=notes)
    if result.cost_unknown:
        rows = [
            _row(
                row,
                with_margin(row.effect),
                chance(row.helps),
                chance(row.most),
                f"{number(row.worth_musd)} MUSD" if row.worth_musd else "-",
                str(row.replications),
            )
            for row in result.cost_unknown
        ]
        lacking = [
            f"{row.candidate}: no published cost of {', '.join(row.unpriced)}"
            for row in result.cost_unknown
            if row.unpriced != (row.candidate,)
        ]
        heading = "Cost unknown, by effect (--cost NAME=MUSD gives one)"
        yield Section(heading, table=Table(_UNKNOWN_HEAD, rows), notes=lacking)
    if result.not_finite:
        told = [f"{row.candidate} {row.title}: {row.why}" for row in result.not_finite]
        yield Section("Not ranked", told)
    if result.not_arrived:
        yield Section(HEADING, list(stranded_lines(result.not_arrived)))
    if result.budget:
        yield _budget(result, result.budget)
    if result.left_out:
        ordered = sorted(result.left_out, key=lambda x: x.group)  # stable: those of a group keep their order
        grouped = groupby(ordered, key=lambda x: x.group)
        told = [f"{group}: {', '.join(x.candidate for x in rows)}" for group, rows in grouped]
        yield Section("Not run (rank.json says why)", told)


def _budget(result: Ranking, found: BestPackage) -> Section:
    heading = f"Best package for {found.budget_musd:g} million USD"
    together = found.run
    if together is None or found.chance is None:
        shown = result.nothing_best >= result.confidence
        none = (
            "no candidate within the budget has a cost and an effect that is known"
            if not result.ranked
            else f"no candidate does any good: probability {chance(result.nothing_best)}"
            if shown
            else "no candidate gains on average; none is chosen, and more replications may show one"
        )
        return Section(heading, [none])
    rows: list[Sequence[str]] = [(name, chance(share)) for name, share in found.included.items()]
    beyond, members = together.beyond, together.apart
    counted = {row.candidate: row.replications for row in result.ranked}
    others = sorted(name for name in members if counted.get(name, together.over) != together.over)
    over = f"over the {together.over} replications that all of them have"
    listed = ", ".join(f"{name} {with_margin(effect)}" for name, effect in members.items())
    verdict = "they help or hinder each other" if beyond.excludes_zero else "no interaction shown at this precision"
    return Section(
        heading,
        table=Table(_IN_PACKAGE, rows),
        notes=[
            f"{', '.join(found.members)}: {number(found.cost_musd)} million USD; "
            f"probability of being the best package {chance(found.chance)}",
            f"sum of the members' effects {with_margin(together.sum)}, run together {with_margin(together.together)}, "
            f"difference {with_margin(beyond)} ({verdict})",
            *([f"{over}, fewer than above for {', '.join(others)}: {listed}"] if others else []),
        ],
    )


def _row(row: CandidateRun, *cells: str) -> Sequence[str]:
    return f"{row.candidate} {row.title}", *cells


def _cost(row: CandidateRun) -> str:
    return number(row.cost_musd) + ("*" if row.cost_given else "")


def _notes(result: Ranking) -> list[str]:
    notes = [
        "+- is the 95 % half-width over replications with common random numbers; gain is the effect in the good "
        "direction; n: replications",
        "best: probability that no other candidate, nor doing nothing, gains more per USD; helps: that it gains "
        "anything; both from "
        + (
            f"random variation and {result.inputs} inputs, with costs"
            if result.inputs != "fixed"
            else "random variation alone, with all inputs and costs"
        )
        + " as they are",
    ]
    if result.first_stage < 5:
        notes.append("a first stage of fewer than 5 replications knows little of the spread: take chances with care")
    years = sorted({row.cost_year for row in result.ranked if row.cost_year})
    if years:
        notes.append(
            f"costs as published, in prices of {years[0]} to {years[-1]}"
            if years[0] < years[-1]
            else f"costs as published, in prices of {years[0]}"
        )
    if any(row.cost_given for row in result.ranked):
        notes.append("* a cost of your own")
    if result.budget:
        notes.append("packages are chosen as if effects added up; the one chosen was run as a whole to see")
    return notes

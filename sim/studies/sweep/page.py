"""A sweep as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sim.report.estimate import Estimate, with_margin
from sim.report.page import Page, Section, Table
from sim.report.texttable import capital, number_within, with_unit
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.result import SweepPoint, SweepResult

#: In place of a value that a point does not set.
STANDS = "as it is"


def page(result: SweepResult) -> Page:
    """The sweep: what came out, every point, and those that failed."""
    found = [Section("Points", table=Table(_head(result), _cells(result)))]
    if result.failed:
        failed = [point for point in result.points if point.failed]
        heading = f"{len(failed)} of {len(result.points)} points failed"
        found.append(Section(heading, [f"{point_name(result, point)}: {point.failed}" for point in failed]))
    return Page(result.title, list(_lead(result)), found, _notes(result))


def point_name(result: SweepResult, point: SweepPoint) -> str:
    """A point by its parameters: ``ships = 2, berths = 1``."""
    return ", ".join(
        f"{axis.words} = {with_unit(value_word(point.values[axis.key]), axis.unit)}"
        for axis in result.axes
        if axis.key in point.values
    )


def axis_label(axis: Axis) -> str:
    """What an axis shows, with its unit: ``Berths of the east port: capacity (berths)``."""
    return capital(axis.words + (f" ({axis.unit})" if axis.unit else ""))


def with_value(axis: Axis, value: Any) -> str:
    """``3 feeder vessels`` where the axis counts what its words say; else ``Ferry: speed 10 knots``, ``seed: 7``."""
    words, number_ = axis.words, value_word(value)
    if axis.counts and not axis.unit:
        return f"{number_} {words}"
    return f"{words}{'' if ':' in words else ':'} {with_unit(number_, axis.unit)}"


def point_number(point: SweepPoint) -> str:
    """The value of a point, with as many digits as its interval has: the same in titles, tables and pictures."""
    return number_within(point.value, point.half_width)


def finding(result: SweepResult) -> str:
    """What came out, in a sentence."""
    ends = _ends(result)
    what, unit = capital(result.outcome.words), result.unit
    if ends is None:
        return f"{what}: no point has a value"
    best, worst = ends
    if not result.shown:
        low, high = sorted((best, worst), key=_value)
        return f"{what}: {point_number(low)} to {point_number(high)} {unit}, no difference shown between the points"
    return f"{what}: from {point_number(worst)} to {point_number(best)} {unit}"


def best_point(result: SweepResult) -> str:
    """Where the outcome is best: ``3 feeder vessels and Ferry: speed 10 knots``; empty where no point is shown to be."""
    ends = _ends(result)
    if ends is None or not result.shown:
        return ""
    own = ends[0].values
    return " and ".join(with_value(axis, own[axis.key]) for axis in result.axes if axis.key in own) or STANDS


def _ends(result: SweepResult) -> tuple[SweepPoint, SweepPoint] | None:
    """The best point and the worst; None where none has a value."""
    known = [point for point in result.points if not point.failed]
    lower = result.outcome.good == "lower"
    ordered = sorted(known, key=lambda point: _value(point) if lower else -_value(point))
    return (ordered[0], ordered[-1]) if ordered else None


def _value(point: SweepPoint) -> float:
    """The value of a point that did not fail."""
    assert point.value is not None
    return point.value


def _lead(result: SweepResult) -> Iterator[str]:
    yield result.question
    best = best_point(result)
    yield finding(result) + (f", best with {best}" if best else "")
    better = {"lower": "less is better", "higher": "more is better"}[result.outcome.good]
    asked = result.outcome
    year = f" in {asked.year}" if asked.year else ""
    yield f"indicator: {result.indicator}{year}, {result.unit}; {better}"
    given = f"; set at every point: {', '.join(result.given)}" if result.given else ""
    yield f"scenario: {result.scenario_title}{given}"
    each = " to ".join(map(str, dict.fromkeys(result.counts)))
    failed = f"; {result.failed} of {len(result.points)} points failed" if result.failed else ""
    yield f"{len(result.points)} points, {each} replications each; seed {result.seed}{failed}"
    if (by := result.until) is not None:
        others = sum(point.by_rule is not None for point in result.points) - by.reached
        not_ = f", NOT reached at {others} with as many as were allowed" if others else ""
        told = f"{by.most} at most: reached at {by.reached} of {len(result.points)} points{not_}"
        yield f"replications of each point until {by.rule}, {told}"


def _head(result: SweepResult) -> list[str]:
    sampled = ["with fixed inputs"] if result.inputs != "fixed" else []
    by_rule = ["replications", f"{result.until.rule}?"] if result.until else []
    return [*map(axis_label, result.axes), result.unit or "value", *sampled, *by_rule]


def _cells(result: SweepResult) -> list[list[str]]:
    found = []
    for point in result.points:
        cells = [value_word(point.values.get(axis.key, STANDS)) for axis in result.axes]
        cells.append("failed" if point.failed else with_margin(point.estimate))
        if result.inputs != "fixed":
            fixed = point.fixed
            told = "-" if fixed is None else with_margin(Estimate(fixed.value, fixed.half_width, point.replications))
            cells.append(told)
        if result.until is not None:
            cells += [str(point.replications), _reached(result, point)]
        found.append(cells)
    return found


def _reached(result: SweepResult, point: SweepPoint) -> str:
    """Whether a point has what the rule asks for; with the rule's indicator where that is another than the outcome."""
    by = point.by_rule
    if by is None:
        return "-"
    told = "reached" if by.reached else "NOT reached"
    own = result.until is not None and result.until.rule.startswith(f"{result.outcome.kpi} of {result.outcome.scope} ")
    return told if own else f"{told} ({with_margin(Estimate(by.rule_value, by.rule_half_width, point.replications))})"


def _notes(result: SweepResult) -> list[str]:
    notes = ["+- is the 95 % half-width over replications"]
    if any(point.replications == 1 for point in result.points):
        notes.append("one replication has no interval")
    return [*notes, *_how_built(result)]


def _how_built(result: SweepResult) -> list[str]:
    """How many points were patched from the scenario's model, and why others were not."""
    reasons = Counter(point.rebuilt for point in result.points if point.rebuilt)
    n = len(result.points)
    told = [f"{n - reasons.total()} of {n} points are patched from the scenario's model, which changes no result"]
    return told + [f"{count} built as a whole: {why}" for why, count in sorted(reasons.items())]


def value_word(value: Any) -> str:
    """A value as it is written in the file."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)

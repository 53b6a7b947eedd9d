"""A rule for where a target is missed, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.page import Page, Section, Table
from sim.report.texttable import capital
from sim.studies.discovery.result import DiscoveryResult, Worth, bound_words


def page(result: DiscoveryResult) -> Page:
    """The rule, and what it is worth on the points it was found on and on fresh ones."""
    head = ["", "points", "that fail", "inside", "both", "coverage", "density"]
    rows = [_row("found on", result.found_on), _row("fresh points", result.fresh)]
    return Page(
        result.title,
        list(_lead(result)),
        [Section("What the rule is worth", table=Table(head, rows))],
        [
            "a point fails if its mean over replications misses the target, or the indicator is never reached",
            "coverage: share of the failing points that the rule holds; density: share of the points it holds that fail; "
            "in brackets 95 % intervals (Clopper and Pearson). What counts is that of the fresh points",
            "the rule says where, not why; between the points that were run it is a guess",
        ],
    )


def finding(result: DiscoveryResult) -> str:
    """The rule in a sentence, with what it is worth on fresh points."""
    what = f"{capital(result.outcome)} {result.target}{' ' + result.unit if result.unit else ''}"
    if not result.rule:
        n = result.found_on
        often = (
            "never" if not n.failing else "always" if n.failing == n.points else f"in {n.failing} of {n.points} points"
        )
        return f"{what}: missed {often}; no rule tells where"
    fresh = result.fresh
    held = "-" if fresh.density is None else f"{fresh.density:.0%}"
    kept = "-" if fresh.coverage is None else f"{fresh.coverage:.0%}"
    return f"{what} is missed where {result.told}: of fresh points inside {held} fail, {kept} of those that fail are inside"


def _lead(result: DiscoveryResult) -> Iterator[str]:
    yield result.question
    yield finding(result)
    for bound in result.rule:
        yield f"rule: {bound_words(bound)}"
    yield f"scenario: {result.scenario_title}; {result.replications} replications of each point, seed {result.seed}"
    if result.failed_runs:
        yield f"{result.failed_runs} points could not be run and count nowhere"


def _row(name: str, worth: Worth) -> list[str]:
    return [
        name,
        *(str(n) for n in (worth.points, worth.failing, worth.inside, worth.both)),
        _share(worth.coverage, worth.coverage_low, worth.coverage_high),
        _share(worth.density, worth.density_low, worth.density_high),
    ]


def _share(value: float | None, low: float, high: float) -> str:
    return "-" if value is None else f"{value:.0%} ({low:.0%} to {high:.0%})"

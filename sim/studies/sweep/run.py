"""Run a scenario at every point of a grid; the same call resumes a sweep at the first replication that is missing.

A point that cannot be run, or has no value, is a row with its reason, and the others run. Results lie in
``out/sweeps/<name>/<id>/``; what the replications of each point came to in the store of points (``out/points``), shared
with other studies and later versions of the sweep. Of a replication only what the outcome needs is computed and kept:
``run_id`` is that of the run which ``corridor run`` makes of the same values, with all its tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.indicators import unit_words
from sim.language.words import in_english
from sim.report.estimate import Estimate
from sim.report.scopes import indicator_words
from sim.results.identity import short_id
from sim.runs.forecast import forecast
from sim.runs.notices import notice
from sim.runs.options import How, options_of
from sim.runs.point_runs import PointReading
from sim.runs.point_until import Growth, grow
from sim.statistics.intervals import apart, clear_of_zero, interval, paired
from sim.studies.study import Study, publish
from sim.studies.sweep.axes import axes
from sim.studies.sweep.begin import Begun, WorkedAt, begin
from sim.studies.sweep.file import SweepPlan
from sim.studies.sweep.page import page
from sim.studies.sweep.result import (
    ByRule,
    Rule,
    SweepResult,
    SweptIndicator,
    Target,
    WithFixedInputs,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.indicators import Measure
    from sim.network.world import World


@dataclass(frozen=True, repr=False)
class Sweep(Study[SweepResult]):
    """A finished sweep."""

    plan: SweepPlan

    @property
    def sweep_id(self) -> str:
        """The study's id."""
        return self.study_id

    @property
    def points(self) -> pd.DataFrame:
        """A row a point: a column for each parameter, then value, half_width, unit, run_id and failed (why)."""
        import pandas as pd

        return pd.DataFrame([point.row() for point in self.result.points])


@in_english()
def run_sweep(
    name_or_path: str | Path,
    *,
    force: bool = False,
    inputs: str = "fixed",
    until: str = "",
    most: int | None = None,
    **how: Unpack[How],
) -> Sweep:
    """Simulate every point of a sweep file.

    All points are resolved and checked before the first is simulated. With ``inputs="sampled"`` each point is run
    twice: with inputs drawn within their ranges, and with fixed ones.

    Args:
        force, inputs, how: as in ``run_scenario``; overrides hold at every point, of keys that are not swept.
        until, most: as in ``run_scenario``, for each point by itself.

    Raises:
        InputError: the sweep or its scenario is not valid, or no point of it is; values that a parameter cannot take.
        RunError: the disk is full or not writable; the same call resumes.
    """
    begun = begin(str(name_or_path), replace(options_of(how), force=force, inputs=inputs, until=until, most=most))
    points, plan, runs = begun.points, begun.plan, begun.runs
    if runs.options.progress and not force:  # a pilot would be done twice
        for line in forecast(runs, [point.at for point in points if not point.failed], rule=begun.rule).lines():
            notice(line)
    _read(begun)
    world = runs.world(plan.texts(points[0].values))
    result = _result(begun, world)
    study_id = short_id([[point.at.run_id for point in points], plan.content.outcome.model_dump()])
    done = publish(
        "sweep",
        begun.folder,
        study_id,
        result,
        [point.row() for point in result.points],
        page(result),
        partial(_draw, result, world, study_id) if runs.options.figures else None,
    )
    return Sweep(**vars(done), plan=plan)


def difference_shown(values: Sequence[Sequence[float]], seeds: Sequence[int] = ()) -> bool:
    """Whether the lowest and the highest point differ by more than chance.

    ``values``: [n replication] of each point; ``seeds`` of each, if they differ. Points of one seed are paired over the
    replications that both have; with other seeds they are independent (Welch's t). The pair is chosen after looking,
    so the interval of its difference has the level 1 - 0.05 / (points - 1) (Bonferroni: every point against one).
    """
    import numpy as np

    known = [np.asarray(v, float) for v in values]
    means = [float(np.nanmean(v)) if np.isfinite(v).any() else np.nan for v in known]
    if np.isfinite(means).sum() < 2:
        return False
    low, high = int(np.nanargmin(means)), int(np.nanargmax(means))
    level = 1 - 0.05 / (np.isfinite(means).sum() - 1)
    if low == high:
        return False
    if seeds and seeds[low] != seeds[high]:
        found = apart(values[low], values[high], level)
        return clear_of_zero(found.mean, found.half_width, found.n, level)
    both = min(len(known[low]), len(known[high]))
    found = paired(values[low][:both], values[high][:both], level).difference
    return clear_of_zero(found.mean, found.half_width, found.n, level)


def _read(begun: Begun) -> None:
    """Run the points and write into each what it found. Raises RunError if nothing can be stored."""
    plan, runs, rule = begun.plan, begun.runs, begun.rule
    some = [point for point in begun.points if not point.failed]
    if rule is not None:
        grown = grow(runs, [point.at for point in some], rule)
        for point in some:
            own = grown[point.at.point]
            point.at = own.at
            point.by_rule = _by_rule(own)
    else:
        runs.run([point.at for point in some])
    if runs.options.inputs != "fixed":
        beside = runs.with_fixed_inputs()
        planned = [replace(beside.plan(plan.texts(p.values)), replications=p.at.replications) for p in some]
        beside.run(planned)
        for point, at in zip(some, planned, strict=True):
            found = _estimate(point, beside.read(at), plan)
            point.fixed = WithFixedInputs(found.mean, found.half_width) if found else None
    measure, year = plan.measure(), plan.content.outcome.year
    for point in some:
        read = runs.read(point.at)
        if (found := _estimate(point, read, plan)) is None:
            continue
        point.value, point.half_width = found.mean, found.half_width
        point.unit, point.run_id = unit_words(read.unit(measure, year)), point.at.run_id
        point.contributions = read.contributions(measure, year)
        if point.value is None:
            point.failed = point.failed or _why(point.contributions, measure, year)


def _by_rule(one: Growth) -> ByRule | None:
    """What a point came to by the rule; None if it failed."""
    if one.failed or not one.looks:
        return None
    found = one.looks[-1].found
    return ByRule(one.reached, found.mean if isfinite(found.mean) else None, found.half_width)


def _estimate(point: WorkedAt, read: PointReading, plan: SweepPlan) -> Estimate | None:
    """What a point came to; None if it failed, which the point then says."""
    if read.failed:
        point.failed = point.failed or read.failed
        return None
    return Estimate.of(interval(read.contributions(plan.measure(), plan.content.outcome.year)))


def _why(contributions: Sequence[float], m: Measure, year: int) -> str:
    """Why a point that was run has no value."""
    if any(value == float("inf") for value in contributions):
        return f"{m} is not reached: too many shipments have not arrived when the run stops"
    return f"the run has no {m}" + (f" in {year}" if year else "") + ": no such shipments"


def _result(begun: Begun, first: World) -> SweepResult:
    plan, points = begun.plan, begun.points
    content = plan.content
    done = [point for point in points if not point.failed]
    shown = difference_shown([point.contributions for point in done], [point.at.seed for point in done])
    return SweepResult(
        sweep=plan.name,
        title=content.title,
        question=content.question,
        scenario=content.scenario,
        scenario_title=first.scenario.title,
        given=(*plan.overrides({}), *begun.given),
        inputs=begun.runs.options.inputs,
        seed=first.scenario.seed,
        replications=first.scenario.replications,
        outcome=_outcome(plan),
        indicator=indicator_words(plan.measure(), first.canonical()),
        unit=next((point.unit for point in done), ""),
        axes=axes(plan, first),
        points=tuple(point.found() for point in points),
        failed=len(points) - len(done),
        shown=shown,
        design=content.design.kind,
        until=_rule(begun),
    )


def _rule(begun: Begun) -> Rule | None:
    rule, points = begun.rule, begun.points
    if rule is None:
        return None
    return Rule(str(rule), rule.most, sum(p.by_rule is not None and p.by_rule.reached for p in points))


def _outcome(plan: SweepPlan) -> SweptIndicator:
    given = plan.content.outcome
    target = Target(given.target.at_most, given.target.at_least) if given.target else None
    return SweptIndicator(given.kpi, given.scope, given.words, given.good, given.year, target)


def _draw(result: SweepResult, world: World, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.sweep.figure import figure

    scenario = world.scenario
    label = RunLabel.of_study(scenario, f"sweep {study_id}", *result.counts)
    return save(figure(result, label), folder / "surface")

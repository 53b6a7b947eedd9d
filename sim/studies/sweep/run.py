"""Run a scenario at every point of a grid; the same call resumes a sweep at the first replication that is missing.

A point that cannot be run, or has no value, is a row with its reason, and the others run. Results lie in
``out/sweeps/<name>/<id>/``; what the replications of each point came to in the store of points (``out/points``), shared
with other studies and later versions of the sweep. Of a replication only what the outcome needs is computed and kept:
``run_id`` is that of the run which ``corridor run`` makes of the same values, with all its tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.indicators import unit_words
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.report.estimate import Estimate
from sim.report.scopes import indicator_words
from sim.results.identity import short_id
from sim.runs.forecast import forecast
from sim.runs.notices import notice
from sim.runs.options import How, Options, options_of
from sim.runs.point_runs import Planned, PointReading, PointRuns
from sim.runs.prepare import header_overrides
from sim.scenario.overrides import override_texts
from sim.statistics.intervals import apart, clear_of_zero, interval, paired
from sim.studies.study import Study, publish
from sim.studies.sweep.axes import axes
from sim.studies.sweep.factors import Value
from sim.studies.sweep.file import SweepPlan, read_sweep
from sim.studies.sweep.fitting import refuse_unfit_factors
from sim.studies.sweep.page import page
from sim.studies.sweep.result import SweepPoint, SweepResult, SweptIndicator, Target, WithFixedInputs

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


@dataclass
class _Point:
    """One point while it is worked at; ``failed`` says why it has no value."""

    values: dict[str, Value]
    name: str
    at: Planned
    failed: str = ""
    unit: str = ""
    run_id: str = ""
    value: float | None = None
    half_width: float | None = None
    fixed: WithFixedInputs | None = None
    contributions: list[float] = field(default_factory=list)

    def found(self) -> SweepPoint:
        """The point when it is done."""
        return SweepPoint(
            values=self.values,
            value=self.value,
            half_width=self.half_width,
            unit=self.unit,
            run_id=self.run_id,
            fixed=self.fixed,
            replications=self.at.replications,
            failed=self.failed,
            point=self.at.point,
            rebuilt=self.at.rebuilt,
        )


def run_sweep(
    name_or_path: str | Path,
    *,
    force: bool = False,
    inputs: str = "fixed",
    **how: Unpack[How],
) -> Sweep:
    """Simulate every point of a sweep file.

    All points are resolved and checked before the first is simulated. With ``inputs="sampled"`` each point is run
    twice: with inputs drawn within their ranges, and with fixed ones.

    Args:
        force, inputs, how: as in ``run_scenario``; overrides hold at every point, of keys that are not swept.

    Raises:
        InputError: the sweep or its scenario is not valid, or no point of it is; values that a parameter cannot take.
        RunError: the disk is full or not writable; the same call resumes.
    """
    begun = begin(str(name_or_path), replace(options_of(how), force=force, inputs=inputs))
    points, plan, runs = begun.points, begun.plan, begun.runs
    if runs.options.progress and not force:  # a pilot would be done twice
        for line in forecast(runs, [point.at for point in points if not point.failed]).lines():
            notice(line)
    _read(points, plan, runs)
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


@dataclass(frozen=True)
class Begun:
    """A sweep whose points are resolved and checked, and nothing is run yet; ``given`` are the overrides of the call."""

    plan: SweepPlan
    folder: Path
    given: tuple[str, ...]
    runs: PointRuns
    points: list[_Point]


def begin(name_or_path: str, options: Options) -> Begun:
    """Read a sweep and check all its points. Raises InputError as ``run_sweep`` does."""
    overrides = override_texts(options.overrides)
    plan = read_sweep(name_or_path)
    own = _header(plan, overrides, options.replications, options.seed)
    given = (*plan.overrides({}), *overrides, *own)
    runs = PointRuns(plan.content.scenario, given, (plan.measure(),), options)
    refuse_unfit_factors(plan, runs.world)
    points = _points(plan, runs)
    _refuse_unknown_outcome(plan, points, runs)
    return Begun(plan, Path(options.out) / "sweeps" / plan.name, overrides, runs, points)


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


def _points(plan: SweepPlan, runs: PointRuns) -> list[_Point]:
    """Every point resolved and checked. Raises InputError with all faults of the values, or where no point fits."""
    found: list[_Point] = []
    problems: dict[tuple[str, str, int | None], list[str]] = {}
    for values in plan.points():
        name = plan.named(values)
        try:
            at = runs.plan(plan.texts(values))
        except InputError as error:
            for p in error.problems:
                problems.setdefault((p.message, p.file, p.line), []).append(name)
            continue
        for p in at.problems:
            if p.file.startswith(tuple(f"--set {key}=" for key in plan.keys)):  # what no point could have
                problems.setdefault((p.message, p.file, p.line), []).append(name)
        found.append(_Point(values, name, at, "; ".join(map(str, at.problems))))
    if not problems and all(point.failed for point in found):
        problems = {(point.failed, "", None): [point.name] for point in found}
    if problems:
        raise InputError([_at(plan, names, *where) for where, names in problems.items()])
    return found


def _refuse_unknown_outcome(plan: SweepPlan, points: Sequence[_Point], runs: PointRuns) -> None:
    """Raise InputError if no point can have what the sweep looks at."""
    wanted, year = plan.measure(), plan.content.outcome.year
    refuse_unknown_scope(runs.world(plan.texts(points[0].values)), wanted, str(plan.path), "outcome.scope: ")
    periods = [point.at.period for point in points]
    if year and not any(first.year <= year <= last.year for first, last in periods):
        first, last = periods[0]
        told = f"outcome.year: {year} is not in the period, {first} to {last}; 0 is the whole period"
        raise InputError([Problem(told, str(plan.path))])


def _at(plan: SweepPlan, names: Sequence[str], message: str, file: str, line: int | None) -> Problem:
    """A fault with the points at which it arises; one of all points is the sweep's own."""
    if len(names) == len(plan.points()):
        return Problem(message, file, line)
    more = f" and {len(names) - 1} more points" if len(names) > 1 else ""
    return Problem(f"at {names[0]}{more}: {message}", str(plan.path) if file.startswith("--set") else file, line)


def _header(plan: SweepPlan, overrides: Sequence[str], replications: int | None, seed: int | None) -> tuple[str, ...]:
    """Replications and seed of all points, unless they are swept. Raises InputError for what is given twice."""
    given = {"replications": replications, "seed": seed}
    keys = {text.partition("=")[0].strip(): "--set" for text in overrides}
    keys |= {key: f"--{key}" for key, value in given.items() if value is not None}
    problems = [
        Problem(f"{key} is swept, so that one value for all points is not allowed", option)
        for key, option in keys.items()
        if key in plan.keys
    ]
    if problems:
        raise InputError(problems)
    own = {"replications": plan.content.replications, "seed": plan.content.seed}
    chosen = {
        key: own[key] if value is None else value
        for key, value in given.items()
        if key not in plan.keys and (value is not None or key not in keys)
    }
    return header_overrides((), chosen.get("replications"), chosen.get("seed"))


def _read(points: Sequence[_Point], plan: SweepPlan, runs: PointRuns) -> None:
    """Run the points and write into each what it found. Raises RunError if nothing can be stored."""
    some = [point for point in points if not point.failed]
    if runs.options.inputs != "fixed":
        beside = runs.with_fixed_inputs()
        planned = [beside.plan(plan.texts(point.values)) for point in some]
        beside.run(planned)
        for point, at in zip(some, planned, strict=True):
            found = _estimate(point, beside.read(at), plan)
            point.fixed = WithFixedInputs(found.mean, found.half_width) if found else None
    runs.run([point.at for point in some])
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


def _estimate(point: _Point, read: PointReading, plan: SweepPlan) -> Estimate | None:
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
    )


def _outcome(plan: SweepPlan) -> SweptIndicator:
    given = plan.content.outcome
    target = Target(given.target.at_most, given.target.at_least) if given.target else None
    return SweptIndicator(given.kpi, given.scope, given.words, given.good, given.year, target)


def _draw(result: SweepResult, world: World, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.sweep.figure import figure

    scenario = world.scenario
    label = RunLabel(
        scenario.name,
        scenario.title,
        f"sweep {study_id}",
        scenario.seed,
        result.replications,
        scenario.period_start,
        scenario.period_end,
    )
    return save(figure(result, label), folder / "surface")

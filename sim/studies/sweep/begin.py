"""A sweep before anything runs: its file read, its points resolved and checked, its rule fit for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import InputError, Problem
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.runs.options import Options
from sim.runs.point_runs import Planned, PointRuns
from sim.runs.prepare import header_overrides
from sim.runs.until import Until, read_rule, refuse_unfit_rule
from sim.scenario.overrides import override_texts
from sim.studies.sweep.factors import Value
from sim.studies.sweep.file import SweepPlan, read_sweep
from sim.studies.sweep.fitting import refuse_unfit_factors
from sim.studies.sweep.result import ByRule, SweepPoint, WithFixedInputs


@dataclass
class WorkedAt:
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
    by_rule: ByRule | None = None
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
            by_rule=self.by_rule,
            replications=self.at.replications,
            failed=self.failed,
            point=self.at.point,
            rebuilt=self.at.rebuilt,
        )


@dataclass(frozen=True)
class Begun:
    """A sweep whose points are resolved and checked, and nothing is run yet.

    ``given`` are the overrides of the call; ``rule`` decides the replications of each point (None: their number is fixed).
    """

    plan: SweepPlan
    folder: Path
    given: tuple[str, ...]
    runs: PointRuns
    points: list[WorkedAt]
    rule: Until | None = None


def begin(name_or_path: str, options: Options) -> Begun:
    """Read a sweep and check all its points. Raises InputError as ``run_sweep`` does."""
    overrides = override_texts(options.overrides)
    plan = read_sweep(name_or_path)
    rule = read_rule(options.until, options.cap) if options.until else None
    own = _header(plan, overrides, options.replications, options.seed)
    given = (*plan.overrides({}), *overrides, *own)
    measures = (plan.measure(), *([rule.measure] if rule else []))
    runs = PointRuns(plan.content.scenario, given, measures, options)
    refuse_unfit_factors(plan, runs.world)
    points = _points(plan, runs)
    _refuse_unknown_outcome(plan, points, runs)
    if rule is not None:
        _refuse_unfit_rule(rule, plan, points, runs)
    return Begun(plan, Path(options.out) / "sweeps" / plan.name, overrides, runs, points, rule)


def _points(plan: SweepPlan, runs: PointRuns) -> list[WorkedAt]:
    """Every point resolved and checked. Raises InputError with all faults of the values, or where no point fits."""
    found: list[WorkedAt] = []
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
        found.append(WorkedAt(values, name, at, "; ".join(map(str, at.problems))))
    if not problems and all(point.failed for point in found):
        problems = {(point.failed, "", None): [point.name] for point in found}
    if problems:
        raise InputError([_at(plan, names, *where) for where, names in problems.items()])
    return found


def _refuse_unknown_outcome(plan: SweepPlan, points: Sequence[WorkedAt], runs: PointRuns) -> None:
    """Raise InputError if no point can have what the sweep looks at."""
    wanted, year = plan.measure(), plan.content.outcome.year
    refuse_unknown_scope(runs.world(plan.texts(points[0].values)), wanted, str(plan.path), "outcome.scope: ")
    periods = [point.at.period for point in points]
    if year and not any(first.year <= year <= last.year for first, last in periods):
        first, last = periods[0]
        told = f"outcome.year: {year} is not in the period, {first} to {last}; 0 is the whole period"
        raise InputError([Problem(told, str(plan.path))])


def _refuse_unfit_rule(rule: Until, plan: SweepPlan, points: Sequence[WorkedAt], runs: PointRuns) -> None:
    """Raise InputError if points cannot stop by the rule."""
    if "replications" in plan.keys:
        told = "replications are swept, so that a rule for them is not allowed; leave one of the two out"
        raise InputError([Problem(told, "--until")])
    refuse_unfit_rule(runs.world(plan.texts(points[0].values)), rule, runs.options)


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

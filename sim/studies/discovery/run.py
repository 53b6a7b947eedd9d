"""Under which conditions a target is missed: one readable rule, found on the points of a sweep, checked on fresh ones.

The points are those of a sweep file whose outcome has a target; the fresh ones are a Latin hypercube over the same
factors. A point fails if its mean over replications misses the target, and if its indicator is never reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from sim.errors import InputError, Problem
from sim.indicators import INDICATORS, unit_words
from sim.language.words import in_english
from sim.network.words import quantity
from sim.report.texttable import number
from sim.results.identity import short_id
from sim.runs.forecast import forecast
from sim.runs.notices import notice
from sim.runs.options import How, options_of
from sim.runs.point_runs import PointRuns
from sim.runs.prepare import header_overrides, prepare
from sim.scenario.overrides import override_texts
from sim.statistics.discovery import Bound, Judged, find_rule, judged, share_interval
from sim.studies.discovery.page import page
from sim.studies.discovery.result import DiscoveryResult, Placed, RuleBound, Worth
from sim.studies.study import Study, publish
from sim.studies.sweep.design import Design, points_of, unique
from sim.studies.sweep.factors import Factor, Value, as_number, is_length
from sim.studies.sweep.file import SweepPlan, read_sweep
from sim.studies.sweep.fitting import refuse_unfit_factors
from sim.studies.sweep.page import value_word
from sim.studies.sweep.result import Target

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.runs.options import Options

#: Fewest points from which a rule is looked for.
FEWEST = 16


@dataclass(frozen=True, repr=False)
class Discovery(Study[DiscoveryResult]):
    """A finished discovery."""


@in_english()
def discover(name_or_path: str | Path, *, fresh: int = 40, **how: Unpack[How]) -> Discovery:
    """Find the rule for where a sweep file's target is missed.

    Args:
        name_or_path: a sweep file whose outcome has a ``target``.
        fresh: new points on which the rule is checked.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: a file that is none, that has no target, or too few points.
        RunError: nothing can be stored; the same call resumes.
    """
    options, plan = options_of(how), read_sweep(str(name_or_path))
    given = plan.content.outcome.target
    problems = []
    if given is None:
        told = "outcome: has no target; write target: {at_most: ...} or {at_least: ...}"
        problems.append(plan.document.problem(("outcome",), told))
    if len(plan.points()) < FEWEST:
        problems.append(plan.document.problem(("design",), f"{len(plan.points())} points; allowed: {FEWEST} or more"))
    if fresh < FEWEST:
        problems.append(Problem(f"{fresh}; allowed: {FEWEST} or more", "--fresh"))
    if problems or given is None:
        raise InputError(problems)
    if find_spec("sklearn") is None:
        raise InputError([Problem("a rule needs scikit-learn: pip install 'middle-corridor[sensitivity]'")])
    seed = plan.content.seed if options.seed is None else options.seed
    header = header_overrides((*plan.overrides({}), *override_texts(options.overrides)), None, seed)
    world = prepare(plan.content.scenario, header)
    count = options.replications or plan.content.replications
    runs = PointRuns(plan.content.scenario, header, (plan.measure(),), options)
    refuse_unfit_factors(plan, runs.plan)
    target = Target(given.at_most, given.at_least)
    design = Design(kind="latin_hypercube", points=fresh, seed=10_000 + (plan.content.design.seed or 1))
    new = [p for p in unique(points_of(design, plan.factors)) if p not in plan.points()]
    places, fails, values = _run(plan, runs, plan.points(), count, options)
    fresh_places, fresh_fails, fresh_values = _run(plan, runs, new, count, options)
    rule = find_rule(places, fails)
    words = [_words(plan, world, one) for one in plan.factors]
    result = DiscoveryResult(
        title=plan.content.title,
        question=plan.content.question,
        scenario=world.scenario.name,
        scenario_title=world.scenario.title,
        outcome=plan.content.outcome.words,
        unit=unit_words(INDICATORS[plan.measure().kpi].unit),
        target=target,
        seed=world.scenario.seed,
        replications=count,
        factors=tuple(words),
        keys=tuple(one.key for one in plan.factors),
        rule=tuple(_bound(bound, plan, words[bound.factor], plan.points()) for bound in rule),
        found_on=_worth(judged(rule, places, fails)),
        fresh=_worth(judged(rule, fresh_places, fresh_fails)),
        placed=(
            *_placed(places, fails, values, fresh=False),
            *_placed(fresh_places, fresh_fails, fresh_values, fresh=True),
        ),
        failed_runs=len(plan.points()) + len(new) - len(fails) - len(fresh_fails),
    )
    study_id = short_id([result.as_json(), runs.plan(()).point])
    folder = Path(options.out) / "discovery" / plan.name
    rows = [one.as_json() | {"values": " ".join(f"{v:g}" for v in one.values)} for one in result.placed]
    units = [_unit(one, plan, world) for one in plan.factors]
    draw = partial(_draw, result, rule, units, world, study_id) if options.figures else None
    return Discovery(**vars(publish("discovery", folder, study_id, result, rows, page(result), draw)))


def _run(
    plan: SweepPlan, runs: PointRuns, points: Sequence[dict[str, Value]], count: int, options: Options
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Places, [point, factor], whether each fails, and its value; points that cannot be run are left out."""
    planned = [runs.plan(plan.texts(point)) for point in points]
    if options.progress:
        for line in forecast(runs, planned, count).lines():
            notice(line)
    runs.run(planned, count)
    measure, year, target = plan.measure(), plan.content.outcome.year, plan.content.outcome.target
    own = Target(target.at_most, target.at_least) if target else Target(None, 0.0)
    places, fails, values = [], [], []
    for point, at in zip(points, planned, strict=True):
        read = runs.read(at, count)
        contributions = read.contributions(measure, year)
        if read.failed or not contributions:
            continue
        value = float(np.mean(contributions))
        places.append([as_number(point.get(one.key, one.steps[0]), one.values) for one in plan.factors])
        fails.append(own.missed(value))
        values.append(value)
    return np.array(places, float).reshape(-1, len(plan.factors)), np.array(fails, bool), values


def _words(plan: SweepPlan, world: World, one: Factor) -> str:
    return plan.content.words.get(one.key) or quantity(world.raw, one.key).words


def _unit(one: Factor, plan: SweepPlan, world: World) -> str:
    """Unit in which a factor is drawn; empty: it has none, or its words say it."""
    if any(is_length(value) for value in one.steps):
        return "h"
    unit = quantity(world.raw, one.key).unit
    return "" if unit in _words(plan, world, one) else unit


def _bound(bound: Bound, plan: SweepPlan, words: str, points: Sequence[dict[str, Value]]) -> RuleBound:
    """A bound by the values of points that lie inside it: what is between two points is nobody's."""
    one = plan.factors[bound.factor]
    known = {as_number(p[one.key], one.values): p[one.key] for p in points if one.key in p}
    inside = [at for at in sorted(known) if bound.holds(_alone(at, bound.factor))[0]]
    return RuleBound(
        one.key,
        words,
        None if bound.above is None else _short(known[inside[0]]),
        None if bound.at_most is None else _short(known[inside[-1]]),
    )


def _short(value: Value) -> str:
    """A value in words, with three digits where it is a number that is not whole."""
    if isinstance(value, float) and value != int(value):
        return number(value)
    if is_length(value):
        return f"{number(as_number(value))} h"
    return value_word(value)


def _alone(value: float, factor: int) -> np.ndarray:
    row = np.zeros((1, factor + 1))
    row[0, factor] = value
    return row


def _worth(found: Judged) -> Worth:
    return Worth(
        found.points,
        found.failing,
        found.inside,
        found.both,
        found.coverage,
        *share_interval(found.both, found.failing),
        found.density,
        *share_interval(found.both, found.inside),
    )


def _placed(places: np.ndarray, fails: np.ndarray, values: Sequence[float], *, fresh: bool) -> list[Placed]:
    return [
        Placed(tuple(map(float, row)), value if np.isfinite(value) else None, bool(fail), fresh)
        for row, fail, value in zip(places, fails, values, strict=True)
    ]


def _draw(
    result: DiscoveryResult, rule: Sequence[Bound], units: Sequence[str], world: World, study_id: str, folder: Path
) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.discovery.figure import figure

    scenario = world.scenario
    label = RunLabel.of_study(scenario, f"discovery {study_id}", result.replications)
    return save(figure(result, rule, label, units), folder / "box")

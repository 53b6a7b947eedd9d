"""Which inputs rule an outcome: screened by elementary effects, then weighed by shares of variance.

Of a scenario the factors are all that is uncertain in its geodata, grouped by the fact that it rests on; of a sweep file
they are its own. First a Morris design over all factors says which have an effect beyond noise; then a Sobol design over
those with the largest says what share of the variance each accounts for. Points are stored like those of a sweep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from sim.indicators import INDICATORS, Measure, unit_words
from sim.language.words import in_english
from sim.network.words import quantity
from sim.report.scopes import indicator_words
from sim.results.identity import short_id
from sim.runs.forecast import Forecast, forecast
from sim.runs.notices import notice
from sim.runs.options import How, options_of
from sim.runs.point_runs import PointRuns
from sim.runs.sampled_inputs import uncertain_inputs
from sim.statistics.indices import Effects
from sim.studies.sensitivity.designs import screen, screening_of, variance_of, weigh
from sim.studies.sensitivity.groups import Group, groups_by_fact, largest
from sim.studies.sensitivity.page import page
from sim.studies.sensitivity.plan import Plan, sizes
from sim.studies.sensitivity.question import Question, measures_of, of_scenario, of_sweep
from sim.studies.sensitivity.result import (
    Input,
    OnIndicator,
    SensitivityResult,
)
from sim.studies.study import Study, publish
from sim.studies.sweep.design import need_salib
from sim.studies.sweep.factors import Factor
from sim.studies.sweep.file import is_sweep, read_sweep
from sim.studies.sweep.fitting import refuse_unfit_factors

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.runs.point_runs import Planned


@dataclass(frozen=True, repr=False)
class Sensitivity(Study[SensitivityResult]):
    """A finished study of sensitivity."""


@dataclass
class _Asked:
    """What is run at the points: the factors by name, and where they come from."""

    runs: PointRuns
    replications: int
    measures: tuple[Measure, ...]
    tell: Callable[[str], None]
    plans: list[Forecast] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    units: dict[Measure, str] = field(default_factory=dict)

    def outcomes(self, points: Sequence[list[str]], replications: int = 0) -> dict[Measure, np.ndarray]:
        """[point, replication] of each indicator at points given as ``key=value`` texts; not a number where one failed.

        ``replications``: 0 for those of the study.
        """
        count = replications or self.replications
        planned: dict[tuple[str, ...], Planned] = {}
        for point in points:
            if tuple(point) not in planned:
                planned[tuple(point)] = self.runs.plan(point)
        own = list(planned.values())
        told = forecast(self.runs, own, count)
        self.plans.append(told)
        for line in told.lines():
            self.tell(line)
        self.runs.run(own, count)
        found = {key: self._read(one, count) for key, one in planned.items()}
        return {m: np.array([found[tuple(point)][m] for point in points]) for m in self.measures}

    def _read(self, planned: Planned, count: int) -> dict[Measure, list[float]]:
        read, nothing = self.runs.read(planned, count), [float("nan")] * count
        if read.failed:
            self.reasons[planned.point] = read.failed
        found = {}
        for m in self.measures:
            found[m] = read.contributions(m) or nothing
            if unit := read.unit(m):
                self.units[m] = unit_words(unit)
        return found


@in_english()
def sensitivity(
    name_or_path: str | Path,
    *,
    kpis: Sequence[str] = (),
    groups: int = Plan.groups,
    trajectories: int | None = None,
    keep: int = Plan.keep,
    base_points: int | None = None,
    most_points: int = Plan.most_points,
    **how: Unpack[How],
) -> Sensitivity:
    """Find which inputs rule the indicators.

    Args:
        name_or_path: a scenario, all of whose uncertain inputs are grouped by fact; or a sweep file with its factors.
        kpis: indicators, as ``KPI of SCOPE``; default: of a scenario median, P90 and volume of containers, of a sweep
            file its outcome.
        groups: factors of a scenario at most.
        trajectories: of the Morris design over all factors; 0: no screening. Default: 10; of a file whose design is
            one of the two, that design alone.
        keep: factors with the largest effects that the Sobol design is over.
        base_points: of the Sobol design, a power of two; 0: none. Default: 128, and as for trajectories.
        most_points: a study with more points is refused.
        how: overrides, replications (default: a scenario's 4, a file's own), seed, engine, workers, out, figures,
            progress, as ``Options`` says.

    Raises:
        InputError: a scenario, file, indicator or design that cannot be.
        RunError: nothing can be stored; the same call resumes.
    """
    options = options_of(how)
    sweep = read_sweep(str(name_or_path)) if is_sweep(name_or_path) else None
    trajectories, base_points = sizes(trajectories, base_points, sweep)
    plan = Plan(groups, trajectories, keep, base_points, most_points)
    plan.refuse_unfit()
    need_salib()
    question = of_sweep(sweep, options) if sweep is not None else of_scenario(name_or_path, options)
    measures = measures_of(kpis, question)
    folder = Path(options.out) / "sensitivity" / question.name
    asked = _Asked(
        PointRuns(question.scenario, question.given, measures, options),
        question.replications,
        measures,
        notice if options.progress else lambda line: None,
    )
    factors, inputs = _factors(question, plan, asked)
    named = {one.key: own.name for one, own in zip(factors, inputs, strict=True)}
    screened = screen(factors, trajectories, asked.outcomes) if trajectories else {}
    kept = _kept(factors, screened, keep)
    shares = weigh(kept, base_points, asked.outcomes) if base_points else {}
    world = question.world
    result = SensitivityResult(
        title=question.title,
        question=question.question,
        scenario=world.scenario.name,
        scenario_title=world.scenario.title,
        given=question.given,
        seed=world.scenario.seed,
        replications=question.replications,
        inputs=tuple(inputs),
        found=tuple(
            OnIndicator(
                measure=str(m),
                words=indicator_words(m, world.canonical()),
                unit=asked.units.get(m, unit_words(INDICATORS[m.kpi].unit)),
                screening=screening_of(screened.get(m), factors, named),
                variance=variance_of(shares.get(m), kept, named),
                why="; ".join(dict.fromkeys(x for x in (screened.get(m), shares.get(m)) if isinstance(x, str))),
            )
            for m in measures
        ),
        kept=tuple(named[one.key] for one in kept) if base_points else (),
        groups=question.groups,
        trajectories=trajectories,
        base_points=base_points,
        plans=tuple(asked.plans),
        failed=len(asked.reasons),
        reasons=tuple(dict.fromkeys(asked.reasons.values()))[:5],
    )
    facts = {k: v for k, v in result.as_json().items() if k != "plans"}
    study_id = short_id([facts, asked.runs.plan(()).point])
    done = publish(
        "sensitivity",
        folder,
        study_id,
        result,
        list(_rows(result)),
        page(result),
        partial(_draw, result, world, study_id) if options.figures else None,
    )
    return Sensitivity(**vars(done))


def _factors(question: Question, plan: Plan, asked: _Asked) -> tuple[list[Factor], list[Input]]:
    """The factors and what they are called. Raises InputError for those that cannot be, or for too many points."""
    if question.sweep is not None:
        factors = list(question.sweep.factors)
        plan.refuse_too_many(len(factors))
        refuse_unfit_factors(question.sweep, asked.runs.plan)
        words = question.sweep.content.words
        return factors, [
            Input(one.key, words.get(one.key) or quantity(question.world.raw, one.key).words, one.keys, len(one.keys))
            for one in factors
        ]
    every = groups_by_fact(uncertain_inputs(question.world.scenario))
    plan.refuse_too_many(min(len(every), plan.groups))
    question.groups = len(every)
    alone = _alone(every, asked) if len(every) > plan.groups else {}
    chosen = largest(every, plan.groups, lambda group: alone[group.name])
    return [g.factor for g in chosen], [Input(g.name, g.words, g.factor.keys, g.keys) for g in chosen]


def _alone(groups: Sequence[Group], asked: _Asked) -> dict[str, list[float]]:
    """How far each group alone moves each indicator, from one end of its range to the other and from the middle."""
    ends = [[f"{key}={end}" for key in group.factor.keys] for group in groups for end in ("low", "high")]
    found = asked.outcomes([[], *ends], 1)
    moves = {}
    for k, group in enumerate(groups):
        own = [values[[0, 1 + 2 * k, 2 + 2 * k], 0] for values in found.values()]
        moves[group.name] = [float(values.max() - values.min()) for values in own]
    return moves


def _kept(factors: Sequence[Factor], screened: Mapping[Measure, Effects | str], keep: int) -> list[Factor]:
    """The factors that matter most for some indicator, in turns over the indicators; all where nothing was screened."""
    orders = [
        [k for k in np.argsort(-found.size, kind="stable") if found.shown[k]]
        for found in screened.values()
        if isinstance(found, Effects)
    ]
    if not screened:
        return list(factors)
    chosen: dict[int, None] = {}
    for place in range(len(factors)):
        for order in orders:
            if place < len(order) and len(chosen) < keep:
                chosen[int(order[place])] = None
    return [factors[k] for k in sorted(chosen)] or list(factors)[:keep]


def _rows(result: SensitivityResult) -> Iterator[dict[str, object]]:
    """Lines of the CSV file: a factor and an indicator each."""
    for on in result.found:
        effects = {one.name: one for one in on.screening.effects} if on.screening else {}
        shares = {one.name: one for one in on.variance.shares} if on.variance else {}
        for own in result.inputs:
            effect, share = effects.get(own.name), shares.get(own.name)
            row: dict[str, object] = {"indicator": on.measure, "unit": on.unit, "factor": own.name, "words": own.words}
            for name in ("size", "half_width", "mean", "spread", "noise", "shown"):
                row[name] = getattr(effect, name, None)
            for name in ("first", "first_half_width", "total", "total_half_width"):
                row[name] = getattr(share, name, None)
            yield row


def _draw(result: SensitivityResult, world: World, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.sensitivity.figure import effects_figure, shares_figure

    scenario = world.scenario
    label = RunLabel.of_study(scenario, f"sensitivity {study_id}", result.replications)
    drawn: list[Path] = []
    for on in result.found:
        name = re.sub(r"\W+", "_", on.measure)
        if on.screening is not None:
            drawn += save(effects_figure(result, on, label), folder / f"effects_{name}")
        if on.variance is not None:
            drawn += save(shares_figure(result, on, label), folder / f"shares_{name}")
    return drawn

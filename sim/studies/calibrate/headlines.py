"""Answers over the accepted sets: does a difference keep its sign, whichever of the inputs that are left is true?

Base and scenario are run with the same set and the same luck, set by set. Within a set the difference varies by luck alone,
among the sets by inputs too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from sim.analysis.kpis import kpis
from sim.analysis.records import replication_views, run_info
from sim.errors import InputError, Problem, nearest
from sim.indicators import INDICATORS, Measure, measure, unit_words
from sim.model.patching import Patcher
from sim.record import Record
from sim.report.common_flows import common_flows
from sim.report.scopes import is_of_shipments
from sim.runs.accepted_inputs import Accepted, refuse_unfit_sets
from sim.runs.demand.settle import settled
from sim.runs.engines import DEFAULT_ENGINE
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.runs.worker import simulate
from sim.scenario.library import scenario_paths
from sim.statistics.intervals import t_quantile
from sim.studies.calibrate import tables
from sim.studies.calibrate.waves import lucks
from sim.studies.calibrate.years import Years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.model.draws import Drawn, Model
    from sim.network.world import World
    from sim.studies.calibrate.file import Answer, Calibration

    Values = NDArray[np.float64]

#: The span of the accepted sets that is shown: the middle nine tenths.
SPAN = (0.05, 0.95)
COLUMNS = (
    "answer",
    "sets",
    "replications",
    "base_mean",
    "mean",
    "luck_low",
    "luck_high",
    "inputs_low",
    "inputs_high",
    "least_set",
    "greatest_set",
    "holds",
    "others_by_chance",
    "inputs_share",
)


class Asked:
    """A scenario of which some indicators are read."""

    def __init__(self, name: str, world: World, asked: Sequence[Measure]) -> None:
        self.patcher, self._asked = Patcher(world), tuple(dict.fromkeys(asked))
        self._info = run_info(world)
        self.names = tuple(f"{name}: {one}" for one in self._asked)

    def read(self, model: Model, replication: int, like: Drawn | None) -> dict[str, float]:
        """Name -> value of one replication, not a number where it has none."""
        draws, trace = simulate(model, DEFAULT_ENGINE, replication, like)
        lines = kpis(replication_views(model.plan, draws, trace, self._info), set(self._asked))
        whole = lines[lines["year"] == 0]
        values = {(row.kpi, row.scope): float(row.value) for row in whole.itertuples()}
        return {
            name: values.get((one.kpi, one.scope), float("nan"))
            for name, one in zip(self.names, self._asked, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Headline(Record):
    """One answer: scenario less base, in the indicator's unit.

    ``luck``: the span of nine in ten years by luck alone, around the mean; ``inputs``: that of all years of all sets;
    ``holds``: sets whose own mean has the sign of the mean over all; ``others_by_chance``: sets that would show the other sign
    if inputs did nothing, since a set has a few replications only; ``inputs_share``: part of the variance that inputs add.
    """

    name: str
    asks: str
    base: str
    scenario: str
    kpi: str
    unit: str
    sets: int
    replications: int
    base_mean: float
    mean: float
    luck: tuple[float, float]
    inputs: tuple[float, float]
    of_sets: tuple[float, float]  #: least and greatest mean of a set
    holds: int
    others_by_chance: float
    inputs_share: float

    @property
    def flips(self) -> bool:
        """Whether more sets give the other sign than random variation alone would make, at 95 %."""
        from scipy.stats import binom

        return self.sets - self.holds > binom.ppf(0.95, self.sets, self.others_by_chance / self.sets)

    @property
    def verdict(self) -> str:
        """``holds`` in all sets; ``flips`` with the inputs; ``open``: other signs are no more than random variation makes."""
        return "holds" if self.holds == self.sets else "flips" if self.flips else "open"


def headlines(plan: Calibration, *, into: Path, **how: Unpack[How]) -> list[Headline]:
    """Run all answers over the accepted sets; each is written as soon as it is there.

    Args:
        plan: the calibration whose answers are asked.
        into: folder of the table; how: workers, out, progress, as ``Options`` says.

    Raises:
        InputError: no accepted sets, or those of another model; unknown scenarios or indicators.
    """
    options = options_of(how)
    content = plan.content.headlines
    asked = _asked(plan)
    worlds = {name: prepare(name) for name in asked}
    _refuse_other_demand(plan, worlds)
    for name, world in worlds.items():
        if world.scenario.geodata_dir != next(iter(worlds.values())).scenario.geodata_dir:
            raise InputError(
                [Problem(f"{name} has another geodata folder than the other scenarios", plan.document.file)]
            )
    first = next(iter(worlds.values())).scenario
    refuse_unfit_sets(first, options.out)
    accepted = Accepted(first)
    chosen = accepted.table.sets[: content.sets]
    own = lucks(len(chosen), content.replications)
    points = [one.factors for one in chosen]
    folder = Path(options.out) / "calibrate" / "points"
    read: dict[str, Values] = {}

    def values(name: str) -> Values:
        if name not in read:
            world = settled(
                worlds[name], replace(options, progress=None)
            )  # where demand answers: to the inputs as they stand
            years = Years([Asked(name, world, asked[name])], accepted.what, folder, options.workers, options.progress)
            found = years.values(points, own, name)
            read.update({label: found[:, :, k] for k, label in enumerate(years.names)})
            read[name] = found
        return read[name]

    found: list[Headline] = []
    for name, answer in content.answers.items():
        for scenario in (answer.base, answer.scenario):
            values(scenario)
        base, other = (read[f"{s}: {measure(answer.kpi)}"] for s in (answer.base, answer.scenario))
        found.append(headline(name, answer, base, other))
        tables.write_table(into, tables.HEADLINES, map(_row, found), COLUMNS)
    return found


def _asked(plan: Calibration) -> dict[str, list[Measure]]:
    """Scenario -> indicators, in the order of the answers. Raises InputError with all faults."""
    known, problems = scenario_paths(), list[Problem]()
    found: dict[str, list[Measure]] = {}
    for name, answer in plan.content.headlines.answers.items():
        at = ("headlines", "answers", name)
        try:
            one = measure(answer.kpi)
        except ValueError as error:
            problems.append(plan.document.problem((*at, "kpi"), f"{name}.kpi: {error}"))
            continue
        for field in ("base", "scenario"):
            scenario = getattr(answer, field)
            if scenario not in known and not scenario.endswith((".yaml", ".yml")):
                message = f"{name}.{field}: unknown scenario {scenario!r}{nearest(scenario, known)}"
                problems.append(plan.document.problem((*at, field), message))
            found.setdefault(scenario, []).append(one)
    if problems:
        raise InputError(problems)
    return found


def _refuse_other_demand(plan: Calibration, worlds: Mapping[str, World]) -> None:
    """Raise InputError for an answer on the time of cargo of which one scenario has other flows: a mean over other cargo."""
    problems = []
    for name, answer in plan.content.headlines.answers.items():
        base, other = worlds[answer.base], worlds[answer.scenario]
        one = measure(answer.kpi)
        _, apart = common_flows(base.canonical(), other.canonical())
        if apart and is_of_shipments(one.kpi) and one.scope not in base.flows:
            message = (
                f"{name}.kpi: {answer.base} and {answer.scenario} differ in the demand of {', '.join(apart)}, so that {one} is of "
                "other cargo in each; ask it of a flow that both have, such as 'transit_p50 of F03'"
            )
            problems.append(plan.document.problem(("headlines", "answers", name, "kpi"), message))
    if problems:
        raise InputError(problems)


def headline(name: str, answer: Answer, base: Values, other: Values) -> Headline:
    """What two arrays [sets, replications] of the same sets and luck say; pairs of which one is missing count for nothing."""
    apart = other - base
    known = np.isfinite(apart)
    n = known.sum(axis=1)
    some = n > 0
    apart, known, n = apart[some], known[some], n[some]
    of_sets = np.where(known, apart, 0.0).sum(axis=1) / n
    mean = float(of_sets.mean())
    within = np.where(known, (apart - of_sets[:, None]) ** 2, 0.0).sum() / max(int((n - 1).sum()), 1)
    total = float(apart[known].var(ddof=1)) if known.sum() > 1 else 0.0
    luck = t_quantile(max(int((n - 1).sum()), 1), 0.9) * float(np.sqrt(within))
    low, high = np.quantile(apart[known], SPAN)
    return Headline(
        name=name,
        asks=answer.asks,
        base=answer.base,
        scenario=answer.scenario,
        kpi=answer.kpi,
        unit=_unit(answer.kpi),
        sets=len(of_sets),
        replications=int(n.max()),
        base_mean=float(base[np.isfinite(base)].mean()),
        mean=mean,
        luck=(mean - luck, mean + luck),
        inputs=(float(low), float(high)),
        of_sets=(float(of_sets.min()), float(of_sets.max())),
        holds=int((np.sign(of_sets) == np.sign(mean)).sum()),
        others_by_chance=len(of_sets) * _other_sign(mean, float(np.sqrt(within / n.max()))),
        inputs_share=max(0.0, 1.0 - float(within) / total) if total else 0.0,
    )


def _other_sign(mean: float, deviation: float) -> float:
    """Chance that a normal value with that mean and standard deviation has not the sign of its mean."""
    from scipy.special import ndtr

    return float(ndtr(-abs(mean) / deviation)) if deviation else 0.0


def _unit(kpi: str) -> str:
    return unit_words(INDICATORS[measure(kpi).kpi].unit)


def _row(one: Headline) -> Mapping[str, object]:
    return {
        "answer": one.name,
        "sets": one.sets,
        "replications": one.replications,
        "base_mean": one.base_mean,
        "mean": one.mean,
        "luck_low": one.luck[0],
        "luck_high": one.luck[1],
        "inputs_low": one.inputs[0],
        "inputs_high": one.inputs[1],
        "least_set": one.of_sets[0],
        "greatest_set": one.of_sets[1],
        "holds": one.holds,
        "others_by_chance": one.others_by_chance,
        "inputs_share": one.inputs_share,
    }


def read_headlines(plan: Calibration, folder: Path) -> list[Headline]:
    """The stored answers; none if they have not been run. Raises InputError for a table that is none of these answers."""
    if not tables.has_table(folder, tables.HEADLINES):
        return []
    found = []
    for cells in tables.read_table(folder, tables.HEADLINES).to_dict("records"):
        name = str(cells["answer"])
        answer = plan.content.headlines.answers.get(name)
        if answer is None:
            file = str(tables.table_path(folder, tables.HEADLINES))
            raise InputError([Problem(f"{name!r} is no answer of {plan.document.file}", file)])
        found.append(
            Headline(
                name=name,
                asks=answer.asks,
                base=answer.base,
                scenario=answer.scenario,
                kpi=answer.kpi,
                unit=_unit(answer.kpi),
                sets=int(cells["sets"]),
                replications=int(cells["replications"]),
                base_mean=float(cells["base_mean"]),
                mean=float(cells["mean"]),
                luck=(float(cells["luck_low"]), float(cells["luck_high"])),
                inputs=(float(cells["inputs_low"]), float(cells["inputs_high"])),
                of_sets=(float(cells["least_set"]), float(cells["greatest_set"])),
                holds=int(cells["holds"]),
                others_by_chance=float(cells["others_by_chance"]),
                inputs_share=float(cells["inputs_share"]),
            )
        )
    return found

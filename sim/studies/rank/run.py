"""Rank interventions and packages by what a million USD buys, and choose the best under a budget.

Every candidate is run on the same luck as the base. After a first stage of equally many replications, more go
where they tell most (OCBA), until the best is known with the confidence asked for or the replications are used
up. Results lie in ``out/rank/<base>/<id>/``; replications are kept in ``runs/`` beside them and never repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.language.words import in_english
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.record import fields_of
from sim.report.scopes import indicator_words
from sim.results.identity import short_id
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.runs.sampled_inputs import refuse_unfit_inputs
from sim.studies.kpi_option import one_to_rank_by
from sim.studies.rank.candidates import candidates
from sim.studies.rank.page import page
from sim.studies.rank.race import Race
from sim.studies.rank.ranking import NotRun, RankBase, Ranking
from sim.studies.rank.result import order, ranking_rows
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    from sim.network.world import World

CONFIDENCE = 0.95
#: Replications of all candidates, in multiples of the first stage, unless asked otherwise.
STAGES = 2


@in_english()
def rank(
    base: str,
    names: Sequence[str] = (),
    *,
    kpi: str = "",
    budget_musd: float | None = None,
    costs: Mapping[str, float] | None = None,
    at: date | None = None,
    own_dates: bool = False,
    total: int | None = None,
    confidence: float = CONFIDENCE,
    inputs: str = "fixed",
    **how: Unpack[How],
) -> Study[Ranking]:
    """Rank candidates by their effect per million USD, with the probability of being best.

    Args:
        base: scenario by name or file.
        names: interventions by id, packages as scenarios; none: every intervention with a published cost.
        kpi: ``KPI of SCOPE``; default the base's primary indicator.
        budget_musd: choose the package that gains most within it, and run it as a whole.
        costs: million USD by candidate, in place of the catalogue's.
        at: day from which interventions hold; default the first of the run, so that all act all the time.
        own_dates: interventions hold from the catalogue's days instead.
        total: replications of all priced candidates together; default twice the first stage.
        confidence: stop as soon as one candidate is best with this probability.
        replications: of each candidate in the first stage, two or more; default the scenario's.
        inputs, how: as in ``run_scenario``.

    Raises:
        InputError: see ``candidates``; an indicator that the runs do not have, or without a good direction;
            fewer than two replications.
    """
    options = replace(options_of(how), inputs=inputs)
    world = prepare(base, options.header)
    first = world.scenario.replications
    _check(first, at, own_dates, budget_musd, confidence)
    since = None if own_dates else at or world.scenario.clock.origin
    if kpi:
        refuse_unknown_scope(world, one_to_rank_by(kpi), "--kpi")
    tried, left_out = candidates(world, names, overrides=options.header, at=since, costs=costs, budget_musd=budget_musd)
    folder = Path(options.out) / "rank" / world.scenario.name
    refuse_unfit_inputs(world.scenario, inputs, options.out)  # faults of them are told before anything is written
    race = Race(world, tried, budget_musd, options.into(folder / "runs"))
    in_all = first * len(race.priced) * STAGES if total is None else total
    measure = race.begin(kpi or world.scenario.primary_kpi, in_all)
    stopped = race.go_on(in_all, confidence)
    found = order(
        measure=measure,
        unit=race.unit(measure),
        entries=race.entries(),
        confidence=confidence,
        seed=world.scenario.seed,
        conflicts=race.conflicts,
        budget_musd=budget_musd,
    )
    ids = [series.series_id for series in race.series]
    if found.budget and found.budget.members:
        together, package_id = race.run_package(found.budget.members)
        found = replace(found, budget=replace(found.budget, run=together))
        ids.append(package_id)
    result = Ranking(
        **fields_of(found),
        indicator=indicator_words(measure, world.canonical()),
        inputs=inputs,
        not_arrived=race.not_arrived(),
        base=RankBase(world.scenario.name, world.scenario.title, ids[0]),
        seed=world.scenario.seed,
        since=since,
        first_stage=first,
        replications=race.counts()[0],
        stopped=stopped,
        left_out=tuple(NotRun(x.name, x.title, x.group, x.why) for x in left_out),
    )
    facts = [ids, race.counts(), str(measure), budget_musd, confidence, [c.cost_musd for c in tried]]
    study_id = short_id(facts)
    return publish(
        "rank",
        folder,
        study_id,
        result,
        ranking_rows(found),
        page(result),
        partial(_draw, result, world, study_id) if options.figures else None,
    )


def read_costs(texts: Sequence[str]) -> dict[str, float]:
    """Costs given as ``NAME=MUSD``. Raises InputError with every one that is not."""
    found, problems = {}, []
    for text in texts:
        name, _, amount = text.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            problems.append(Problem(f"{text!r} is no cost; write NAME=MUSD, such as CAP-09=38", "--cost"))
    if problems:
        raise InputError(problems)
    return found


def _check(first: int, at: date | None, own_dates: bool, budget_musd: float | None, confidence: float) -> None:
    problems = []
    if first < 2:
        problems.append(Problem("one replication shows no random variation; two or more are needed", "--replications"))
    if at is not None and own_dates:
        problems.append(Problem("give --at or --own-dates, not both"))
    if budget_musd is not None and not 0 < budget_musd < float("inf"):
        problems.append(Problem(f"{budget_musd:g} million USD; it must be above 0", "--budget"))
    if not 0.5 <= confidence < 1:
        problems.append(Problem(f"{confidence:g} is out of range; allowed: 0.5 to below 1", "--confidence"))
    if problems:
        raise InputError(problems)


def _draw(result: Ranking, world: World, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.rank.figure import figure

    scenario = world.scenario
    label = RunLabel.of_study(scenario, f"ranking {study_id}", result.replications)
    return save(figure(result, label), folder / "ranking")

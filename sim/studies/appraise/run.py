"""Appraise a scenario against its base: run or open both with common random numbers, and set its benefits against its cost.

Results lie in ``out/appraise/<id>/``: ``summary.md``, ``appraise.json``, ``appraise.csv`` and ``figures/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.language.words import in_english
from sim.report.estimate import Estimate
from sim.results.identity import short_id
from sim.runs.options import How, Options, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.statistics.intervals import interval
from sim.studies.appraise.benefits import benefits
from sim.studies.appraise.page import page
from sim.studies.appraise.result import Appraisal, extremes, parts_of, swings_of, worth
from sim.studies.appraise.terms import Terms, read_cost, refuse
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run

_DAYS_PER_YEAR = 365.25


@in_english()
def appraise(
    base: str, scheme: str, *, cost: str = "", terms: Mapping[str, float] | None = None, **how: Unpack[How]
) -> Study[Appraisal]:
    """What a scenario earns, and what it is worth against its cost.

    Args:
        base, scheme: names or files of scenarios over one period.
        cost: million USD, ``120`` or ``90:150``; default: the published costs of the interventions that the scheme adds.
        terms: field of ``Terms`` -> value; what is not named has its default.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: faults of scenarios, different periods, no tariffs, a cost that is not known, terms that cannot be.
        RunError: a run could not be finished; the same call resumes it.
    """
    options = options_of(how)
    given = read_cost(cost) if cost else None
    if given:
        refuse(_terms(given, terms))  # before anything is resolved
    worlds = _worlds(base, scheme, options)
    costed: tuple[str, ...] = ()
    if given is None:
        costed, amount = _published_cost(*worlds)
        given = amount, amount
    on = _terms(given, terms)
    refuse(on)
    runs = [run_world(world, options.nth(k, 2, f"run {k + 1} of 2")) for k, world in enumerate(worlds)]
    found = _found(worlds, runs, on, costed)
    study_id = short_id([[run.run_id for run in runs], on.as_json()])
    draw = partial(_draw, found, runs[1], study_id) if options.figures else None
    return publish("appraise", Path(options.out) / "appraise", study_id, found, _rows(found), page(found), draw)


def _terms(cost: tuple[float, float], terms: Mapping[str, float] | None) -> Terms:
    known = {one.name for one in fields(Terms)} - {"cost_low_musd", "cost_high_musd"}
    odd = sorted(set(terms or {}) - known)
    if odd:
        raise InputError([Problem(f"{', '.join(odd)}: no such term; allowed: {', '.join(sorted(known))}")])
    return Terms(cost_low_musd=cost[0], cost_high_musd=cost[1], **(terms or {}))  # type: ignore[arg-type]  # names are checked


def _worlds(base: str, scheme: str, options: Options) -> tuple[World, World]:
    """Both scenarios resolved, the second with the seed and replications of the first. Raises InputError."""
    first = prepare(base, options.header)
    own = first.scenario
    shared = (*options.header, f"seed={own.seed}", f"replications={own.replications}")
    second = prepare(scheme, tuple(dict.fromkeys(shared)))
    problems = []
    spans = [(s.period_start, s.period_end, s.warm_up_s, s.run_out_s) for s in (own, second.scenario)]
    if spans[0] != spans[1]:
        both = "; ".join(f"{s.name}: {s.period_start} to {s.period_end}" for s in (own, second.scenario))
        problems.append(
            Problem(f"the scenarios cover different periods ({both}); give both one, as with --set period.start=...")
        )
    rules = [s.demand for s in (own, second.scenario)]
    kept = [(Path(rule.reference).stem, rule.size, rule.induced, rule.unsourced) for rule in rules]
    if all(rule.reacts for rule in rules) and kept[0] != kept[1]:
        both = "; ".join(f"{s.name}: {', '.join(k)}" for s, k in zip((own, second.scenario), kept, strict=True))
        problems.append(
            Problem(
                f"demand answers beside different things ({both}), so that gains of shippers cannot be subtracted; give both the "
                "same demand.reference, size, induced and unsourced"
            )
        )
    problems += [
        Problem(f"{world.scenario.name} has no tariffs, so that nothing has a price")
        for world in {w.scenario.name: w for w in (first, second)}.values()
        if not world.tariffs
    ]
    if problems:
        raise InputError(problems)
    return first, second


def _published_cost(base: World, scheme: World) -> tuple[tuple[str, ...], float]:
    """Interventions that the scheme adds, and the sum of their published costs. Raises InputError if one has none."""
    there = {use.id for use in base.scenario.interventions}
    added = [use for use in scheme.scenario.interventions if use.id not in there and use.effect == "changes"]
    unpriced = [use.id for use in added if use.cost_musd is None]
    if not added or unpriced:
        why = (
            f"no cost is published of {', '.join(unpriced)}"
            if unpriced
            else "the scheme adds no intervention of the catalogue"
        )
        raise InputError(
            [Problem(f"{why}; give it in million USD, such as --cost 120, or 90:150 for a range", "--cost")]
        )
    return tuple(use.id for use in added), sum(use.cost_musd or 0.0 for use in added)


def _found(worlds: tuple[World, World], runs: list[Run], on: Terms, costed: tuple[str, ...]) -> Appraisal:
    base, scheme = (world.scenario for world in worlds)
    years = ((base.period_end - base.period_start).days + 1) / _DAYS_PER_YEAR
    gains = benefits(runs[0], runs[1], years)
    worst, best = extremes(gains, on)
    yearly = gains.total(on.time_scale, on.reliability_ratio, on.carbon_usd_per_t)
    return Appraisal(
        base=base.name,
        scheme=scheme.name,
        base_title=base.title,
        scheme_title=scheme.title,
        base_run=runs[0].run_id,
        scheme_run=runs[1].run_id,
        replications=min(run.replications for run in runs),
        period=f"{base.period_start} to {base.period_end}",
        terms=on,
        costed=costed,
        parts=tuple(parts_of(gains, on)),
        benefit=Estimate.of(interval(yearly)),
        worth=worth(gains, on, "all terms as given"),
        swings=swings_of(gains, on),
        worst=worst,
        best=best,
        flows=gains.flows,
        left_out=gains.left_out,
        of_markets=gains.of_markets,
        unfinished=(_unfinished(runs[0]), _unfinished(runs[1])),
        assumed_share=_assumed(runs[1]),
    )


def _unfinished(run: Run) -> int:
    """Shipments that departed in the period and had not arrived, over all replications."""
    return int((run.shipments["reported"] & run.shipments["transit_h"].isna()).sum())


def _assumed(run: Run) -> float:
    total = float(run.costs["usd"].sum())
    return float(run.costs["usd_assumed"].sum()) / total if total else 0.0


def _rows(found: Appraisal) -> Iterator[Mapping[str, object]]:
    """Lines of the CSV file: parts of the benefit, then the worth on all terms tried."""
    for part in found.parts:
        yield {"what": "benefit of a year", "name": part.part, "at": "", "unit": "million USD/yr"} | _amount(
            part.musd_per_year
        )
    yield {"what": "benefit of a year", "name": "all", "at": "", "unit": "million USD/yr"} | _amount(found.benefit)
    tried = [
        ("all terms", "as given", found.worth),
        ("all terms", "worse end", found.worst),
        ("all terms", "better end", found.best),
    ]
    tried += [
        (one.words, at, worth) for one in found.swings for at, worth in (("lowest", one.low), ("highest", one.high))
    ]
    for name, at, worth_ in tried:
        row = {"what": "present value", "name": name, "at": at, "unit": "million USD"} | _amount(worth_.npv_musd)
        yield row | {"eirr": worth_.eirr}


def _amount(one: Estimate) -> dict[str, object]:
    return {"mean": one.mean, "half_width": one.half_width}


def _draw(found: Appraisal, run: Run, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.studies.appraise.figure import tornado

    label = replace(
        label_of(run.manifest), run_id=f"appraisal {study_id}", scenario=f"{found.scheme} against {found.base}"
    )
    return list(save(tornado(found, label), folder / "1_present_value"))

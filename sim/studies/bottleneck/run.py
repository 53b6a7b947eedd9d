"""Rank what could be larger by what one more unit of it would do: one run for each, random numbers as in the base.

Tried is what the cargo waits for that the indicator speaks of.

The runs are kept under ``out/bottleneck/<scenario>/runs/``, so that the same call resumes it. Results
lie in ``out/bottleneck/<scenario>/<id>/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.indicators import INDICATORS, Measure, measure
from sim.language.words import in_english
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.report.common_flows import flows_of, reported_flows
from sim.report.estimate import Estimate
from sim.report.scopes import indicator_words
from sim.report.stranded import Stranded, stranded
from sim.results.identity import short_id
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.statistics.intervals import interval
from sim.studies.bottleneck.page import page
from sim.studies.bottleneck.result import Bottlenecks, Candidate, RankedUnit, load_of_places, most_loaded, ranked
from sim.studies.kpi_option import not_in_runs, one_to_rank_by
from sim.studies.one_more_unit import enlarged, enlargements
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    import pandas as pd

    from sim.network.world import World
    from sim.results.store import Run
    from sim.studies.one_more_unit import OneMore

#: Candidates that are tried unless another number is asked for.
CANDIDATES = 12
#: What ranks unless another is asked for: every wait enters it.
DEFAULT_KPI = "transit_mean of corridor"
#: Shown beside the indicator that ranks.
OTHERS = ("transit_p90 of corridor", "time_capacity of corridor", "volume_tonnes of corridor")


@in_english()
def bottleneck(
    name_or_path: str,
    *,
    kpi: str = "",
    candidates: int = CANDIDATES,
    **how: Unpack[How],
) -> Study[Bottlenecks]:
    """Effect of one more unit of the most loaded facilities, lines, fleets, quotas and stocks, each by itself.

    Args:
        kpi: the indicator that ranks, as ``KPI of SCOPE``; default: mean transit time of the corridor, which every
            wait enters.
        candidates: how many are tried: what the shipments of the indicator's scope wait for longest; of an
            indicator of all shipments, or of a place, in turns by waiting and by use.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: an indicator that the run does not have, or of which neither more nor less is better.
        RunError: a run could not be finished; the same call resumes it.
    """
    options = options_of(how)
    ranked_by = one_to_rank_by(kpi or DEFAULT_KPI)
    if candidates < 1:
        raise InputError([Problem(f"{candidates} candidates; allowed: 1 or more", "--candidates")])
    world = prepare(name_or_path, options.header)
    refuse_unknown_scope(world, ranked_by, "--kpi")
    base = run_world(world, options.nth(0, candidates + 1, f"run 1 of {candidates + 1} at most"))
    measures = _measures(ranked_by, base.kpis)
    waits_of = _narrower(ranked_by, base)
    every, chosen, load = _chosen(world, base, candidates, waits_of)
    # all are resolved and checked before the first is run
    worlds = [enlarged(world, one) for one in chosen]
    folder, count = Path(options.out) / "bottleneck" / world.scenario.name, len(worlds) + 1
    runs = [
        run_world(larger, options.into(folder / "runs").nth(k, count, f"run {k + 1} of {count}"))
        for k, larger in enumerate(worlds, 1)
    ]
    tried = [_candidate(one, load, run) for one, run in zip(chosen, runs, strict=True)]
    units = {m: _rows(base.kpis, m)["unit"].iloc[0] for m in measures}
    as_it_is = _values(base, measures)
    result = Bottlenecks(
        measure=str(ranked_by),
        words=INDICATORS[ranked_by.kpi].words,
        scope=ranked_by.scope,
        unit=units[ranked_by],
        good=INDICATORS[ranked_by.kpi].good,
        base=Estimate.of(interval(as_it_is[ranked_by])),
        other_units={str(m): units[m] for m in measures if m != ranked_by},
        rows=ranked(tried, as_it_is, [_values(run, measures) for run in runs]),
        indicator=indicator_words(ranked_by, base.manifest["resolved"]),
        scenario=world.scenario.name,
        title=world.scenario.title,
        run_id=base.run_id,
        seed=world.scenario.seed,
        replications=base.replications,
        candidates=len(every),
        waits_of=tuple(waits_of),
        not_arrived=_not_arrived(ranked_by, base, chosen, runs),
    )
    facts = [base.run_id, [run.run_id for run in runs], [str(m) for m in measures]]
    study_id = short_id(facts)
    return publish(
        "bottleneck",
        folder,
        study_id,
        result,
        map(_csv_row, result.rows),
        page(result),
        partial(_draw, result, base, study_id) if options.figures else None,
    )


def _not_arrived(m: Measure, base: Run, chosen: Sequence[OneMore], runs: Sequence[Run]) -> tuple[Stranded, ...]:
    """Shipments of the indicator's cargo that had not arrived, of the base and of each candidate's run."""
    named = {"": base, **{one.title: run for one, run in zip(chosen, runs, strict=True)}}
    tables = {
        name: (run.unfinished if "unfinished" in run.tables else None, run.replications) for name, run in named.items()
    }
    world = base.manifest["resolved"]
    return stranded(tables, flows_of(world, m.scope), world)


def _narrower(ranked_by: Measure, base: Run) -> list[str]:
    """The flows that the indicator speaks of, where it leaves others out; else none: then all waiting counts."""
    world = base.manifest["resolved"]
    found = flows_of(world, ranked_by.scope)
    return found if len(found) < len(reported_flows(world)) else []


def _chosen(
    world: World, base: Run, count: int, waits_of: Sequence[str]
) -> tuple[list[OneMore], list[OneMore], pd.DataFrame]:
    """All candidates that the run used or waited for, those to try, and the load of each by its key.

    With ``waits_of`` these are the candidates that shipments of those flows waited for, the longest waits first.
    """
    import pandas as pd

    places = load_of_places(base.kpis, base.delays, waits_of)
    found = enlargements(world)
    rows = [places.reindex([p for p in one.waits_at if p in places.index]) for one in found]
    load = pd.DataFrame(
        [
            {"lot_h": r["lot_h"].sum(), "mover_h": r["mover_h"].sum(), "used": r["used"].max() if len(r) else 0.0}
            for r in rows
        ],
        index=[one.change.key for one in found],
    )
    told_by = load[["lot_h"]] if waits_of else load
    used = [one for one in found if told_by.loc[one.change.key].any()]
    return used, [found[k] for k in most_loaded(told_by, count)], load


def _candidate(one: OneMore, load: pd.DataFrame, run: Run) -> Candidate:
    found = load.loc[one.change.key]
    return Candidate(
        name=one.name,
        kind=one.kind,
        title=one.title,
        key=one.change.key,
        now=one.now,
        step=one.step,
        unit=one.unit,
        shipments_wait_h=float(found["lot_h"]),
        queue_h=float(found["mover_h"]),
        used=float(found["used"]),
        run_id=run.run_id,
    )


def _measures(first: Measure, kpis: pd.DataFrame) -> list[Measure]:
    """The indicator that ranks and the others that the run has, each once."""
    if _rows(kpis, first).empty:
        raise InputError([not_in_runs(first, set(map(Measure, kpis["kpi"].astype(str), kpis["scope"].astype(str))))])
    others = [m for m in map(measure, OTHERS) if not _rows(kpis, m).empty]
    return list(dict.fromkeys([first, *others]))


def _rows(kpis: pd.DataFrame, m: Measure) -> pd.DataFrame:
    """Whole-period lines of an indicator in order of replication."""
    found = kpis[(kpis["kpi"] == m.kpi) & (kpis["scope"] == m.scope) & (kpis["year"] == 0)]
    return found.sort_values("replication", kind="stable")


def _values(run: Run, measures: Sequence[Measure]) -> dict[Measure, list[float]]:
    return {m: _rows(run.kpis, m)["contribution"].tolist() for m in measures}


def _csv_row(row: RankedUnit) -> Mapping[str, object]:
    ends = {"effect_mean": row.effect.mean, "effect_half_width": row.effect.half_width}
    return {key: value for key, value in row.as_json().items() if not isinstance(value, dict)} | ends


def _draw(result: Bottlenecks, base: Run, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.studies.bottleneck.figure import figure

    label = replace(label_of(base.manifest), run_id=f"bottleneck {study_id}")
    return save(figure(result, label), folder / "one_more_unit")

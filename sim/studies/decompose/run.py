"""What each intervention of a package is worth: run the package with some of its parts, each subset once.

The runs are kept under ``out/decompose/<package>/runs/``, so that the same call goes on where it stopped, and
another indicator costs nothing. Results lie in ``out/decompose/<package>/<id>/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem, RunError
from sim.indicators import DEFAULT_PRIMARY, Measure
from sim.language.words import in_english
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.network.words import quantity
from sim.report.common_flows import common_flows, flows_of, kpis_of_common_flows
from sim.report.scopes import indicator_words
from sim.report.stranded import Stranded, stranded
from sim.results.identity import short_id
from sim.runs.options import How, options_of
from sim.runs.replicate import run_world
from sim.scenario.load import load_scenario
from sim.statistics.shapley import design
from sim.studies.decompose.page import page
from sim.studies.decompose.result import (
    BaseRun,
    Decomposition,
    PackagePart,
    PackageRun,
    SubsetRun,
    worth_of_parts,
    worth_rows,
)
from sim.studies.kpi_option import asked_for, not_in_runs
from sim.studies.package_parts import Part, parts, with_parts, world_of
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from sim.network.geofolder import RawGeodata
    from sim.network.world import World
    from sim.results.store import Run
    from sim.scenario.load import Scenario
    from sim.statistics.shapley import Design

#: Shown beside the primary indicator unless others are asked for.
OTHERS = ("transit_p90 of corridor", "volume_teu of corridor")
#: Random orders (each with its reverse) beyond the number of parts that are worked out exactly.
PAIRS_OF_ORDERS = 8


@in_english()
def decompose(
    base: str,
    package: str,
    *,
    by: str = "intervention",
    kpis: Sequence[str] = (),
    pairs: int = PAIRS_OF_ORDERS,
    **how: Unpack[How],
) -> Study[Decomposition]:
    """Value of each part of a package alone, last in, and by Shapley value, with intervals.

    Args:
        base, package: scenarios by name or file; the package is the base with changes added.
        by: what is one part: ``intervention``, ``kind`` or ``package``.
        kpis: ``KPI of SCOPE`` besides the package's primary indicator; default ``OTHERS``.
        pairs: random orders, each with its reverse, where there are more than six parts.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: the package is not the base with changes added, or cannot be taken apart so; an indicator
            that the runs do not have.
    """
    options = options_of(how)
    first, whole = _scenarios(base, package, options.header)
    found = parts(first, whole, by)
    plan = design(len(found), pairs, whole.seed)
    folder = Path(options.out) / "decompose" / whole.name
    runs: list[Run] = []
    count = len(plan.subsets)
    for k, world in enumerate(_worlds(first, whole, found, plan)):
        for wanted in map(asked_for, kpis if k == 0 else ()):
            refuse_unknown_scope(world, wanted, "--kpi")
        try:
            where = options if plan.subsets[k] in _ends(plan) else options.into(folder / "runs")
            run = run_world(world, where.nth(k, count, f"subset {k + 1} of {count}"))
        except RunError as error:
            raise RunError(f"{_named(whole, found, plan.subsets[k])}: {error}") from None
        runs.append(run)
    tables, left_out = _tables(runs)
    chosen = _measures(whole, kpis, tables[0])
    names, resolved = [part.name for part in found], runs[-1].manifest["resolved"]
    result = Decomposition(
        exact=not plan.orders,
        orders=len(plan.orders),
        subsets=len(plan.subsets),
        parts=tuple(PackagePart(part.name, part.members, _title(part.name, whole, world.raw)) for part in found),
        measures=tuple(
            worth_of_parts(
                plan,
                names,
                m,
                [_values(table, m) for table in tables],
                _unit(tables[0], m),
                indicator_words(m, resolved),
            )
            for m in chosen
        ),
        a=BaseRun(first.name, first.title, runs[0].run_id),
        b=PackageRun(whole.name, whole.title, whole.question, runs[-1].run_id),
        not_arrived=_not_arrived(chosen[0], runs[0], runs[-1], left_out),
        by=by,
        replications=whole.replications,
        seed=whole.seed,
        left_out=tuple(left_out),
        runs=tuple(
            SubsetRun(tuple(names[p] for p in sorted(s)), run.run_id) for s, run in zip(plan.subsets, runs, strict=True)
        ),
    )
    facts = [[run.run_id for run in runs], [str(m) for m in chosen], [list(order) for order in plan.orders], by]
    study_id = short_id(facts)
    return publish(
        "decompose",
        folder,
        study_id,
        result,
        worth_rows(result.measures),
        page(result),
        partial(_draw, result, runs[-1], study_id) if options.figures else None,
    )


def _not_arrived(m: Measure, base: Run, package: Run, left_out: Sequence[str]) -> tuple[Stranded, ...]:
    """Shipments of the primary indicator's cargo that had not arrived, of the base and of the whole package."""
    world = base.manifest["resolved"]
    tables = {
        name: (run.unfinished if "unfinished" in run.tables else None, run.replications)
        for name, run in (("", base), (package.manifest["title"], package))
    }
    return stranded(tables, [flow for flow in flows_of(world, m.scope) if flow not in left_out], world)


def _title(part: str, whole: Scenario, raw: RawGeodata) -> str:
    """A part in words: an intervention by its id and title, a setting by what it changes."""
    used = next((use for use in whole.interventions if use.id == part), None)
    if used is not None:
        return f"{used.id} {used.title}"
    return quantity(raw, part).words if "." in part else part.replace("_", " ")


def _scenarios(base: str, package: str, overrides: Sequence[str]) -> tuple[Scenario, Scenario]:
    """Both scenarios, with the package's seed and number of replications."""
    first, whole = (load_scenario(name, overrides) for name in (base, package))
    spans = [(s.period_start, s.period_end, s.warm_up_s, s.run_out_s) for s in (first, whole)]
    if spans[0] != spans[1]:
        both = "; ".join(f"{s.name}: {s.period_start} to {s.period_end}" for s in (first, whole))
        raise InputError([Problem(f"the scenarios cover different periods ({both}); run both over one period")])
    return replace(first, seed=whole.seed, replications=whole.replications), whole


def _worlds(first: Scenario, whole: Scenario, found: Sequence[Part], plan: Design) -> Iterator[World]:
    """The world of each subset, in the order of the design, made when it is its turn: there may be hundreds.

    What can be wrong with the whole is told before the first is run.
    """
    base = world_of(first, first.name)
    world_of(whole, whole.name)
    if world_of(with_parts(whole, found, ()), whole.name).canonical() != base.canonical():
        raise InputError([Problem(f"{whole.name} differs from {first.name} in more than interventions and set")])
    yield base
    for subset in plan.subsets[1:]:
        chosen = [found[p] for p in sorted(subset)]
        yield world_of(with_parts(whole, found, chosen), _named(whole, found, subset))


def _named(whole: Scenario, found: Sequence[Part], subset: frozenset[int]) -> str:
    """A subset in words: ``package with only SHIP, BERTH``."""
    names = [found[p].name for p in sorted(subset)]
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return f"{whole.name} with {'only ' + ', '.join(names[:6]) + more if names else 'none of its parts'}"


def _ends(plan: Design) -> tuple[frozenset[int], frozenset[int]]:
    """None and all: the runs of the two scenarios themselves, kept where ``corridor run`` keeps them."""
    return frozenset(), frozenset(range(plan.parts))


def _tables(runs: Sequence[Run]) -> tuple[list[pd.DataFrame], list[str]]:
    """Whole-period indicators of each run, over the flows whose demand no part changes."""
    common, left_out = common_flows(runs[0].manifest["resolved"], runs[-1].manifest["resolved"])
    if not left_out:
        return [run.kpis[run.kpis["year"] == 0] for run in runs], []
    if not common:
        raise InputError([Problem("the package changes the demand of every flow; there is nothing to hold it against")])
    return [kpis_of_common_flows(run, common) for run in runs], left_out


def _measures(whole: Scenario, kpis: Sequence[str], table: pd.DataFrame) -> list[Measure]:
    """The primary indicator and those asked for, each once."""
    known = set(map(Measure, table["kpi"].astype(str), table["scope"].astype(str)))
    wanted = []
    for text in (whole.primary_kpi, *(kpis or OTHERS)):
        wanted.append(asked_for(text) if text else next(m for m in DEFAULT_PRIMARY if m in known))
    missing = [m for m in wanted if m not in known]
    if missing:
        raise InputError([not_in_runs(m, known) for m in missing])
    return list(dict.fromkeys(wanted))


def _values(table: pd.DataFrame, m: Measure) -> np.ndarray:
    """[replication] contributions in order."""
    rows = table[(table["kpi"] == m.kpi) & (table["scope"] == m.scope)].sort_values("replication")
    return rows["contribution"].to_numpy(float)


def _unit(table: pd.DataFrame, m: Measure) -> str:
    return str(table.loc[(table["kpi"] == m.kpi) & (table["scope"] == m.scope), "unit"].iloc[0])


def _draw(result: Decomposition, run: Run, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.studies.decompose.figure import figure

    label = replace(label_of(run.manifest), run_id=f"decomposition {study_id}")
    return save(figure(result, label), folder / "worth_of_parts")

"""The corridor's capacity: the largest multiple of demand whose backlog does not grow, with one day's network for good.

Found by bisection over whole years, between multiples that are shown to be steady and to grow: what lies within the
interval over replications decides nothing. Each multiple is a run of its own, kept under
``out/capacity/<scenario>/runs/``; results lie in ``out/capacity/<scenario>/<id>/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from math import ceil, log2
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem, nearest
from sim.language.words import in_english
from sim.network.freeze import frozen
from sim.report.estimate import Estimate
from sim.results.identity import short_id
from sim.runs.options import How, Options, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.scenario.changes import Change
from sim.studies.capacity.backlog import growth_of_backlog, verdict_of
from sim.studies.capacity.binding import LONGEST, PLACES, binding
from sim.studies.capacity.bracket import LEAST, MOST, Bracket, bracket
from sim.studies.capacity.page import page
from sim.studies.capacity.result import Capacity, CargoGrowth, Point
from sim.studies.capacity.warm_up import warm_up_of, warm_up_s
from sim.studies.package_parts import world_of
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run
    from sim.scenario.load import Scenario
    from sim.studies.capacity.backlog import Growth


@in_english()
def capacity(
    name_or_path: str,
    *,
    freeze_at: date | None = None,
    years: int = 3,
    tolerance: float = 0.01,
    precision: float = 0.02,
    flows: Sequence[str] = (),
    **how: Unpack[How],
) -> Study[Capacity]:
    """The largest multiple of demand whose backlog does not grow from year to year, and what binds just above it.

    Args:
        freeze_at: day whose network and rules hold throughout; default: the first of the period.
        years: calendar years over which growth is measured, from that of ``freeze_at`` on, after a warm-up of one, or of two
            where the rule says that one is too short (``warm_up_of``).
        tolerance: share of a year's demand by which the backlog of a cargo may grow in a year.
        precision: the bracket of the multiple is narrowed to this share of it.
        flows: those whose demand is multiplied; default: all that are not background traffic.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    With one replication, which has no interval, only the demand as it is runs, and there is no verdict.

    Raises:
        InputError: what the scenario or an option gets wrong. RunError: as in ``run_scenario``.
    """
    options = options_of(how)
    _refuse_options(years, tolerance, precision)
    world = prepare(name_or_path, options.header)
    day = freeze_at or world.scenario.period_start
    scaled = _scaled_flows(world, flows, day)
    base = replace(
        world.scenario,
        changes=(*world.scenario.changes, *frozen(world, day)),
        period_start=date(day.year, 1, 1),
        period_end=date(day.year + years - 1, 12, 31),
        run_out_s=0,
    )
    folder = Path(options.out) / "capacity" / base.name
    points: dict[float, tuple[Run, list[Growth]]] = {}

    trains = _largest_trains(world, scaled)
    counted = _Counted(options.into(folder / "runs"), precision)
    warm_up = warm_up_of(base, scaled, tolerance, counted.next("warm-up"))
    base = replace(base, warm_up_s=warm_up_s(warm_up.years))

    def run_growth(of: World, what: str) -> tuple[Run, list[Growth]]:
        run = run_world(of, counted.next(what))
        return run, growth_of_backlog(run.shipments, scaled, day.year, years, tolerance, run.replications, trains)

    def judge(multiple: float) -> str:
        points[multiple] = run_growth(_multiplied(base, scaled, multiple), f"{multiple:.3g} x demand")
        return verdict_of(points[multiple][1])

    if base.replications > 1:
        found = bracket(judge, precision)
    else:
        judge(1.0)
        found = Bracket(None, None, (1.0, 1.0))
    bound = None
    if found.high is not None:
        bound = binding(
            _multiplied(base, scaled, found.high),
            points[found.high][1],
            scaled,
            options.engine,
            lambda of, what: run_growth(of, what)[1],
        )
    first, growth = points[1.0]
    result = Capacity(
        scenario=base.name,
        title=base.title,
        freeze_at=day,
        years=years,
        tolerance=tolerance,
        precision=precision,
        seed=base.seed,
        replications=first.replications,
        flows=tuple(scaled),
        multiple=found.low,
        above=found.high,
        undecided=found.undecided,
        least=LEAST,
        most=MOST,
        demand={g.cargo: g.demand for g in growth},
        binding=bound,
        points=tuple(_point(multiple, *points[multiple]) for multiple in sorted(points)),
        warm_up=warm_up,
    )
    facts = [[run.run_id for run, _ in points.values()], tolerance, precision]
    study_id = short_id(facts)
    return publish(
        "capacity",
        folder,
        study_id,
        result,
        _csv_rows(result.points),
        page(result),
        partial(_draw, result, first, study_id) if options.figures else None,
    )


def _refuse_options(years: int, tolerance: float, precision: float) -> None:
    problems = []
    if years < 2:
        problems.append(Problem(f"{years}: growth from year to year needs 2 years or more", "--years"))
    if not 0 <= tolerance < 1:
        problems.append(Problem(f"{tolerance:g}; allowed: a share from 0 to below 1", "--tolerance"))
    if not 0.001 <= precision < 1:
        problems.append(Problem(f"{precision:g}; allowed: a share from 0.001 to below 1", "--precision"))
    if problems:
        raise InputError(problems)


def _scaled_flows(world: World, wanted: Sequence[str], day: date) -> dict[str, str]:
    """Cargo of each flow whose demand is multiplied."""
    own = {
        name: row.cargo
        for name, row in world.flows.items()
        if not row.background and row.woken_by is None and row.quantity_per_year.at(day) > 0
    }
    unknown = [name for name in wanted if name not in own]
    if unknown:
        what = "is no flow with demand of its own on"
        raise InputError(
            [
                Problem(f"{name!r} {what} {day}; allowed: {', '.join(own)}{nearest(name, own)}", "--flow")
                for name in unknown
            ]
        )
    if not own:
        raise InputError([Problem(f"{world.scenario.name} has no demand on {day}", "--freeze-at")])
    return {name: own[name] for name in sorted(wanted or own)}


def _largest_trains(world: World, flows: dict[str, str]) -> dict[str, float]:
    """Units of the largest train, or of what departs at one instant, of each cargo."""
    found: dict[str, float] = {}
    for name, cargo in flows.items():
        flow = world.flows[name]
        found[cargo] = max(found.get(cargo, 0.0), float(max(flow.train, flow.lot * flow.lots_together)))
    return found


class _Counted:
    """Progress over all runs of a search, whose number is only estimated."""

    def __init__(self, options: Options, precision: float) -> None:
        self._options, self._begun = options, 0
        self._planned = 4 + ceil(log2(1 / precision)) + PLACES + LONGEST

    def next(self, what: str) -> Options:
        """How to run the next one."""
        self._begun += 1
        return self._options.nth(self._begun - 1, max(self._planned, self._begun), what)


def _multiplied(base: Scenario, flows: Sequence[str] | dict[str, str], multiple: float) -> World:
    layer = len(base.chain)
    keys = [f"flows.{name}.quantity_per_year" for name in flows]
    more = tuple(
        Change(key, "scale", multiple, None, None, f"demand x {multiple:g}", None, "--set", layer=layer) for key in keys
    )
    return world_of(replace(base, changes=(*base.changes, *more)), f"{base.name} with {multiple:g} x its demand")


def _point(multiple: float, run: Run, growth: Sequence[Growth]) -> Point:
    rows = tuple(CargoGrowth(g.cargo, Estimate.of(g.units), g.demand, g.share, g.allowed, g.verdict) for g in growth)
    return Point(multiple, verdict_of(growth), run.run_id, rows)


def _csv_rows(points: Sequence[Point]) -> Iterator[Mapping[str, object]]:
    for point in points:
        for row in point.growth:
            yield {
                "multiple": point.multiple,
                "run_id": point.run_id,
                "cargo": row.cargo,
                "demand": row.demand,
                "growth_mean": row.units_a_year.mean,
                "growth_half_width": row.units_a_year.half_width,
                "growth_share": row.share,
                "allowed": row.allowed,
                "verdict": row.verdict,
            }


def _draw(result: Capacity, run: Run, study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.studies.capacity.figure import figure

    label = replace(label_of(run.manifest), run_id=f"capacity {study_id}")
    return save(figure(result, label), folder / "capacity")

"""Ask when cargo of a flow that leaves on a day will be there: run the days around it many times, and pool the shipments.

Results lie in ``out/promise/<scenario>/<id>/``: ``summary.md``, ``promise.json``, ``promise.csv`` and ``figures/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem, nearest
from sim.language.words import in_english
from sim.mistakes import near_name
from sim.network.titles import short_name
from sim.results.identity import short_id
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import scenario_paths
from sim.scenario.overrides import override_texts
from sim.studies.package_parts import with_changes, world_of
from sim.studies.promise.page import page
from sim.studies.promise.result import MonthDays, Promise, Promises, by_month, calendar_days
from sim.studies.promise.result import promise as promise_of
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    import pandas as pd

    from sim.network.world import World
    from sim.results.store import Run

#: Replications unless the caller says another number: with a shipment or two in the days around, some eighty shipments.
REPLICATIONS = 40
#: Days before and after the day on which shipments leave that count as leaving on it.
AROUND_D = 3


@in_english()
def promise(
    flows: Sequence[str],
    leaves: date,
    *,
    scenario: str = "",
    sure: float = 0.95,
    by: date | None = None,
    around_d: int = AROUND_D,
    interventions: Sequence[str] = (),
    months: bool = False,
    **how: Unpack[How],
) -> Study[Promises]:
    """When cargo that leaves on a day is there.

    Args:
        flows: ids of flows.
        leaves: day of departure (UTC).
        scenario: name or file; default: the base of the year in the library.
        sure: share of shipments that are to be there.
        by: a day that was agreed, whose chance is wanted.
        around_d: days before and after ``leaves`` that count too.
        interventions: ids of the scenario's catalogue, each ``ID`` or ``ID@DATE``: the promise with them stands beside.
        months: run the scenario's own period too, for P50 to P95 by month of departure.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: unknown flows, interventions or scenarios, days that cannot be, too few shipments for the share.
        RunError: a run could not be finished; the same call resumes it.
    """
    options = options_of(how)
    _refuse(leaves, sure, by, around_d)
    name = scenario or _base_of(leaves.year)
    first, last = leaves - timedelta(days=around_d), leaves + timedelta(days=around_d)
    own = override_texts(options.overrides)
    narrow = replace(options, overrides=(*own, f"period.start={first}", f"period.end={last}"))
    if options.replications is None:
        narrow = replace(narrow, replications=REPLICATIONS)
    base = prepare(name, narrow.header)
    titles = {flow: _title(base, flow) for flow in _known(base, flows)}
    worlds = {"": base}
    if interventions:
        worlds = {"as it is": base, f"with {', '.join(interventions)}": _with(base, interventions)}
    whole = prepare(name, options.header) if months else None
    folder = Path(options.out) / "promise" / base.scenario.name
    count = len(worlds) + months
    inner = narrow.into(folder / "runs")
    runs = [run_world(world, inner.nth(k, count, f"run {k + 1} of {count}")) for k, world in enumerate(worlds.values())]
    year = (
        None if whole is None else run_world(whole, options.into(folder / "runs").nth(count - 1, count, f"run {count}"))
    )
    found: list[Promise] = []
    days = []
    for flow, title in titles.items():
        for run, world in zip(runs, worlds, strict=True):
            shipments = _leaving(run, flow)
            _enough(shipments, flow, title, sure, run.replications, around_d)
            named = {"flow": flow, "title": title, "world": world, "run_id": run.run_id}
            found.append(promise_of(shipments, run.replications, leaves, sure, by, **named))
            days.append(calendar_days(shipments))
    by_months: tuple[MonthDays, ...] = ()
    if year is not None:
        by_months = tuple(row for flow in titles for row in by_month(_leaving(year, flow), flow))
    result = Promises(
        scenario=base.scenario.name,
        title=base.scenario.title,
        leaves=str(leaves),
        first=str(first),
        last=str(last),
        seed=base.scenario.seed,
        replications=runs[0].replications,
        sure=sure,
        interventions=tuple(interventions),
        promises=tuple(found),
        months=by_months,
        months_run="" if year is None else year.run_id,
    )
    run_ids = [run.run_id for run in runs] + ([year.run_id] if year else [])
    study_id = short_id([run_ids, list(titles), sure, str(by), str(leaves)])
    draw = partial(_draw, result, days, titles, runs[0], study_id) if options.figures else None
    return publish("promise", folder, study_id, result, _csv_rows(result), page(result), draw)


def read_share(text: str) -> float:
    """``95`` or ``95 %`` as 0.95. Raises InputError for what is no share between 1 and 99.9 %."""
    try:
        share = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not 0.01 <= share <= 0.999:
        problem = f"{text[:20]!r} is not a share in per cent; allowed: 1 to 99.9, such as 95; nothing is sure to 100 %"
        raise InputError([Problem(problem, "--sure")])
    return round(share, 6)


def _refuse(leaves: date, sure: float, by: date | None, around_d: int) -> None:
    problems = []
    if not 1900 <= leaves.year <= 2200:
        problems.append(Problem(f"{leaves} is out of reach; allowed: years 1900 to 2200", "--leaves"))
    if not 0.01 <= sure <= 0.999:
        problems.append(Problem(f"{sure:g} is not a share; allowed: 0.01 to 0.999", "--sure"))
    if by is not None and by < leaves:
        problems.append(Problem(f"{by} is before the departure on {leaves}", "--by"))
    if not 0 <= around_d <= 60:
        problems.append(Problem(f"{around_d} days before and after; allowed: 0 to 60", "--around"))
    if problems:
        raise InputError(problems)


def _base_of(year: int) -> str:
    """The library's scenario that stands for a year."""
    name, known = f"baseline_{year}", scenario_paths()
    if name not in known:
        bases = [one for one in known if one.startswith("baseline_")]
        problem = f"the library has no base of {year} ({', '.join(bases)}); name a scenario with --scenario"
        raise InputError([Problem(problem, "--leaves")])
    return name


def _known(world: World, flows: Sequence[str]) -> list[str]:
    problems = []
    reported = [name for name, row in world.flows.items() if not row.background]
    for flow in flows:
        if flow in world.flows and flow not in reported:
            problems.append(Problem(f"{flow} is background traffic, which is not followed to its destination"))
        elif flow not in world.flows:
            hint = near_name(flow[:60], reported) or "; corridor list --flows shows all"
            problems.append(Problem(f"no flow {flow[:60]!r} in {world.scenario.name}{hint}"))
    if not flows:
        problems.append(Problem("name a flow; corridor list --flows shows all"))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(flows))


def _title(world: World, flow: str) -> str:
    ends = (world.flows[flow].origin, world.flows[flow].destination)
    return f"{flow} {' - '.join(short_name(world.nodes[end].name) for end in ends)}"


def _with(base: World, uses: Sequence[str]) -> World:
    """The base with interventions of its catalogue. Raises InputError with every problem."""
    catalogue = read_catalogue(base.scenario.path.parent)
    used = {use.id for use in base.scenario.interventions}
    problems, extra = [], []
    for text in uses:
        id_, at, day = text.partition("@")
        try:
            since = date.fromisoformat(day) if at else None
        except ValueError:
            problems.append(Problem(f"{text!r}: {day!r} is no date; write ID@2026-11-18", "--intervention"))
            continue
        entry = catalogue.get(id_)
        if entry is None:
            problems.append(Problem(f"no intervention {id_[:40]!r}{nearest(id_[:40], catalogue)}", "--intervention"))
        elif entry.intervention.effect != "changes":
            why = getattr(entry.intervention, entry.intervention.effect)
            problems.append(Problem(f"{id_} changes nothing: {why}", "--intervention"))
        elif id_ in used and since is None:
            problems.append(Problem(f"{id_} is part of {base.scenario.name} already", "--intervention"))
        else:
            own = entry.changes(since)
            begins = [change.since for change in own if change.since is not None]
            if len(begins) == len(own) and min(begins) > base.scenario.clock.last_day:
                late = (
                    f"{id_} begins after the end of the run, on {min(begins)}; {id_}@DATE lets it begin on another day"
                )
                problems.append(Problem(late, "--intervention"))
            extra += own
    if problems:
        raise InputError(problems)
    world = world_of(with_changes(base.scenario, extra), ", ".join(uses))
    if world.canonical() == base.canonical():
        told = f"{', '.join(uses)} changes nothing in this run; with ID@DATE it begins on another day"
        raise InputError([Problem(told, "--intervention")])
    return world


def _leaving(run: Run, flow: str) -> pd.DataFrame:
    shipments = run.shipments
    return shipments[(shipments["flow"].astype(str) == flow) & shipments["reported"]]


def _enough(shipments: pd.DataFrame, flow: str, title: str, sure: float, replications: int, around_d: int) -> None:
    """Raise InputError where the share asked for is beyond what the shipments can tell: the longest of all decides."""
    needed = ceil(round(1 / (1 - sure), 6))
    if len(shipments) >= needed:
        return
    have = f"{len(shipments)} shipments of {title} leave in these days, over {replications} replications"
    more = (
        f"--replications {ceil(replications * needed / max(len(shipments), 1) * 1.2)}"
        if len(shipments)
        else "another day"
    )
    advice = f"take {more}, or --around {min(around_d + 7, 60)}"
    raise InputError([Problem(f"{have}; {100 * sure:.3g} % needs at least {needed}: {advice}", flow)])


def _csv_rows(result: Promises) -> Iterator[Mapping[str, object]]:
    for one in result.promises:
        for day in one.days:
            yield {"flow": one.flow, "title": one.title, "world": one.world, "run_id": one.run_id} | day.as_json()


def _draw(
    result: Promises, days: Sequence[object], titles: Mapping[str, str], run: Run, study_id: str, folder: Path
) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.studies.promise.figure import arrivals, months

    label = replace(label_of(run.manifest), run_id=f"promise {study_id}")
    drawn = save(arrivals(result, days, label), folder / "1_arrivals")  # type: ignore[arg-type]  # arrays
    if result.months:
        drawn += save(months(result.months, titles, label), folder / "2_months")
    return drawn

"""Hold the base against what was published: one run for each year that a scenario stands for, all outcomes judged.

Runs are those of ``corridor run`` and lie where these lie. Results: ``out/validate/<id>/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.language.words import in_english
from sim.network.roles import standings
from sim.results.identity import short_id
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.scenario.library import scenario_paths
from sim.scenario.load import load_scenario
from sim.studies.study import Study, publish
from sim.studies.validate.measure import measured
from sim.studies.validate.page import page
from sim.studies.validate.responses import read_events, responses
from sim.studies.validate.result import Judged, Validation, judged, validation, without_run
from sim.studies.validate.volumes import read_volumes, volumes

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run


@in_english()
def validate(names: Sequence[str] = (), demand: bool = False, **how: Unpack[How]) -> Study[Validation]:
    """Judge every published outcome by the run of its year.

    Args:
        names: scenarios that stand for a year as it ran (``base_year``); default: all of the library.
        demand: and published volumes beside what comes where demand answers (``volumes.yaml``).
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: a scenario that stands for no year, or two for one; faults of observations are told by ``check``.
        RunError: a run could not be finished; the same call resumes it.
    """
    options = options_of(how)
    chosen = tuple(names) or standing_for_a_year()
    worlds = {name: prepare(name, options.header) for name in chosen}  # all are checked before the first is run
    years, events = _years(worlds), read_events()
    come = tuple(volumes(read_volumes(), options)) if demand else ()
    runs = {
        year: run_world(worlds[name], options.nth(k, len(years), f"{name}, {k + 1} of {len(years)}"))
        for k, (year, name) in enumerate(years.items())
    }
    rows = [*_judged(worlds, years, runs)]
    scenario = next(iter(worlds.values())).scenario
    replications = min(run.replications for run in runs.values())
    by_name = {name: runs[year] for year, name in years.items()}
    found = validation(rows, chosen, replications, scenario.seed, responses(events, by_name), come)
    study_id = short_id(
        [
            [run.run_id for run in runs.values()],
            [(of.id, of.value, of.role) for of in (row.published for row in rows)],
            *([[[row.published.id, row.published.value, *row.run_ids] for row in come]] if demand else []),
        ]
    )
    return publish(
        "validate",
        Path(options.out) / "validate",
        study_id,
        found,
        (row.as_json() for row in found.rows),
        page(found),
        partial(_draw, found, study_id, (min(years), max(years))) if options.figures else None,
    )


def standing_for_a_year() -> tuple[str, ...]:
    """Scenarios of the library that stand for a year as it ran."""
    paths = scenario_paths()
    return tuple(name for name in sorted(paths) if load_scenario(paths[name]).base_year is not None)


def _years(worlds: dict[str, World]) -> dict[int, str]:
    """Year -> scenario that stands for it. Raises InputError for one of none, and for two of one."""
    years: dict[int, str] = {}
    problems = []
    for name, world in worlds.items():
        year = world.scenario.base_year
        if year is None:
            problems.append(Problem(f"{name} stands for no year as it ran; it needs base_year", name))
        elif year in years:
            problems.append(Problem(f"{years[year]} and {name} both stand for {year}; give one of them", name))
        else:
            years[year] = name
    if problems:
        raise InputError(problems)
    return dict(sorted(years.items()))


def _judged(worlds: dict[str, World], years: dict[int, str], runs: dict[int, Run]) -> Iterator[Judged]:
    first = next(iter(worlds.values()))
    told = {name: standings(world) for name, world in worlds.items()}
    for name, row in first.observed.items():
        scenario = years.get(row.year)
        if scenario is None:
            any_run = next(iter(told.values()))[name]
            yield without_run(name, row, any_run.role, any_run.why)
            continue
        own, run = told[scenario][name], runs[row.year]
        yield judged(
            name,
            worlds[scenario].observed[name],
            measured(run, worlds[scenario].observed[name]),
            role=own.role,
            rests_on=own.why or row.note,
            scenario=scenario,
            run_id=run.run_id,
        )


def _draw(found: Validation, study_id: str, years: tuple[int, int], folder: Path) -> list[Path]:
    from sim.plots.figures import save
    from sim.plots.inputs import RunLabel
    from sim.studies.validate.figure import figure

    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    scenarios = " to ".join(dict.fromkeys((found.scenarios[0], found.scenarios[-1])))
    label = RunLabel(scenarios, scenarios, f"validate {study_id}", found.seed, found.replications, first, last)
    return save(figure(found, label), folder / "published_and_modelled")

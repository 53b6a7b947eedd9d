"""What a study of sensitivity is asked: of which scenario, at all points of which what holds, and about which indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.indicators import Measure, measure
from sim.network.indicator_scopes import refuse_unknown_scope, scopes
from sim.network.world import World
from sim.runs.options import Options
from sim.runs.prepare import header_overrides, prepare
from sim.scenario.overrides import override_texts
from sim.studies.kpi_option import asked_for
from sim.studies.sweep.file import SweepPlan

#: What is asked where nothing is: median, P90 and volume of containers.
DEFAULT_KPIS = ("transit_p50 of cargo TEU", "transit_p90 of cargo TEU", "volume_teu of cargo TEU")
DEFAULT_REPLICATIONS = 4
QUESTION = "Which inputs that are not known rule the outcome?"


@dataclass
class Question:
    """What is asked, of a scenario or of a sweep file; ``given`` holds at every point."""

    name: str
    title: str
    question: str
    scenario: str | Path
    given: tuple[str, ...]
    replications: int
    world: World
    sweep: SweepPlan | None = None
    groups: int = 0


def of_scenario(name_or_path: str | Path, options: Options) -> Question:
    """What is asked of a scenario. Raises InputError as ``prepare`` does."""
    given = header_overrides(options.overrides, None, options.seed)
    world = prepare(name_or_path, given)
    title = f"What rules {world.scenario.title}"
    count = options.replications or DEFAULT_REPLICATIONS
    return Question(world.scenario.name, title, QUESTION, name_or_path, given, count, world)


def of_sweep(plan: SweepPlan, options: Options) -> Question:
    """What is asked of a sweep file. Raises InputError as ``prepare`` does."""
    content = plan.content
    seed = content.seed if options.seed is None else options.seed
    given = header_overrides((*plan.overrides({}), *override_texts(options.overrides)), None, seed)
    world, count = prepare(content.scenario, given), options.replications or content.replications
    return Question(plan.name, content.title, content.question, content.scenario, given, count, world, plan)


def measures_of(kpis: Sequence[str], question: Question) -> tuple[Measure, ...]:
    """The indicators. Raises InputError for one that is not, or that the scenario has not."""
    world = question.world
    if kpis:
        found = [asked_for(text) for text in kpis]
    elif question.sweep is not None:
        found = [question.sweep.measure()]
    else:
        found = [m for m in map(measure, DEFAULT_KPIS) if m.scope in scopes(world, m.kpi)]
        found = found or [measure(world.scenario.primary_kpi or "transit_p50 of corridor")]
    for m in found:
        refuse_unknown_scope(world, m, "--kpi" if kpis else question.name)
    return tuple(dict.fromkeys(found))

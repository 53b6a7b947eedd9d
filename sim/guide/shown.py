"""A scenario as it is resolved: its settings and where each comes from, its interventions, what differs from its parent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.model.effects import Effect, effects
from sim.network.words import time_words
from sim.record import Record
from sim.report.effects_page import effects_points
from sim.report.page import Page, Point, Section, Table
from sim.report.texttable import counted
from sim.scenario.library import shown
from sim.scenario.load import Scenario, load_scenario

if TYPE_CHECKING:
    from sim.network.world import World


@dataclass(frozen=True, slots=True)
class Setting(Record):
    """A setting of a scenario that is no parameter of the network; ``parent`` is what the parent has."""

    name: str
    value: str
    parent: str | None = None  #: None: there is no parent

    @property
    def differs(self) -> bool:
        """Whether the parent has another."""
        return self.parent is not None and self.parent != self.value


@dataclass(frozen=True, slots=True)
class Used(Record):
    """An intervention that the scenario uses."""

    id: str
    title: str
    since: str  #: ISO date
    package: str
    own: bool  #: whether the scenario itself, and no parent of it, names it
    cost_musd: float | None


@dataclass(frozen=True, slots=True)
class ShownScenario(Record):
    """A resolved scenario."""

    name: str
    title: str
    question: str
    files: tuple[str, ...]  #: its own, then its parent's, and so on
    geodata: str
    settings: tuple[Setting, ...]
    interventions: tuple[Used, ...]
    effects: tuple[Effect, ...]  #: its own changes, against its parent or the geodata
    changes: int  #: of the geodata in all, those of the parents included
    notes: tuple[str, ...]
    notes_of_parent: tuple[str, ...]


def show(world: World) -> ShownScenario:
    """What a resolved scenario is, and what differs from its parent. Raises InputError if its parent is faulty."""
    scenario = world.scenario
    parent = load_scenario(scenario.chain[1]) if len(scenario.chain) > 1 else None
    given = _settings(scenario)
    before = {} if parent is None else _settings(parent)
    inherited = () if parent is None else parent.interventions
    return ShownScenario(
        scenario.name,
        scenario.title,
        scenario.question,
        tuple(map(shown, scenario.chain)),
        shown(scenario.geodata_dir),
        tuple(Setting(name, value, before.get(name)) for name, value in given.items()),
        tuple(
            Used(use.id, use.title, str(use.since), use.package, use not in inherited, use.cost_musd)
            for use in scenario.interventions
        ),
        effects(world),
        len(scenario.changes),
        world.notes,
        world.notes_of_parent,
    )


def show_page(found: ShownScenario) -> Page:
    """The same as a page."""
    return Page(found.title, list(_lead(found)), [section for section in _sections(found) if _says(section)])


def _settings(scenario: Scenario) -> dict[str, str]:
    return {
        "period": f"{scenario.period_start} to {scenario.period_end}",
        "warm_up": time_words(scenario.warm_up_s),
        "run_out": time_words(scenario.run_out_s),
        "replications": str(scenario.replications),
        "seed": str(scenario.seed),
        "primary_kpi": scenario.primary_kpi or "as the cargo has it",
        "base_year": str(scenario.base_year or "none"),
    }


def _lead(found: ShownScenario) -> Iterator[Point]:
    if found.question:
        yield Point(found.question, hang=0)
    own, *parents = found.files
    yield Point(f"scenario {found.name}, {own}" + (f"; extends {', '.join(parents)}" if parents else ""), hang=0)
    yield Point(f"network: {found.geodata}, with {counted(found.changes, 'change')}", hang=0)


def _sections(found: ShownScenario) -> Iterator[Section]:
    parents = len(found.files) > 1
    head = ("setting", "here", "in the parent") if parents else ("setting", "here")
    rows = [
        (one.name, one.value, ("the same" if not one.differs else one.parent or ""))[: len(head)]
        for one in found.settings
    ]
    yield Section("Settings", table=Table(head, rows))
    whose = "its parent" if parents else "the geodata"
    same = [] if found.effects else [Point(f"no parameter differs from {whose}", hang=0)]
    yield Section(f"What differs from {whose}: before -> after", [*effects_points(found.effects, found.name), *same])
    used = [
        (
            use.id,
            use.since,
            "here" if use.own else "parent",
            "-" if use.cost_musd is None else f"{use.cost_musd:g}",
            use.title + (f" ({use.package})" if use.package else ""),
        )
        for use in found.interventions
    ]
    yield Section("Interventions", table=Table(("id", "from", "named", "MUSD", "title"), used))
    yield Section("Notes", [Point(text, mark="- ") for text in found.notes])
    yield Section("What the parents bring along", [Point(text, mark="- ") for text in found.notes_of_parent])


def _says(section: Section) -> bool:
    return bool(section.points or (section.table and section.table.rows))

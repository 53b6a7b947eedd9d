"""Load a scenario: its parents, its interventions, its own settings and those of the command line.

Later beats earlier: the parent's result, then the file's ``interventions`` in date order, then its
``set``, then ``--set`` overrides. Nothing is resolved against the network here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.clock import DAY_S, LONGEST_CLOCK_S
from sim.errors import InputError, Problem
from sim.mistakes import key_advice, near_name
from sim.scenario.changes import Change
from sim.scenario.demand import DEMAND_FIELDS, DemandRule, SettledDemand
from sim.scenario.faults import faults
from sim.scenario.filenames import folder_fault
from sim.scenario.given import locate, not_a_scenario, same_name
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import CATALOGUE_FILE, geodata_dir, scenario_paths, shown
from sim.scenario.migrate import migrate, without_version
from sim.scenario.overrides import Level, Overrides, Use, override_texts, read_override
from sim.scenario.relative import plain_changes
from sim.scenario.run_clock import RunClock
from sim.scenario.schema import KEY_PATTERN, NAME_PATTERN, PERIOD_FIELDS, Comparator, ScenarioFile
from sim.scenario.uses import (
    Package,
    UsedIntervention,
    apply_uses,
    left_out,
    notes_on_uses,
    over_budget,
    switched,
)
from sim.scenario.yamlfile import Document, KeyPath, read_yaml

#: What holds if neither the scenario nor a parent says so.
DEFAULTS = {
    "question": "",
    "primary_kpi": "",
    "replications": 10,
    "seed": 1,
    "period.warm_up": 60 * DAY_S,
    "period.run_out": 120 * DAY_S,
}


@dataclass(frozen=True)
class Scenario:
    """What the planner asked, with every change in the order of its application.

    ``path`` is the scenario's file, ``chain`` it and its parents, the nearest first; the period
    includes both its days; ``geodata_dir`` is the folder of the network; ``primary_kpi`` is empty if none is named.
    ``comparators`` are the published outcomes of the file or its nearest parent that has any, ``own_comparators``
    those of the file itself, which are about it and not its parent, ``interventions`` all that the chain uses,
    ``notes`` sentences that check and run print, ``notes_of_parent`` those on what the parents use. ``base_year`` is
    the year for which the file itself stands as it ran; None if an override changes a parameter. ``levels`` say where
    ranges of the geodata stand, before any change. ``demand`` is how the demand
    comes about, ``settled`` what it has come to, once that is known.
    """

    name: str
    path: Path
    title: str
    question: str
    primary_kpi: str
    period_start: date
    period_end: date
    warm_up_s: int
    run_out_s: int
    replications: int
    seed: int
    geodata_dir: Path
    changes: tuple[Change, ...]
    chain: tuple[Path, ...]
    comparators: tuple[Comparator, ...] = ()
    own_comparators: tuple[Comparator, ...] = ()
    interventions: tuple[UsedIntervention, ...] = ()
    notes: tuple[str, ...] = ()
    notes_of_parent: tuple[str, ...] = ()
    base_year: int | None = None
    levels: tuple[Level, ...] = ()
    demand: DemandRule = field(default_factory=DemandRule)
    settled: SettledDemand | None = None

    @property
    def clock(self) -> RunClock:
        """Days and seconds of the run, warm-up and run-out included."""
        return RunClock.of(self.period_start, self.period_end, self.warm_up_s, self.run_out_s)


@dataclass(frozen=True)
class _File:
    path: Path
    document: Document
    content: ScenarioFile


def load_scenario(name_or_path: str | Path, overrides: Overrides = ()) -> Scenario:
    """Load a scenario of the library by name, or any file by path (which has a ``/`` or ends in .yaml).

    ``overrides`` are ``key=value`` texts, the value in YAML, or a mapping; besides parameters they may name
    title, question, primary_kpi, replications, seed and period.start, .end, .warm_up, .run_out, an intervention
    (``interventions.ID=on``, ``off`` or a date), and where a range stands (``ranges.NAME=0.9``).
    Raises ``InputError`` with every problem found in the file, its parents and the overrides.
    """
    if not isinstance(name_or_path, (str, Path)):
        message = f"{name_or_path!r} is not a scenario; give its name ('tutorial') or the path of its file"
        raise InputError([Problem(message)])
    overrides = override_texts(overrides)
    chain = _chain(locate(str(name_or_path)))
    problems: list[Problem] = []
    header: dict[str, Any] = dict(DEFAULTS)
    given_by: dict[str, Document | str] = {}
    package = inherited = Package()
    geodata: Path | None = None
    for layer, file in enumerate(reversed(chain)):
        header |= _header(file.content)
        given_by |= dict.fromkeys(_header(file.content), file.document)
        if file.content.geodata is not None:
            geodata = file.path.parent / file.content.geodata
            if not geodata.is_dir():
                message = f"geodata: no folder {file.content.geodata!r} beside this file"
                problems.append(file.document.problem(("geodata",), message))
        inherited = package
        package, faulty = _with_own_changes(inherited, file, layer)
        problems += faulty
        if file.content.budget_musd is not None:
            problems += over_budget(package.used, file.content.budget_musd, file.document)
    read, faulty = _read_overrides(overrides)
    problems += faulty
    uses = [one for _, one in read if isinstance(one, Use)]
    levels = tuple(one for _, one in read if isinstance(one, Level))
    if uses:
        try:
            package, faulty = switched(package, uses, read_catalogue(chain[0].path.parent), len(chain))
            problems += faulty
        except InputError as error:
            problems += error.problems
    changes = package.changes
    for text, override in read:
        if isinstance(override, (Use, Level)):
            continue
        if isinstance(override, Change):
            try:
                changes = (*changes, *plain_changes(replace(override, layer=len(chain))))
            except ValueError as error:
                problems.append(Problem(f"{override.key}: {error}", override.file))
        else:
            header |= _header(override)
            given_by |= dict.fromkeys(_header(override), f"--set {text}")
    problems += _check_header(header, given_by, chain[0].document)
    demand, faulty = _demand(header, given_by, chain)
    problems += faulty
    if fault := folder_fault(chain[0].path.stem):  # results lie in a folder of that name
        problems.append(Problem(f"the file's name cannot be that of a scenario: {fault}", chain[0].document.file))
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    budgeted = any(file.content.budget_musd is not None for file in chain)
    own_uses = tuple(use for use in package.used if use not in inherited.used)
    notes = notes_on_uses(own_uses, changes, budgeted)
    inherited_notes = notes_on_uses(tuple(use for use in package.used if use in inherited.used), changes, budgeted)
    same = package.changes == inherited.changes and not _other_header(chain[0].content) and not overrides
    if len(chain) > 1 and same:
        notes.append(f"changes nothing: it is {chain[1].path.stem} under another name")
    return Scenario(
        name=chain[0].path.stem,
        path=chain[0].path,
        title=header["title"],
        question=header["question"],
        primary_kpi=header["primary_kpi"],
        period_start=header["period.start"],
        period_end=header["period.end"],
        warm_up_s=header["period.warm_up"],
        run_out_s=header["period.run_out"],
        replications=header["replications"],
        seed=header["seed"],
        geodata_dir=geodata or geodata_dir(),
        changes=changes,
        chain=tuple(file.path for file in chain),
        own_comparators=chain[0].content.comparator,
        comparators=next((file.content.comparator for file in chain if file.content.comparator), ()),
        interventions=package.used,
        notes=tuple(notes),
        notes_of_parent=tuple(inherited_notes),
        base_year=chain[0].content.base_year if changes == package.changes and not uses and not levels else None,
        levels=levels,
        demand=demand,
    )


def _read_overrides(
    texts: tuple[str, ...],
) -> tuple[list[tuple[str, Change | ScenarioFile | Use | Level]], list[Problem]]:
    found, problems = [], list[Problem]()
    for text in texts:
        try:
            found.append((text, read_override(text)))
        except InputError as error:
            problems += error.problems
    return found, problems


def _demand(
    header: Mapping[str, Any], given_by: Mapping[str, Document | str], chain: Sequence[_File]
) -> tuple[DemandRule, list[Problem]]:
    """How the demand comes about; the reference is the nearest file of a base year, where none is named."""
    given = {name: header[f"demand.{name}"] for name in DEMAND_FIELDS if f"demand.{name}" in header}
    base = next((str(file.path) for file in chain if file.content.base_year is not None), "")
    rule, by = DemandRule(**{**given, "reference": base}), given_by.get("demand.reference", chain[0].document)

    def told(key: str, message: str) -> list[Problem]:
        found = given_by.get(key, chain[0].document)
        return [Problem(message, found) if isinstance(found, str) else found.problem(tuple(key.split(".")), message)]

    if "reference" in given:
        folder = next((file.path for file in chain if file.document is by), chain[0].path).parent
        known, name = _scenarios_beside(folder), same_name(given["reference"])
        if name not in known:
            return rule, told(
                "demand.reference", f"demand.reference: no scenario named {name!r}{near_name(name, known)}"
            )
        rule = replace(rule, reference=str(known[name]))
    if rule.reacts and not rule.reference:
        message = "demand: nothing to compare with; name a 'reference', the scenario whose plan comes at its own times"
        return rule, told("demand.rule", message)
    if rule.rule == "within_run" and rule.induced == "on":
        message = "demand.induced: new trade comes between runs alone; allowed beside 'within_run': off"
        return rule, told("demand.induced", message)
    return rule, []


def _scenarios_beside(folder: Path) -> dict[str, Path]:
    """Scenarios by name: those of the library, and of a folder, which come first."""
    beside = {same_name(p.stem): p for p in sorted(folder.glob("*.yaml")) if p.name != CATALOGUE_FILE}
    return scenario_paths() | beside


def load_header(path: Path) -> tuple[str, str]:
    """Title and question of a scenario file, its parents' where it has none. Raises ``InputError``."""
    header: dict[str, Any] = {"title": path.stem, "question": ""}
    for file in reversed(_chain(path)):
        header |= _header(file.content)
    return header["title"], header["question"]


def _chain(path: Path) -> list[_File]:
    """The file and its parents, nearest first. All are read before any problem is raised."""
    files: list[_File] = []
    problems: list[Problem] = []
    seen: list[Path] = []
    next_path: Path | None = path
    while next_path is not None:
        seen.append(next_path.resolve())
        try:
            document = _read(next_path)
            problems += without_version(document)
        except InputError as error:
            problems += error.problems
            break
        try:
            files.append(_File(next_path, document, ScenarioFile.model_validate(document.value)))
        except ValidationError as error:

            def locate(path: KeyPath, document: Document = document) -> tuple[str, int | None]:
                return document.file, document.line(path)

            problems += faults(error, ScenarioFile, document.value, "", locate)
        try:
            next_path = _parent(next_path, document, seen)
        except InputError as error:
            problems += error.problems
            break
    if problems:
        raise InputError(problems)
    return files


def _parent(path: Path, document: Document, seen: list[Path]) -> Path | None:
    """File of the scenario that ``path`` extends: of the same folder, else of the library; None if none."""
    parent = document.value.get("extends")
    if not isinstance(parent, str) or not re.fullmatch(NAME_PATTERN, parent):
        return None  # a wrong name has been reported with the file's other faults
    known, parent = _scenarios_beside(path.parent), same_name(parent)
    if parent not in known:
        message = f"extends: no scenario named {parent!r}{near_name(parent, known)}"
        raise InputError([document.problem(("extends",), message)])
    if known[parent].resolve() in seen:
        circle = " -> ".join(p.stem for p in [*seen, known[parent]])
        message = f"extends: a scenario cannot be its own parent: {circle}"
        raise InputError([document.problem(("extends",), message)])
    return known[parent]


def _read(path: Path) -> Document:
    document = read_yaml(path, shown(path))
    if what := not_a_scenario(document.value, document.file):
        raise InputError([Problem(what, document.file)])
    if not isinstance(document.value, dict):
        what = "is empty" if document.value is None else "is not a mapping (key: value)"
        raise InputError([Problem(f"{what}; a scenario has schema_version, title, period ...", document.file)])
    return migrate(document)


def _header(content: ScenarioFile) -> dict[str, Any]:
    """The settings, other than parameters, that a file gives."""
    given = {name: getattr(content, name) for name in ("title", "question", "primary_kpi", "replications", "seed")}
    given |= {f"period.{name}": getattr(content.period, name, None) for name in PERIOD_FIELDS}
    given |= {f"demand.{name}": getattr(content.demand, name, None) for name in DEMAND_FIELDS}
    return {name: value for name, value in given.items() if value is not None}


def _with_own_changes(inherited: Package, file: _File, layer: int) -> tuple[Package, list[Problem]]:
    """What the parents change, then what the file does: its interventions and its ``set``."""
    document, content = file.document, file.content
    package = inherited
    own: list[Change] = []
    problems: list[Problem] = []
    if content.without:
        package, problems = left_out(content.without, document, inherited)
        inherited = package
    if content.interventions or content.packages:
        try:
            catalogue = read_catalogue(file.path.parent)
            package, faulty = apply_uses(content, document, catalogue, inherited, layer)
            problems += faulty
        except InputError as error:
            problems += error.problems
    for key, value in content.set.items():
        line = document.line(("set", key))
        if not re.fullmatch(KEY_PATTERN, key):
            message = f"{key!r} is not a parameter key; write table.id.field, such as links.aktau_kuryk.length_km"
            message += key_advice(key, value)
            problems.append(Problem(f"set: {message}", document.file, line))
        change = Change(key, "set", value, None, None, document.file, line, label="set", layer=layer)
        try:
            own += plain_changes(change)
        except ValueError as error:
            problems.append(Problem(f"set: {key}: {error}", document.file, line))
    return replace(package, changes=(*package.changes, *own)), problems


def _other_header(content: ScenarioFile) -> bool:
    """Whether a file gives a setting, other than parameters, on which results depend."""
    return (content.period, content.replications, content.seed, content.geodata, content.demand) != (None,) * 5


def _check_header(
    header: Mapping[str, Any], given_by: Mapping[str, Document | str], document: Document
) -> list[Problem]:
    """What must hold once parents and overrides are merged.

    Args:
        given_by: setting -> the file, or the override as it is cited, that gave it last.
        document: the scenario's own file.
    """
    missing = [name for name in ("title", "period.start", "period.end") if name not in header]
    if missing:
        message = f"missing: {', '.join(missing)}, here and in the parents"
        return [document.problem(("period",), message)]
    problems = []

    def told(message: str, *names: str) -> Problem:
        """A fault of some fields of the period, cited where one was overridden, else in the file that has it."""
        by = [given_by.get(f"period.{name}", document) for name in names]
        cited = next((one for one in by if isinstance(one, str)), None)
        return document.problem(("period",), message) if cited is None else Problem(message, cited)

    start, end = header["period.start"], header["period.end"]
    if end < start:
        problems.append(told(f"period: end {end} is before start {start}", "end", "start"))
    clock = RunClock.of(start, end, header["period.warm_up"], header["period.run_out"])
    if clock.end_s > LONGEST_CLOCK_S:
        years = f"{clock.end_s / DAY_S / 365.25:.0f} years with warm-up and run-out"
        problems.append(told(f"period: the run would last {years}; allowed: 100 years", *PERIOD_FIELDS))
    return problems

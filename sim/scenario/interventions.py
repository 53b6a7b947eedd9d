"""The catalogue of interventions: dated changes of the corridor, each with its source.

A catalogue is the file ``interventions.yaml`` beside the scenarios: id -> entry. A scenario names
ids; it may move an intervention to another date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, StrictStr, ValidationError, model_validator

from sim.errors import InputError, Problem, nearest
from sim.scenario.changes import Action, Change
from sim.scenario.faults import faults
from sim.scenario.library import CATALOGUE_FILE, scenarios_dir, shown
from sim.scenario.schema import Day, InterventionUse
from sim.scenario.values import Grade, Strict
from sim.scenario.yamlfile import Document, Path_, read_yaml

ACTIONS: tuple[Action, ...] = ("set", "add", "scale")


class ChangeEntry(Strict):
    """One parameter that an intervention changes, by exactly one of ``set``, ``add`` and ``scale``."""

    key: StrictStr
    set: Any = None
    add: float | StrictStr | None = None
    scale: float | None = Field(default=None, ge=0)
    to: Day | None = None  # first day on which what would have held returns; None = for good

    @model_validator(mode="after")
    def _one_action(self) -> ChangeEntry:
        given = [a for a in ACTIONS if a in self.model_fields_set]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"exactly one of set, add and scale is allowed; given: {found}")
        return self

    @property
    def action(self) -> Action:
        """Which of the three it is."""
        return next(a for a in ACTIONS if a in self.model_fields_set)


class Intervention(Strict):
    """An entry of the catalogue. ``from`` is the date on which it takes effect unless a scenario moves it."""

    title: StrictStr
    kind: Literal["capacity", "barrier", "service", "demand", "disruption"]
    since: Day = Field(alias="from")
    source: StrictStr
    grade: Grade
    note: StrictStr = ""
    cost_musd: float | None = Field(default=None, ge=0)
    changes: tuple[ChangeEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Intervention:
        for change in self.changes:
            if change.to is not None and change.to <= self.since:
                raise ValueError(f"{change.key}: 'to' {change.to} must lie after 'from' {self.since}")
        return self


@dataclass(frozen=True)
class CatalogueEntry:
    """An intervention and the file that it stands in."""

    id: str
    intervention: Intervention
    document: Document

    def changes(self, at: date | None) -> list[Change]:
        """The entry's changes from its own date or from ``at``; an end moves along with its beginning."""
        item = self.intervention
        since = at or item.since
        return [
            Change(
                key=c.key, action=c.action, value=getattr(c, c.action), since=since,
                until=None if c.to is None else c.to + (since - item.since),
                file=self.document.file, line=self.document.line((self.id, "changes", place)),
                label=self.id, source=item.source, grade=item.grade,
            )
            for place, c in enumerate(item.changes)
        ]  # fmt: skip


def read_catalogue(folder: Path) -> dict[str, CatalogueEntry]:
    """Interventions known to the scenarios of ``folder``: its own catalogue, else entries of the library's.

    An id of the folder's own catalogue hides the same id of the library. Raises ``InputError``
    with every fault of the files.
    """
    entries: dict[str, CatalogueEntry] = {}
    try:
        library = scenarios_dir()
    except InputError:  # a program without its library still runs files of a user
        library = folder
    for place in dict.fromkeys((library.resolve(), folder.resolve())):
        if (place / CATALOGUE_FILE).exists():
            entries |= _read_file(place / CATALOGUE_FILE)
    return entries


def apply_uses(
    uses: tuple[str | InterventionUse, ...],
    document: Document,
    catalogue: dict[str, CatalogueEntry],
    inherited: tuple[Change, ...],
) -> tuple[list[Change], list[Change], list[Problem]]:
    """Resolve a scenario's ``interventions`` list.

    Returns the inherited changes that remain (an intervention named again with ``at`` moves), the
    scenario's own changes in date order, and the problems found.
    """
    problems: list[Problem] = []
    own: list[Change] = []
    seen: set[str] = set()
    earlier = {c.label for c in inherited}
    for place, use in enumerate(uses):
        id_, at = (use, None) if isinstance(use, str) else (use.id, use.at)
        fault = None
        if id_ not in catalogue:
            fault = f"is not in {CATALOGUE_FILE}{nearest(id_, catalogue)}"
        elif id_ in seen:
            fault = "is listed twice"
        elif id_ in earlier and at is None:
            fault = "is part of the parent already; give 'at' to move it"
        if fault:
            problems.append(document.problem(("interventions", place), f"interventions: {id_!r} {fault}"))
        else:
            seen.add(id_)
            own += catalogue[id_].changes(at)
    own.sort(key=lambda c: c.since or date.min)
    return [c for c in inherited if c.label not in seen], own, problems + _contradictions(own)


def _contradictions(changes: list[Change]) -> list[Problem]:
    """Two interventions that set one parameter on one date."""
    problems: list[Problem] = []
    first: dict[tuple[str, date | None], Change] = {}
    for change in changes:
        if change.action == "set":
            other = first.setdefault((change.key, change.since), change)
            if other is not change:
                both = f"{change.label} and {other.label} (line {other.line}) both set {change.key}"
                message = f"{both} from {change.since}; keep one of them or move it with 'at'"
                problems.append(Problem(message, change.file, change.line))
    return problems


def _read_file(path: Path) -> dict[str, CatalogueEntry]:
    document = read_yaml(path, shown(path))
    if not isinstance(document.value, dict):
        if document.value is None:
            return {}
        raise InputError([document.problem((), "should be a mapping of intervention ids")])
    entries, problems = {}, []
    for id_, raw in document.value.items():
        try:
            entries[id_] = CatalogueEntry(id_, Intervention.model_validate(raw), document)
        except ValidationError as error:

            def locate(path: Path_, id_: str = id_) -> tuple[str, int | None]:
                return document.file, document.line((id_, *path))

            problems += faults(error, Intervention, raw, id_, locate)
    if problems:
        raise InputError(problems)
    return entries

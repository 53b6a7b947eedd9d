"""The catalogue of interventions: dated changes of the corridor, each with its source.

A catalogue is the file ``interventions.yaml`` beside the scenarios: id -> entry. An entry changes
parameters, or says why it changes none: the geodata have it already, it is an outcome to compare a
result with, or the model cannot carry it. How a scenario uses entries stands in ``uses.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import StrictStr, ValidationError, field_validator, model_validator

from sim.clock import DAY_S, parse_duration
from sim.errors import InputError
from sim.scenario.changes import Action, Change
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.library import CATALOGUE_FILE, scenarios_dir, shown
from sim.scenario.relative import plain_changes
from sim.scenario.values import Amount, Day, Duration, Grade, Number, PartialShare, Share, Strict
from sim.scenario.yamlfile import Document, KeyPath, read_yaml

ACTIONS: tuple[Action, ...] = ("set", "add", "scale")
Kind = Literal["capacity", "barrier", "service", "demand", "disruption"]
#: Fields of which an entry has exactly one: what it changes, or why it changes nothing.
EFFECTS = ("changes", "in_base", "outcome", "not_modelled")


class ChangeEntry(Strict):
    """One or more parameters that an intervention changes alike, by exactly one of ``set``, ``add`` and ``scale``."""

    key: StrictStr | None = described("Parameter that changes, such as fleets.kmtf_feeder.count.", default=None)
    keys: tuple[StrictStr, ...] = described("Parameters that change alike, in place of `key`.", default=())
    set: Any = described("The new value.", default=None)
    add: Number | StrictStr | None = described("What is added to the value that holds.", "of the field", default=None)
    scale: Amount | None = described("Factor of the value that holds.", "ratio", default=None)
    range: tuple[Number | StrictStr, Number | StrictStr] | None = described(
        "Lowest and highest plausible value, addition or factor, where none is published.", "of the field", default=None
    )
    after: Duration = described("How much later than the intervention itself.", "as written", default=0)
    to: Day | None = described(
        "First day on which what would have held returns; left out: it is for good.", default=None
    )

    @model_validator(mode="after")
    def _complete(self) -> ChangeEntry:
        given = [a for a in ACTIONS if a in self.model_fields_set]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"exactly one of set, add and scale is allowed; given: {found}")
        if bool(self.keys) == (self.key is not None):
            raise ValueError("give 'key', or 'keys' for several that change alike")
        value = getattr(self, given[0])
        if given[0] == "set":
            plain_changes(Change("", "set", value, date.min, None, "", None, "an intervention"))
        if self.range is not None and not _amount(self.range[0]) <= _amount(value) <= _amount(self.range[1]):
            raise ValueError(f"{given[0]} {value} must lie within its range, {self.range[0]} to {self.range[1]}")
        return self

    @property
    def action(self) -> Action:
        """Which of the three it is."""
        return next(a for a in ACTIONS if a in self.model_fields_set)

    @property
    def all_keys(self) -> tuple[str, ...]:
        """The parameters that change."""
        return self.keys or (str(self.key),)


class RampStep(Strict):
    """One step by which an effect grows."""

    share: Share = described("Part of the effect that is there from then on.", "share")
    after: Duration = described("How much later than the intervention's date.", "as written", default=0)


class Works(Strict):
    """What building costs in capacity until the opening."""

    since: Day = described("Day on which works begin.", alias="from")
    share: PartialShare = described("Part of the capacity that stays during works.", "share")
    keys: tuple[StrictStr, ...] = described("Parameters that are multiplied by it.", min_length=1)


class Published(Strict):
    """The figures as they were published, in their own unit."""

    before: Number | StrictStr | None = described("Figure before.", "{unit}", default=None)
    after: Number | StrictStr | None = described("Figure after.", "{unit}", default=None)
    unit: StrictStr = described("Unit of both.")


class Intervention(Strict):
    """An entry of the catalogue."""

    title: StrictStr = described("Name for pictures and tables.")
    kind: Kind = described("What it is, by which parts are grouped.")
    since: Day = described("Day on which it takes effect, unless a scenario moves it.", alias="from")
    talk: tuple[StrictStr, ...] = described("Talks in which it was announced.", default=())
    source: StrictStr = described("Where it was published.")
    grade: Grade = described("How good the source is, from measured to assumption.")
    published: Published | None = described("The figures as they were published.", default=None)
    note: StrictStr = described("Anything else a reader should know.", default="")
    cost_musd: Amount | None = described("What it costs to build.", "million USD", default=None)
    cost_year: int | None = described("Year of the prices.", "calendar year", default=None, ge=1990, le=2100)
    excludes: tuple[StrictStr, ...] = described(
        "Entries that say the same in another way: a scenario has one of them.", default=()
    )
    ramp_up: tuple[RampStep, ...] = described("Steps by which additions and factors grow.", default=())
    works: Works | None = described("Capacity that building takes before the opening.", default=None)
    changes: tuple[ChangeEntry, ...] = described("What it changes.", default=())
    in_base: StrictStr | None = described("Why it changes nothing: where the geodata have it already.", default=None)
    outcome: StrictStr | None = described(
        "Why it changes nothing: it is an outcome to compare a result with.", default=None
    )
    not_modelled: StrictStr | None = described("Why it changes nothing: what the model lacks for it.", default=None)

    @model_validator(mode="before")
    @classmethod
    def _ends_stand_in_changes(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "to" in raw:
            raise ValueError("'to' stands in a change: changes: [{key: ..., set: ..., to: 2025-01-31}]")
        return raw

    @field_validator("ramp_up")
    @classmethod
    def _ramp_rises(cls, steps: tuple[RampStep, ...]) -> tuple[RampStep, ...]:
        for earlier, later in pairwise(steps):
            if later.after <= earlier.after or later.share <= earlier.share:
                raise ValueError("steps must follow each other with rising shares")
        if steps and steps[-1].share != 1:
            raise ValueError("the last step must have share 1")
        return steps

    @model_validator(mode="after")
    def _consistent(self) -> Intervention:
        given = [name for name in EFFECTS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(EFFECTS)} is needed; given: {', '.join(given) or 'none'}")
        for change in self.changes:
            name = ", ".join(change.all_keys)
            if change.to is not None and change.to <= self.since + _days(change.after):
                raise ValueError(f"{name}: 'to' {change.to} must lie after 'from' {self.since}")
            if self.ramp_up and change.action == "set":
                raise ValueError(f"{name}: a ramp-up needs add or scale; several values are several sets with 'after'")
        if self.works and self.works.since >= self.since:
            raise ValueError(f"works: 'from' {self.works.since} must lie before the opening on {self.since}")
        return self

    @property
    def effect(self) -> str:
        """Which of ``EFFECTS`` the entry has."""
        return next(name for name in EFFECTS if getattr(self, name))


@dataclass(frozen=True)
class CatalogueEntry:
    """An intervention and the file that it stands in."""

    id: str
    intervention: Intervention
    document: Document

    def changes(self, at: date | None) -> list[Change]:
        """The entry's changes from its own date or from ``at``, in date order; what ends moves along with it.

        Works begin on their own date however late the opening is; where the opening would come
        before them, they move along.
        """
        item = self.intervention
        since = at or item.since
        found = []
        for place, entry in enumerate(item.changes):
            end = None if entry.to is None else entry.to + (since - item.since)
            low, high = entry.range or (None, None)
            for begin, until, value in _steps(entry, item.ramp_up, since + _days(entry.after), end):
                found += [
                    self._change(k, entry.action, value, begin, until, ("changes", place), low=low, high=high)
                    for k in entry.all_keys
                ]
        if item.works:
            late = item.works.since if item.works.since < since else since - (item.since - item.works.since)
            found += [
                self._change(key, "scale", item.works.share, late, since, ("works",), begins_late=False)
                for key in item.works.keys
            ]
        return sorted(found, key=lambda change: change.since or date.min)

    def _change(
        self, key: str, action: Action, value: Any, since: date, until: date | None, path: KeyPath, **more: Any
    ) -> Change:
        item, line = self.intervention, self.document.line((self.id, *path))
        change = Change(
            key,
            action,
            value,
            since,
            until,
            self.document.file,
            line,
            self.id,
            item.source,
            item.grade,
            note=item.note,
            **more,
        )
        return plain_changes(change)[0]  # one: dated additions have been refused when the entry was read


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


def _steps(
    entry: ChangeEntry, ramp: tuple[RampStep, ...], since: date, end: date | None
) -> list[tuple[date, date | None, Any]]:
    """Beginning, end and value of each step of a change: one, or one for each step of the ramp."""
    value = getattr(entry, entry.action)
    if not ramp:
        return [(since, end, value)]
    begins = [since + _days(step.after) for step in ramp]
    shares = [_share_of(value, entry.action, step.share) for step in ramp]
    found: list[tuple[date, date | None, Any]] = []
    for begin, next_begin, share in zip(begins, [*begins[1:], None], shares, strict=True):
        if end is None or begin < end:
            found.append((begin, min(next_begin or date.max, end or date.max), share))
    return [(begin, None if until == date.max else until, share) for begin, until, share in found]


def _share_of(value: Any, action: Action, share: float) -> Any:
    """``share`` of what an addition or a scaling does."""
    if action == "scale":
        return 1 + (value - 1) * share
    if isinstance(value, str):
        return f"{'-' if value.strip().startswith('-') else ''}{round(abs(_amount(value)) * share)} s"
    return value * share


def _amount(value: Any) -> float:
    """A number, or a length of time in seconds, with its sign."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a range belongs to a number or a length of time, not to {value!r}")
    text = value.strip()
    return parse_duration(text.lstrip("+-")) * (-1 if text.startswith("-") else 1)


def _days(seconds: int) -> timedelta:
    return timedelta(days=round(seconds / DAY_S))


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

            def locate(path: KeyPath, id_: str = id_) -> tuple[str, int | None]:
                return document.file, document.line((id_, *path))

            problems += faults(error, Intervention, raw, id_, locate)
    if problems:
        raise InputError(problems)
    return entries

"""The file ``ranges.yaml`` of a geodata folder: which numbers are how uncertain, and which are wrong together.

What of it holds for which parameter is in ``sim.network.uncertain``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, model_validator

from sim.errors import Problem, nearest
from sim.network.tables import TABLES
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.library import shown
from sim.scenario.shapes import field_names
from sim.scenario.values import Grade, Number, Strict
from sim.scenario.yamlfile import Document, KeyPath, read_yaml

RANGES_FILE = "ranges.yaml"
Dist = Literal["triangular", "uniform", "loguniform"]


class RangeEntry(Strict):
    """Parameters that are wrong together: one draw moves all of them."""

    keys: tuple[str, ...] = described("Parameters (table.row.field), where * stands for any characters.", min_length=1)
    but: tuple[str, ...] = described("Keys to leave out.", default=())
    times: tuple[Number, Number] = described("Lowest and highest factor of each value; 1 lies between.", "ratio")
    dist: Dist = described("Distribution of the factor.", default="triangular")
    source: str = described("Where the range comes from: a link, plain words, or ids of facts in sources.csv.")
    grade: Grade = described("How good the source is, from measured to assumption.")
    note: str = described("Anything else a reader should know.", default="")

    @model_validator(mode="after")
    def _around_one(self) -> RangeEntry:
        low, high = self.times
        if not 0 <= low <= 1 <= high or (self.dist == "loguniform" and low == 0):
            raise ValueError("times: 1 (the value as it stands) must lie between two factors that are not negative")
        return self


class RangesFile(Strict):
    """What ``ranges.yaml`` holds."""

    ranges: dict[str, RangeEntry] = described("Name -> parameters that are wrong together.", default_factory=dict)
    by_grade: dict[Grade, tuple[Number, Number]] = described(
        "Grade -> lowest and highest factor of the `fields` of which nothing else is said.",
        "ratio",
        default_factory=dict,
    )
    fields: tuple[str, ...] = described("Fields (table.field) to which `by_grade` applies.", default=())

    @model_validator(mode="after")
    def _grades_around_one(self) -> RangesFile:
        for grade, (low, high) in self.by_grade.items():
            if not 0 <= low <= 1 <= high:
                raise ValueError(f"by_grade: {grade}: 1 (the value as it stands) must lie between the two factors")
        return self


@dataclass(frozen=True)
class Ranges:
    """A read ``ranges.yaml`` with its lines."""

    content: RangesFile
    document: Document


def read_ranges(path: Path) -> tuple[Ranges | None, list[Problem]]:
    """Read a ``ranges.yaml``. Raises ``InputError`` for a file that is no YAML."""
    document = read_yaml(path, shown(path))
    try:
        ranges = Ranges(RangesFile.model_validate(document.value or {}), document)
        return ranges, list(_unknown_fields(ranges))
    except ValidationError as error:

        def locate(at: KeyPath) -> tuple[str, int | None]:
            return document.file, document.line(at)

        return None, faults(error, RangesFile, document.value, "", locate)


def _unknown_fields(ranges: Ranges) -> Iterator[Problem]:
    """A rule by grade that speaks of no field would be passed over in silence."""
    known = [f"{table}.{field}" for table, record in TABLES.items() for field in field_names(record)]
    for place, name in enumerate(ranges.content.fields):
        if name not in known:
            yield ranges.document.problem(
                ("fields", place), f"fields: {name[:60]!r} is no table.field{nearest(name[:60], known)}"
            )

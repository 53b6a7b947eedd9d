"""What accepted sets do to the verdicts on published outcomes: those of the years of the calibration that were no targets,
and all of the years after, which were never tuned to.

A verdict is that of ``corridor validate``: on the mean. With the accepted sets it is the mean over the sets, each of them a
year with luck of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.network.roles import standings
from sim.record import Record
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.report.verdicts import HIT, MISS, NEAR, TESTS, closeness, judge
from sim.runs.prepare import prepare
from sim.statistics.intervals import interval
from sim.studies.calibrate import tables
from sim.studies.calibrate.waves import lucks
from sim.studies.calibrate.years import Year, Years
from sim.studies.validate.run import standing_for_a_year

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.network.moved import Movable
    from sim.network.tables import Observation
    from sim.network.world import World
    from sim.runs.options import Options

    Values = NDArray[np.float64]

#: Replications of each year as it stands, and sets that stand for all.
BASE_REPLICATIONS, SETS = 8, 24
COLUMNS = (
    "observation",
    "year",
    "role",
    "target",
    "base",
    "base_verdict",
    "accepted",
    "accepted_low",
    "accepted_high",
    "accepted_verdict",
    "sets_that_hit",
)


@dataclass(frozen=True, slots=True)
class Tested(Record):
    """A published outcome that nothing was built on, with the verdict before and after; shares of the sets that hit it."""

    observation: str
    year: int
    role: str
    target: bool
    base: float | None
    base_verdict: str
    accepted: float | None
    accepted_low: float | None
    accepted_high: float | None
    accepted_verdict: str
    sets_that_hit: float


@dataclass(frozen=True, slots=True)
class Tally(Record):
    """Verdicts of one kind of outcomes, before and after, on the same rows."""

    what: str
    before: tuple[int, int, int]  #: hit, near, missed
    after: tuple[int, int, int]


def tested_rows(worlds: Mapping[str, World]) -> dict[str, tuple[Observation, str]]:
    """Observation -> its row and role, of those that test the year that a scenario stands for."""
    found: dict[str, tuple[Observation, str]] = {}
    for world in worlds.values():
        told = standings(world)
        for name, row in world.observed.items():
            if row.year == world.scenario.base_year and told[name].role in TESTS and not row.differs:
                found[name] = (row, told[name].role)
    return found


def validated(
    sets: Sequence[Mapping[str, float]], targets: Iterable[str], what: Movable, folder: Path, options: Options
) -> list[dict[str, object]]:
    """Rows of the table: every test of every year, as it stands and over accepted sets.

    Args:
        sets: factors of entries of ``ranges.yaml``; the first ``SETS`` are run.
        targets: observations that are used up; folder: where what was read is kept.
    """
    worlds = {name: prepare(name) for name in standing_for_a_year()}
    rows = tested_rows(worlds)
    own = []
    for world in worlds.values():
        of_year = {name: row for name, (row, _) in rows.items() if row.year == world.scenario.base_year}
        if of_year:
            own.append(Year(world, of_year))
    years = Years(own, what, folder, options.workers, options.progress)
    base = years.values([{}], [tuple(range(BASE_REPLICATIONS))], "years as they stand")[0]
    some = list(sets)[:SETS]
    found = years.values(some, lucks(len(some), 1), "years over accepted sets")[:, 0, :]
    used = set(targets)
    told: list[dict[str, object]] = []
    for k, name in enumerate(years.names):
        row, role = rows[name]
        of = Published.of_observation(name, row.model_dump(), role, "")
        before, after = base[:, k], found[:, k]
        known = after[np.isfinite(after)]
        told.append(
            {
                "observation": name,
                "year": row.year,
                "role": role,
                "target": name in used,
                "base": _mean(before),
                "base_verdict": judge(of, Estimate.of(interval(before)), row.year).word,
                "accepted": _mean(after),
                "accepted_low": float(np.quantile(known, 0.05)) if len(known) else None,
                "accepted_high": float(np.quantile(known, 0.95)) if len(known) else None,
                "accepted_verdict": judge(of, Estimate.of(interval(after)), row.year).word,
                "sets_that_hit": float(np.mean([closeness(of, x) == HIT for x in known])) if len(known) else 0.0,
            }
        )
    return told


def _mean(values: Values) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def read_validated(folder: Path) -> list[Tested]:
    """The stored rows; none if that stage has not been run."""
    if not tables.has_table(folder, tables.VALIDATED):
        return []
    found = []
    for cells in tables.read_table(folder, tables.VALIDATED).to_dict("records"):
        numbers = {
            name: None if cells[name] != cells[name] else float(cells[name])
            for name in ("base", "accepted", "accepted_low", "accepted_high")
        }
        found.append(
            Tested(
                observation=str(cells["observation"]),
                year=int(cells["year"]),
                role=str(cells["role"]),
                target=cells["target"] == "yes",
                base_verdict=str(cells["base_verdict"]),
                accepted_verdict=str(cells["accepted_verdict"]),
                sets_that_hit=float(cells["sets_that_hit"]),
                **numbers,
            )
        )
    return found


def tallies(rows: Sequence[Tested]) -> list[Tally]:
    """Scores before and after on the same rows: years of the calibration without its targets, then each later year."""
    groups: dict[str, list[Tested]] = {}
    for row in rows:
        if row.target:
            continue
        what = f"{row.year}, out of sample" if row.role == "out of sample" else "years of the calibration, no targets"
        groups.setdefault(what, []).append(row)
    words = (HIT, NEAR, MISS)
    found = []
    for what, own in sorted(groups.items(), key=lambda one: (one[0][0] != "y", one[0])):
        before, after = ([getattr(row, field) for row in own] for field in ("base_verdict", "accepted_verdict"))
        counts = [tuple(some.count(word) for word in words) for some in (before, after)]
        found.append(Tally(what, counts[0], counts[1]))  # type: ignore[arg-type]
    return found

"""Published outcomes judged: what a run of each year gives beside what was published, and the score by role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.network.tables import Observation
from sim.record import Record, plain
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.report.verdicts import HIT, MISS, NEAR, NOT_COMPARABLE, TESTS, closeness, judge
from sim.statistics.intervals import interval
from sim.studies.validate.responses import Response
from sim.studies.validate.volumes import JudgedVolume

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Order in which a page shows the rows: what went wrong comes first.
VERDICTS = (MISS, NEAR, HIT, "fitted", "input", NOT_COMPARABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Record):
    """One published outcome beside the run of its year; figures in the unit of what is published."""

    published: Published  #: with its role in that run, and what this rests on
    cargo: str
    direction: str
    train_class: str
    counted: str  #: what the published figure counts
    note: str
    why_missed: str  #: why the base misses it where it does, and what data would decide it
    scenario: str  #: empty: no run stands for the year
    run_id: str
    model: Estimate  #: over the replications that have a value
    replications: int  #: of the run
    verdict: str  #: hit, near or miss; of what is no test its role, or ``not comparable``
    why: str
    earlier: float | None  #: of the base before; None: it was not measured
    earlier_verdict: str  #: of the base before, on today's role

    @property
    def deviation(self) -> float | None:
        """Model / published - 1: from the published value, or from the nearer end of its range (0 inside)."""
        return self.published.deviation(self.model.mean)

    def as_json(self) -> dict[str, object]:
        """Flat, a column a key."""
        found = Record.as_json(self) | self.published.as_json()
        found |= {
            "model": self.model.mean,
            "half_width": self.model.half_width,
            "rests_on": self.published.role_why,
        }
        return {key: plain(found[key]) for key in COLUMNS}


#: Keys of a judged outcome in JSON and columns of the table, in their order.
COLUMNS = (
    *("id", "title", "year", "months", "unit", "value", "low", "high"),
    *("cargo", "direction", "train_class", "counted", "source", "grade", "note", "role", "rests_on"),
    *("scenario", "run_id", "model", "half_width", "replications"),
    *("verdict", "why", "why_missed", "earlier", "earlier_verdict"),
)


@dataclass(frozen=True, slots=True)
class Score(Record):
    """How the tests of one role went, today and in the base before (of rows that it measured)."""

    role: str
    hit: int
    near: int
    miss: int
    earlier_hit: int
    earlier_near: int
    earlier_miss: int


@dataclass(frozen=True, slots=True)
class Validation(Record):
    """All judged outcomes, misses first, and the scores by role."""

    rows: tuple[Judged, ...]
    scores: tuple[Score, ...]
    scenarios: tuple[str, ...]
    replications: int
    seed: int
    responses: tuple[Response, ...] = ()  #: answers to events of a known date
    volumes: tuple[JudgedVolume, ...] = ()  #: beside demand that answers; none where it was not asked for

    def of(self, verdict: str) -> list[Judged]:
        """The rows with a verdict."""
        return [row for row in self.rows if row.verdict == verdict]


def judged(
    name: str,
    row: Observation,
    values: NDArray[np.float64],
    *,
    role: str,
    rests_on: str,
    scenario: str,
    run_id: str,
) -> Judged:
    """One outcome beside its values over replications.

    Args:
        values: [replications] in the unit of the row; infinite where unfinished shipments decide, NaN where none are.
        role: as citations in that run make it; rests_on: why.
    """
    published = Published.of_observation(name, row.model_dump(), role, rests_on)
    model = Estimate.of(interval(values))
    word, why = judge(published, model, row.year, nothing="the run has nothing of it")
    earlier = row.earlier_base
    return Judged(
        published=published,
        cargo=row.cargo,
        direction=row.direction,
        train_class=row.train_class,
        counted=row.counted,
        note=row.note,
        why_missed=row.why_missed,
        scenario=scenario,
        run_id=run_id,
        model=model,
        replications=len(values),
        verdict=word,
        why="" if word == role else why,  # what it rests on says why it is no test
        earlier=earlier,
        earlier_verdict="" if earlier is None or word not in (HIT, NEAR, MISS) else closeness(published, earlier),
    )


def without_run(name: str, row: Observation, role: str, rests_on: str) -> Judged:
    """An outcome of a year for which no run stands."""
    alone = judged(name, row, np.empty(0), role=role, rests_on=rests_on, scenario="", run_id="")
    return replace(alone, verdict=NOT_COMPARABLE, why=f"no run stands for {row.year} as it ran", earlier_verdict="")


def validation(
    rows: Iterable[Judged],
    scenarios: Sequence[str],
    replications: int,
    seed: int,
    answers: Iterable[Response] = (),
    volumes: Iterable[JudgedVolume] = (),
) -> Validation:
    """All rows in the order of a page, with their scores by role, the responses to events, and volumes, misses first."""
    ordered = sorted(rows, key=lambda row: (VERDICTS.index(row.verdict), row.published.year or 0, row.published.title))
    come = sorted(volumes, key=lambda row: (VERDICTS.index(row.verdict), row.published.year or 0))
    scores = tuple(_scores(ordered))
    return Validation(tuple(ordered), scores, tuple(scenarios), replications, seed, tuple(answers), tuple(come))


def _scores(rows: Sequence[Judged]) -> Iterable[Score]:
    for role in TESTS:
        own = [row for row in rows if row.published.role == role]
        now, before = ([getattr(row, field) for row in own] for field in ("verdict", "earlier_verdict"))
        yield Score(role, *(now.count(word) for word in (HIT, NEAR, MISS)), *map(before.count, (HIT, NEAR, MISS)))

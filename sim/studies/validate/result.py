"""Published outcomes judged: what a run of each year gives beside what was published, and the score by role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from sim.network.tables import Observation
from sim.record import Record
from sim.report.verdicts import HIT, MISS, NEAR, NOT_COMPARABLE, TESTS, closeness
from sim.statistics.intervals import Interval, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Order in which a page shows the rows: what went wrong comes first.
VERDICTS = (MISS, NEAR, HIT, "fitted", "input", NOT_COMPARABLE)


@dataclass(frozen=True, slots=True)
class Judged(Record):
    """One published outcome beside the run of its year; figures in ``unit``.

    ``model``, ``half_width``: mean over replications and its 95 % half-width; None where the run has none.
    ``verdict``: hit, near or miss; of what is no test its role, or ``not comparable`` with ``why``.
    ``earlier``, ``earlier_verdict``: the same of the base before, on today's role.
    """

    id: str
    title: str
    year: int
    months: tuple[int, int] | None
    unit: str
    value: float
    low: float | None
    high: float | None
    cargo: str
    direction: str
    train_class: str
    counted: str
    source: str
    grade: str
    note: str
    role: str
    rests_on: str
    scenario: str
    run_id: str
    model: float | None
    half_width: float | None
    replications: int
    verdict: str
    why: str
    earlier: float | None
    earlier_verdict: str

    @property
    def deviation(self) -> float | None:
        """Model / published - 1: from the published value, or from the nearer end of its range (0 inside)."""
        if self.model is None:
            return None
        at = self.value
        if self.low is not None or self.high is not None:
            if self.low is not None and self.model < self.low:
                at = self.low
            elif self.high is not None and self.model > self.high:
                at = self.high
            else:
                return 0.0
        return self.model / at - 1 if at else None


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
    found = _interval(values)
    known = found is not None and isfinite(found.mean)
    model = found.mean if found is not None and known else None
    verdict, why = _verdict(row, role, model, endless=bool(np.isinf(values).any()))
    earlier = row.earlier_base
    return Judged(
        id=name,
        title=row.title or row.quantity.replace("_", " "),
        year=row.year,
        months=row.months,
        unit=row.unit,
        value=row.value,
        low=row.low,
        high=row.high,
        cargo=row.cargo,
        direction=row.direction,
        train_class=row.train_class,
        counted=row.counted,
        source=row.source,
        grade=row.grade,
        note=row.note,
        role=role,
        rests_on=rests_on,
        scenario=scenario,
        run_id=run_id,
        model=model,
        half_width=found.half_width if found is not None and known else None,
        replications=len(values),
        verdict=verdict,
        why=why,
        earlier=earlier,
        earlier_verdict="" if earlier is None or verdict not in (HIT, NEAR, MISS) else _close(row, earlier),
    )


def without_run(name: str, row: Observation, role: str, rests_on: str) -> Judged:
    """An outcome of a year for which no run stands."""
    nothing = np.empty(0)
    plain = judged(name, row, nothing, role=role, rests_on=rests_on, scenario="", run_id="")
    changed = {"verdict": NOT_COMPARABLE, "why": f"no run stands for {row.year} as it ran", "earlier_verdict": ""}
    return Judged(**{field: getattr(plain, field) for field in Judged.__slots__} | changed)


def validation(rows: Iterable[Judged], scenarios: Sequence[str], replications: int, seed: int) -> Validation:
    """All rows in the order of a page, with their scores by role."""
    ordered = sorted(rows, key=lambda row: (VERDICTS.index(row.verdict), row.year, row.title))
    return Validation(tuple(ordered), tuple(_scores(ordered)), tuple(scenarios), replications, seed)


def _scores(rows: Sequence[Judged]) -> Iterable[Score]:
    for role in TESTS:
        own = [row for row in rows if row.role == role]
        now, before = ([getattr(row, field) for row in own] for field in ("verdict", "earlier_verdict"))
        yield Score(role, *(now.count(word) for word in (HIT, NEAR, MISS)), *map(before.count, (HIT, NEAR, MISS)))


def _interval(values: NDArray[np.float64]) -> Interval | None:
    known = values[~np.isnan(values)]
    return interval(known) if len(known) else None


def _verdict(row: Observation, role: str, model: float | None, endless: bool) -> tuple[str, str]:
    if row.differs:
        return NOT_COMPARABLE, row.differs
    if role not in TESTS:
        return role, ""
    if model is None:
        if endless:
            return MISS, "not all shipments arrive before the run ends"
        return NOT_COMPARABLE, "the run has nothing of it"
    return _close(row, model), ""


def _close(row: Observation, mean: float) -> str:
    return closeness(mean, row.value, row.low, row.high, row.tolerance)

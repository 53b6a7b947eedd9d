"""How far a sweep is: what of it is done, missing and failed. Nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

from sim.record import INLINE, Record
from sim.runs.options import How, options_of
from sim.studies.sweep.factors import Value
from sim.studies.sweep.run import begin


@dataclass(frozen=True, slots=True)
class Counts(Record):
    """How many are done, missing (nothing is stored, or too few replications), and failed."""

    total: int
    done: int
    missing: int
    failed: int

    def text(self) -> str:
        """In words, without a name."""
        return f"{self.done:,} of {self.total:,} done, {self.missing:,} missing, {self.failed:,} failed"


@dataclass(frozen=True, slots=True)
class FailedPoint(Record):
    """A point that cannot be run, or of which a replication failed."""

    values: Mapping[str, Value] = field(metadata=INLINE)  #: factor -> its value
    point: str  #: its name in the store of points
    reason: str


@dataclass(frozen=True, slots=True)
class SweepStatus(Record):
    """How far a sweep is."""

    sweep: str
    title: str
    points: Counts
    replications: Counts
    failures: tuple[FailedPoint, ...]

    def text(self) -> str:
        """As the command prints it."""
        points = self.points.text().replace(" done", " points done", 1)
        told = [f"{self.title}: {points}", f"Replications: {self.replications.text()}"]
        for one in self.failures:
            told.append(f"{', '.join(f'{key} = {value}' for key, value in one.values.items())}: {one.reason}")
        return "\n".join(told)


def sweep_status(name_or_path: str | Path, *, inputs: str = "fixed", **how: Unpack[How]) -> SweepStatus:
    """How far a sweep with these options is.

    Args:
        inputs, how: as in ``run_sweep``.

    Raises:
        InputError: as ``run_sweep`` does, before it runs anything.
    """
    begun = begin(str(name_or_path), replace(options_of(how), inputs=inputs))
    states, failures, done, missing, failed = {"done": 0, "missing": 0, "failed": 0}, [], 0, 0, 0
    for point in begun.points:
        found = begun.runs.standing([point.at])
        done, missing, failed = done + found.done, missing + found.missing, failed + found.failed
        reason = found.reasons.get(point.at.point, "")
        states["failed" if reason else "missing" if found.missing else "done"] += 1
        if reason:
            failures.append(FailedPoint(point.values, point.at.point, reason))
    return SweepStatus(
        sweep=begun.plan.name,
        title=begun.plan.content.title,
        points=Counts(len(begun.points), **states),
        replications=Counts(done + missing + failed, done, missing, failed),
        failures=tuple(failures),
    )

"""The search for a corridor's capacity as records: every multiple that was run, and what binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sim.record import Record
from sim.report.estimate import Estimate
from sim.studies.capacity.warm_up import WarmUp


@dataclass(frozen=True, slots=True)
class CargoGrowth(Record):
    """Growth of one cargo's backlog in one run, in units of the cargo a year."""

    cargo: str
    units_a_year: Estimate
    demand: float  #: units a year
    share: float  #: growth as a share of a year's demand
    allowed: float  #: growth that is tolerated, units a year
    verdict: str


@dataclass(frozen=True, slots=True)
class Point(Record):
    """A run with one multiple of the demand."""

    multiple: float
    verdict: str  #: of all cargoes together
    run_id: str
    growth: tuple[CargoGrowth, ...]


@dataclass(frozen=True, slots=True)
class GrowingQueue(Record):
    """A place where what waits grew from the first year to the last."""

    place: str
    title: str
    cause: str
    tonnes: Estimate  #: t in the last year less those in the first


@dataclass(frozen=True, slots=True)
class Relief(Record):
    """What one more unit does to the growth of the backlog."""

    name: str
    kind: str
    title: str
    key: str  #: the parameter that is one unit larger
    step: float  #: one unit more, in ``unit``
    unit: str
    change: Estimate  #: of the growth, in units of the cargo a year
    p_adjusted: float | None  #: Holm's correction over the units tried; None: nothing can be tested


@dataclass(frozen=True, slots=True)
class Binding(Record):
    """What binds the cargo whose backlog grows most, as a share of its demand."""

    cargo: str
    replications: int  #: looked into, place by place
    places: tuple[GrowingQueue, ...]  #: the largest growth first
    relief: tuple[Relief, ...]  #: most relief first


@dataclass(frozen=True, slots=True)
class Capacity(Record):
    """The largest multiple of demand whose backlog does not grow from year to year, and what binds just above it."""

    scenario: str
    title: str
    freeze_at: date  #: day whose network and rules hold throughout
    years: int  #: over which growth is measured
    tolerance: float  #: share of a year's demand by which a backlog may grow in a year
    precision: float  #: share to which the bracket of the multiple is narrowed
    seed: int
    replications: int
    flows: tuple[str, ...]  #: whose demand is multiplied
    multiple: float | None  #: the largest shown steady; None: none is
    above: float | None  #: the smallest shown to grow; None: none is
    undecided: tuple[float, float] | None  #: the first and the last multiple between them that are neither
    least: float  #: multiples outside ``least`` to ``most`` are not looked for
    most: float
    demand: Mapping[str, float]  #: units a year by cargo, at a multiple of 1
    binding: Binding | None  #: None without ``above``
    points: tuple[Point, ...]
    warm_up: WarmUp = field(default_factory=lambda: WarmUp(1, {}, 0))

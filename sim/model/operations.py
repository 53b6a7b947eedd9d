"""Operations as the model thinks of them, before they become rows of arrays.

Two steps of different flows are one operation when their ``key`` is the same: they share queues,
trains and reports. Durations come in dated variants of one luck.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.clock import NEVER_S
from sim.contract.plan import Cause, Kind
from sim.network.graph import Leg
from sim.network.tables import Choice
from sim.scenario.demand import Weighed
from sim.scenario.values import Draw


@dataclass(frozen=True)
class Need:
    """Units of a facility; ``units`` 0 = the mover's load in measure ``measure``."""

    facility: str | None
    units: int = 1
    measure: int = 0


@dataclass(frozen=True)
class Treatment:
    """What ``share`` of the movers undergo; each undergoes one treatment of a step, or none."""

    share: float
    draw: Draw


@dataclass(frozen=True)
class Variant:
    """Durations in force from ``since_s``: a fixed hold, or one equal to the drawn time.

    ``draw`` times ``scale`` is the time until the mover goes on; lognormal spread ``cv`` around
    ``mean_s`` where there is no draw. ``share`` of the movers are concerned; where there are several
    ``treatments`` it is their sum, and ``draw`` that of the shortest mean.
    """

    since_s: int
    draw: Draw | None = None
    scale: float = 1.0
    mean_s: float = 0.0
    cv: float = 0.0
    hold_s: int | None = None
    share: float = 1.0
    per_unit: bool = False
    treatments: tuple[Treatment, ...] = ()


@dataclass(frozen=True)
class Gathering:
    """When a train leaves: with ``units`` in ``measure``, or when its first lot has waited ``wait_s``."""

    units: int = 0
    measure: int = 0
    wait_s: int = NEVER_S  # -1: by the operation's variants, which then are longest waits


@dataclass(frozen=True)
class Boarding:
    """Which ships may be taken, and how long discharging takes; the operation's variants are times of loading.

    ``voyages`` are calls of the rotation (boards, lands), the shortest first. Times of loading and of discharging are
    [voyage, date] in one row.
    """

    service: str
    voyages: tuple[tuple[int, int], ...]
    discharging: tuple[Variant, ...]


@dataclass(frozen=True)
class Choosing:
    """The branches of a choice: all tuples but ``money_s`` have one element for each."""

    choice: Choice
    targets: tuple[int, ...]  # first step of the branch, counted from this step
    start_s: tuple[int, ...]  # time by the branch at free flow
    ways: tuple[int, ...]  # place of the branch among the flow's ways; a way that is closed has no branch
    shares: tuple[float, ...]
    money_s: tuple[tuple[int, tuple[int, ...]], ...]  # (since_s, what each branch costs, as time)
    legs: tuple[tuple[Leg, ...], ...] = field(default=(), compare=False)  # of each branch; none outside the corridor


@dataclass(frozen=True)
class Weighing:
    """The branches of a weighing: the first goes on, the others leave by ``weighed.ways``."""

    weighed: Weighed
    targets: tuple[int, ...]  # first step of the branch, counted from this step
    since_s: tuple[int, ...]  # when the stretches of ``weighed`` begin


@dataclass(frozen=True)
class Operation:
    """One operation; see ``sim.contract.plan.Kind`` for what the kinds mean. GATHER, BOARD, CHOOSE and WEIGH have a part of
    their own."""

    key: str
    kind: Kind
    cause: Cause
    label: str
    node: str
    link: str | None = None
    from_node: str | None = None
    needs: tuple[Need, ...] = (Need(None),)
    keeps: bool = False
    side: int = 0
    variants: tuple[Variant, ...] = ()
    drawn_as: str | None = None  # name of what is drawn, where the key says more
    gathering: Gathering | None = None
    boarding: Boarding | None = None
    choosing: Choosing | None = None
    weighing: Weighing | None = None
    # what its times were made from: a row of processes, and a flow for which they were made
    process: str = field(default="", compare=False)
    of_flow: str = field(default="", compare=False)

    @property
    def since_s(self) -> tuple[int, ...]:
        """Instants from which the second and later dated variants hold; those of a boarding repeat for each voyage."""
        voyages = len(self.boarding.voyages) if self.boarding else 1
        return tuple(variant.since_s for variant in self.variants[: len(self.variants) // voyages][1:])

    @property
    def draws(self) -> int:
        """Slots of durations that a lot keeps for this operation."""
        choice = self.choosing or self.weighing
        return len(choice.targets) if choice else len(self.variants)

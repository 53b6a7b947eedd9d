"""Operations as the model thinks of them, before they become rows of arrays.

Two steps of different flows are one operation when their ``key`` is the same: they share queues,
trains and reports. Durations come in dated variants of one luck.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.clock import NEVER_S
from sim.contract.plan import Cause, Kind
from sim.network.tables import Choice
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
class Operation:
    """One operation; see ``arrays.Kind`` for what the kinds mean."""

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
    gather_units: int = 0
    gather_measure: int = 0
    gather_wait_s: int = NEVER_S  # -1: by the variants, which then are longest waits
    service: str | None = None
    voyages: tuple[tuple[int, int], ...] = ()  # BOARD: calls of the rotation (boards, lands), the first is the shortest
    second: tuple[Variant, ...] = field(default=())  # BOARD: discharging; both are [voyage, date] in one row
    targets: tuple[int, ...] = ()  # CHOOSE: first step of each branch, counted from this step
    start_s: tuple[int, ...] = ()  # CHOOSE: time by each branch at free flow
    choice: Choice | None = None
    ways: tuple[int, ...] = ()  # CHOOSE: place of each branch among the flow's ways; a way that is closed has none
    shares: tuple[float, ...] = ()
    money_s: tuple[tuple[int, tuple[int, ...]], ...] = ()  # CHOOSE: (since_s, what each branch costs, as time)
    drawn_as: str | None = None  # name of what is drawn, where the key says more

    @property
    def board_from(self) -> int:
        """BOARD: the call of the rotation at which the shortest voyage begins."""
        return self.voyages[0][0]

    @property
    def board_to(self) -> int:
        """BOARD: the call at which the shortest voyage ends."""
        return self.voyages[0][1]

    @property
    def since_s(self) -> tuple[int, ...]:
        """Instants from which the second and later dated variants hold; those of a boarding repeat for each voyage."""
        dated = self.variants[: len(self.variants) // max(len(self.voyages), 1)]
        return tuple(variant.since_s for variant in dated[1:])

    @property
    def draws(self) -> int:
        """Slots of durations that a lot keeps for this operation."""
        if self.kind == Kind.CHOOSE:
            return len(self.targets)
        return len(self.variants)

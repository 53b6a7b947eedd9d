"""One replication as the page needs it: a few indicators, the times of its shipments, and where cargo waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.analysis.records import node_waits, replication_views, wanted_of
from sim.clock import DAY_S, HOUR_S
from sim.engine.interruption import asking
from sim.indicators import CORRIDOR, DEFAULT_PRIMARY, WAITING_CAUSES, Measure
from sim.runs.worker import simulate

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.kpis import Views
    from sim.analysis.records import RunInfo
    from sim.model.draws import Drawn, Model
    from sim.network.world import World

#: Indicators of each scope, in the order of the page; the last two say how many have not arrived.
SHOWN = ("transit_p50", "transit_p90", "on_time", "volume_tonnes", "volume_teu")
COUNTED = ("transit_lots", "transit_unfinished")
_HOURS_PER_DAY = DAY_S // HOUR_S


@dataclass(frozen=True)
class Part:
    """What one replication gave.

    ``waits`` are tonne-days by node and cause; None while they are not counted yet.
    """

    tables: Mapping[str, pd.DataFrame]
    waits: Mapping[tuple[str, str], float] | None = None


def scopes(world: World) -> list[str]:
    """Each cargo that is not background, that of the usual indicator first, then all of it."""
    flows = [flow.cargo for flow in world.flows.values() if not flow.background]
    cargo = sorted(set(flows), key=lambda name: (f"cargo {name}" != DEFAULT_PRIMARY[0].scope, -flows.count(name), name))
    return [*(f"cargo {name}" for name in cargo if len(cargo) > 1), CORRIDOR]


def measures(world: World) -> set[Measure]:
    """Everything that the page shows of a world."""
    return {Measure(kpi, scope) for scope in scopes(world) for kpi in (*SHOWN, *COUNTED)}


class Replication:
    """A replication that was simulated, from which the part is taken in two steps: times first, then waits."""

    def __init__(
        self,
        model: Model,
        info: RunInfo,
        replication: int,
        engine: str,
        stopped: Callable[[], None],
        like: Drawn | None = None,
    ) -> None:
        """Simulate. ``stopped`` raises what ends it; ``like``: the same replication of a model this is a patch of."""
        with asking(stopped):
            draws, trace = simulate(model, engine, replication, like)
        stopped()
        self._views: Views = replication_views(model.plan, draws, trace, info, replication)
        self._wanted = measures(model.world)

    def times(self) -> Part:
        """Indicators and times."""
        return Part(wanted_of(self._views, self._wanted))

    def with_waits(self, part: Part) -> Part:
        """The same with the waits."""
        table = node_waits(self._views.book)
        table = table[table["cause"].isin(WAITING_CAUSES)]
        days = (table["tonne_hours"] / _HOURS_PER_DAY).tolist()
        keys = zip(table["node"].astype(str), table["cause"].astype(str), strict=True)
        return replace(part, waits=dict(zip(keys, days, strict=True)))

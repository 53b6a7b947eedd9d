"""How long a run of a frozen network is filled before its years count: by MSER-5 on what is on its way, in whole years.

Only where the network is frozen can a start be told from a change. And there too a year has its seasons, so that years
are compared with years: the rule does not say on which day counting begins, but whether a year is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.clock import DAY_S
from sim.record import Record
from sim.runs.replicate import run_world
from sim.statistics.stopping import mser5
from sim.studies.package_parts import world_of

if TYPE_CHECKING:
    from sim.runs.options import Options
    from sim.scenario.load import Scenario

YEAR_D = 365
#: Replications whose mean is looked at: it is the start that all have in common that is looked for.
PILOTS = 5


@dataclass(frozen=True, slots=True)
class WarmUp(Record):
    """The warm-up and what MSER-5 says of it, at the demand as it is."""

    years: int  #: before the first year that counts
    cut_d: Mapping[str, int | None]  #: days of the start that the rule cuts, by cargo; None: it settles in no year
    replications: int  #: whose mean was looked at


def warm_up_of(base: Scenario, cargo_of: Mapping[str, str], tolerance: float, options: Options) -> WarmUp:
    """One year where the rule cuts no more than that of each cargo, else two.

    Two years from an empty network are run, and what is on its way of each cargo is looked at day by day.

    Args:
        base: the frozen scenario, whose period begins with the first year that counts.
        cargo_of: flow -> cargo, of the flows that count.
        tolerance: share by which a day may differ from the others without being told from them (``settling``).

    Raises InputError and RunError as ``run_world`` does.
    """
    first = base.period_start - timedelta(days=YEAR_D)
    pilot = replace(
        base,
        period_start=first,
        period_end=first + timedelta(days=2 * YEAR_D - 1),
        warm_up_s=0,
        replications=min(base.replications, PILOTS),
    )
    run = run_world(world_of(pilot, f"{base.name}, from an empty network"), options)
    cut = {
        cargo: settling(
            on_the_way(run.shipments, [flow for flow, own in cargo_of.items() if own == cargo], first), tolerance
        )
        for cargo in sorted(set(cargo_of.values()))
    }
    enough = all(days is not None and days <= YEAR_D for days in cut.values())
    return WarmUp(1 if enough else 2, cut, run.replications)


def settling(daily: list[float], tolerance: float) -> int | None:
    """Days that MSER-5 cuts, [day] over two years; None where it finds no cut in the first.

    Days within the tolerance of the second year's median are as that: else a line without any chance would be cut where
    a leap year ends, whose demand is spread over a day more.
    """
    level = float(np.median(daily[YEAR_D:]))
    return mser5([level if abs(units - level) <= tolerance * level else units for units in daily])


def warm_up_s(years: int) -> int:
    """Seconds of a warm-up."""
    return years * YEAR_D * DAY_S


def on_the_way(shipments: pd.DataFrame, flows: list[str], first: date) -> list[float]:
    """Units of some flows on their way, mean of each day of two years from ``first`` on, over all replications.

    Args:
        shipments: the run's table; nothing was on its way before ``first``.
    """
    own = shipments[shipments["flow"].astype(str).isin(flows)]
    change = np.zeros(2 * YEAR_D + 1)
    for column, sign in (("set_out", 1.0), ("landed", -1.0)):
        when = own[column].dropna()
        share, day = np.modf((when - pd.Timestamp(first, tz="UTC")) / pd.Timedelta(days=1))
        inside = (day >= 0) & (day < 2 * YEAR_D)
        units, place = sign * own.loc[when.index, "units"][inside], day[inside].to_numpy(np.int64)
        np.add.at(change, place, units * (1 - share[inside]))  # its part of the day, and all of the next
        np.add.at(change, place + 1, units * share[inside])
    return np.cumsum(change)[:-1].tolist()

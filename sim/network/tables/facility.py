"""What is waited for: capacity at a place, when it is open, and how it fails."""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, model_validator

from sim.errors import nearest
from sim.network.tables.place import Gauge, Mode
from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import AtLeast, Count, Dated, Day, Draw, Duration, Name, Number, PartialShare, Strict, Title

#: A unit is up, and down, for a minute at least by mean; idle equipment waits a minute at least.
SHORTEST_SPELL_S = 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


def _clock(raw: Any) -> Any:
    if not isinstance(raw, time) and not (isinstance(raw, str) and _CLOCK.fullmatch(raw)):
        raise ValueError(f"{str(raw)[:40]!r} is not a time of the day; write it as '08:30', from 00:00 to 23:59")
    return raw


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Names of time zones that mean the same on every machine."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _zone(name: str) -> str:
    if name not in _zones():
        hint = nearest(name[:40], _zones())
        raise ValueError(f"{name[:40]!r} is not a time zone; write one such as 'Asia/Almaty'{hint}")
    return name


Clock = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]
Spell = Annotated[Draw, AfterValidator(AtLeast(SHORTEST_SPELL_S))]


class Hours(Strict):
    """Opening hours in local time."""

    open: Clock = described("Time at which it opens.")
    close: Clock = described("Time at which it closes; at or before the opening: the next morning.")
    zone: Zone = described("Time zone, a name of the tz database.")
    weekdays: tuple[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ...] = described(
        "Days of the week on which it opens.", default=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    )
    holidays: tuple[Day, ...] = described("Days on which it does not open.", default=())


class Closure(Strict):
    """A dated closing or, with ``share_open``, a narrowing."""

    from_day: Day = described("First day.")
    to_day: Day = described("First day open again.")
    share_open: PartialShare = described("Part of the capacity that stays.", "share", default=0.0)
    cause: str = described("Why, in a few words.")

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Closure:
        if self.to_day <= self.from_day:
            raise ValueError(
                f"ends on {self.to_day}, not after it begins on {self.from_day} (to_day is the first day open again)"
            )
        return self


class Outages(Strict):
    """Breakdowns of single units by the calendar, whether they work or not."""

    up: Spell = described("Time from repair to the next breakdown.", "as written", patch="timeline")
    down: Spell = described("Time of repair.", "as written", patch="timeline")


class Resets(Strict):
    """When the acceptance slots of a quota are renewed each day."""

    at: Clock = described("Local time.")
    zone: Zone = described("Time zone, a name of the tz database.")


class Water(Row):
    """A sea whose level moves. When it is higher, berths are deeper.

    Levels are above the zero of the tide gauge at Kronstadt (Baltic system).
    """

    title: Title = described("Name for tables and messages.")
    datum_m: Number = described(
        "Level for which the depths of berths are stated.", "m", words="datum, m", patch="water"
    )
    level_m: Dated[Number] = described("Level of the sea.", "m", words="level, m", patch="water")


class Facility(Row):
    """A resource with limited capacity at a node: berth, crane, yard, lane, track, port entry, quota, depot of a pool.

    A ``quota`` grants as many acceptance slots a day as its capacity; an unused one lapses. A ``stock`` is the depot of
    a pool of returnable equipment (wagons, platforms, containers, locomotives): what is taken here may be returned to
    another depot of the pool.
    """

    node: str = described("Node at which it is.")
    title: Title = described("Name for pictures and tables.", patch="reports")
    kind: Literal["berth", "crane", "yard", "track", "lane", "entry", "terminal", "store", "quota", "stock"] = (
        described("What it is; `quota`: acceptance slots a day; `stock`: depot of a pool of returnable equipment.")
    )
    unit: Literal["each", "teu", "wagon", "truck", "lane_m", "t"] = described(
        "What one unit of capacity holds: one train, ship or shipment (`each`), or a measure of the load.",
        default="each",
    )
    capacity: Dated[Count] = described(
        "Units at a time; of a quota slots a day; of a depot units owned.", "{unit}", patch="timeline"
    )
    on_closure: Literal["finish", "suspend", "restart", "not_started"] = described(
        "What closing does to work in progress: it is finished; suspended and later resumed; begun again; or not "
        "started unless it can end before the closing.",
        default="finish",
    )
    discipline: Literal["fifo", "priority"] = described(
        "Order of service: first come first served, or by the priority of the flow.", default="fifo"
    )
    takes: tuple[Mode, ...] = described(
        "Kinds of service whose ships may use it (berths alone); empty: all.", default=()
    )
    hours: Hours | None = described("Opening hours; left out: always open.", default=None, patch="timeline")
    closures: tuple[Closure, ...] = described("Dated closings and narrowings.", default=(), patch="timeline")
    resets: Resets | None = described("When the slots of a quota are renewed.", default=None)
    pool: Name | None = described("Pool of returnable equipment that the depot belongs to.", default=None)
    idle_wait: Annotated[Duration, AfterValidator(AtLeast(SHORTEST_SPELL_S))] | None = described(
        "Dwell before repositioning: equipment that finds no load within it travels on empty, as a shipment of the "
        "flow that is `woken_by` this depot.",
        "as written",
        words="dwell before repositioning",
        default=None,
        patch="stocks",
    )
    owner: Name | None = described("Who owns the equipment.", default=None)
    gauge_mm: Gauge | None = described("Track gauge of the equipment.", "mm", default=None)
    outages: Outages | None = described(
        "Breakdowns and repairs of single units, drawn before the run.", default=None, patch="timeline"
    )
    depth_m: Dated[Number] | None = described(
        "Least water alongside a berth and on the way in, at the datum of `water`.",
        "m",
        words="depth, m",
        default=None,
        patch="ships",
    )
    water: Name | None = described("Sea whose level the depth follows; left out: the depth is constant.", default=None)

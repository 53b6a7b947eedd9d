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
from sim.scenario.values import Count, Dated, Day, Draw, Duration, Name, Number, PartialShare, Strict, Title, at_least

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
Spell = Annotated[Draw, AfterValidator(at_least(SHORTEST_SPELL_S))]


class Hours(Strict):
    """Local opening hours; a closing time at or before the opening time means the next morning."""

    open: Clock
    close: Clock
    zone: Zone
    weekdays: tuple[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ...] = (
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # fmt: skip
    holidays: tuple[Day, ...] = ()


class Closure(Strict):
    """A dated closing (``to`` is the first day open again) or, with ``share_open``, a narrowing."""

    from_day: Day
    to_day: Day
    share_open: PartialShare = 0.0
    cause: str

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Closure:
        if self.to_day <= self.from_day:
            raise ValueError(f"ends on {self.to_day}, not after it begins on {self.from_day} (to_day is the first day"
                             " open again)")  # fmt: skip
        return self


class Outages(Strict):
    """Breakdowns of single units by the calendar, whether they work or not: up, then down, again and again."""

    up: Spell
    down: Spell


class Resets(Strict):
    """The instant of each day at which a quota's used passes come back, in local time."""

    at: Clock
    zone: Zone


class Water(Row):
    """A sea whose level moves. Depths are stated for ``datum_m``; when the level is higher they are deeper.

    Levels in metres above the zero of the tide gauge at Kronstadt (Baltic system).
    """

    title: Title
    datum_m: Number
    level_m: Dated[Number]


class Facility(Row):
    """A resource with limited capacity at a node: berth, crane, yard, lane, track, port entry, quota.

    ``unit`` is what one unit of capacity holds: ``each`` (one mover) or a measure of the load.
    ``on_closure`` says what closing does to work in progress: it is finished; suspended and later
    resumed; begun again; or not started unless it can end before the closing. A ``quota`` grants as many
    passes as its capacity each day: a pass is held until the next reset, an unused one lapses.
    ``outages`` take single units away, drawn before the run. A ``stock`` holds things that come back
    (platforms, wagons, boxes) of one ``pool``; what is taken here may be returned to another stock of
    the pool. What was returned and finds no load within ``idle_wait`` travels on as a lot of the flow
    that is ``woken_by`` this stock; ``owner`` and ``gauge_mm`` say whose they are and to which gauge they belong.
    A berth's ``depth_m`` is the least water alongside and on the way in;
    it follows the level of ``water``, if that is given.
    """

    node: str
    title: Title
    kind: Literal["berth", "crane", "yard", "track", "lane", "entry", "terminal", "store", "quota", "stock"]
    unit: Literal["each", "teu", "wagon", "truck", "lane_m", "t"] = "each"
    capacity: Dated[Count]
    on_closure: Literal["finish", "suspend", "restart", "not_started"] = "finish"
    discipline: Literal["fifo", "priority"] = "fifo"
    takes: tuple[Mode, ...] = ()  # berths: kinds of service that may use it; empty = all
    hours: Hours | None = None
    closures: tuple[Closure, ...] = ()
    resets: Resets | None = None
    pool: Name | None = None
    idle_wait: Annotated[Duration, AfterValidator(at_least(SHORTEST_SPELL_S))] | None = None
    owner: Name | None = None
    gauge_mm: Gauge | None = None
    outages: Outages | None = None
    depth_m: Dated[Number] | None = None
    water: Name | None = None

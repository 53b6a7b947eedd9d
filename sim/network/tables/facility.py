"""What is waited for: capacity at a place, when it is open, and how it fails."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from sim.network.tables.place import Mode
from sim.network.tables.row import Row
from sim.scenario.values import Dated, Draw, Duration, Number, Strict, Whole


class Hours(Strict):
    """Local opening hours; a closing time at or before the opening time means the next morning."""

    open: time
    close: time
    zone: str
    weekdays: tuple[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ...] = (
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # fmt: skip
    holidays: tuple[date, ...] = ()


class Closure(Strict):
    """A dated closing (``to`` is the first day open again) or, with ``share_open``, a narrowing."""

    from_day: date
    to_day: date
    share_open: Number = Field(default=0.0, ge=0, lt=1)
    cause: str


class Outages(Strict):
    """Breakdowns of single units by the calendar, whether they work or not: up, then down, again and again."""

    up: Draw
    down: Draw


class Resets(Strict):
    """The instant of each day at which a quota's used passes come back, in local time."""

    at: time
    zone: str


class Water(Row):
    """A sea whose level moves. Depths are stated for ``datum_m``; when the level is higher they are deeper.

    Levels in metres above the zero of the tide gauge at Kronstadt (Baltic system).
    """

    title: str
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
    title: str
    kind: Literal["berth", "crane", "yard", "track", "lane", "entry", "terminal", "store", "quota", "stock"]
    unit: Literal["each", "teu", "wagon", "truck", "lane_m", "t"] = "each"
    capacity: Dated[Whole]
    on_closure: Literal["finish", "suspend", "restart", "not_started"] = "finish"
    discipline: Literal["fifo", "priority"] = "fifo"
    takes: tuple[Mode, ...] = ()  # berths: kinds of service that may use it; empty = all
    hours: Hours | None = None
    closures: tuple[Closure, ...] = ()
    resets: Resets | None = None
    pool: str | None = None
    idle_wait: Duration | None = None
    owner: str | None = None
    gauge_mm: Whole | None = None
    outages: Outages | None = None
    depth_m: Dated[Number] | None = None
    water: str | None = None

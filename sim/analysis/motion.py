"""What moves and what stands: carriers on links, shipments at places by cause, and what is shut, over a stretch of time.

All of it is counted from the stretches of time from which delays are computed, so that at each instant the shipments that
are underway and those at places add up to those that have departed and have not arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.analysis.facility_load import closures
from sim.analysis.ledger import Ledger
from sim.contract.plan import Cause, Kind
from sim.contract.reading import spread_to_lots

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """``samples`` instants from ``from_s`` on, every ``step_s`` seconds; the last is the end."""

    from_s: int
    step_s: int
    samples: int

    @property
    def to_s(self) -> int:
        """Second of the last instant."""
        return self.from_s + (self.samples - 1) * self.step_s

    def first_at(self, time_s: npt.ArrayLike) -> I64:
        """Position of the first instant at or after each second; ``samples`` where there is none."""
        late = -(-(np.asarray(time_s, np.int64) - self.from_s) // self.step_s)
        return np.clip(late, 0, self.samples)


@dataclass(frozen=True)
class Legs:
    """Carriers on links, [n] each, in the order of departure: a train, a truck or a ship on one link.

    ``arrive_s`` of what has not arrived is the stop of the run. ``lots`` are the followed shipments in it: 0 for a ship
    that sails without any. ``carrier`` numbers trains, lone shipments and ships: the legs of one have one number.
    """

    link: I64
    from_node: I64
    to_node: I64
    depart_s: I64
    arrive_s: I64
    lots: I64
    carrier: I64

    def pick(self, where: npt.ArrayLike) -> Legs:
        """The legs at a mask or at indices."""
        return Legs(*(getattr(self, column.name)[where] for column in fields(self)))


@dataclass(frozen=True)
class Motion:
    """What moves and stands within a stretch of one replication.

    ``standing`` [n_series, samples] are shipments at ``node`` [n_series] whose time is put down to ``cause``
    [n_series]; ``underway`` and ``alive`` [samples] are those on links, and those that have departed and have not
    arrived. ``arrived_t`` [samples] are the tonnes of reported cargo that have arrived since the stretch began.
    ``shut`` are facilities without capacity: facility, from and to (seconds).
    """

    stretch: Stretch
    legs: Legs
    node: I64
    cause: I64
    standing: I64
    underway: I64
    alive: I64
    arrived_t: I64
    shut: tuple[I64, I64, I64]

    @cached_property
    def waiting(self) -> I64:
        """[samples] shipments at places that are neither moved nor handled."""
        return self.standing[np.isin(self.cause, (Cause.MOVING, Cause.HANDLING), invert=True)].sum(axis=0)


def motion(book: Ledger, stretch: Stretch) -> Motion:
    """What moves and stands within a stretch. Raises CheckFailed if some shipment's time does not add up."""
    legs = all_legs(book)
    legs = legs.pick((legs.depart_s < stretch.to_s) & (legs.arrive_s > stretch.from_s))
    seg = book.segments
    started = book.trace.column("rows", "start")[seg.row]
    on_link = (seg.link >= 0) & (started >= 0) & (seg.from_s >= started)
    still = np.flatnonzero(~on_link)
    n_cause = len(Cause)
    place = seg.node[still].astype(np.int64) * n_cause + seg.cause[still]
    used, series = np.unique(place, return_inverse=True)
    standing = _levels(series, seg.from_s[still], seg.to_s[still], len(used), stretch)
    some = standing.any(axis=1)
    moving = np.flatnonzero(on_link)
    lots = book.lots
    done_s = lots["done_s"].to_numpy()
    gone_s = np.where(done_s < 0, book.trace.stopped_s, done_s)
    reported = (lots["reported"].to_numpy(bool) & (done_s >= 0)).nonzero()[0]
    landed = np.clip(stretch.first_at(done_s[reported]), 0, stretch.samples)
    landed, tonnes = landed[done_s[reported] >= stretch.from_s], lots["tonnes"].to_numpy()[reported]
    tonnes = tonnes[done_s[reported] >= stretch.from_s]
    arrived = np.cumsum(np.bincount(landed, weights=tonnes, minlength=stretch.samples + 1)[: stretch.samples])
    return Motion(
        stretch,
        legs,
        used[some] // n_cause,
        used[some] % n_cause,
        standing[some],
        _levels(0 * moving, seg.from_s[moving], seg.to_s[moving], 1, stretch)[0],
        _levels(np.zeros(len(lots), np.int64), lots["born_s"].to_numpy(), gone_s, 1, stretch)[0],
        np.rint(arrived).astype(np.int64),
        closures(book.plan, book.draws, book.facilities, stretch.from_s, stretch.to_s),
    )


def all_legs(book: Ledger) -> Legs:
    """Every link that a carrier of followed shipments has entered, and every leg of every ship, by departure."""
    land, sea = _land_legs(book), _sea_legs(book)
    both = Legs(*(np.concatenate((getattr(land, c.name), getattr(sea, c.name))) for c in fields(Legs)))
    return both.pick(np.lexsort((both.carrier, both.link, both.arrive_s, both.depart_s)))


def _land_legs(book: Ledger) -> Legs:
    plan, trace, rows = book.plan, book.trace, book.steps
    op = plan.needs.op[trace.column("rows", "need")[rows]].astype(np.int64)
    over = (plan.operations.link[op] >= 0) & (plan.operations.kind[op] != Kind.BOARD)
    some = np.flatnonzero(over & (trace.column("rows", "start")[rows] >= 0))
    rows, op = rows[some], op[some]
    _, at = spread_to_lots(trace, rows, book.followed)
    end = trace.column("rows", "end")[rows].astype(np.int64)
    mover, train = (trace.column("rows", name)[rows].astype(np.int64) for name in ("mover", "train"))
    ships = len(plan.vessels.name)
    return Legs(
        plan.operations.link[op].astype(np.int64),
        plan.operations.from_node[op].astype(np.int64),
        plan.operations.node[op].astype(np.int64),
        trace.column("rows", "start")[rows].astype(np.int64),
        np.where(end < 0, trace.stopped_s, end),
        np.bincount(at, minlength=len(rows)),
        ships + np.where(train < 0, 2 * mover, 2 * train + 1),
    )


def _sea_legs(book: Ledger) -> Legs:
    """From leaving a port until the arrival at the next roadstead; a ship that is there already is underway no more."""
    plan, trace = book.plan, book.trace
    vessel, call, left = (trace.column("calls", name).astype(np.int64) for name in ("vessel", "call", "left"))
    order = np.lexsort((call, vessel))
    vessel, call, left = vessel[order], call[order], left[order]
    arrive = trace.column("calls", "arrive").astype(np.int64)[order]
    follows = np.append(vessel[1:] == vessel[:-1], False)[: len(vessel)]
    op = plan.needs.op[plan.calls.sail_need[trace.column("calls", "port")[order]]].astype(np.int64)
    lots = _aboard(book, vessel, call)
    some = np.flatnonzero((left >= 0) & (plan.operations.link[op] >= 0))
    ahead = np.where(follows, np.append(arrive[1:], -1)[: len(arrive)], book.trace.stopped_s)
    op = op[some]
    return Legs(
        plan.operations.link[op].astype(np.int64),
        plan.operations.from_node[op].astype(np.int64),
        plan.operations.node[op].astype(np.int64),
        left[some],
        ahead[some],
        lots[some],
        vessel[some],
    )


def _aboard(book: Ledger, vessel: I64, call: I64) -> I64:
    """[n_call] followed shipments aboard when each ship leaves each call, given in the order of ship and call."""
    names = ("lot", "vessel", "call_from", "call_to", "load_end", "landed")
    lot, ship, begin, finish, loaded, landed = (book.trace.column("boards", c).astype(np.int64) for c in names)
    width = int(call.max(initial=0)) + 2
    known = vessel * width + call
    taken = book.followed[lot] & (loaded >= 0)
    given = taken & (landed >= 0)
    change = np.bincount(np.searchsorted(known, ship[taken] * width + begin[taken]), minlength=len(known))
    change -= np.bincount(np.searchsorted(known, ship[given] * width + finish[given]), minlength=len(known))
    level = np.cumsum(change)
    first = np.flatnonzero(np.append(True, vessel[1:] != vessel[:-1])[: len(vessel)])
    before = np.where(first > 0, level[first - 1], 0)
    return level - np.repeat(before, np.diff(np.append(first, len(vessel))))


def _levels(series: I64, from_s: npt.ArrayLike, to_s: npt.ArrayLike, n: int, stretch: Stretch) -> I64:
    """[n, samples] how many half-open stretches of each series hold each instant."""
    wide = stretch.samples + 1
    enters = np.bincount(series * wide + stretch.first_at(from_s), minlength=n * wide)
    leaves = np.bincount(series * wide + stretch.first_at(to_s), minlength=n * wide)
    return np.cumsum((enters - leaves).reshape(n, wide), axis=1)[:, : stretch.samples]

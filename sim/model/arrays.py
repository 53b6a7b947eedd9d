"""What is numbered becomes the arrays of a plan: one function for each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.clock import DAY_S, NEVER_S, month_start, months_between, to_seconds
from sim.contract import plan as parts
from sim.contract.plan import I32, NEVER_FILLED, Discipline, Kind, Plan, Policy
from sim.model import facilities
from sim.model.layout import NO_WAY, Layout
from sim.model.operations import Gathering
from sim.network.bans import queue_bans
from sim.network.tables import LOAD_UNITS, Departure, Facility

#: Timetables run from this Monday, whatever day a run begins on.
TIMETABLE_ANCHOR = date(2000, 1, 3)


def plan_of(layout: Layout) -> Plan:
    """All arrays that do not depend on random draws."""
    return Plan(
        **{name: make(layout) for name, make in PARTS.items()},
        node_name=layout.nodes,
        link_name=layout.links,
        pool_name=layout.pools,
        flow_name=tuple(d.name for d in layout.demands),
    )


def _ptr(lengths: Iterable[int]) -> I32:
    """Where each of several lists begins when they stand one behind the other, and where the last one ends."""
    return np.cumsum([0, *lengths]).astype(np.int32)


def _rows(layout: Layout) -> list[tuple[str, Facility | None]]:
    return [(name, layout.world.facilities.get(name)) for name in layout.facility_names]


def _facilities(layout: Layout) -> parts.Facilities:
    rows = _rows(layout)
    resets = [
        facilities.reset_instants(row.resets, layout.origin, layout.end_s) if row and row.resets else ()
        for _, row in rows
    ]
    return parts.Facilities(
        name=layout.facility_names,
        policy=np.array([_policy(name, row) for name, row in rows], np.int8),
        discipline=np.array([_discipline(name, row) for name, row in rows], np.int8),
        reset_ptr=_ptr(map(len, resets)),
        reset_s=np.array([s for instants in resets for s in instants], np.int64),
    )


def _policy(name: str, row: Facility | None) -> Policy:
    if row is None:  # a ship stops at sea and resumes when repaired; a train in a section goes on
        return Policy.SUSPEND if name.startswith("ship/") else Policy.FINISH
    return Policy[row.on_closure.upper()]


def _discipline(name: str, row: Facility | None) -> Discipline:
    if row is None:
        return Discipline.ALTERNATE if name.endswith("/both") else Discipline.FIFO
    return Discipline[row.discipline.upper()]


def _stocks(layout: Layout) -> parts.Stocks:
    rows, first_need = _rows(layout), layout.first_needs()
    return parts.Stocks(
        is_stock=np.array([bool(row and row.kind == "stock") for _, row in rows], bool),
        wait_s=np.array(
            [NEVER_S if row is None or row.idle_wait is None else row.idle_wait for _, row in rows], np.int64
        ),
        leave_need=np.array([first_need.get(f"stock/{name}", -1) for name, _ in rows], np.int32),
        pool=_pools(layout),
    )


def _pools(layout: Layout) -> I32:
    pool = np.full(len(layout.facility_names), -1, np.int32)
    for name, row in layout.world.facilities.items():
        if row.kind == "stock":
            pool[layout.facility_index[name]] = layout.pools.index(row.pool or name)
    return pool


def _wakes(layout: Layout) -> parts.Wakes:
    """Where the units of each stock travel on to, by flow and date."""
    pool = _pools(layout)
    journeys: list[tuple[int, int, int, int]] = []  # stock, flow, since, home
    for number, demand in enumerate(layout.demands):
        if demand.flow.woken_by:
            stock = layout.facility_index[demand.flow.woken_by]
            journeys += [
                (stock, number, since_s, _home(layout, program, pool, pool[stock]))
                for since_s, program in demand.programs
            ]
    journeys.sort()
    columns = np.array(journeys, np.int64).reshape(-1, 4).T
    return parts.Wakes(
        ptr=_ptr(np.bincount(columns[0], minlength=len(layout.facility_names)).tolist()),
        flow=columns[1].astype(np.int32),
        since_s=columns[2],
        home=columns[3].astype(np.int32),
    )


def _home(layout: Layout, program: int, pool: I32, wanted: int) -> int:
    """The stock of the pool to which a program gives units back; every program does (itinerary)."""
    if program == NO_WAY:
        return -1
    ops = (layout.operations[o] for o in layout.programs[program])
    releases = (op for op in ops if op.kind == Kind.RELEASE)
    stocks = [layout.facility_index[need.facility] for op in releases for need in op.needs if need.facility]
    return next(f for f in stocks if pool[f] == wanted)


def _queue_bans(layout: Layout) -> parts.QueueBans:
    """A flow that is not followed has nothing to refuse; a ban of no followed flow stays, and refuses nothing."""
    bans = [(name, ban, ban.standing) for name, ban in queue_bans(layout.world).items() if ban.standing]
    number = {flow: k for k, (_, ban, _) in enumerate(bans) for flow in ban.flows}
    return parts.QueueBans(
        name=tuple(name for name, _, _ in bans),
        facility=np.array([layout.facility_index[s.facility] for _, _, s in bans], np.int32),
        above=np.array([s.above for _, _, s in bans], np.int64),
        below=np.array([s.below for _, _, s in bans], np.int64),
        start_s=np.array([_within(layout, ban.from_day) for _, ban, _ in bans], np.int64),
        end_s=np.array([_within(layout, ban.to_day) for _, ban, _ in bans], np.int64),
        every_s=np.array([-1 if s.back_every is None else s.back_every for _, _, s in bans], np.int64),
        of_flow=np.array([number.get(d.name, -1) for d in layout.demands], np.int32),
    )


def _within(layout: Layout, day: date) -> int:
    """A day's first second, or one just outside the run."""
    return min(max(to_seconds(day, layout.origin), -1), layout.end_s + 1)


def _operations(layout: Layout) -> parts.Operations:
    ops = layout.operations
    variants = [op.since_s for op in ops]
    node = {name: i for i, name in enumerate(layout.nodes)}
    link = {name: i for i, name in enumerate(layout.links)}
    return parts.Operations(
        name=tuple(op.key for op in ops),
        kind=np.array([op.kind for op in ops], np.int8),
        cause=np.array([op.cause for op in ops], np.int8),
        label=tuple(op.label for op in ops),
        node=np.array([node[op.node] for op in ops], np.int32),
        link=np.array([link[op.link] if op.link else -1 for op in ops], np.int32),
        from_node=np.array([node[op.from_node or op.node] for op in ops], np.int32),
        side=np.array([op.side for op in ops], np.int8),
        keeps=np.array([op.keeps for op in ops], bool),
        variant_ptr=_ptr(map(len, variants)),
        variant_s=np.array([s for since_s in variants for s in since_s], np.int64),
    )


def _needs(layout: Layout) -> parts.Needs:
    needs = [(i, need) for i, op in enumerate(layout.operations) for need in op.needs]
    return parts.Needs(
        ptr=_ptr(len(op.needs) for op in layout.operations),
        op=np.array([i for i, _ in needs], np.int32),
        facility=np.array([layout.facility_index[n.facility] if n.facility else -1 for _, n in needs], np.int32),
        units=np.array([n.units for _, n in needs], np.int32),
        measure=np.array([n.measure for _, n in needs], np.int8),
    )


def _gatherings(layout: Layout) -> parts.Gatherings:
    gatherings = [op.gathering or Gathering() for op in layout.operations]
    return parts.Gatherings(
        units=np.array([g.units for g in gatherings], np.int64),
        measure=np.array([g.measure for g in gatherings], np.int8),
        wait_s=np.array([g.wait_s for g in gatherings], np.int64),
    )


def _boardings(layout: Layout) -> parts.Boardings:
    boardings = [op.boarding for op in layout.operations]
    service = {name: i for i, name in enumerate(layout.services)}
    first_call = layout.first_calls()
    voyages = [
        (first_call[b.service] + start, first_call[b.service] + stop)
        for b in boardings
        if b
        for start, stop in b.voyages
    ]
    return parts.Boardings(
        service=np.array([service[b.service] if b else -1 for b in boardings], np.int32),
        ptr=_ptr(len(b.voyages) if b else 0 for b in boardings),
        call_from=np.array([start for start, _ in voyages], np.int32),
        call_to=np.array([stop for _, stop in voyages], np.int32),
    )


def _choices(layout: Layout) -> parts.Choices:
    ops = layout.operations
    targets = [c.targets if (c := op.choosing or op.weighing) else () for op in ops]
    starts = [op.choosing.start_s if op.choosing else (0,) * len(t) for op, t in zip(ops, targets, strict=True)]
    choices = [op.choosing for op in ops]
    return parts.Choices(
        ptr=_ptr(map(len, targets)),
        target=np.array([target for of_op in targets for target in of_op], np.int32),
        start_s=np.array([s for of_op in starts for s in of_op], np.int64),
        memory=np.array([c.choice.memory if c else 1 for c in choices], np.int32),
        by_time=np.array([bool(c and c.choice.by.by_time) for c in choices], bool),
    )


def _weighings(layout: Layout) -> parts.Weighings | None:
    weighed = {op.of_flow: op.weighing.weighed for op in layout.operations if op.weighing}
    if not weighed:
        return None
    flows = [d.name for d in layout.demands]
    own = [weighed[name] for name in sorted(weighed)]
    last = layout.origin + timedelta(seconds=layout.end_s)
    ends = [month_start(year, month + 1) for year, month in months_between(layout.origin, last)]
    of_flow = {name: k for k, name in enumerate(sorted(weighed))}
    return parts.Weighings(
        flow=np.array([flows.index(name) for name in sorted(weighed)], np.int32),
        usual_s=np.array([w.usual_s for w in own], np.int64),
        late_s=np.array([w.late_s for w in own], np.int64),
        permille=np.array([w.permille for w in own], np.int64),
        after=np.array([w.after for w in own], np.int32),
        over=np.array([w.over for w in own], np.int32),
        of_flow=np.array([of_flow.get(name, -1) for name in flows], np.int32),
        month_end_s=np.array([to_seconds(day, layout.origin) for day in ends], np.int64),
    )


def _programs(layout: Layout) -> parts.Programs:
    draws = [[layout.operations[o].draws for o in program] for program in layout.programs]
    return parts.Programs(
        ptr=_ptr(map(len, layout.programs)),
        op=np.array([o for program in layout.programs for o in program], np.int32),
        draw=np.array([sum(d[:k]) for d in draws for k in range(len(d))], np.int32),
    )


def _services(layout: Layout) -> parts.Services:
    services = [layout.world.services[s] for s in layout.services]
    return parts.Services(
        name=layout.services,
        call_ptr=_ptr(len(s.rotation) for s in services),
        smaller_may_pass=np.array([s.smaller_may_pass for s in services], bool),
    )


def _calls(layout: Layout) -> parts.Calls:
    services = layout.world.services
    calls = [services[s].rotation[k] for s, k in layout.calls]
    rules = [call.departure or services[s].departure for (s, _), call in zip(layout.calls, calls, strict=True)]
    first_need = layout.first_needs()

    def needs(what: str) -> I32:
        return np.array([first_need.get(f"call/{s}/{k}/{what}", -1) for s, k in layout.calls], np.int32)

    return parts.Calls(
        node=np.array([layout.nodes.index(call.port) for call in calls], np.int32),
        queue=np.array([layout.calls.index((s, _first_at_port(layout, s, k))) for s, k in layout.calls], np.int32),
        berth_need=needs("berth"),
        entry_need=needs("entry"),
        exit_need=needs("exit"),
        entry_s=np.array([call.entry_time for call in calls], np.int64),
        load_need=needs("load"),
        discharge_need=needs("discharge"),
        yard_need=needs("yard"),
        moor_need=needs("moor"),
        sail_need=needs("sail"),
        timetable=np.array([rule.rule == "timetable" for rule in rules], bool),
        fill_permille=np.array(
            [NEVER_FILLED if rule.full_when == "nothing_fits" else round(rule.fill * 1000) for rule in rules], np.int32
        ),
        least_permille=np.array([round(rule.least * 1000) for rule in rules], np.int32),
        longest_wait_s=np.array([NEVER_S if r.longest_wait is None else r.longest_wait for r in rules], np.int64),
        every_s=np.array([rule.every or DAY_S for rule in rules], np.int64),
        first_s=np.array([_first_departure(layout, rule) for rule in rules], np.int64),
        before_closing_s=np.array([-1 if r.before_closing is None else r.before_closing for r in rules], np.int64),
    )


def _first_at_port(layout: Layout, service: str, call: int) -> int:
    """The first call of the rotation at the port of a call."""
    ports = [c.port for c in layout.world.services[service].rotation]
    return ports.index(ports[call])


def _first_departure(layout: Layout, rule: Departure) -> int:
    """First timetable departure at or after the run's origin."""
    return (to_seconds(TIMETABLE_ANCHOR, layout.origin) + rule.first) % (rule.every or DAY_S)


def _vessels(layout: Layout) -> parts.Vessels:
    fleet, first_call, first_need = layout.fleet, layout.first_calls(), layout.first_needs()
    sail_needs = [
        [
            first_need.get(f"call/{s.service}/{k}/sail/{s.name}", first_need[f"call/{s.service}/{k}/sail"])
            for k in range(len(layout.world.services[s.service].rotation))
        ]
        for s in fleet
    ]
    return parts.Vessels(
        name=tuple(s.name for s in fleet),
        service=np.array([layout.services.index(s.service) for s in fleet], np.int32),
        first_call=np.array([first_call[s.service] + s.first_call for s in fleet], np.int32),
        start_s=np.array([s.start_s for s in fleet], np.int64),
        end_s=np.array([s.end_s for s in fleet], np.int64),
        sail_ptr=_ptr(map(len, sail_needs)),
        sail_need=np.array([need for needs in sail_needs for need in needs], np.int32),
        limit=np.array([s.limits for s in fleet], np.int64).reshape(len(fleet), len(LOAD_UNITS)),
        payload_ptr=_ptr(len(s.payload) for s in fleet),
        payload_s=np.array([since for s in fleet for since, _ in s.payload], np.int64),
        payload_t=np.array([tonnes for s in fleet for _, tonnes in s.payload], np.int64),
    )


#: Part of a plan -> what makes it.
PARTS: dict[str, Callable[[Layout], Any]] = {
    "facilities": _facilities,
    "stocks": _stocks,
    "wakes": _wakes,
    "queue_bans": _queue_bans,
    "operations": _operations,
    "needs": _needs,
    "gatherings": _gatherings,
    "boardings": _boardings,
    "choices": _choices,
    "programs": _programs,
    "services": _services,
    "calls": _calls,
    "vessels": _vessels,
    "weighings": _weighings,
}

"""The records of a geodata folder: one class for each table, one field for each parameter.

Every row carries ``source`` and ``grade``; ``evidence`` names a better source, another grade or a
range for single fields. A source is a link, plain words, or the id of a fact in ``sources.csv``.
The files: ``nodes.geojson``, ``links.geojson`` (one feature a line) and one YAML file a table.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.values import Amount, Dated, Draw, Duration, Grade, Number, Strict, Whole

#: Weights of the twelve months of a year.
Weights = Annotated[tuple[Number, ...], Field(min_length=12, max_length=12)]
Mode = Literal["rail", "road", "pipeline", "sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry"]
SEA_MODES = ("sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry")
LAND_MODES = ("rail", "road", "pipeline")
#: Measures by which a lot takes room; the engine's size columns, in this order.
MEASURES = ("teu", "wagon", "truck", "lane_m", "t")


class Evidence(Strict):
    """Source, grade and plausible range of a single field."""

    source: str
    grade: Grade
    low: Number | str | None = None
    high: Number | str | None = None
    note: str = ""


class Row(Strict):
    """What every row has."""

    source: str
    grade: Grade
    note: str = ""
    evidence: dict[str, Evidence] = Field(default_factory=dict)


class Node(Row):
    """A place. Position comes from the feature's geometry (degrees, WGS 84)."""

    name: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    kind: Literal["terminal", "junction", "station", "port", "border", "gauge_break"]
    gauge_mm: tuple[Whole, ...] = ()
    lat: Number = Field(ge=-90, le=90)
    lon: Number = Field(ge=-180, le=180)


class Link(Row):
    """A stretch between two nodes, used both ways. The geometry is for the picture only.

    Rail: each direction is a line section that admits one train per headway of 86,400 s divided by
    ``trains_per_day`` (or by the yearly capacity: Mt x 1e6 / (365 x 2 x net tonnes per train)). On a
    single track (``tracks: 1``) both directions share one section: a train takes it for half of that,
    and when trains wait on both sides the directions alternate.
    """

    from_node: str
    to_node: str
    mode: Mode
    length_km: Dated[Number]
    speed_kmh: Dated[Number]
    speed_kind: Literal["running", "commercial"] = "running"
    running_cv: Number = Field(default=0.0, ge=0, le=2)
    gauge_mm: Whole | None = None
    tracks: Literal[1, 2] | None = None
    electrified: Literal["yes", "no", "partial"] | None = None
    trains_per_day: Dated[Number] | None = None
    capacity_mt_per_year: Dated[Number] | None = None
    net_tonnes_per_train: Number | None = Field(default=None, gt=0)
    in_service: Dated[bool] = Dated[bool](steps=({"value": True},))  # type: ignore[arg-type]
    waypoints: tuple[tuple[Number, Number], ...] = ()  # (lon, lat) pairs, ends included


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


class Operator(Row):
    """A railway, or whoever else takes trains over at a border."""

    title: str
    country: str = Field(pattern=r"^[A-Z]{2}$")


class JointOperator(Row):
    """Operators that work as one while it is in force: no hand-over between two of its members."""

    title: str
    members: tuple[str, ...] = Field(min_length=2)
    in_force: Dated[bool]


class RiskLane(Strict):
    """One of several treatments that an assessed risk leads to: so many of the movers, for so long."""

    share: Dated[Amount]
    duration: Dated[Draw]


class Process(Row):
    """A step that movers undergo at a node when the way they come and go matches.

    ``scope: train`` acts on the whole train (before it is split, after it is formed), ``scope: lot``
    on single lots. ``action: acquire`` takes ``units`` of the facility until a later ``release``.
    ``units: load`` means as many as the mover's load in the facility's unit. ``share`` of the movers
    are concerned, the others pass. ``per: unit`` multiplies the duration by the load of a lot, for a
    train by that of its oldest lot: where lots can be handled one by one, use ``scope: lot``.
    ``risk_lanes`` stand in place of duration and share: each mover gets one of them, or none, by its
    share. ``barrier`` names the avoidable part it stands for; its time is multiplied by the barrier's
    strength (see ``Barrier``), that of ``barrier_country`` where it is not the node's country that asks
    for it. A barrier whose facility is a quota is the wait for a pass: its strength divides the passes.
    ``between`` names the two operators of a hand-over; it takes no time where both are one, or members of
    a joint operator in force. ``action: gather`` says how trains form at this node instead of what the
    flow says: at ``units``, or after the longest wait ``duration``.
    ``action: reform`` does the same for trains that come and go by rail: they split into their lots,
    and what the next line allows leaves as one train. What a mover holds already is not taken again, so that
    a row may take room ahead of the place where it is needed. A row not ``in_force`` on the day on which a lot
    sets out is no part of its journey.
    """

    node: str
    order: Whole = 0
    scope: Literal["train", "lot"] = "train"
    action: Literal["process", "acquire", "release", "gather", "reform"] = "process"
    arrive: tuple[str, ...] = ()  # modes or "origin"; empty = any
    leave: tuple[str, ...] = ()  # modes or "destination"; empty = any
    arrive_from: tuple[str, ...] = ()  # neighbouring nodes; empty = any
    leave_to: tuple[str, ...] = ()
    cargo: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()  # classes of goods as the flows name them; empty = any, and flows that name none
    background: bool | None = None  # None = all flows
    facility: str | None = None
    units: Whole | Literal["load"] = 1
    duration: Dated[Draw] = Dated[Draw](steps=({"value": {"value": "0 s"}},))  # type: ignore[arg-type]
    per: Literal["mover", "unit"] = "mover"  # "unit": the duration is for one unit of the load
    share: Dated[Number] | None = None
    risk_lanes: dict[str, RiskLane] = Field(default_factory=dict)
    cause: Literal["handling", "moving", "barrier"] = "handling"
    barrier: str | None = None
    barrier_country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")  # None = the node's
    between: tuple[str, str] | None = None
    holds_until_next: bool = False  # keeps its units until the next operation is granted
    in_force: Dated[bool] = Dated[bool](steps=({"value": True},))  # type: ignore[arg-type]


class Barrier(Row):
    """Strength of one barrier: 1 as today, 0 removed; of a wait for passes 2 is half the passes, 0 no limit.

    The row's key is a country (lower case), a node, or a class of goods. The strengths of
    all rows that fit a step are multiplied.
    """

    scale: Dated[Amount]


class Departure(Strict):
    """When a vessel leaves: with ``fill`` of its room taken or after ``longest_wait``; or by timetable."""

    rule: Literal["full", "timetable"]
    fill: Number = Field(default=1.0, ge=0, le=1)
    longest_wait: Duration | None = None  # None = waits for ever
    every: Duration | None = None
    first: Duration = 0
    before_closing: Duration | None = None  # closes loading this long before the entry is known to close


class Call(Strict):
    """A vessel's call at one port of its rotation."""

    port: str
    berth: str
    entry: str | None = None  # facility that must be open to come in and to leave
    entry_time: Duration = 0  # pilotage, each way
    cranes: str | None = None
    cranes_per_vessel: Whole = Field(default=1, ge=1)
    yard: str | None = None  # room taken by each lot as it is discharged; released by a later step
    mooring: Draw = Draw(dist="fixed", value="0 s")  # type: ignore[arg-type]
    load_per_unit: Dated[Draw] = Dated[Draw](steps=({"value": {"value": "0 s"}},))  # type: ignore[arg-type]
    discharge_per_unit: Dated[Draw] = Dated[Draw](steps=({"value": {"value": "0 s"}},))  # type: ignore[arg-type]
    departure: Departure | None = None  # instead of the service's rule


class Service(Row):
    """Vessels on a rotation of ports, over sea links of one mode."""

    title: str
    mode: Mode
    cargo: tuple[str, ...]
    rotation: tuple[Call, ...] = Field(min_length=2)
    departure: Departure
    sailing_cv: Number = Field(default=0.0, ge=0, le=2)
    smaller_may_pass: bool = True


class Draught(Strict):
    """How water carries a ship: ``payload_t`` at ``full_m``, and ``t_per_cm`` less for each centimetre less."""

    payload_t: Whole = Field(gt=0)
    full_m: Number = Field(gt=0)
    t_per_cm: Number = Field(gt=0)
    keel_clearance_m: Number = Field(ge=0)


class Fleet(Row):
    """Ships of one kind in one service. The number may change on dates; limits are per ship.

    ``outages`` keep a ship from sailing (at sea it stops and goes on when mended). With ``draught`` the
    water at the berths of its rotation limits the weight aboard, besides ``limits``.
    """

    service: str
    count: Dated[Whole]
    speed_kn: Number = Field(gt=0)
    limits: dict[Literal["teu", "wagon", "truck", "lane_m", "t"], Whole] = Field(min_length=1)
    outages: Outages | None = None
    draught: Draught | None = None
    first_port: Whole = 0  # index in the rotation at which the first ship starts; the others follow in turn


class LocalStorms(Strict):
    """Storms that ports have to themselves: ``share`` of the time for which their weather closes them."""

    ports: tuple[str, ...] = Field(min_length=1)
    share: Number = Field(ge=0, le=1)


class Weather(Row):
    """Storm spells of one sea. Each spell has a strength; a facility closes in its share of the spells.

    A facility with share 0.6 is closed by the strongest 60 % of the spells, so that one storm hits
    several ports together. ``local`` names coasts whose ports close in part in storms of their own; the
    time for which they are closed stays the same.
    """

    title: str
    closed_share_by_month: tuple[Number, ...] = Field(min_length=12, max_length=12)
    spell: Draw
    closes: dict[str, Number]
    local: dict[str, LocalStorms] = Field(default_factory=dict)
    scale: Dated[Amount] = Dated[Amount](steps=({"value": 1.0},))  # type: ignore[arg-type]


class Cargo(Row):
    """What one cargo unit (TEU, wagon, truck, t) takes of each measure."""

    teu: Whole = 0
    wagon: Whole = 0
    truck: Whole = 0
    lane_m: Whole = 0
    t: Whole = 0


class Way(Strict):
    """One of several continuations a flow may take, to the flow's destination or to another.

    While a link of it is closed nobody takes it. ``outside``: it leaves the corridor and takes this long;
    ``price``: then it costs so much (USD a cargo unit; ways within the corridor pay the tariffs).
    """

    name: str
    via: tuple[str, ...] = ()
    modes: tuple[Mode, ...] | None = None  # None = the flow's
    destination: str | None = None  # None = the flow's
    share: Number | None = Field(default=None, ge=0)
    outside: Draw | None = None
    price: Dated[Number] | None = None


class Choice(Strict):
    """How lots choose among ways: by share, by the least recent time, or by logit on recent times.

    Recent time: integer mean of the last ``memory`` journeys by that way, from the choice to where the ways
    meet. ``scale`` is the logit's: a way that is longer by it is chosen e times less often. With ``money``
    the charges of a way count as time, at ``value_of_time`` (USD a cargo unit and day; None = the tariffs').
    """

    rule: Literal["share", "recent", "logit"]
    memory: Whole = Field(default=10, ge=1, le=1000)
    scale: Duration = 86_400
    money: bool = False
    value_of_time: Number | None = Field(default=None, gt=0)


class Flow(Row):
    """Demand of one commodity from origin to destination, by calendar year.

    ``ways`` with a ``choice`` replace ``via`` where there is more than one; lots that set out together
    choose alike where they choose by share or logit. A flow ``woken_by`` a stock has no demand of its own:
    its lots carry home what found no load there, as much as stood together; ``lot`` is for how many units
    times of handling are drawn. A stock may wake several flows: units go to the stock of which the greatest
    share has been taken. Processes concern woken flows only where they name their cargo.
    """

    origin: str
    destination: str
    via: tuple[str, ...] = ()
    modes: tuple[Mode, ...]
    commodity: str
    cargo: str
    goods: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")  # class by which borders treat it
    direction: Literal["east_to_west", "west_to_east"]
    quantity_per_year: Dated[Number]
    monthly_profile: Dated[Weights] | None = None  # that of a month's first day holds for it
    tonnes_per_unit: Number = Field(ge=0)
    net_tonnes_per_unit: Number = Field(ge=0)
    lot: Whole = Field(gt=0)  # units that travel together
    lots_together: Whole = Field(default=1, gt=0)  # lots that set out at one instant
    train: Whole = Field(default=0, ge=0)  # units that make a train; 0 or the lot's size = a lot is a train
    formation_wait: Duration = 86_400  # longest wait of a lot for its train
    arrivals: Literal["even", "random", "poisson", "regular"] = "random"
    priority: Whole = Field(default=0, ge=0, le=7)  # lower is served first where discipline is priority
    ways: tuple[Way, ...] = ()
    choice: Choice | None = None
    woken_by: str | None = None
    background: bool = False
    in_corridor_total: bool = False
    promise_days: Number | None = Field(default=None, gt=0)  # published service time: later is not on time
    promise_from: str | None = None  # node at which its clock starts; None = the origin
    promise_to: str | None = None  # None = the destination


class Observation(Row):
    """A published outcome that a run is shown beside; never an input."""

    quantity: Literal["transit_time", "tonnes", "teu"]
    unit: Literal["d", "t", "TEU"]
    year: Whole
    value: Number
    low: Number | None = None
    high: Number | None = None
    from_node: str | None = None
    to_node: str | None = None
    flows: tuple[str, ...] = ()  # empty = all flows that pass both nodes


class Rate(Row):
    """So much for each unit of what happens on a journey. The conditions say where; empty = anywhere.

    All rows that match are charged, so that a surcharge is a row of its own and a discount a dated value.
    """

    value: Dated[Number]
    cargo: tuple[str, ...] = ()
    laden: bool | None = None  # True: only lots with goods, False: only empties
    countries: tuple[str, ...] = ()  # of the link's ends (half each), the node, or the side of a border
    nodes: tuple[str, ...] = ()  # ports and gauge-change stations
    services: tuple[str, ...] = ()


class Tariff(Rate):
    """A price. ``port`` is paid at loading and at discharge, ``gauge`` where the gauge of the way changes,
    ``documents`` on each side of a border that is crossed, ``time`` is the value of a day on the way.
    """

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge", "documents", "time"]
    unit: Literal[
        "USD/TEU-km", "USD/wagon-km", "USD/truck-km", "USD/t-km", "USD/TEU", "USD/wagon", "USD/truck", "USD/t",
        "USD/TEU-day", "USD/wagon-day", "USD/truck-day", "USD/t-day",
    ]  # fmt: skip


class Emission(Rate):
    """Greenhouse gases, well to wheel, of carrying a tonne of goods a kilometre or of lifting a load once."""

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge"]
    unit: Literal["g CO2e/t-km", "kg CO2e/TEU", "kg CO2e/wagon", "kg CO2e/truck", "kg CO2e/t"]
    traction: Literal["electric", "diesel"] | None = None


#: Table name -> record class, in the order in which the tables depend on each other.
TABLES: dict[str, type[Row]] = {
    "nodes": Node, "links": Link, "cargo": Cargo, "water": Water, "facilities": Facility, "barriers": Barrier,
    "operators": Operator, "joint_operators": JointOperator, "processes": Process, "services": Service,
    "fleets": Fleet, "weather": Weather, "flows": Flow, "observed": Observation, "tariffs": Tariff,
    "emissions": Emission,
}  # fmt: skip

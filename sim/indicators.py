"""The register of indicators: everything that a run is judged by, and all that the program knows of each.

A scenario names its primary indicator as ``transit_p50 of cargo TEU``: indicator, ``of``, scope. Without
a scope it is that of the whole corridor. What each indicator counts is in ``docs/concepts/accounting.md``; how one is
added, in ``docs/howto/add_an_indicator.md``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from sim.errors import nearest
from sim.mistakes import odd_letters

Good = Literal["higher", "lower", "neutral"]
#: How an indicator is pooled over replications. ``count``: a number or a sum, 0 where nothing was; mean over all
#: replications. ``ratio``: a mean or a share, the sums of all replications divided by each other. ``quantile``: of all
#: entries of a table of samples, of all replications. ``level``: what is there at any time; mean over replications.
Kind = Literal["count", "ratio", "quantile", "level"]
#: What belongs together on a page.
Family = Literal[
    "transit",
    "time",
    "on_time",
    "between",
    "volume",
    "barrier",
    "port",
    "facility",
    "service",
    "cost",
    "carbon",
    "equipment",
    "balance",
    "market",
]
#: What an indicator is of. ``shipments``: the corridor, its directions and cargoes, each flow. ``everything``: the
#: corridor, and ``all`` flows that are followed. ``market``: markets whose demand answers.
#: ``between``: ``A->B``, two nodes of a published time.
ScopeKind = Literal[
    "shipments", "everything", "between", "barrier", "port", "facility", "service", "pool", "gauge", "market"
]
#: How the indicator of a group of flows follows from those of its flows. ``sum``: added. ``by size``: their mean, each
#: weighted with what it was divided by (shipments, TEU, tonnes). ``by shipments``: counted anew from the shipments of
#: all these flows. ``not at all``: see ``why_not``.
Adds = Literal["sum", "by size", "by shipments", "not at all"]
#: Where an indicator stands: in every table of its family, in the longer ones, or in the data alone.
Shown = Literal["headline", "detail", "data"]
#: The table of a run whose entries a quantile is of.
Sample = Literal["shipments", "passages", "port_stays"]
CORRIDOR = "corridor"


def by_rival(market: str, rival: str) -> str:
    """Scope of what of a market has gone by one of its rivals."""
    return f"{market} by {rival}"


class SampleTable(NamedTuple):
    """Columns of a stored table whose entries have a time each.

    ``key`` names the scope of an entry, or its flow, which belongs to several; ``clock`` says when it began, ``hours``
    how long it took; ``counted`` marks the entries that count (empty: all), ``ended`` those that ended (empty: those
    that have hours): the others rank as the longest. Indicators are in ``hours_per_unit``. ``lots`` and ``unfinished``
    are the indicators that count all entries, and those that have not ended, which is to have ``end``.
    """

    key: str
    clock: str
    hours: str
    hours_per_unit: int
    lots: str
    unfinished: str
    counted: str = ""
    ended: str = ""
    end: str = "arrived"

    def columns(self) -> list[str]:
        """Those of the table, each once."""
        return ["replication", *filter(None, (self.key, self.clock, self.hours, self.counted, self.ended))]


SAMPLES: dict[Sample, SampleTable] = {
    "shipments": SampleTable(
        "flow", "set_out", "transit_h", 24, "transit_lots", "transit_unfinished", counted="reported"
    ),
    "passages": SampleTable("scope", "set_out", "hours", 24, "between_lots", "between_unfinished", ended="arrived"),
    "port_stays": SampleTable(
        "port", "arrived", "hours", 1, "port_dwell_lots", "port_dwell_unfinished", ended="departed", end="departed"
    ),
}
#: Families whose means and quantiles are of the entries of one table.
SAMPLE_OF: dict[Family, Sample] = {
    "transit": "shipments",
    "time": "shipments",
    "between": "passages",
    "port": "port_stays",
}
#: Families of places with a table of their own on the pages of runs and comparisons -> its title.
PLACE_TABLES: dict[Family, str] = {"port": "Ports: stays of shipments, from arrival or discharge to departure"}


class Indicator(NamedTuple):
    """One indicator. ``good``: the direction that helps shippers; neutral where neither does.

    ``words`` are those of tables and figures. ``quantiles``: of a quantile its probability; of a spread two, the lower
    first; ``sample`` is what they are of. ``per``: of a ratio that has a line only where something was, the indicator
    of the corridor by which it is divided; where a replication has no line, it is 0.
    """

    unit: str
    good: Good
    words: str
    family: Family
    scopes: ScopeKind
    kind: Kind
    adds: Adds
    why_not: str = ""
    shown: Shown = "data"
    quantiles: tuple[float, ...] = ()
    sample: Sample | None = None
    per: str = ""


class Measure(NamedTuple):
    """One indicator of one scope."""

    kpi: str
    scope: str

    def __str__(self) -> str:
        return f"{self.kpi} of {self.scope}"


#: Cause of time, in the order of reports -> its words in tables, figures and sentences.
CAUSES = {
    "moving": "moving",
    "handling": "handling",
    "barrier": "formalities",
    "capacity": "waiting for capacity",
    "vessel": "waiting for a vessel",
    "formation": "waiting for the train to fill",
    "asset": "waiting for equipment",
    "closure": "waiting while closed",
}
#: Causes of standing still: where they pile up is the bottleneck.
WAITING_CAUSES = tuple(cause for cause in CAUSES if cause not in ("moving", "handling"))
BALANCE_LINES = (
    "start",
    "in",
    "out",
    "end",
    "end_at_sea",
    "end_waiting",
    "end_moving",
    "declined",
    "deferred",
    "diverted",
    "lost",
)
#: Quantity of the balance -> unit; shipments are counted, the rest is summed.
QUANTITIES = {"lots": "lots", "units": "units", "teu": "TEU", "wagons": "wagons", "tonnes": "t"}
_COSTS = {"cost": "cost", "cost_charges": "charges", "cost_time": "value of time", "cost_standing": "cost of standing"}
_PER = {"teu": "TEU", "tonne": "t"}
_PLACE = "of a place or a service: all traffic counts"
_PASSAGE = "of all shipments that pass both nodes"
_EQUIPMENT = "of equipment: all traffic uses it"
_MARKET = "of a market, all of its flows together"


def _count(unit: str, good: Good, words: str, family: Family, shown: Shown = "data") -> Indicator:
    """A number or a sum of shipments, by flow."""
    return Indicator(unit, good, words, family, "shipments", "count", "sum", shown=shown)


def _mean(unit: str, good: Good, words: str, family: Family, shown: Shown = "data") -> Indicator:
    """A mean or a share over shipments, by flow."""
    return Indicator(unit, good, words, family, "shipments", "ratio", "by size", shown=shown)


def _transit(words: str, *quantiles: float, shown: Shown = "headline") -> Indicator:
    return Indicator(
        "d",
        "lower",
        words,
        "transit",
        "shipments",
        "quantile",
        "by shipments",
        shown=shown,
        quantiles=quantiles,
        sample="shipments",
    )


def _between(unit: str, good: Good, words: str, kind: Kind, *quantiles: float) -> Indicator:
    return Indicator(
        unit,
        good,
        words,
        "between",
        "between",
        kind,
        "not at all",
        _PASSAGE,
        quantiles=quantiles,
        sample="passages" if quantiles else None,
    )


def _of_place(
    unit: str, good: Good, words: str, scopes: Literal["facility", "service"], kind: Kind, shown: Shown = "detail"
) -> Indicator:
    return Indicator(unit, good, words, scopes, scopes, kind, "not at all", _PLACE, shown=shown)


def _of_port(unit: str, good: Good, words: str, kind: Kind, *quantiles: float, shown: Shown = "detail") -> Indicator:
    return Indicator(
        unit,
        good,
        words,
        "port",
        "port",
        kind,
        "not at all",
        _PLACE,
        shown=shown,
        quantiles=quantiles,
        sample="port_stays" if quantiles else None,
    )


def _equipment(
    unit: str, good: Good, words: str, kind: Kind, shown: Shown = "data", scopes: ScopeKind = "pool"
) -> Indicator:
    return Indicator(unit, good, words, "equipment", scopes, kind, "not at all", _EQUIPMENT, shown=shown)


def _of_market(unit: str, good: Good, words: str, kind: Kind = "count") -> Indicator:
    return Indicator(unit, good, words, "market", "market", kind, "not at all", _MARKET, shown="headline")


#: Every indicator that a run can hold, in the order of pages.
INDICATORS: dict[str, Indicator] = {
    "transit_p10": _transit("transit time P10", 0.1, shown="data"),
    "transit_p50": _transit("transit time P50", 0.5),
    "transit_mean": _mean("d", "lower", "mean transit time", "transit", "detail"),
    "transit_p90": _transit("transit time P90", 0.9),
    "transit_p95": _transit("transit time P95", 0.95),
    "transit_spread": _transit("spread of transit times, P90 - P50", 0.5, 0.9, shown="detail"),
    "transit_lots": _count("lots", "neutral", "shipments departed", "transit"),
    "transit_unfinished": _count("lots", "lower", "shipments not arrived", "transit", "detail"),
    "on_time": _mean("share", "higher", "on-time share", "on_time", "headline"),
    "on_time_lots": _count("lots", "neutral", "shipments with a promise", "on_time"),
    "between_p50": _between("d", "lower", "time between nodes P50", "quantile", 0.5),
    "between_mean": _between("d", "lower", "mean time between nodes", "ratio"),
    "between_lots": _between("lots", "neutral", "shipments between nodes", "count"),
    "between_unfinished": _between("lots", "lower", "shipments not there yet", "count"),
    "volume_lots": _count("lots", "higher", "shipments arrived", "volume"),
    "volume_units": _count("units", "higher", "units delivered", "volume"),
    "volume_teu": _count("TEU", "higher", "TEU delivered", "volume", "headline"),
    "volume_wagons": _count("wagons", "higher", "wagons delivered", "volume"),
    "volume_tonnes": _count("t", "higher", "tonnes delivered", "volume", "headline"),
    "volume_net_tonnes": _count("t", "higher", "net tonnes delivered", "volume"),
    **{f"time_{cause}": _mean("h", "lower", words, "time", "headline") for cause, words in CAUSES.items()},
    "barrier_time": Indicator(
        "h",
        "lower",
        "time at a barrier",
        "barrier",
        "barrier",
        "ratio",
        "not at all",
        "counted by barrier and place for the corridor alone",
        per="transit_lots",
    ),
    "port_dwell_lots": _of_port("lots", "neutral", "stays", "count"),
    "port_dwell_p90": _of_port("h", "lower", "stay at the port P90", "quantile", 0.9, shown="headline"),
    "port_dwell_unfinished": _of_port("lots", "lower", "still there", "count"),
    "wait_total": _of_place("h", "lower", "waiting in all", "facility", "count", "headline"),
    "wait_mean": _of_place("h", "lower", "mean wait", "facility", "ratio", "headline"),
    "queue_max": _of_place("movers", "lower", "longest queue", "facility", "count", "headline"),
    "utilisation": _of_place("share", "neutral", "utilisation", "facility", "ratio", "headline"),
    "calls": _of_place("calls", "neutral", "port calls", "service", "count"),
    "load_share": _of_place("share", "neutral", "load share of ships", "service", "ratio"),
    "round_trip": _of_place("d", "lower", "round trip", "service", "ratio"),
    "berth_wait": _of_place("h", "lower", "wait for a berth", "service", "ratio"),
    **{
        f"{cost}_usd_per_{per}": _mean(
            f"USD/{unit}",
            "lower",
            f"{words} per {per.replace('teu', 'TEU')}",
            "cost",
            "headline" if cost == "cost" else "detail",
        )
        for cost, words in _COSTS.items()
        for per, unit in _PER.items()
    },
    "cost_assumed_share": _mean("share", "neutral", "share of cost assumed", "cost"),
    "cost_known_share": _mean("share", "neutral", "share of tonne-km priced", "cost"),
    **{
        f"co2e_kg_per_{per}": _mean(
            f"kg CO2e/{unit}", "lower", f"CO2e per {per.replace('teu', 'TEU')}", "carbon", "headline"
        )
        for per, unit in _PER.items()
    },
    "co2e_g_per_tkm": _mean("g CO2e/t-km", "lower", "CO2e per tonne-km", "carbon", "detail"),
    "co2e_assumed_share": _mean("share", "neutral", "share of CO2e assumed", "carbon"),
    "co2e_known_share": _mean("share", "neutral", "share of tonne-km with a factor", "carbon"),
    "asset_owned": _equipment("units", "neutral", "units owned", "level", "headline"),
    "asset_at_hand": _equipment("units", "neutral", "units idle", "level", "headline"),
    "asset_out_of_service": _equipment("units", "lower", "units out of service", "level"),
    "gauge_owned": _equipment("units", "neutral", "units of a gauge", "level", scopes="gauge"),
    "gauge_at_hand": _equipment("units", "neutral", "units of a gauge idle", "level", scopes="gauge"),
    "asset_loaded": _equipment("units", "neutral", "loaded journeys", "count", "headline"),
    "asset_sent_empty": _equipment("units", "lower", "empty journeys", "count"),
    "asset_turnround": _equipment("d", "lower", "turnaround", "ratio", "headline"),
    "asset_loaded_share": _equipment("share", "higher", "share of way loaded", "ratio", "headline"),
    "asset_delayed_lots": _count("lots", "lower", "shipments that waited for equipment", "equipment"),
    **{
        f"balance_{line}_{quantity}": Indicator(
            unit,
            "neutral",
            f"balance: {line.replace('_', ' ')}, {quantity}",
            "balance",
            "everything",
            "count",
            "not at all",
            "counted for the corridor and for all flows together",
        )
        for line in BALANCE_LINES
        for quantity, unit in QUANTITIES.items()
    },
    "market_plan": _of_market("units", "neutral", "would come as in the base year"),
    "market_carried": _of_market("units", "higher", "carried"),
    "market_diverted": _of_market("units", "lower", "gone to rivals"),
    "market_by_rival": _of_market("units", "neutral", "carried by a rival"),
    "market_declined": _of_market("units", "lower", "not shipped"),
    "market_deferred": _of_market("units", "lower", "put off"),
    "market_under_way": _of_market("units", "neutral", "still under way"),
    "market_induced": _of_market("units", "higher", "new trade"),
    "shippers_gain": _of_market("USD", "higher", "shippers' gain since the base year", "level"),
}
#: Units of indicators -> as a picture writes them, where they differ.
_UNIT_WORDS = {"d": "days", "h": "hours", "t": "tonnes", "lots": "shipments"}
#: Families that give every shipment the same weight, a truck that of a train load.
OF_SHIPMENTS: tuple[Family, ...] = ("transit", "time", "on_time", "barrier")
#: Where neither scenario names a primary indicator: containers if there are any, then wagons, else all shipments.
DEFAULT_PRIMARY = tuple(Measure("transit_p50", scope) for scope in ("cargo TEU", "cargo wagon", CORRIDOR))


def of_families(*families: Family, shown: tuple[Shown, ...] = ("headline",)) -> tuple[str, ...]:
    """Names of the indicators of some families, in the order of the register."""
    return tuple(name for name, known in INDICATORS.items() if known.family in families and known.shown in shown)


def default_primary(known: Collection[Measure]) -> Measure | None:
    """The first of ``DEFAULT_PRIMARY`` that there is; None if there is none."""
    return next((m for m in DEFAULT_PRIMARY if m in known), None)


def unit_words(unit: str) -> str:
    """A unit as a picture writes it: ``days`` for ``d``."""
    return _UNIT_WORDS.get(unit, unit)


def measure(text: str) -> Measure:
    """Read ``KPI`` or ``KPI of SCOPE``. Raises ``ValueError`` with the nearest indicator."""
    kpi, of, scope = (part.strip() for part in text.partition(" of "))
    if kpi not in INDICATORS:
        hint = odd_letters(kpi) or nearest(kpi, INDICATORS, 3) or "; such as 'transit_p50 of corridor'"
        hint += "; 'corridor list --indicators' shows all"
        raise ValueError(f"{kpi!r} is not an indicator of a run{hint}")
    if of and not scope:
        raise ValueError(f"{text!r}: a scope is missing after 'of', such as 'corridor' or 'cargo TEU'")
    return Measure(kpi, scope or CORRIDOR)

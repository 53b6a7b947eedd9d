"""The indicators that a run is judged by: their names, which direction is good, and words for pages.

A scenario names its primary indicator as ``transit_p50 of cargo TEU``: indicator, ``of``, scope. Without
a scope it is that of the whole corridor. What each indicator counts is in ``docs/concepts/accounting.md``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sim.errors import nearest
from sim.mistakes import odd_letters

Good = Literal["higher", "lower", "neutral"]
#: How an indicator is pooled over replications. ``count``: a number or a sum, 0 where nothing was; mean over all
#: replications. ``ratio``: a mean or a share, the sums of all replications divided by each other. ``quantile``: of all
#: shipments of all replications. ``level``: what is there at any time; mean over replications.
Kind = Literal["count", "ratio", "quantile", "level"]
CORRIDOR = "corridor"


class Indicator(NamedTuple):
    """``good``: the direction that helps shippers; neutral where neither does. ``words`` for tables and figures.

    ``kind``: how it is pooled over replications."""

    good: Good
    words: str
    kind: Kind = "level"


class Measure(NamedTuple):
    """One indicator of one scope."""

    kpi: str
    scope: str

    def __str__(self) -> str:
        return f"{self.kpi} of {self.scope}"


_BALANCE = ("start", "in", "out", "end", "end_at_sea", "end_waiting", "end_moving", "declined", "diverted", "lost")
_QUANTITIES = ("lots", "units", "teu", "wagons", "tonnes")
_CAUSES = {
    "moving": "moving", "handling": "handling", "barrier": "formalities", "capacity": "waiting for a free place",
    "vessel": "waiting for a vessel", "formation": "waiting for the train to fill",
    "asset": "waiting for wagons or boxes", "closure": "closed",
}  # fmt: skip
_COSTS = {"cost": "cost", "cost_charges": "charges", "cost_time": "value of time", "cost_standing": "cost of standing"}

#: Every indicator that a run can hold.
INDICATORS: dict[str, Indicator] = {
    "transit_mean": Indicator("lower", "mean transit time", "ratio"),
    "transit_p10": Indicator("lower", "transit time P10", "quantile"),
    "transit_p50": Indicator("lower", "transit time P50", "quantile"),
    "transit_p90": Indicator("lower", "transit time P90", "quantile"),
    "transit_p95": Indicator("lower", "transit time P95", "quantile"),
    "transit_spread": Indicator("lower", "spread of transit times, P90 - P50", "quantile"),
    "transit_lots": Indicator("neutral", "shipments departed", "count"),
    "transit_unfinished": Indicator("lower", "shipments not arrived", "count"),
    "on_time": Indicator("higher", "on-time share", "ratio"),
    "on_time_lots": Indicator("neutral", "shipments with a promise", "count"),
    "between_p50": Indicator("lower", "time between nodes P50", "quantile"),
    "between_mean": Indicator("lower", "mean time between nodes", "ratio"),
    "between_lots": Indicator("neutral", "shipments between nodes", "count"),
    "between_unfinished": Indicator("lower", "shipments not there yet", "count"),
    "volume_lots": Indicator("higher", "shipments arrived", "count"),
    "volume_units": Indicator("higher", "units landed", "count"),
    "volume_teu": Indicator("higher", "TEU landed", "count"),
    "volume_wagons": Indicator("higher", "wagons landed", "count"),
    "volume_tonnes": Indicator("higher", "tonnes landed", "count"),
    "volume_net_tonnes": Indicator("higher", "net tonnes landed", "count"),
    **{f"time_{cause}": Indicator("lower", words, "ratio") for cause, words in _CAUSES.items()},
    "barrier_time": Indicator("lower", "time at a barrier", "ratio"),
    "wait_total": Indicator("lower", "waiting in all", "count"),
    "wait_mean": Indicator("lower", "mean wait", "ratio"),
    "queue_max": Indicator("lower", "longest queue", "count"),
    "utilisation": Indicator("neutral", "utilisation", "ratio"),
    "calls": Indicator("neutral", "port calls", "count"),
    "load_share": Indicator("neutral", "load share of ships", "ratio"),
    "round_trip": Indicator("lower", "round trip", "ratio"),
    "berth_wait": Indicator("lower", "wait for a berth", "ratio"),
    **{f"{cost}_usd_per_{per}": Indicator("lower", f"{words} per {per.replace('teu', 'TEU')}", "ratio")
       for cost, words in _COSTS.items() for per in ("teu", "tonne")},
    "cost_assumed_share": Indicator("neutral", "share of cost assumed", "ratio"),
    "cost_known_share": Indicator("neutral", "share of tonne-km priced", "ratio"),
    "co2e_kg_per_teu": Indicator("lower", "CO2e per TEU", "ratio"),
    "co2e_kg_per_tonne": Indicator("lower", "CO2e per tonne", "ratio"),
    "co2e_g_per_tkm": Indicator("lower", "CO2e per tonne-km", "ratio"),
    "co2e_assumed_share": Indicator("neutral", "share of CO2e assumed", "ratio"),
    "co2e_known_share": Indicator("neutral", "share of tonne-km with a factor", "ratio"),
    "asset_owned": Indicator("neutral", "units owned"),
    "asset_at_hand": Indicator("neutral", "units idle"),
    "asset_out_of_service": Indicator("lower", "units out of service"),
    "gauge_owned": Indicator("neutral", "units of a gauge"),
    "gauge_at_hand": Indicator("neutral", "units of a gauge idle"),
    "asset_loaded": Indicator("neutral", "loaded journeys", "count"),
    "asset_sent_empty": Indicator("lower", "empty journeys", "count"),
    "asset_turnround": Indicator("lower", "turn-round", "ratio"),
    "asset_loaded_share": Indicator("higher", "share of way loaded", "ratio"),
    "asset_delayed_lots": Indicator("lower", "shipments that waited for equipment", "count"),
    **{f"balance_{line}_{quantity}": Indicator("neutral", f"balance: {line.replace('_', ' ')}, {quantity}", "count")
       for line in _BALANCE for quantity in _QUANTITIES},
}  # fmt: skip


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

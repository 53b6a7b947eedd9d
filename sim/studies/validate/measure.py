"""What a run says of an observed quantity: one value a replication, from the tables that the run stored.

Each function takes a run and an observation and returns [replications] values, NaN where the run has nothing of it.
``months`` of an observation are those of its year; without them the whole year counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.passages import pair_of
from sim.network.tables import Observation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.store import Run

    Values = NDArray[np.float64]

#: Twenty-foot units of a forty-foot box.
TEU_PER_FEU = 2
HOURS_A_DAY, DAYS_A_WEEK = 24, 7
_LOAD = {"teu": "load_teu", "wagons": "load_wagons", "trucks": "load_trucks", "tonnes": "load_t"}


def measured(run: Run, row: Observation) -> Values:
    """[replications] values of what was observed, in its unit; NaN where this run has none.

    Times between nodes and stays are means over shipments, unfinished ones counted until the run stops, as in a run's
    summary. Volumes are what arrives in the months; what is handled at a port is discharged and loaded there, background
    traffic included.
    """
    return MEASURED_BY[row.quantity](run, row)


def _window(row: Observation) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First instant of the months, and that after their end."""
    first, last = row.months or (1, 12)
    end = date(row.year + last // 12, last % 12 + 1, 1)
    return pd.Timestamp(date(row.year, first, 1), tz="UTC"), pd.Timestamp(end, tz="UTC")


def _days(row: Observation) -> float:
    begin, end = _window(row)
    return float((end - begin) / pd.Timedelta(days=1))


def _within(times: pd.Series, row: Observation) -> Any:
    begin, end = _window(row)
    known = times if times.dt.tz is not None else times.dt.tz_localize("UTC")
    return ((known >= begin) & (known < end)).to_numpy(copy=True)


def _sums(run: Run, table: pd.DataFrame, values: Any) -> Values:
    """[replications] sums of values, 0 where a replication has no row."""
    replication = table["replication"].to_numpy(int)
    sums = np.bincount(replication, weights=np.asarray(values, float), minlength=run.replications)
    return sums.astype(np.float64)


def _between(run: Run, row: Observation) -> Values:
    pair = pair_of(row.model_dump())
    if pair is None or "passages" not in run.tables:
        return np.full(run.replications, np.nan)
    rows = run.kpis
    per_day = HOURS_A_DAY if pair.stays else 1
    chosen = (rows["kpi"] == "between_mean") & (rows["scope"] == pair.scope) & (rows["year"] == row.year)
    found = rows[chosen].sort_values("replication")["contribution"].to_numpy(float)
    return found * per_day if len(found) else np.full(run.replications, np.nan)


def _volume(column: str) -> Callable[[Run, Observation], Values]:
    def arrived(run: Run, row: Observation) -> Values:
        table = run.shipments
        flows = row.flows or [
            name
            for name, flow in run.manifest["resolved"]["flows"].items()
            if flow["in_corridor_total"] and not flow["background"]
        ]
        here = _within(table["landed"], row) & table["flow"].isin(flows).to_numpy()
        return _sums(run, table[here], table.loc[here, column])

    return arrived


def _trains(run: Run, row: Observation) -> Values:
    """Arrivals at ``to_node`` of shipments that came by ``from_node``, in trains of their flow's size."""
    if "passages" not in run.tables:
        return np.full(run.replications, np.nan)
    table = run.passages
    pair = pair_of(row.model_dump())
    scope = pair.scope if pair else ""
    arrived = table["set_out"] + pd.to_timedelta(table["hours"], unit="h")
    here = (table["scope"] == scope).to_numpy() & table["arrived"].to_numpy(bool) & _within(arrived, row)
    flows = run.manifest["resolved"]["flows"]
    share = {
        name: _dated(flows[name]["lot"]) / _dated(flows[name]["train"] or flows[name]["lot"]) for name in row.flows
    }
    return _sums(run, table[here], table.loc[here, "flow"].astype(str).map(share).fillna(0.0))


def _dated(value: Any) -> float:
    """A value that may be written with dates: the last of them."""
    return float(value[-1]["value"] if isinstance(value, list) else value)


def _calls(run: Run, row: Observation, port: str | None) -> pd.DataFrame:
    """Calls of the services, with what each ship carried when it came (``came_...``; 0 at its first call of the period)."""
    table = run.voyages.sort_values(["replication", "vessel", "call"], kind="stable")
    same = (table["vessel"] == table["vessel"].shift()) & (table["replication"] == table["replication"].shift())
    for name in _LOAD.values():
        table[f"came_{name}"] = table[name].shift().where(same, 0.0)
    keep = _within(table["arrive"], row)
    if row.places:
        keep &= table["service"].isin(row.places).to_numpy()
    if port is not None:
        keep &= (table["port"] == port).to_numpy()
    return table[keep]


def _handled(cargo: str) -> Callable[[Run, Observation], Values]:
    def handled(run: Run, row: Observation) -> Values:
        table = _calls(run, row, row.to_node)
        return _sums(run, table, _exchanged(table, cargo))

    return handled


def _exchanged(table: pd.DataFrame, cargo: str) -> Any:
    """Discharged and loaded at each call: all that came and all that leaves, on lines of two ports."""
    return table[f"came_{_LOAD[cargo]}"] + table[_LOAD[cargo]]


def _number_of_calls(run: Run, row: Observation) -> Values:
    table = _calls(run, row, row.to_node)
    return _sums(run, table, np.ones(len(table)))


def _calls_per_month(run: Run, row: Observation) -> Values:
    first, last = row.months or (1, 12)
    return _number_of_calls(run, row) / (last - first + 1)


def _calls_per_week(run: Run, row: Observation) -> Values:
    return _number_of_calls(run, row) * DAYS_A_WEEK / _days(row)


def _per_call(cargo: str) -> Callable[[Run, Observation], Values]:
    handled = _handled(cargo)

    def per_call(run: Run, row: Observation) -> Values:
        calls = _number_of_calls(run, row)
        return np.divide(handled(run, row), calls, out=np.full(len(calls), np.nan), where=calls > 0)

    return per_call


def _loaded_per_day(run: Run, row: Observation) -> Values:
    table = _calls(run, row, row.to_node)
    return _sums(run, table, table["load_wagons"]) / _days(row)


def _mean_by_replication(run: Run, table: pd.DataFrame, values: pd.Series) -> Values:
    known = values.notna().to_numpy()
    n = _sums(run, table[known], np.ones(int(known.sum())))
    total = _sums(run, table[known], values[known])
    return np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)


def _round_trip(run: Run, row: Observation) -> Values:
    table = _calls(run, row, None)
    return _mean_by_replication(run, table, table["round_trip_h"] / HOURS_A_DAY)


def _port_time(run: Run, row: Observation) -> Values:
    table = _calls(run, row, row.to_node)
    return _mean_by_replication(run, table, (table["left"] - table["berthed"]) / pd.Timedelta(hours=1))


def _boxes_by_fleet(run: Run, row: Observation) -> tuple[Values, Values]:
    """TEU aboard at departure, both ways: of the row's fleets, and of all ships of their services."""
    fleets = run.manifest["resolved"]["fleets"]
    services = {fleets[name]["service"] for name in row.places if name in fleets}
    table = run.voyages
    table = table[_within(table["arrive"], row) & table["service"].isin(services).to_numpy()]
    fleet = table["vessel"].astype(str).str.rpartition("/")[0]
    own = table[fleet.isin(row.places).to_numpy()]
    return _sums(run, own, own["load_teu"]), _sums(run, table, table["load_teu"])


def _boxes_aboard(run: Run, row: Observation) -> Values:
    return _boxes_by_fleet(run, row)[0]


def _share_aboard(run: Run, row: Observation) -> Values:
    own, whole = _boxes_by_fleet(run, row)
    return np.divide(own, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _highest_day(run: Run, row: Observation, units_a_mover: float, in_use: bool) -> Values:
    days = run.facilities
    here = days[_within(days["day"], row) & days["facility"].isin(row.places).to_numpy()]
    waiting = here["queue_mean"] * units_a_mover + (here["busy_unit_h"] / HOURS_A_DAY if in_use else 0.0)
    by_day = waiting.groupby([here["replication"], here["day"]]).sum()
    highest = by_day.groupby(level=0).max()
    return highest.reindex(range(run.replications), fill_value=0.0).to_numpy(float)


def _waiting(run: Run, row: Observation) -> Values:
    """Highest day of what stands in a yard and in the queue before it, in units of the flows' shipments."""
    resolved = run.manifest["resolved"]
    units = float(np.mean([_dated(resolved["flows"][name]["lot"]) for name in row.flows]))
    in_use = all(resolved["facilities"][name]["kind"] == "yard" for name in row.places)
    return _highest_day(run, row, units, in_use)


def _trains_waiting(run: Run, row: Observation) -> Values:
    return _highest_day(run, row, 1.0, in_use=False)


def _closed_days(run: Run, row: Observation) -> Values:
    if "closures" not in run.tables:
        return np.zeros(run.replications)
    begin, end = _window(row)
    table = run.closures[run.closures["facility"].isin(row.places)]
    naive = table["from"].dt.tz is None
    first, last = (t.tz_localize(None) if naive else t for t in (begin, end))
    hours = (table["to"].clip(upper=last) - table["from"].clip(lower=first)) / pd.Timedelta(hours=1)
    return _sums(run, table, hours.clip(lower=0.0)) / HOURS_A_DAY


def _closed_share(run: Run, row: Observation) -> Values:
    return _closed_days(run, row) / _days(row)


def _over_links(column: str) -> Callable[[Run, Observation], Values]:
    def over(run: Run, row: Observation) -> Values:
        table = run.links[run.links["link"].isin(row.places)]
        return _sums(run, table, table[column])

    return over


def _charges(run: Run, row: Observation) -> Values:
    """Charges of the flows' shipments for a forty-foot box."""
    if "costs" not in run.tables:
        return np.full(run.replications, np.nan)
    table = run.costs[run.costs["flow"].isin(row.flows)]
    charged = table[~table["component"].astype(str).str.startswith("time:")]
    usd = _sums(run, charged, charged["usd"])
    arrived = run.shipments[run.shipments["flow"].isin(row.flows) & run.shipments["reported"]]
    teu = _sums(run, arrived[arrived["landed"].notna()], arrived.loc[arrived["landed"].notna(), "teu"])
    return TEU_PER_FEU * np.divide(usd, teu, out=np.full(len(teu), np.nan), where=teu > 0)


#: Quantity of an observation -> how a run gives it.
MEASURED_BY: Mapping[str, Callable[[Run, Observation], Values]] = {
    "transit_time": _between,
    "border_time": _between,
    "tonnes": _volume("tonnes"),
    "teu": _volume("teu"),
    "wagons": _volume("wagons"),
    "units": _volume("units"),
    "trains": _trains,
    "boxes_aboard": _boxes_aboard,
    "share_aboard": _share_aboard,
    "handled_teu": _handled("teu"),
    "handled_wagons": _handled("wagons"),
    "handled_trucks": _handled("trucks"),
    "handled_tonnes": _handled("tonnes"),
    "calls": _number_of_calls,
    "calls_per_month": _calls_per_month,
    "sailings_per_week": _calls_per_week,
    "wagons_per_call": _per_call("wagons"),
    "trucks_per_call": _per_call("trucks"),
    "tonnes_per_call": _per_call("tonnes"),
    "wagons_per_day": _loaded_per_day,
    "round_trip": _round_trip,
    "port_time": _port_time,
    "waiting": _waiting,
    "trains_waiting": _trains_waiting,
    "closed_days": _closed_days,
    "closed_share": _closed_share,
    "link_tonnes": _over_links("tonnes"),
    "link_teu": _over_links("teu"),
    "charges": _charges,
}

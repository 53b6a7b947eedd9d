"""The balance sheet: what was on its way, came in, went out and is on its way. Nothing is ever lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.clock import NEVER_S
from sim.contract.plan import Cause
from sim.indicators import QUANTITIES
from sim.network.tables import LOAD_UNITS

_WAITING = (Cause.CAPACITY, Cause.VESSEL, Cause.FORMATION, Cause.ASSET, Cause.CLOSURE)


def balance_rows(ledger: Ledger) -> Iterator[Line]:
    """Lines ``balance_<line>_<quantity>`` for the corridor and all followed flows, over the period.

    ``end`` splits into at sea (aboard a ship), waiting and moving, counted from the segments that
    contain the last second, not from the other lines: ``lost`` is their difference, and 0.
    ``diverted`` took a route outside the corridor when they departed, and did not come in. ``declined`` were refused for
    good by a loading ban and never come in; they are counted in the period in which they would have departed.
    """
    lots = ledger.lots
    inside = ~lots["diverted"].to_numpy(bool)
    born, done = lots["born_s"].to_numpy(), lots["done_s"].to_numpy()
    begin, end = ledger.start_s, min(ledger.end_s, ledger.trace.stopped_s)
    gone = np.where(done < 0, np.iinfo(np.int64).max, done)
    state = state_at(ledger, end - 1)
    counts = {
        "start": (born < begin) & (gone >= begin),
        "in": (born >= begin) & (born < end),
        "out": (gone >= begin) & (gone < end),
        "end_at_sea": state == "at sea",
        "end_waiting": state == "waiting",
        "end_moving": state == "moving",
    }
    counts = {name: where & inside for name, where in counts.items()}
    counts["diverted"] = ~inside & (born >= begin) & (born < end)
    in_total, followed = dict(ledger.scopes())["corridor"], ~ledger.flows["background"].to_numpy(bool)
    declined = _declined(ledger)
    for scope, flows in (("corridor", in_total), ("all", followed)):
        mask = flows[lots["flow"].to_numpy()]
        for quantity in QUANTITIES:
            weight = np.ones(len(lots)) if quantity == "lots" else lots[quantity].to_numpy(float)
            line = {name: float(weight[where & mask].sum()) for name, where in counts.items()}
            line["end"] = line["end_at_sea"] + line["end_waiting"] + line["end_moving"]
            line["declined"] = float(declined.loc[flows[declined["flow"].to_numpy()], quantity].sum())
            # sums of tonnes in different orders differ in the last bits
            line["lost"] = round(line["start"] + line["in"] - line["out"] - line["end"], 3) + 0.0
            for name, value in line.items():
                yield Line(f"balance_{name}_{quantity}", scope, value)


def _declined(ledger: Ledger) -> pd.DataFrame:
    """Shipments refused for good that would have departed in the period: flow (index) and ``QUANTITIES``."""
    draws = ledger.draws
    lost = draws.refused_until_s == NEVER_S
    some = np.flatnonzero(lost & (draws.refused_s >= ledger.start_s) & (draws.refused_s < ledger.end_s))
    flow, size = draws.refused_flow[some], draws.refused_size[some].reshape(-1, len(LOAD_UNITS))
    units = ledger.flows["units_per_lot"].to_numpy(float)[flow]
    return pd.DataFrame(
        {
            "flow": flow,
            "lots": np.ones(len(some)),
            "units": units,
            "teu": size[:, LOAD_UNITS.index("teu")].astype(float),
            "wagons": size[:, LOAD_UNITS.index("wagon")].astype(float),
            "tonnes": units * ledger.flows["tonnes_per_unit"].to_numpy(float)[flow],
        }
    )


def state_at(ledger: Ledger, second: int) -> np.ndarray:
    """[n followed lot] ``at sea``, ``waiting``, ``moving`` or, if not on its way, an empty string."""
    seg, lots = ledger.segments, ledger.lots
    now = np.flatnonzero((seg.from_s <= second) & (seg.to_s > second))
    state = np.full(ledger.draws.n_lot, "", "<U7")
    state[seg.lot[now]] = np.where(np.isin(seg.cause[now], _WAITING), "waiting", "moving")
    lot, load_start, landed = (ledger.trace.column("boards", c) for c in ("lot", "load_start", "landed"))
    aboard = lot[(load_start >= 0) & (load_start <= second) & ((landed < 0) | (landed > second))]
    state[aboard[state[aboard] != ""]] = "at sea"
    return state[lots["lot"].to_numpy()]

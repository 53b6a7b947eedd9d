"""The balance sheet: what was on its way, came in, went out and is on its way. Nothing is ever lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.clock import NEVER_S
from sim.contract.plan import Cause
from sim.contract.reading import born_done
from sim.indicators import QUANTITIES
from sim.network.tables import LOAD_UNITS

_WAITING = (Cause.CAPACITY, Cause.VESSEL, Cause.FORMATION, Cause.ASSET, Cause.CLOSURE)


def balance_rows(ledger: Ledger) -> Iterator[Line]:
    """Lines ``balance_<line>_<quantity>`` for the corridor and all followed flows, over the period.

    ``end`` splits into at sea (aboard a ship), waiting and moving, counted from the segments that
    contain the last second, not from the other lines: ``lost`` is their difference, and 0.
    ``diverted`` took a route outside the corridor when they departed, and did not come in. ``declined`` were refused for
    good by a loading ban and never come in; they are counted in the period in which they would have departed.
    ``deferred`` were refused in the period, and at its end have not departed but may.
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
    put_off = refused(ledger)
    put_off = put_off[(put_off["due_s"] >= begin) & (put_off["due_s"] < ledger.end_s)]
    for scope, flows in (("corridor", in_total), ("all", followed)):
        mask = flows[lots["flow"].to_numpy()]
        for quantity in QUANTITIES:
            weight = np.ones(len(lots)) if quantity == "lots" else lots[quantity].to_numpy(float)
            line = {name: float(weight[where & mask].sum()) for name, where in counts.items()}
            line["end"] = line["end_at_sea"] + line["end_waiting"] + line["end_moving"]
            ours = put_off[flows[put_off["flow"].to_numpy()]]
            line["declined"] = float(ours.loc[ours["until_s"] == NEVER_S, quantity].sum())
            line["deferred"] = float(ours.loc[ours["until_s"].between(end, NEVER_S - 1), quantity].sum())
            # sums of tonnes in different orders differ in the last bits
            line["lost"] = round(line["start"] + line["in"] - line["out"] - line["end"], 3) + 0.0
            for name, value in line.items():
                yield Line(f"balance_{name}_{quantity}", scope, value)


def refused(ledger: Ledger) -> pd.DataFrame:
    """Shipments that did not depart when they would have: flow (index), ``due_s``, ``until_s``, ``QUANTITIES``, units.

    ``due_s`` is when they would have, ``until_s`` when they departed, or the end of the run where they still wait;
    NEVER_S: refused for good.
    """
    plan, draws, trace = ledger.plan, ledger.draws, ledger.trace
    bans = plan.queue_bans
    lot = np.flatnonzero(bans.of_flow[draws.lot_flow] >= 0) if bans.name else np.empty(0, np.int64)
    lot = lot[draws.lot_time_s[lot] <= trace.stopped_s]
    born = born_done(draws, trace)[0][lot]
    is_lost = bans.every_s[bans.of_flow[draws.lot_flow[lot]]] < 0
    until_s = np.where(born >= 0, born, np.where(is_lost, NEVER_S, trace.stopped_s))
    put_off = born != draws.lot_time_s[lot]
    due_s = np.concatenate((draws.refused_s, draws.lot_time_s[lot[put_off]]))
    until_s = np.concatenate((draws.refused_until_s, until_s[put_off]))
    flow = np.concatenate((draws.refused_flow, draws.lot_flow[lot[put_off]]))
    size = np.concatenate((draws.refused_size.reshape(-1, len(LOAD_UNITS)), draws.lot_size[lot[put_off]]))
    units = ledger.flows["units_per_lot"].to_numpy(float)[flow]
    return pd.DataFrame(
        {
            "flow": flow,
            "due_s": due_s,
            "until_s": until_s,
            "lots": np.ones(len(flow)),
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

"""A made-up but plausible run: places and lines are real, all numbers come from one seeded generator."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.plots.inputs import FigureInputs, RunLabel

PLACES = {
    "xian": ("Xi'an International Port (Xinzhu)", "CN", 34.37, 109.07),
    "lanzhou": ("Lanzhou", "CN", 36.08, 103.72),
    "urumqi": ("Urumqi international land port (Sanping)", "CN", 43.89, 87.36),
    "altynkol": ("Altynkol (Khorgos Gateway dry port)", "KZ", 44.16, 80.31),
    "almaty": ("Almaty-1", "KZ", 43.34, 76.95),
    "shu": ("Shu", "KZ", 43.6, 73.76),
    "zhezkazgan": ("Zhezkazgan", "KZ", 47.8, 67.72),
    "beyneu": ("Beyneu", "KZ", 45.32, 55.2),
    "aktau_port": ("Aktau sea port", "KZ", 43.6, 51.22),
    "kuryk_port": ("Kuryk port", "KZ", 43.17, 51.63),
    "alat": ("Port of Baku at Alat", "AZ", 39.97, 49.43),
    "baku": ("Baku (Bilajari / freight yards)", "AZ", 40.4, 49.87),
    "ganja": ("Ganja", "AZ", 40.71, 46.38),
    "tbilisi": ("Tbilisi marshalling yard", "GE", 41.69, 44.87),
    "poti": ("Poti sea port", "GE", 42.16, 41.66),
    "batumi": ("Batumi sea port", "GE", 41.65, 41.65),
    "burgas": ("Burgas port", "BG", 42.49, 27.48),
    "constanta": ("Constanta port", "RO", 44.1, 28.65),
    "sofia": ("Sofia", "BG", 42.71, 23.32),
}
LINES = [
    ("xian", "lanzhou", "rail", 676, 2.6),
    ("lanzhou", "urumqi", "rail", 1892, 2.6),
    ("urumqi", "altynkol", "rail", 690, 2.6),
    ("altynkol", "almaty", "rail", 339, 2.9),
    ("almaty", "shu", "rail", 306, 2.9),
    ("shu", "zhezkazgan", "rail", 1073, 3.0),
    ("zhezkazgan", "beyneu", "rail", 1176, 3.8),
    ("beyneu", "aktau_port", "rail", 422, 3.1),
    ("beyneu", "kuryk_port", "rail", 472, 0.9),
    ("aktau_port", "alat", "sea_container", 535, 3.1),
    ("kuryk_port", "alat", "sea_rail_ferry", 498, 0.9),
    ("alat", "baku", "rail", 75, 0.9),
    ("alat", "ganja", "rail", 292, 3.2),
    ("ganja", "tbilisi", "rail", 197, 3.2),
    ("tbilisi", "poti", "rail", 317, 2.1),
    ("tbilisi", "batumi", "rail", 353, 1.0),
    ("poti", "burgas", "sea_container", 1177, 0.3),
    ("poti", "constanta", "sea_container", 1083, 0.5),
    ("burgas", "sofia", "rail", 450, 0.2),
]
FLOWS = {
    "F01": ("containers, China block trains", "TEU", "xian", "baku", "east_to_west", 17.0),
    "F03": ("containers, China block trains", "TEU", "xian", "poti", "east_to_west", 21.0),
    "F05": ("containers, China block trains", "TEU", "xian", "burgas", "east_to_west", 34.0),
    "F11": ("containers", "TEU", "poti", "almaty", "west_to_east", 19.0),
    "F21": ("wagons", "wagon", "zhezkazgan", "batumi", "east_to_west", 16.0),
    "F30": ("crude oil", "t", "aktau_port", "alat", "east_to_west", 4.0),
}
ROUTE = (
    "xian",
    "lanzhou",
    "urumqi",
    "altynkol",
    "almaty",
    "shu",
    "zhezkazgan",
    "beyneu",
    "aktau_port",
    "alat",
    "ganja",
    "tbilisi",
    "poti",
    "burgas",
    "sofia",
)
CAUSE_SHARES = {
    "moving": 0.42,
    "handling": 0.1,
    "barrier": 0.08,
    "capacity": 0.12,
    "vessel": 0.13,
    "formation": 0.08,
    "asset": 0.0,
    "closure": 0.07,
}
BASEMAP = Path(__file__).parents[2] / "geodata" / "basemap"
START, END = date(2024, 1, 1), date(2024, 12, 31)


@pytest.fixture(scope="session")
def inputs() -> FigureInputs:
    """A year of a small corridor in three replications."""
    return made_up_run()


def made_up_run() -> FigureInputs:
    chance = np.random.default_rng(7)
    shipments = _shipments(chance)
    return FigureInputs(
        label=RunLabel("baseline_2024", "The corridor of 2024", "0123456789ab", 2024, 3, START, END),
        places=pd.DataFrame(
            [(n, *v[:2], "station", *v[2:]) for n, v in PLACES.items()],
            columns=["node", "name", "country", "kind", "lat", "lon"],
        ),
        lines=_lines(),
        flows=_flows(),
        observed=_observed(),
        shipments=shipments,
        facilities=_facilities(chance),
        links=_links(),
        node_waits=_node_waits(),
        closures=_closures(),
        journeys=_journeys(chance),
        kpis=_kpis(),
        delays=_delays(),
        facility_kinds={
            "aktau_berths": "berth",
            "aktau_yard": "yard",
            "alat_cranes": "crane",
            "altynkol_tracks": "track",
        },
        facility_titles={
            "aktau_berths": "Aktau container berths",
            "aktau_yard": "Aktau container yard (TEU)",
            "alat_cranes": "Alat container cranes",
            "altynkol_tracks": "Altynkol reloading tracks",
        },
        basemap_dir=BASEMAP if BASEMAP.is_dir() else None,
    )


def _lines() -> pd.DataFrame:
    rows = [
        (f"{a}_{b}", a, b, mode, float(km), [(PLACES[a][3], PLACES[a][2]), (PLACES[b][3], PLACES[b][2])])
        for a, b, mode, km, _ in LINES
    ]
    return pd.DataFrame(rows, columns=["link", "from_node", "to_node", "mode", "length_km", "points"])


def _links() -> pd.DataFrame:
    rows = [(r, f"{a}_{b}", a, b, 100, 200, 4000, mt * 1e6, 0.0, 0.0) for r in range(3) for a, b, _, _, mt in LINES]
    return pd.DataFrame(
        rows,
        columns=[
            "replication",
            "link",
            "from_node",
            "to_node",
            "trains",
            "lots",
            "teu",
            "tonnes",
            "moving_h",
            "waiting_h",
        ],
    )


def _flows() -> pd.DataFrame:
    rows = [(f, *v[:5], False, True) for f, v in FLOWS.items()]
    return pd.DataFrame(
        rows,
        columns=[
            "flow",
            "commodity",
            "cargo",
            "origin",
            "destination",
            "direction",
            "background",
            "in_corridor_total",
        ],
    )


def _kpis() -> pd.DataFrame:
    rows = [(r, "between_mean", "xian->baku", 2024, 14.6 + 0.1 * (r - 1), "d") for r in range(3)]
    table = pd.DataFrame(rows, columns=["replication", "kpi", "scope", "year", "value", "unit"])
    return table.assign(contribution=table["value"])


def _delays() -> pd.DataFrame:
    """Papers concern all 300 shipments of a flow, inspections 30 of them; one row of another cause, one of oil."""
    rows = [
        (r, flow, cause, place, False, hours, lots)
        for r in range(3)
        for flow, cause, place, hours, lots in (
            ("F01", "barrier", "documents@altynkol", 600.0, 300),
            ("F01", "barrier", "handover@altynkol", 900.0, 300),
            ("F01", "barrier", "inspection@altynkol", 300.0, 30),
            ("F03", "barrier", "documents@altynkol", 600.0, 300),
            ("F03", "barrier", "documents@poti", 1500.0, 300),
            ("F03", "capacity", "aktau_berths", 9000.0, 300),
            ("F21", "barrier", "documents@batumi", 1200.0, 300),
            ("F30", "barrier", "documents@aktau_port", 99_000.0, 300),
        )
    ]
    return pd.DataFrame(rows, columns=["replication", "flow", "cause", "place", "backlog", "hours", "lots"])


def _observed() -> pd.DataFrame:
    return pd.DataFrame(
        [
            dict(
                id="tonnes_2024",
                quantity="tonnes",
                unit="t",
                year=2024,
                value=4.484e6,
                low=None,
                high=None,
                from_node=None,
                to_node=None,
                flows=(),
                source="published",
                role="input",
            ),
            dict(
                id="teu_2024",
                quantity="teu",
                unit="TEU",
                year=2024,
                value=56500.0,
                low=None,
                high=None,
                from_node=None,
                to_node=None,
                flows=(),
                source="published",
                role="input",
            ),
            dict(
                id="xian_baku",
                quantity="transit_time",
                unit="d",
                year=2024,
                value=14.0,
                low=12.0,
                high=15.0,
                from_node="xian",
                to_node="baku",
                flows=(),
                source="published",
                role="independent",
            ),
        ]
    )


def _shipments(chance: np.random.Generator) -> pd.DataFrame:
    tables = []
    for flow, (_, cargo, _, _, _, days) in FLOWS.items():
        n = 900
        hours = days * 24 * chance.lognormal(-0.03, 0.25, n)
        out = pd.Timestamp(START, tz="UTC") + pd.to_timedelta(np.sort(chance.uniform(0, 366 * 24, n)), unit="h")
        tonnes = {"TEU": 650, "wagon": 750, "t": 1200}[cargo] * (1.0 if cargo == "TEU" else 4.4)
        table = pd.DataFrame(
            {
                "replication": np.arange(n) % 3,
                "flow": flow,
                "ordinal": np.arange(n),
                "set_out": out,
                "units": 47,
                "landed": out + pd.to_timedelta(hours, unit="h"),
                "reported": True,
                "teu": 47 if cargo == "TEU" else 0,
                "tonnes": 1.1 * tonnes,
                "transit_h": hours,
            }
        )
        for cause, share in CAUSE_SHARES.items():
            table[f"{cause}_h"] = hours * share
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _node_waits() -> pd.DataFrame:
    parts = {
        "aktau_port": {"vessel": 9e4, "closure": 4e4, "capacity": 3e4},
        "altynkol": {"capacity": 3e4, "barrier": 2e4},
        "kuryk_port": {"vessel": 2e4, "closure": 2e4},
        "alat": {"formation": 3e4, "capacity": 1e4},
        "poti": {"vessel": 3e4},
        "beyneu": {"capacity": 5e3},
        "xian": {"formation": 1.2e4},
    }
    rows = [
        (r, node, cause, hours, 1e6, 700 * hours)
        for r in range(3)
        for node, by in parts.items()
        for cause, hours in by.items()
    ]
    return pd.DataFrame(rows, columns=["replication", "node", "cause", "hours", "tonnes", "tonne_hours"])


def _closures() -> pd.DataFrame:
    starts = pd.date_range("2024-01-05", "2024-12-20", periods=30, tz="UTC")
    rows = []
    for k, start in enumerate(starts):
        end = start + pd.Timedelta(hours=20 + 7 * (k % 9))
        rows += [(0, name, start, end) for name in ("aktau_berths", "aktau_port_entry", "alat_entry")[: 1 + k % 3]]
    return pd.DataFrame(rows, columns=["replication", "facility", "from", "to"])


def _facilities(chance: np.random.Generator) -> pd.DataFrame:
    days = pd.date_range(START, END, tz="UTC")
    tables = []
    for k, (name, node) in enumerate(
        (
            ("aktau_berths", "aktau_port"),
            ("aktau_yard", "aktau_port"),
            ("alat_cranes", "alat"),
            ("altynkol_tracks", "altynkol"),
            ("aktau_port_entry", "aktau_port"),
            ("alat_entry", "alat"),
        )
    ):
        load = np.clip(
            0.72 - 0.08 * k + 0.15 * np.sin(np.arange(len(days)) / 40) + chance.normal(0, 0.1, len(days)),
            0,
            1,
        )
        queue = chance.poisson(3.0 * load / (1.05 - np.minimum(load, 1)))
        tables.append(
            pd.DataFrame(
                {
                    "replication": 0,
                    "facility": name,
                    "node": node,
                    "day": days,
                    "capacity_unit_h": 72.0,
                    "busy_unit_h": 72.0 * load,
                    "queue_mean": 0.6 * queue,
                    "queue_max": queue,
                    "wait_h": queue * 12.0,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _journeys(chance: np.random.Generator) -> pd.DataFrame:
    km = {(a, b): float(x) for a, b, _, x, _ in LINES}
    rows = []
    for flow, end in (("F03", "poti"), ("F05", "sofia")):
        for ordinal in range(60):
            time = pd.Timestamp("2024-01-03", tz="UTC") + pd.Timedelta(
                hours=ordinal * 24 * 6 + float(chance.uniform(0, 60))
            )
            for a, b in pairwise(ROUTE):
                rows.append((0, flow, ordinal, ordinal, time, a, "depart"))
                time += pd.Timedelta(hours=km[a, b] / 30)
                rows.append((0, flow, ordinal, ordinal, time, b, "arrive"))
                if b == end:
                    break
                stay = {"aktau_port": 90.0, "poti": 80.0, "altynkol": 20.0, "alat": 40.0}.get(b, 2.0)
                time += pd.Timedelta(hours=float(chance.exponential(stay)))
    return pd.DataFrame(rows, columns=["replication", "flow", "ordinal", "train", "time", "node", "state"])

"""Indicators of returnable equipment, where a stock has something out of the ordinary."""

from __future__ import annotations

from sim.analysis.records import TABLES, replication_tables, run_info
from tests.oracle.world import model, run


def test_loads_that_a_stock_does_not_count_have_no_share_of_loaded_moves(tmp_path):
    """The stock counts TEU, the flow is of wagons: each load takes none, and no share can be told."""
    at = {"facility": "a_stock", "units": "load", "order": 1}
    tables = {
        "nodes": {"a": {}, "b": {}},
        "links": {"l": {"from": "a", "to": "b", "mode": "rail", "length_km": 100, "speed_kmh": 20}},
        "cargo": {"TEU": {"teu": 1}, "OIL": {"wagon": 1}},
        "facilities": {
            f"{node}_stock": {"node": node, "kind": "stock", "pool": "flats", "unit": "teu", "capacity": 5}
            for node in "ab"
        },
        "processes": {
            "on": {**at, "node": "a", "action": "acquire", "arrive": ["origin"]},
            "off": {**at, "node": "b", "facility": "b_stock", "action": "release", "leave": ["destination"]},
        },
        "flows": {"F": {"origin": "a", "destination": "b", "quantity_per_year": 2000, "cargo": "OIL"}},
    }
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-05", run_out="5 d")
    result = run(built)
    made = replication_tables(built.plan, result.draws, result.trace, run_info(built.world), 0)
    assert set(made["assets"]["owned"]) == {5}
    assert [*made["assets"]] == ["replication", *(column.name for column in TABLES["assets"].columns)]
    assert made["assets"]["taken_loaded"].sum() == 0
    said = set(made["kpis"]["kpi"])
    assert "asset_owned" in said
    assert not {"asset_loaded_share", "asset_turnround"} & said

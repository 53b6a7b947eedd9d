"""A run on the map of other programs: layers of a GeoPackage, and tables that the schema of GMNS takes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from sim.errors import InputError
from sim.handout.export import export
from sim.handout.geo_layers import FLOW_KPIS, at, layers
from sim.report.kpi_values import Values

LAYERS = {"places", "links", "flows", "facilities", "read_me"}


@pytest.fixture(scope="module")
def package(run, folder: Path) -> Path:
    return export(str(run.path), str(folder / "run.gpkg"))


@pytest.fixture(scope="module")
def gmns(run, folder: Path) -> dict[str, list[dict[str, str]]]:
    path = export(str(run.path), str(folder / "run.zip"))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        texts = {Path(name).stem: archive.read(name).decode("utf-8") for name in archive.namelist()}
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


def test_the_layers_of_the_package_are_those_of_the_run(run, package: Path) -> None:
    assert {name for name, _ in pyogrio.list_layers(package)} == LAYERS
    world, values = run.manifest["resolved"], Values(run.kpis)
    for name, table in (("places", "nodes"), ("links", "links")):
        read = gpd.read_file(package, layer=name)
        assert read.crs.to_epsg() == 4326
        assert set(read["id"]) == set(world[table])
        assert read.geometry.is_valid.all()
        assert not read.geometry.is_empty.any()
    flows = gpd.read_file(package, layer="flows").set_index("id")
    for flow in ("W1", "E1"):
        for kpi in FLOW_KPIS:
            found = values.estimate(kpi, flow)
            for column, value in ((kpi, found.mean), (f"{kpi}_pm", found.half_width)):
                read = flows.loc[flow, column]
                assert (value is None and pd.isna(read)) or read == pytest.approx(value)
    links = gpd.read_file(package, layer="links").set_index("id")
    assert links.loc["crossing", "length_km"] == 530
    passed = run.links[run.links["link"] == "west_port_market"]
    assert links.loc["west_port_market", "teu_run"] == pytest.approx(passed["teu"].sum() / run.replications)
    about = pyogrio.read_dataframe(package, layer="read_me").set_index("key")["value"]
    assert about["run"] == run.manifest["run_id"]


def test_the_same_run_gives_the_same_package_and_archive(run, package: Path, tmp_path: Path) -> None:
    assert export(str(run.path), str(tmp_path / "again.gpkg")).read_bytes() == package.read_bytes()
    first, second = (export(str(run.path), str(tmp_path / f"{k}.zip")).read_bytes() for k in range(2))
    assert first == second


def schema(table: str) -> dict[str, Any]:
    """The schema of a table of GMNS as gmnspy ships it; without it the test is skipped by name."""
    found = find_spec("gmnspy")
    if found is None or not found.submodule_search_locations:
        pytest.skip("gmnspy is not installed (dev extra)")
    (folder,) = found.submodule_search_locations
    return json.loads((Path(folder) / "spec" / f"{table}.schema.json").read_text(encoding="utf-8"))


def faults(rows: list[dict[str, str]], spec: dict[str, Any]) -> list[str]:
    """What a table schema does not take: unknown and missing fields, types, constraints, and keys that stand twice."""
    fields = {field["name"]: field for field in spec["fields"]}
    missing, found = set(spec.get("missingValues") or [""]) | {""}, []
    found += [f"unknown field {name}" for name in rows[0] if name not in fields]
    for name, field in fields.items():
        limits = field.get("constraints") or {}
        if limits.get("required") and name not in rows[0]:
            found.append(f"{name} is missing")
        for row in rows:
            value = row.get(name, "")
            if value in missing:
                found += [f"{name} is empty"] if limits.get("required") else []
                continue
            if field.get("type") in ("number", "integer"):
                number = float(value)
                found += [f"{name}: {value} is not whole"] if field["type"] == "integer" and number % 1 else []
                low, high = limits.get("minimum", number), limits.get("maximum", number)
                found += [] if low <= number <= high else [f"{name}: {value} is out of bounds"]
            if field.get("type") == "boolean":
                found += [] if value in ("true", "false", "True", "False", "1", "0") else [f"{name}: {value}"]
            found += [f"{name}: {value}"] if value not in limits.get("enum", [value]) else []
    key = spec.get("primaryKey")
    if key:
        ids = [row[key] for row in rows]
        found += [] if len(ids) == len(set(ids)) else [f"{key} stands twice"]
    return found


@pytest.mark.parametrize("table", ["node", "link", "geometry", "use_definition"])
def test_the_tables_are_what_gmnspy_takes(gmns, table: str) -> None:
    spec, rows = schema(table), gmns[table]
    assert rows
    assert faults(rows, spec) == []
    assert faults([{**rows[0], "colour": "red"}], spec) == ["unknown field colour"], "a fault is found"
    required = next(field["name"] for field in spec["fields"] if (field.get("constraints") or {}).get("required"))
    assert f"{required} is empty" in faults([{**rows[0], required: ""}], spec)


def test_ids_of_links_and_results_lead_somewhere(gmns, run) -> None:
    nodes, links = {row["node_id"] for row in gmns["node"]}, {row["link_id"] for row in gmns["link"]}
    assert {row[end] for row in gmns["link"] for end in ("from_node_id", "to_node_id")} <= nodes
    assert {row["geometry_id"] for row in gmns["link"]} == {row["geometry_id"] for row in gmns["geometry"]}
    assert {row["allowed_uses"] for row in gmns["link"]} == {row["use"] for row in gmns["use_definition"]}
    assert {row["link_id"] for row in gmns["link_results"]} == links
    days = {row["flow_id"]: float(row["transit_p50"]) for row in gmns["flow_results"]}
    assert days["W1"] == pytest.approx(Values(run.kpis).estimate("transit_p50", "W1").mean)


def test_a_dated_value_is_that_of_the_day() -> None:
    from datetime import date

    value = {"steps": [{"from": None, "value": 1.0}, {"from": "2024-05-20", "value": 5.0}]}
    assert [at(value, date(2024, 5, day)) for day in (19, 20)] == [1.0, 5.0]
    assert at(7, date(2024, 1, 1)) == 7
    assert at(None, date(2024, 1, 1)) is None


def test_what_cannot_be_a_map_is_refused(run, comparison, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a study; a GeoPackage is made of a run"):
        export(str(comparison.path), str(tmp_path / "x.gpkg"))
    with pytest.raises(InputError, match="is an archive of GMNS tables; --table"):
        export(str(run.path), str(tmp_path / "x.zip"), table="Answer")
    assert not list(tmp_path.iterdir())


def test_places_without_results_have_zeros(run) -> None:
    found = layers(run)
    assert set(found) == LAYERS
    assert (found["links"]["trains_run"] >= 0).all()

"""Files that geographic information systems read: a GeoPackage, and the tables of the General Modeling Network Specification.

GMNS (Zephyr Foundation) has one file a table: node, link, geometry, use_definition. Results of a run stand in tables of their
own, ``link_results`` and ``flow_results``, keyed by its ids, so that those files have its fields and no others. Lengths
are kilometres and speeds kilometres an hour; a line that is used both ways is one undirected link.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio

from sim.handout.geo_layers import layers

if TYPE_CHECKING:
    from sim.results.store import Run

#: The time that GeoPackage and archive carry: none of the run's own, so that one run gives one file.
_NO_TIME, _NO_TIME_ZIP = "2000-01-01T00:00:00Z", (2000, 1, 1, 0, 0, 0)
#: Persons, and passenger-car equivalents, of a vehicle of freight: GMNS asks for both, and nothing here uses them.
_PERSONS, _PCE = 0, 1


def geopackage_bytes(run: Run) -> bytes:
    """All layers in one GeoPackage; the same bytes for the same run. Raises RunError if a table has changed."""
    found = layers(run)
    before = os.environ.get("OGR_CURRENT_DATE")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.gpkg"
        os.environ["OGR_CURRENT_DATE"] = _NO_TIME
        try:
            for name, frame in found.items():
                pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
        finally:
            if before is None:
                os.environ.pop("OGR_CURRENT_DATE", None)
            else:
                os.environ["OGR_CURRENT_DATE"] = before
        return path.read_bytes()


def gmns_bytes(run: Run) -> bytes:
    """The tables of GMNS and those of results as CSV files in one archive. Raises RunError as ``geopackage_bytes``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (head, rows) in gmns_tables(run).items():
            entry = zipfile.ZipInfo(f"{name}.csv", _NO_TIME_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _csv(head, rows))
    return stream.getvalue()


def gmns_tables(run: Run) -> dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    """Table -> its fields and rows; the first four have fields of GMNS only."""
    found = layers(run)
    places, links, flows = (gpd.GeoDataFrame(found[name]) for name in ("places", "links", "flows"))
    open_links = links[links["in_service"]]
    nodes = [(p.id, p.title, p.geometry.x, p.geometry.y, p.kind) for p in places.itertuples()]
    edges = [
        (
            e.id,
            e.title,
            e.from_node,
            e.to_node,
            "false",
            e.id,
            e.length_km,
            e.mode,
            e.speed_kmh,
            _whole(e.tracks),
            e.mode,
        )
        for e in open_links.itertuples()
    ]
    kpis = [name for name in flows.columns if name not in ("geometry", "source", "grade")]
    uses = [(mode, _PERSONS, _PCE, f"freight by {mode.replace('_', ' ')}") for mode in sorted(set(open_links["mode"]))]
    results = [name for name in links.columns if name.endswith("_run")]
    return {
        "node": (("node_id", "name", "x_coord", "y_coord", "node_type"), nodes),
        "link": (
            (
                *(
                    "link_id",
                    "name",
                    "from_node_id",
                    "to_node_id",
                    "directed",
                    "geometry_id",
                    "length",
                    "facility_type",
                ),
                *("free_speed", "lanes", "allowed_uses"),
            ),
            edges,
        ),
        "geometry": (("geometry_id", "geometry"), [(e.id, e.geometry.wkt) for e in open_links.itertuples()]),
        "use_definition": (("use", "persons_per_vehicle", "pce", "description"), uses),
        "link_results": (("link_id", *results), open_links[["id", *results]].to_numpy(object).tolist()),
        "flow_results": (("flow_id", *kpis[1:]), flows[kpis].to_numpy(object).tolist()),
        "read_me": (("key", "value"), pd.DataFrame(found["read_me"]).to_numpy(object).tolist()),
    }


def _whole(value: Any) -> Any:
    return "" if value is None or pd.isna(value) else int(value)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(["" if cell is None or cell is pd.NA or cell != cell else cell for cell in row] for row in rows)
    return stream.getvalue()

"""docs/howto/add_a_border.md works as written: its rows pass the check, and a flow crosses the border."""

from __future__ import annotations

import json
import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from typer.testing import CliRunner

import sim
from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "add_a_border.md").read_text("utf-8")
ROWS = re.findall(r"^```\w+ rows=(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def merged(old: Any, new: Any) -> Any:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return old | {key: merged(old.get(key), value) for key, value in new.items()}


def with_the_border(folder: Path) -> Path:
    """A copy of the tutorial with every row of the page."""
    shutil.copytree(ROOT / "scenarios" / "tutorial", folder)
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    for name, rows in ROWS:
        path = folder / "geodata" / name
        if name.endswith(".geojson"):
            content = json.loads(path.read_text("utf-8"))
            content["features"] += json.loads(rows)
            path.write_text(json.dumps(content), encoding="utf-8")
        else:
            old = yaml.load(path.read_text("utf-8")) if path.exists() else {}
            out = StringIO()
            yaml.dump(merged(old, yaml.load(rows)), out)
            path.write_text(out.getvalue(), encoding="utf-8")
    return folder / "tutorial.yaml"


def test_the_page_names_the_files_in_order():
    assert [name for name, _ in ROWS] == [
        "nodes.geojson",
        "links.geojson",
        "facilities.yaml",
        "barriers.yaml",
        "operators.yaml",
        "processes.yaml",
        "flows.yaml",
    ]


def test_the_rows_pass_the_check_and_a_flow_crosses(tmp_path):
    scenario = with_the_border(tmp_path / "mine")
    done = CliRunner().invoke(app, ["check", str(scenario)])
    assert done.exit_code == 0, done.stderr
    run = sim.run(scenario, replications=1, out=tmp_path / "results", figures=False)
    mine = run.shipments[run.shipments["flow"] == "G1"]
    assert mine["landed"].notna().sum() > 5
    delays = run.delays[(run.delays["flow"] == "G1") & (run.delays["cause"] == "barrier")]
    hours = delays.groupby("place", observed=True)["hours"].sum()
    assert {"documents@az_station", "handover@ge_station", "documents@ge_station"} <= set(hours[hours > 0].index)
    handed = delays[delays["place"] == "handover@ge_station"]
    # 90 minutes for each shipment, to the second, whatever else happens
    assert (handed["hours"] / handed["lots"]).round(6).tolist() == [1.5] * len(handed)

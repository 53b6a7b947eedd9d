"""What the shell offers when a word is begun: names of scenarios, of stored runs, and of places.

Everything is imported inside, as in the commands; what cannot be read offers nothing, and the command then says why.
"""

from __future__ import annotations

import json
from pathlib import Path

#: Folder of results that is looked into: a word is begun before options are read.
RESULTS = Path("results")


def scenarios(incomplete: str) -> list[str]:
    """Scenarios of the library whose names begin so, and YAML files of the working folder, as paths."""
    from sim.errors import InputError
    from sim.scenario.library import scenario_paths

    try:
        names = list(scenario_paths())
    except (InputError, OSError):
        names = []
    if incomplete.startswith((".", "/")) or "/" in incomplete:
        folder = Path(incomplete).parent
        names = [f"{incomplete[: incomplete.rfind('/') + 1]}{path.name}" for path in sorted(folder.glob("*.y*ml"))]
    return [name for name in names if name.startswith(incomplete)]


def results(incomplete: str) -> list[str]:
    """Scenarios and studies that have results in ``results/``, and ids of their runs."""
    if not RESULTS.is_dir():
        return []
    folders = [folder for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    names = [folder.name for folder in folders]
    names += [path.name for folder in folders for path in sorted(folder.iterdir()) if path.is_dir()]
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def places(incomplete: str) -> list[str]:
    """Places of the corridor's network."""
    from sim.scenario.library import geodata_dir

    try:
        found = json.loads((geodata_dir() / "nodes.geojson").read_text(encoding="utf-8"))
        names = [str(feature["properties"]["id"]) for feature in found["features"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return sorted(name for name in names if name.startswith(incomplete))

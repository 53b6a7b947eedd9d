"""Where the scenarios and the geodata that come with the program are found.

In a source checkout they stand beside the package, in an installed wheel inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sim.errors import InputError, Problem
from sim.mistakes import near_name
from sim.scenario.values import Strict

_PACKAGE = Path(__file__).resolve().parent.parent
CATALOGUE_FILE = "interventions.yaml"
#: Scenarios that were asked for and that the model cannot carry, with the reason.
NOT_CARRIED_FILE = "not_carried.yaml"
#: What was said in the talks, and the comparisons that answer it.
TALKS_FILE = "talks.yaml"


@dataclass(frozen=True)
class ScenarioEntry:
    """A scenario of the library, as ``corridor list`` shows it."""

    name: str
    title: str
    question: str
    path: Path


class NotCarried(Strict):
    """A scenario that is not in the library, the reason, and the scenarios that answer a part of its question."""

    title: str
    question: str
    reason: str
    source: str
    instead: tuple[str, ...] = ()


def scenarios_dir() -> Path:
    """Folder of the scenarios that come with the program. Raises ``InputError`` if it is not there."""
    return _data("scenarios")


def geodata_dir() -> Path:
    """Folder of the corridor's own geodata. Raises ``InputError`` if it is not there."""
    return _data("geodata")


def scenario_paths(folder: Path | None = None) -> dict[str, Path]:
    """Name (file stem) -> path of every scenario file in ``folder`` and its sub-folders, sorted by name.

    Left out: the catalogue of interventions, the lists of what is not carried and of the talks, ``sweeps/``, and
    geodata folders (they hold ``nodes.geojson``).
    Raises ``InputError`` if two files share a name.
    """
    folder = folder or scenarios_dir()
    found: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.rglob("*.yaml")):
        inner = path.relative_to(folder)
        of_geodata = (path.parent / "nodes.geojson").exists()
        if path.name in (CATALOGUE_FILE, NOT_CARRIED_FILE, TALKS_FILE) or "sweeps" in inner.parts or of_geodata:
            continue
        if path.stem in found:
            other = found[path.stem].relative_to(folder)
            problems.append(Problem(f"scenario name {path.stem!r} is taken by {other} already", shown(path)))
        found.setdefault(path.stem, path)
    if problems:
        raise InputError(problems)
    return dict(sorted(found.items()))


def find_scenario(name: str) -> Path:
    """Path of a scenario of the library. Raises ``InputError`` with the nearest name if there is none."""
    paths = scenario_paths()
    if name not in paths:
        advice = f"`corridor list` shows the names; a file is given with its path (./{name}.yaml)"
        raise InputError([Problem(f"no scenario named {name!r}; {advice}{near_name(name, paths)}")])
    return paths[name]


def list_not_carried() -> dict[str, NotCarried]:
    """Scenarios that were asked for and that the model cannot carry: name -> why. Raises ``InputError``."""
    from sim.scenario.faults import faults
    from sim.scenario.yamlfile import read_yaml

    path = scenarios_dir() / NOT_CARRIED_FILE
    document = read_yaml(path, shown(path))
    try:
        return TypeAdapter(dict[str, NotCarried]).validate_python(document.value or {})
    except ValidationError as error:
        raise InputError(
            faults(error, NotCarried, document.value, "", lambda at: (document.file, document.line(at)))
        ) from None


def shown(path: Path) -> str:
    """A path as messages show it: relative to the working folder if it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _data(kind: str) -> Path:
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    if (_PACKAGE / "_data" / kind).is_dir():
        return _PACKAGE / "_data" / kind
    raise InputError([Problem(f"the program's own {kind} folder is missing; install the program again")])

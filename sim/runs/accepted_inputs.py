"""Accepted sets of inputs as the worlds of replications: which set a replication has, and whether the table is of this model.

A set is a list of changes beneath the scenario's own, like sampled inputs; replication r takes the set of its stream
``input/accepted``, so that the same replication of two scenarios has the same set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest
from sim.model.build import build
from sim.model.fingerprint import fingerprint
from sim.model.streams import Streams
from sim.network.accepted import AcceptedSet, AcceptedSets, accepted_path, read_accepted
from sim.network.consistency import check
from sim.network.geofolder import read_geodata
from sim.network.moved import Movable, movable, moved
from sim.network.uncertain import uncertain
from sim.network.world import resolve
from sim.results.files import write_whole
from sim.results.identity import code_digest, file_digest, short_id
from sim.runs.prepare import prepare
from sim.scenario.library import CATALOGUE_FILE, scenario_paths
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from sim.scenario.changes import Change
    from sim.scenario.load import Scenario

#: What lineage and manifest call the changes of a set.
LABEL = "accepted"


class Accepted:
    """The accepted sets of a scenario's geodata. Raises InputError for a table that is missing or faulty."""

    def __init__(self, scenario: Scenario) -> None:
        geodata, problems = read_geodata(scenario.geodata_dir)
        found, faulty = uncertain(geodata) if not problems else ([], [])
        if problems or faulty:
            raise InputError([*problems, *faulty])
        self.what: Movable = movable(found)
        self.table: AcceptedSets = read_accepted(scenario.geodata_dir, self.what)

    def of(self, seed: int, replication: int) -> AcceptedSet:
        """The set that a replication takes."""
        u = float(Streams(seed, replication).uniforms("input/accepted", [(0, 1)])[0, 0])
        return self.table.sets[int(u * len(self.table.sets))]

    def changes(self, one: AcceptedSet) -> tuple[Change, ...]:
        """A set as changes, which come before the scenario's own."""
        own = moved(self.what, one.factors, LABEL)
        return tuple(replace(change, file=self.table.file, line=one.line) for change in own)


def refuse_unfit_sets(scenario: Scenario, out: str | Path) -> None:
    """Raise InputError if the accepted sets are of another model, or do not fit the scenario's own changes.

    Each input stands at the lowest, then at the highest value that any set has; a value of a set lies between.

    Args:
        out: folder of results, where the version of the model is kept once it is known.
    """
    accepted = Accepted(scenario)
    told = [*_another_model(accepted.table, scenario, out)]
    for end in (min, max):
        factors = {
            name: end(one.factors[name] for one in accepted.table.sets) for name in accepted.table.sets[0].factors
        }
        changes = (*moved(accepted.what, factors, LABEL), *scenario.changes)
        try:
            problems = check(resolve(replace(scenario, changes=changes)))
        except InputError as error:
            problems = error.problems
        why = "at the ends of the accepted sets (--inputs accepted)"
        told += [replace(problem, message=f"{problem.message}; {why}") for problem in problems]
    if told:
        raise InputError(list(dict.fromkeys(told)))


def _another_model(table: AcceptedSets, scenario: Scenario, out: str | Path) -> list[Problem]:
    *names, _ = table.model.split()
    known = {path.stem: path for path in sorted(scenario.geodata_dir.parent.glob("*.yaml"))} | scenario_paths()
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        told = f"{unknown[0]!r} is no scenario{nearest(unknown[0], known)}" if unknown else "no scenario is named"
        message = f"model: {told}; it should name the scenarios of the calibration, and their digest"
        return [Problem(message, table.file, 2)]
    now = model_version(tuple(str(known[name]) for name in names), Path(out))
    if now != table.model:
        message = (
            f"these sets were accepted with another version of the model ({table.model.split()[-1]}; this one is "
            f"{now.split()[-1]}); 'corridor calibrate' makes new ones"
        )
        return [Problem(message, table.file, 2)]
    return []


@cache
def model_version(scenarios: Sequence[str], out: Path) -> str:
    """The scenarios of a calibration, given by paths, and a digest of what the engine receives for them as they stand.

    To build them takes some seconds each, so that the digest is kept in ``out/calibrate/models`` under one of all files.
    """
    files = _files(scenarios)
    path = out / "calibrate" / "models" / f"{short_id([code_digest(), files])}.txt"
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    worlds = [prepare(name) for name in scenarios]
    version = version_of({world.scenario.name: fingerprint(build(world)) for world in worlds})
    write_whole(path, f"{version}\n")
    return version


def version_of(digests: dict[str, str]) -> str:
    """The version of a model: names of the scenarios, and one digest of those of each."""
    return f"{' '.join(digests)} {short_id([sorted(digests.items())])}"


def _files(scenarios: Sequence[str]) -> list[tuple[str, str]]:
    paths: dict[Path, None] = {}
    for name in scenarios:
        scenario = load_scenario(name)
        paths |= dict.fromkeys(scenario.chain)
        paths |= dict.fromkeys(path.parent / CATALOGUE_FILE for path in scenario.chain)
        paths |= dict.fromkeys(p for p in scenario.geodata_dir.iterdir() if p.is_file())
    return [(path.name, file_digest(path)) for path in sorted(paths) if path.is_file()]


def told_of_sets(scenario: Scenario) -> dict[str, object]:
    """What a manifest says of the accepted sets that its replications took: table, its digest, model, how many."""
    table = Accepted(scenario).table
    return {"file": table.file, "sha256": table_digest(scenario), "model": table.model, "sets": len(table.sets)}


def table_digest(scenario: Scenario) -> str:
    """SHA-256 of the table of accepted sets."""
    return file_digest(accepted_path(scenario.geodata_dir))

"""Make a run again from its manifest alone, and say whether it is the same: inputs, program, and every trace."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import CheckFailed, InputError, Problem
from sim.handout.again import overrides_of
from sim.record import Record
from sim.results.identity import code_digest
from sim.results.manifest import MANIFEST, read_manifest
from sim.runs.prepare import prepare
from sim.runs.replicate import run_scenario
from sim.scenario.library import scenario_paths


@dataclass(frozen=True, slots=True)
class Reproduced(Record):
    """A run that was made again and is the same."""

    run_id: str
    path: str
    replications: int
    same_program: bool  #: the same source files; else another version that gives the same traces


def reproduce(
    name: str,
    *,
    out: str = "reproduced",
    geodata: str = "",
    other_program: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Reproduced:
    """Run again what a manifest says, and hold every replication's trace against it.

    Args:
        name: a manifest, or the folder of a run.
        out: folder of results of the new run.
        geodata: folder that stands for the run's own geodata, where its scenario has its own.
        other_program: go on where the program's source files are others; the traces decide.
        progress: called after each replication.

    Raises:
        InputError: no manifest, or one without its scenario's files.
        CheckFailed: the inputs or the program are others, or traces differ: which, and what of it.
        RunError: the manifest has changed since it was written, or the run could not be finished.
    """
    manifest = _manifest(Path(name))
    code = code_digest()
    same_program = manifest["code_digest"] == code
    if not same_program and not other_program:
        told = f"the run was made by other source files ({manifest['code_digest'][:12]}, here {code[:12]})"
        raise CheckFailed(f"{told}; take that version, or --other-program: then the traces decide")
    settings = {"replications": int(manifest["replications"]), "seed": int(manifest["seed"])}
    overrides = overrides_of(manifest.get("changes") or ())
    with tempfile.TemporaryDirectory(prefix="corridor-") as place:
        scenario = written(manifest, Path(place), geodata)
        world = prepare(scenario, [*overrides, *period_overrides(manifest, scenario, overrides)])
        if world.geodata_digest != manifest["geodata_digest"]:
            told = f"the geodata are others ({manifest['geodata_digest'][:12]}, here {world.geodata_digest[:12]})"
            raise CheckFailed(f"{told}: {world.scenario.geodata_dir}")
        if json.dumps(world.canonical(), sort_keys=True) != json.dumps(manifest["resolved"], sort_keys=True):
            raise CheckFailed(
                f"the scenario resolves to another: {_differing(world.canonical(), manifest['resolved'])}"
            )
        done = run_scenario(
            scenario,
            overrides=[*overrides, *period_overrides(manifest, scenario, overrides)],
            inputs=str(manifest.get("inputs", "fixed")),
            engine=str(manifest["engine"]).split(", ")[0],
            out=out,
            force=True,
            figures=False,
            progress=progress,
            **settings,  # type: ignore[arg-type]  # two numbers
        )
    differ = [
        k
        for k, (a, b) in enumerate(zip(manifest["trace_digest"], done.manifest["trace_digest"], strict=True))
        if a != b
    ]
    if differ:
        told = ", ".join(map(str, differ[:10])) + (" ..." if differ[10:] else "")
        raise CheckFailed(f"{len(differ)} of {done.replications} traces differ: replications {told}")
    return Reproduced(done.run_id, str(done.path), done.replications, same_program)


def _manifest(path: Path) -> Mapping[str, Any]:
    folder = path.parent if path.name == MANIFEST else path
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError([Problem(f"{path}: no manifest of a finished run; name {MANIFEST} or its folder")])
    if "chain" not in manifest:
        raise InputError([Problem(f"{path}: an older version of the program wrote it, without the scenario's files")])
    return manifest


def written(manifest: Mapping[str, Any], place: Path, geodata: str) -> str:
    """The scenario as it can be run here: a name of the library, or its own files, written again."""
    for file in manifest["chain"]:
        if "text" in file:
            (place / file["name"]).write_text(file["text"], encoding="utf-8")
        if file.get("geodata"):
            if not geodata:
                told = f"its scenario has geodata of its own, {file['geodata']}; name that folder with --geodata"
                raise InputError([Problem(told)])
            if not Path(geodata).is_dir():
                raise InputError([Problem(f"there is no folder {geodata}", "--geodata")])
            shutil.copytree(geodata, place / file["geodata"], dirs_exist_ok=True)
    first = manifest["chain"][0]
    name = str(manifest["scenario"])
    if "text" not in first and name not in scenario_paths():
        raise CheckFailed(f"the library has no scenario {name!r} any more")
    return str(place / first["name"]) if "text" in first else name


def period_overrides(manifest: Mapping[str, Any], scenario: str, overrides: list[str]) -> list[str]:
    """Days of the run that were given on the command line: what the files alone do not say."""
    period = prepare(scenario, overrides).canonical()["period"]
    wanted = manifest["resolved"]["period"]
    units = {"start": "", "end": "", "warm_up_s": " s", "run_out_s": " s"}
    return [
        f"period.{key.removesuffix('_s')}={wanted[key]}{unit}"
        for key, unit in units.items()
        if wanted[key] != period[key]
    ]


def _differing(here: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """The rows that differ, a few of them."""
    told = []
    for table in here:
        a, b = here[table], then.get(table) or {}
        if isinstance(a, dict):
            told += [f"{table}.{key}" for key in sorted({*a, *b}) if a.get(key) != b.get(key)]
    return ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")

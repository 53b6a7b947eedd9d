"""How a run or a comparison is made again: the command, and what must be the same for the same numbers."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from sim.language.words import tr
from sim.report.page import Point
from sim.runs.engines import DEFAULT_ENGINE
from sim.scenario.faults import written
from sim.scenario.library import scenario_paths


def run_command(manifest: Mapping[str, Any]) -> str:
    """The command that makes a run again, given the scenario's file."""
    return " ".join(["corridor run", _scenario(str(manifest["scenario"])), *_options([manifest])])


def compare_command(names: Sequence[str], manifests: Sequence[Mapping[str, Any]]) -> str:
    """The command that compares these scenarios again; ``manifests`` are those of the runs that are still there."""
    return " ".join(["corridor compare", *map(_scenario, names), *_options(manifests)])


def again_points(command: str, manifests: Sequence[Mapping[str, Any]]) -> list[Point]:
    """The command, and by what the same numbers are known."""
    points = [Point(command)]
    for manifest in manifests:
        told = tr(
            "run {run_id} of {scenario}: seed {seed}, geodata {geodata}, program {program}, engine {engine}, inputs {inputs}",
            run_id=manifest["run_id"],
            scenario=manifest["scenario"],
            seed=manifest["seed"],
            geodata=manifest["geodata_digest"][:12],
            program=manifest["code_digest"][:12],
            engine=manifest["engine"],
            inputs=manifest.get("inputs", "fixed"),
        )
        points.append(Point(told, level=1))
    if manifests:
        points.append(
            Point(tr("A run's id is a hash of all that decides its numbers: where the id is the same, so are they."))
        )
    return points


def _scenario(name: str) -> str:
    return shlex.quote(name if name in scenario_paths() else f"./{name}.yaml")


def _options(manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    if not manifests:
        return []
    base = manifests[0]
    found = [f"--replications {base['replications']}", f"--seed {base['seed']}"]
    if base.get("inputs", "fixed") != "fixed":
        found.append(f"--inputs {base['inputs']}")
    if DEFAULT_ENGINE not in str(base.get("engine", DEFAULT_ENGINE)):
        found.append(f"--engine {base['engine']}")
    return found + [f"--set {shlex.quote(text)}" for text in overrides_of(base.get("changes") or ())]


def overrides_of(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was given by --set, as it may be given again."""
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for change in changes:
        if change["label"] == "--set":
            steps.setdefault(change["key"], []).append(change)
    return [f"{key}={_value(entries)}" for key, entries in steps.items()]


def _value(entries: Sequence[Mapping[str, Any]]) -> str:
    told = [
        {
            **({"from": entry["since"]} if entry["since"] else {}),
            ("value" if entry["action"] == "set" else entry["action"]): entry["value"],
        }
        for entry in entries
    ]
    if len(told) > 1 or "from" in told[0]:
        return written(told)
    return written(told[0]["value"] if "value" in told[0] else told[0])

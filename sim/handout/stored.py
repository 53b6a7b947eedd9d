"""A stored comparison read back as records, with the runs that it is of where they are still there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.handout.answer import answer_of_pair
from sim.report.scopes import is_of_shipments
from sim.results.manifest import MANIFEST, STUDY, digest_of, read_manifest
from sim.results.store import Run, open_run, run_folder
from sim.studies.compare.comparison import PairedComparison, RunFacts


@dataclass(frozen=True)
class StoredComparison:
    """A comparison as its folder holds it; ``observed`` are the published figures beside the base's, as JSON."""

    study_id: str
    path: Path
    pairs: tuple[PairedComparison, ...]
    observed: Sequence[Mapping[str, Any]]

    def run(self, facts: RunFacts) -> Run | None:
        """One of the compared runs, if it still lies in the folder of results. Raises RunError if it is damaged."""
        folder = run_folder(self.path.parent.parent, facts.scenario, str(facts.run_id))
        return open_run(folder) if (folder / MANIFEST).is_file() else None

    def changes(self, facts: RunFacts) -> Sequence[Mapping[str, Any]]:
        """All changes of a compared run with their sources; empty if it is no longer there."""
        run = self.run(facts)
        return () if run is None else run.manifest.get("changes") or ()


def read_comparison(folder: Path) -> StoredComparison:
    """Read a stored comparison. Raises RunError if it is damaged, or was made by another version of the program."""
    found = json.loads(study_file(folder, "compare.json"))
    try:
        pairs = tuple(_pair(pair) for pair in found["comparisons"])
        return StoredComparison(str(found["id"]), folder, pairs, found["comparisons"][0]["observed"])
    except (KeyError, TypeError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise RunError(f"{folder} was made by another version of the program ({why}); compare again") from None


def study_file(folder: Path, name: str) -> str:
    """A text file of a stored study. Raises RunError if it is not as it was written."""
    facts = read_manifest(folder, STUDY)
    path = folder / name
    if facts is None or name not in facts["files"]:
        raise RunError(f"{folder}: no finished study with {name}")
    if digest_of(path) != facts["files"][name]["sha256"]:
        raise RunError(f"{path} has changed since it was written or is missing; the same command makes it anew")
    return path.read_text(encoding="utf-8")


def sentence(pair: PairedComparison) -> str:
    """The answer of a comparison in one sentence."""
    line = pair.answer
    known = pair.scopes.get(line.scope)
    whose = pair.title_of(line) if known is None or not is_of_shipments(line.kpi) else known.short
    return answer_of_pair(line, whose, pair.a.title or pair.a.scenario, pair.b.title or pair.b.scenario)


def _pair(found: Mapping[str, Any]) -> PairedComparison:
    """A pair without what is kept in another shape, and is shown from the page: published figures, bands, recovery."""
    moved = dict(found["moved"])
    moved["causes"] = [{"place": "", **row} for row in moved["causes"]]
    return PairedComparison.from_json({**found, "moved": moved, "observed": [], "bands": [], "recovery": None})

"""The results store: a folder for each run, ``results/<scenario>/<run id>/``, found and read again.

A folder holds one Parquet file a table and ``manifest.json``. The run id is a hash of what determines
the result, so that the same run is found and not repeated; ``writing`` makes the folders.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CheckFailed, RunError
from sim.results.identity import code_digest, file_digest, run_id
from sim.results.writing import MANIFEST, MANIFEST_VERSION, PARTS, RunWriter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run", "RunWriter", "code_digest", "find_run", "is_complete", "open_run", "run_folder", "run_id", "verify"]


class Run:
    """A finished run, read lazily: ``run.kpis``, ``run.shipments``, ... are data frames; ``run.manifest``."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.path, self.manifest = folder, manifest
        self.hit = False  # set by who asked for a run and found it done
        self._tables: dict[str, pd.DataFrame] = {}

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name == "manifest":  # asked for before there is anything, as copying does
            raise AttributeError(name)
        if f"{name}.parquet" not in self.manifest["files"]:
            raise AttributeError(f"run {self.run_id} has no table {name!r}; there are: {', '.join(self.tables)}")
        if name not in self._tables:
            import pandas as pd
            from pyarrow import ArrowException

            path = self.path / f"{name}.parquet"
            try:
                self._tables[name] = pd.read_parquet(path)
            except (ArrowException, OSError) as error:
                raise RunError(f"{path}: cannot be read ({error}); 'corridor run ... --force' writes it anew") from None
        return self._tables[name]

    @property
    def run_id(self) -> str:
        """Twelve hexadecimal digits."""
        return str(self.manifest["run_id"])

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.manifest["replications"])

    @property
    def luck(self) -> Run | None:
        """The same run with fixed inputs, if this one's are sampled and that one is there."""
        partner = self.manifest.get("luck_run_id")
        folder = self.path.parent / str(partner)
        return open_run(folder) if partner and is_complete(folder) else None

    @property
    def tables(self) -> list[str]:
        """Names of the tables there are."""
        return [name.removesuffix(".parquet") for name in self.manifest["files"]]

    def summary(self) -> str:
        """The run in a few plain tables."""
        from sim.analysis.summary import summarise, summary_text

        return summary_text(summarise(self))

    def __repr__(self) -> str:
        return f"<Run {self.manifest.get('scenario', '')} {self.run_id}, {self.replications} replications, {self.path}>"


def run_folder(out: Path | str, scenario: str, run: str) -> Path:
    """``<out>/<scenario>/<run id>``."""
    return Path(out) / scenario / run


def is_complete(folder: Path | str) -> bool:
    """Whether a run is finished: its manifest is there, and every file that it names."""
    manifest = _read_manifest(Path(folder))
    return manifest is not None and all((Path(folder) / name).is_file() for name in manifest["files"])


def open_run(folder: Path | str) -> Run:
    """Open a finished run.

    Raises:
        RunError: if there is no finished run, or a newer program wrote it.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    if manifest is None:
        begun = len(list((folder / PARTS).glob("*.zip")))
        raise RunError(
            f"{folder}: no finished run" + (f"; {begun} replications are done, run again to go on" if begun else "")
        )
    if manifest.get("manifest_version") != MANIFEST_VERSION:
        raise RunError(
            f"{folder}: manifest version {manifest.get('manifest_version')}; this program reads {MANIFEST_VERSION}"
        )
    return Run(folder, manifest)


def find_run(text: str, out: Path | str = "results") -> Run:
    """Open a run by its folder, its id (or the beginning of it), or a scenario's name (its latest run).

    Raises:
        RunError: if nothing or more than one run fits.
    """
    if (Path(text) / MANIFEST).is_file():
        return open_run(text)
    finished = sorted(Path(out).glob(f"**/{MANIFEST}"))
    by_scenario = [p for p in finished if p.parent.parent.name == text]
    if by_scenario:
        return open_run(max(by_scenario, key=lambda p: p.stat().st_mtime).parent)
    by_id = [p for p in finished if len(text) >= 4 and p.parent.name.startswith(text)]
    if len(by_id) == 1:
        return open_run(by_id[0].parent)
    if by_id:
        raise RunError(f"{text!r} begins the ids of several runs: {', '.join(p.parent.name for p in by_id)}")
    raise RunError(f"no finished run {text!r} under {out}; name a folder, a run id or a scenario")


def verify(run: Run) -> None:
    """Hash every file again.

    Raises:
        CheckFailed: naming the files that are missing or differ from the manifest.
    """
    wrong = []
    for name, digest in run.manifest["files"].items():
        path = run.path / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif file_digest(path) != digest:
            wrong.append(f"{name} has changed since the run")
    if wrong:
        raise CheckFailed(f"{run.path}: {'; '.join(wrong)}")


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest.get("files"), dict) else None

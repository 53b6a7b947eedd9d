"""The results store: a folder for each run, ``results/<scenario>/<run id>/``, found and read again.

A folder holds one Parquet file a table and ``manifest.json``. The run id is a hash of what determines
the result, so that the same run is found and not repeated; ``writing`` makes the folders. A table whose bytes are
not those that were written is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CheckFailed, InputError, Problem, RunError
from sim.report.page_html import page_html
from sim.report.summary import summarise, summary_text
from sim.report.summary_page import summary_page
from sim.results.identity import code_digest, run_id
from sim.results.manifest import MANIFEST, STUDY, changed_files, digest_of, missing_files, read_manifest
from sim.results.parts import part_paths
from sim.results.writing import RunWriter
from sim.scenario.filenames import folder_fault

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MANIFEST",
    "Run",
    "RunWriter",
    "code_digest",
    "find_folder",
    "find_run",
    "is_complete",
    "open_run",
    "run_folder",
    "run_id",
    "stored_run",
    "verify",
]
#: What to do about a damaged run.
AGAIN = "the same run, without its folder or with --force, writes it anew"


class Run:
    """A finished run, read lazily: ``run.kpis``, ``run.shipments``, ... are data frames; ``run.manifest``."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
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

            path = self.path / f"{name}.parquet"
            if digest_of(path) != self.manifest["files"][path.name]["sha256"]:
                raise RunError(f"{path} has changed since it was written or is missing; {AGAIN}")
            self._tables[name] = pd.read_parquet(path)
            if name == "kpis" and "contribution" not in self._tables[name]:
                raise RunError(f"{path} was made by an older version of the program; run {self._scenario} again")
        return self._tables[name]

    @property
    def run_id(self) -> str:
        """Twelve hexadecimal digits."""
        return str(self.manifest["run_id"])

    @property
    def _scenario(self) -> str:
        return str(self.manifest.get("scenario") or "the scenario")

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.manifest["replications"])

    @property
    def fixed_inputs(self) -> Run | None:
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
        return summary_text(summarise(self))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def _repr_html_(self) -> str:
        return page_html(summary_page(summarise(self)))

    def __repr__(self) -> str:
        return f"<Run {self.manifest.get('scenario', '')} {self.run_id}, {self.replications} replications, {self.path}>"


def run_folder(out: Path | str, scenario: str, run: str) -> Path:
    """``<out>/<scenario>/<run id>``. Raises RunError if a name is none of a folder: nothing is written outside."""
    for name in (scenario, run):
        if fault := folder_fault(name):
            raise RunError(f"{name!r} cannot be a folder of results: {fault}")
    return Path(out) / scenario / run


def is_complete(folder: Path | str) -> bool:
    """Whether a run is finished: its manifest is there and as it was written, and every file that it names."""
    try:
        open_run(folder)
    except RunError:
        return False
    return True


def open_run(folder: Path | str) -> Run:
    """Open a finished run; its tables are read, and held against their digests, when they are used.

    Raises:
        RunError: if there is no finished run, a file is missing or of another size, or another program wrote it.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        begun = len(part_paths(folder))
        raise RunError(
            f"{folder}: no finished run" + (f"; {begun} replications are done, run again to resume" if begun else "")
        )
    wrong = missing_files(folder, manifest)
    if wrong:
        raise RunError(f"{folder}: {'; '.join(wrong)}; {AGAIN}")
    return Run(folder, manifest)


def stored_run(folder: Path) -> tuple[Run | None, str]:
    """The finished run in a folder if every byte of it is as it was written, else None and what is wrong with it.

    Nothing is wrong where there is no finished run.
    """
    try:
        manifest = read_manifest(folder)
    except RunError as error:
        return None, str(error)
    if manifest is None:
        return None, ""
    wrong = changed_files(folder, manifest)
    return (None, f"{folder}: {'; '.join(wrong)}") if wrong else (Run(folder, manifest), "")


def find_run(text: str, out: Path | str = "results") -> Run:
    """Open a run by its folder, its id (or the beginning of it), or a scenario's name (its latest run).

    Raises:
        RunError: if nothing or more than one run fits, or the run cannot be opened.
    """
    return open_run(find_folder(text, out))


def find_folder(text: str, out: Path | str = "results", studies: bool = False) -> Path:
    """The folder of the run that ``find_run`` opens; with ``studies``, that of a study too, by folder, id or name.

    Raises InputError if nothing or more than one fits.
    """
    if not str(out).strip():
        raise InputError([Problem("the name of a folder is missing, such as results", "--out")])
    if _is_of_a_run(Path(text)) or (studies and (Path(text) / STUDY).is_file()):
        return Path(text)
    what = "run or study" if studies else "run"
    names = (MANIFEST, STUDY) if studies else (MANIFEST,)
    finished = sorted(path for name in names for path in Path(out).glob(f"**/{name}"))
    by_scenario = [p for p in finished if p.parent.parent == Path(out) / text] or [
        p for p in finished if p.parent.parent.name == text
    ]
    if by_scenario:
        return max(by_scenario, key=lambda p: p.stat().st_mtime).parent
    by_id = [p for p in finished if len(text) >= 4 and p.parent.name.startswith(text)]
    if len(by_id) == 1:
        return by_id[0].parent
    if by_id:
        ids = ", ".join(p.parent.name for p in by_id)
        raise InputError([Problem(f"{text!r} begins several ids: {ids}")])
    raise InputError([Problem(f"no finished {what} {text!r} under {out}; name a folder, an id or a scenario")])


def verify(run: Run | Path | str) -> list[str]:
    """Read every file of a run or study again, and hold it against what was written; returns the files' names.

    Raises:
        CheckFailed: naming the files that are missing or differ; also of a manifest that is not as it was written.
    """
    folder = run.path if isinstance(run, Run) else Path(run)
    name = STUDY if (folder / STUDY).exists() else MANIFEST
    try:
        manifest = read_manifest(folder, name)
    except RunError as error:
        raise CheckFailed(str(error)) from None
    if manifest is None:
        raise CheckFailed(f"{folder}: {MANIFEST} is missing, so there is no finished run")
    wrong = changed_files(folder, manifest, anew=True)
    if wrong:
        raise CheckFailed(f"{folder}: {'; '.join(wrong)}")
    return [name, *manifest["files"]]


def _is_of_a_run(folder: Path) -> bool:
    """Whether a folder holds a run or what is left of one."""
    return (folder / MANIFEST).is_file() or bool(part_paths(folder)) or (folder / "kpis.parquet").is_file()

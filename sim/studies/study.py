"""A study: what was found by comparing several runs, stored as page, data and pictures under one id.

``compare``, ``decompose``, ``bottleneck``, ``capacity`` and ``rank`` are studies. Their results lie in ``path``:
``summary.md``, ``<name>.json``, ``<name>.csv``, ``figures/``, and ``study.json`` with size and SHA-256 of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from sim.language.words import for_reader
from sim.record import Record
from sim.report.page import Page
from sim.report.page_html import page_html
from sim.results.files import plain_json, whole_folder, write_whole
from sim.results.identity import file_digest
from sim.results.manifest import MANIFEST_VERSION, STUDY, write_manifest

if TYPE_CHECKING:
    import pandas as pd

#: The record of what a study found.
R = TypeVar("R", bound=Record)
Found = TypeVar("Found", bound=Record, covariant=True)


@dataclass(frozen=True, repr=False)
class Study(Generic[Found]):
    """A finished study; ``result`` is what was found, and ``page`` shows it."""

    name: str
    study_id: str
    path: Path
    result: Found
    figures: tuple[Path, ...]
    page: Page

    @property
    def table(self) -> pd.DataFrame:
        """What was found as rows of a pandas DataFrame: those of the CSV file. Raises OSError if it is gone."""
        import pandas as pd

        return pd.read_csv(self.path / f"{self.name}.csv")

    def summary(self) -> str:
        """The page as plain text, as the command prints it."""
        return self.page.text()

    def __repr__(self) -> str:
        return f"<{self.name} {self.study_id}: {self.page.title}; .summary(), .table, .result, .figures; {self.path}>"

    def _repr_html_(self) -> str:
        return page_html(self.page.in_language())


def publish(
    name: str,
    folder: Path,
    study_id: str,
    result: R,
    rows: Iterable[Mapping[str, object]],
    page: Page,
    draw: Callable[[Path], Iterable[Path]] | None = None,
) -> Study[R]:
    """Draw and store a study in ``folder/<study_id>``, which is there whole or not at all.

    Args:
        rows: lines of the CSV file.
        page: what ``summary.md`` shows, with the pictures.
        draw: draws pictures into a folder and returns them; None draws none.

    Raises:
        RunError: if the disk is full or not writable; what was stored under the same id before stays.
    """
    import pandas as pd

    path = folder / study_id
    with whole_folder(path) as draft:
        with for_reader():  # pictures are looked at; what else is stored is English
            figures = tuple(draw(draft / "figures")) if draw is not None else ()
        write_whole(draft / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False))
        write_whole(draft / f"{name}.json", plain_json({"id": study_id, **result.as_json()}))
        write_whole(draft / "summary.md", page.markdown([f"figures/{figure.name}" for figure in figures]))
        files = {
            str(file.relative_to(draft).as_posix()): {"bytes": file.stat().st_size, "sha256": file_digest(file)}
            for file in sorted(draft.rglob("*"))
            if file.is_file()
        }
        facts = {"manifest_version": MANIFEST_VERSION, "study": name, "id": study_id, "files": files}
        write_manifest(draft, facts, STUDY)
    return Study(name, study_id, path, result, tuple(path / figure.relative_to(draft) for figure in figures), page)

"""A study: what was found by comparing several runs, stored as page, data and pictures under one id.

``compare``, ``decompose``, ``bottleneck``, ``capacity`` and ``rank`` are studies. Their results lie in ``path``:
``summary.md``, ``<name>.json``, ``<name>.csv`` and ``figures/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.report.page import Page
from sim.results.files import plain_json, write_whole


@dataclass(frozen=True)
class Study:
    """A finished study; ``result`` is plain data, as the function that made it says, and ``page`` shows it."""

    name: str
    study_id: str
    path: Path
    result: dict[str, Any]
    figures: tuple[Path, ...]
    page: Page


def publish(
    name: str,
    folder: Path,
    study_id: str,
    result: dict[str, Any],
    rows: Iterable[Mapping[str, Any]],
    page: Page,
    draw: Callable[[Path], Iterable[Path]] | None = None,
) -> Study:
    """Draw and store a study in ``folder/<study_id>``, each file whole or not at all.

    Args:
        rows: lines of the CSV file.
        page: what ``summary.md`` shows, with the pictures.
        draw: draws pictures into a folder and returns them; None draws none.
    """
    import pandas as pd

    path = folder / study_id
    figures = tuple(draw(path / "figures")) if draw is not None else ()
    write_whole(path / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False))
    write_whole(path / f"{name}.json", plain_json({"id": study_id, **result}))
    write_whole(path / "summary.md", page.markdown([f"figures/{figure.name}" for figure in figures]))
    return Study(name, study_id, path, result, figures, page)

"""Write a run or a comparison as a workbook or a table that other programs read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.handout.comparison_sheets import comparison_sheets
from sim.handout.csvfile import check_signs, csv_bytes
from sim.handout.geo_files import geopackage_bytes, gmns_bytes
from sim.handout.run_sheets import run_sheets
from sim.handout.sheet import Sheet
from sim.handout.target import target_path, write_target
from sim.handout.workbook import workbook_bytes
from sim.results.manifest import STUDY, read_manifest
from sim.results.store import find_folder, open_run

ENDINGS = (".xlsx", ".csv", ".gpkg", ".zip")
#: Endings of files with places: a GeoPackage, and the tables of GMNS in an archive.
_GEO = {".gpkg": "a GeoPackage", ".zip": "an archive of GMNS tables"}


def export(
    name: str,
    target: str,
    *,
    out: str = "results",
    table: str = "",
    separator: str = ",",
    decimal: str = ".",
    force: bool = False,
) -> Path:
    """Write what a run or a comparison holds to ``target``: a workbook (.xlsx), or one of its tables (.csv).

    A run can also be written with its network: as a GeoPackage (.gpkg), or as the tables of GMNS (.zip).

    Args:
        name: folder, id, or name of a scenario (newest run), or ``compare`` (newest comparison).
        out: the folder of results.
        table: of a CSV file, the title of the sheet; empty: all indicators.
        separator, decimal: signs of a CSV file.
        force: write over what is there.

    Raises:
        InputError: nothing of that name, another ending or table, odd signs, or something is there already.
        RunError: a file of the run has changed, or the disk is full or not writable.
    """
    path = target_path(target, ENDINGS, force)
    ending = path.suffix.lower()
    if ending != ".csv" and (table or separator != "," or decimal != "."):
        what = _GEO.get(ending, "a workbook")
        raise InputError([Problem(f"{path.name} is {what}; --table, --separator and --decimal are for .csv")])
    check_signs(separator, decimal)
    folder = find_folder(name, out, studies=True)
    if ending in _GEO:
        if (folder / STUDY).is_file():
            raise InputError([Problem(f"{folder} is a study; {_GEO[ending]} is made of a run")])
        run = open_run(folder)
        write_target(path, geopackage_bytes(run) if ending == ".gpkg" else gmns_bytes(run), force)
        return path
    sheets, made = sheets_of(folder)
    is_book = ending == ".xlsx"
    content = workbook_bytes(sheets, made) if is_book else csv_bytes(_chosen(sheets, table), separator, decimal)
    write_target(path, content, force)
    return path


def sheets_of(folder: Path) -> tuple[list[Sheet], datetime]:
    """All tables of a stored run or comparison, and when it was made (UTC). Raises InputError, RunError."""
    if (folder / STUDY).is_file():
        facts = read_manifest(folder, STUDY) or {}
        if facts.get("study") != "compare":
            what = f"{folder} is a {facts.get('study')}"
            raise InputError(
                [Problem(f"{what}; runs and comparisons can be exported; its numbers are in {facts.get('study')}.csv")]
            )
        made = datetime.fromtimestamp(int((folder / STUDY).stat().st_mtime))
        return comparison_sheets(folder), made
    run = open_run(folder)
    finished = str(run.manifest.get("finished_utc") or "2000-01-01T00:00:00")
    return run_sheets(run), datetime.fromisoformat(finished).replace(tzinfo=None)


def _chosen(sheets: list[Sheet], table: str) -> Sheet:
    wanted = table or next(sheet.title for sheet in sheets if sheet.title.startswith("Indicators"))
    by_title = {sheet.title.casefold(): sheet for sheet in sheets}
    if wanted.casefold() not in by_title:
        titles = [sheet.title for sheet in sheets]
        message = f"no table {wanted[:40]!r}; there are: {', '.join(titles)}{nearest(wanted[:40], titles)}"
        raise InputError([Problem(message, "--table")])
    return by_title[wanted.casefold()]

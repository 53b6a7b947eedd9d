"""The tables of a calibration: one CSV file each, written whole as soon as its stage is done, and read for the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem
from sim.network.accepted import ACCEPTED_FILE
from sim.results.files import write_whole
from sim.scenario.library import shown

if TYPE_CHECKING:
    import pandas as pd

#: Table -> its columns besides those of free parameters and observations.
SCREENING, WAVES, TARGETS, ACCEPTED_VALUES = "screening", "waves", "targets", "accepted_values"
DISCREPANCIES, IDENTIFIED, TWINS, VALIDATED, HEADLINES = (
    "discrepancies",
    "identified",
    "twins",
    "validated",
    "headlines",
)


def wave_name(number: int) -> str:
    """Name of a wave's table."""
    return f"wave_{number}"


def table_path(folder: Path, name: str) -> Path:
    """File of a table."""
    return folder / (ACCEPTED_FILE if name == "accepted" else f"{name}.csv")


def write_table(folder: Path, name: str, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write a table, numbers in six digits. Raises RunError if the disk is full."""
    lines = [",".join(columns)]
    lines += [",".join(_cell(row.get(column)) for column in columns) for row in rows]
    write_whole(table_path(folder, name), "\n".join(lines) + "\n")


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return f'"{text}"' if "," in text else text


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table. Raises InputError if it is not there, or is none."""
    import pandas as pd

    path = table_path(folder, name)
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        message = f"is no table of a calibration ({' '.join(str(error).split())}); 'corridor calibrate' makes it"
        raise InputError([Problem(message, shown(path))]) from None


def has_table(folder: Path, name: str) -> bool:
    """Whether a table is there."""
    return table_path(folder, name).is_file()

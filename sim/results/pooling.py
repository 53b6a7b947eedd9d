"""From the parts of a run to its table of indicators: what only all replications together can say."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.indicators import INDICATORS, SAMPLES, Sample
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.results.parts import part_table

if TYPE_CHECKING:
    import pandas as pd


def pooled_kpis(parts: Sequence[Path], kpis: pd.DataFrame | None = None) -> pd.DataFrame:
    """Indicators of the replications that are stored in ``parts``, one file a replication, with their contributions.

    Args:
        parts: files of replications, in their order; any number of those there are.
        kpis: those lines of them that are wanted (all replications); default: all that are in the parts.

    Returns: see ``with_contributions``.

    What is read has been found whole before, by ``part_head``.
    """
    import pandas as pd

    if kpis is None:
        kpis = pd.concat([_read(part, "kpis") for part in parts], ignore_index=True)
    replications = [int(part.stem) for part in parts]
    asked = any(INDICATORS[kpi].kind == "quantile" for kpi in set(kpis["kpi"]) & set(INDICATORS))
    return with_contributions(kpis, _samples(parts) if asked else Samples({}, {}), replications)


def _samples(parts: Sequence[Path]) -> Samples:
    import pandas as pd

    found: dict[Sample, list[pd.DataFrame]] = {}
    scopes: dict[str, list[str]] = {}
    for part in parts:
        tables = _tables(part)
        for name, columns in SAMPLES.items():
            if name in tables:
                found.setdefault(name, []).append(_read(part, name, columns.columns()))
        if "scopes" in tables:
            scopes |= flows_of_scopes(_read(part, "scopes"))
    return Samples({name: pd.concat(own, ignore_index=True) for name, own in found.items()}, scopes)


def _tables(part: Path) -> set[str]:
    with zipfile.ZipFile(part) as opened:
        return {name.removesuffix(".parquet") for name in opened.namelist() if name.endswith(".parquet")}


def _read(part: Path, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(part_table(part, table), columns=None if columns is None else list(columns))

"""How to run, whatever is asked: one object that every run and every study takes and hands on.

Functions for callers outside take its fields as keyword arguments, ``How`` or ``HowToRun``, and make one of them.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict, get_type_hints

from sim.errors import InputError, Problem, nearest
from sim.runs.cluster import connected
from sim.runs.engines import DEFAULT_ENGINE, check_engine
from sim.runs.prepare import header_overrides
from sim.runs.progress import Progress, nth_of
from sim.runs.sampled_inputs import check_inputs
from sim.scenario.overrides import Overrides

#: Replications at most by a rule, where nothing is said.
MOST_REPLICATIONS = 200


class How(TypedDict, total=False):
    """What every study takes; see ``Options`` for what each means and its default."""

    overrides: Overrides
    replications: int | None
    seed: int | None
    engine: str
    workers: int | None
    out: str | Path
    figures: bool
    progress: Progress | None
    cluster: str


class HowToRun(How, total=False):
    """What a single run takes besides."""

    force: bool
    check: bool
    keep_operations: bool
    inputs: str
    until: str
    most: int | None


@dataclass(frozen=True)
class Options:
    """How to run. Raises InputError for an engine, or a way of taking the inputs, that there is not.

    Args:
        overrides: ``key=value`` texts, applied last.
        replications, seed: default to the scenario's own.
        engine: name of the engine, see ``sim.runs.engines``.
        workers: replications at a time; default is one for each processor. Does not change the result.
        out: folder of results.
        figures: draw the figures.
        progress: called after each replication.
        force: repeat a run that is already there.
        check: check the invariants of every replication, also of a run made without.
        keep_operations: store every operation too.
        cluster: ``tcp://HOST:PORT``, a dask scheduler whose workers have this program; ``local`` starts one here; empty:
            this machine, without one. Does not change the result.
        inputs: ``fixed``; ``sampled``: each replication draws those that have a range (see ``sim.runs.sampled_inputs``);
            ``accepted``: each takes one of the sets that a calibration left (see ``sim.runs.accepted_inputs``).
        until: replications until an indicator is known well enough, ``transit_p50 of cargo TEU within 2%``, in place of
            their number; empty: as many as ``replications`` says.
        most: replications at most with ``until``; None: 200.
    """

    overrides: Overrides = ()
    replications: int | None = None
    seed: int | None = None
    engine: str = DEFAULT_ENGINE
    workers: int | None = None
    out: str | Path = "results"
    figures: bool = True
    progress: Progress | None = None
    force: bool = False
    check: bool = False
    keep_operations: bool = False
    inputs: str = "fixed"
    until: str = ""
    most: int | None = None
    cluster: str = ""

    def __post_init__(self) -> None:
        check_engine(self.engine)
        check_inputs(self.inputs)
        if self.most is not None and not self.until:
            raise InputError([Problem("is of --until alone; say until when, or leave it out", "--most")])

    @property
    def cap(self) -> int:
        """Replications at most with ``until``."""
        return MOST_REPLICATIONS if self.most is None else self.most

    @property
    def header(self) -> tuple[str, ...]:
        """All overrides as texts, replications and seed among them."""
        return header_overrides(self.overrides, self.replications, self.seed)

    def nth(self, k: int, n: int, what: str = "") -> Options:
        """The same for the ``k``-th of ``n`` runs (from 0), whose progress is counted over all of them."""
        return replace(self, progress=nth_of(self.progress, k, n, what))

    def into(self, folder: Path) -> Options:
        """The same with results in another folder."""
        return replace(self, out=folder)


def options_of(given: Mapping[str, Any], allowed: type[How] = How) -> Options:
    """The options that a caller gave by name. Raises TypeError for a name that is none of ``allowed``."""
    known = sorted(get_type_hints(allowed))
    for name in given:
        if name not in known:
            raise TypeError(f"unexpected keyword argument {name!r}; allowed: {', '.join(known)}{nearest(name, known)}")
    if "out" in given:
        check_folder(given["out"])
    options = Options(**given)
    if options.cluster:  # reached before anything is done for it
        connected(options.cluster, options.workers)
    return options


def check_folder(out: str | Path) -> None:
    """Raise InputError if a folder of results cannot be written, before anything is done for it; nothing stays of it.

    A disk that is full is no mistake of the caller's: that is told when something is written.
    """
    if not str(out).strip():
        raise InputError([Problem("the name of a folder is missing, such as results", "--out")])
    try:
        there = next(place for place in (Path(out), *Path(out).absolute().parents) if place.exists())
        with tempfile.TemporaryDirectory(prefix=".corridor-", dir=there):
            return
    except ValueError as error:  # a letter that no path has
        raise InputError([Problem(f"{str(out)!r}: {error}", "--out")]) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise InputError([Problem(f"{out}: cannot be written: {error.strerror or error}", "--out")]) from None

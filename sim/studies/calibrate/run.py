"""Calibrate by ruling out (history matching): screen, run waves of points, keep what the published figures leave.

Every stage writes its table as soon as it is done; what was read of each run is kept in ``out/calibrate/points``, so that
the same command goes on where it stopped. The same file gives the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from sim.errors import InputError, Problem
from sim.network.geofolder import read_geodata
from sim.network.moved import Movable, movable
from sim.network.roles import FIRST_YEAR_OUT_OF_SAMPLE, standings
from sim.network.uncertain import uncertain
from sim.runs.accepted_inputs import version_of
from sim.runs.options import How, Options, options_of
from sim.runs.prepare import prepare
from sim.scenario.library import geodata_dir
from sim.studies.calibrate import tables
from sim.studies.calibrate.emulators import need_scikit_learn
from sim.studies.calibrate.file import misfits, read_calibration
from sim.studies.calibrate.identified import directions, pairs_around, slopes
from sim.studies.calibrate.implausibility import Against, Figures, Space, luck_of, ranked
from sim.studies.calibrate.screening import effects, problem, trajectories
from sim.studies.calibrate.twin import twins
from sim.studies.calibrate.validated import COLUMNS as VALIDATED_COLUMNS
from sim.studies.calibrate.validated import validated
from sim.studies.calibrate.waves import (
    History,
    first_points,
    lucks,
    means_of,
    next_points,
    run_wave,
    whole_space,
)
from sim.studies.calibrate.years import Year, Years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.network.world import World

    Values = NDArray[np.float64]

#: Stages in their order.
STAGES = ("screening", "waves", "accepted", "identified", "twins", "validated")
#: Replications of the years as they stand, beside which the accepted sets are shown.
BASE_REPLICATIONS = 8
#: Parts of the stated discrepancy for which it is shown what would be left.
DISCREPANCIES = (1.0, 0.5, 0.25, 0.0)
#: Sets that are hidden one by one in the twin test.
HIDDEN = 8


@dataclass(frozen=True)
class Prepared(Figures):
    """A checked calibration: its file and figures, the worlds of its years, and what may be moved."""

    worlds: Mapping[str, World]
    what: Movable
    space: Space


def prepare_calibration(path: Path | None = None) -> Prepared:
    """Read and check a calibration. Raises InputError with everything that is wrong in the file."""
    plan = read_calibration(path)
    content = plan.content
    worlds: dict[str, World] = {}
    problems: list[Problem] = []
    years: dict[int, str] = {}
    for place, name in enumerate(content.scenarios):
        here = ("scenarios", place)
        try:
            world = prepare(name)
        except InputError as error:
            problems += [plan.document.problem(here, f"{name}: {error.problems[0].message}")]
            continue
        year = world.scenario.base_year
        if year is None:
            problems.append(plan.document.problem(here, f"{name} stands for no year as it ran; it needs base_year"))
        elif year in years:
            problems.append(plan.document.problem(here, f"{years[year]} and {name} both stand for {year}"))
        elif year >= FIRST_YEAR_OUT_OF_SAMPLE:
            message = f"{name} stands for {year}: years from {FIRST_YEAR_OUT_OF_SAMPLE} on are the test"
            problems.append(plan.document.problem(here, message))
        else:
            years[year], worlds[name] = name, world
    if problems:
        raise InputError(problems)
    first = next(iter(worlds.values()))
    geodata, faulty = read_geodata(first.scenario.geodata_dir)
    what = movable(uncertain(geodata)[0])
    roles = {year: standings(worlds[name]) for year, name in years.items()}
    problems = [*faulty, *misfits(plan, what, first.observed, roles)]
    if problems:
        raise InputError(problems)
    figures = Figures.of(plan, first.observed)
    return Prepared(figures.plan, figures.rows, figures.against, worlds, what, Space.of(plan))


def calibrate(path: Path | None = None, *, into: Path, until: str = STAGES[-1], **how: Unpack[How]) -> Prepared:
    """Run all stages of a calibration up to one of ``STAGES``.

    Args:
        path: its file; default: the corridor's own.
        into: folder of the tables.
        how: workers, out, progress, as ``Options`` says.

    Raises:
        InputError: faults of the file; RunError: a point could not be run.
    """
    need_scikit_learn()
    if until not in STAGES:
        raise InputError([Problem(f"unknown stage {until!r}; allowed: {', '.join(STAGES)}", "--until")])
    options = options_of(how)
    ready = prepare_calibration(path)
    points = Path(options.out) / "calibrate" / "points"
    by_year = {world.scenario.base_year: world for world in ready.worlds.values()}
    read = {year: {name: row for name, row in ready.rows.items() if row.year == year} for year in by_year}
    own = [Year(by_year[year], rows) for year, rows in read.items()]
    years = Years(own, ready.what, points, options.workers, options.progress)
    done = _Stages(ready, years, into, options)
    for stage in STAGES[: STAGES.index(until) + 1]:
        getattr(done, stage)()
    return ready


class _Stages:
    """The stages, each of which writes its tables."""

    def __init__(self, ready: Prepared, years: Years, into: Path, options: Options) -> None:
        self.ready, self.years, self.into, self.options = ready, years, into, options
        self.content = ready.plan.content
        self.model = version_of(years.digests())
        self.history = History(ready.against, self.content.waves.cutoff, self.content.waves.rank)
        self._all: list[Values] = []  # [points, replications, observations] of each wave
        self.kept: Values = np.empty((0, len(ready.space.names)))

    def screening(self) -> None:
        """Elementary effects of the candidates, in standard deviations of each target without luck."""
        content, ready = self.content.screening, self.ready
        names = content.candidates
        ends = {n: (max(o.low for o in ready.what[n]), min(o.high for o in ready.what[n])) for n in names}
        of = problem(names, ends)
        points = trajectories(of, content.trajectories, content.levels, self.content.seed)
        factors = [{n: float(f) for n, f in zip(names, row, strict=True)} for row in np.exp(points)]
        own = [tuple(range(content.replications))] * len(factors)
        values = means_of(self._values(factors, own, "screening"))
        spread = np.sqrt(ready.against.observed + ready.against.discrepancy)
        rows = []
        for k, target in enumerate(ready.against.names):
            size, mean = effects(
                of, points, np.nan_to_num(values[:, k], nan=float(np.nanmean(values[:, k]))), content.levels
            )
            rows += [
                {"candidate": n, "target": target, "size": s / spread[k], "mean": m / spread[k]}
                for n, s, m in zip(names, size, mean, strict=True)
            ]
        tables.write_table(self.into, tables.SCREENING, rows, ("candidate", "target", "size", "mean"))

    def waves(self) -> None:
        """Waves of points, each among those that the waves before leave."""
        content, seed = self.content.waves, self.content.seed
        told = []
        for number in range(1, content.number + 1):
            if number == 1:
                chosen = (first_points(content.points, self.ready.space.base, seed), 1.0, False)
            else:
                chosen = next_points(self.history, content.points, seed + number)
            self.history = run_wave(self.history, number, chosen, content.replications, self._run, seed)
            wave = self.history.waves[-1]
            self._write_points(tables.wave_name(number), wave.cube, wave.lucks, self._all[-1])
            told.append(
                {
                    "wave": number,
                    "points": len(wave.cube),
                    "replications": content.replications,
                    "left_before": wave.left,
                    "least_implausible_taken": wave.short,
                    "acceptable": int((self._confirmed(self._all[-1])[0] <= content.cutoff).sum()),
                }
            )
        tables.write_table(self.into, tables.WAVES, told, list(told[0]))

    def accepted(self) -> None:
        """Sets that the model itself, and not an emulator, leaves; and what it gives with them."""
        content, seed = self.content, self.content.seed
        cube, left, _ = next_points(self.history, content.accepted.points, seed + content.waves.number + 1)
        own = lucks(len(cube), content.accepted.replications)
        self._run(cube, own)
        every = [*(wave.cube for wave in self.history.waves), cube]
        cubes, all_values = np.concatenate(every), _stacked(self._all)
        distance, means = self._confirmed(all_values)
        order = np.flatnonzero(distance <= content.waves.cutoff).tolist()[: content.accepted.sets]
        self._write_targets(all_values, order, left)
        self._write_discrepancies(all_values)
        rows = []
        entries = [entry for free in content.free.values() for entry in free.moves]
        factors = self.ready.space.factors(cubes)
        for number, k in enumerate(order, start=1):
            row = {"set": number, "model": self.model, "implausibility": float(distance[k])}
            rows.append({**row, **self.ready.plan.factors(factors[k])})
        self.kept = cubes[order]
        if rows:
            tables.write_table(self.into, "accepted", rows, ("set", "model", "implausibility", *entries))
        else:
            tables.table_path(self.into, "accepted").unlink(missing_ok=True)
        nearest = order or np.argsort(distance, kind="stable")[:20].tolist()
        shown = [
            {"set": number, "accepted": bool(order), "implausibility": float(distance[k])}
            | factors[k]
            | {name: float(means[k, j]) for j, name in enumerate(self.ready.rows)}
            for number, k in enumerate(nearest, start=1)
        ]
        tables.write_table(self.into, tables.ACCEPTED_VALUES, shown, list(shown[0]))

    def _write_discrepancies(self, values: Values) -> None:
        """What would be left if the model missed less at its best than was stated: shares of the space, and points."""
        space = whole_space(len(self.ready.space.names), self.content.seed)
        rows = []
        for part in DISCREPANCIES:
            sharper = replace(self.ready.against, discrepancy=self.ready.against.discrepancy * part**2)
            left = replace(self.history, against=sharper).implausible(space) <= self.history.cutoff
            kept = self._confirmed(values, sharper)[0] <= self.history.cutoff
            rows.append({"part": part, "left": float(left.mean()), "points": int(kept.sum()), "of": len(kept)})
        tables.write_table(self.into, tables.DISCREPANCIES, rows, list(rows[0]))

    def identified(self) -> None:
        """How the targets answer to the free parameters, around the middle of what is accepted."""
        space, against, content = self.ready.space, self.ready.against, self.content
        point = np.median(self.kept, axis=0) if len(self.kept) else space.base
        cube = pairs_around(point)
        own = [tuple(range(2 * content.waves.replications))] * len(cube)
        means = means_of(self._values(self._factors(cube), own, "paired runs"))[:, : self.ready.targets]
        assert self.history.luck is not None
        spread = np.sqrt(against.observed + against.discrepancy + self.history.luck)
        found = directions(slopes(cube, means, spread))
        rows = [
            {"direction": k, "strength": one.strength} | dict(zip(space.names, one.parts, strict=True))
            for k, one in enumerate(found, start=1)
        ]
        tables.write_table(self.into, tables.IDENTIFIED, rows, ("direction", "strength", *space.names))

    def twins(self) -> None:
        """Hide sets that were run, and look for them."""
        cube = np.concatenate([wave.cube for wave in self.history.waves])
        values = np.concatenate([wave.values for wave in self.history.waves])
        hidden = np.linspace(0, len(cube) - 1, min(HIDDEN, len(cube))).astype(int).tolist()
        content, against = self.content.waves, self.ready.against
        own = replace(against, discrepancy=np.zeros(len(against.names)))  # the model misses nothing of itself
        found = twins(cube, values, own, hidden, content.cutoff, content.rank, self.content.seed)
        names = self.ready.space.names
        rows = [
            {"point": one.point, "distance": one.distance, "kept": one.kept, "left": one.left}
            | dict(zip(names, one.off, strict=True))
            for one in found
        ]
        tables.write_table(self.into, tables.TWINS, rows, ("point", "distance", "kept", "left", *names))

    def validated(self) -> None:
        """What the accepted sets do to the verdicts on tests: only where the library has scenarios of the same geodata."""
        if not len(self.kept) or not self._is_of_the_library():
            tables.table_path(self.into, tables.VALIDATED).unlink(missing_ok=True)
            return
        rows = validated(
            self._factors(self.kept), self.content.targets, self.ready.what, self.years.folder, self.options
        )
        tables.write_table(self.into, tables.VALIDATED, rows, VALIDATED_COLUMNS)

    def _is_of_the_library(self) -> bool:
        return all(world.scenario.geodata_dir == geodata_dir() for world in self.ready.worlds.values())

    def _values(self, points: Sequence[Mapping[str, float]], own: Sequence[Sequence[int]], words: str) -> Values:
        """As ``Years.values``, the observations in the order of ``rows``: targets first."""
        at = [self.years.names.index(name) for name in self.ready.rows]
        return self.years.values(points, own, words)[:, :, at]

    def _factors(self, cube: Values) -> list[dict[str, float]]:
        return [self.ready.plan.factors(point) for point in self.ready.space.factors(cube)]

    def _run(self, cube: Values, own: Sequence[Sequence[int]]) -> Values:
        values = self._values(self._factors(cube), own, "points")
        self._all.append(values)
        return values[:, :, : self.ready.targets]

    def _confirmed(self, values: Values, against: Against | None = None) -> tuple[Values, Values]:
        """[points] distance of the model itself, and [points, observations] its means."""
        means, targets = means_of(values), self.ready.targets
        luck = self.history.luck
        assert luck is not None
        own = luck / np.maximum(np.isfinite(values[:, :, :targets]).sum(axis=1), 1)
        distances = (against or self.ready.against).implausibility(means[:, :targets], luck, own)
        return ranked(distances, self.content.waves.rank), means

    def _write_points(self, name: str, cube: Values, own: Sequence[Sequence[int]], values: Values) -> None:
        rows = [
            {"point": k, "replication": luck}
            | point
            | {row: float(values[k, place, j]) for j, row in enumerate(self.ready.rows)}
            for k, point in enumerate(self.ready.space.factors(cube))
            for place, luck in enumerate(own[k])
        ]
        tables.write_table(self.into, name, rows, list(rows[0]))

    def _write_targets(self, values: Values, order: Sequence[int], left: float) -> None:
        """Each observation with its variances, the base, and what the accepted sets give."""
        against, luck = self.ready.against, luck_of(values)
        means = means_of(values)
        base = means_of(self._values([{}], [tuple(range(BASE_REPLICATIONS))], "base"))[0]
        rows = []
        for j, (name, row) in enumerate(self.ready.rows.items()):
            is_target = j < self.ready.targets
            own = means[list(order), j] if len(order) else np.array([np.nan])
            low, middle, high = np.nanquantile(own, (0.05, 0.5, 0.95)) if np.isfinite(own).any() else (np.nan,) * 3
            rows.append(
                {
                    "observation": name,
                    "year": row.year,
                    "target": is_target,
                    "published": row.value,
                    "observed_sd": float(np.sqrt(against.observed[j])) if is_target else None,
                    "discrepancy_sd": float(np.sqrt(against.discrepancy[j])) if is_target else None,
                    "luck_sd": float(np.sqrt(luck[j])),
                    "base": float(base[j]),
                    "accepted_low": float(low),
                    "accepted_middle": float(middle),
                    "accepted_high": float(high),
                    "left": left,
                }
            )
        tables.write_table(self.into, tables.TARGETS, rows, list(rows[0]))


def _stacked(values: Sequence[Values]) -> Values:
    """[points, replications, observations] of arrays with different numbers of replications."""
    most = max(one.shape[1] for one in values)
    padded = [np.pad(v, ((0, 0), (0, most - v.shape[1]), (0, 0)), constant_values=np.nan) for v in values]
    return np.concatenate(padded)

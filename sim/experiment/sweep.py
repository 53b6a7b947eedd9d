"""Run a scenario at every point of a grid; each point is a run of its own, so a sweep can be resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, nearest
from sim.experiment.engines import DEFAULT_ENGINE, check_engine
from sim.experiment.prepare import header_overrides, prepare
from sim.experiment.progress import Progress
from sim.experiment.replicate import identify, run_world
from sim.experiment.sampled import check_inputs
from sim.experiment.sweepfile import SweepPlan, read_sweep
from sim.results.files import plain_json, whole_file, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from sim.network.world import World
    from sim.results.store import Run

UNIT_WORDS = {"d": "days", "h": "hours", "t": "tonnes"}


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: ``points`` has a column for each parameter, then value, half_width, unit, run_id."""

    name: str
    sweep_id: str
    path: Path
    plan: SweepPlan
    points: pd.DataFrame
    figures: tuple[Path, ...]


def run_sweep(
    name_or_path: str | Path,
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    out: str | Path = "results",
    force: bool = False,
    figures: bool = True,
    inputs: str = "fixed",
    progress: Progress | None = None,
) -> Sweep:
    """Simulate every point of a sweep file; results go to ``out/sweeps/<name>/<id>/``.

    All points are resolved and checked before the first is simulated. The points' own runs lie in
    ``out/sweeps/<name>/runs/`` and are shared by later versions of the sweep. With ``inputs="sampled"`` each point
    is run twice: with inputs drawn within their ranges, and with fixed ones (``luck_value``, ``luck_half_width``).

    Raises:
        InputError: the sweep, its scenario or some point is not valid.
        RunError: a run could not be finished; the same call goes on where it stopped.
    """
    import pandas as pd

    check_engine(engine)
    check_inputs(inputs)
    plan = read_sweep(str(name_or_path))
    content = plan.content
    own = (replications or content.replications, content.seed if seed is None else seed)
    worlds = [prepare(content.scenario, header_overrides(plan.overrides(p), *own)) for p in plan.points()]
    folder = Path(out) / "sweeps" / plan.name
    rows, values = [], []
    for k, (point, world) in enumerate(zip(plan.points(), worlds, strict=True), start=1):
        ways = dict.fromkeys(("fixed", inputs))
        *alone, run = [run_world(world, engine=engine, workers=workers, out=folder / "runs", force=force, inputs=way,
                                 progress=_at_point(progress, k, len(worlds))) for way in ways]  # fmt: skip
        luck = {f"luck_{name}": _outcome(plan, other)[name] for other in alone for name in ("value", "half_width")}
        rows.append(point | luck | _outcome(plan, run) | {"run_id": run.run_id})
        values.append(_values(plan, run)["value"].tolist())
    points = pd.DataFrame(rows)
    sweep_id = _sweep_id(plan, [identify(world, engine, inputs) for world in worlds])
    sweep = Sweep(plan.name, sweep_id, folder / sweep_id, plan, points, ())
    _store(sweep)
    return replace(sweep, figures=_draw(sweep, worlds[0], run, difference_shown(values))) if figures else sweep


def difference_shown(values: Sequence[Sequence[float]]) -> bool:
    """Whether the lowest and the highest point differ by more than chance, on the same luck.

    ``values``: [n replication] of each point. The pair is chosen after looking, so the interval of its
    difference has the level 1 - 0.05 / (points - 1) (Bonferroni: every point against one).
    """
    from sim.analysis.intervals import paired

    means = [sum(v) / len(v) for v in values]
    low, high = means.index(min(means)), means.index(max(means))
    level = 1 - 0.05 / max(1, len(values) - 1)
    return low != high and paired(values[low], values[high], level).difference.excludes_zero


def points_text(sweep: Sweep) -> str:
    """The points as a plain table."""
    table = sweep.points.rename(columns={key: sweep.plan.words(key) for key in sweep.plan.content.grid})
    outcome = sweep.plan.content.outcome
    shown = table.drop(columns=["run_id", "unit"]).to_string(index=False, float_format=lambda x: f"{x:.2f}")
    return f"{sweep.plan.content.question}\n{outcome.words}, {sweep.points['unit'].iloc[0]}\n\n{shown}"


def _outcome(plan: SweepPlan, run: Run) -> dict[str, Any]:
    """Mean and 95 % half-width of the sweep's KPI over the replications of one run."""
    from sim.analysis.intervals import interval

    values = _values(plan, run)
    found = interval(values["value"].to_numpy())
    unit = str(values["unit"].iloc[0])
    half = float("nan") if found.half_width is None else found.half_width
    return {"value": found.mean, "half_width": half, "unit": UNIT_WORDS.get(unit, unit)}


def _values(plan: SweepPlan, run: Run) -> pd.DataFrame:
    """The sweep's KPI of one run, a row a replication."""
    wanted, table = plan.content.outcome, run.kpis
    rows = table[(table["kpi"] == wanted.kpi) & (table["year"] == wanted.year)]
    if rows.empty:
        hint = nearest(wanted.kpi, sorted(set(table["kpi"])), 3)
        raise InputError([Problem(f"outcome.kpi: the run has no {wanted.kpi!r}{hint}", str(plan.path))])
    values = rows[rows["scope"] == wanted.scope]
    if values.empty:
        hint = nearest(wanted.scope, sorted(set(rows["scope"])), 3)
        raise InputError([Problem(f"outcome.scope: {wanted.kpi} has no scope {wanted.scope!r}{hint}", str(plan.path))])
    return values.sort_values("replication")


def _sweep_id(plan: SweepPlan, run_ids: list[str]) -> str:
    """A hash of what determines the points: the runs and the outcome looked at."""
    text = json.dumps([run_ids, plan.content.outcome.model_dump()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _store(sweep: Sweep) -> None:
    with whole_file(sweep.path / "points.parquet") as handle:
        sweep.points.to_parquet(handle, index=False)
    manifest = {"sweep": sweep.name, "id": sweep.sweep_id, "file": sweep.plan.content.model_dump(mode="json"),
                "runs": list(sweep.points["run_id"])}  # fmt: skip
    write_whole(sweep.path / "manifest.json", plain_json(manifest))


def _draw(sweep: Sweep, world: World, run: Run, shown: bool) -> tuple[Path, ...]:
    from sim.plots.figures import save
    from sim.plots.from_run import label_of
    from sim.plots.sweep_surface import Surface, sweep_surface

    content = sweep.plan.content
    label = replace(label_of(run.manifest), run_id=f"sweep {sweep.sweep_id}")
    surface = Surface(
        points=sweep.points, axes={key: sweep.plan.words(key) for key in content.grid},
        outcome=content.outcome.words, unit=str(sweep.points["unit"].iloc[0]), good=content.outcome.good,
        question=content.question, today=_today(sweep.plan, world), label=label,
        shown=shown,
    )  # fmt: skip
    return tuple(save(sweep_surface(surface), sweep.path / "figures" / "surface"))


def _today(plan: SweepPlan, world: World) -> dict[str, Any]:
    """The scenario's own value of each swept parameter at the start of the period, where it has one."""
    from sim.network.world import resolve
    from sim.scenario.load import load_scenario

    own = resolve(load_scenario(plan.content.scenario))
    values = {}
    for key in plan.content.grid:
        table, name, field = key.split(".", 2)
        value: Any = getattr(getattr(own, table, {}).get(name), field, None)
        values[key] = value.at(world.scenario.period_start) if hasattr(value, "at") else value
    return values


def _at_point(progress: Progress | None, point: int, points: int) -> Progress | None:
    """Count replications over all points."""
    if progress is None:
        return None
    return lambda done, total, what: progress((point - 1) * total + done, points * total, f"point {point} of {points}")

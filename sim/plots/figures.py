"""All figures of a run, into its folder ``figures/``. A file is there whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.language.words import tr
from sim.plots import style
from sim.plots.border_hours import border_hours
from sim.plots.convergence import convergence
from sim.plots.corridor_map import corridor_map
from sim.plots.cost_and_carbon import cost_and_carbon
from sim.plots.delay_by_cause import delay_by_cause
from sim.plots.facility_load import facility_load
from sim.plots.fonts import no_warnings
from sim.plots.inputs import FigureInputs
from sim.plots.market_outcomes import market_outcomes
from sim.plots.narrowed import OF_FLOWS, chosen_flows, narrowed
from sim.plots.port_occupancy import port_occupancy
from sim.plots.time_space import time_space
from sim.plots.transit_times import transit_times
from sim.plots.volume_by_month import volume_by_month
from sim.plots.wagon_stock import wagon_stock
from sim.report.texttable import capital
from sim.results.files import whole_file
from sim.results.pictures import figures_folder

if TYPE_CHECKING:
    from sim.results.store import Run

#: A picture packed quickly is a tenth larger, and is written in half the time.
_PACKING: dict[str, Any] = {"png": {"pil_kwargs": {"compress_level": 2}}}
#: File stem -> what draws it, in the order in which one reads them.
FIGURES: dict[str, Callable[[FigureInputs], Figure]] = {
    "1_corridor_map": corridor_map,
    "2_delay_by_cause": delay_by_cause,
    "3_transit_times": transit_times,
    "4_volume_by_month": volume_by_month,
    "5_facility_load": facility_load,
    "6_time_space": time_space,
    "7_cost_and_carbon": cost_and_carbon,
    "8_wagon_stock": wagon_stock,
    "9_border_hours": border_hours,
    "10_port_occupancy": port_occupancy,
}
#: Of runs whose demand answers.
OF_DEMAND: dict[str, Callable[[FigureInputs], Figure]] = {"11_market_outcomes": market_outcomes}

#: Of a run whose replications a rule has ended.
OF_UNTIL: dict[str, Callable[[FigureInputs], Figure]] = {"12_convergence": convergence}
#: Letters in the name of a folder of figures.
_LONGEST_NAME = 80


def figures_of(run: Run) -> Iterator[tuple[str, Figure]]:
    """Each figure of a finished run, one at a time, with the stem of its file."""
    from sim.plots.from_run import inputs_from_run

    inputs = inputs_from_run(run)
    for stem, draw in figures_for(run).items():
        yield stem, draw(inputs)


def figures_for(run: Run) -> dict[str, Callable[[FigureInputs], Figure]]:
    """What a run has figures of: file stem -> what draws it."""
    found = FIGURES | OF_DEMAND if "markets" in run.tables else FIGURES
    return found | OF_UNTIL if run.manifest.get("until") else found


def draw_flows(
    run: Run, flows: Sequence[str] = (), to: Sequence[str] = (), focus: Sequence[str] = (), svg: bool = False
) -> list[Path]:
    """Draw the figures of some flows of a finished run, into a folder of their own; returns the files written.

    Args:
        run: a run as ``open_run`` returns it.
        flows, to, focus: ids of flows, places where they end, countries where they begin or end.
        svg: write each figure as SVG too.

    Raises InputError for a flow, place or country that there is not.
    """
    from sim.plots.from_run import inputs_from_run

    chosen = chosen_flows(run.manifest["resolved"], flows, to, focus)
    inputs = narrowed(inputs_from_run(run), chosen)
    name = "_".join([*dict.fromkeys(flows), *(f"to_{place}" for place in to), *(land.upper() for land in focus)])
    folder = figures_folder(run.path) / name[:_LONGEST_NAME]
    written: list[Path] = []
    for stem in OF_FLOWS:
        figure = FIGURES[stem](inputs)
        said = tr("{flows}: not the whole corridor", flows=capital(inputs.label.scenario.partition(", ")[2]))
        figure.text(0.03, 0.995, said, fontsize=13, fontweight="bold", va="top", color=style.VERMILLION)
        written += save(figure, folder / stem, svg)
    return written


def draw_figures(run: Run, svg: bool = False) -> list[Path]:
    """Draw the figures of a finished run; returns the files written.

    Args:
        run: a run as ``open_run`` returns it.
        svg: write each figure as SVG too.
    """
    written: list[Path] = []
    for stem, figure in figures_of(run):
        written += save(figure, figures_folder(run.path) / stem, svg)
    return written


def save(figure: Figure, stem: Path, svg: bool = False) -> list[Path]:
    """Write ``stem``.png, and .svg if asked, without dates inside, each whole or not at all. Raises RunError."""
    files = []
    for suffix in (".png", ".svg")[: 2 if svg else 1]:
        target = stem.with_name(stem.name + suffix)
        with whole_file(target) as handle:
            _render(figure, suffix[1:], handle)
        files.append(target)
    return files


def svg_of(figure: Figure) -> bytes:
    """A figure as SVG, the same bytes every time; letters are shapes, so that no font is needed to see it."""
    stream = io.BytesIO()
    _render(figure, "svg", stream)
    return stream.getvalue()


def png_of(figure: Figure) -> bytes:
    """A figure as PNG."""
    stream = io.BytesIO()
    _render(figure, "png", stream)
    return stream.getvalue()


def _render(figure: Figure, kind: str, handle: IO[bytes]) -> None:
    (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    with mpl.rc_context({"svg.hashsalt": "middle-corridor"}), no_warnings():
        figure.savefig(handle, format=kind, dpi=style.DPI, metadata=metadata, **_PACKING.get(kind, {}))

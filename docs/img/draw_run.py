"""Copy the pictures that pages show of the baseline from the run that ``make run`` makes.

``python docs/img/draw_run.py`` runs ``baseline_2024`` (or finds that run) and writes corridor_map.png, assets.png and
cost_and_carbon.png beside this file, and demand.png from one replication of ``world_bank_2030``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.plots.figures import draw_figures
from sim.runs.replicate import run_scenario

HERE = Path(__file__).parent
#: Picture of a page -> figure of the run.
PICTURES = {"corridor_map": "1_corridor_map", "assets": "8_wagon_stock", "cost_and_carbon": "7_cost_and_carbon"}


def main() -> None:
    """Run the baseline, draw its figures, copy those that pages show."""
    drawn = {path.stem: path for path in draw_figures(run_scenario("baseline_2024"))}
    for picture, figure in PICTURES.items():
        shutil.copyfile(drawn[figure], HERE / f"{picture}.png")
    asked = {path.stem: path for path in draw_figures(run_scenario("world_bank_2030", replications=1))}
    shutil.copyfile(asked["11_market_outcomes"], HERE / "demand.png")


if __name__ == "__main__":
    main()

"""Whatever is drawn stays on its page, clear of the foot, in letters that there are; discs do not hide one another."""

from __future__ import annotations

import dataclasses
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots import style
from sim.plots.discs import apart
from sim.plots.figures import FIGURES, save
from sim.plots.fonts import can_draw, drawable
from sim.plots.forest import Difference, Forest, forest
from sim.plots.inputs import FigureInputs
from sim.plots.page import FOOT
from sim.plots.time_space import time_space
from sim.plots.transit_times import transit_times
from sim.plots.volume_by_month import volume_by_month
from sim.plots.wagon_stock import wagon_stock

#: Of a script that no font has: a private letter.
NO_FONT = "\ue8ff\ue8fe"


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def faults_of(figure: Figure) -> list[str]:
    """Words that leave the page, and axes that stand in the foot."""
    figure.canvas.draw()
    page, found = figure.bbox, []
    foot = max(t.get_window_extent().y1 for t in figure.texts if t.get_gid() == FOOT and t.get_text())
    for ax in figure.axes:
        if not (len(ax.get_xticks()) or len(ax.get_yticks())):
            continue
        frame = ax.get_tightbbox()
        if frame.x0 < 0 or frame.x1 > page.x1:
            found.append(f"{ax.get_xlabel()!r}: {frame.x0:.0f} to {frame.x1:.0f} of {page.x1:.0f}")
        if frame.y0 < foot:
            found.append(f"{ax.get_xlabel()!r} stands {foot - frame.y0:.0f} pixels in the foot")
    return found


@pytest.mark.parametrize("stem", FIGURES)
def test_nothing_leaves_the_page_or_stands_in_the_foot(stem: str, inputs: FigureInputs) -> None:
    assert faults_of(FIGURES[stem](inputs)) == []


@pytest.mark.parametrize("stem", FIGURES)
def test_long_names_odd_letters_and_dollars_are_drawn_without_a_warning(
    stem: str, inputs: FigureInputs, tmp_path: Path
) -> None:
    places = inputs.places.assign(
        name=[
            {
                0: "The international dry port and logistics centre of the north",
                1: NO_FONT,
                2: "Depot $x_{$",
                3: "\u963f",
            }.get(k % 5, name)
            for k, name in enumerate(inputs.places["name"])
        ]
    )
    label = dataclasses.replace(inputs.label, title="$\\frac{", scenario=NO_FONT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[stem](dataclasses.replace(inputs, places=places, label=label))
        assert faults_of(figure) == []
        assert save(figure, tmp_path / stem)[0].stat().st_size > 5_000
    assert "\ue8ff" not in words(figure)


def test_a_name_without_a_font_gives_way_to_the_id() -> None:
    assert can_draw("Aktau, Актау, თბილისი")
    assert not can_draw(NO_FONT)
    assert drawable(NO_FONT, "aktau_port") == "aktau_port"
    assert drawable(f"a{NO_FONT}") == "a??"


def test_places_of_one_name_are_told_apart(inputs: FigureInputs) -> None:
    def named(a: str, b: str) -> dict[str, str]:
        places = inputs.places.iloc[:3].assign(name=[a, b, "Other (port)"])
        return dataclasses.replace(inputs, places=places).place_names()

    assert list(named("Aktau (port)", "Aktau (station)").values()) == ["Aktau (port)", "Aktau (station)", "Other"]
    assert list(named("Aktau", "Aktau").values()) == ["Aktau (xian)", "Aktau (lanzhou)", "Other"]


def test_two_stations_of_one_name_are_two_bands(inputs: FigureInputs) -> None:
    places = inputs.places.assign(name=inputs.places["name"].replace("Almaty-1", "Aktau (station)"))
    rows = [
        (0, "boxes", f"{node}_boxes", node, "teu", day, count, count, 1, 0, 1, 0)
        for node, count in (("aktau_port", 48.0), ("almaty", 32.0))
        for day in pd.date_range("2024-01-01", "2024-12-31")
    ]
    columns = [
        "replication",
        "pool",
        "stock",
        "node",
        "unit",
        "day",
        "owned",
        "at_hand",
        "taken_loaded",
        "sent_empty",
        "returned_loaded",
        "received_empty",
    ]
    figure = wagon_stock(dataclasses.replace(inputs, places=places, assets=pd.DataFrame(rows, columns=columns)))
    bands = figure.axes[0].collections
    assert len(bands) == 3
    assert max(band.get_datalim(figure.axes[0].transData).y1 for band in bands) == pytest.approx(80)


@pytest.mark.parametrize("cargoes", [3, 7, 23])
def test_bars_of_all_cargoes_add_up_to_what_landed(inputs: FigureInputs, cargoes: int) -> None:
    flows = inputs.flows.assign(cargo=[f"cargo {k % cargoes}" for k in range(len(inputs.flows))])
    copies = [flows.assign(flow=flows["flow"] + f"/{k}", cargo=f"cargo {k}") for k in range(cargoes)]
    sent = [inputs.shipments.assign(flow=inputs.shipments["flow"].astype(str) + f"/{k}") for k in range(cargoes)]
    figure = volume_by_month(dataclasses.replace(inputs, flows=pd.concat(copies), shipments=pd.concat(sent)))
    drawn = sum(bar.get_height() for bars in figure.axes[0].containers for bar in bars)
    landed = inputs.shipments["landed"]
    within = (landed >= "2024-01-01") & (landed < "2025-01-01")
    counted = inputs.flows.loc[inputs.flows["in_corridor_total"], "flow"]
    tonnes = inputs.shipments.loc[within & inputs.shipments["flow"].isin(counted), "tonnes"].sum()
    assert drawn == pytest.approx(cargoes * tonnes / 3 / 1000)
    looks = {(bar.get_facecolor(), bar.get_hatch()) for bars in figure.axes[0].containers for bar in bars[:1]}
    assert len(looks) == min(cargoes, 20)


def test_scales_of_small_values_tell_their_numbers_apart(inputs: FigureInputs) -> None:
    small = inputs.shipments.assign(
        teu=inputs.shipments["teu"] / 10_000,
        tonnes=inputs.shipments["tonnes"] / 1e6,
        transit_h=inputs.shipments["transit_h"] / 2000,
    )
    small = dataclasses.replace(inputs, shipments=small, observed=inputs.observed.iloc[:0])
    for figure in (volume_by_month(small), transit_times(small)):
        figure.canvas.draw()
        for ax in figure.axes:
            for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
                numbers = [t.get_text() for t in labels if t.get_text()[:1].isdigit()]
                assert len(set(numbers)) == len(numbers)
    assert "within 0" not in words(transit_times(small))
    assert "Dashed" not in words(volume_by_month(small))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (14.2, "14 days"),
        (2.5, "2.5 days"),
        (3.0, "3 days"),
        (0.4, "10 hours"),
        (0.1, "2 hours"),
        (0.03, "43 minutes"),
        (0.0, "0 minutes"),
    ],
)
def test_lengths_of_time_have_the_unit_that_fits(days: float, told: str) -> None:
    assert style.days_in_words(days) == told


def test_numbers_beside_the_forest_are_whole(inputs: FigureInputs) -> None:
    rows = [
        Difference(
            "carbon of a container, all parts of the journey counted",
            f"The scenario number {k}",
            0.1,
            0.05,
            "better",
            "\u22123,120 \u00b1 1,260 kg CO2e/TEU on 1,778,000",
            k == 0,
        )
        for k in range(4)
    ]
    figure = forest(Forest("The corridor of 2024 as it was", "A finding", rows, inputs.label))
    assert faults_of(figure) == []


def test_the_way_that_most_journeys_take_is_the_axis(inputs: FigureInputs) -> None:
    """One train goes on to Sofia; all others end at Poti, which must be named."""
    assert "Poti" in words(time_space(inputs))


def test_places_that_close_are_named(inputs: FigureInputs) -> None:
    closed = inputs.closures.merge(inputs.facilities[["facility", "node"]].drop_duplicates("facility"), on="facility")
    names, shown = inputs.place_names(), words(time_space(inputs))
    assert any(names[node] in shown for node in closed["node_y" if "node_y" in closed else "node"].unique())


@pytest.mark.parametrize("seed", range(20))
def test_discs_stand_apart_near_their_places(seed: int) -> None:
    chance = np.random.default_rng(seed)
    n = int(chance.integers(2, 11))
    places = chance.uniform(300, 700, (n, 2))
    places[1] = places[0]  # two on one spot
    radii = chance.uniform(9, 38, n)
    page = (0.0, 0.0, 1000.0, 1000.0)
    middles = apart(places, radii, page, gap=3.0)
    between = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1))
    np.fill_diagonal(between, np.inf)
    assert (between - radii[:, None] - radii[None] > 2.9).all()
    assert (np.hypot(*(middles - places).T) < radii.sum()).all()
    assert (middles - radii[:, None] >= 0).all()
    assert (middles + radii[:, None] <= 1000).all()
    alone = apart(places[:1], radii[:1], page, 3.0)
    assert alone == pytest.approx(places[:1])


def _assets(pool: str, stocks: dict[str, str]) -> pd.DataFrame:
    """A pool with a stock at each node, over ten days."""
    rows = [
        (0, pool, stock, node, "each", day, 40.0, 10.0, 1, 0, 1, 0)
        for stock, node in stocks.items()
        for day in pd.date_range("2024-01-01", periods=10)
    ]
    columns = [
        "replication",
        "pool",
        "stock",
        "node",
        "unit",
        "day",
        "owned",
        "at_hand",
        "taken_loaded",
        "sent_empty",
        "returned_loaded",
        "received_empty",
    ]
    return pd.DataFrame(rows, columns=columns)


def test_a_pool_is_called_what_its_stocks_are_called_and_its_legend_stays_clear_of_the_next_panel(
    inputs: FigureInputs,
) -> None:
    places = inputs.places.replace("Almaty-1", "Chongqing Tuanjiecun railway station of the west")
    stocks = {"a": "almaty", "b": "alat"}
    table = pd.concat(
        [_assets(pool, {f"{pool}_{k}": n for k, n in stocks.items()}) for pool in ("flats_kz", "boxes_x")]
    )
    titles = {"flats_kz": "Kazakh platforms"}
    figure = wagon_stock(dataclasses.replace(inputs, places=places, assets=table, pool_titles=titles))
    left, right = figure.axes[:2]
    assert {ax.get_title(loc="left").split(" (")[0] for ax in (left, right)} == {"Kazakh platforms", "Boxes x"}
    assert left.get_legend().get_window_extent().x1 < right.get_tightbbox().x0


@pytest.mark.parametrize("role", ["independent", "out of sample"])
@pytest.mark.parametrize("published_d", [14.0, 34.0, 60.0])
def test_labels_of_published_times_end_on_the_page(inputs: FigureInputs, published_d: float, role: str) -> None:
    seen = inputs.observed.assign(value=published_d + 0.123, low=published_d - 2, high=published_d + 2, role=role)
    figure = transit_times(dataclasses.replace(inputs, observed=seen))
    labels = [text for text in figure.axes[0].texts if "published" in text.get_text()]
    assert len(labels) == 1
    assert labels[0].get_window_extent().x1 < 0.98 * figure.bbox.width


@pytest.mark.parametrize("stem", FIGURES)
def test_shares_are_written_one_way(stem: str, inputs: FigureInputs) -> None:
    assert not re.search(r"\d %", words(FIGURES[stem](inputs)))

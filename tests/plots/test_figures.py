"""Figures say what the tables say, fit their page, and cope with a run in which nothing happened."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.corridor_map import _tonnes_by_link, _waiting_by_place, corridor_map
from sim.plots.delay_by_cause import delay_by_cause
from sim.plots.facility_load import facility_load
from sim.plots.figures import FIGURES, save
from sim.plots.inputs import FigureInputs
from sim.plots.time_space import time_space
from sim.plots.transit_times import transit_times
from sim.plots.volume_by_month import volume_by_month


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def title(figure: Figure) -> str:
    return figure.texts[0].get_text().replace("\n", " ")


def emptied(inputs: FigureInputs, *tables: str) -> FigureInputs:
    return dataclasses.replace(inputs, **{name: getattr(inputs, name).iloc[:0] for name in tables})


@pytest.mark.parametrize("stem", FIGURES)
def test_a_figure_is_a_wide_slide_that_names_its_run(stem: str, inputs: FigureInputs, tmp_path: Path) -> None:
    figure = FIGURES[stem](inputs)
    text = words(figure)
    for part in ("0123456789ab", "baseline_2024", "seed 2024", "3 replications", "1 Jan 2024 to 31 Dec 2024"):
        assert part in text
    (png,) = save(figure, tmp_path / stem)
    height, width, _ = matplotlib.image.imread(png).shape
    assert (width, height) == (1920, 1080)


@pytest.mark.parametrize("stem", FIGURES)
def test_no_title_runs_off_the_page(stem: str, inputs: FigureInputs) -> None:
    figure = FIGURES[stem](inputs)
    figure.canvas.draw()
    for text in figure.texts:
        frame = text.get_window_extent()
        assert frame.x0 >= 0
        assert frame.x1 <= figure.bbox.x1, text.get_text()


@pytest.mark.parametrize("stem", FIGURES)
def test_a_run_without_shipments_gives_a_note(stem: str, inputs: FigureInputs, tmp_path: Path) -> None:
    tables = ("shipments", "facilities", "links", "node_waits", "closures", "journeys", "kpis", "delays")
    nothing = emptied(inputs, *tables)
    figure = FIGURES[stem](nothing)
    assert "No " in words(figure)
    assert save(figure, tmp_path / stem)[0].stat().st_size > 5_000


@pytest.mark.parametrize("stem", FIGURES)
def test_a_run_without_sea_storms_or_published_values_is_drawn(stem: str, inputs: FigureInputs) -> None:
    bare = emptied(inputs, "closures", "observed", "node_waits")
    bare = dataclasses.replace(bare, lines=bare.lines.assign(mode="rail"), basemap_dir=None)
    assert "0123456789ab" in words(FIGURES[stem](bare))


def test_the_map_names_the_place_of_most_waiting_and_its_cause(inputs: FigureInputs) -> None:
    assert title(corridor_map(inputs)) == "47% of all waiting is at Aktau, mostly waiting for a vessel"
    waits = inputs.node_waits
    elsewhere = waits[waits["node"] == "altynkol"]
    figure = corridor_map(dataclasses.replace(inputs, node_waits=elsewhere))
    assert title(figure) == "100% of all waiting is at Altynkol, mostly waiting for capacity"


def test_the_map_widens_with_the_square_root_of_flow(inputs: FigureInputs) -> None:
    links = inputs.links.assign(tonnes=np.where(inputs.links["link"] == "beyneu_aktau_port", 4e6, 1e6))
    figure = corridor_map(dataclasses.replace(inputs, links=links))
    widths = sorted({float(w) for c in figure.axes[0].collections for w in c.get_linewidths()})
    assert widths[-1] == pytest.approx(2 * widths[-2])


def test_the_map_counts_the_mean_over_replications(inputs: FigureInputs) -> None:
    once = dataclasses.replace(
        inputs,
        links=inputs.links[inputs.links["replication"] == 0],
        node_waits=inputs.node_waits[inputs.node_waits["replication"] == 0],
        label=dataclasses.replace(inputs.label, replications=1),
    )
    per_run = [_tonnes_by_link(one).set_index("link")["tonnes"] for one in (inputs, once)]
    pd.testing.assert_series_equal(*per_run)  # the same in every replication
    waits = [_waiting_by_place(one).set_index(["node", "cause"])["days"] for one in (inputs, once)]
    pd.testing.assert_series_equal(*waits)


def test_cargo_that_one_of_three_replications_has_counts_a_third_on_the_map(inputs: FigureInputs) -> None:
    some = dataclasses.replace(
        inputs,
        links=inputs.links[inputs.links["replication"] == 0],
        node_waits=inputs.node_waits[inputs.node_waits["replication"] == 0],
    )
    every, third = (_tonnes_by_link(one)["tonnes"].sum() for one in (inputs, some))
    assert third == pytest.approx(every / 3)
    assert _waiting_by_place(some)["days"].sum() == pytest.approx(_waiting_by_place(inputs)["days"].sum() / 3)


def test_parts_of_the_journey_add_up_to_the_whole(inputs: FigureInputs) -> None:
    figure = delay_by_cause(inputs)
    ends: dict[float, float] = {}
    for bar in figure.axes[0].patches:
        y = round(bar.get_y(), 6)
        ends[y] = max(ends.get(y, 0.0), bar.get_x() + bar.get_width())
    sent = inputs.shipments
    means = sent.groupby("flow")["transit_h"].mean().sort_values(ascending=False) / 24
    whole = np.average(sent["transit_h"], weights=sent["tonnes"]) / 24
    assert list(ends.values()) == pytest.approx([whole, *means])


def test_published_times_stand_beside_the_run(inputs: FigureInputs) -> None:
    lines = words(transit_times(inputs)).splitlines()
    assert {"Xi'an – Baku", "run 14.6, published 14 (independent)"} <= set(lines)
    assert "published" not in words(transit_times(emptied(inputs, "observed")))


def test_unfinished_shipments_rank_as_the_longest(inputs: FigureInputs) -> None:
    late = inputs.shipments.copy()
    stuck = (late["flow"] == "F01") & (late["ordinal"] % 8 == 0)
    late.loc[stuck, ["transit_h", "landed"]] = [np.nan, pd.NaT]
    figure = transit_times(dataclasses.replace(inputs, shipments=late))
    assert "not reached" in words(figure)
    assert title(figure).startswith("Xi'an – Baku: half arrive within")


def test_a_total_that_demand_was_set_to_is_no_test(inputs: FigureInputs) -> None:
    told = title(volume_by_month(inputs))
    assert told.startswith("Demand is set so that the published total would arrive:")
    assert "on published" not in told
    assert "the input" in words(volume_by_month(inputs))


def test_a_total_that_is_no_input_is_compared_with_the_published_year(inputs: FigureInputs) -> None:
    sent = inputs.shipments
    within = sent[sent["landed"] < pd.Timestamp("2025-01-01", tz="UTC")]
    miss = within["teu"].sum() / 3 / 56500 - 1
    free = dataclasses.replace(inputs, observed=inputs.observed.assign(role="independent"))
    told = title(volume_by_month(free))
    assert f"TEU ({miss:+.0%} on published)" in told
    assert "Demand is set" not in told


def test_facilities_are_those_with_the_most_waiting(inputs: FigureInputs) -> None:
    figure = facility_load(inputs)
    assert "Aktau container berths" in title(figure)
    shown = [ax for ax in figure.axes if len(ax.texts) == 2]
    hours = inputs.facilities.groupby("facility")["wait_h"].sum().nlargest(5).index
    titles = [inputs.facility_titles.get(name, name) for name in hours]
    assert [ax.texts[0].get_text() for ax in shown] == titles


def test_the_time_space_diagram_runs_from_china_to_bulgaria(inputs: FigureInputs) -> None:
    figure = time_space(inputs)
    names = [label.get_text().rsplit("  ", 1)[0] for label in figure.axes[0].get_yticklabels()]
    assert {"Xi'an", "Aktau", "Alat", "Poti", "Burgas port", "Sofia"} <= set(names)
    assert title(figure).startswith("Containers wait longest at Aktau: ")


def test_svg_is_the_same_twice(inputs: FigureInputs, tmp_path: Path) -> None:
    first = save(delay_by_cause(inputs), tmp_path / "a", svg=True)[1]
    second = save(delay_by_cause(inputs), tmp_path / "b", svg=True)[1]
    assert first.read_bytes() == second.read_bytes()
    assert ElementTree.parse(first).getroot().tag.endswith("svg")


def test_nothing_half_written_stays_behind(inputs: FigureInputs, tmp_path: Path) -> None:
    save(delay_by_cause(inputs), tmp_path / "figure")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]

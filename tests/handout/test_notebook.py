"""In a notebook, what comes back is short, shows itself, and says what it has."""

from __future__ import annotations

import pandas as pd

import sim


def test_a_run_shows_itself_and_completes_its_tables(run) -> None:
    assert {"kpis", "shipments", "delays", "summary"} <= set(dir(run))
    assert len(repr(run)) < 300
    html = run._repr_html_()
    assert html.startswith("<section><h1>Five nodes")
    assert "<h2>Transit time, days, by date of departure</h2>" in html


def test_a_study_is_short_and_has_a_frame_and_a_page(comparison) -> None:
    assert len(repr(comparison)) < 400
    assert len(str([comparison])) < 500
    frame = comparison.table
    assert isinstance(frame, pd.DataFrame)
    (pair,) = comparison.result.comparisons
    assert len(frame) == len(pair.lines) + len(pair.by_year)
    assert comparison.summary() == comparison.page.text()
    assert "&lt;b&gt;" in comparison._repr_html_()


def test_every_study_and_what_hands_it_on_is_public() -> None:
    studies = {"bottleneck", "capacity", "compare_scenarios", "decompose", "promise", "rank", "sweep", "validate"}
    assert studies | {"export", "write_report", "draw_figures"} <= set(dir(sim))

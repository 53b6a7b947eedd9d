"""A page says the same as text and as Markdown, and nothing in it is taken for a mark."""

from __future__ import annotations

import pytest

from sim.report.estimate import Estimate, with_margin
from sim.report.page import HOW_TO_READ, Page, Point, Section, Table, escaped

TABLE = Table(("place", "t"), [("Baku | Alat", "+4"), ("*Aktau*", "-1")])
PAGE = Page(
    "What moved",
    ["a run of 3 replications"],
    [Section("Places", ["two of them"], TABLE, ["in tonnes"]), Section("Empty", table=Table(("a",), []))],
    ["+- is the half-width"],
)


def test_as_text() -> None:
    assert PAGE.text(80).splitlines() == [
        "What moved",
        "  a run of 3 replications",
        "",
        "Places",
        "  two of them",
        "  place         t",
        "  -----------  --",
        "  Baku | Alat  +4",
        "  *Aktau*      -1",
        "  in tonnes",
        "",
        "Empty",
        "",
        HOW_TO_READ,
        "  +- is the half-width",
    ]


def test_as_markdown() -> None:
    shown = PAGE.markdown(["figures/moved.png"])
    assert shown.startswith("# What moved\n\n- a run of 3 replications\n\n![figures/moved.png](figures/moved.png)\n")
    assert "## Places\n\n- two of them\n\n| place | t |\n| --- | --- |\n| Baku \\| Alat | +4 |\n" in shown
    assert "| \\*Aktau\\* | -1 |\n\n- in tonnes\n" in shown
    assert shown.endswith(f"## {HOW_TO_READ}\n\n- +- is the half-width\n")


def test_no_line_of_text_is_wider_than_asked_for() -> None:
    page = Page("x", ["word " * 60], [Section("y", ["word " * 40], Table(("a" * 8,), [("word " * 20,)]))])
    assert max(map(len, page.text(50).splitlines())) <= 50


def test_points_below_others_running_text_and_marks() -> None:
    points = [Point("ships: 2 -> 3", hang=4), Point("effective: 3 ships", level=1), Point("one replication", mark="- ")]
    page = Page("A long title of a page", [Point("what was asked of it", hang=0)], [Section("Changes", points)])
    assert page.text(60, prose=18).splitlines() == [
        "A long title of a",
        "page",
        "  what was asked",
        "  of it",
        "",
        "Changes",
        "  ships: 2 -> 3",
        "      effective: 3",
        "        ships",
        "  - one",
        "    replication",
    ]
    assert "\n- ships: 2 -\\> 3\n  - effective: 3 ships\n- one replication\n" in page.markdown()


def test_tables_and_running_text_have_widths_of_their_own() -> None:
    page = Page("x", sections=[Section("y", ["word " * 40], Table(("a",), [("word " * 15,)]), ["word " * 40])])
    wide = max(map(len, page.text(90, prose=40).splitlines()))
    assert 40 < wide <= 90
    assert page.text(40, prose=40) == page.text(40)


def test_a_page_is_a_part_of_a_larger_one() -> None:
    both = Page("Both", sections=[PAGE.as_section(), PAGE.as_section()])
    assert both.markdown().count("\n## What moved\n") == both.markdown().count(f"\n### {HOW_TO_READ}\n") == 2
    assert PAGE.text(80) in both.text(80)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a | b", "a \\| b"),
        ("*bold* and `code`", "\\*bold\\* and \\`code\\`"),
        ("_slanted_ but not in time_capacity", "\\_slanted\\_ but not in time_capacity"),
        ("[a](b) <br> ~~c~~ 5 $ d", "\\[a\\](b) \\<br\\> \\~\\~c\\~\\~ 5 \\$ d"),
        ("# no heading", "\\# no heading"),
        ("- no point", "\\- no point"),
        ("+- is a margin", "+- is a margin"),
        ("2024. No list", "2024\\. No list"),
        ("&lt; is no sign, A & B is none", "\\&lt; is no sign, A & B is none"),
        ("two\nlines", "two lines"),
        ("C:\\temp", "C:\\\\temp"),
    ],
)
def test_letters_with_a_meaning_of_their_own(text: str, told: str) -> None:
    assert escaped(text) == told


@pytest.mark.parametrize(
    ("mean", "half_width", "told"),
    [
        (14.5834, 10.2, "14.6 +- 10"),
        (14.5834, 0.004, "14.583 +- 0.0040"),
        (1547.2, 125.0, "1,547 +- 125"),
        (1547.2, 0.3, "1,547.2 +- 0.30"),
        (34.0, 0.5, "34 +- 0.50"),
        (8.4, 0.0, "8.40"),
        (8.4, None, "8.40"),
        (0.0123, 0.00001, "0.01230 +- 0.000010"),
    ],
)
def test_a_number_has_as_many_digits_as_its_half_width(mean: float, half_width: float | None, told: str) -> None:
    assert with_margin(Estimate(mean, half_width, 2)) == told

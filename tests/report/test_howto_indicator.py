"""The page that says how an indicator is added: its files are there, five at most, and name the example."""

from __future__ import annotations

import re
from pathlib import Path

from sim.indicators import INDICATORS, PLACE_TABLES
from sim.report.summary import summarise, summary_text
from sim.studies.compare.page import page_of_pair
from sim.studies.compare.result import compare
from tests.analysis.simulated import stored

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "add_an_indicator.md"
#: The example, and what it is made of.
EXAMPLE = re.compile(r"port_dwell_p90|port_stays|port_lines")


def test_the_files_are_there_and_name_the_example() -> None:
    listed = re.findall(r"^\d\. \[([^]]+)\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert 2 <= len(listed) <= 5
    for name, link in listed:
        path = (PAGE.parent / link).resolve()
        assert path == ROOT / name
        assert EXAMPLE.search(path.read_text(encoding="utf-8")), name


def test_no_other_file_of_the_program_names_the_example() -> None:
    named = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "sim").rglob("*.py")
        if EXAMPLE.search(path.read_text(encoding="utf-8"))
    }
    assert named == set(re.findall(r"^\d\. \[([^]]+)\]", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_it_is_in_the_summary_and_in_a_comparison() -> None:
    a, b = stored(replications=2), stored(("facilities.west_berths.capacity=2",), replications=2)
    words = INDICATORS["port_dwell_p90"].words
    assert PLACE_TABLES["port"] in (text := summary_text(summarise(a)))
    assert f"{words}, h" in text
    assert f"East port: {words}" in page_of_pair(compare(a, b)).text(140)

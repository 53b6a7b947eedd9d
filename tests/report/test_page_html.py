"""The HTML of a page holds its words and no marks but its own; a page is read back from its Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.report.page import Page, Point, Section, Table
from sim.report.page_html import points_html, section_html, table_html, with_signs
from sim.report.page_markdown import page_of

TAGS = {"section", "h2", "h3", "ul", "li", "div", "table", "thead", "tbody", "tr", "th", "td"}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
#: Words as pages have them: something to see, single spaces, none at the ends.
SAID = st.text(st.sampled_from("ab1 .,:;-+*_#<>&\"'|\\`~$()[]=!/{}éЖ中"), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "a"
)


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"class", "id"}
        self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        self.words.append("")

    def handle_data(self, data: str) -> None:
        if self.words:
            self.words[-1] += data


def read(html: str) -> Read:
    found = Read()
    found.feed(html)
    found.close()
    return found


@settings(max_examples=30, deadline=None)
@given(title=WORDS, point=WORDS, cell=WORDS, note=WORDS)
def test_any_words_come_through_and_none_becomes_a_tag(title: str, point: str, cell: str, note: str) -> None:
    html = section_html(Section(title, [point], Table((cell, "h"), [(cell, title)]), [note]), name="x")
    found = read(html)
    assert set(found.tags) <= TAGS
    texts = "\n".join(found.words)
    for words in (title, point, cell, note):
        assert with_signs(words) in texts


def test_points_below_stand_inside_the_one_before() -> None:
    points = [Point("a"), Point("b", level=1), Point("c", level=1), "d"]
    assert points_html(points) == "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"
    assert points_html(()) == ""


def test_numbers_stand_flush_right_with_the_sign_of_their_margin() -> None:
    html = table_html(Table(("", "value", "words"), [("a", "12.3 +- 0.4", "x +- y"), ("b", "-", "3 trains")]))
    assert html.count('class="n"') == 3
    assert "12.3 ± 0.4" in html
    assert "x +- y" in html


@settings(max_examples=50, deadline=None)
@given(title=SAID, lead=st.lists(SAID, max_size=2), point=SAID, cells=st.tuples(SAID, SAID), note=SAID, inner=SAID)
def test_a_page_is_read_back_from_its_markdown(title, lead, point, cells, note, inner) -> None:
    sections = [
        Section("One", [point, Point(note, level=1)], Table(("h", inner), [cells]), [note]),
        Section(inner, [], None, [], [Section("Below", [point])]),
    ]
    page = Page(title, lead, sections, ["how"])
    again = page_of(page.markdown(["figures/a.png"]))
    assert again.markdown() == page.markdown()
    assert (again.title, [p.words for p in again.lead]) == (title, lead)
    assert again.sections[0].table.rows == [list(cells)]


@pytest.mark.parametrize("text", ["", "words", "## A section first\n", "# Two\n\n# Titles\n"])
def test_what_is_no_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one title"):
        page_of(text)


def test_a_number_and_its_margin_only() -> None:
    assert with_signs("1 +- 2, a +- b") == "1 ± 2, a +- b"
    assert re.search("±", with_signs("+- 3")) is None

"""A page of results: title, lead, sections, notes. Written once, shown as plain text or as Markdown.

Whoever writes a page gives words and cells as a reader shall see them; what a format needs (the width of columns,
letters with a meaning of their own) is added here.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sim.language.languages import ENGLISH
from sim.language.shown import shown
from sim.language.words import language, mark, tr
from sim.report.texttable import page_width, text_table

#: Heading of the notes of a page.
HOW_TO_READ = mark("How to read this")
#: Letters that Markdown would take for its own wherever they stand.
_MARKS = re.compile(r"([\\`*\[\]<>|~$])")
#: An underscore at the edge of a word, a reference to a letter such as ``&lt;``, and what begins a list or a heading.
_EDGES = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_REFERENCE = re.compile(r"&(?=#?\w+;)")
_BEGINNING = re.compile(r"^(#{1,6}|[+-]|=+|-{2,})(?=\s|$)")
#: What a heading may end in without meaning it.
_CLOSING = re.compile(r"(?<=\s)(#+)$")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")


@dataclass(frozen=True)
class Table:
    """The head and the rows of a table, as many cells in each."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def in_language(self) -> Table:
        """The table with words that are still English in the language of who reads it."""
        return Table(list(map(shown, self.head)), [list(map(shown, row)) for row in self.rows])


@dataclass(frozen=True)
class Point:
    """A point of a page that stands otherwise than others: below the one before, with a mark, or as running text."""

    words: str
    level: int = 0  #: 1: below the point before
    hang: int = 2  #: letters by which plain text sets its further lines in from the first; 0: running text
    mark: str = ""  #: what plain text begins it with; Markdown marks every point
    link: str = ""  #: where the words lead in Markdown, as a path from where the page lies

    def lines(self, width: int) -> list[str]:
        """The point as plain text, ``width`` letters wide."""
        indent = " " * (2 + 4 * self.level)
        return textwrap.wrap(
            self.words, width, initial_indent=indent + self.mark, subsequent_indent=indent + " " * self.hang
        )


#: Points as a page takes them; plain words are a ``Point`` like any other.
Points = Sequence[str | Point]


@dataclass(frozen=True)
class Drawing:
    """A picture of a section: its path from where the page lies, and words for who does not see it."""

    path: str
    words: str


@dataclass(frozen=True)
class Section:
    """A heading, with points, a table, notes on it, and sections of its own below; any of them may be missing.

    ``sentence`` is what the section comes to, above its points; the drawing stands below the points.
    """

    title: str
    points: Points = ()
    table: Table | None = None
    notes: Points = ()
    sections: Sequence[Section] = ()
    sentence: str = ""
    drawing: Drawing | None = None

    def in_language(self) -> Section:
        """The section with every word of it that is still English in the language of who reads it."""
        if language() is ENGLISH:
            return self
        return replace(
            self,
            title=shown(self.title),
            sentence=shown(self.sentence),
            points=_shown_points(self.points),
            notes=_shown_points(self.notes),
            table=self.table and self.table.in_language(),
            sections=[section.in_language() for section in self.sections],
            drawing=self.drawing and replace(self.drawing, words=shown(self.drawing.words)),
        )


@dataclass(frozen=True)
class Page:
    """What was found, for a reader.

    ``lead``: what was asked and what came out, in a few points; ``notes``: how to read the numbers.
    """

    title: str
    lead: Points = ()
    sections: Sequence[Section] = ()
    notes: Points = ()

    def text(self, width: int | None = None, prose: int | None = None) -> str:
        """The page as plain text.

        Args:
            width: letters in a line of a table; default: as the terminal is.
            prose: letters in a line of title, points and notes; default: ``width``.
        """
        width = page_width() if width is None else width
        prose = width if prose is None else prose
        page = self.in_language()
        lines = [*textwrap.wrap(page.title, prose), *_wrapped(page.lead, prose)]
        for section in page.all_sections():
            lines += ["", *_text_of(section, width, prose)]
        return "\n".join(lines)

    def markdown(self, figures: Sequence[str] = ()) -> str:
        """The page as Markdown; ``figures`` are paths of pictures from where the page lies, shown below the lead."""
        page = self.in_language()
        blocks = [f"# {escaped(page.title)}"]
        blocks += [_listed(page.lead)] if page.lead else []
        blocks += [f"![{escaped(figure)}]({figure})" for figure in figures]
        for section in page.all_sections():
            blocks += _markdown_of(section, 2)
        return "\n\n".join(blocks) + "\n"

    def as_section(self) -> Section:
        """The page as a part of a larger one."""
        return Section(self.title, self.lead, sections=tuple(self.all_sections()))

    def all_sections(self) -> Iterator[Section]:
        """The sections, and the notes as the last of them."""
        yield from self.sections
        if self.notes:
            yield Section(tr(HOW_TO_READ), self.notes)

    def in_language(self) -> Page:
        """The page with every word of it that is still English in the language of who reads it."""
        if language() is ENGLISH:
            return self
        sections = [section.in_language() for section in self.sections]
        return Page(shown(self.title), _shown_points(self.lead), sections, _shown_points(self.notes))


def escaped(text: str) -> str:
    """Words that mean in Markdown what they mean as text, on one line."""
    one_line = " ".join(text.split("\n"))
    plain = _REFERENCE.sub(r"\\&", _EDGES.sub(r"\\_", _MARKS.sub(r"\\\1", one_line)))
    return _CLOSING.sub(r"\\\1", _NUMBERED.sub(r"\1\\\2", _BEGINNING.sub(r"\\\1", plain)))


def _text_of(section: Section, width: int, prose: int) -> Iterator[str]:
    yield section.title
    yield from textwrap.wrap(section.sentence, prose)
    yield from _wrapped(section.points, prose)
    if section.table is not None and section.table.rows:
        yield from text_table(section.table.head, section.table.rows, width)
    yield from _wrapped(section.notes, prose)
    for inner in section.sections:
        yield ""
        yield from _text_of(inner, width, prose)


def _wrapped(points: Points, width: int) -> list[str]:
    return [line for point in map(_point, points) for line in point.lines(width)]


def _shown_points(points: Points) -> list[str | Point]:
    return [shown(point) if isinstance(point, str) else replace(point, words=shown(point.words)) for point in points]


def _point(given: str | Point) -> Point:
    return Point(given) if isinstance(given, str) else given


def _markdown_of(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(section.title)}"
    if section.sentence:
        yield f"**{escaped(section.sentence)}**"
    if section.points:
        yield _listed(section.points)
    if section.drawing is not None:
        yield f"![{escaped(section.drawing.words)}]({section.drawing.path})"
    if section.table is not None and section.table.rows:
        yield "\n".join(_row(cells) for cells in _cells(section.table))
    if section.notes:
        yield _listed(section.notes)
    for inner in section.sections:
        yield from _markdown_of(inner, level + 1)


def _cells(table: Table) -> Iterator[Sequence[str]]:
    yield list(map(escaped, table.head))
    yield ["---"] * len(table.head)
    for row in table.rows:
        yield list(map(escaped, row))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _listed(points: Points) -> str:
    return "\n".join(f"{'  ' * point.level}- {_linked(point)}" for point in map(_point, points))


def _linked(point: Point) -> str:
    return f"[{escaped(point.words)}]({point.link})" if point.link else escaped(point.words)

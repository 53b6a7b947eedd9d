"""A page as HTML: the same title, points, tables and notes as on the screen and in Markdown, every word escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sim.report.page import Page, Point, Points, Section, Table

_MARGIN = re.compile(r"(?<=\d) \+- (?=\d)")
#: Letters of a cell that may be a number, and of a word that is not broken.
_LONGEST_NUMBER, _LONGEST_WORD = 26, 24
#: Cells that are numbers, with or without a half-width, stand flush right.
_NUMBER = re.compile(r"[-−+]?[\d.,]+( (\+-|±) [\d.,]+)?( ?%)?( few)?|-|–|<0\.001")


def with_signs(words: str) -> str:
    """``12.3 ± 0.4`` for ``12.3 +- 0.4``: a page has the sign that a terminal may lack."""
    return _MARGIN.sub(" ± ", words)


def section_html(section: Section, level: int = 2, name: str = "", pictures: Mapping[str, str] | None = None) -> Markup:
    """One section with what is below it.

    Args:
        name: what links to it lead to.
        pictures: of each drawing's path its address, as data in the page; a drawing without one is left out.
    """
    shown = pictures or {}
    tag = f"h{min(level, 6)}"
    named = Markup(' id="{}"').format(name) if name else ""
    parts = [Markup("<section{}><{}>{}</{}>").format(named, tag, section.title, tag)]
    parts += [Markup('<p class="answer">{}</p>').format(with_signs(section.sentence))] if section.sentence else []
    parts.append(points_html(section.points))
    drawing = section.drawing
    if drawing is not None and drawing.path in shown:
        figure = '<figure><img alt="{}" src="{}"></figure>'
        parts.append(Markup(figure).format(drawing.words, shown[drawing.path]))
    if section.table is not None and section.table.rows:
        parts.append(table_html(section.table))
    parts.append(points_html(section.notes))
    parts += [section_html(inner, level + 1, pictures=shown) for inner in section.sections]
    return Markup("\n").join([part for part in parts if part]) + Markup("</section>\n")


def page_html(page: Page) -> Markup:
    """A whole page as a part of another, as a notebook shows it."""
    parts = [Markup("<section><h1>{}</h1>").format(page.title), points_html(page.lead)]
    return Markup("\n").join([*parts, *map(section_html, page.all_sections())]) + Markup("</section>")


def points_html(points: Points) -> Markup:
    """Points as a list; those of a level below stand inside the one before."""
    return _list([Point(point) if isinstance(point, str) else point for point in points], 0)


def _list(points: Sequence[Point], level: int) -> Markup:
    items: list[tuple[str, list[Point]]] = []
    for point in points:
        if point.level <= level or not items:
            items.append((point.words, []))
        else:
            items[-1][1].append(point)
    parts = [Markup("<li>{}{}</li>").format(with_signs(words), _list(below, level + 1)) for words, below in items]
    return Markup("<ul>{}</ul>").format(Markup("").join(parts)) if parts else Markup("")


def table_html(table: Table) -> Markup:
    """A table with its head; columns of numbers flush right."""
    right = [_is_numeric([row[column] for row in table.rows]) for column in range(len(table.head))]
    rows = [_row(table.head, right, "th"), *(_row(row, right, "td") for row in table.rows)]
    head, body = rows[0], Markup("\n").join(rows[1:])
    return Markup('<div class="wide"><table><thead>{}</thead>\n<tbody>{}</tbody></table></div>').format(head, body)


def _row(cells: Sequence[str], right: Sequence[bool], tag: str) -> Markup:
    parts = [
        Markup("<{}{}>{}</{}>").format(tag, _kind(cell, flush), with_signs(cell), tag)
        for cell, flush in zip(cells, right, strict=True)
    ]
    return Markup("<tr>") + Markup("").join(parts) + Markup("</tr>")


def _is_numeric(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell]
    if not told or max(map(len, told)) > _LONGEST_NUMBER:
        return False
    return sum(bool(_NUMBER.fullmatch(cell)) for cell in told) * 2 > len(told)


def _kind(cell: str, flush: bool) -> Markup:
    """The class of a cell: of numbers, or of words so long that they may be broken anywhere."""
    if flush:
        return Markup(' class="n"')
    return Markup(' class="k"') if max(map(len, cell.split()), default=0) > _LONGEST_WORD else Markup("")

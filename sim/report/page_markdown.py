"""A stored page read back from its Markdown: the reverse of ``Page.markdown``, so that it can be shown otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sim.report.page import HOW_TO_READ, Page, Point, Section, Table


def page_of(markdown: str) -> Page:
    """The page that ``Page.markdown`` wrote; pictures and links are left out, marks and widths of plain text are not kept.

    Raises ValueError for a text that is no such page.
    """
    root = _Part("", 0)
    stack = [root]
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    for kind, level, found in _blocks(tokens):
        if kind == "heading":
            while stack[-1].level >= level:
                stack.pop()
            stack.append(_Part(str(found), level))
            stack[-2].parts.append(stack[-1])
        elif kind == "table":
            stack[-1].table = found  # type: ignore[assignment]  # a block of that kind holds one
        else:
            part = stack[-1]
            (part.notes if part.table is not None else part.points).append(found)  # type: ignore[arg-type]
    if len(root.parts) != 1 or root.parts[0].level != 1:
        raise ValueError("it does not begin with one title")
    (page,) = root.parts
    sections = [part.section() for part in page.parts]
    notes = sections.pop().points if sections and sections[-1].title == HOW_TO_READ else ()
    return Page(page.title, page.points, sections, notes)


@dataclass
class _Part:
    title: str
    level: int
    points: list[Point] = field(default_factory=list)
    table: Table | None = None
    notes: list[Point] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)

    def section(self) -> Section:
        return Section(self.title, self.points, self.table, self.notes, [part.section() for part in self.parts])


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, int, object]]:
    """Headings with their level, points, and tables, in their order."""
    depth, heading = 0, 0
    rows: list[list[str]] | None = None
    for token in tokens:
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.type in ("bullet_list_open", "bullet_list_close"):
            depth += token.nesting
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open" and rows is not None:
            rows.append([])
        elif token.type == "table_close" and rows is not None:
            yield "table", 0, Table(rows[0], rows[1:])
            rows = None
        elif token.type == "inline":
            if rows is not None:
                rows[-1].append(_text(token))
            elif heading:
                yield "heading", heading, _text(token)
            elif depth:
                yield "point", 0, Point(_text(token), level=depth - 1)


def _text(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "text_special"))

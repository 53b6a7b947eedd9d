"""How the documentation becomes a site: ``make docs`` writes it into ``build/site``; nothing of it is kept in the repository.

The sources are the same files that are read on a code host: the root of the repository is that of the site, so that links
between them are the same in both. What stands at the side of a page is read from the headings and links of ``docs/index.md``
and of the list of commands.
"""

from __future__ import annotations

import posixpath
import re
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
INDEX = "docs/index"
#: Pages whose links to others are what stands at the side.
LISTS = (INDEX, "docs/commands/index")

project = "Middle Corridor simulator"
language = "en"
try:
    release = version_of("middle-corridor")
except PackageNotFoundError:
    release = "from source"

extensions = ["myst_parser"]
root_doc = INDEX
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**.md", "results/README.md"]
exclude_patterns = [".*", "build", "dist", "results/*/*", "node_modules"]

# anchors of headings as code hosts make them, down to ###
myst_heading_anchors = 3

html_theme = "furo"
html_title = project
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # a page that is opened from a disk may not read others
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+\.md)\)")


def _with_sides(app: Sphinx, name: str, source: list[str]) -> None:
    """Put a hidden table of contents behind a list of pages, one for each of its sections."""
    if name not in LISTS:
        return
    parts = _HEADING.split(source[0])
    told, seen = [], set[str]()
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        pages = {target: words for words, target in _LINK.findall(text) if target not in seen}
        if not pages:
            continue
        seen.update(pages)
        rooted = [_entry(posixpath.normpath(posixpath.join(posixpath.dirname(name), at)), pages[at]) for at in pages]
        told.append("\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *rooted, "```"]))
    source[0] += "\n\n" + "\n\n".join(told) + "\n"


def _entry(page: str, words: str) -> str:
    """A line of a table of contents: pages of the documentation by their titles, others by the words of the link."""
    return f"/{page}" if page.startswith("docs/") else f"{words} </{page}>"


def _with_front(app: Sphinx, error: Exception | None) -> None:
    """The site's first address leads to its index."""
    if error is None and app.builder.format == "html":
        page = (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
            f'<meta http-equiv="refresh" content="0; url={INDEX}.html"><title>{project}</title>'
            f'<a href="{INDEX}.html">{project}</a></html>\n'
        )
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _with_sides)
    app.connect("build-finished", _with_front)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

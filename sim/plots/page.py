"""What holds for every finished page: nothing leaves it, nothing stands in its foot, every letter can be drawn."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

from sim.language.shown import shown
from sim.plots.fonts import can_draw, drawable

#: Mark the texts at the foot of a page, and title and explanation at its head.
FOOT, HEAD = "foot", "head"
#: Shares of the page that stay free at its sides, and between axes and foot.
SIDE, ABOVE_FOOT, BELOW_HEAD = 0.008, 0.006, 0.012
#: Axes are not made narrower than that, in shares of the page.
_NARROWEST, _LOWEST, _TRIES = 0.2, 0.2, 4
#: Letters of a legend are not made smaller than that, in points.
_SMALLEST_PT = 8.0


def settle(figure: Figure) -> None:
    """Replace letters that no font has, and move the sides of axes until all their words are on the page.

    Axes without a scale, such as maps, stay where they are.
    """
    for text in figure.findobj(Text):
        if (words := shown(text.get_text())) != text.get_text():
            text.set_text(words)
        if not can_draw(text.get_text()):
            text.set_text(drawable(text.get_text()))
    if not hasattr(figure.canvas, "get_renderer"):
        FigureCanvasAgg(figure)
    for legend in figure.findobj(Legend):
        _narrow(figure, legend)
    _make_room_for_the_head(figure)
    feet = [text.get_window_extent().y1 for text in figure.texts if text.get_gid() == FOOT and text.get_text()]
    low = (max(feet, default=0.0) / figure.bbox.height) + ABOVE_FOOT
    for ax in figure.axes:
        if ax.xaxis.get_majorticklocs().size or ax.yaxis.get_majorticklocs().size:
            _fit(figure, ax, low)


def _narrow(figure: Figure, legend: Legend) -> None:
    """Make the letters of a legend that leaves the page on the right smaller, as far as they can be read."""
    edge, texts = (1 - SIDE) * figure.bbox.width, legend.get_texts()
    size = min((float(text.get_fontsize()) for text in texts), default=0.0)
    while size > _SMALLEST_PT and legend.get_window_extent().x1 > edge:
        size -= 0.5
        for text in texts:
            text.set_fontsize(size)


def _make_room_for_the_head(figure: Figure) -> None:
    """Move legends of the page, and the upper side of axes, below a title and explanation of many lines."""
    heads = [text.get_window_extent().y0 for text in figure.texts if text.get_gid() == HEAD and text.get_text()]
    high, height = min(heads, default=figure.bbox.height) / figure.bbox.height - BELOW_HEAD, figure.bbox.height
    for legend in figure.legends:
        frame = legend.get_window_extent()
        if frame.y1 / height > high:
            left, top = legend.get_bbox_to_anchor().transformed(figure.transFigure.inverted()).min
            legend.set_bbox_to_anchor((left, top - (frame.y1 / height - high)))
            high = min(high, legend.get_window_extent().y0 / height - BELOW_HEAD)
    for ax in figure.axes:
        bounds, at = ax.get_tightbbox(), ax.get_position()
        down = 0.0 if bounds is None else bounds.y1 / height - high
        if down > 1e-4 and at.height - down >= _LOWEST:
            ax.set_position((at.x0, at.y0, at.width, at.height - down))


def _fit(figure: Figure, ax: Axes, low: float) -> None:
    """Move the left, right and lower side of axes inwards by what stands over, in shares of the page."""
    for _ in range(_TRIES):
        frame = ax.get_tightbbox()
        if frame is None:
            return
        width, height = figure.bbox.width, figure.bbox.height
        left = max(0.0, SIDE - frame.x0 / width)
        right = max(0.0, frame.x1 / width - (1 - SIDE))
        up = max(0.0, low - frame.y0 / height)
        at = ax.get_position()
        if max(left, right, up) < 1e-4 or at.width - left - right < _NARROWEST or at.height - up < _LOWEST / 2:
            return
        ax.set_position((at.x0 + left, at.y0 + up, at.width - left - right, at.height - up))

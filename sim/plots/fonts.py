"""Fonts: names in any script are drawn where the system has a font for them, and never as empty boxes."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from matplotlib.font_manager import findSystemFonts, fontManager, get_font

from sim.language.languages import Language

#: The font of every picture, which comes with Matplotlib: Latin, Greek, Cyrillic, Georgian, Armenian and some Arabic.
MAIN = "DejaVu Sans"
#: Fonts that add other scripts, in the order in which they are asked; those that are installed are used.
OTHERS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
    "Noto Sans Arabic",
    "Noto Sans Mongolian",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
)

#: Parts of the names of files of ``OTHERS``, by which those are found that were installed later.
_FILES_OF_OTHERS = (
    "sanscjk",
    "notosanssc",
    "sourcehansanssc",
    "wqy",
    "droidsansfallback",
    "notosansgeorgian",
    "notosansarmenian",
)
#: Languages whose letters the main font lacks -> Debian's package with a font that has them.
_PACKAGES = {"zh": "fonts-noto-cjk"}


@cache
def families() -> list[str]:
    """The fonts that a letter is looked for in."""
    _take_up_new_fonts()
    installed = {font.name for font in fontManager.ttflist}
    return [MAIN, *(name for name in OTHERS if name in installed)]


def _take_up_new_fonts() -> None:
    """Fonts that were installed after Matplotlib made its list of them, as far as their files are named like ``OTHERS``."""
    known = {font.fname for font in fontManager.ttflist}
    for path in findSystemFonts():
        name = Path(path).name.lower()
        if path not in known and any(part in name for part in _FILES_OF_OTHERS):
            with suppress(OSError, RuntimeError):  # no font, or one that cannot be read
                fontManager.addfont(path)


def speaks(known: Language) -> bool:
    """Whether pictures can be in a language: its letters can be drawn. Where they cannot, one line says so, once."""
    if can_draw(known.own_name):
        return True
    _say_what_to_install(known)
    return False


@cache
def _say_what_to_install(known: Language) -> None:
    package = _PACKAGES.get(known.code, "fonts-noto-core")
    print(
        f"no font of this machine has the letters of {known.name}: pictures are in English; install one, "
        f"such as {package} (apt-get install {package})",
        file=sys.stderr,
    )


def can_draw(text: str) -> bool:
    """Whether there is a picture of every letter of a text."""
    return all(_has_letter(letter) for letter in set(text))


def drawable(text: str, instead: str = "") -> str:
    """A text if it can be drawn, else another one for it, such as its id; letters that nothing has become ``?``."""
    for words in (text, instead):
        if words and can_draw(words):
            return words
    return "".join(letter if _has_letter(letter) else "?" for letter in instead or text)


@contextmanager
def no_warnings() -> Iterator[None]:
    """Keep what Matplotlib remarks on fonts and layouts from the terminal of somebody who asked for a picture."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


@cache
def _has_letter(letter: str) -> bool:
    return letter.isspace() or any(get_font(path).get_char_index(ord(letter)) for path in _files())


@cache
def _files() -> tuple[str, ...]:
    return tuple(fontManager.findfont(name) for name in families())

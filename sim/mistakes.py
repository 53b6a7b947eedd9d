"""What a planner probably meant: words on tabs, colons, quotes, letters and numbers that a file cannot hold.

Each function looks at what was written and returns advice, or an empty text where nothing is odd about it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sim.errors import nearest

#: Quotation marks that word processors and other scripts write; YAML knows ' and " only.
_QUOTES = "“”„‟‘’‚‛«»‹›「」『』＂＇´`″′"
#: Pairs that enclose a whole value by mistake. Guillemets are left out: a title may stand in them.
_ENCLOSING = "“”„‟‘’‚‛＂＇´`″′"
_MINUS = "−–—‒﹣－"
_COMMAS = ",٫，"
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[\s'’_.,]\d{3})+")
_THOUSANDS = {
    "thousand": 1e3,
    "thsd": 1e3,
    "k": 1e3,
    "тыс": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "млн": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "млрд": 1e9,
}


#: Unit as fields declare it -> what it is called in a sentence, and how else people write it.
_UNITS = {
    "km": ("km", "kilometres", "kilometers"),
    "km/h": ("km/h", "kmh", "kph"),
    "knots": ("knots", "kn", "kt", "knot"),
    "mm": ("mm", "millimetres", "millimeters"),
    "m": ("m", "metres", "meters"),
    "d": ("days", "d", "day"),
    "t": ("tonnes", "t", "tonne", "tons", "ton"),
    "Mt/yr": ("Mt/yr", "mt/yr", "mt", "mtpa", "mt a year", "mt per year", "mln t", "million tonnes"),
    "million USD": ("million USD", "million usd", "musd", "m usd", "mln usd", "mio usd"),
}


def odd_letters(text: str) -> str:
    """Advice on characters that only look right: ``; 'с' at place 16 is Cyrillic ...``."""
    for place, letter in enumerate(text, start=1):
        if letter in _QUOTES:
            return f"; {letter} at place {place} is a typographic quotation mark, write ' or \" or none"
        if _is_odd_space(letter):
            return f"; place {place} holds {_space_words(letter)}, often copied with a text: type ordinary spaces"
        if ord(letter) > 127:
            what = unicodedata.name(letter, f"U+{ord(letter):04X}").split()
            kind = f"a {what[0].capitalize()} letter" if letter.isalpha() else f"no ASCII character ({' '.join(what)})"
            twin = unicodedata.normalize("NFKD", letter)[0]
            instead = f"write {twin!r}" if twin.isascii() and twin.isalnum() else "write the Latin letter"
            return f"; {letter!r} at place {place} is {kind}: {instead}"
    return ""


def near_name(name: str, known: Iterable[str]) -> str:
    """The nearest known name, and which letter of ``name`` only looks like one of its letters."""
    near = nearest(name, known)
    return (odd_letters(name) if near and near.isascii() else "") + near


def key_advice(key: str, value: object) -> str:
    """Advice on a text that is not ``table.id.field``, given the value that stands beside it."""
    parts = [key]
    while isinstance(value, dict) and len(value) == 1 and len(parts) < 3:
        parts, value = [*parts, *value], next(iter(value.values()))
    plain = re.sub(r"\s*[/\\:]\s*|\s+", ".", ".".join(parts).strip(" ./"))
    plain = plain[:1].lower() + plain[1:]
    if plain != key and plain.isascii() and re.fullmatch(r"[a-z_]+(\.\w+){2,}", plain):
        return f"; write {plain}"
    return odd_letters(key)


def enclosed_in_quotes(text: str) -> str:
    """Advice on a whole value in typographic quotation marks."""
    if len(text) > 1 and text[0] in _ENCLOSING and text[-1] in _ENCLOSING:
        return f'{text[0]} and {text[-1]} are typographic quotation marks; write straight ones: "{text[1:-1]}"'
    return ""


def enclosing_quotes(name: str) -> str:
    """Advice on a name that stands in marks of any kind, guillemets too; empty for any other."""
    return odd_letters(name) if name[:1] in _QUOTES or name[-1:] in _QUOTES else ""


def number_advice(text: str, unit: str = "") -> str:
    """What to write in place of a text where a number belongs; ``unit`` is what its field declares."""
    plain = "".join(" " if _is_odd_space(c) else "-" if c in _MINUS else c for c in text.strip())
    if re.fullmatch(_NUMBER, plain):
        if not plain.isascii():
            return "; write it in the digits 0 to 9"
        return "; write it without quotes" if plain == text.strip() else f"; write {plain}, with an ordinary minus sign"
    if found := re.fullmatch(rf"([-+]?\d+(?:[.{_COMMAS}]\d+)?)\s*(?:%|per ?cent|percent|proc\.?|٪|％)", plain):
        return f"; per cent are written as a share: {_point(found[1], 0.01)}"
    if found := re.fullmatch(rf"([-+]?\d+)[{_COMMAS}](\d+)", plain):
        decimal = f"{found[1]}.{found[2]}"
        if len(found[2]) == 3 and found[1] not in ("0", "-0", "+0"):
            whole = f"{found[1]}{found[2]}"
            return f"; a comma may not stand in a number: write {whole}, or {decimal} for a decimal fraction"
        return f"; the decimal sign is a point: write {decimal}"
    if found := re.fullmatch(r"(\d+)\s*/\s*([1-9]\d*)", plain):
        return f"; write {int(found[1]) / int(found[2]):.6g}"
    if found := re.fullmatch(rf"({_GROUPED.pattern})(?:[.,](\d{{1,2}}))?", plain):
        digits = re.sub(r"[^\d+-]", "", found[1])
        return f"; write the digits alone: {digits}" + (f".{found[2]}" if found[2] else "")
    if found := re.fullmatch(rf"({_NUMBER})\s*([^\W\d_]+)\.?", plain):
        factor = _THOUSANDS.get(found[2].lower())
        if factor is not None and not (found[2] == "m" and unit == "m"):
            return f"; write the digits alone: {float(found[1]) * factor:.12g}"
    if found := re.fullmatch(rf"({_GROUPED.pattern}|{_NUMBER})\s*(\D.*)", plain):
        digits = re.sub(r"[\s'’_,]", "", found[1])
        own = _UNITS.get(unit, ())
        if own and found[2].strip(". ").lower() not in own:
            return f"; the number is in {own[0]}, not in {_cut(found[2], 20)}"
        known = f"it is in {own[0]}" if own else "its unit is in docs/geodata_fields.md"
        return f"; write the number alone: {digits}; {known}"
    return ""


def yaml_advice(text: str, line: int | None, what: str) -> tuple[str, int | None] | None:
    """What is wrong with a text that is not YAML, in a planner's words, and on which line (1-based); None if unknown.

    ``line`` and ``what`` are where and of what the parser complained.
    """
    if line is None:
        return None
    lines = text.splitlines()
    at = min(line, len(lines))
    for number in range(at, 0, -1):  # the parser may notice a line or two later
        indent = re.match(r"[^\S\n]*(?:-[^\S\n]+)*", lines[number - 1]).group()  # type: ignore[union-attr]
        if "\t" in indent:
            return "a tab; indent with spaces", number
        if odd := next((c for c in indent if _is_odd_space(c)), None):
            return f"{_space_words(odd)} at the beginning of the line; type ordinary spaces", number
    here = lines[at - 1] if lines else ""
    before = lines[at - 2] if at > 1 else ""
    if "mapping values are not allowed" in what:
        found = re.match(r"\s*(?:-\s+)*([^\s:{\[][^:]*):\s+(\S.*)$", here)
        if found and re.search(r":(?=\s|$)", found[2]) and found[2][0] not in "'\"[{":
            return f"a colon inside a text; put the text in quotes: {found[1]}: {_quoted(found[2])}", at
        if found := re.match(r"\s*(?:-\s+)*([A-Za-z_][\w.]*):([{\['\"].*)$", here):
            return f"a space is missing after the colon: {found[1]}: {_cut(found[2])}", at
        return "is indented more than the line before, which is complete already; align it with its neighbours", at
    if "could not find expected ':'" in what or "expected <block end>" in what:
        for number, candidate in ((at, here), (at - 1, before)):
            if found := re.match(r"\s*(?:-\s+)*([A-Za-z_][\w.]*):([^ \n].*)$", candidate):
                if odd := odd_space(found[2][0]):
                    return f"{odd} after the colon; type an ordinary space", number
                value = "".join(" " if _is_odd_space(c) else c for c in found[2]).strip()
                return f"a space is missing after the colon: {found[1]}: {value}", number
        for number, candidate in ((at - 1, before), (at, here)):
            if found := re.match(r"\s*(?:-\s+)*([A-Za-z_][\w.]*)\s*[=：]\s*(\S.*)$", candidate):
                return f"write a colon and a space: {found[1]}: {found[2]}", number
            if re.fullmatch(r"\s*[A-Za-z_][\w.]*\s*", candidate):
                return f"a colon is missing after {candidate.strip()!r}", number
    if "did not find expected ','" in what:
        return "a bracket is not closed, or a comma is missing, here or above", at
    if "did not find expected key" in what and re.match(r"-\s", here):
        return "an entry of a list (-) stands among fields; give it a name, or indent it below one", at
    if "quoted scalar" in what or "unexpected end of stream" in what:
        return "a quotation mark is not closed", at
    if "cannot start any token" in what:
        found = re.match(r"\s*(?:-\s+)*([^\s:]+):\s+([@`%].*)$", here)
        if found:
            return f"a text that begins with {found[2][0]} needs quotes: {found[1]}: {_quoted(found[2])}", at
    return None


def without_space(text: str) -> str:
    """Advice on a whole file read as one text: ``title:Ships`` has no space after the colon."""
    found = re.match(r"([A-Za-z_][\w.]*):(\S.*)", text)
    return f"; a space is missing after the colon: {found[1]}: {found[2]}" if found else ""


def decimal_comma(before: object, digits: str) -> str:
    """Advice on ``{x: 0,5}``, which YAML reads as two entries; empty if ``digits`` is not such a second part."""
    if isinstance(before, int) and not isinstance(before, bool) and digits.isascii() and digits.isdigit():
        return f"the decimal sign is a point: write {before}.{digits}"
    return ""


def odd_space(text: str) -> str:
    """Words on the first space in ``text`` that is no ordinary one; empty if there is none."""
    return next((_space_words(c) for c in text if _is_odd_space(c)), "")


def _is_odd_space(letter: str) -> bool:
    return letter not in " \n" and (letter in "\t\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e" or letter.isspace())


def _space_words(letter: str) -> str:
    if letter == "\t":
        return "a tab"
    if letter in "\u00a0\u202f\u2007":
        return "a non-breaking space"
    return f"an invisible character ({unicodedata.name(letter, f'U+{ord(letter):04X}').lower()})"


def _point(text: str, factor: float) -> str:
    return f"{float(re.sub(f'[{_COMMAS}]', '.', text)) * factor:.12g}"


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _quoted(text: str) -> str:
    text = text.strip()
    return f'"{text}"' if "'" in text or '"' not in text else f"'{text}'"

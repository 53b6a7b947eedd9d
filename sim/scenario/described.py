"""What a field of an input file means, said where the field is: one sentence, its unit, and words for pictures."""

from __future__ import annotations

from typing import Any

from pydantic import Field

#: Unit of a number that has none: a rank, an ordinal, a seed.
NO_UNIT = "none"
#: Unit of a length of time: the value carries it.
AS_WRITTEN = "as written"
#: Unit of what is taken of a facility: that facility's.
OF_THE_FACILITY = "of the facility"


def described(
    meaning: str, unit: str | None = None, *, words: str | None = None, patch: str | None = None, **field: Any
) -> Any:
    """A field with its meaning.

    Args:
        meaning: one sentence or two, in words of the trade.
        unit: of a number; ``{name}`` in it stands for what the row's field ``name`` says. A field without numbers
            has none (None).
        words: what sentences and pictures call the field; None: its own name.
        patch: what of a built model follows from the field, if nothing else does (``sim.network.patching``); None:
            another value of it needs another model.
        field: what ``pydantic.Field`` takes besides: ``default``, bounds, ``alias``.
    """
    extra: dict[str, Any] = {
        name: text for name, text in (("unit", unit), ("words", words), ("patch", patch)) if text is not None
    }
    extra |= field.pop("json_schema_extra", {})
    return Field(description=meaning, json_schema_extra=extra or None, **field)

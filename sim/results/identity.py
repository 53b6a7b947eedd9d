"""What names a run and proves its files: hashes of everything that decides a result, and of what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def run_id(
    world: Mapping[str, Any] | str,
    geodata_digest: str,
    engine: str,
    seed: int,
    replications: int,
    code: str,
    drawn: Mapping[str, Any] | None = None,
) -> str:
    """Twelve hexadecimal digits that name a run: equal if and only if everything that decides its result is.

    Args:
        world: the resolved world as plain data (``World.canonical()``), or the text of it (``canonical_text``).
        geodata_digest, code: digests of the geodata's files and of the package's sources.
        engine, seed, replications: as run.
        drawn: what decides the world of each replication, where that is drawn.
    """
    facts = {
        "geodata": geodata_digest,
        "engine": engine,
        "seed": seed,
        "replications": replications,
        "code": code,
    }
    if drawn is not None:
        facts["drawn"] = drawn
    text = world if isinstance(world, str) else canonical_text(world)
    # as all facts in one would be written: the world's name is the last
    return hashlib.sha256(f'{canonical_text(facts)[:-1]},"world":{text}}}'.encode()).hexdigest()[:12]


def short_id(facts: Sequence[Any]) -> str:
    """Twelve hexadecimal digits that name what was made from runs: by their ids and whatever else decides it."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


def code_digest(package: Path | None = None) -> str:
    """SHA-256 over the names and contents of the package's ``*.py`` files."""
    package = Path(__file__).resolve().parents[1] if package is None else package
    total = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        total.update(path.relative_to(package).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sealed(facts: Mapping[str, Any]) -> dict[str, object]:
    """Facts as JSON will give them back, with their own SHA-256 under ``digest``, by which any change is noticed."""
    plain = json.loads(json.dumps({key: value for key, value in facts.items() if key != "digest"}, default=str))
    return plain | {"digest": hashlib.sha256(canonical_text(plain).encode()).hexdigest()}


def is_sealed(facts: Any) -> bool:
    """Whether facts are what ``sealed`` once returned: an object of any other shape or content is not."""
    try:
        return isinstance(facts, dict) and "digest" in facts and bool(facts["digest"] == sealed(facts)["digest"])
    except (ValueError, RecursionError):
        return False


def canonical_text(facts: Mapping[str, Any]) -> str:
    """Facts as one line of JSON, keys in order."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)

"""The manifest of a finished run: what was run, and size and SHA-256 of every file, under a digest of its own.

It is written last. Whatever stands in its place and is not what was written is refused in one line, so that who
reads it may rely on every key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.results.files import whole_file
from sim.results.identity import file_digest, is_sealed, sealed

MANIFEST = "manifest.json"
#: The same of a study: its name, its id and its files.
STUDY = "study.json"
#: The manifest's own layout; readers refuse another.
MANIFEST_VERSION = 2
_known: dict[tuple[Path, int, int], str] = {}


def write_manifest(folder: Path, facts: Mapping[str, Any], name: str = MANIFEST) -> None:
    """Write the manifest of a run or study whose files are all there. Raises RunError."""
    with whole_file(folder / name) as handle:
        handle.write((json.dumps(sealed(facts), indent=1) + "\n").encode())


def read_manifest(folder: Path, name: str = MANIFEST) -> dict[str, Any] | None:
    """The manifest of a finished run or study; None if there is no such file.

    Raises:
        RunError: in one line, if it is not as this program wrote it.
    """
    path = folder / name
    try:
        manifest: Any = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise RunError(f"{path} is not a manifest: it is no JSON") from None
    version = manifest.get("manifest_version") if isinstance(manifest, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise RunError(f"{path} is not the manifest of a {'study' if name == STUDY else 'run'}")
    if version != MANIFEST_VERSION:
        raise RunError(f"{folder}: manifest version {version}; this program reads {MANIFEST_VERSION}; run again")
    if not is_sealed(manifest):
        raise RunError(f"{path} has changed since it was written")
    return dict(manifest)


def missing_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What can be seen of a run's files without reading them: those that are missing or of another size."""
    wrong = []
    for name, said in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != said["bytes"]:
            wrong.append(f"{name} has changed since it was written")
    return wrong


def changed_files(folder: Path, manifest: Mapping[str, Any], anew: bool = False) -> list[str]:
    """The run's files that are missing or have another SHA-256 than when they were written.

    A file is read once a process as long as its time and size stay; ``anew`` reads all.
    """
    wrong = missing_files(folder, manifest)
    told = {line.split(" ", 1)[0] for line in wrong}
    for name, said in manifest["files"].items():
        if name not in told and digest_of(folder / name, anew) != said["sha256"]:
            wrong.append(f"{name} has changed since it was written")
    return wrong


def digest_of(path: Path, anew: bool = False) -> str:
    """SHA-256 of a file, read once a process as long as its time and size stay; empty if it cannot be read."""
    try:
        stat = path.stat()
        key = path.absolute(), stat.st_mtime_ns, stat.st_size
        if anew or key not in _known:
            _known[key] = file_digest(path)
    except OSError:
        return ""
    return _known[key]

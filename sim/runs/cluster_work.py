"""What a worker of a cluster does: it is handed plain values and the files of the geodata, and gives bytes back.

It needs the installed program and nothing else: no shared disk, no files of the scenario. Everything that is costly to
make is kept in its process for the next task of the same study.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RunError
from sim.network.accepted import accepted_path
from sim.network.geofolder import geodata_files
from sim.results.identity import code_digest
from sim.results.parts import part_path
from sim.runs.kept import Kept
from sim.runs.point_work import PointWorker
from sim.runs.worker import Job, Worker

if TYPE_CHECKING:
    from sim.results.pointstore import Failure
    from sim.runs.point_work import PointJob, PointTask
    from sim.scenario.load import Scenario

#: Studies whose models a process keeps.
_STUDIES = 2
_point_workers: Kept[str, PointWorker] = Kept(_STUDIES)
_run_workers: Kept[str, Worker] = Kept(_STUDIES)
_folders: Kept[str, Path] = Kept(8)


def packed(folder: Path) -> bytes:
    """The files of a geodata folder that decide results, its accepted sets among them, as they travel."""
    content, accepted = io.BytesIO(), accepted_path(folder)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (*geodata_files(folder), *([accepted] if accepted.is_file() else ())):
            archive.writestr(path.relative_to(folder).as_posix(), path.read_bytes())
    return content.getvalue()


def point(study: str, job: PointJob, task: PointTask, geodata: bytes) -> tuple[bytes, Failure | None]:
    """A replication of a point: ``PointWorker.work``. ``study`` names the job among those that this process keeps."""
    refuse_other_code(job.code)

    def begin() -> PointWorker:
        return PointWorker(replace(job, scenario=_here(job.scenario, geodata)))

    own = _point_workers.get(study, begin)
    if task.scenario is not None:
        task = replace(task, scenario=_here(task.scenario, geodata))
    return own.work(task)


def part(study: str, code: str, job: Job, replication: int, geodata: bytes) -> bytes:
    """A replication of a run: the bytes of its part."""
    refuse_other_code(code)

    def begin() -> Worker:
        return Worker(replace(job, scenario=_here(job.scenario, geodata)))

    with tempfile.TemporaryDirectory(prefix="corridor-part-") as folder:
        _run_workers.get(study, begin).replicate(replication, into=Path(folder))
        return part_path(Path(folder), replication).read_bytes()


def refuse_other_code(code: str) -> None:
    """Raise RunError if this process has another version of the program than the one that asks."""
    if (own := _own_code()) != code:
        raise RunError(f"a worker has another version of the program: code {own[:12]}, here {code[:12]}")


@cache
def _own_code() -> str:
    return code_digest()


def _here(scenario: Scenario, geodata: bytes) -> Scenario:
    """The scenario with its geodata in a folder of this machine, which goes with the worker."""

    def unpack() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="geodata-", dir=_own_folder()))
        with zipfile.ZipFile(io.BytesIO(geodata)) as archive:
            archive.extractall(folder)
        return folder

    return replace(scenario, geodata_dir=_folders.get(hashlib.sha256(geodata).hexdigest(), unpack))


def _own_folder() -> str:
    from distributed import get_worker

    return str(get_worker().local_directory)

"""Every kind of AOI file: text is read here, and the rest in a process that can do nothing else."""

import os
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from satops.adapters.files.order_files import MAX_INCLUDE_BYTES
from satops.adapters.files.plain_file import read_plain
from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, Kind, aoi_of, kind_of, read_aoi, unreadable
from satops.core.geometry.checks import AOI_UNREADABLE
from satops.errors import UsageError

if TYPE_CHECKING:
    from satops.adapters.gis.gis_process import GisProcess

TIME_MAX_S = 30
"""For one file that is no text."""


class AoiFiles:
    """Reads AOI files of every kind; a context, which ends the process it may have started.

    The first file that is no text costs half a second, each further one some milliseconds.
    """

    def __init__(self, *, time_max_s: int = TIME_MAX_S) -> None:
        self._time_max_s = time_max_s
        self._process: GisProcess | None = None

    def __enter__(self) -> "AoiFiles":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, content: bytes) -> Aoi | Finding:
        """Return what the bytes of a file hold, or why they cannot be used."""
        match kind_of(content):
            case Kind.TEXT:
                return read_aoi(content)
            case Kind.SHP:
                return unreadable(
                    "This is one of the files of a Shapefile, which is four: .shp, .shx, .dbf and "
                    ".prj. Put them in one .zip file, and name that."
                )
            case kind:
                return self._convert(content, kind)

    def close(self) -> None:
        """End the process; another one is started where it is needed again."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _convert(self, content: bytes, kind: Kind) -> Aoi | Finding:
        if find_spec("pyogrio") is None:
            return _without_extra(kind)
        from satops.adapters.gis.gis_files import FAULT, MEMORY_MAX_BYTES
        from satops.adapters.gis.gis_process import GisProcess

        if self._process is None:
            self._process = GisProcess(self._time_max_s)
        answer = self._process.ask(content)
        if answer is None:
            self.close()
            return unreadable(
                f"It is damaged, or it needs more than {self._time_max_s} seconds or "
                f"{MEMORY_MAX_BYTES // 1024**3} GB of memory."
            )
        value = json_text.loads(answer[1:])
        if answer[:1] == FAULT:
            check, summary, detail = value
            return Finding(check, (), summary, detail)
        return aoi_of(value)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file that a person names; raises `UsageError`."""
    read = read_plain(os.path.realpath(path), MAX_INCLUDE_BYTES)
    if isinstance(read, bytes):
        return read
    raise UsageError(f"{path}: {read.words}")


def _without_extra(kind: Kind) -> Finding:
    named = "KMZ files and zipped Shapefiles" if kind is Kind.ZIP else f"{kind} files"
    return AOI_UNREADABLE.finding(
        (),
        f"satops reads {named} with an extra that is not installed:\n    pip install 'satops[gis]'",
    )

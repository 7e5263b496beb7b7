"""Read AOI files of every kind: text in this process, other formats in a sandboxed one."""

import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from satops.adapters.files.order_files import MAX_INCLUDE_BYTES
from satops.adapters.files.plain_file import read_plain
from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, Kind, Readings, aoi_of, kind_of, read_aoi, unreadable
from satops.core.geometry.checks import OUT_OF_TIME
from satops.errors import UsageError

if TYPE_CHECKING:
    from satops.adapters.gis.gis_process import GisProcess

TIME_MAX_S = 30
"""Seconds for one file that is not text."""
RUN_TIME_MAX_S = 300
"""Seconds for all of these files in one run."""


class AoiFiles:
    """Reads AOI files of every kind.  A context manager, which ends the process that it may start.

    The first file that is not text costs half a second, each further one some milliseconds.
    """

    def __init__(
        self,
        *,
        encoding: str | None = None,
        forced: bool = False,
        time_max_s: int = TIME_MAX_S,
        run_time_max_s: float = RUN_TIME_MAX_S,
    ) -> None:
        """`encoding` is the encoding of names in files that do not declare one; with `forced`, in
        all.
        """
        self._asked = {"encoding": encoding, "forced": forced}
        self._time_max_s = time_max_s
        self._run_time_max_s = run_time_max_s
        self._spent_s = 0.0
        self._process: GisProcess | None = None

    def __enter__(self) -> "AoiFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, content: bytes) -> Aoi | Finding:
        """Return the features of a file, or the finding that says why it cannot be used."""
        match kind_of(content):
            case Kind.TEXT:
                return read_aoi(content)
            case Kind.SHP:
                return unreadable(
                    "This is one of the files of a Shapefile, which is four: .shp, .shx, .dbf and "
                    ".prj. Put them in one .zip file, and name that."
                )
        found = self._ask(content, self._asked)
        if isinstance(found, Finding):
            return found
        readings = found.get("readings")
        collection = {"type": "FeatureCollection", "features": found["features"]}
        return aoi_of(collection, None if readings is None else Readings(**readings))

    def read_to_convert(
        self, content: bytes, *, crs: str | None, reproject: bool
    ) -> dict[str, Any] | Finding:
        """Return the features of a file in WGS 84, reprojected with `reproject`.

        `crs` is the code of the coordinates' system, whatever the file declares.  The member
        `moved` holds for each feature the source system (`from`), the accuracy of the move in
        metres (`accuracy_m`, None if not known), and the true area (`area_km2`).
        """
        question = {**self._asked, "convert": True, "crs": crs, "reproject": reproject}
        return self._ask(content, question)

    def close(self) -> None:
        """End the process.  The next file starts another one."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _ask(self, content: bytes, question: dict[str, Any]) -> dict[str, Any] | Finding:
        from satops.adapters.gis.gis_files import FAULT, MEMORY_MAX_BYTES
        from satops.adapters.gis.gis_process import GisProcess

        if self._spent_s > self._run_time_max_s:
            return _out_of_time(self._run_time_max_s)
        began = monotonic()
        if self._process is None:
            self._process = GisProcess(self._time_max_s)
        answer = self._process.ask(json_text.dumps(question), content)
        self._spent_s += monotonic() - began
        if answer is None:
            self.close()
            return unreadable(
                f"It is damaged, or it needs more than {self._time_max_s} seconds or "
                f"{MEMORY_MAX_BYTES // 1024**3} GB of memory."
            )
        value: Any = json_text.loads(answer[1:])
        if answer[:1] == FAULT:
            check, summary, detail, fix = value
            return Finding(check, (), summary, detail, fix=fix)
        assert isinstance(value, dict)
        return value


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.  Raises `UsageError`."""
    read = read_plain(os.path.realpath(path), MAX_INCLUDE_BYTES)
    if isinstance(read, bytes):
        return read
    raise UsageError(f"{path}: {read.words}")


def _out_of_time(run_time_max_s: float) -> Finding:
    return OUT_OF_TIME.finding(
        (),
        f"The AOI files of this run that are no text took more than {run_time_max_s:g} seconds "
        "together, and this one was not read. Convert large files to GeoJSON, which needs no time "
        "of that.",
    )

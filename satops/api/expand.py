"""Expand: show each order of a spec file as a spec of its own."""

from collections.abc import Mapping
from pathlib import Path

from satops.adapters.clock import PinnedZones
from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.schemas import order_schema
from satops.api.repository import FilePath, open_repository
from satops.api.specs import order_tree
from satops.errors import UsageError
from satops.workflow.expand import Collected, Expanded
from satops.workflow.expand import expand as expand_file
from satops.workflow.read_files import FileReader


def expand(
    repository: FilePath, file: FilePath, *, environ: Mapping[str, str] | None = None
) -> Expanded:
    """Return each order of a spec file as a spec of its own.

    Needs no ledger, token or network.  Raises `UsageError` for a file without order specs.
    """
    opened = open_repository(repository, environ=environ)
    root = opened.root.resolve()
    try:
        path = (Path(file).resolve()).relative_to(root).as_posix()
    except ValueError:
        raise UsageError(f"{file} lies outside of this repository.") from None
    files, collected = order_tree(opened), Collected()
    with AoiFiles(encoding=opened.config.encoding) as aois:
        reader = FileReader(
            files,
            opened.config,
            order_schema(opened.offer),
            check=collected,
            read_aoi=aois.read,
            zones=PinnedZones(),
        )
        return expand_file(path, files, reader, collected)

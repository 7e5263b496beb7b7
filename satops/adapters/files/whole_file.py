"""Write a plan or report file whole, or not at all.

It replaces only a file of its own kind.  So no option can overwrite a ledger, a spec, an AOI, the
configuration or another file of a team.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from satops.errors import UsageError

_BEGINNINGS = {
    "report": rb"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    rb"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha",
    "feasibility": rb'\{\s*"format":\s*"satops\.feasibility/',
    "json": rb'\{"format":"satops\.plan/',
    "markdown": rb"<!-- satops plan ",
    "summary": rb"<!-- satops plan ",
    "geojson": rb'\{"type":"FeatureCollection","name":"satops-plan"',
    "github": rb"::(error|warning|notice) ",
    "env": rb"digest=[0-9a-f]{64}\n",
    "commits": rb"[0-9a-f]{40,64}\n",
}
"""The first bytes of each kind of file."""
_BEGINNING_MAX = 256
"""Bytes of a file to compare."""
_STREAMS = frozenset({"/dev", "/dev/fd", "/proc/self/fd"})
"""Folders of streams; `/dev/stdout` may lead to a file."""


def write_whole(path: Path, chunks: Iterable[bytes], *, option: str, kind: str) -> None:
    """Write a whole file, or leave the old one; a link stays a link.

    `option` is the command line's option that named the file, and `kind` a key of `_BEGINNINGS`.
    Raises `UsageError`, also for an existing file that is neither empty nor of that kind.
    """
    try:
        target = Path(os.path.realpath(path))  # still a link if links form a circle
        if _is_no_file(path.absolute()) or _is_no_file(target) or target.is_symlink():
            raise UsageError(f"{option} {path}: this is not a file. Name a file to write to.")
        if path.is_symlink() and not target.is_relative_to(os.path.realpath(path.parent)):
            raise UsageError(
                f"{option} {path}: this is a link that leaves its folder, and a commit may have "
                "brought it. Name the file itself, or remove the link."
            )
        if _leaves_its_repository(path, target):
            raise UsageError(
                f"{option} {path}: a folder of this path is a link that leaves the repository, and "
                "a commit may have brought it. Name the folder itself, or remove the link."
            )
        if _is_other(target, kind):
            raise UsageError(
                f"{option} {path}: satops did not write this file, or wrote it for another use, "
                "and what it holds would be lost. Name another file, or move this one away first."
            )
        _replace(target, chunks)
    except OSError as error:
        raise UsageError(f"{option} {path}: this cannot be written: {error.strerror}.") from error


def _leaves_its_repository(path: Path, target: Path) -> bool:
    """Tell whether a path within a git repository leads out of it."""
    folders = Path(os.path.abspath(path)).parents  # noqa: PTH100 - links must stay
    root = next((folder for folder in folders if (folder / ".git").exists()), None)
    return root is not None and not target.is_relative_to(os.path.realpath(root))


def _is_no_file(path: Path) -> bool:
    """Tell whether a path is a folder, device or stream, which no file may replace."""
    return str(path.parent) in _STREAMS or (path.exists() and not path.is_file())


def _is_other(path: Path, kind: str) -> bool:
    """Tell whether a file is of another kind.  Raises OSError if it cannot be read."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING_MAX)
    return bool(beginning) and re.match(_BEGINNINGS[kind], beginning) is None


def _replace(path: Path, chunks: Iterable[bytes]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # on a read-only disk it fails too
            temporary.unlink()
        raise

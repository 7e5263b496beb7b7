"""Write files: new ones of a repository, and plans and reports, each whole or not at all.

A plan or report replaces only a file of its own kind.  So no option can overwrite a ledger, a spec,
an AOI, the configuration or another file of a team.
"""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from satops.adapters.disk import open_plain
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.errors import Refused, UsageError

_TEXT_BYTES_MAX = 1024 * 1024


def write_new(root: Path, files: Mapping[str, str | bytes], *, instead: str = "") -> None:
    """Write all files, or none if one of them exists with other content.

    Paths are relative to `root`, which is created if needed.  Raises `Refused` with the existing
    files and what to do `instead`, and `UsageError` if a file cannot be written.
    """
    try:
        taken = [path for path, content in files.items() if _differs(root / path, content)]
        if taken:
            raise Refused(
                f"Nothing was written: {', '.join(taken)} in {root.as_posix()} would be "
                "overwritten. " + (instead or "Move what is there, or choose another folder.")
            )
        for path, content in files.items():
            if not (root / path).exists():
                _write(root, path, content, mode="xb")
    except OSError as error:
        raise UsageError(f"{error.filename or root}: {error.strerror}.") from error


def replace(root: Path, files: Mapping[str, bytes], removed: Iterable[str]) -> None:
    """Replace files, and remove others.

    Raises `UsageError` if a file cannot be written.
    """
    try:
        for path, content in files.items():
            _write(root, path, content, mode="wb")
        for path in removed:
            (root / path).unlink()
    except OSError as error:
        raise UsageError(f"{error.filename or root}: {error.strerror}.") from error


def with_line(path: Path, line: str) -> bytes:
    """Return the content of a text file with a line added, unless it has the line.

    Raises `Refused` for a link or anything but a regular file.
    """
    content = read_plain(str(path), _TEXT_BYTES_MAX)
    if isinstance(content, Unreadable):
        if content.kind != "missing":
            raise Refused(f"Nothing was written: {path.as_posix()}: {content.words}")
        content = b""
    if line.encode() in content.splitlines():
        return content
    before = content if content.endswith(b"\n") or not content else content + b"\n"
    return before + line.encode() + b"\n"


def write_plain(path: Path, content: bytes) -> None:
    """Write a file, never through a link.  Raises `UsageError`."""
    try:
        file = open_plain(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error


def _differs(path: Path, content: str | bytes) -> bool:
    return path.is_symlink() or (path.exists() and path.read_bytes() != _bytes(content))


def _write(root: Path, path: str, content: str | bytes, *, mode: str) -> None:
    folder = (root / path).parent
    if not folder.resolve().is_relative_to(root.resolve()):
        raise Refused(
            f"{path} lies behind a link that leaves {root.as_posix()}. It was not written."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (root / path).open(mode) as file:
        file.write(_bytes(content))


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def is_there(path: Path) -> bool:
    """Tell whether a path exists, also as a broken link.  Raises `UsageError`."""
    try:
        return os.path.lexists(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error


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

"""Write files into a repository, new ones or in place of satops's own."""

import os
from collections.abc import Iterable, Mapping
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

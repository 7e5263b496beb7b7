"""Files that satops writes into a repository: for the first time, or in place of its own."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from satops.adapters.disk import open_plain
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.errors import Refused, UsageError

_TEXT_BYTES_MAX = 1024 * 1024


def write_new(root: Path, files: Mapping[str, str | bytes], *, instead: str = "") -> None:
    """Write all of some files, or none where one of them exists with other content.

    Paths are relative to `root`, which is made where it is missing.  Raises `Refused`, naming
    every file that is in the way and what to do `instead`, and `UsageError` when the disk refuses.
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
    """Write files in place of what is there, and remove others.

    Raises `UsageError` when the disk refuses.
    """
    try:
        for path, content in files.items():
            _write(root, path, content, mode="wb")
        for path in removed:
            (root / path).unlink()
    except OSError as error:
        raise UsageError(f"{error.filename or root}: {error.strerror}.") from error


def with_line(path: Path, line: str) -> bytes:
    """Return the content of a text file with a line added, unless it is there.

    Raises `Refused` for a link and for what is no file: what it leads to is not ours to change.
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
    """Write a file, and never through a link.  Raises `UsageError`."""
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
    """Tell whether anything has a path, a broken link included.  Raises `UsageError`."""
    try:
        return os.path.lexists(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error

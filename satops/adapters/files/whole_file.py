"""Files that take their place whole, or not at all: what a plan or a report is written to."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from satops.core.ledger.formats import FORMAT
from satops.errors import UsageError

_LEDGER = f'{{"format":"{FORMAT}"'.encode()
_STREAMS = frozenset({"/dev", "/dev/fd", "/proc/self/fd"})
"""Folders of streams: `/dev/stdout` may well lead to a file."""


def write_whole(
    path: Path, chunks: Iterable[bytes], *, option: str, what: str, instead: str = ""
) -> None:
    """Put a file in its place whole, or leave what was there; a link stays a link.

    `option` is the one that named the file, `what` is written to it, and `instead` says what to do
    where it is no file.  Raises `UsageError`.
    """
    try:
        target = Path(os.path.realpath(path))  # still a link where links lead in a circle
        if _is_no_file(path.absolute()) or _is_no_file(target) or target.is_symlink():
            hint = f"; {instead}" if instead else "."
            raise UsageError(
                f"{option} {path}: this is not a file. Name a file to write the {what} to{hint}"
            )
        if _is_ledger(target):
            raise UsageError(
                f"{option} {path}: this is a ledger, and it would be lost with every order number "
                f"in it. Name another file to write the {what} to."
            )
        _replace(target, chunks)
    except OSError as error:
        raise UsageError(
            f"{option} {path}: the {what} cannot be written: {error.strerror}."
        ) from error


def _is_no_file(path: Path) -> bool:
    """Tell whether a path is a folder, a device or a stream: no file may take its place."""
    return str(path.parent) in _STREAMS or (path.exists() and not path.is_file())


def _is_ledger(path: Path) -> bool:
    """Tell whether a file begins as a ledger does; raises OSError for one that cannot be read."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(len(_LEDGER)) == _LEDGER


def _replace(path: Path, chunks: Iterable[bytes]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # on a read-only disk, an error of its own
            temporary.unlink()
        raise

"""Files that satops writes into a repository: for the first time, or in place of its own."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from satops.errors import Refused, UsageError


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


def add_line(path: Path, line: str) -> None:
    """Add a line to a text file, unless it is there; the file is made where it is missing."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if line not in text.splitlines():
        before = text if text.endswith("\n") or not text else f"{text}\n"
        path.write_text(f"{before}{line}\n", encoding="utf-8")


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

"""Files that satops writes for the first time: it never overwrites one."""

from collections.abc import Mapping
from pathlib import Path

from satops.errors import Refused, UsageError


def write_new(root: Path, files: Mapping[str, str]) -> None:
    """Write all of some files, or none where one of them exists with other content.

    Paths are relative to `root`, which is made where it is missing.  Raises `Refused`, naming
    every file that is in the way, and `UsageError` when the disk refuses.
    """
    try:
        taken = [path for path, text in files.items() if _differs(root / path, text)]
        if taken:
            raise Refused(
                f"Nothing was written: {', '.join(taken)} in {root} would be overwritten. "
                "Move what is there, or choose another folder."
            )
        for path, text in files.items():
            if not (root / path).exists():
                _write(root / path, text)
    except OSError as error:
        raise UsageError(f"{error.filename or root}: {error.strerror}.") from error


def add_line(path: Path, line: str) -> None:
    """Add a line to a text file, unless it is there; the file is made where it is missing."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if line not in text.splitlines():
        before = text if text.endswith("\n") or not text else f"{text}\n"
        path.write_text(f"{before}{line}\n", encoding="utf-8")


def _differs(path: Path, text: str) -> bool:
    return path.is_symlink() or (path.exists() and path.read_bytes() != text.encode())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(text.encode())

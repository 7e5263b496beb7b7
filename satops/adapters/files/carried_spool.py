"""Read a spool of another machine: a file or folder named by a person."""

import os
from collections.abc import Iterator
from pathlib import Path

from satops.adapters.files.local_state import MAX_BYTES
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.adapters.files.spool import parse_spool
from satops.core.order.submission import Receipt
from satops.errors import UsageError
from satops.ports import Spooled

_FILES_MAX = 1000


def read_carried(path: Path) -> tuple[list[Spooled], int]:
    """Return the receipts of a spool, oldest first, and the number of its other lines.

    In a folder, the `.jsonl` files at any depth are read; links are not followed.  Raises
    `UsageError`.
    """
    receipts: dict[Spooled, None] = {}
    others = 0
    for file in _files(path):
        content = read_plain(str(file), MAX_BYTES)
        if isinstance(content, Unreadable):
            raise UsageError(f"{file}: {content.words}")
        entries, _ = parse_spool(content)
        found = [entry for entry in entries if isinstance(entry.outcome, Receipt)]
        receipts |= dict.fromkeys(found)
        others += sum(map(bool, content.split(b"\n"))) - len(found)
    return sorted(receipts, key=lambda entry: (entry.time, entry.name)), others


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    files = sorted(
        Path(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith(".jsonl")
    )
    if not files:
        raise UsageError(f"{path}: there is no .jsonl file in this folder, so it is no spool.")
    if len(files) > _FILES_MAX:
        raise UsageError(f"{path}: it holds {len(files):,} files, and at most {_FILES_MAX:,} fit.")
    yield from files

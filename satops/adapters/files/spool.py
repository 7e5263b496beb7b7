"""The spool: outcomes on this machine's disk until they are in the ledger.

Each run writes one JSON Lines file in the ledger's folder.  A file is deleted once the ledger holds
all its outcomes, and is not changed before, so that no crash can lose an order number.  Beside them
a file reserves disk space: when the disk is full, it is shortened to make room for outcomes of sent
orders.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import ValidationError, convert, to_builtins

from satops.adapters.disk import flush, flush_folder, open_plain
from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.ports import Spooled

_OUTCOME_BYTES = 4 * 1024
"""Bytes reserved for one outcome: more than the longest evidence."""
_ROOM = "room"


class FileSpool:
    """The spool of one ledger.  The folder need not exist yet.  Thread-safe."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder
        self._forgotten: set[Spooled] = set()
        """Entries that the ledger holds, in files that also hold others."""
        self._named: set[Path] = set()
        """Files whose names are durable in the folder."""

    @property
    def address(self) -> str:
        """The folder, for messages."""
        return str(self._folder.path)

    def prepare(self, outcomes: int) -> None:
        """Reserve room for some outcomes; see `ports.Spool.prepare`.

        The room stays reserved for later runs.
        """
        size = outcomes * _OUTCOME_BYTES
        path = self._folder.place(_ROOM)
        with suppress(FileNotFoundError):
            if path.lstat().st_size >= size:
                return
        with self._folder.locked():
            fd = open_plain(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                missing = size - os.fstat(fd).st_size
                if missing <= 0:
                    return
                os.lseek(fd, 0, os.SEEK_END)
                # Random bytes, since a compressing disk stores zeros in no space.
                _write(fd, os.urandom(missing))
                flush(fd)
                flush_folder(self._folder.path)
            except OSError:
                self._give_way()
                raise
            finally:
                os.close(fd)

    def keep(self, entry: Spooled) -> None:
        """Append the outcome to its run's file; see `ports.Spool.keep`.

        Threads write one after the other and then share one flush.
        """
        line = json_text.dumps_replacing(to_builtins(entry))
        path = self._path(entry.run)
        try:
            self._append(path, line)
        except OSError:
            with self._folder.locked():  # so that no other process takes the room
                self._give_way()
                self._append(path, line)

    def _append(self, path: Path, line: bytes) -> None:
        fd = -1
        try:
            with self._folder.locked():
                fd = open_plain(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
                named = path in self._named and os.fstat(fd).st_size > 0
                # Start on a new line, since a full disk may have cut the last one short.
                _write(fd, b"\n" + line + b"\n")
            flush(fd)
            if not named:
                flush_folder(self._folder.path)
                self._named.add(path)
        finally:
            if fd >= 0:
                os.close(fd)

    def _give_way(self) -> None:
        with suppress(OSError):
            (self._folder.path / _ROOM).unlink()

    def entries(self) -> Sequence[Spooled]:
        """Read every file; see `ports.Spool.entries`."""
        if not self._folder.exists:
            return []
        with self._folder.locked():
            paths = sorted(self._folder.path.glob("*.jsonl"))
            kept = [entry for path in paths for entry in self._read(path)]
        return sorted(dict.fromkeys(kept), key=lambda entry: entry.time)

    def forget(self, entries: Sequence[Spooled]) -> None:
        """Delete the files whose entries are all recorded; see `ports.Spool.forget`."""
        self._forgotten.update(entries)
        for path in sorted({self._path(entry.run) for entry in entries}):
            # A file that cannot be deleted is read again, and holds nothing new for the ledger.
            with suppress(OSError):
                self._forget(path)

    def _forget(self, path: Path) -> None:
        if not self._folder.exists:
            return
        with self._folder.locked():
            kept = set(self._read(path))
            if kept <= self._forgotten:
                path.unlink(missing_ok=True)
                self._forgotten -= kept
                self._named.discard(path)

    def _read(self, path: Path) -> list[Spooled]:
        content = self._folder.read(path.name) or b""
        kept, strange = parse_spool(content)
        if strange:
            # Another version of satops may have written an order number there.
            raise OSError(f"{path} holds {strange} lines that this version of satops cannot read")
        return kept

    def _path(self, run: str) -> Path:
        return self._folder.path / (re.sub(r"[^A-Za-z0-9._-]", "_", run) + ".jsonl")


def parse_spool(content: bytes) -> tuple[list[Spooled], int]:
    """Return the entries of a spool file, and the number of JSON lines that are no entries.

    A part after the last newline, or a line that is not JSON, was cut short: `keep` did not return
    for it, and its caller has printed the number.
    """
    kept, strange = [], 0
    for line in content.split(b"\n")[:-1]:
        try:
            fields = json_text.loads(line)
        except json_text.NotJson:
            continue
        try:
            kept.append(convert(fields, Spooled))
        except ValidationError:
            strange += 1
    return kept, strange


def _write(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]

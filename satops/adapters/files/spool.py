"""The spool: outcomes on this machine's disk until they are in the ledger.

One JSON Lines file for each run.  A file goes when all of it is in the ledger; until then none of
its lines is touched, so that no crash between the two can lose an order number.
"""

import fcntl
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from satops.core import json_text
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.ports import Spooled

_OUTCOMES: dict[str, type[Receipt | Rejection | NotSent | InDoubt]] = {
    kind.__name__: kind for kind in (Receipt, Rejection, NotSent, InDoubt)
}


class FileSpool:
    """A spool in a folder of its own, which need not exist yet.  Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._forgotten: set[Spooled] = set()
        """Entries that are in the ledger, in files that hold others which are not."""
        self._named: set[Path] = set()
        """Files whose names are on the disk in the folder, for certain."""
        self._threads = threading.Lock()

    def prepare(self, run: str) -> None:
        """Prove that a file of this run can be made; see `ports.Spool.prepare`."""
        self._make_folder()
        with self._threads, self._locked(self._path(run), os.O_CREAT) as fd:
            os.fsync(fd)
            _flush_folder(self._folder)
            if os.fstat(fd).st_size == 0:
                self._path(run).unlink()

    def keep(self, entry: Spooled) -> None:
        """Append the outcome to its run's file; see `ports.Spool.keep`.

        Threads write one after the other and wait for the disk together, so that one flush brings
        the lines of many.
        """
        outcome = {"kind": type(entry.outcome).__name__, **asdict(entry.outcome)}
        line = json_text.dumps_replacing({**asdict(entry), "outcome": outcome})
        self._make_folder()
        path = self._path(entry.run)
        with self._locked(path, os.O_CREAT) as fd:
            named = path in self._named and os.fstat(fd).st_size > 0
            # A line that a full disk cut short stays alone: this one begins on a line of its own.
            _write(fd, b"\n" + line + b"\n")
            if named:
                fcntl.flock(fd, fcntl.LOCK_UN)
            os.fsync(fd)
            if not named:
                _flush_folder(self._folder)
                self._named.add(path)

    def entries(self, ledger: str) -> Sequence[Spooled]:
        """Read every file; see `ports.Spool.entries`."""
        kept = [entry for path in self._paths() for entry in _read(path)]
        return sorted(
            (entry for entry in kept if entry.ledger == ledger), key=lambda entry: entry.time
        )

    def forget(self, entries: Sequence[Spooled]) -> None:
        """Delete the files of which nothing else is left; see `ports.Spool.forget`."""
        self._forgotten.update(entries)
        for path in sorted({self._path(entry.run) for entry in entries}):
            try:
                with self._threads, self._locked(path) as fd:
                    kept = set(_parse(_content(fd)))
                    if kept <= self._forgotten:
                        path.unlink()
                        self._forgotten -= kept
            except OSError:
                # Another run was done with the file first, or the disk refuses.  A file that stays
                # is read again, and found to hold nothing that the ledger does not have.
                continue

    def _make_folder(self) -> None:
        if self._folder.is_dir():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A power cut could take away new folders with all that is in them.
        for parent in (self._folder.parent, self._folder.parent.parent):
            _flush_folder(parent)

    def _path(self, run: str) -> Path:
        return self._folder / (re.sub(r"[^A-Za-z0-9._-]", "_", run) + ".jsonl")

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    @contextmanager
    def _locked(self, path: Path, flags: int = 0) -> Iterator[int]:
        """Open a file and lock it, once it is certain that no other run has just deleted it."""
        while True:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                if os.fstat(fd).st_nlink > 0:
                    yield fd
                    return
            finally:
                os.close(fd)


def _read(path: Path) -> list[Spooled]:
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        return []


def _parse(content: bytes) -> list[Spooled]:
    # What follows the last newline was cut short, and so was any line that does not parse:
    # `keep` did not return for it, and its caller has told the number to a person.
    parsed = (_entry(line) for line in content.split(b"\n")[:-1])
    return [entry for entry in parsed if entry is not None]


def _entry(line: bytes) -> Spooled | None:
    try:
        fields: dict[str, Any] = json_text.loads(line)
        outcome = fields.pop("outcome")
        return Spooled(**fields, outcome=_outcome(outcome))
    except (json_text.NotJson, KeyError, TypeError, AttributeError):
        return None


def _outcome(fields: dict[str, Any]) -> Outcome:
    return _OUTCOMES[fields.pop("kind")](**fields)


def _content(fd: int) -> bytes:
    return os.pread(fd, os.fstat(fd).st_size, 0)


def _write(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]


def _flush_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

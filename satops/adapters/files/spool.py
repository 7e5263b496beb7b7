"""The spool: outcomes on this machine's disk until they are in the ledger.

One JSON Lines file for each run, in the folder of the ledger.  A file goes when all of it is in the
ledger; until then none of its lines is touched, so that no crash between the two can lose an order
number.  Beside them lies a file that only takes room: where the disk is full, it gives way to the
outcomes of what was sent.
"""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from satops.adapters.disk import flush, flush_folder, open_plain
from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.core.order.submission import InDoubt, NotSent, Receipt, Rejection
from satops.ports import Spooled

_OUTCOMES: dict[str, type[Receipt | Rejection | NotSent | InDoubt]] = {
    kind.__name__: kind for kind in (Receipt, Rejection, NotSent, InDoubt)
}
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_OUTCOME_BYTES = 4 * 1024
"""Room for one outcome: more than the longest evidence has."""
_ROOM = "room"


class FileSpool:
    """The spool of one ledger, in a folder that need not exist yet.  Threads may share it."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder
        self._forgotten: set[Spooled] = set()
        """Entries that are in the ledger, in files that hold others which are not."""
        self._named: set[Path] = set()
        """Files whose names are on the disk in the folder, for certain."""

    @property
    def address(self) -> str:
        """The folder, for messages."""
        return str(self._folder.path)

    def prepare(self, outcomes: int) -> None:
        """Make sure of room for some outcomes; see `ports.Spool.prepare`.

        The room stays from run to run.
        """
        size = outcomes * _OUTCOME_BYTES
        with self._folder.locked():
            fd = open_plain(self._folder.place(_ROOM), os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                missing = size - os.fstat(fd).st_size
                if missing <= 0:
                    return
                os.lseek(fd, 0, os.SEEK_END)
                # Chance, for a disk that compresses: zeros would take no room.
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

        Threads write one after the other and wait for the disk together, so that one flush brings
        the lines of many.
        """
        outcome = {"kind": type(entry.outcome).__name__, **asdict(entry.outcome)}
        line = json_text.dumps_replacing({**asdict(entry), "outcome": outcome})
        path = self._path(entry.run)
        try:
            self._append(path, line)
        except OSError:
            with self._folder.locked():  # so that nobody else takes the room
                self._give_way()
                self._append(path, line)

    def _append(self, path: Path, line: bytes) -> None:
        fd = -1
        try:
            with self._folder.locked():
                fd = open_plain(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
                named = path in self._named and os.fstat(fd).st_size > 0
                # A line that a full disk cut short stays alone: this one begins on its own.
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
        """Delete the files of which nothing else is left; see `ports.Spool.forget`."""
        self._forgotten.update(entries)
        for path in sorted({self._path(entry.run) for entry in entries}):
            # The disk may refuse.  A file that stays is read again, and found to hold nothing that
            # the ledger does not have.
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
            # Another version of satops may have written it, and it may hold an order number.
            raise OSError(f"{path} holds {strange} lines that this version of satops cannot read")
        return kept

    def _path(self, run: str) -> Path:
        return self._folder.path / (re.sub(r"[^A-Za-z0-9._-]", "_", run) + ".jsonl")


def parse_spool(content: bytes) -> tuple[list[Spooled], int]:
    """Return the entries of a spool file, and how many lines are JSON and none.

    What follows the last newline was cut short, and so was a line that is no JSON: `keep` did not
    return for it, and its caller has told the number to a person.
    """
    kept, strange = [], 0
    for line in content.split(b"\n")[:-1]:
        try:
            fields = json_text.loads(line)
        except json_text.NotJson:
            continue
        entry = _entry(fields)
        if entry is None:
            strange += 1
        else:
            kept.append(entry)
    return kept, strange


def _entry(fields: Any) -> Spooled | None:
    try:
        kind = _OUTCOMES[fields["outcome"].pop("kind")]
        outcome = kind(**fields.pop("outcome"))
        entry = Spooled(**fields, outcome=outcome)
    except (KeyError, TypeError, AttributeError):
        return None
    return entry if _is_sound(entry) else None


def _is_sound(entry: Spooled) -> bool:
    """Hold a line of the disk against the types of its fields; a file there may be anybody's."""
    texts: tuple[object, ...] = (entry.ledger, entry.run, entry.name, entry.time, entry.intent)
    return (
        all(isinstance(text, str) for text in texts)
        and _DIGEST.match(entry.intent) is not None
        and type(entry.attempt) is int
        and _IS_SOUND[type(entry.outcome)](entry.outcome)
    )


_IS_SOUND: dict[type, Callable[[Any], bool]] = {
    Receipt: lambda it: isinstance(it.order_no, str) and bool(it.order_no.strip()),
    Rejection: lambda it: (
        type(it.code) is int
        and isinstance(it.message, str)
        and type(it.stops_run) is bool
        and isinstance(it.retry_after_s, float | int | None)
    ),
    NotSent: lambda it: isinstance(it.reason, str),
    InDoubt: lambda it: (
        isinstance(it.reason, str)
        and isinstance(it.evidence, str)
        and isinstance(it.claimed_no, str | None)
        and type(it.used) is bool
    ),
}


def _write(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]

"""The spool: outcomes on this machine's disk until they are in the ledger.

One JSON Lines file for each run, in the folder of the ledger.  A file goes when all of it is in the
ledger; until then none of its lines is touched, so that no crash between the two can lose an order
number.  Room for the outcomes of a run is taken before its first intent.
"""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from satops.adapters.disk import flush_folder
from satops.adapters.files.local_state import LocalFolder
from satops.core import json_text
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.ports import Spooled

_OUTCOMES: dict[str, type[Receipt | Rejection | NotSent | InDoubt]] = {
    kind.__name__: kind for kind in (Receipt, Rejection, NotSent, InDoubt)
}
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_ROOM_BYTES = 256 * 1024
"""Taken before the first intent: more than all outcomes that may be on the wire at once."""


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

    def prepare(self, run: str) -> None:
        """Take room for the outcomes of this run; see `ports.Spool.prepare`."""
        with self._folder.locked():
            fd = _open(self._room(run), os.O_WRONLY | os.O_CREAT)
            try:
                _write(fd, b"\0" * _ROOM_BYTES)
                os.fsync(fd)
            finally:
                os.close(fd)
        flush_folder(self._folder.path)

    def end(self, run: str) -> None:
        """Give the room back; see `ports.Spool.end`."""
        with suppress(OSError):
            self._room(run).unlink(missing_ok=True)

    def keep(self, entry: Spooled) -> None:
        """Append the outcome to its run's file; see `ports.Spool.keep`.

        Threads write one after the other and wait for the disk together, so that one flush brings
        the lines of many.
        """
        outcome = {"kind": type(entry.outcome).__name__, **asdict(entry.outcome)}
        line = json_text.dumps_replacing({**asdict(entry), "outcome": outcome})
        try:
            self._append(entry.run, line)
        except OSError:
            # The disk is full: the room that was taken for this run is for this line.
            self.end(entry.run)
            self._append(entry.run, line)

    def _append(self, run: str, line: bytes) -> None:
        path = self._path(run)
        fd = -1
        try:
            with self._folder.locked():
                fd = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
                named = path in self._named and os.fstat(fd).st_size > 0
                # A line that a full disk cut short stays alone: this one begins on its own.
                _write(fd, b"\n" + line + b"\n")
            os.fsync(fd)
            if not named:
                flush_folder(self._folder.path)
                self._named.add(path)
        finally:
            if fd >= 0:
                os.close(fd)

    def entries(self) -> Sequence[Spooled]:
        """Read every file; see `ports.Spool.entries`."""
        if not self._folder.exists:
            return []
        with self._folder.locked():
            kept = [
                entry
                for path in sorted(self._folder.path.glob("*.jsonl"))
                for entry in parse_spool(self._folder.read(path.name) or b"")
            ]
        # A line that was on the disk when its flush failed was written once more.
        return sorted(dict.fromkeys(kept), key=lambda entry: entry.time)

    def forget(self, entries: Sequence[Spooled]) -> None:
        """Delete the files of which nothing else is left; see `ports.Spool.forget`."""
        self._forgotten.update(entries)
        if not self._folder.exists:
            return
        for path in sorted({self._path(entry.run) for entry in entries}):
            try:
                with self._folder.locked():
                    kept = set(parse_spool(self._folder.read(path.name) or b""))
                    if kept <= self._forgotten:
                        path.unlink(missing_ok=True)
                        self._forgotten -= kept
                        self._named.discard(path)
            except OSError:
                # The disk refuses.  A file that stays is read again, and found to hold nothing
                # that the ledger does not have.
                continue

    def _path(self, run: str) -> Path:
        return self._folder.path / (_file_name(run) + ".jsonl")

    def _room(self, run: str) -> Path:
        return self._folder.path / (_file_name(run) + ".room")


def parse_spool(content: bytes) -> list[Spooled]:
    """Return the entries of a spool file.

    What follows the last newline was cut short, and so was any line that does not parse: `keep`
    did not return for it, and its caller has told the number to a person.
    """
    parsed = (_entry(line) for line in content.split(b"\n")[:-1] if line)
    return [entry for entry in parsed if entry is not None]


def _entry(line: bytes) -> Spooled | None:
    try:
        fields: Any = json_text.loads(line)
        kind = _OUTCOMES[fields["outcome"].pop("kind")]
        outcome = kind(**fields.pop("outcome"))
        entry = Spooled(**fields, outcome=outcome)
    except (json_text.NotJson, KeyError, TypeError, AttributeError):
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
    Rejection: lambda it: type(it.code) is int and isinstance(it.message, str),
    NotSent: lambda it: isinstance(it.reason, str),
    InDoubt: lambda it: (
        isinstance(it.reason, str)
        and isinstance(it.evidence, str)
        and isinstance(it.claimed_no, str | None)
    ),
}


def _file_name(run: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", run)


def _open(path: Path, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _write(fd: int, content: bytes) -> None:
    while content:
        content = content[os.write(fd, content) :]


def outcome_words(outcome: Outcome) -> str:
    """Return an outcome in a few words, for a person who reads a spool that was left behind."""
    match outcome:
        case Receipt(order_no):
            return f"placed as {order_no}"
        case Rejection(code, message):
            return f"rejected with the code {code}: {message}"
        case NotSent(reason):
            return f"not sent: {reason}"
        case InDoubt(reason):
            return f"in doubt: {reason}"

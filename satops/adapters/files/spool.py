"""The spool: outcomes on this machine's disk until they are in the ledger.

Each run writes one JSON Lines file in the ledger's folder.  A file is deleted once the ledger holds
all its outcomes, and is not changed before, so that no crash can lose an order number.  Beside them
a file reserves disk space: when the disk is full, it is shortened to make room for outcomes of sent
orders.

A person may also name the spool of another machine, a file or folder.  satops 0.1 kept its spool in
the repository, in `.satops/`, whose content is never trusted.  It may hold order numbers that
reached no ledger, so a run stops and shows them as text.  A tracked file there came with a commit,
from its author: the run names it and goes on.
"""

import os
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert, to_builtins

from satops.adapters.disk import flush, flush_folder, open_plain
from satops.adapters.files.local_state import MAX_BYTES, LocalFolder
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.core import json_text
from satops.core.order.submission import Receipt
from satops.core.safe import safe, shown
from satops.errors import LedgerOlder, StoreUnreachable, UsageError
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


_FOLDER = ".satops"
_SPOOL = f"{_FOLDER}/spool"
_MAX_BYTES = 1024 * 1024
_SHOWN_MAX = 50
_CHARS_MAX = 300


def require_no_left_spool(root: Path, say: Callable[[str], None]) -> None:
    """Raise `LedgerOlder` if an untracked spool of satops 0.1 holds outcomes."""
    found = list(_found(root))
    if not found:
        return
    known = _tracked(root)
    ours = [path for path in found if not _is_tracked(path, known)]
    if committed := len(found) - len(ours):
        say(
            f"satops: {_SPOOL} holds {committed} of the repository's own files, so somebody "
            "committed them. They are not read."
        )
    lines = [line for path in ours for line in _told(root, path)]
    if lines:
        more = f"\n    and {len(lines) - _SHOWN_MAX:,} more" if len(lines) > _SHOWN_MAX else ""
        raise LedgerOlder(
            f"{_SPOOL} holds what an older satops could not write to the ledger. Nothing was "
            "done, since it may name orders that were bought. Move the folder out of the "
            "repository, keep it, and run each command below that tells what the ledger lacks:"
            "\n    " + "\n    ".join(lines[:_SHOWN_MAX]) + more
        )


def _found(root: Path) -> Iterator[str]:
    """Yield the files of the spool, or the link or file in its place."""
    for name in (_FOLDER, _SPOOL):
        folder = root / name
        if folder.is_symlink():
            yield name
            return
        if not folder.is_dir():
            return
    try:
        names = sorted(path.name for path in (root / _SPOOL).iterdir())
    except OSError:
        yield _SPOOL
        return
    yield from (f"{_SPOOL}/{name}" for name in names if name.endswith(".jsonl"))


def _tracked(root: Path) -> frozenset[str]:
    """Return the tracked files of the folder, as paths from the root."""
    git = Git(root, TIMEOUT_S)
    try:
        prefix = git.checkout.prefix
        listed = git.attempt("ls-files", "-z", "--", f":(top,literal){prefix}{_FOLDER}")
    except StoreUnreachable:
        return frozenset()
    paths = listed.out.split(b"\0") if listed.ok else []
    return frozenset(os.fsdecode(path).removeprefix(prefix) for path in paths)


def _is_tracked(path: str, tracked: Collection[str]) -> bool:
    """Tell whether git tracks a path, or a submodule that contains it."""
    parts = path.split("/")
    return any("/".join(parts[:count]) in tracked for count in range(1, len(parts) + 1))


def _told(root: Path, path: str) -> Iterator[str]:
    read = read_plain(str(root / path), _MAX_BYTES)
    if not isinstance(read, bytes):
        yield f"# {safe(path)}: {read.words}"
        return
    for line in filter(None, read.split(b"\n")):
        yield _line(line)


def _line(line: bytes) -> str:
    """Return one line of the spool as a command to copy, or as a comment."""
    try:
        entry: Any = json_text.loads(line)
        name, outcome = str(entry["name"]), entry["outcome"]
        kind, order_no = outcome["kind"], outcome.get("order_no")
    except (json_text.NotJson, KeyError, TypeError, AttributeError):
        return f"# cannot be read: {shown(line.decode(errors='replace'), _CHARS_MAX)}"
    if kind == "Receipt":
        return f"satops resolve {_word(name)} --placed {_word(str(order_no))}"
    if kind in ("NotSent", "Rejection"):
        return f"# {shown(name, _CHARS_MAX)}: nothing was bought"
    return f"satops reconcile    # {shown(name, _CHARS_MAX)} is in doubt"


def _word(text: str) -> str:
    """Return a text quoted as one word of a shell."""
    return shlex.quote(safe(text[:_CHARS_MAX]))

"""This machine's local state: a folder outside of every repository.

`$SATOPS_LOCAL`, else `$XDG_STATE_HOME/satops`, else the system's own folder for state.  Below it:

    ledgers/ID/spool/        outcomes that are not in the ledger yet
    ledgers/ID/looks-*.json  looks for orders in doubt, one file for each start of the machine
    ledgers/ID/head.json     the last head that this machine appended
    ledgers/ID/sandbox.sqlite  the orders of the embedded sandbox
    sandbox/sandbox.sqlite   those of `satops sandbox serve`
    stores/*.json            whether a store was proven

A pull request can write to a repository, and cannot write here.  Links in the base are resolved
once.  Below it no link is followed, and everything must belong to the user who runs satops.

A noted head reveals an older ledger.  The monotonic clock restarts at boot, so looks of another
boot never count; two machines that share a home folder write two files of looks.
"""

import os
import re
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from satops.adapters.disk import LockBusy, flush, flush_folder, locked, open_plain
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, Head
from satops.errors import UsageError
from satops.ports import Look, NotedProof

VARIABLE = "SATOPS_LOCAL"
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of one file."""
LOCK_WAIT_S = 60.0
"""Seconds to wait for the lock: a write takes milliseconds."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class LocalFolder:
    """One folder of local state.  Safe for several threads and processes."""

    def __init__(self, base: Path, *names: str) -> None:
        self.path = base.joinpath(*names)
        self._folders = [base.joinpath(*names[:depth]) for depth in range(len(names) + 1)]
        self._threads = threading.RLock()
        self._is_locked = False

    @property
    def exists(self) -> bool:
        """Whether the folder exists.

        Raises OSError for a link or another user's folder in its path.
        """
        try:
            for folder in self._folders:
                _require_own(folder)
        except FileNotFoundError:
            return False
        return True

    def make(self) -> None:
        """Create the folder and its parents, for this user only.

        Raises OSError, also for a link or another user's folder in its path.
        """
        for folder in self._folders:
            try:
                _require_own(folder)
            except FileNotFoundError:
                _make_folder(folder)
                _require_own(folder)

    def place(self, name: str) -> Path:
        """Return the path of a file for a library that opens it by name; creates its folder.

        Raises OSError if the path is a link or not a regular file.
        """
        self.make()
        path = self.path / name
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(path.lstat().st_mode):
                raise OSError(f"{path} is a link, or no file")
        return path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder's lock; may be nested.

        Raises OSError if the file system has no locks, or another process holds it too long.
        """
        with self._threads:
            if self._is_locked:
                yield
                return
            path = self.place("lock")
            fd = open_plain(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                with locked(fd, path, exclusive=True, wait_s=LOCK_WAIT_S):
                    self._is_locked = True
                    yield
            except LockBusy:
                raise OSError(
                    f"another process has held {path} for {LOCK_WAIT_S:g} seconds"
                ) from None
            finally:
                self._is_locked = False
                os.close(fd)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None if absent.  Raises OSError."""
        if not self.exists:
            return None
        read = read_plain(str(self.path / name), MAX_BYTES)
        if isinstance(read, Unreadable):
            if read.kind == "missing":
                return None
            raise OSError(f"{self.path / name}: {read.words}")
        return read

    def read_object(self, name: str) -> dict[str, Any]:
        """Return the JSON object of a file; empty if absent or not an object."""
        try:
            kept = json_text.loads(self.read(name) or b"{}")
        except (OSError, json_text.NotJson):
            return {}
        return kept if isinstance(kept, dict) else {}

    def replace(self, name: str, content: bytes, *, flush_name: bool = True) -> None:
        """Replace a whole file, under the lock.  Raises OSError.

        Without `flush_name`, a power cut may bring the file before it back, whole.
        """
        self.make()
        new = self.path / f"{name}.new"
        new.unlink(missing_ok=True)  # left by a killed run
        try:
            fd = open_plain(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(content)
                file.flush()
                flush(file.fileno())
            new.replace(self.path / name)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        if flush_name:
            flush_folder(self.path)

    def replace_object(
        self, name: str, value: Mapping[str, Any], *, flush_name: bool = True
    ) -> None:
        """Replace a file by a JSON object; as `replace`."""
        self.replace(name, json_text.dumps_pretty(dict(value)), flush_name=flush_name)


def ledger_folder(base: Path, ledger: str, *names: str) -> LocalFolder:
    """Return the folder of one ledger, or one below it; an unusual id is replaced by its digest."""
    name = ledger if _ID.match(ledger) else sha256(ledger.encode()).hexdigest()
    return LocalFolder(base, "ledgers", name, *names)


def store_folder(base: Path) -> LocalFolder:
    """Return the folder of the stores' proofs."""
    return LocalFolder(base, "stores")


def local_base(environ: Mapping[str, str], root: Path) -> Path:
    """Return the folder of local state; creates nothing.

    Raises `UsageError` if there is none, or it lies in the repository.
    """
    named = environ.get(VARIABLE, "")
    if named and not Path(named).is_absolute():
        raise UsageError(
            f"{VARIABLE} is {named!r}. It must be the absolute path of a folder that lasts, "
            "outside of the repository."
        )
    base = Path(os.path.realpath(named or _usual(environ)))
    top = _top(Path(os.path.realpath(root)))
    if _is_inside(base, top):
        raise UsageError(
            f"The folder for this machine's state, {base}, lies in the repository {top}: whoever "
            f"opens a pull request could write to it. Set {VARIABLE} to a folder outside."
        )
    return base


def _usual(environ: Mapping[str, str]) -> str:
    above = environ.get("XDG_STATE_HOME", "")
    if Path(above).is_absolute():
        return f"{above}/satops"
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    if not home or not Path(home).is_absolute():
        raise UsageError(
            "There is no home folder, so this machine has no place to keep order numbers that "
            f"cannot reach the ledger. Set {VARIABLE} to the absolute path of a folder that lasts."
        )
    match sys.platform:
        case "darwin":
            return f"{home}/Library/Application Support/satops"
        case "win32":
            return f"{environ.get('LOCALAPPDATA') or f'{home}/AppData/Local'}/satops"
    return f"{home}/.local/state/satops"


def _top(root: Path) -> Path:
    """Return the top of git's work tree, which a pull request can write to.

    It may lie above satops.yaml, and a submodule or linked work tree may lie inside another one.
    """
    top = root
    for at in (root, *root.parents):
        if os.path.lexists(at / ".git"):
            top = at
            if (at / ".git").is_dir():
                break
    return top


def _is_inside(folder: Path, top: Path) -> bool:
    """Compare real paths, and device and inode: two names may be the same folder."""
    above = [folder, *folder.parents]
    if top in above:
        return True
    wanted = top.stat()
    for each in above:
        with suppress(OSError):
            if os.path.samestat(each.stat(), wanted):
                return True
    return False


def _require_own(folder: Path) -> None:
    """Raise OSError unless the path is a real folder that only this user can change."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(f"{folder} is no folder, or a link; satops follows none here")
    if sys.platform == "win32":
        return
    if status.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user")
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        raise PermissionError(f"{folder} can be written by everybody: run chmod o-w on it")


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents; durable on return."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    flush_folder(folder.parent)


_NAME = "head.json"


class HeadFile:
    """Implements `ports.HeadMark`: the noted head only moves forward."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def noted(self) -> Head | None:
        """Return the noted head, or None.

        Raises OSError for an unreadable file: without the head, an older ledger would pass.
        """
        content = self._folder.read(_NAME)
        if content is None:
            return None
        try:
            head = convert(json_text.loads(content), Head)
        except (json_text.NotJson, ValidationError):
            head = EMPTY
        if head.seq < 1:
            raise OSError(f"{self._folder.path / _NAME} tells no head of a ledger")
        return head

    def note(self, head: Head, *, accepted: bool = False) -> None:
        """Note the head after an own append, unless a later head is noted.

        `accepted` replaces a later head that a person has accepted as lost.  Raises OSError.
        """
        with self._folder.locked():
            known = self.noted()
            if accepted or known is None or known.seq < head.seq:
                # The next flush of the ledger or the spool brings the name to the disk.  After a
                # power cut before it the note is one append older, as after a failed write.
                noted = {"seq": head.seq, "digest": head.digest}
                self._folder.replace_object(_NAME, noted, flush_name=accepted)


class LookFile:
    """Implements `ports.LookBook`.  An unreadable file only makes the wait longer."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    def look(self, intent: str, epoch: str) -> Look | None:
        """Return the note of one submission in this epoch, or None."""
        kept: Any = self._folder.read_object(_file(epoch)).get(intent)
        try:
            first, count = kept["first"], kept["count"]
        except (TypeError, KeyError):
            return None
        if type(first) is not float or not 0 <= first < inf or type(count) is not int or count < 0:
            return None
        return Look(first, count, epoch)

    def note(self, intent: str, look: Look) -> None:
        """Note a look.  Raises OSError."""
        name = _file(look.epoch)
        with self._folder.locked():
            kept = self._folder.read_object(name)
            kept[intent] = {"first": look.first, "count": look.count}
            self._folder.replace_object(name, kept)


def _file(epoch: str) -> str:
    return f"looks-{sha256(epoch.encode()).hexdigest()[:16]}.json"


class ProofFile:
    """Implements `ports.ProofNotes`.  An unreadable file counts as no proof."""

    def __init__(self, folder: LocalFolder) -> None:
        self._folder = folder

    @property
    def address(self) -> str:
        """Path of the folder."""
        return str(self._folder.path)

    def proven(self, address: str) -> bool:
        """Tell whether this machine has proven the store at an address."""
        noted = self.noted(address)
        return noted is not None and not noted.broken

    def noted(self, address: str) -> NotedProof | None:
        """Return the noted proof of an address, or None."""
        kept = self._folder.read_object(_proof_name(address))
        time, broken = kept.get("time"), kept.get("broken")
        if kept.get("address") != address or not isinstance(time, str):
            return None
        return NotedProof(time, broken) if isinstance(broken, str) else None

    def note(self, address: str, proof: NotedProof) -> None:
        """Write a proof.  Raises OSError."""
        with self._folder.locked():
            kept = {"address": address, "time": proof.time, "broken": proof.broken}
            self._folder.replace_object(_proof_name(address), kept)


def _proof_name(address: str) -> str:
    return f"{sha256(address.encode()).hexdigest()[:32]}.json"

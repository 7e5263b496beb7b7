"""What belongs to this machine alone: a folder outside of every repository.

`$SATOPS_LOCAL`, else `$XDG_STATE_HOME/satops`, else the system's own folder for state.  Below it:

    ledgers/ID/spool/        outcomes that are not in the ledger yet
    ledgers/ID/looks-*.json  looks for orders in doubt, one file for each start of the machine
    ledgers/ID/head.json     the last head that this machine appended
    ledgers/ID/sandbox.sqlite  the orders of the embedded sandbox
    stores/*.json            whether a store was proven

A repository can be written by whoever opens a pull request; this folder cannot.  The base is
resolved once.  Below it nothing is a link, and everything belongs to the user who runs satops.
"""

import os
import re
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from satops.adapters.disk import flush_folder
from satops.adapters.files.plain_file import Unreadable, read_plain
from satops.core import json_text
from satops.errors import UsageError

VARIABLE = "SATOPS_LOCAL"
MAX_BYTES = 16 * 1024 * 1024
"""Of one file."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class LocalFolder:
    """One folder of this machine's state; threads and processes may share it."""

    def __init__(self, base: Path, *names: str) -> None:
        self.path = base.joinpath(*names)
        self._base = base
        self._names = names
        self._threads = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether the folder was made by an earlier run."""
        return self.path.is_dir() and not self.path.is_symlink()

    def make(self) -> None:
        """Make the folder and those above it, for this user alone.

        Raises OSError, also where a link or another user's folder stands in the way.
        """
        folder = self._base
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_own(folder)
        for name in self._names:
            folder = folder / name
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                _require_own(folder)
            else:
                flush_folder(folder.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder's lock.  Raises OSError where the file system has no locks."""
        from filelock import FileLock, Timeout

        with self._threads:
            self.make()
            lock = self.path / "lock"
            if lock.is_symlink():
                raise OSError(f"{lock} is a link")
            try:
                with FileLock(lock, timeout=60, mode=0o600):
                    yield
            except Timeout as error:
                raise OSError(f"another process holds {lock} for more than a minute") from error

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where there is none.  Raises OSError."""
        if not self.exists:
            return None
        _require_own(self.path)
        read = read_plain(str(self.path / name), MAX_BYTES)
        if isinstance(read, Unreadable):
            if read.kind == "missing":
                return None
            raise OSError(f"{self.path / name}: {read.words}")
        return read

    def read_object(self, name: str) -> dict[str, Any]:
        """Return the JSON object of a file; an empty one where it is missing or no object."""
        try:
            kept = json_text.loads(self.read(name) or b"{}")
        except (OSError, json_text.NotJson):
            return {}
        return kept if isinstance(kept, dict) else {}

    def replace(self, name: str, content: bytes) -> None:
        """Put a new file in the place of the old one, whole.  Raises OSError."""
        self.make()
        descriptor, temporary = tempfile.mkstemp(dir=self.path, prefix="new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        flush_folder(self.path)

    def replace_object(self, name: str, value: Mapping[str, Any]) -> None:
        """Put a JSON object in the place of a file.  Raises OSError."""
        self.replace(name, json_text.dumps_pretty(dict(value)))


def ledger_folder(base: Path, ledger: str, *names: str) -> LocalFolder:
    """Return the folder of one ledger, or one below it; a strange id is replaced by its digest."""
    name = ledger if _ID.match(ledger) else sha256(ledger.encode()).hexdigest()
    return LocalFolder(base, "ledgers", name, *names)


def store_folder(base: Path) -> LocalFolder:
    """Return the folder of what was found of stores."""
    return LocalFolder(base, "stores")


def local_base(environ: Mapping[str, str], root: Path) -> Path:
    """Return the folder of this machine's state; nothing is made.

    Raises `UsageError` where there is no place, or it lies in the repository.
    """
    named = environ.get(VARIABLE)
    if named is not None and not Path(named).is_absolute():
        raise UsageError(
            f"{VARIABLE} is {named!r}. It must be the absolute path of a folder that lasts, "
            "outside of the repository."
        )
    base = Path(os.path.realpath(named or _usual(environ)))
    if _is_inside(base, root):
        raise UsageError(
            f"The folder for this machine's state, {base}, lies in the repository {root}: whoever "
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


def _is_inside(folder: Path, root: Path) -> bool:
    """Compare real paths, and what lies at them: two names may be one folder."""
    real = Path(os.path.realpath(root))
    above = [folder, *folder.parents]
    if real in above:
        return True
    try:
        wanted = real.stat()
    except OSError:
        return False
    for each in above:
        try:
            if os.path.samestat(each.stat(), wanted):
                return True
        except OSError:
            continue
    return False


def _require_own(folder: Path) -> None:
    """Raise OSError for a link, for what is no folder, and for a folder of somebody else."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(f"{folder} is no folder, or a link; satops follows none here")
    own = getattr(os, "geteuid", lambda: status.st_uid)()
    if status.st_uid != own:
        raise PermissionError(f"{folder} belongs to another user")

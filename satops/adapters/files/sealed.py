"""Files of this machine that only this machine can have written: caches that cannot be poisoned.

Each carries an HMAC under a key that lies outside every repository, so that nobody's pull request
or shared cache can make one that is believed.  What is not sealed as it should be is as good as
missing.  Sealed files are conveniences and never evidence: `apply` uses none of them.
"""

import hmac
import os

TYPE_CHECKING = False
"""As in `satops`: a plan that is remembered ends in less time than the import of typing takes."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

_KEY_BYTES = 32
_SEAL_BYTES = 32


def read_sealed(path: str, key: bytes) -> bytes | None:
    """Return what was sealed, or None where there is nothing that carries the seal."""
    try:
        with open(path, "rb") as file:
            seal, content = file.read(_SEAL_BYTES), file.read()
    except OSError:
        return None
    return content if hmac.compare_digest(seal, hmac.digest(key, content, "sha256")) else None


def write_sealed(path: str, key: bytes, parts: "Iterable[bytes]") -> None:
    """Write a sealed file, whole or not at all; see `Sealing`."""
    sealing = Sealing(path, key)
    for part in parts:
        sealing.add(part)
    sealing.end()


class Sealing:
    """A sealed file that is being written, part by part.

    A folder that cannot be written, or a full disk, costs only time: nothing is raised for it.
    """

    def __init__(self, path: str, key: bytes) -> None:
        self._path = path
        self._seal = hmac.new(key, digestmod="sha256")
        self._temporary = ""
        self._file: BinaryIO | None = None
        self._failed = False

    def add(self, part: bytes) -> None:
        """Write a further part."""
        if self._failed:
            return
        try:
            if self._file is None:
                self._file = self._begun()
            self._seal.update(part)
            self._file.write(part)
        except OSError:
            self._failed = True

    def end(self, *, keep: bool = True) -> None:
        """Put the file in its place, or forget it."""
        if self._file is None:
            return
        try:
            with self._file as file:
                file.seek(0)
                file.write(self._seal.digest())
            if keep and not self._failed:
                os.replace(self._temporary, self._path)
                return
        except OSError:
            pass
        os.unlink(self._temporary)

    def _begun(self) -> "BinaryIO":
        import tempfile

        folder = os.path.dirname(self._path)
        os.makedirs(folder, exist_ok=True)
        descriptor, self._temporary = tempfile.mkstemp(dir=folder, prefix="sealing-")
        file = os.fdopen(descriptor, "wb")
        file.write(bytes(_SEAL_BYTES))
        return file


def machine_key(environ: "Mapping[str, str]") -> bytes | None:
    """Return the key of this user's sealed files on this machine, made at the first use.

    None where there is no home to keep it in.
    """
    home = environ.get("XDG_STATE_HOME") or (
        f"{environ['HOME']}/.local/state" if environ.get("HOME") else ""
    )
    if not home:
        return None
    path = f"{home}/satops/snapshot.key"
    try:
        if not os.path.exists(path):
            _make_key(path)
        with open(path, "rb") as file:
            key = file.read()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _make_key(path: str) -> None:
    import tempfile

    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # of two first uses at once, the first link stays
    finally:
        os.unlink(temporary)

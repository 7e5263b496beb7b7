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
    """Write a sealed file, whole or not at all.

    A folder that cannot be written, or a full disk, costs only time: nothing is raised for it.
    """
    import tempfile

    folder = os.path.dirname(path)
    temporary = None
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix="sealing-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(_SEAL_BYTES))
            seal = hmac.new(key, digestmod="sha256")
            for part in parts:
                seal.update(part)
                file.write(part)
            file.seek(0)
            file.write(seal.digest())
        os.replace(temporary, path)
        temporary = None
    except OSError:
        pass
    finally:
        if temporary is not None:
            os.unlink(temporary)


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

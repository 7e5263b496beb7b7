"""Find the wheel of satops at the package index, for workflows that install by name and hash."""

import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from satops import __version__
from satops.adapters.child_environment import child_environment
from satops.adapters.files.own_wheel import Wheel
from satops.errors import UsageError

_TIMEOUT_S = 120
_WORDS_MAX = 400


def published_sha256(own: Wheel) -> str:
    """Return the SHA-256, in hex, of the index's wheel of this version.

    Uses pip's configured index.  Raises `UsageError` if the index has no such wheel, or one whose
    files differ from the running ones.
    """
    with TemporaryDirectory() as folder:
        command = [
            sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary", ":all:", "--dest", folder, f"satops=={__version__}",
        ]  # fmt: skip
        try:
            ran = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
                env=child_environment(),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _cannot(str(error)) from None
        found = [*Path(folder).glob("satops-*.whl")]
        if ran.returncode != 0 or not found:
            errors = [line for line in ran.stderr.splitlines() if not line.startswith("WARNING")]
            raise _cannot(" ".join(errors)[:_WORDS_MAX])
        content = found[0].read_bytes()
    try:
        same = _files(content) == _files(own.content)
    except BadZipFile:
        same = False
    if not same:
        raise UsageError(
            f"The satops {__version__} of the package index is not the one that runs: their files "
            "differ. Nothing was written. Leave out --from-index, and the workflows install the "
            "one that runs."
        )
    return sha256(content).hexdigest()


def _files(content: bytes) -> dict[str, bytes]:
    """Return the files of a wheel without its RECORD."""
    with ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith(("/", "/RECORD"))]
        return {name: archive.read(name) for name in names}


def _cannot(why: str) -> UsageError:
    return UsageError(
        f"pip cannot fetch satops {__version__} from the package index, so its hash is not known. "
        f"Nothing was written. pip says: {why} Leave out --from-index, and the workflows install "
        "the satops that runs, from a wheel beside them."
    )

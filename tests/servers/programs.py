"""Where the servers' programs are.  One that is missing fails the test, and is never skipped."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def program(name: str) -> Path:
    """Return a program that `.ci/servers` installs."""
    folders = (_servers() / "venv" / "bin", _servers() / "node_modules" / ".bin")
    found = next((folder / name for folder in folders if (folder / name).exists()), None)
    return found or _missing(name)


def postgresql(name: str) -> Path:
    """Return one of PostgreSQL's programs: Debian's newest, or the one on the path."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if installed:
        return installed[-1] / name
    return on_path(name)


def on_path(name: str) -> Path:
    """Return a program that `.ci/servers` installs for the whole system."""
    found = shutil.which(name)
    return Path(found) if found else _missing(name)


def one_of(*names: str) -> Path:
    """Return the first of some programs that is on the path."""
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else _missing(names[0])


def module(name: str) -> Path:
    """Return the folder of a module of npm that `.ci/servers` installs."""
    folder = _servers() / "node_modules" / name
    return folder if folder.is_dir() else _missing(name)


@cache
def _servers() -> Path:
    asked = subprocess.run([_ROOT / ".ci" / "servers", "--where"], capture_output=True, check=True)
    return Path(asked.stdout.decode().strip())


def _missing(name: str) -> Path:
    raise AssertionError(
        f"{name} is not installed. To install what the tests start, run\n    .ci/servers"
    )

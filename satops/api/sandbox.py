"""The sandbox: embedded with `url: sandbox` in satops.yaml, or served by `satops sandbox serve`.

`SATOPS_SANDBOX_FAULTS` and `SATOPS_SANDBOX_OPTIONS` may name JSON files, with which a team can test
its workflow against lost answers or a slow marketplace.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from satops.core import json_text
from satops.errors import UsageError

try:
    from satops.sandbox.faults import Faults, read_rules
    from satops.sandbox.options import Options, read_settings
    from satops.sandbox.server import Sandbox, serve_in_thread
except ModuleNotFoundError as missing:
    raise UsageError(
        f"The sandbox needs a package that is not installed: {missing.name}. What CI installs "
        "leaves the sandbox out where satops.yaml names a marketplace. To put it in again:\n"
        "    satops init --ci github --update\nElsewhere, install satops whole:\n"
        "    pip install satops"
    ) from None

DATABASE = "sandbox.sqlite"
"""File with the orders of a sandbox."""
FAULTS = "SATOPS_SANDBOX_FAULTS"
OPTIONS = "SATOPS_SANDBOX_OPTIONS"


@contextmanager
def embedded(database: Path, environ: Mapping[str, str]) -> Iterator[Sandbox]:
    """Serve the sandbox on loopback during the block.  Raises `UsageError`."""
    faults, options = environ.get(FAULTS), environ.get(OPTIONS)
    serving = serve_in_thread(
        database,
        faults=faults_from(Path(faults)) if faults else None,
        options=options_from(Path(options)) if options else None,
    )
    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(serving)
        except OSError as error:
            raise not_served(error) from error
        yield sandbox


def database_in(data: Path | None, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return the file with the orders of `sandbox serve`; creates its folder.

    Without `data` it is in this machine's local state, for `directory`.  Raises `UsageError`.
    """
    from satops.adapters.files.local_state import LocalFolder, local_base

    try:
        if data is None:
            return LocalFolder(local_base(environ, directory), "sandbox").place(DATABASE)
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_served(error) from error
    return data / DATABASE


def not_served(error: OSError) -> UsageError:
    """Return the error of a sandbox that cannot start: its port is taken, or its file unusable."""
    at = f"{error.filename}: " if error.filename else ""
    return UsageError(f"The sandbox cannot be served. {at}{error.strerror or error}.")


def faults_from(path: Path) -> Faults:
    """Read a file of faults.  Raises `UsageError`."""
    rules, seed = read_rules(_json(path))
    return Faults(rules, seed=seed)


def options_from(path: Path) -> Options:
    """Read a file of options.  Raises `UsageError`."""
    return read_settings(Options, _json(path), place=str(path))


def _json(path: Path) -> Any:
    try:
        return json_text.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error
    except json_text.NotJson as error:
        raise UsageError(f"{path}: this is not JSON: {error}.") from None

"""`python -m satops.sandbox`: a sandbox in a process of its own.

It prints one line of JSON when it is ready, `{"url": …, "address": …, "pid": …}`, and serves until
SIGINT or SIGTERM.
"""

import argparse
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from satops.core import json_text
from satops.errors import UsageError
from satops.sandbox.faults import Faults, read_rules
from satops.sandbox.options import Options, read_settings
from satops.sandbox.server import LOOPBACK, Sandbox, serve


def main(arguments: list[str] | None = None) -> int:
    """Serve, and return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        options = _options(asked.options)
        if asked.control:
            options = replace(options, control=True)
        serve(
            db=asked.db,
            announce=_announce,
            host=asked.host,
            port=asked.port,
            token=_token(asked.token_file),
            faults=_faults(asked.faults),
            options=options,
            access_log=asked.access_log,
        )
    except (UsageError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return int(UsageError.exit_code)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m satops.sandbox", description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="the SQLite file; made if missing")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token-file", type=Path, help="the one token that opens; else any does")
    parser.add_argument(
        "--faults",
        type=Path,
        default=os.environ.get("SATOPS_SANDBOX_FAULTS"),
        help="a JSON file of faults; default: $SATOPS_SANDBOX_FAULTS",
    )
    parser.add_argument(
        "--options",
        type=Path,
        default=os.environ.get("SATOPS_SANDBOX_OPTIONS"),
        help="a JSON file of options; default: $SATOPS_SANDBOX_OPTIONS",
    )
    parser.add_argument("--control", action="store_true", help="answer under /_sandbox/")
    parser.add_argument("--access-log", action="store_true", help="a line per request on stderr")
    return parser


def _announce(sandbox: Sandbox) -> None:
    ready = {"url": sandbox.url, "address": sandbox.address, "pid": os.getpid()}
    sys.stdout.write(json_text.dumps(ready).decode() + "\n")
    sys.stdout.flush()


def _token(path: Path | None) -> str | None:
    if path is None:
        return None
    token = path.read_text().strip()
    if not token:
        raise UsageError(f"{path}: the token file is empty. Without the option any token opens.")
    return token


def _faults(path: Path | None) -> Faults:
    if path is None:
        return Faults()
    rules, seed = read_rules(_json(path))
    return Faults(rules, seed=seed)


def _options(path: Path | None) -> Options:
    return Options() if path is None else read_settings(Options, _json(path), place=str(path))


def _json(path: Path) -> object:
    try:
        return json_text.loads(path.read_bytes())
    except json_text.NotJson as error:
        raise UsageError(f"{path}: this is not JSON: {error}.") from None


if __name__ == "__main__":
    sys.exit(main())

"""`satops` and `python -m satops`: the process around the command line."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn


def run() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before anything else is imported: scripts ask often.
        from satops import __version__

        print(f"satops {__version__}")  # noqa: T201 - the answer itself
        sys.exit(0)
    # A command makes many objects and no cycles worth a search; it ends before they would matter.
    gc.set_threshold(200_000, 50, 1000)
    signal.signal(signal.SIGTERM, _interrupt)
    from satops.cli.main import main

    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # Whoever read the output has gone; Python would complain once more while it exits.
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    run()

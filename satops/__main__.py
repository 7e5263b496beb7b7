"""`satops` and `python -m satops`: the process around the command line."""

import gc
import os
import signal
import sys

TYPE_CHECKING = False
"""As in `satops`: what is answered at once does not wait for typing."""

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def run() -> "NoReturn":
    """Run the command line and leave the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before anything else is imported: scripts ask often.
        from satops import __version__

        print(f"satops {__version__}")  # noqa: T201 - the answer itself
        sys.exit(0)
    # A command makes many objects and no cycles worth a search; it ends before they would matter.
    gc.set_threshold(200_000, 50, 1000)
    # numpy's library of linear algebra starts a thread for each processor, and there is none here
    # to do: of a short command that was a tenth.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGTERM, _interrupt)
    code = _remembered(sys.argv[1:])
    if code is None:
        from satops.cli.main import main

        code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # Whoever read the output has gone; Python would complain once more while it exits.
        os._exit(code)
    sys.exit(code)


def _remembered(arguments: list[str]) -> int | None:
    """Answer `[-C DIR] plan --json` from the last plan, where nothing has changed since."""
    directory = "."
    if arguments[:1] == ["-C"] and len(arguments) > 1:
        directory, arguments = arguments[1], arguments[2:]
    if arguments != ["plan", "--json"]:
        return None
    from satops.adapters.files.plan_memory import recall

    report = recall(directory, os.environ)
    if report is None:
        return None
    from satops.cli.output import finish
    from satops.errors import ExitCode

    return finish(ExitCode.DONE, as_json=True, json=lambda: report, text=tuple)


def _interrupt(_signal: int, _frame: "FrameType | None") -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    run()

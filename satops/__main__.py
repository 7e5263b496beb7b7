"""`satops` and `python -m satops`: the process around the command line."""

import gc
import os
import sys

TYPE_CHECKING = False
"""As in `satops`: `--version` does not wait for the import of typing."""

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def run() -> "NoReturn":
    """Run the command line and leave the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before anything else is imported: scripts ask often.
        from satops import __version__

        try:
            print(f"satops {__version__}", flush=True)  # noqa: T201 - the answer itself
            sys.exit(0)
        except OSError:  # the command line says what is wrong with stdout
            pass
    # A command makes many objects and few cycles: a search for cycles would find next to nothing.
    gc.set_threshold(200_000, 50, 1000)
    # OpenBLAS, which numpy imports, starts a thread for each processor.  satops does no linear
    # algebra.  Without the threads a short command takes a tenth less.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import signal

    signal.signal(signal.SIGTERM, _interrupt)
    # A terminal that closes stops like SIGTERM does, unless `nohup` has said otherwise.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)
    from satops.cli.main import main

    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # Whoever read the output has gone; Python would complain once more while it exits.
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: "FrameType | None") -> None:
    raise KeyboardInterrupt


def _leave_the_folder_of_the_call() -> None:
    """Import nothing from where `python -m satops` was called: it may be a stranger's repository.

    A repository may hold modules with well-known names.  What is imported before this has been
    loaded by Python itself.
    """
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if not sys.flags.safe_path and sys.path[0] != own:
        del sys.path[0]


if __name__ == "__main__":
    _leave_the_folder_of_the_call()
    run()

"""`satops` and `python -m satops`: start the command line and set up its process."""

import gc
import os
import sys

TYPE_CHECKING = False
"""As in `satops`: `--version` must not wait for the import of typing."""

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def run() -> "NoReturn":
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before other imports, since scripts call it often.
        from satops import __version__

        try:
            print(f"satops {__version__}", flush=True)  # noqa: T201 - the answer itself
            sys.exit(0)
        except OSError:  # the command line reports the error
            pass
    # Commands make many objects and few reference cycles, so collect garbage rarely.
    gc.set_threshold(200_000, 50, 1000)
    # OpenBLAS (imported by numpy) starts a thread per core. satops does no linear algebra; without
    # the threads a short command takes 10 % less time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import signal
    import threading

    signal.signal(signal.SIGTERM, _interrupt)
    # A closed terminal stops the run like SIGTERM, unless `nohup` is used.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)
    from satops.cli.main import main

    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # The reader of stdout has gone; Python would report it again at exit.
        os._exit(code)
    # Python frees every object at exit, which takes 6 % of the time of a small plan.  It also waits
    # for threads: one may still get an order number and write it to the spool.
    if threading.active_count() == 1:
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: "FrameType | None") -> None:
    raise KeyboardInterrupt


def _leave_the_folder_of_the_call() -> None:
    """Remove the working directory from the import path: it may be a stranger's repository.

    A repository may hold modules with well-known names.  Python itself has loaded everything
    imported before this.
    """
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if not sys.flags.safe_path and sys.path[0] != own:
        del sys.path[0]


if __name__ == "__main__":
    _leave_the_folder_of_the_call()
    run()

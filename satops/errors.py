"""What can go wrong, and the exit code of each: this module imports nothing.

    SatopsError
    ├── InvalidInput      3    the tree does not validate
    ├── Refused           4    a guard said no; nothing was sent
    ├── LedgerError       7
    │   ├── LedgerMissing      there is no ledger: never taken for an empty one
    │   ├── LedgerCorrupt      the chain is broken
    │   ├── HeadMoved          somebody else appended first
    │   └── StoreUnreachable   the store cannot be read or written
    ├── MarketplaceUnreachable  5  a read of the marketplace failed
    ├── UsageError       64    the call or the configuration is wrong
    └── Interrupted     130    SIGINT or SIGTERM

A finding about input is a value (`core.problem.Problem`), and so is the outcome of a submission
(`core.submission.Outcome`); neither is an exception.  Anything else that is raised is a bug.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The documented exit codes; `worst` orders them when several hold."""

    DONE = 0
    BUG = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    REJECTED = 5
    IN_DOUBT = 6
    LEDGER = 7
    USAGE = 64
    INTERRUPTED = 130


_WORST_FIRST = (
    ExitCode.IN_DOUBT,
    ExitCode.LEDGER,
    ExitCode.REJECTED,
    ExitCode.REFUSED,
    ExitCode.INVALID,
    ExitCode.INTERRUPTED,
    ExitCode.CHANGES,
)


def worst(codes: "set[ExitCode]") -> ExitCode:
    """Return the one exit code that speaks for several: 6, 7, 5, 4, 3, then the rest."""
    for code in _WORST_FIRST:
        if code in codes:
            return code
    return ExitCode.DONE


class SatopsError(Exception):
    """The root of everything that satops raises on purpose; `exit_code` says what it ends with."""

    exit_code = ExitCode.BUG


class InvalidInput(SatopsError):
    """The tree does not validate; `problems` holds every finding."""

    exit_code = ExitCode.INVALID

    def __init__(self, message: str, problems: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class Refused(SatopsError):
    """A guard refused: a limit, a stale plan, no confirmation.  Nothing was sent."""

    exit_code = ExitCode.REFUSED


class LedgerError(SatopsError):
    """The ledger cannot be used."""

    exit_code = ExitCode.LEDGER


class LedgerMissing(LedgerError):
    """No ledger is there.  It is never taken for an empty one: that would buy everything again."""


class LedgerCorrupt(LedgerError):
    """The chain of events is broken; the message names the first bad line."""


class HeadMoved(LedgerError):
    """Somebody else appended since the head that was expected; nothing was written."""


class StoreUnreachable(LedgerError):
    """The store could not be read, or it is not known whether it was written."""


class MarketplaceUnreachable(SatopsError):
    """A read-only call to the marketplace failed; nothing was changed by it."""

    exit_code = ExitCode.REJECTED


class UsageError(SatopsError):
    """The call or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class Interrupted(SatopsError):
    """SIGINT or SIGTERM ended the command."""

    exit_code = ExitCode.INTERRUPTED

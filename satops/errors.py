"""What can go wrong, and the exit code of each: this module imports nothing of satops.

    SatopsError
    ├── InvalidInput            3    the tree does not validate
    ├── Refused                 4    a guard said no; nothing was sent
    ├── LedgerError             7
    │   ├── LedgerMissing            there is no ledger: never taken for an empty one
    │   ├── LedgerCorrupt            the chain is broken
    │   ├── LedgerOlder              this machine appended more than the ledger holds
    │   ├── LedgerClosedError        the ledger goes on elsewhere
    │   ├── HeadMoved                somebody else appended first
    │   └── StoreUnreachable         the store cannot be read or written
    ├── MarketplaceUnreachable  8    a read of the marketplace failed
    ├── UsageError             64    the call or the configuration is wrong
    └── Interrupted           130    somebody asked to stop; 6 while an order is in doubt

A finding about input is a value (`core.problem.Problem`), and so is the outcome of a submission
(`core.submission.Outcome`); neither is an exception.  Anything else that is raised is a bug.
"""

from collections.abc import Collection
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """The documented exit codes: number, meaning, and what to do next.

    This is the only table of them: `satops --help`, README.md, docs/commands.md and
    schema/error.schema.json say what stands here, and tests hold them to it.
    """

    meaning: str
    next_step: str
    """Empty if there is nothing to do."""

    def __new__(cls, number: int, meaning: str, next_step: str) -> Self:
        """Make a code from its row of the table."""
        code = int.__new__(cls, number)
        code._value_ = number
        code.meaning = meaning
        code.next_step = next_step
        return code

    DONE = 0, "done, or nothing to do", ""
    BUG = 1, "a bug in satops; a traceback is on stderr", "report it"
    CHANGES = (
        2,
        "only `plan --detailed-exitcode`: there are orders to create, or one is not settled",
        "review",
    )
    INVALID = (
        3,
        "specs do not validate, conflict, or are expired; the account holds an order like ours",
        "fix the YAML, or adopt the order",
    )
    REFUSED = (
        4,
        "refused: a limit, a stale plan, no confirmation; nothing was sent",
        "plan again, or raise the limit in review",
    )
    REJECTED = (
        5,
        "an order was rejected or could not be sent, for certain",
        "fix, run again",
    )
    IN_DOUBT = (
        6,
        "an order is in doubt (`apply`, `reconcile`; a plan only says so)",
        "`satops reconcile`; never order it again by hand",
    )
    LEDGER = (
        7,
        (
            "the ledger is missing, corrupt or out of reach: nothing was sent, or what was placed "
            "is printed and in the spool"
        ),
        "repair the store",
    )
    MARKETPLACE = (
        8,
        "the marketplace could not be read, or not all was fetched; `apply`: nothing new was sent",
        "run again",
    )
    USAGE = (
        64,
        "the call or the configuration is wrong, or stdout cannot be written",
        "fix the call",
    )
    INTERRUPTED = 130, "interrupted, and nothing is in doubt", ""


WORST_FIRST = (
    ExitCode.IN_DOUBT,
    ExitCode.LEDGER,
    ExitCode.REJECTED,
    ExitCode.MARKETPLACE,
    ExitCode.REFUSED,
    ExitCode.INVALID,
    ExitCode.USAGE,
    ExitCode.BUG,
    ExitCode.INTERRUPTED,
    ExitCode.CHANGES,
)
"""Priority of the codes when several apply; every code but `DONE` is here."""


def worst(codes: Collection[ExitCode]) -> ExitCode:
    """Return the code with the highest priority: 6, 7, 5, 8, 4, 3, then the rest."""
    return next((code for code in WORST_FIRST if code in codes), ExitCode.DONE)


class SatopsError(Exception):
    """The root of all exceptions that satops raises on purpose; `exit_code` is the process's exit
    code.
    """

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, *, exit_code: ExitCode | None = None) -> None:
        """`exit_code` replaces the class's own code, if more is at stake."""
        super().__init__(message)
        if exit_code is not None:
            self.exit_code = exit_code

    def ending_with(self, exit_code: ExitCode) -> Self:
        """Return the same error with another exit code."""
        return type(self)(str(self), exit_code=exit_code)


class InvalidInput(SatopsError):
    """The tree does not validate; `problems` holds every finding."""

    exit_code = ExitCode.INVALID

    def __init__(
        self,
        message: str,
        problems: tuple[object, ...] = (),
        *,
        exit_code: ExitCode | None = None,
    ) -> None:
        super().__init__(message, exit_code=exit_code)
        self.problems = problems

    def ending_with(self, exit_code: ExitCode) -> Self:
        """Return the same error, problems included, with another exit code."""
        return type(self)(str(self), self.problems, exit_code=exit_code)


class Refused(SatopsError):
    """A guard refused: a limit, a stale plan, no confirmation.  Nothing was sent."""

    exit_code = ExitCode.REFUSED


class LedgerError(SatopsError):
    """The ledger cannot be used."""

    exit_code = ExitCode.LEDGER


class LedgerMissing(LedgerError):
    """There is no ledger.  It never counts as an empty one: that would buy everything again."""


class LedgerCorrupt(LedgerError):
    """The chain of events is broken; the message names the first bad line."""


class LedgerOlder(LedgerError):
    """The ledger lacks events that this machine appended: an older copy, or another history."""


class LedgerClosedError(LedgerError):
    """The ledger moved to another store: it can be read, and no longer appended to."""


class HeadMoved(LedgerError):
    """Somebody else appended after the expected head; nothing was written."""


class StoreUnreachable(LedgerError):
    """The store could not be read, or the result of a write is not known."""


class MarketplaceUnreachable(SatopsError):
    """A read of the marketplace failed; it changed nothing."""

    exit_code = ExitCode.MARKETPLACE


class NotSimulated(MarketplaceUnreachable):
    """The marketplace refused a simulation; the message is the marketplace's."""


class UsageError(SatopsError):
    """The call or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class Interrupted(SatopsError):
    """A person stopped the run; recorded events stay recorded."""

    exit_code = ExitCode.INTERRUPTED

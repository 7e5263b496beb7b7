"""Check everything that an apply needs, before money is spent.

Each check returns one note, and none stops the others.  With `--ask` one page of the account is
read; nothing else is sent to the marketplace.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from satops.core import json_text
from satops.core.ledger.events import RunFinished, RunStarted
from satops.core.order.order import instant, instant_text
from satops.core.plan.config import Config
from satops.errors import ExitCode, LedgerError, LedgerMissing, SatopsError, UsageError, worst
from satops.ports import Clock, LedgerStore, Marketplace
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.proof import Proof
from satops.workflow.verify import verify

CLOCK_SKEW_S = 300.0
"""Seconds that the ledger's last event may be in the future before a warning."""


class Verdict(StrEnum):
    """How serious a note is."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


class DoctorNote(Struct, frozen=True):
    """The result of one check."""

    subject: str
    """What was checked, in one or two words."""
    verdict: Verdict
    detail: str
    exit_code: ExitCode = ExitCode.DONE
    """The exit code with which an apply would fail for this reason."""


class DoctorReport(Struct, frozen=True):
    """The notes of `satops doctor`."""

    address: str
    """Address of the ledger."""
    notes: tuple[DoctorNote, ...]

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the worst note; a warning has code 0."""
        return worst({note.exit_code for note in self.notes})


def good(subject: str, detail: str) -> DoctorNote:
    """Return a note of a check that passed."""
    return DoctorNote(subject, Verdict.GOOD, detail)


def warning(subject: str, detail: str) -> DoctorNote:
    """Return a note of a risk that does not stop an apply."""
    return DoctorNote(subject, Verdict.WARNING, detail)


def wrong(subject: str, detail: str, code: ExitCode) -> DoctorNote:
    """Return a note of a fault that stops an apply, or should."""
    return DoctorNote(subject, Verdict.WRONG, detail, code)


def check_ledger(store: LedgerStore) -> DoctorNote:
    """Check that the ledger exists and is whole."""
    report = verify(store)
    problem = report.broken or next(iter(report.problems), None)
    if problem is not None:
        return wrong(
            "ledger",
            f"Line {problem.line}: {problem.detail} To see all of it, run `satops verify`.",
            ExitCode.LEDGER,
        )
    return good("ledger", f"Whole; its head is event {report.head.seq}, {report.head.digest}.")


def check_clock(store: LedgerStore, clock: Clock) -> DoctorNote:
    """Check that the last event of the ledger is not in the future."""
    session = LedgerSession(store, clock, "")
    seq = session.read().head.seq
    last = next(iter(store.read(after=seq - 1)))
    ahead = instant(json_text.loads(last)["time"]) - clock.now()
    if ahead > timedelta(seconds=CLOCK_SKEW_S):
        return warning(
            "clock",
            f"The last event of the ledger is {ahead.total_seconds():.0f} s in the future. Either "
            "the clock of this machine is late, or that of the machine that wrote it was early.",
        )
    return good("clock", f"It is {instant_text(clock.now())}, after the last event of the ledger.")


def check_proof(proof: Proof, address: str) -> DoctorNote:
    """Check that exactly one of two racing writers wins at the store."""
    if proof.holds:
        return good(
            "store", f"Of two racing writers one won, {proof.rounds} times of {proof.rounds}."
        )
    return wrong(
        "store",
        f"{proof.broken} {address} cannot keep a ledger: two runs would buy the same order. "
        "Choose another store (docs/stores.md).",
        ExitCode.LEDGER,
    )


def check_waits(config: Config) -> DoctorNote:
    """Check that `waitS` is longer than a request can take to arrive."""
    apply, reconcile = config.apply, config.reconcile
    longest_s = apply.intent_s + apply.connect_timeout_s + apply.answer_timeout_s
    subject = "waits"
    if reconcile.wait_s <= longest_s:
        return warning(
            subject,
            f"reconcile.waitS is {reconcile.wait_s:g} s. An intent and the time-outs of a request "
            f"come to {longest_s:g} s: an order could still arrive when it is called not placed. "
            "Make waitS the longer one.",
        )
    return good(
        subject, f"reconcile waits {reconcile.wait_s:g} s, a request {longest_s:g} s at most."
    )


def check_append(session: LedgerSession, started: RunStarted) -> DoctorNote:
    """Append an empty run to the ledger itself, under the store's real access rules."""
    session.begin(started)
    session.append([RunFinished(0, 0, 0, 0, 0)])
    head = session.state.head
    return good("write", f"The ledger took an event; its head is event {head.seq}, {head.digest}.")


def check_marketplace(marketplace: Marketplace, skew_s: float) -> DoctorNote:
    """Read one page of the account's newest orders, and compare the two clocks."""
    newest = next(iter(marketplace.orders()), None)
    seen = "It shows no order" if newest is None else "It shows the account's orders"
    said, ahead_s = f"{marketplace.address} answers. {seen}.", marketplace.clock_ahead_s
    if ahead_s is None:
        return warning("marketplace", f"{said} Its answer has no Date, so clocks are not compared.")
    apart = f"This machine's clock differs from its clock by {abs(ahead_s):.0f} s"
    if abs(ahead_s) > skew_s:
        return wrong(
            "marketplace",
            f"{said} {apart}; more than {skew_s:g} s (reconcile.skewS): apply refuses to buy. Set "
            "the clock of this machine.",
            ExitCode.REFUSED,
        )
    return good("marketplace", f"{said} {apart}.")


@contextmanager
def error_is_a_note(notes: list[DoctorNote]) -> Iterator[None]:
    """Turn an error of a check into a note, so that the next check runs."""
    try:
        yield
    except LedgerMissing as error:
        notes.append(wrong("ledger", str(error), error.exit_code))
    except LedgerError as error:
        notes.append(wrong("store", str(error), error.exit_code))
    except UsageError as error:
        notes.append(wrong("configuration", str(error), error.exit_code))
    except SatopsError as error:
        notes.append(wrong("marketplace", str(error), error.exit_code))

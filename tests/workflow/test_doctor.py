"""Doctor's checks, each on what it should find."""

from datetime import timedelta

import pytest

from satops.core.plan.config import ApplyConfig, Config, ReconcileConfig
from satops.errors import ExitCode, MarketplaceUnreachable, StoreUnreachable, UsageError
from satops.workflow.doctor import (
    CLOCK_SKEW_S,
    DoctorNote,
    DoctorReport,
    Verdict,
    check_clock,
    check_ledger,
    check_proof,
    check_waits,
    error_is_a_note,
    good,
    warning,
    wrong,
)
from satops.workflow.proof import Proof
from tests.chains import AT, altered, ledger_of
from tests.fakes.clock import FakeClock
from tests.fakes.ledger_store import MemoryStore


def _ledger(orders: int = 3) -> MemoryStore:
    store = MemoryStore()
    store.lines = ledger_of(orders)[0]
    return store


def test_a_whole_ledger_is_good_and_its_head_is_shown() -> None:
    store = _ledger()
    note = check_ledger(store)
    assert note.verdict is Verdict.GOOD
    assert store.head.digest in note.detail


def test_a_broken_ledger_is_wrong_with_the_line_that_breaks_it() -> None:
    store = _ledger()
    store.lines = altered(store.lines, 4, b"order", b"ordex")
    note = check_ledger(store)
    assert note.verdict is Verdict.WRONG
    assert note.exit_code == ExitCode.LEDGER
    assert "Line 5:" in note.detail


@pytest.mark.parametrize(
    ("behind_s", "verdict"),
    [(-60.0, Verdict.GOOD), (CLOCK_SKEW_S - 1, Verdict.GOOD), (CLOCK_SKEW_S + 1, Verdict.WARNING)],
)
def test_a_clock_that_is_far_behind_the_ledger_is_seen(behind_s: float, verdict: Verdict) -> None:
    clock = FakeClock(AT - timedelta(seconds=behind_s))
    assert check_clock(_ledger(), clock).verdict is verdict


def test_a_store_that_lets_both_writers_win_is_wrong() -> None:
    note = check_proof(Proof(3, "Both won."), "s3://bucket/p")
    assert note.verdict is Verdict.WRONG
    assert note.exit_code == ExitCode.LEDGER
    assert note.detail.startswith("Both won. s3://bucket/p cannot keep a ledger")
    assert check_proof(Proof(20), "s3://bucket/p").verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("wait_s", "verdict"), [(370, Verdict.WARNING), (371, Verdict.GOOD), (60, Verdict.WARNING)]
)
def test_reconcile_must_wait_longer_than_an_order_can_take(wait_s: float, verdict: Verdict) -> None:
    apply = ApplyConfig(intent_s=300, connect_timeout_s=10, answer_timeout_s=60)
    config = Config(apply=apply, reconcile=ReconcileConfig(wait_s=wait_s))
    assert check_waits(config).verdict is verdict


def test_a_check_that_cannot_be_made_is_a_finding_and_the_others_are_made() -> None:
    def unreachable() -> DoctorNote:
        raise StoreUnreachable("The store is away.")

    notes: list[DoctorNote] = []
    with error_is_a_note(notes):
        notes.append(check_ledger(MemoryStore()))
    with error_is_a_note(notes):
        notes.append(unreachable())
    with error_is_a_note(notes):
        notes.append(good("git", "git 2.40."))
    report = DoctorReport("memory:", tuple(notes))
    assert [note.subject for note in report.notes] == ["ledger", "store", "git"]
    assert [note.verdict for note in report.notes] == [
        Verdict.WRONG, Verdict.WRONG, Verdict.GOOD,
    ]  # fmt: skip
    assert report.exit_code == ExitCode.LEDGER


@pytest.mark.parametrize(
    ("notes", "code"),
    [
        ([good("a", "")], ExitCode.DONE),
        ([good("a", ""), warning("b", "")], ExitCode.DONE),
        ([wrong("a", "", ExitCode.USAGE)], ExitCode.USAGE),
        ([wrong("a", "", ExitCode.USAGE), wrong("b", "", ExitCode.LEDGER)], ExitCode.LEDGER),
        ([wrong("a", "", ExitCode.REFUSED), wrong("b", "", ExitCode.LEDGER)], ExitCode.LEDGER),
    ],
)
def test_the_exit_code_is_that_of_the_worst_finding(
    notes: list[DoctorNote], code: ExitCode
) -> None:
    assert DoctorReport("memory:", tuple(notes)).exit_code == code


@pytest.mark.parametrize(
    ("error", "subject", "code"),
    [
        (UsageError("No token."), "configuration", ExitCode.USAGE),
        (MarketplaceUnreachable("Away."), "marketplace", ExitCode.MARKETPLACE),
    ],
)
def test_what_a_check_raises_says_what_it_is_about(
    error: Exception, subject: str, code: ExitCode
) -> None:
    def fails() -> DoctorNote:
        raise error

    notes: list[DoctorNote] = []
    with error_is_a_note(notes):
        notes.append(fails())
    [note] = notes
    assert (note.subject, note.exit_code, note.detail) == (subject, code, str(error))

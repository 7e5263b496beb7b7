from datetime import UTC, datetime

from satops.core.ledger.events import DoubtSettled
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Candidate, Doubt, Match
from satops.report.layout import plain
from satops.report.text.reconcile import reconcile_blocks
from satops.workflow.reconcile import Finding, ReconcileReport
from tests.report.samples import spec

DOUBT = Doubt("hanoi-2031-03", 1, spec().order, "2031-02-01T08:00:00Z")


def candidate(order_no: str, *, deleted: bool = False) -> Candidate:
    order = MarketplaceOrder(
        order_no, status=1, created_at=datetime(2031, 2, 1, 8, 0, 3, tzinfo=UTC), deleted=deleted
    )
    return Candidate(order, ("shape", "window"), ("provider tianyi",), ("recurrence",), True)


def settled(*, placed: bool) -> DoubtSettled:
    return DoubtSettled(
        DOUBT.name, 1, placed=placed, by="reconcile", because="so it is",
        order_no="PROG_1" if placed else None,
    )  # fmt: skip


def shown(*findings: Finding, dry_run: bool = False, **other: object) -> str:
    fields = {"being_placed": (), "foreign": (), "queried": True} | other
    report = ReconcileReport(findings, **fields)  # type: ignore[arg-type]
    return "\n".join(plain(reconcile_blocks(report, dry_run=dry_run)))


def test_an_order_that_was_found_is_settled_with_its_number() -> None:
    match = Match(DOUBT, "PROG_1", (candidate("PROG_1"),), "resolutionType 6 and 7 read back alike")
    text = shown(Finding(DOUBT.name, match, settled(placed=True)))
    assert "+ hanoi-2031-03: placed as PROG_1. so it is." in text
    assert "Note: resolutionType 6 and 7 read back alike." in text
    assert text.endswith("Settled 1 of 1.")


def test_an_order_that_does_not_exist_will_be_bought_by_the_next_apply() -> None:
    text = shown(Finding(DOUBT.name, Match(DOUBT, None, ()), settled(placed=False)))
    assert "not placed. so it is." in text
    assert "The next apply will buy it." in text


def test_a_dry_run_says_what_would_be_settled() -> None:
    match = Match(DOUBT, "PROG_1", (candidate("PROG_1"),))
    text = shown(Finding(DOUBT.name, match, settled(placed=True)), dry_run=True)
    assert "would be settled as placed as PROG_1" in text
    assert text.endswith("Would settle 1 of 1.")


def test_several_candidates_come_with_what_speaks_for_and_against_each() -> None:
    both = (candidate("PROG_1"), candidate("PROG_2", deleted=True))
    match = Match(DOUBT, None, both, "2 orders in the account can be it")
    text = shown(Finding(DOUBT.name, match, None))
    assert "? hanoi-2031-03: 2 orders in the account can be it." in text
    assert "  PROG_1, created 2031-02-01 08:00:03 UTC, pending\n    for it: shape, window" in text
    assert "    against it: provider tianyi" in text
    assert "    not shown: recurrence" in text
    assert "PROG_2, created 2031-02-01 08:00:03 UTC, pending, marked as deleted" in text
    assert "    satops resolve hanoi-2031-03 --placed PROG_2" in text
    assert "    satops resolve hanoi-2031-03 --not-placed --because TEXT" in text
    assert text.endswith("Settled 0 of 1; 1 still in doubt.")


def test_an_order_that_was_not_found_yet_says_when_to_look_again() -> None:
    match = Match(DOUBT, None, (), "no order in the account can be it")
    text = shown(Finding(DOUBT.name, match, None, wait_s=300.2, looks=2))
    assert "Not found in 2 looks, which proves nothing yet" in text
    assert "Look again in 5 min 1 s." in text


def test_where_the_marketplace_may_not_be_queried_a_person_decides() -> None:
    text = shown(Finding(DOUBT.name, None, None), queried=False)
    assert "    satops resolve hanoi-2031-03 --placed ORDER_NO" in text


def test_orders_of_others_are_counted_and_can_be_adopted() -> None:
    others = tuple(MarketplaceOrder(f"PROG_{n}") for n in range(12))
    text = shown(foreign=others)
    assert "The account holds 12 orders that this ledger does not know:" in text
    assert "and 2 more" in text
    assert "    satops adopt NAME ORDER_NO --because TEXT" in text
    assert text.endswith("Nothing is in doubt.")


def test_what_another_run_is_placing_is_left_alone() -> None:
    assert ". a: another run is placing it now; left alone." in shown(being_placed=("a",))


def test_a_marketplace_that_lies_cannot_paint_the_terminal() -> None:
    match = Match(DOUBT, None, (candidate("PROG\x1b[2J"),), "one\nline")
    text = shown(Finding(DOUBT.name, match, None))
    assert "\x1b" not in text
    assert r"one\nline" in text

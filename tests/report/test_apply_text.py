from dataclasses import replace

from satops.core.plan.plan import ActionKind
from satops.report.layout import plain
from satops.report.text.apply import apply_blocks, result_line
from satops.workflow.apply import ApplyReport
from satops.workflow.outcomes import OrderResult
from tests.report.samples import action, plan, problem

PLACED = OrderResult("a", "placed", "PROG_1")
REJECTED = OrderResult("b", "rejected", None, "Satellite not available (code 400)")
IN_DOUBT = OrderResult("c", "in-doubt", None, "the connection was cut")
NOT_SENT = OrderResult("d", "not-sent", None, "connection refused")
HELD = OrderResult("e", "held", None, "being placed by run r0")


def report(*orders: OrderResult, creates: int | None = None) -> ApplyReport:
    count = len(orders) if creates is None else creates
    made = plan(*(action(ActionKind.CREATE, f"order-{n}") for n in range(count)))
    return ApplyReport(run="r1", plan=made, orders=orders, ledger_head="c" * 64)


def shown(made: ApplyReport, *, sandbox: bool = False) -> str:
    return "\n".join(plain(apply_blocks(made, sandbox=sandbox)))


def test_every_order_is_shown_with_its_number_and_the_total_says_how_many_were_expected() -> None:
    text = shown(report(PLACED))
    assert "+  a     placed   PROG_1" in text
    assert text.endswith("Placed 1 of 1 expected.")


def test_each_kind_of_failure_is_counted_and_said_with_its_reason() -> None:
    text = shown(report(PLACED, REJECTED, IN_DOUBT, NOT_SENT, HELD))
    assert "x b: Satellite not available (code 400)" in text
    assert "? c: the connection was cut" in text
    assert "1 rejected, 1 not sent, 1 in doubt, 1 held: another run is placing them" in text
    assert "    satops reconcile" in text


def test_the_sandbox_never_lets_a_reader_think_that_something_was_bought() -> None:
    assert shown(report(PLACED), sandbox=True).endswith("in the sandbox: nothing real was ordered.")


def test_a_run_with_nothing_to_do_says_so() -> None:
    assert "Nothing was sent: there is no new order to place." in shown(report())


def test_a_run_that_stopped_says_why() -> None:
    stopped = replace(report(NOT_SENT, creates=3), stopped="the marketplace could not be reached")
    assert "The run stopped: the marketplace could not be reached" in shown(stopped)
    assert "Placed 0 of 3 expected (1 not sent)." in shown(stopped)


def test_an_interrupted_run_says_what_became_of_the_rest() -> None:
    assert "Interrupted: nothing new was begun" in shown(replace(report(PLACED), interrupted=True))


def test_numbers_that_the_ledger_lacks_come_with_the_command_that_records_them() -> None:
    text = shown(replace(report(PLACED, REJECTED), unrecorded=2))
    assert "The ledger does not hold 2 outcomes of this run yet." in text
    assert "    satops resolve a --placed PROG_1" in text
    assert "resolve b" not in text


def test_outcomes_of_an_earlier_run_are_not_taken_in_silence() -> None:
    assert "1 outcome of an earlier run went" in shown(replace(report(), replayed=1))


def test_what_blocks_some_orders_is_shown_beside_the_others_that_were_placed() -> None:
    made = report(PLACED)
    blocked = replace(made, plan=replace(made.plan, problems=(problem(check="X03"),)))
    assert "error X03" in shown(blocked)


def test_one_outcome_is_one_line_whatever_the_marketplace_says() -> None:
    assert result_line(PLACED) == "a: placed as PROG_1"
    forged = OrderResult("b", "rejected", None, "no\n\x1b[32ma: placed as PROG_9")
    assert result_line(forged) == r"b: rejected. no\n\x1b[32ma: placed as PROG_9"

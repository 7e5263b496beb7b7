from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import Candidate, Match
from satops.core.order.status import Status
from satops.core.plan.plan import ActionKind
from satops.report.layout import Block, plain
from satops.report.subject import SIGNS
from satops.report.text.apply import OUTCOME_TONES, result_line
from satops.report.text.plan import plan_blocks
from satops.report.text.reconcile import reconcile_blocks
from satops.workflow.account import AccountLook
from satops.workflow.outcomes import OrderResult
from satops.workflow.reconcile import DoubtLook, ReconcileReport
from tests.report.cases import DOUBT, OUTCOMES
from tests.report.samples import action, plan

FORGED = "no\n\x1b[2J\x1b[32ma: placed as PROG_9"
SHOWN = r"no\n\x1b[2J\x1b[32ma: placed as PROG_9"


def text(*blocks: Block) -> str:
    return "\n".join(plain(blocks))


def test_every_kind_of_action_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(ActionKind)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_golden_file_of_apply_shows_every_outcome() -> None:
    assert {result.outcome for result in OUTCOMES} == set(OUTCOME_TONES)


def test_an_order_number_with_escapes_cannot_paint_the_plan() -> None:
    kept = action(ActionKind.KEEP)
    assert kept.known is not None
    kept.known.order_no = FORGED
    assert SHOWN in text(*plan_blocks(plan(kept), show_all=True))


def test_one_outcome_is_one_line_whatever_the_marketplace_says() -> None:
    assert result_line(OrderResult("b", "rejected", None, FORGED)) == f"b: rejected. {SHOWN}"


def test_a_marketplace_that_lies_cannot_paint_the_terminal() -> None:
    candidate = Candidate(MarketplaceOrder(FORGED), Status(None, ""), (FORGED,), (), (), True)
    look = AccountLook("", 0.0, "boot")
    finding = DoubtLook(DOUBT.name, Match(DOUBT, None, (candidate,), FORGED), None)
    shown = text(*reconcile_blocks(ReconcileReport((finding,), (), (), look), dry_run=False))
    assert shown.count(SHOWN) == 4
    assert "\x1b" not in shown

"""Which orders that were rejected before a run of apply sends again."""

from satops.core.order.submission import Rejection
from satops.errors import ExitCode
from tests.workflow.team import Team, spec
from tests.workflow.test_account import by_hand

REFUSED = Rejection(400, "Satellite not available")


def test_a_run_that_nobody_attends_sends_the_new_order_and_not_the_rejected_one() -> None:
    team = Team(spec("a"))
    team.shop.script.append(REFUSED)
    team.apply()
    team.specs.append(spec("b", 1))
    report = team.apply(run="merge", attended=False)
    found = {order.name: order.outcome for order in report.orders}
    assert found == {"a": "rejected-before", "b": "placed"}
    assert report.exit_code is ExitCode.REJECTED
    assert len(team.shop.requests) == 2


def test_what_the_account_holds_is_told_before_that_an_order_was_rejected() -> None:
    team = Team(spec("a"))
    team.shop.script.append(REFUSED)
    team.apply()
    number = by_hand(team, team.specs[0])
    (held,) = team.apply(run="merge", attended=False).orders
    assert (held.outcome, held.candidate) == ("in-account", number)

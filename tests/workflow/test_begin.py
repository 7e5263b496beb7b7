"""What ends a verb before it is done, while an order is open: exit code 6, and not its own."""

import pytest

from satops.errors import ExitCode, Interrupted, MarketplaceUnreachable
from satops.workflow.begin import doubt_first
from tests.workflow.team import Team, killed, spec


def _team(*, is_open: bool) -> Team:
    team = Team(spec("a"))
    if is_open:
        team.dies(killed, machine=team.new_machine(), run="other")
    return team


@pytest.mark.parametrize(
    ("is_open", "code"), [(True, ExitCode.IN_DOUBT), (False, ExitCode.INTERRUPTED)]
)
def test_a_stop_is_6_while_an_order_is_open(is_open: bool, code: ExitCode) -> None:
    session = _team(is_open=is_open).session()
    with pytest.raises(Interrupted) as stopped, doubt_first(session):
        raise KeyboardInterrupt
    assert stopped.value.exit_code is code
    assert ("satops reconcile" in str(stopped.value)) is is_open


@pytest.mark.parametrize(
    ("is_open", "code"), [(True, ExitCode.IN_DOUBT), (False, ExitCode.MARKETPLACE)]
)
def test_a_look_that_fails_is_6_while_an_order_is_open(is_open: bool, code: ExitCode) -> None:
    session = _team(is_open=is_open).session()
    with pytest.raises(MarketplaceUnreachable) as failed, doubt_first(session):
        raise MarketplaceUnreachable("no answer")
    assert failed.value.exit_code is code

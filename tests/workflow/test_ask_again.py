"""Asking once more for a result in doubt: a purchase, written down before, that closes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.ledger.events import RunStarted
from satops.core.ledger.state import Standing
from satops.core.order.order import instant
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.plan import Action
from satops.errors import ExitCode, Refused, StoreUnreachable, UsageError
from satops.workflow.ask_again import AskedAgain, AskingAgain
from satops.workflow.begin import begin
from satops.workflow.validate import Tree
from tests.fakes.repository import GivenTree
from tests.simulation.simulations import USED
from tests.simulation.world import Killed, Machine
from tests.workflow.team import Shop, Team, kill_at, spec
from tests.workflow.test_passes import lost, lost_before, team_of

LOST = InDoubt("no whole answer")


def ask(
    team: Team,
    name: str = "a",
    *,
    machine: Machine | None = None,
    confirm: Callable[[Action], None] = lambda _: None,
    reach: Callable[[str], None] = lambda _: None,
) -> AskedAgain:
    on = machine or team.machine
    session = team.session(on)
    begin(session, on.local, RunStarted("reconcile --ask-again", "satops", "m"))
    return AskingAgain(
        session=session,
        local=on.local,
        marketplace=team.shop,
        specs=GivenTree(Tree(tuple(team.specs), (), 1)),
        config=team.config,
        by="Ada",
        because="asked the marketplace",
        confirm=confirm,
        any_account=True,
        reach=reach,
    ).run(name)


def in_doubt(line: Any = lost_before) -> Team:
    """Return a team with one order of a pass in doubt, whose time is over."""
    team, _ = team_of("a")
    team.shop.script.append(line)
    assert team.apply().exit_code is ExitCode.IN_DOUBT
    team.world.seconds += 400
    return team


def kinds(team: Team) -> list[str]:
    return [json.loads(line)["kind"] for line in team.store.lines]


def test_an_order_that_was_never_bought_is_placed_by_the_second_request() -> None:
    team = in_doubt(lost_before)

    def look(shop: Shop, request: bytes) -> Outcome:
        assert json.loads(team.store.lines[-1])["kind"] == "SubmissionProbed"
        assert team.standing("a") is Standing.BEING_PLACED
        number = shop.store_result(request)
        assert number is not None
        return Receipt(number)

    team.shop.script.append(look)
    told = ask(team)
    assert (told.exit_code, told.result.outcome) == (ExitCode.DONE, "placed")
    assert team.state().orders["a"].order_no == team.shop.bought[0].order.order_no
    assert kinds(team).count("SubmissionProbed") == 1


def test_an_order_that_was_bought_stays_in_doubt_for_a_person() -> None:
    team = in_doubt(lost)
    told = ask(team)
    assert told.exit_code is ExitCode.IN_DOUBT
    assert "is used" in told.means
    assert len(team.shop.bought) == 1
    known = team.state().orders["a"]
    assert (known.standing, known.used) == (Standing.IN_DOUBT, True)


def test_what_the_account_shows_is_settled_and_nothing_is_asked() -> None:
    team, _ = team_of("a")
    team.shop.simulation_id = lambda row: str(row.result)
    team.shop.script.append(lost)
    team.apply()
    team.world.seconds += 400
    told = ask(team)
    assert (told.asked, told.result.outcome) == (False, "placed")
    assert len(team.shop.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [USED, LOST, NotSent("refused"), Rejection(400, "no"), Rejection(401, "no", stops_run=True),
     Rejection(429, "slow down", retry_after_s=1.0)],
)  # fmt: skip
@pytest.mark.parametrize("first", [lost, lost_before])
def test_no_answer_but_a_receipt_closes_the_doubt(first: Any, answer: Outcome) -> None:
    team = in_doubt(first)
    team.shop.script.append(answer)
    told = ask(team)
    assert told.exit_code is ExitCode.IN_DOUBT
    assert team.standing("a") is Standing.IN_DOUBT
    assert len(team.shop.requests) == 2, "it is sent once, whatever is answered"
    team.apply()
    assert len(team.shop.requests) == 2


def test_the_number_of_another_order_is_no_receipt() -> None:
    team, _ = team_of("a", "b")
    team.shop.script.append(lost_before)
    team.apply()
    team.world.seconds += 400
    other = team.state().orders["b"].order_no
    assert other is not None
    team.shop.script.append(Receipt(other))
    assert ask(team).exit_code is ExitCode.IN_DOUBT
    assert team.state().orders["a"].claimed_no == other


def _spec_gone(team: Team) -> None:
    team.specs.clear()


def _spec_changed(team: Team) -> None:
    team.specs = [replace(team.specs[0], order=spec("x", 5).order)]


def _over_limit(team: Team) -> None:
    team.limit("areaKm2PerOrder", 1)


def _began(team: Team) -> None:
    choice = team.specs[0].order.pass_choice
    assert choice is not None
    team.world.seconds = (instant(choice.start) - team.world.start).total_seconds() + 1


def _row_changed(team: Team) -> None:
    choice = team.specs[0].order.pass_choice
    assert choice is not None
    team.shop.simulations.change(choice.result, satellite="OTHER")


def _no_disk(team: Team) -> None:
    def full(outcomes: int) -> None:
        raise OSError(28, "No space left on device")

    team.machine.spool.prepare = full  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_spec_gone, "The spec of a is gone"),
        (_spec_changed, "was changed since it was sent"),
        (_over_limit, "for one order"),
        (_began, "its pass began at"),
        (_row_changed, "its satellite is OTHER"),
        (_no_disk, "could not be kept on this machine's disk"),
    ],
)
def test_nothing_is_sent_where_it_would_not_be_bought_now(
    change: Callable[[Team], None], says: str
) -> None:
    team = in_doubt()
    change(team)
    with pytest.raises(Refused, match=says):
        ask(team)
    assert len(team.shop.requests) == 1
    assert "SubmissionProbed" not in kinds(team)


def test_without_an_outcome_of_the_sender_nothing_is_asked() -> None:
    """It may be on the sender's disk: a rejection there would close what is asked for here."""
    team, _ = team_of("a")
    team.dies(at="answered")
    for seconds, says in ((0, "is being placed until"), (400, "has not recorded what was")):
        team.world.seconds += seconds
        with pytest.raises(Refused, match=says):
            ask(team)
    assert len(team.shop.requests) == 1


def test_a_limit_of_the_month_counts_the_order_once() -> None:
    team = in_doubt()
    team.limit("ordersPerMonth", 1)
    assert ask(team).result.outcome == "placed"


def test_only_an_order_of_a_pass_is_asked_for_again() -> None:
    team = Team(spec("a"))
    team.shop.script.append(LOST)
    team.apply()
    team.world.seconds += 400
    with pytest.raises(Refused, match="buys no pass"):
        ask(team)
    with pytest.raises(UsageError):
        ask(team, "nobody")


@pytest.mark.parametrize("line", [None, Rejection(401, "no", stops_run=True)])
def test_what_is_not_in_doubt_is_not_asked_for(line: Any) -> None:
    team, _ = team_of("a")
    team.shop.script.extend([] if line is None else [line])
    team.apply()
    sent = len(team.shop.requests)
    with pytest.raises(Refused, match="is not in doubt"):
        ask(team)
    assert len(team.shop.requests) == sent


def test_a_person_who_says_no_sends_nothing() -> None:
    team = in_doubt()

    def no(action: Action) -> None:
        raise Refused(f"no to {action.name}")

    with pytest.raises(Refused, match="no to a"):
        ask(team, confirm=no)
    assert "SubmissionProbed" not in kinds(team)


def test_two_people_ask_once_while_the_first_is_on_the_wire() -> None:
    team = in_doubt()
    other = team.new_machine()

    def meanwhile(shop: Shop, request: bytes) -> Outcome:
        with pytest.raises(Refused, match="is being placed"):
            ask(team, machine=other)
        return LOST

    team.shop.script.append(meanwhile)
    ask(team)
    assert kinds(team).count("SubmissionProbed") == 1


def test_a_store_that_does_not_answer_to_the_note_sends_nothing() -> None:
    team = in_doubt()
    real = team.store.append

    def broken(lines: Any, expected_head: str) -> None:
        if any(b"SubmissionProbed" in line for line in lines):
            raise StoreUnreachable("no answer")
        real(lines, expected_head)

    team.store.append = broken  # type: ignore[method-assign]
    with pytest.raises(StoreUnreachable):
        ask(team)
    assert len(team.shop.requests) == 1


@pytest.mark.parametrize("step", ["probed", "answered", "spooled", "recorded"])
@pytest.mark.parametrize("first", [lost, lost_before])
def test_a_kill_at_any_step_leaves_it_open_or_placed_and_bought_once(first: Any, step: str) -> None:
    team = in_doubt(first)
    with pytest.raises(Killed):
        ask(team, reach=kill_at(step))
    for _ in range(4):
        team.reconcile()
        team.apply()
        team.world.seconds += 400
    assert len(team.shop.bought) <= 1
    if team.shop.bought:
        assert team.standing("a") in (Standing.IN_DOUBT, Standing.PLACED)


def test_absence_is_counted_anew_from_the_second_request() -> None:
    """The looks of before it say nothing of an order that it may have bought."""
    team = in_doubt(lost_before)
    team.reconcile()
    team.world.seconds += 1000
    team.shop.script.append(LOST)
    ask(team)
    (found,) = team.reconcile().findings
    assert found.settled is None
    assert (found.wait_s or 0) > 900


def test_what_was_bought_is_compared_with_what_was_reviewed() -> None:
    team = in_doubt(lost_before)

    def other(shop: Shop, request: bytes) -> Outcome:
        number = shop.store_result(request)
        shop.bought[-1].order = replace(shop.bought[-1].order, provider="tianyi")
        assert number is not None
        return Receipt(number)

    team.shop.script.append(other)
    told = ask(team)
    assert told.exit_code is ExitCode.INVALID
    assert "PurchaseCompared" in kinds(team)

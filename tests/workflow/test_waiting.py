"""Other runs' open submissions: waited for, never bought over, and believed absent late enough."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from msgspec.structs import replace

from satops.core.ledger.state import Standing
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.errors import ExitCode, Refused
from satops.ports import Spooled
from satops.workflow.account import look_at_account
from satops.workflow.apply_report import Asked
from satops.workflow.begin import begin
from satops.workflow.reconcile import gate_of_absence
from satops.workflow.waiting import duration_s
from tests.simulation.world import Machine
from tests.workflow.people import not_placed, placed
from tests.workflow.team import Shop, Team, killed, killed_after_it_was_stored, spec


def being_placed(*names: str, ahead_s: float = 0.0) -> tuple[Team, Machine]:
    """Return a team of which one machine died while it sent its first order."""
    team = Team(*(spec(name, number) for number, name in enumerate(names)))
    other = team.new_machine(ahead_s)
    team.dies(killed, machine=other, run="other", narrow=names[:1])
    return team, other


def meanwhile(team: Team, act: Callable[[], None], machine: Machine | None = None) -> None:
    """Have something happen at the first pause of a machine's wait."""
    clock = (machine or team.machine).clock
    pause = clock.sleep

    def sleep(seconds: float) -> None:
        clock.sleep = pause  # type: ignore[method-assign]
        act()
        pause(seconds)

    clock.sleep = sleep  # type: ignore[method-assign]


def answer(team: Team, machine: Machine, name: str, outcome: Outcome) -> None:
    """Have a machine's spool hold an outcome of its open submission, and take it in."""
    known = team.state().orders[name]
    entry = Spooled("team", known.run, name, known.attempt, known.intent, "2026", outcome)
    machine.spool.kept.append(entry)
    from satops.core.ledger.events import RunStarted

    begin(team.session(machine), machine.local, RunStarted("apply", "satops", "m"))


def test_a_run_ends_when_the_other_has_placed_the_order_and_that_is_no_failure() -> None:
    team, other = being_placed("a")
    meanwhile(team, lambda: answer(team, other, "a", Receipt("PROG_7")))
    report = team.apply()
    assert [(it.outcome, it.order_no) for it in report.orders] == [("placed-by-other", "PROG_7")]
    assert report.exit_code is ExitCode.DONE
    assert team.world.seconds < 10


@pytest.mark.parametrize("outcome", [Rejection(400, "no"), NotSent("refused")])
def test_a_run_that_waited_buys_nothing_and_names_what_is_free_again(outcome: Outcome) -> None:
    team, other = being_placed("a")
    meanwhile(team, lambda: answer(team, other, "a", outcome))
    report = team.apply()
    assert [it.outcome for it in report.orders] == ["free-again"]
    assert report.exit_code is ExitCode.REJECTED
    assert len(team.shop.requests) == 1


def test_own_orders_are_bought_and_recorded_before_the_wait() -> None:
    team, _ = being_placed("a", "b")
    placed: list[Standing] = []
    meanwhile(team, lambda: placed.append(team.standing("b")))
    report = team.apply()
    assert placed == [Standing.PLACED]
    assert report.exit_code is ExitCode.IN_DOUBT


@pytest.mark.parametrize("ahead_s", [0.0, 86_400.0, -86_400.0])
def test_a_wait_is_as_long_as_the_submission_and_no_longer_whatever_its_clock(
    ahead_s: float,
) -> None:
    team, _ = being_placed("a", ahead_s=ahead_s)
    began = team.world.seconds
    assert team.apply().exit_code is ExitCode.IN_DOUBT
    assert team.world.seconds - began <= team.config.apply.intent_s + 2


def test_without_waiting_an_open_order_is_6_at_once() -> None:
    team, _ = being_placed("a")
    report = team.apply(asked=Asked(wait=False))
    assert [it.outcome for it in report.orders] == ["being-placed"]
    assert report.exit_code is ExitCode.IN_DOUBT
    assert team.world.seconds == 0


def test_a_wait_ends_after_the_longest_that_was_allowed() -> None:
    team, _ = being_placed("a")
    assert team.apply(asked=Asked(wait_max_s=7)).exit_code is ExitCode.IN_DOUBT
    assert 7 <= team.world.seconds < 10


@pytest.mark.parametrize("is_pressed", [False, True])
def test_a_stop_or_a_key_press_in_the_wait_ends_it_with_6(is_pressed: bool) -> None:
    team, _ = being_placed("a")
    stop: list[bool] = []

    def end() -> None:
        if is_pressed:
            raise KeyboardInterrupt
        stop.append(True)

    meanwhile(team, end)
    report = team.apply(stopping=lambda: bool(stop))
    assert report.exit_code is ExitCode.IN_DOUBT
    assert report.interrupted
    assert team.world.seconds < 10


def test_what_others_begin_during_the_wait_is_not_waited_for() -> None:
    team, other = being_placed("a", "b")

    def begin_more() -> None:
        team.world.seconds += 200
        team.dies(killed, machine=other, run="more", narrow=["b"])

    meanwhile(team, begin_more)
    report = team.apply(narrow=["a"])
    assert team.world.seconds <= team.config.apply.intent_s + 2
    assert report.open_names == ("a", "b")
    assert report.exit_code is ExitCode.IN_DOUBT


def test_the_last_word_counts_of_an_order_that_another_run_took_during_the_work() -> None:
    team = Team(spec("a"), spec("b", 1), concurrency=1)
    other = team.new_machine()

    def overtaken(shop: Shop, request: bytes) -> Outcome:
        team.dies(killed, machine=other, run="other")
        meanwhile(team, lambda: answer(team, other, "b", Receipt("PROG_9")))
        return Receipt(shop.store(request))

    team.shop.script.append(overtaken)
    report = team.apply(run="own")
    assert {it.name: it.outcome for it in report.orders} == {"a": "placed", "b": "placed-by-other"}
    assert report.exit_code is ExitCode.DONE


def test_an_order_that_another_run_took_during_the_work_is_being_placed() -> None:
    team = Team(spec("a"), spec("b", 1), concurrency=1)

    def overtaken(shop: Shop, request: bytes) -> Outcome:
        team.dies(killed, machine=team.new_machine(), run="other")
        return Receipt(shop.store(request))

    team.shop.script.append(overtaken)
    report = team.apply(run="own", asked=Asked(wait=False))
    assert {it.name: it.outcome for it in report.orders} == {"a": "placed", "b": "being-placed"}
    assert report.exit_code is ExitCode.IN_DOUBT
    assert len(team.shop.requests) == 2


def paused_look(team: Team, *, before_s: float = 0.0, after_s: float = 0.0) -> None:
    """Have this machine stand still within its next look: before, or after its last page."""
    look = team.shop.orders

    def orders() -> Iterator[MarketplaceOrder]:
        team.shop.orders = look  # type: ignore[method-assign]
        yield from list(look())
        team.world.seconds += before_s + after_s

    team.shop.orders = orders  # type: ignore[method-assign]


def test_a_look_of_a_machine_that_stood_still_is_judged_by_the_time_when_it_began() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt("no whole answer"))
    team.apply()
    team.reconcile()
    paused_look(team, before_s=10_000)
    assert team.reconcile().findings[0].settled is None
    assert team.standing("a") is Standing.IN_DOUBT


def test_an_intent_that_came_while_this_machine_stood_still_after_a_look_is_not_old() -> None:
    team = Team(spec("a"))
    ahead = team.new_machine(ahead_s=86_400)
    other = team.new_machine()
    look = team.shop.orders

    def orders() -> Iterator[MarketplaceOrder]:
        team.shop.orders = look  # type: ignore[method-assign]
        yield from ()

    team.shop.orders = orders  # type: ignore[method-assign]
    read = team.store.read
    reads: list[int] = []

    def late_read(after: int = 0) -> Iterator[bytes]:
        # The third read of the run is the one after its look.
        reads.append(1)
        if team.shop.orders == look and not team.shop.requests:
            team.store.read = read  # type: ignore[method-assign]
            team.world.seconds += 10_000
            team.dies(killed_after_it_was_stored, machine=other, run="other")
            team.shop.bought[0].visible_at = team.world.seconds + 600
        return read(after)

    team.store.read = late_read  # type: ignore[method-assign]
    team.reconcile(ahead)
    assert team.shop.bought
    for _ in range(3):
        team.reconcile(ahead)
    assert team.standing("a") is not Standing.NOT_PLACED


@pytest.mark.parametrize("ahead_s", [300.0, 86_400.0])
def test_no_clock_that_is_ahead_makes_an_order_absent_early(ahead_s: float) -> None:
    """It is sent at the very end of its time, and shows at the very end of `waitS`."""
    team, _ = being_placed("a")
    ahead = team.new_machine(ahead_s)
    team.reconcile(ahead)
    seen_at = team.world.seconds
    wait_s = team.config.apply.intent_s + team.config.reconcile.wait_s
    for later in (100, wait_s / 2, wait_s - 1):
        team.world.seconds = seen_at + later
        team.reconcile(ahead)
        assert team.state().orders["a"].standing is not Standing.NOT_PLACED
    team.world.seconds = seen_at + wait_s
    team.reconcile(ahead)
    assert team.standing("a") is Standing.NOT_PLACED


def test_a_clock_that_is_ahead_by_a_day_does_not_keep_a_doubt_from_its_end() -> None:
    team, _ = being_placed("a", ahead_s=86_400)
    team.reconcile()
    team.world.seconds += team.config.apply.intent_s + team.config.reconcile.wait_s
    team.reconcile()
    assert team.standing("a") is Standing.NOT_PLACED


def test_not_placed_has_the_gate_of_reconcile() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt("no whole answer"))
    team.apply()
    for _ in range(3):
        with pytest.raises(Refused, match="proves nothing") as refused:
            looked(team)
        assert refused.value.exit_code is ExitCode.IN_DOUBT
    team.world.seconds += team.config.apply.intent_s + team.config.reconcile.wait_s
    looked(team)
    assert team.standing("a") is Standing.NOT_PLACED


def test_not_placed_is_refused_while_the_account_shows_what_may_be_it() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt(shop.store(request)))
    team.apply()
    team.world.seconds += 5000
    with pytest.raises(Refused, match="PROG_0001"):
        looked(team)


def test_not_placed_is_refused_where_the_look_tells_nothing_of_our_account() -> None:
    team = Team(spec("a"))
    team.any_account = False
    team.shop.script.append(lambda shop, request: InDoubt("no whole answer"))
    team.apply()
    for _ in range(3):
        team.world.seconds += 5000
        with pytest.raises(Refused, match="whose account"):
            looked(team)


def looked(team: Team) -> None:
    """Have a person settle `a` as not placed, after a look."""
    look = look_at_account(
        team.shop, team.state(), team.machine.clock, team.config, any_account=team.any_account
    )
    not_placed(team, look=look)


def test_an_outcome_of_another_history_closes_nothing() -> None:
    """A copy of the ledger, and an earlier one that came back, use the same names and attempts."""
    team, other = being_placed("a")
    known = team.state().orders["a"]
    for outcome in (NotSent("refused"), Rejection(400, "no")):
        foreign = Spooled("team", "x", "a", known.attempt, "f" * 64, "2026", outcome)
        other.spool.kept.append(foreign)
        team.apply(other, run="later", asked=Asked(wait=False))
        assert team.state().orders["a"].standing is Standing.BEING_PLACED
    assert len(team.shop.requests) == 1


def test_a_late_receipt_of_an_attempt_with_other_content_is_a_conflict() -> None:
    team, other = being_placed("a")
    known = team.state().orders["a"]
    team.reconcile()
    team.world.seconds += 5000
    team.reconcile()
    team.specs[0] = replace(spec("a", 3), name="a")
    team.shop.script.append(Rejection(400, "no"))
    team.apply(run="second")
    other.spool.kept.append(Spooled("team", "other", "a", 1, known.intent, "2026", Receipt("P_1")))
    report = team.apply(other, run="third")
    (action,) = report.plan.actions
    assert action.kind == "conflict"
    assert team.state().orders["a"].order_no == "P_1"
    assert team.state().orders["a"].order_digest == known.order_digest


def test_a_late_receipt_leaves_a_later_attempt_open_and_both_numbers_are_held() -> None:
    team, other = being_placed("a")
    first = team.state().orders["a"].intent
    team.reconcile()
    team.world.seconds += 5000
    team.reconcile()
    team.shop.script.append(lambda shop, request: InDoubt(shop.store(request)))
    team.apply(run="second")
    answer_first = Spooled("team", "other", "a", 1, first, "2026", Receipt("P_1"))
    other.spool.kept.append(answer_first)
    team.apply(other, run="third", asked=Asked(wait=False))
    team.reconcile()
    known = team.state().orders["a"]
    assert known.standing is Standing.PLACED
    assert set(known.order_nos) == {"P_1", "PROG_0001"}


def test_a_late_receipt_whose_number_another_name_was_given_is_not_dropped() -> None:
    team, other = being_placed("a", "b")
    team.shop.script.append(lambda shop, request: Receipt("P_1"))
    team.apply(run="second", asked=Asked(wait=False))
    answer(team, other, "a", Receipt("P_1"))
    assert team.state().orders["a"].claimed_no == "P_1"
    assert team.state().claimed["P_1"] == "b"


def test_the_gate_notes_its_look_so_that_the_wait_can_end() -> None:
    team = Team(spec("a"))
    team.shop.script.append(lambda shop, request: InDoubt("no whole answer"))
    team.apply()
    session = team.session()
    state = session.state
    looks = team.machine.looks
    before = looks.look(state.orders["a"].intent, "boot")
    look = look_at_account(team.shop, state, team.machine.clock, team.config, any_account=True)
    gate_of_absence(session, "a", look, looks, team.config)
    after = looks.look(state.orders["a"].intent, "boot")
    assert after is not None
    assert after.count == (before.count if before else 0) + 1


def test_the_time_in_the_ledger_is_the_whole_time_that_the_sender_may_use() -> None:
    team, _ = being_placed("a")
    known = team.state().orders["a"]
    assert duration_s(known) == team.config.apply.intent_s
    team.world.seconds += team.config.apply.intent_s - 1
    assert team.standing("a") is Standing.BEING_PLACED
    team.world.seconds += 1
    assert team.standing("a") is Standing.IN_DOUBT


def test_an_outcome_that_came_while_a_run_began_belongs_to_an_intent_that_it_has_not_read() -> None:
    """Another run on this machine intends, sends and spools between two reads of this one."""
    team = Team(spec("a"))
    entries = team.machine.spool.entries

    def overtaken() -> Sequence[Spooled]:
        team.machine.spool.entries = entries  # type: ignore[method-assign]
        team.dies(killed, machine=team.new_machine(), run="other")
        known = team.state().orders["a"]
        entry = Spooled("team", "other", "a", 1, known.intent, "2026", Receipt("P_1"))
        team.machine.spool.kept.append(entry)
        return entries()

    team.machine.spool.entries = overtaken  # type: ignore[method-assign]
    report = team.apply(run="own")
    assert team.state().orders["a"].order_no == "P_1"
    assert report.exit_code is ExitCode.DONE
    assert len(team.shop.requests) == 1


def test_a_number_that_a_run_has_printed_can_be_recorded_elsewhere_at_once() -> None:
    team, other = being_placed("a")
    number = team.shop.store(team.shop.requests[0])
    placed(team, number)
    answer(team, other, "a", Receipt(number))
    assert team.state().orders["a"].order_nos == (number,)


def test_a_second_attempt_that_another_run_begins_is_not_waited_for() -> None:
    team, other = being_placed("a")

    def begin_again() -> None:
        answer(team, other, "a", Rejection(400, "no"))
        team.dies(killed, machine=other, run="again")

    meanwhile(team, begin_again)
    report = team.apply()
    assert team.world.seconds < 10
    assert report.exit_code is ExitCode.IN_DOUBT
